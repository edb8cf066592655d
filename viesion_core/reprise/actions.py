"""The use cases of a reprise: lay a spreadsheet, match its columns, try it dry, carry it out, give it up.

The rows wait encrypted beside the files of partners; the worker reads them, a few hundred a turn.
"""

import asyncio
import datetime as dt
import hashlib
import pathlib
import uuid
from collections.abc import Iterator, Mapping

import msgspec

from viesion_core.contexte import Contexte, contexte_systeme
from viesion_core.db import en_json, executer, lire_valeur, transaction
from viesion_core.echanges.coffre import SUFFIXE, desceller, sceller
from viesion_core.echanges.comprehension import Refus, comprendre
from viesion_core.echanges.queries import rang_du_contenu
from viesion_core.erreurs import ConflitVersion, ErreurMetier, ErreurSaisie
from viesion_core.journal import journaliser_acte
from viesion_core.reprise.lignes import prendre_ligne
from viesion_core.reprise.model import (
    CHAMPS,
    FLUX,
    compris_en_clair,
    defauts_correspondance,
    memoire,
    mettre_en_ligne,
    proposer,
)
from viesion_core.reprise.model_vues import ABANDONNEE, DEPOSEE, ESSAI, ESSAYEE, FAITE, REEL, RepriseVue
from viesion_core.reprise.queries import correspondance_connue, exiger_pilote, reprise, reprise_en_cours
from viesion_core.reprise.tableur import Tableau, lire_tableur

LIGNES_PAR_TOUR = 200
APERCU = 10
PRECEDENTES = 20
"""Earlier lines about the same person that a dry run does before the next one."""
_AN_2000 = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


class Apercu(msgspec.Struct, frozen=True):
    """A row as it would be understood: its rank, its cells by heading, its fields, what is wrong by field."""

    rang: int
    cases: Mapping[str, str]
    valeurs: Mapping[str, str]
    erreurs: Mapping[str, str]


async def deposer_reprise(
    ctx: Contexte,
    dossier: pathlib.Path,
    octets: bytes,
    *,
    fichier_nom: str,
    nom: str,
    organisme: uuid.UUID,
    cles: str,
) -> uuid.UUID:
    """Read a spreadsheet and keep its rows, encrypted; return the id of the reprise. ErreurSaisie names a fault."""
    exiger_pilote(ctx)
    tableau = await asyncio.to_thread(lire_tableur, octets)
    identifiant = uuid.uuid4()
    await asyncio.to_thread(_garder, _lignes(dossier, identifiant), tableau, cles)
    correspondance = proposer(tableau.entetes, await correspondance_connue(organisme, nom))
    async with transaction():
        await executer(
            """INSERT INTO reprise (id, nom, organisme, fichier_nom, feuille, entetes, correspondance, avertissements,
                lignes, etat, curseur, creees, modifiees, ignorees, rejetees, echange, auteur, cree_le, fini_le,
                version_lignes, version)
            VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, 0, 0, 0, 0, 0, NULL, {}, {}, NULL, {}, 1)""",
            identifiant,
            nom[:120],
            organisme,
            fichier_nom[:160],
            tableau.feuille[:80],
            en_json(tableau.entetes),
            en_json(correspondance),
            en_json(tableau.avertissements),
            len(tableau.rangees),
            DEPOSEE,
            ctx.nom,
            ctx.maintenant,
            int((ctx.maintenant - _AN_2000).total_seconds()),
        )
        await journaliser_acte(ctx, "reprise.deposer", "reprise", str(identifiant), None)
    return identifiant


async def correspondre(ctx: Contexte, identifiant: uuid.UUID, choix: Mapping[str, str], *, version: int) -> None:
    """Say which field each heading gives; kept for the next time. Raises ErreurSaisie, ConflitVersion."""
    vue = await reprise(ctx, identifiant)
    if vue.en_cours or vue.etat in (FAITE, ABANDONNEE):
        raise ErreurMetier("Cette reprise est en cours ou finie : ses colonnes ne changent plus.")
    choisie = {entete: choix.get(entete, "") for entete in vue.entetes}
    if set(choisie.values()) - {"", *CHAMPS}:
        raise ErreurSaisie({"correspondance": "Choisissez les champs dans la liste."})
    defauts = defauts_correspondance(choisie)
    if defauts:
        raise ErreurSaisie(defauts)
    async with transaction():
        await _changer(vue, version, "etat = {}, correspondance = {}", DEPOSEE, en_json(choisie))
        await executer(
            """INSERT INTO reprise_correspondance (id, organisme, nom, champs) VALUES ({}, {}, {}, {})
            ON CONFLICT (organisme, nom) DO UPDATE SET champs = excluded.champs""",
            uuid.uuid4(),
            vue.organisme,
            vue.nom,
            en_json(memoire(choisie)),
        )


