"""The guard of free texts in a form: what it found stands by the field, one button saves all the same."""

from collections.abc import Mapping

from viesion_core.garde.model import garder
from web.formulaire import Formulaire

CHAMP = "garde"
"""The field by which « Enregistrer quand même » sends back what was seen."""

LECTEURS_DOSSIER = "les référents et les directeurs des organismes qui suivent la personne"
LECTEURS_ORGANISME = "tous les utilisateurs de votre organisme"
LECTEUR_SEUL = "vous seul"


def garder_saisie(f: Formulaire, lecteurs: Mapping[str, str]) -> None:
    """Raise AvertissementGarde when a field of `lecteurs` (field: who reads it) is to be read again."""
    textes = {nom: f.texte(nom, maximum=1_000_000) for nom in lecteurs}
    garder(textes, lecteurs, tuple(f.liste(CHAMP)))
