"""What is wrong or doubtful in a MOC bilan before it is closed.

An error blocks the closing: what it says cannot be true. A warning is shown and may be passed over.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from viesion_core.api import BilanVu, Constat, DossierVu, controler_entree, doute
from viesion_moc.bilan import CPARTI

ENTRETIENS_PREVUS = 3
"""« 1 à 3 entretiens » (domain reference)."""
_ATTENDUES = {
    "MOC_09": "l'expérience ou le diplôme dans le métier",
    "MOC_14": "la motivation et la disponibilité",
    "MOC_15": "l'adéquation entre la personne et le projet",
}


def controler(dossier: DossierVu, bilan: BilanVu) -> list[Constat]:
    """Return the findings of a bilan, by question."""
    return [
        *controler_entree(dossier, bilan),
        *_personne_recue(bilan.reponses),
        *_projet(bilan.reponses),
        *_preconisation(bilan.reponses),
    ]


def _personne_recue(reponses: Mapping[str, Any]) -> Iterator[Constat]:
    nombre = reponses.get("MOC_03") or 0
    if nombre > ENTRETIENS_PREVUS:
        yield doute(f"Le module prévoit de 1 à {ENTRETIENS_PREVUS} entretiens.", "MOC_03")
    for code, quoi in _ATTENDUES.items() if nombre else ():
        if code not in reponses:
            yield doute(f"La personne a été reçue : {quoi} n'est pas renseignée.", code)


def _projet(reponses: Mapping[str, Any]) -> Iterator[Constat]:
    if reponses.get("MOC_05") == "ACTIVITE_EXISTANTE" and reponses.get("MOC_08", "DEJA_IMMATRICULE") in (
        "IDEE",
        "ETUDE_EN_COURS",
    ):
        yield Constat("L'activité existe : elle ne peut pas en être à l'idée ou à l'étude.", champ="MOC_08")
    freins = reponses.get("MOC_13", ())
    if reponses.get("MOC_10") == "MANQUANTE" and "QUALIFICATION" not in freins:
        yield doute("La qualification réglementée manque : c'est un frein à lever avant création.", "MOC_13")
    if reponses.get("MOC_10") == "MANQUANTE" and reponses.get("MOC_08") == "DEJA_IMMATRICULE":
        yield doute("L'activité est immatriculée sans la qualification que la loi demande : vérifiez.", "MOC_10")


def _preconisation(reponses: Mapping[str, Any]) -> Iterator[Constat]:
    preconisation = reponses.get("MOC_17")
    if preconisation and preconisation != "RETOUR_AU_REFERENT_UNIQUE" and "MOC_18" not in reponses:
        yield Constat("Une préconisation est faite : dites si la personne l'accepte.", champ="MOC_18")
    if preconisation in CPARTI and reponses.get("MOC_05") == "PAS_DE_PROJET_DEFINI":
        yield Constat("Aucun projet n'est défini : le C-PARTI ne convient pas encore.", champ="MOC_17")
    if preconisation in CPARTI and reponses.get("MOC_16") == "DEFAVORABLE":
        yield doute("Le C-PARTI est préconisé, et la faisabilité est défavorable.", "MOC_17")
    agricole = reponses.get("MOC_06") == "AGRICOLE"
    if preconisation == "C_PARTI_POST_CREATION_AGRICOLE" and not agricole:
        yield doute("Le C-PARTI agricole est préconisé pour un projet qui n'est pas agricole.", "MOC_17")
    if preconisation == "C_PARTI_POST_CREATION_HORS_AGRICOLE" and agricole:
        yield doute("Le projet est agricole : le C-PARTI agricole conviendrait.", "MOC_17")
    apres = preconisation in CPARTI[1:]
    if apres and reponses.get("MOC_08") in ("IDEE", "ETUDE_EN_COURS", "PRET_A_DEMARRER"):
        yield doute("Une post-création est préconisée, et l'activité n'est pas immatriculée.", "MOC_17")
