"""The guard of free texts in a form: what it found stands by the field, one button saves all the same.

`LECTEURS` says in French who reads each kind of field; a gabarit names the kind (`champs.zone(…, lecteurs="dossier")`),
so that the same words warn while one types (`js/garde.js`).
"""

from collections.abc import Mapping

from viesion_core.garde.model import garder
from web.formulaire import Formulaire

CHAMP = "garde"
"""The field by which « Enregistrer quand même » sends back what was seen."""

LECTEURS_DOSSIER = "les référents et les directeurs des organismes qui suivent la personne, et le Département"
LECTEURS_SANTE = "les personnes habilitées aux données de santé"
LECTEURS_TRANSMISE = f"{LECTEURS_SANTE}, et le Département si la personne l'accepte"
LECTEURS_ORGANISME = "tous les utilisateurs de votre organisme"
LECTEURS_JOURNAL = "les administrateurs, dans le journal"
LECTEURS_DEPARTEMENT = "les pilotes du Département"
LECTEURS_PARTENAIRE = "votre organisme, le Département, et Solis à qui il est transmis"
LECTEURS_ASSISTANCE = "l'assistance, par courriel"
LECTEUR_SEUL = "vous seul"
LECTEURS = {
    "dossier": LECTEURS_DOSSIER,
    "sante": LECTEURS_SANTE,
    "organisme": LECTEURS_ORGANISME,
    "journal": LECTEURS_JOURNAL,
    "departement": LECTEURS_DEPARTEMENT,
    "partenaire": LECTEURS_PARTENAIRE,
    "assistance": LECTEURS_ASSISTANCE,
    "seul": LECTEUR_SEUL,
}


def garder_saisie(f: Formulaire, lecteurs: Mapping[str, str]) -> None:
    """Raise AvertissementGarde when a field of `lecteurs` (field: who reads it) is to be read again."""
    textes = {nom: f.texte(nom, maximum=1_000_000) for nom in lecteurs}
    garder(textes, lecteurs, tuple(f.liste(CHAMP)))


def attributs_garde(lecteurs: str, selon: tuple[str, str, str] | None = None) -> dict[str, str]:
    """Return the attributes by which `js/garde.js` warns beside a field; none for a field without readers.

    `selon` = (another field, its values separated by spaces, the readers when it has these alone): a note that is
    shared, natures that are all of health. Raises KeyError for readers that are not in `LECTEURS`.
    """
    if not lecteurs:
        return {}
    attributs = {"data-garde": LECTEURS[lecteurs]}
    if selon is not None:
        champ, valeurs, sinon = selon
        attributs |= {"data-garde-selon": champ, "data-garde-valeurs": valeurs, "data-garde-sinon": LECTEURS[sinon]}
    return attributs