async def essayer(ctx: Contexte, identifiant: uuid.UUID, *, version: int) -> None:
    """Have the worker try every line dry: nothing stays but the report."""
    vue = await reprise(ctx, identifiant)
    _exiger(vue, (DEPOSEE, ESSAYEE))
    async with transaction():
        await executer("DELETE FROM reprise_ligne WHERE reprise = {} AND essai", identifiant)
        await _changer(vue, version, f"etat = {{}}, {_A_ZERO}", ESSAI)


async def lancer(ctx: Contexte, identifiant: uuid.UUID, *, version: int) -> None:
    """Have the worker carry out every line, once it was tried dry. Raises ErreurMetier, ConflitVersion."""
    vue = await reprise(ctx, identifiant)
    _exiger(vue, (ESSAYEE,))
    echange = uuid.uuid4()
    empreinte = hashlib.sha256(identifiant.bytes).hexdigest()
    async with transaction():
        await executer(
            """INSERT INTO echange_fichier (id, emetteur, flux, seq, nature, nom, sha256, etat, recu_le, fini_le,
                recues, creees, modifiees, ignorees, rejetees, curseur)
            VALUES ({}, {}, {}, {}, 'STOCK', {}, {}, 'EN_COURS', {}, NULL, {}, 0, 0, 0, 0, 0)""",
            echange,
            FLUX.emetteur,
            FLUX.code,
            await rang_du_contenu(FLUX.emetteur, FLUX.code, empreinte),
            vue.fichier_nom,
            empreinte,
            ctx.maintenant,
            vue.lignes,
        )
        await _changer(vue, version, f"etat = {{}}, echange = {{}}, {_A_ZERO}", REEL, echange)
        await journaliser_acte(ctx, "reprise.lancer", "reprise", str(identifiant), None)


async def abandonner(ctx: Contexte, dossier: pathlib.Path, identifiant: uuid.UUID, *, version: int) -> None:
    """Give up a reprise that has not begun: its rows are deleted."""
    vue = await reprise(ctx, identifiant)
    _exiger(vue, (DEPOSEE, ESSAYEE, ESSAI))
    async with transaction():
        await _changer(vue, version, "etat = {}, fini_le = {}", ABANDONNEE, ctx.maintenant)
        await journaliser_acte(ctx, "reprise.abandonner", "reprise", str(identifiant), None)
    await asyncio.to_thread(_lignes(dossier, identifiant).unlink, missing_ok=True)


async def apercevoir(ctx: Contexte, dossier: pathlib.Path, vue: RepriseVue, *, cles: str) -> list[Apercu]:
    """Return the first rows as they would be understood; nothing when the rows are gone."""
    exiger_pilote(ctx)
    chemin = _lignes(dossier, vue.id)
    if not chemin.is_file():
        return []
    apercus = []
    for rang, cases, ligne in await asyncio.to_thread(_premieres, chemin, vue, cles):
        compris = comprendre(rang, ligne, FLUX, ctx.aujourdhui)
        refus = {FLUX.colonne(compris.champ): compris.message} if isinstance(compris, Refus) else {}
        lus = ligne if isinstance(compris, Refus) else {**ligne, **compris_en_clair(compris)}
        apercus.append(Apercu(rang, cases, {c: lus[c] for c in CHAMPS}, refus))
    return apercus


async def avancer_reprises(
    maintenant: dt.datetime, dossier: pathlib.Path, *, secret: str, cles: str, au_plus: int = LIGNES_PAR_TOUR
) -> int:
    """Carry out the next lines of the oldest reprise that has some (the worker's turn); return how many."""
    vue = await reprise_en_cours()
    if vue is None:
        return 0
    ctx = contexte_systeme(maintenant, nom=f"Reprise ({vue.auteur})"[:160])
    faites = 0
    toutes = await asyncio.to_thread(_preparer, _lignes(dossier, vue.id), vue, cles)
    for rang, ligne, avant in toutes[vue.curseur : vue.curseur + au_plus]:
        await prendre_ligne(ctx, vue, rang, ligne, avant, secret=secret, cles=cles)
        faites += 1
    if vue.curseur + faites >= len(toutes):
        await _finir(ctx, dossier, vue)
    return faites


