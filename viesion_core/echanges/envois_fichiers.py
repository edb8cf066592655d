"""The folder to the partners: messages put into files, whole and each once in a rank; the answers read.

A file is decided in one transaction (its rank, its messages, their lines), then written, then marked: a stop in
between writes the same file again, to the byte, under the same name.
"""

import asyncio
import csv
import datetime as dt
import hashlib
import io
import json
import logging
import os
import pathlib
import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from viesion_core.contexte import PARIS, Contexte
from viesion_core.db import declarer_contraintes, en_json, executer, executer_lot, lire, lire_valeur, transaction
from viesion_core.echanges.coffre import sceller
from viesion_core.echanges.envois import acquitter
from viesion_core.echanges.envois_model import FluxSortant, ReponseFichier, prochain_essai
from viesion_core.echanges.envois_redaction import SANS_REPONSE, rediger, trace
from viesion_core.echanges.lecture import VERSION_SCHEMA
from viesion_core.journal import journaliser_reprise

TAILLE_SORTIE = 1_000
EMETTEUR = "VIESION"
_LOG = logging.getLogger("viesion.echanges")
_TAILLE_REPONSE = 20_000_000
_SORTIES_RANGEES = 500
REPIT = dt.timedelta(days=1)
"""How long a file answered through the API stays for whoever also takes files."""
declarer_contraintes({"echange_sortie_rang": "Un autre envoi est en cours : réessayez dans un instant."})


async def envoyer(ctx: Contexte, dossier: pathlib.Path, flux: Sequence[FluxSortant]) -> int:
    """Write in « out » the files of the messages that are due; return how many messages left.

    What an earlier stop left to write comes first: no file goes past another.
    """
    partis = await _ecrire_sorties(ctx, dossier, flux)
    for un in flux:
        if await _composer(ctx, un):
            partis += await _ecrire_sorties(ctx, dossier, [un])
    return partis


async def _composer(ctx: Contexte, flux: FluxSortant) -> bool:
    """Decide the next file of a flow: its rank, its messages and their lines; False when nothing is due."""
    async with transaction():
        lignes = await lire(
            f"""{SANS_REPONSE} AND e.prochain_essai <= {{}}
            ORDER BY e.prochain_essai, e.cree_le, e.version_message LIMIT {{}}""",
            flux.code,
            flux.destinataire,
            ctx.maintenant,
            TAILLE_SORTIE,
        )
        if not lignes:
            return False
        prets = await rediger(ctx, flux, lignes)
        if not prets:
            return True
        sortie = uuid.uuid4()
        seq = 1 + int(
            await lire_valeur(
                "SELECT coalesce(max(seq), 0) FROM echange_sortie WHERE destinataire = {} AND flux = {}",
                flux.destinataire,
                flux.code,
            )
        )
        instant = ctx.maintenant.astimezone(PARIS)
        nom = f"{EMETTEUR}_{flux.destinataire}_{flux.code}_DELTA_{instant:%Y%m%dT%H%M%S}_{seq}"
        await executer(
            "INSERT INTO echange_sortie (id, destinataire, flux, seq, nom, nombre, cree_le) "
            "VALUES ({}, {}, {}, {}, {}, {}, {})",
            *(sortie, flux.destinataire, flux.code, seq, nom, len(prets), ctx.maintenant),
        )
        await executer_lot(
            "UPDATE echange_envoi SET sortie = {}, ligne = {} WHERE id = {}",
            [(sortie, en_json(texte), li["id"]) for li, texte in prets],
        )
        await journaliser_reprise([trace(ctx, li["beneficiaire"]) for li, _ in prets])
    return True


async def _ecrire_sorties(ctx: Contexte, dossier: pathlib.Path, flux: Sequence[FluxSortant]) -> int:
    """Write the files that are decided, in the order of their ranks."""
    partis = 0
    connus = {(f.destinataire, f.code): f for f in flux}
    for sortie in await lire("SELECT * FROM echange_sortie WHERE ecrit_le IS NULL ORDER BY cree_le, seq"):
        un = connus.get((sortie["destinataire"], sortie["flux"]))
        if un is None:
            continue
        envois = await lire(
            """SELECT id, ligne, tentatives FROM echange_envoi WHERE sortie = {}
            ORDER BY cree_le, version_message, id""",
            sortie["id"],
        )
        octets = _contenu(un.colonnes, [envoi["ligne"] for envoi in envois])
        await asyncio.to_thread(_deposer, dossier / "out", sortie, octets, len(envois))
        async with transaction():
            await executer_lot(
                """UPDATE echange_envoi SET etat = CASE WHEN etat = 'A_ENVOYER' THEN 'ENVOYE' ELSE etat END,
                    envoye_le = {}, tentatives = tentatives + 1, prochain_essai = {} WHERE id = {}""",
                [(ctx.maintenant, prochain_essai(ctx.maintenant, e["tentatives"]), e["id"]) for e in envois],
            )
            await executer("UPDATE echange_sortie SET ecrit_le = {} WHERE id = {}", ctx.maintenant, sortie["id"])
        partis += len(envois)
    return partis


