"""What is wrong or doubtful in a bilan of the C-PARTI before it is closed.

An error blocks the closing: what it says cannot be true. A warning is shown and may be passed over.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from viesion_core.api import BilanVu, Constat, DossierVu, controler_entree, controler_sortie, date_de, doute
from viesion_cparti.bilan import AGRI, PRE, SORTIE

DETTES_LOURDES = "10_000"
"""« > 10 000 € »."""
_VIABLE = {"CPARTI_POST": ("21", "22"), "CPARTI_AGRI": ("27", "28")}
"""« Viabilité » and « Avis », by questionnaire."""


def controler(dossier: DossierVu, bilan: BilanVu) -> list[Constat]:
    """Return the findings of a bilan, by question."""
    if bilan.questionnaire == PRE:
        propres = [*_financement(bilan.reponses), *_decision(dossier, bilan.reponses)]
    else:
        propres = [*_activite(dossier, bilan), *_conclusion(bilan)]
        propres += _exploitation(bilan.reponses) if bilan.questionnaire == AGRI else _seuil(bilan.reponses)
    return [
        *controler_entree(dossier, bilan),
        *propres,
        *controler_sortie(dossier, bilan, SORTIE[bilan.questionnaire]),
    ]


def _financement(reponses: Mapping[str, Any]) -> Iterator[Constat]:
    besoin, obtenus = reponses.get("CPARTI_PRE_11"), reponses.get("CPARTI_PRE_13")
    if obtenus and reponses.get("CPARTI_PRE_12") == ["AUCUN"]:
        yield Constat("Des financements sont obtenus, et aucun n'est recherché.", champ="CPARTI_PRE_12")
    if besoin is not None and obtenus is not None and obtenus > besoin:
        yield doute("Les financements obtenus dépassent le besoin.", "CPARTI_PRE_13")
    if "DJA" in reponses.get("CPARTI_PRE_12", ()) and reponses.get("CPARTI_PRE_05") == "HORS_AGRICOLE":
        yield doute("La DJA est une aide agricole, et le régime visé ne l'est pas.", "CPARTI_PRE_12")


def _decision(dossier: DossierVu, reponses: Mapping[str, Any]) -> Iterator[Constat]:
    decision, jour = reponses.get("CPARTI_PRE_21"), date_de(reponses, "CPARTI_PRE_22")
    if decision in ("CREATION_EFFECTIVE", "CREATION_PREVUE") and jour is None:
        yield Constat("La création est effective ou prévue : sa date est à saisir.", champ="CPARTI_PRE_22")
    if decision == "CREATION_EFFECTIVE" and jour and jour > dossier.aujourdhui:
        yield Constat("La création est effective : sa date ne peut pas être à venir.", champ="CPARTI_PRE_22")
    if decision == "CREATION_PREVUE" and jour and jour < dossier.aujourdhui:
        yield doute("La création est prévue à une date passée : a-t-elle eu lieu ?", "CPARTI_PRE_22")
    if decision in ("CREATION_EFFECTIVE", "CREATION_PREVUE"):
        for code, quoi in (("CPARTI_PRE_09", "l'étude de marché"), ("CPARTI_PRE_10", "l'étude financière")):
            if reponses.get(code) != "REALISEE":
                yield doute(f"La création est décidée, et {quoi} n'est pas réalisée.", code)
        if reponses.get("CPARTI_PRE_14") is not True:
            yield doute("La création est décidée, et le statut juridique n'est pas arrêté.", "CPARTI_PRE_14")
        if reponses.get("CPARTI_PRE_05") == "AGRICOLE_MSA" and reponses.get("CPARTI_PRE_16") == "EN_RECHERCHE":
            yield doute("La création agricole est décidée, et le foncier est encore recherché.", "CPARTI_PRE_16")


def _activite(dossier: DossierVu, bilan: BilanVu) -> Iterator[Constat]:
    prefixe, reponses = bilan.questionnaire, bilan.reponses
    chiffre, charges, revenu = (reponses.get(f"{prefixe}_{rang}") for rang in ("08", "09", "10"))
    creation = date_de(reponses, f"{prefixe}_05")
    if creation and (dossier.aujourdhui - creation).days > 182 and chiffre is None:
        yield doute("L'activité a plus de 6 mois : son chiffre d'affaires manque.", f"{prefixe}_08")
    if chiffre is not None and charges is not None and revenu is not None and revenu * 12 > max(0, chiffre - charges):
        message = "Le revenu de l'activité dépasse ce que laissent le chiffre d'affaires et les charges : vérifiez."
        yield doute(message, f"{prefixe}_10")
    if chiffre == 0 and reponses.get(f"{prefixe}_11") == "HAUSSE":
        yield Constat("Le chiffre d'affaires est nul : il ne peut pas être en hausse.", champ=f"{prefixe}_11")
    if reponses.get(f"{prefixe}_07") is False and chiffre:
        yield doute("Un chiffre d'affaires est réalisé sans SIRET : vérifiez.", f"{prefixe}_07")


def _conclusion(bilan: BilanVu) -> Iterator[Constat]:
    prefixe, reponses = bilan.questionnaire, bilan.reponses
    viable, avis = (f"{prefixe}_{rang}" for rang in _VIABLE[prefixe])
    if reponses.get(viable) == "NON_VIABLE" and reponses.get(avis) in ("POURSUITE", "DEVELOPPEMENT"):
        yield doute("L'activité n'est pas viable, et l'avis est de poursuivre : dites pourquoi.", avis)
    if reponses.get(viable) == "VIABLE" and reponses.get(avis) == "CESSATION_ACCOMPAGNEE":
        yield Constat("L'activité est viable, et l'avis est d'en cesser : l'un des deux est à revoir.", champ=avis)
    if reponses.get(viable) == "VIABLE" and reponses.get(f"{prefixe}_14") == DETTES_LOURDES:
        yield doute("L'activité est viable, avec plus de 10 000 € de dettes : vérifiez.", viable)


def _seuil(reponses: Mapping[str, Any]) -> Iterator[Constat]:
    if reponses.get("CPARTI_POST_20") == "OUI" and reponses.get("CPARTI_POST_21") == "NON_VIABLE":
        yield doute("Le seuil de viabilité est atteint, et l'activité n'est pas viable : vérifiez.", "CPARTI_POST_21")
    if reponses.get("CPARTI_POST_20") == "OUI" and (reponses.get("CPARTI_POST_10") or 0) <= 0:
        yield doute("Le seuil de viabilité est atteint sans revenu tiré de l'activité : vérifiez.", "CPARTI_POST_20")


def _exploitation(reponses: Mapping[str, Any]) -> Iterator[Constat]:
    if reponses.get("CPARTI_AGRI_20") == "AUCUNE":
        yield doute("L'exploitation n'est pas affiliée à la MSA : une démarche est à engager.", "CPARTI_AGRI_20")
    difficultes, relais = reponses.get("CPARTI_AGRI_25", ()), reponses.get("CPARTI_AGRI_26", ["AUCUN"])
    if "DETTES" in difficultes and relais == ["AUCUN"]:
        yield doute("Des dettes sont une difficulté, et aucun relais n'est engagé.", "CPARTI_AGRI_26")
