"""What is wrong or doubtful in a MOS bilan before it is closed.

An error blocks the closing: what it says cannot be true, or leaves a person in danger without a follow-up. A warning
is shown and may be passed over: the référent knows better.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from viesion_core.api import ABSENCE_NON_JUSTIFIEE, BilanVu, Constat, DossierVu, date_de, doute, entretiens_de

RELAIS_URGENT = "RELAIS_URGENT_EFFECTUE"
AUCUNE_SUITE = "AUCUNE_SUITE"
PSME = ("PSME_FLASH", "PSME_ACCOMPAGNEMENT")
ENTRETIENS_PREVUS = 4
"""« 2 à 4 entretiens » (domain reference)."""
_ATTENDUES = {
    "MOS_15": "l'état de santé perçu",
    "MOS_16": "le retentissement sur les démarches",
    "MOS_27": "les attentes de la personne",
    "MOS_29": "la compatibilité avec l'emploi ou la formation",
    "MOS_31": "l'adhésion à une démarche santé",
}
"""What an interview is for: expected as soon as the person was received."""


def controler(dossier: DossierVu, bilan: BilanVu) -> list[Constat]:
    """Return the findings of a bilan, by question."""
    reponses = bilan.reponses
    return [
        *_dates(dossier, bilan),
        *_entretiens(dossier, bilan),
        *_personne_recue(reponses),
        *_protection(reponses),
        *_soins(reponses),
        *_preconisation(reponses),
        *_transmission(reponses),
    ]


def _dates(dossier: DossierVu, bilan: BilanVu) -> Iterator[Constat]:
    prescription, premier, transmission = (date_de(bilan.reponses, code) for code in ("MOS_01", "MOS_04", "MOS_36"))
    if prescription and premier and premier < prescription:
        yield Constat(
            f"Le premier entretien honoré ({_jour(premier)}) précède la réception de la prescription "
            f"({_jour(prescription)}).",
            champ="MOS_04",
        )
    if premier and transmission and transmission < premier:
        yield Constat(
            f"La transmission au référent unique ({_jour(transmission)}) précède le premier entretien honoré "
            f"({_jour(premier)}).",
            champ="MOS_36",
        )
    elif prescription and transmission and transmission < prescription:
        yield Constat(
            f"La transmission au référent unique ({_jour(transmission)}) précède la réception de la prescription "
            f"({_jour(prescription)}).",
            champ="MOS_36",
        )
    etape = next((e for e in dossier.etapes if str(e.id) == bilan.etape), None)
    if etape and premier and premier < etape.debut_reel:
        yield doute(
            f"Le premier entretien honoré précède le début réel de l'étape ({_jour(etape.debut_reel)}).", "MOS_04"
        )
    if etape and etape.fin_reelle and premier and premier > etape.fin_reelle:
        yield Constat(
            f"Le premier entretien honoré suit la fin réelle de l'étape ({_jour(etape.fin_reelle)}).", champ="MOS_04"
        )


def _entretiens(dossier: DossierVu, bilan: BilanVu) -> Iterator[Constat]:
    """Compare what is written with the entretiens of the étape: Présence, Absence non justifiée."""
    nombre, absences = bilan.reponses.get("MOS_05"), bilan.reponses.get("MOS_06")
    premier = date_de(bilan.reponses, "MOS_04")
    tenus = entretiens_de(dossier, bilan.etape)
    manques = entretiens_de(dossier, bilan.etape, ABSENCE_NON_JUSTIFIEE)
    if nombre and premier is None:
        yield Constat("Des entretiens ont eu lieu : la date du premier est à saisir.", champ="MOS_04")
    if nombre == 0 and premier is not None:
        yield Constat("Aucun entretien n'est compté, mais la date du premier est saisie.", champ="MOS_05")
    if nombre is not None and nombre != len(tenus):
        yield doute(
            f"{_compte(nombre, 'entretien')} ici, {len(tenus)} en « Présence » pour cette étape dans le dossier.",
            "MOS_05",
        )
    elif tenus and premier and premier != tenus[0].jour:
        yield doute(f"Le premier entretien en « Présence » de l'étape est du {_jour(tenus[0].jour)}.", "MOS_04")
    if absences is not None and absences != len(manques):
        yield doute(
            f"{_compte(absences, 'absence')} ici, {len(manques)} en « Absence non justifiée » pour cette étape dans "
            "le dossier.",
            "MOS_06",
        )
    if nombre and nombre > ENTRETIENS_PREVUS:
        yield doute(f"Le module prévoit de 2 à {ENTRETIENS_PREVUS} entretiens.", "MOS_05")


def _personne_recue(reponses: Mapping[str, Any]) -> Iterator[Constat]:
    if not reponses.get("MOS_05"):
        return
    for code in ("MOS_19", "MOS_26"):
        if code not in reponses:
            quoi = "le mal-être exprimé" if code == "MOS_19" else "le besoin d'une mise en protection"
            yield Constat(f"La personne a été reçue : {quoi} est à renseigner.", champ=code)
    for code, quoi in _ATTENDUES.items():
        if code not in reponses:
            yield doute(f"La personne a été reçue : il manque {quoi}.", code)


def _protection(reponses: Mapping[str, Any]) -> Iterator[Constat]:
    """A danger that was seen is followed and passed on: no bilan is closed on it without that."""
    urgent, protection = reponses.get("MOS_19") == RELAIS_URGENT, reponses.get("MOS_26") is True
    if urgent and "MOS_26" not in reponses and not reponses.get("MOS_05"):
        yield Constat(
            "Un relais urgent a été effectué : dites si une mise en protection est nécessaire.", champ="MOS_26"
        )
    if (urgent or protection) and reponses.get("MOS_32") == AUCUNE_SUITE:
        raison = "Une mise en protection est nécessaire" if protection else "Un relais urgent a été effectué"
        yield Constat(f"{raison} : « Aucune suite » ne convient pas.", champ="MOS_32")
    if (urgent or protection) and "MOS_36" not in reponses:
        raison = "Une mise en protection est nécessaire" if protection else "Un relais urgent a été effectué"
        yield Constat(f"{raison} : le référent unique est à prévenir, et la date à saisir.", champ="MOS_36")
    if urgent and reponses.get("MOS_26") is False:
        yield doute("Un relais urgent a été effectué sans mise en protection : vérifiez.", "MOS_26")
    if reponses.get("MOS_19") == "MARQUE" and reponses.get("MOS_32") == AUCUNE_SUITE:
        yield doute("Le mal-être exprimé est marqué, et aucune suite n'est préconisée.", "MOS_32")


def _soins(reponses: Mapping[str, Any]) -> Iterator[Constat]:
    if reponses.get("MOS_11") is True and "MOS_12" not in reponses:
        yield doute("Les raisons du renoncement aux soins ne sont pas renseignées.", "MOS_12")
    if "DOSSIER_MDPH_EN_COURS" in reponses.get("MOS_20", ()) and reponses.get("MOS_21") is True:
        yield doute("Un dossier MDPH est déjà en cours : une autre démarche est-elle à engager ?", "MOS_21")
    if reponses.get("MOS_32") == "MDPH_AAH" and reponses.get("MOS_21") is False:
        yield doute("La préconisation est « MDPH/AAH », et aucune démarche MDPH n'est à engager.", "MOS_21")
    if reponses.get("MOS_16") == "BLOQUANT_A_CE_JOUR" and reponses.get("MOS_29") == "SANS_AMENAGEMENT":
        yield doute("Le retentissement est bloquant à ce jour, et l'emploi compatible sans aménagement.", "MOS_29")


def _preconisation(reponses: Mapping[str, Any]) -> Iterator[Constat]:
    preconisation, acceptee = reponses.get("MOS_32"), reponses.get("MOS_34")
    if preconisation and preconisation != AUCUNE_SUITE and acceptee is None:
        yield Constat("Une préconisation est faite : dites si la personne l'accepte.", champ="MOS_34")
    if preconisation in PSME and "MOS_33" not in reponses:
        message = "L'organisme préconisé pour le PSME n'est pas choisi."
        yield Constat(message, champ="MOS_33") if acceptee == "OUI" else doute(message, "MOS_33")
    if reponses.get("MOS_31") == "REFUS" and acceptee == "OUI":
        yield doute("La personne refuse une démarche santé, mais accepte la préconisation : vérifiez.", "MOS_34")


def _transmission(reponses: Mapping[str, Any]) -> Iterator[Constat]:
    """What is passed on about a person's health is with their knowledge (Code de la santé publique, L1110-4)."""
    if "MOS_36" in reponses and reponses.get("MOS_35") is not True:
        yield Constat(
            "La synthèse est transmise au référent unique : la personne doit en connaître le contenu.", champ="MOS_35"
        )
    if "MOS_36" not in reponses and reponses.get("MOS_35") is True:
        yield doute("La personne est informée : la date de transmission au référent unique manque.", "MOS_36")


def _jour(jour: dt.date) -> str:
    return f"{jour:%d/%m/%Y}"


def _compte(nombre: int, mot: str) -> str:
    return f"{nombre} {mot}s" if nombre > 1 else f"{nombre} {mot}"
