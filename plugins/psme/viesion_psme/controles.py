"""What is wrong or doubtful in a bilan of the PSME before it is closed.

An error blocks the closing: what it says cannot be true, or passes health data on without agreement. A warning is
shown and may be passed over: the référent knows better.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from viesion_core.api import BilanVu, Constat, DossierVu, controler_entree, controler_sortie, date_de, doute
from viesion_psme.bilan import FLASH, SORTIE

BIEN_ETRE = {"PSME_FLASH": ("PSME_FLASH_09", "PSME_FLASH_10"), "PSME_ACC": ("PSME_ACC_06", "PSME_ACC_16")}
"""« Bien-être perçu à l'entrée », « à la sortie », by questionnaire."""


def controler(dossier: DossierVu, bilan: BilanVu) -> list[Constat]:
    """Return the findings of a bilan, by question."""
    propres = _flash(bilan.reponses) if bilan.questionnaire == FLASH else _accompagnement(dossier, bilan)
    return [*controler_entree(dossier, bilan), *_bien_etre(bilan), *propres]


def _bien_etre(bilan: BilanVu) -> Iterator[Constat]:
    entree, sortie = BIEN_ETRE[bilan.questionnaire]
    avant, apres = bilan.reponses.get(entree), bilan.reponses.get(sortie)
    recue = bool(bilan.reponses.get(f"{bilan.questionnaire}_03"))
    if recue and avant is None:
        yield doute("La personne a été reçue : son bien-être à l'entrée n'est pas renseigné.", entree)
    if avant is not None and apres is not None and apres < avant:
        yield doute(f"Le bien-être baisse, de {avant} à {apres} : dites-le dans la synthèse, et quel relais est pris.")


def _flash(reponses: Mapping[str, Any]) -> Iterator[Constat]:
    arrivee, depart = date_de(reponses, "PSME_FLASH_01"), date_de(reponses, "PSME_FLASH_14")
    if arrivee and depart and depart < arrivee:
        yield Constat(f"La fin réelle précède l'entrée réelle ({arrivee:%d/%m/%Y}).", champ="PSME_FLASH_14")
    if "PSME_FLASH_08" not in reponses and reponses.get("PSME_FLASH_03"):
        yield Constat("La personne a été reçue : dites si la situation est débloquée.", champ="PSME_FLASH_08")
    suite = reponses.get("PSME_FLASH_12")
    if suite and suite != "AUCUNE" and "PSME_FLASH_13" not in reponses:
        yield Constat("Une suite est proposée : dites si la personne l'accepte.", champ="PSME_FLASH_13")
    if suite == "AUCUNE" and reponses.get("PSME_FLASH_08") == "NON":
        yield doute("La situation n'est pas débloquée, et aucune suite n'est proposée.", "PSME_FLASH_12")


def _accompagnement(dossier: DossierVu, bilan: BilanVu) -> Iterator[Constat]:
    reponses = bilan.reponses
    yield from controler_sortie(dossier, bilan, SORTIE)
    if reponses.get("PSME_ACC_15") == "RUPTURE" and reponses.get("PSME_ACC_22") is True:
        yield doute("La participation est rompue, et le projet d'insertion relancé : vérifiez.", "PSME_ACC_22")
    if reponses.get("PSME_ACC_16") is not None and "PSME_ACC_18" not in reponses:
        yield doute("Le bien-être à la sortie est dit : l'évolution de la santé perçue manque.", "PSME_ACC_18")
    leves, freins = set(reponses.get("PSME_ACC_20", ())) - {"AUCUN"}, set(reponses.get("PSME_ACC_08", ()))
    if freins and leves - freins:
        yield doute("Un frein est levé qui n'était pas associé à l'entrée : complétez la question 8.", "PSME_ACC_20")
    if "SANTE_MENTALE" in reponses.get("PSME_ACC_10", ()) and "MAL_ETRE" not in reponses.get("PSME_ACC_05", ()):
        yield doute(
            "Des soins de santé mentale sont engagés : le mal-être est-il un besoin travaillé ?",
            "PSME_ACC_05",
        )
