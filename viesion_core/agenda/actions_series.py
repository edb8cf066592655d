"""The use cases of a series of ateliers afterwards: change, move or cancel séances with their people; add some.

One séance or it and the next ones: one act, one transaction, undone in one go. A séance that has begun, or where
somebody's attendance is told, is never touched.
"""

import collections
import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from viesion_core.acces.perimetre import exiger_ecriture
from viesion_core.acces.queries import collaborateurs
from viesion_core.actes import Acte, acte, declarer_suite
from viesion_core.activites.queries import activites_de
from viesion_core.agenda.actions import horaires_libres, inserer_creneaux, laisses_dits
from viesion_core.agenda.model import SaisiePlage, defauts_plage
from viesion_core.agenda.model_ateliers import PORTEES, SEULE, SUIVANTES, Seance
from viesion_core.agenda.model_series import (
    NOMMEES,
    Partage,
    SaisieSeance,
    Serie,
    changes,
    colonnes_de,
    defaut_capacite,
    defauts_seance,
    dire_annulation,
    dire_changement,
    partager,
    saisie_de,
    suivantes,
)
from viesion_core.agenda.queries_ateliers import entretiens_des_seances, seance, seances_de_serie, serie
from viesion_core.agenda.tables import Creneau, Plage
from viesion_core.contexte import Contexte
from viesion_core.db import lire
from viesion_core.entretiens.model import PREVU
from viesion_core.entretiens.tables import Entretien
from viesion_core.erreurs import ConflitVersion, ErreurMetier, ErreurSaisie
from viesion_core.formats import compte

_COMMENCEE = "Cette séance a commencé."
_POINTEE = "Des présences sont déjà saisies : cette séance a eu lieu."
_AUCUNE = "Aucune séance de cette série n'est à venir."
_INSCRITS_DEPUIS = (
    "Cette action ne peut plus être annulée : des personnes ont été inscrites depuis. Modifiez la séance plutôt."
)
_SUIVIES = ("debut", "collaborateur", "lieu", "type")
"""What the entretien of a person takes of its séance; its length too, in minutes."""
_LOT = 500


async def modifier_seances(
    ctx: Contexte, identifiant: uuid.UUID, saisie: SaisieSeance, *, portee: str, version: int
) -> Acte:
    """Change a séance known at `version`, its people following; with SUIVANTES, what changes reaches the next ones.

    Days and hours are shifted as those of the séance are, in Paris. Raises ErreurSaisie by field, ErreurMetier when
    nothing may change or the animateur is not free, ConflitVersion.
    """
    exiger_ecriture(ctx)
    vue = await seance(ctx, identifiant)
    _exiger_version(vue, version)
    partage = await _visees(ctx, vue, portee)
    _exiger_a_changer(partage, portee)
    qui = {c.id for c in await collaborateurs(ctx)} if "collaborateur" in changes(vue, saisie) else set()
    if erreurs := defauts_seance(vue, saisie, partage, ctx.maintenant, qui):
        raise ErreurSaisie(erreurs)
    lignes = {s.id: colonnes_de(s, vue, saisie) for s in partage.changees}
    await _exiger_disponible(partage.changees, lignes)
    async with acte(ctx, "atelier.modifier", dire_changement(vue, saisie, partage)) as a:
        if changes(vue, saisie):
            # The last one first when they go later: a series never meets itself on its way.
            ordre = reversed(partage.changees) if saisie.debut > vue.debut else partage.changees
            prises = await _verrouiller(a, [s.id for s in ordre], lignes, partage)
            if "capacite" in changes(vue, saisie):
                _exiger_places(partage.changees, prises, saisie.capacite)
            await _suivre(a, prises, lambda e: _de_la_seance(e, lignes[e["creneau"]], ctx.maintenant))
    return a


async def deplacer_seance(
    ctx: Contexte, identifiant: uuid.UUID, debut: dt.datetime, *, portee: str, version: int
) -> Acte:
    """Give a séance another start, all else kept; raises as `modifier_seances`."""
    vue = await seance(ctx, identifiant)
    saisie = msgspec.structs.replace(saisie_de(vue), debut=debut)
    return await modifier_seances(ctx, identifiant, saisie, portee=portee, version=version)