def _contenu(colonnes: Sequence[str], lignes: Sequence[dict[str, str]]) -> bytes:
    sortie = io.StringIO()
    ecrivain = csv.writer(sortie, delimiter=";", lineterminator="\n")
    ecrivain.writerow(colonnes)
    ecrivain.writerows([ligne[c] for c in colonnes] for ligne in lignes)
    return sortie.getvalue().encode()


def _deposer(ou: pathlib.Path, sortie: dict[str, Any], octets: bytes, nombre: int) -> None:
    """Write a file, then the `.ctl` that says it is whole."""
    controle = {
        "emetteur": EMETTEUR,
        "flux": sortie["flux"],
        "version_schema": VERSION_SCHEMA,
        "seq": sortie["seq"],
        "nature": "DELTA",
        "nb_lignes": nombre,
        "sha256": hashlib.sha256(octets).hexdigest(),
        "date_generation": sortie["cree_le"].astimezone(PARIS).isoformat(),
    }
    ou.mkdir(parents=True, exist_ok=True)
    _remplacer(ou / f"{sortie['nom']}.csv", octets)
    _remplacer(ou / f"{sortie['nom']}.ctl", json.dumps(controle, ensure_ascii=False, indent=1).encode() + b"\n")


def _remplacer(chemin: pathlib.Path, octets: bytes) -> None:
    """Write a file in one go: it is absent or whole, and on the disk. What a stop left of it is written over."""
    provisoire = chemin.with_name(f"{chemin.name}.part")
    with os.fdopen(os.open(provisoire, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as fichier:
        fichier.write(octets)
        fichier.flush()
        os.fsync(fichier.fileno())
    provisoire.replace(chemin)


async def lire_reponses(ctx: Contexte, dossier: pathlib.Path, cles: str) -> int:
    """Read the answers to our files that partners laid in « ack »; return how many.

    One that cannot be read is put in « rejets » and named in the log: its messages leave again. The file answered,
    when the partner left it in « out », is put away encrypted.
    """
    lues = 0
    for chemin in sorted((dossier / "ack").glob(f"{EMETTEUR}_*.json")):
        if chemin.is_symlink() or not chemin.is_file():
            continue
        lues += 1
        try:
            reponse = await asyncio.to_thread(_lire_reponse, chemin)
        except (OSError, ValueError, msgspec.DecodeError):
            _LOG.exception("the answer %s could not be read", chemin.name)
            _deplacer(chemin, dossier / "rejets")
            continue
        await acquitter(ctx, reponse.messages)
        await asyncio.to_thread(_ranger_sortie, dossier, chemin.stem, cles)
        _deplacer(chemin, dossier / "archive")
    return lues


async def ranger_sorties(ctx: Contexte, dossier: pathlib.Path, cles: str) -> int:
    """Put away encrypted the files of « out » that nobody takes, their messages answered through the API for a day.

    A file whose messages left again goes once a later one is answered whole. Return how many.
    """
    noms = sorted(chemin.stem for chemin in (dossier / "out").glob(f"{EMETTEUR}_*.ctl"))[:_SORTIES_RANGEES]
    if not noms:
        return 0
    attend = "(e.etat IN ('A_ENVOYER', 'ENVOYE') OR e.repondu_le > {})"
    limite = ctx.maintenant - REPIT
    lignes = await lire(
        f"""SELECT s.nom FROM echange_sortie s WHERE s.nom IN ({", ".join("{}" for _ in noms)})
            AND NOT EXISTS (SELECT 1 FROM echange_envoi e WHERE e.sortie = s.id AND {attend})
            AND EXISTS (SELECT 1 FROM echange_sortie t WHERE t.destinataire = s.destinataire AND t.flux = s.flux
                AND t.seq >= s.seq AND EXISTS (SELECT 1 FROM echange_envoi e WHERE e.sortie = t.id)
                AND NOT EXISTS (SELECT 1 FROM echange_envoi e WHERE e.sortie = t.id AND {attend}))""",
        *(*noms, limite, limite),
    )
    for ligne in lignes:
        await asyncio.to_thread(_ranger_sortie, dossier, ligne["nom"], cles)
    return len(lignes)


def _lire_reponse(chemin: pathlib.Path) -> ReponseFichier:
    if chemin.stat().st_size > _TAILLE_REPONSE:
        msg = "the answer is too large"
        raise ValueError(msg)
    return msgspec.json.decode(chemin.read_bytes(), type=ReponseFichier)


def _ranger_sortie(dossier: pathlib.Path, nom: str, cles: str) -> None:
    for suffixe in (".ctl", ".csv"):
        chemin = dossier / "out" / f"{nom}{suffixe}"
        if chemin.is_file() and not chemin.is_symlink():
            sceller(chemin, dossier / "archive", cles)


def _deplacer(chemin: pathlib.Path, ou: pathlib.Path) -> None:
    ou.mkdir(parents=True, exist_ok=True)
    chemin.replace(ou / chemin.name)
