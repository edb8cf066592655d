"""Blocks that the questionnaires of offres share: E (entry) and S (exit), pre-filled, then controlled at the closing.

Block E is questions 1 to 4 (real entry, « Prescripteur », individual entretiens, collective workshops), block S four
questions from a rank on (real end, « Motif de fin d'étape », employment, exit from RSA). A code is that of the
questionnaire and a rank of two digits: MOC_01. `viesion_core.api` offers them to plugin authors.
"""

from collections.abc import Iterator
from typing import Any

from viesion_core.bilans.model import BilanVu
from viesion_core.offres.aides import COLLECTIFS, date_de, doute, entretiens_de, prescripteur
from viesion_core.offres.model import Constat, DossierVu
from viesion_core.parcours.model import EtapeResume


def compter_entretiens(dossier: DossierVu, etape: str) -> tuple[int, int]:
    """Return how many individual entretiens and collective workshops of an étape were held."""
    tenus = entretiens_de(dossier, etape)
    ensemble = sum(entretien.type in COLLECTIFS for entretien in tenus)
    return len(tenus) - ensemble, ensemble


def entree_connue(dossier: DossierVu, etape: EtapeResume, prefixe: str) -> Iterator[tuple[str, Any]]:
    """Yield the answers of block E that the dossier knows: first entretien held, who prescribed, counts."""
    if qui := prescripteur(dossier):
        yield f"{prefixe}_02", qui
    if tenus := entretiens_de(dossier, str(etape.id)):
        seuls, ensemble = compter_entretiens(dossier, str(etape.id))
        yield f"{prefixe}_01", tenus[0].jour.isoformat()
        yield f"{prefixe}_03", seuls
        yield f"{prefixe}_04", ensemble


def controler_entree(dossier: DossierVu, bilan: BilanVu) -> Iterator[Constat]:
    """Compare block E with the étape and its entretiens."""
    prefixe, reponses = bilan.questionnaire, bilan.reponses
    arrivee, nombre = date_de(reponses, f"{prefixe}_01"), reponses.get(f"{prefixe}_03")
    etape = next((e for e in dossier.etapes if str(e.id) == bilan.etape), None)
    if nombre and arrivee is None:
        yield Constat("Des entretiens ont eu lieu : la date d'entrée réelle est à saisir.", champ=f"{prefixe}_01")
    if etape and arrivee and arrivee < etape.debut_reel:
        message = f"L'entrée réelle précède le début réel de l'étape ({etape.debut_reel:%d/%m/%Y})."
        yield doute(message, f"{prefixe}_01")
    if etape and etape.fin_reelle and arrivee and arrivee > etape.fin_reelle:
        message = f"L'entrée réelle suit la fin réelle de l'étape ({etape.fin_reelle:%d/%m/%Y})."
        yield Constat(message, champ=f"{prefixe}_01")
    seuls, ensemble = compter_entretiens(dossier, bilan.etape)
    for rang, compte, quoi in (("03", seuls, "entretiens individuels"), ("04", ensemble, "ateliers collectifs")):
        ecrit = reponses.get(f"{prefixe}_{rang}")
        if ecrit is not None and ecrit != compte:
            message = f"{quoi[0].upper()}{quoi[1:]} : {ecrit} ici, {compte} en « Présence » dans le dossier."
            yield doute(message, f"{prefixe}_{rang}")


def sortie_connue(etape: EtapeResume, prefixe: str, rang: int) -> Iterator[tuple[str, Any]]:
    """Yield the answers of block S, whose first question is of that rank, that a closed étape knows."""
    if etape.fin_reelle:
        yield f"{prefixe}_{rang:02}", etape.fin_reelle.isoformat()
        if etape.motif_fin:
            yield f"{prefixe}_{rang + 1:02}", etape.motif_fin


def controler_sortie(dossier: DossierVu, bilan: BilanVu, rang: int) -> Iterator[Constat]:
    """Compare block S with block E and with the étape; `rang` is that of its first question."""
    prefixe, reponses = bilan.questionnaire, bilan.reponses
    fin, motif = f"{prefixe}_{rang:02}", f"{prefixe}_{rang + 1:02}"
    arrivee, depart = date_de(reponses, f"{prefixe}_01"), date_de(reponses, fin)
    etape = next((e for e in dossier.etapes if str(e.id) == bilan.etape), None)
    if arrivee and depart and depart < arrivee:
        yield Constat(f"La fin réelle précède l'entrée réelle ({arrivee:%d/%m/%Y}).", champ=fin)
    if etape and etape.fin_reelle and depart and depart != etape.fin_reelle:
        yield doute(f"La fin réelle de l'étape est le {etape.fin_reelle:%d/%m/%Y}.", fin)
    if depart and motif not in reponses:
        yield Constat("L'accompagnement est fini : le motif de fin d'étape est à saisir.", champ=motif)
    if etape and etape.motif_fin and motif in reponses and reponses[motif] != etape.motif_fin:
        yield doute(f"Le motif de fin de l'étape est « {etape.motif_libelle} ».", motif)
    emploi, dehors = f"{prefixe}_{rang + 2:02}", f"{prefixe}_{rang + 3:02}"
    if reponses.get(dehors) == "CONSTATEE" and reponses.get(emploi) == "SANS_ACTIVITE":
        yield doute("La sortie du RSA est constatée, et la personne est sans activité : vérifiez.", dehors)