async def annuler_seance(ctx: Contexte, identifiant: uuid.UUID, *, portee: str, version: int) -> Acte:
    """Cancel a séance, or it and the next ones: its people's entretiens become « Annulé par la structure ».

    Alone, a séance that is past can be too, as long as nobody's attendance is told: it did not take place.
    """
    exiger_ecriture(ctx)
    vue = await seance(ctx, identifiant)
    _exiger_version(vue, version)
    partage = await _visees(ctx, vue, portee)
    if portee == SEULE and partage.passees:
        partage = Partage(changees=(vue,), passees=0, pointees=0)
    _exiger_a_changer(partage, portee)
    async with acte(ctx, "atelier.annuler", dire_annulation(vue, partage)) as a:
        lignes: dict[uuid.UUID, dict[str, Any]] = {s.id: {"retire_le": ctx.maintenant} for s in partage.changees}
        prises = await _verrouiller(a, list(lignes), lignes, partage)
        await _suivre(a, prises, lambda _: {"realisation": "ANNULE_STR", "modifie_le": ctx.maintenant})
    return a


async def prolonger_serie(ctx: Contexte, identifiant: uuid.UUID, saisie: SaisiePlage, *, version: int) -> Acte:
    """Add séances to the series of a séance: days, hours and rhythm of `saisie`, the rest as its last séance.

    `version` is that of the series. Raises ErreurSaisie by field, ErreurMetier when the animateur has a slot at one
    of these hours, ConflitVersion when somebody added séances meanwhile.
    """
    exiger_ecriture(ctx)
    suite = await serie(ctx, await seance(ctx, identifiant))
    saisie = suite_de(suite, saisie)
    if erreurs := defauts_plage(saisie, ctx.aujourdhui):
        raise ErreurSaisie(erreurs)
    qui = suite.derniere.collaborateur
    if qui not in {c.id for c in await collaborateurs(ctx)}:
        raise ErreurMetier(
            f"{suite.derniere.collaborateur_nom} n'est plus de votre organisme : changez d'abord d'animateur."
        )
    horaires, laisses = await horaires_libres(saisie, qui)
    libelle = f"{suite.derniere.nom} : {compte(len(horaires), 'séance ajoutée', 'séances ajoutées')}"
    async with acte(ctx, "atelier.prolonger", libelle + laisses_dits(laisses, "laissée")) as a:
        regle = {"jours": "".join(map(str, saisie.jours)), "semaines": saisie.semaines, "fin": saisie.fin}
        await a.modifier(Plage, suite.id, regle, version=version)
        await inserer_creneaux(a, suite.id, saisie, suite.derniere.organisme, qui, horaires)
    return a


def suite_de(suite: Serie, saisie: SaisiePlage) -> SaisiePlage:
    """Return days and hours of a form, the rest as the last séance of the series."""
    derniere = suite.derniere
    return msgspec.structs.replace(
        saisie,
        titre=derniere.titre,
        type=derniere.type,
        lieu=derniere.lieu,
        adresse=derniere.adresse,
        capacite=derniere.capacite,
    )


async def _visees(ctx: Contexte, vue: Seance, portee: str) -> Partage:
    """Return the séances that a change would reach and those that it would leave alone."""
    if portee not in PORTEES:
        raise ErreurSaisie({"portee": "Choisissez cette séance seule, ou celle-ci et les suivantes."})
    atteintes = suivantes(await seances_de_serie(ctx, vue), vue) if portee == SUIVANTES else [vue]
    return partager(atteintes, ctx.maintenant)


def _exiger_version(vue: Seance, version: int) -> None:
    """Refuse a form opened on another version, even when the séance opened is past and left alone."""
    if vue.version != version:
        actuelle = {champ: getattr(vue, champ) for champ in SaisieSeance.__struct_fields__}
        raise ConflitVersion(actuelle, vue.version, nom_table="creneau", cle=str(vue.id))


def _exiger_a_changer(partage: Partage, portee: str) -> None:
    if partage.changees:
        return
    if portee == SUIVANTES:
        raise ErreurMetier(_AUCUNE)
    raise ErreurMetier(_POINTEE if partage.pointees else _COMMENCEE)


async def _verrouiller(
    a: Acte, ordre: Sequence[uuid.UUID], lignes: dict[uuid.UUID, dict[str, Any]], partage: Partage
) -> list[dict[str, Any]]:
    """Change the créneaux, locked until the end of the act, and return who stands in them then.

    A booking that came meanwhile is seen; one that comes after waits, then sees the new version.
    """
    versions = {s.id: s.version for s in partage.changees}
    await a.modifier_lot(Creneau, {cle: lignes[cle] for cle in ordre}, versions)
    prises = await entretiens_des_seances(list(ordre))
    if any(e["realisation"] != PREVU for e in prises):
        raise ErreurMetier("Des présences viennent d'être saisies : rouvrez la page.")
    return prises


