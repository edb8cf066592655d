"""The fields of a person, read the same in « Nouveau bénéficiaire » and in the page « Dossier »."""

from typing import Any

from viesion_core.dossiers.model import ORGANISMES_PAYEURS, ROLES_FOYER, SaisieIdentite
from viesion_core.nomenclatures.model import communes, nomenclature
from web.formulaire import Formulaire
from web.garde import LECTEURS_DOSSIER, garder_saisie

_TEXTES = {
    "nom_naissance": 80, "nom_usage": 80, "prenom": 80, "lieu_naissance": 80, "nationalite": 40, "adresse": 160,
    "complement": 160, "code_postal": 10, "telephone": 20, "telephone_2": 20, "courriel": 160, "matricule": 20,
    "numero_demande": 15, "commentaire": 4000,
}  # fmt: skip
_REQUIS = ("nom_naissance", "prenom")


def lire_identite(f: Formulaire) -> SaisieIdentite:
    """Read the fields of a person; ErreurSaisie for what any field of the form cannot be read as, then the guard."""
    textes: dict[str, Any] = {
        champ: f.texte(champ, requis=champ in _REQUIS, maximum=taille) for champ, taille in _TEXTES.items()
    }
    naissance = f.date("date_naissance", requis=True)
    autres: dict[str, Any] = {
        "civilite": f.choix("civilite", nomenclature("CIVILITE").par_code()),
        "commune": f.choix("commune", {c.code_insee for c in communes()}) or None,
        "sans_domicile": f.case("sans_domicile"),
        "organisme_payeur": f.choix("organisme_payeur", ORGANISMES_PAYEURS),
        "role_foyer": f.choix("role_foyer", ROLES_FOYER),
        "date_demande": f.date("date_demande"),
        "date_ouverture": f.date("date_ouverture"),
        "etat_droit": f.choix("etat_droit", nomenclature("ETAT_DROIT").par_code()),
        "soumis_droits_devoirs": f.case("soumis_droits_devoirs"),
        "parcours": f.choix("parcours", nomenclature("PARCOURS").par_code()),
    }
    f.verifier()
    garder_saisie(f, {"commentaire": LECTEURS_DOSSIER})
    assert naissance is not None  # noqa: S101 - verifier() has refused an empty one
    return SaisieIdentite(date_naissance=naissance, **textes, **autres)


def listes_identite() -> dict[str, Any]:
    """Return the choices of these fields, for the gabarit `composants/identite.html`."""

    def liste(nom: str) -> list[tuple[str, str]]:
        return [(element.code, element.libelle) for element in nomenclature(nom).elements]

    return {
        "civilites": liste("CIVILITE"),
        "etats_droit": liste("ETAT_DROIT"),
        "parcours": liste("PARCOURS"),
        "communes": sorted(((c.code_insee, c.nom) for c in communes()), key=lambda c: c[1]),
        "organismes_payeurs": list(ORGANISMES_PAYEURS.items()),
        "roles_foyer": list(ROLES_FOYER.items()),
    }