async def _finir(ctx: Contexte, dossier: pathlib.Path, vue: RepriseVue) -> None:
    async with transaction():
        etat = ESSAYEE if vue.essai else FAITE
        await executer(
            "UPDATE reprise SET etat = {}, fini_le = {}, version = version + 1 WHERE id = {} AND etat = {}",
            etat,
            ctx.maintenant,
            vue.id,
            vue.etat,
        )
        if vue.echange is not None:
            await executer(
                "UPDATE echange_fichier SET etat = 'TRAITE', fini_le = {} WHERE id = {}", ctx.maintenant, vue.echange
            )
    if not vue.essai:
        await asyncio.to_thread(_lignes(dossier, vue.id).unlink, missing_ok=True)


_A_ZERO = "curseur = 0, creees = 0, modifiees = 0, ignorees = 0, rejetees = 0, fini_le = NULL"


async def _changer(vue: RepriseVue, version: int, valeurs: str, *parametres: object) -> None:
    fait = await executer(
        f"UPDATE reprise SET {valeurs}, version = version + 1 WHERE id = {{}} AND version = {{}}",
        *parametres,
        vue.id,
        version,
    )
    if fait != 1:
        actuelle = await lire_valeur("SELECT version FROM reprise WHERE id = {}", vue.id)
        raise ConflitVersion({"etat": vue.etat}, int(actuelle))


def _exiger(vue: RepriseVue, etats: tuple[str, ...]) -> None:
    if vue.etat not in etats:
        raise ErreurMetier(f"Cette reprise ne peut pas le faire : {vue.etat_libelle.lower()}.")
    defauts = defauts_correspondance(vue.correspondance)
    if defauts and vue.etat == DEPOSEE and etats != (DEPOSEE, ESSAYEE, ESSAI):
        raise ErreurSaisie(defauts)


def _lignes(dossier: pathlib.Path, identifiant: uuid.UUID) -> pathlib.Path:
    return dossier / "reprises" / f"{identifiant}.lignes{SUFFIXE}"


def _garder(chemin: pathlib.Path, tableau: Tableau, cles: str) -> None:
    chemin.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    clair = chemin.with_name(chemin.name.removesuffix(SUFFIXE))
    clair.touch(mode=0o600)
    clair.write_bytes(b"\n".join(msgspec.json.encode(rangee) for rangee in tableau.rangees) + b"\n")
    sceller(clair, chemin.parent, cles)


def _rangees(chemin: pathlib.Path, cles: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    reste = b""
    for morceau in desceller(chemin, cles):
        *entieres, reste = (reste + morceau).split(b"\n")
        for texte in entieres:
            yield msgspec.json.decode(texte, type=tuple[int, tuple[str, ...]])


def _en_lignes(
    chemin: pathlib.Path, vue: RepriseVue, cles: str
) -> Iterator[tuple[int, dict[str, str], dict[str, str]]]:
    for rang, cases in _rangees(chemin, cles):
        valeurs = dict(zip(vue.entetes, cases, strict=True))
        yield rang, valeurs, mettre_en_ligne(rang, valeurs, vue.correspondance, vue.organisme, vue.version_lignes)


def _premieres(chemin: pathlib.Path, vue: RepriseVue, cles: str) -> list[tuple[int, dict[str, str], dict[str, str]]]:
    return [trouvee for _, trouvee in zip(range(APERCU), _en_lignes(chemin, vue, cles), strict=False)]


def _preparer(
    chemin: pathlib.Path, vue: RepriseVue, cles: str
) -> list[tuple[int, dict[str, str], list[tuple[int, dict[str, str]]]]]:
    """Return every line, with the earlier ones about the same person."""
    vues: dict[str, list[tuple[int, dict[str, str]]]] = {}
    toutes = []
    for rang, _, ligne in _en_lignes(chemin, vue, cles):
        avant = vues.setdefault(ligne["cle"], [])
        toutes.append((rang, ligne, list(avant[-PRECEDENTES:])))
        avant.append((rang, ligne))
    return toutes