def _exiger_places(changees: Sequence[Seance], prises: Sequence[dict[str, Any]], capacite: int) -> None:
    """Refuse fewer places than people, those registered meanwhile included."""
    tenues = collections.Counter(e["creneau"] for e in prises)
    vues = [msgspec.structs.replace(s, pris=tenues[s.id]) for s in changees]
    if trop := [s for s in vues if s.pris > capacite]:
        raise ErreurSaisie({"capacite": defaut_capacite(trop, capacite)})


def _de_la_seance(entretien: dict[str, Any], ligne: dict[str, Any], maintenant: dt.datetime) -> dict[str, Any]:
    """Return what an entretien takes of the new séance."""
    valeurs = {champ: ligne.get(champ, entretien[champ]) for champ in _SUIVIES}
    if "debut" in ligne:
        valeurs["duree"] = int((ligne["fin"] - ligne["debut"]).total_seconds()) // 60
    return {**valeurs, "modifie_le": maintenant}


async def _suivre(
    a: Acte, prises: Sequence[dict[str, Any]], valeurs: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    """Change the entretiens of the people of the séances with them."""
    await a.modifier_lot(Entretien, {e["id"]: valeurs(e) for e in prises})
    for e in prises:
        a.dossiers.add(e["beneficiaire"])
        a.evenement("entretien_enregistre", {"entretien": str(e["id"]), "beneficiaire": e["beneficiaire"]})


async def _exiger_disponible(changees: Sequence[Seance], lignes: dict[uuid.UUID, dict[str, Any]]) -> None:
    """Refuse a new hour or a new animateur where an activité stands in the way; they are read in one query."""
    periodes = [
        (lignes[s.id].get("collaborateur", s.collaborateur), lignes[s.id].get("debut", s.debut), fin)
        for s in changees
        if lignes[s.id].keys() & {"debut", "collaborateur"}
        for fin in [lignes[s.id].get("fin", s.fin)]
    ]
    if not periodes:
        return
    debut, fin = min(p[1] for p in periodes), max(p[2] for p in periodes)
    pris = await activites_de({p[0] for p in periodes}, debut, fin)
    genants = [
        a for a in pris if any(a.collaborateur == qui and a.rencontre(de, jusqua) for qui, de, jusqua in periodes)
    ]
    if genants:
        dits = ", ".join(f"{a.nature_libelle.lower()} {a.quand}" for a in genants[:NOMMEES])
        reste = len(genants) - NOMMEES
        suite = f" et {compte(reste, 'autre')}" if reste > 0 else ""
        raise ErreurMetier(f"{genants[0].collaborateur_complet} n'est pas disponible : {dits}{suite}.")


async def _garder_creneaux(cles: Sequence[str]) -> None:
    await _garder("c.id", cles)


async def _garder_entretiens(cles: Sequence[str]) -> None:
    await _garder("c.id IN (SELECT x.creneau FROM entretien x WHERE x.id", cles, ")")


async def _garder(colonne: str, cles: Sequence[str], fin: str = "") -> None:
    """Refuse an undoing that would part people from the hour or the places of their séance: they came since."""
    for depart in range(0, len(cles), _LOT):
        lot = [uuid.UUID(cle) for cle in cles[depart : depart + _LOT]]
        lignes = await lire(
            f"""SELECT c.id, c.capacite, c.debut, c.fin, c.collaborateur, c.lieu, c.type, e.debut AS e_debut, e.duree,
                e.collaborateur AS e_collaborateur, e.lieu AS e_lieu, e.type AS e_type, e.modifie_le, e.realisation
            FROM creneau c JOIN entretien e ON e.creneau = c.id
            WHERE {colonne} IN ({", ".join("{}" for _ in lot)}){fin} AND c.retire_le IS NULL
                AND e.realisation NOT IN ('REPORTE', 'ANNULE_STR') LIMIT 20000""",
            *lot,
        )
        tenues = collections.Counter(ligne["id"] for ligne in lignes)
        if any(tenues[ligne["id"]] > ligne["capacite"] or _separe(ligne) for ligne in lignes):
            raise ErreurMetier(_INSCRITS_DEPUIS)


def _separe(ligne: dict[str, Any]) -> bool:
    """Whether an entretien that is planned is no longer where its séance is; its place is its own once changed."""
    if ligne["realisation"] != PREVU:
        return False
    champs = _SUIVIES if ligne["modifie_le"] is None else ("debut", "collaborateur")
    minutes = int((ligne["fin"] - ligne["debut"]).total_seconds()) // 60
    return ligne["duree"] != minutes or any(ligne[champ] != ligne[f"e_{champ}"] for champ in champs)


declarer_suite("creneau", _garder_creneaux)
declarer_suite("entretien", _garder_entretiens)
