"""The pure checks of what is typed: each returns the French messages by field, empty when all is right."""

import datetime as dt
from collections.abc import Iterable

from viesion_core.nomenclatures.model import nomenclature
from viesion_core.organismes.model import OffreDeServiceResume
from viesion_core.parcours.model import (
    ETAPE,
    HEURES_CONTRAT_ENGAGEMENT,
    LIBELLE_NATURE,
    PARCOURS,
    UN_JOUR,
    AffectationResume,
    EntreeResume,
    EtapeResume,
    Reglement,
    SaisieAffectation,
    SaisieContrat,
    SaisieEtape,
    ajouter_mois,
    chevauchements,
    du_au,
    jour,
)


def defauts_contrat(saisie: SaisieContrat, entrees: Iterable[EntreeResume], aujourdhui: dt.date) -> dict[str, str]:
    """Check a contract: dates in order, signature not in the future, hours of a contrat d'engagement.

    Source: law 2023-1196 (at least 15 hours a week, reducible for real difficulties). VieSion records the
    fact and computes no sanction.
    """
    defauts: dict[str, str] = {}
    if saisie.type not in nomenclature("TYPE_CONTRAT").par_code():
        defauts["type"] = "Choisissez le type du contrat."
    if saisie.fin < saisie.debut:
        defauts["fin"] = f"La fin précède le début ({jour(saisie.debut)})."
    if saisie.signature and saisie.signature > aujourdhui:
        defauts["signature"] = "La date de signature ne peut pas être dans le futur."
    if saisie.dispense and saisie.dispense not in nomenclature("DISPENSE").par_code():
        defauts["dispense"] = "Choisissez un élément de la liste."
    if saisie.dispositif and saisie.dispositif not in {entree.id for entree in entrees}:
        defauts["dispositif"] = "Cet accompagnement n'est pas celui de la personne."
    if saisie.type != "CE":
        if saisie.heures_hebdo is not None:
            defauts["heures_hebdo"] = "Les heures ne concernent que le contrat d'engagement."
        if saisie.dispense:
            defauts["dispense"] = "Le motif de dispense ne concerne que le contrat d'engagement."
    elif saisie.heures_hebdo is not None and saisie.heures_hebdo < HEURES_CONTRAT_ENGAGEMENT and not saisie.dispense:
        defauts["dispense"] = f"Moins de {HEURES_CONTRAT_ENGAGEMENT} heures : le motif de dispense est requis."
    return defauts


def defauts_etape(
    saisie: SaisieEtape,
    entrees: Iterable[EntreeResume],
    offre: OffreDeServiceResume | None,
    aujourdhui: dt.date,
    precedente: EtapeResume | None = None,
) -> dict[str, str]:
    """Check an étape: début réel and dispositif to open it, fin réelle and motif de fin together to close it.

    The deck says « impérativement ». The étape stays inside the dates of its dispositif, and its offre is
    enabled for the organism on its first day, unless it is the one it already had (`precedente`).
    """
    defauts = _defauts_cloture(saisie, aujourdhui)
    entree = next((e for e in entrees if e.id == saisie.dispositif), None)
    if entree is None:
        defauts["dispositif"] = "Rattachez l'étape à un dispositif de la personne."
    else:
        defauts |= _defauts_dispositif(saisie, entree)
    gardee = precedente is not None and precedente.offre_de_service == saisie.offre_de_service
    if offre is None:
        defauts["offre_de_service"] = "Choisissez une offre de service de votre organisme."
    elif not gardee and not offre.active(saisie.debut_reel):
        defauts["offre_de_service"] = (
            f"L'offre {offre.offre} n'est ouverte à {offre.organisme_nom} que {du_au(offre.debut, offre.fin)}."
        )
    if saisie.debut_prevu and saisie.fin_prevue and saisie.fin_prevue < saisie.debut_prevu:
        defauts["fin_prevue"] = "La fin prévue précède le début prévu."
    return defauts


def _defauts_cloture(saisie: SaisieEtape, aujourdhui: dt.date) -> dict[str, str]:
    defauts: dict[str, str] = {}
    if saisie.motif_fin and saisie.motif_fin not in nomenclature("MOTIF_FIN").par_code():
        defauts["motif_fin"] = "Choisissez un élément de la liste."
    if saisie.fin_reelle is None and saisie.motif_fin:
        defauts["fin_reelle"] = "Le motif de fin est choisi : saisissez aussi la fin réelle."
    elif saisie.fin_reelle is not None and not saisie.motif_fin:
        defauts["motif_fin"] = "La fin réelle est saisie : choisissez aussi le motif de fin."
    if saisie.fin_reelle is not None:
        if saisie.fin_reelle < saisie.debut_reel:
            defauts["fin_reelle"] = f"La fin réelle précède le début réel ({jour(saisie.debut_reel)})."
        elif saisie.fin_reelle > aujourdhui:
            defauts["fin_reelle"] = "La fin réelle se saisit une fois l'étape terminée : elle ne peut pas être à venir."
    return defauts


def _defauts_dispositif(saisie: SaisieEtape, entree: EntreeResume) -> dict[str, str]:
    if saisie.debut_reel < entree.debut:
        return {"debut_reel": f"L'étape commence avant l'entrée dans le dispositif ({jour(entree.debut)})."}
    if entree.fin is None:
        return {}
    if saisie.debut_reel > entree.fin:
        return {"debut_reel": f"L'étape commence après la sortie du dispositif ({jour(entree.fin)})."}
    if saisie.fin_reelle is None:
        return {"fin_reelle": f"Le dispositif est terminé depuis le {jour(entree.fin)} : saisissez la fin réelle."}
    if saisie.fin_reelle > entree.fin:
        return {"fin_reelle": f"L'étape finit après la sortie du dispositif ({jour(entree.fin)})."}
    return {}


def avertissements_etape(saisie: SaisieEtape, duree_maximale: int | None, aujourdhui: dt.date) -> list[str]:
    """Return what deserves attention without blocking: the length of the offre (in months) is exceeded."""
    if duree_maximale is None:
        return []
    terme = terme_etape(saisie.debut_reel, duree_maximale)
    if (saisie.fin_reelle or aujourdhui) <= terme:
        return []
    return [f"La durée maximale de l'offre est de {duree_maximale} mois : le terme était le {jour(terme)}."]


def terme_etape(debut_reel: dt.date, duree_maximale: int) -> dt.date:
    """Return the last day that the offre allows, its length being in months."""
    return ajouter_mois(debut_reel, duree_maximale) - UN_JOUR


def defauts_affectation(
    saisie: SaisieAffectation,
    entrees: Iterable[EntreeResume],
    etapes: Iterable[EtapeResume],
    existantes: Iterable[AffectationResume],
    sauf: object = None,
) -> dict[str, str]:
    """Check a référent: dates in order and inside the dispositif, étape of the person, not the same one twice."""
    defauts: dict[str, str] = {}
    if saisie.nature not in LIBELLE_NATURE:
        defauts["nature"] = "Choisissez référent d'étape ou référent de parcours."
    if saisie.fin is not None and saisie.fin < saisie.debut:
        defauts["fin"] = f"La fin précède le début ({jour(saisie.debut)})."
    entree = next((e for e in entrees if e.id == saisie.dispositif), None)
    if entree is None:
        defauts["dispositif"] = "Cochez l'accompagnement concerné : un référent se rattache à un dispositif."
    elif saisie.debut < entree.debut:
        defauts["debut"] = f"Le début précède l'entrée dans le dispositif ({jour(entree.debut)})."
    if saisie.etape is not None:
        if saisie.nature != ETAPE:
            defauts["etape"] = "Seul un référent d'étape se rattache à une étape."
        elif saisie.etape not in {etape.id for etape in etapes}:
            defauts["etape"] = "Choisissez une étape de la personne."
    memes = [
        a
        for a in existantes
        if a.referent == saisie.referent
        and a.nature == saisie.nature
        and (a.etape is None or saisie.etape is None or a.etape == saisie.etape)
    ]
    deja = [a for a in chevauchements(memes, saisie.debut, saisie.fin) if a.id != sauf]
    if deja:
        defauts["referent"] = f"{deja[0].referent_nom} est déjà {deja[0].qualite} {du_au(deja[0].debut, deja[0].fin)}."
    return defauts


def message_referent_parcours(reglement: Reglement[AffectationResume]) -> str:
    """Return what happens to the former référent de parcours, or what stands in the way; "" when nothing does."""
    if reglement.obstacles:
        genant = reglement.obstacles[0]
        return (
            f"{genant.referent_nom} est {LIBELLE_NATURE[PARCOURS]} {du_au(genant.debut, genant.fin)} : "
            "modifiez ou supprimez d'abord cette affectation."
        )
    if reglement.a_terminer:
        precedent = reglement.a_terminer[0]
        return (
            f"{precedent.referent_nom}, {LIBELLE_NATURE[PARCOURS]} {du_au(precedent.debut, precedent.fin)}, "
            f"termine la veille, le {jour(reglement.veille)}."
        )
    return ""
