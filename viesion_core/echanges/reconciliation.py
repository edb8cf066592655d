"""The nightly reconciliation: compared once a day by the worker, kept, shown to the pilote."""

import asyncio
import datetime as dt
import pathlib

import msgspec

from viesion_core.contexte import Contexte
from viesion_core.db import convertir, en_instant, en_json, executer, lire, lire_un, transaction
from viesion_core.dossiers.model import DROITS_CLOS
from viesion_core.echanges.reconciliation_model import (
    ATTENTE_DEPART,
    ATTENTE_FICHIER,
    ATTENTE_REPONSE,
    DOSSIERS_NOMMES,
    Ecart,
    FluxDuJour,
    Reconciliation,
    absents_du_stock,
    envois_en_souffrance,
    fichier_depose,
    fichier_inacheve,
    rangs_manquants,
    rejets_ouverts,
)

_JOUR = dt.timedelta(days=1)
_MEMOIRE = dt.timedelta(days=31)
"""How long a gap in the ranks is told again."""
_FICHIERS_NOMMES = 20
_CLOS = ", ".join(f"'{etat}'" for etat in DROITS_CLOS)
_ABSENTS = f"""SELECT x.flux, x.seq, x.numero, x.nombre FROM (
    SELECT f.flux, f.seq, b.numero, count(*) OVER (PARTITION BY f.flux) AS nombre,
        row_number() OVER (PARTITION BY f.flux ORDER BY b.numero) AS place
    FROM (SELECT flux, max(seq) AS seq FROM echange_fichier WHERE nature = 'STOCK' AND etat = 'TRAITE'
        GROUP BY flux) f
    JOIN echange_version v ON v.flux = f.flux AND v.rang < f.seq
    JOIN beneficiaire b ON b.id_individu = v.cle
    JOIN etat_dossier s ON s.beneficiaire = b.numero
    WHERE s.entree_depuis IS NOT NULL AND b.etat_droit NOT IN ({_CLOS})
        AND EXISTS (SELECT 1 FROM echange_version w WHERE w.flux = f.flux AND w.rang >= f.seq)
) x WHERE x.place <= {DOSSIERS_NOMMES} ORDER BY x.flux, x.numero"""


async def reconcilier(ctx: Contexte, dossier: pathlib.Path) -> Reconciliation:
    """Compare what was received, sent and answered; keep the report of the day, in place of an earlier one."""
    rapport = Reconciliation(
        jour=ctx.aujourdhui,
        faite_le=ctx.maintenant,
        recus=await _recus(ctx.maintenant - _JOUR),
        ecarts=(
            *await _fichiers(ctx.maintenant),
            *await asyncio.to_thread(_deposes, dossier / "in", ctx.maintenant),
            *await _envois(ctx.maintenant),
            *await _rejets(),
            *absents_du_stock(await lire(_ABSENTS)),
        ),
    )
    async with transaction():
        await executer(
            """INSERT INTO echange_reconciliation (jour, faite_le, rapport) VALUES ({}, {}, {})
            ON CONFLICT (jour) DO UPDATE SET faite_le = excluded.faite_le, rapport = excluded.rapport""",
            rapport.jour,
            rapport.faite_le,
            en_json(rapport),
        )
    return rapport


async def derniere_reconciliation() -> Reconciliation | None:
    """Return the latest report; None before the first night. Numbers of dossiers, nobody's name."""
    ligne = await lire_un("SELECT rapport FROM echange_reconciliation ORDER BY jour DESC LIMIT 1")
    return msgspec.convert(ligne["rapport"], Reconciliation) if ligne else None


async def _recus(depuis: dt.datetime) -> tuple[FluxDuJour, ...]:
    lignes = await lire(
        """SELECT emetteur, flux, count(*) AS fichiers, sum(recues) AS recues, sum(creees) AS creees,
            sum(modifiees) AS modifiees, sum(ignorees) AS ignorees, sum(rejetees) AS rejetees
        FROM echange_fichier WHERE recu_le >= {} GROUP BY emetteur, flux ORDER BY emetteur, flux""",
        depuis,
    )
    return tuple(convertir(FluxDuJour, ligne) for ligne in lignes)


async def _fichiers(maintenant: dt.datetime) -> list[Ecart]:
    inacheves = await lire(
        """SELECT nom, curseur, recues FROM echange_fichier WHERE recu_le < {} AND (etat <> 'TRAITE'
            OR recues <> creees + modifiees + ignorees + rejetees) ORDER BY recu_le DESC LIMIT {}""",
        maintenant - ATTENTE_FICHIER,
        _FICHIERS_NOMMES,
    )
    manquants = await lire(
        """SELECT x.emetteur, x.flux, x.seq, x.precedent FROM (
            SELECT emetteur, flux, seq, recu_le, lag(seq) OVER (PARTITION BY emetteur, flux ORDER BY seq) AS precedent
            FROM echange_fichier) x
        WHERE x.seq > x.precedent + 1 AND x.recu_le >= {} ORDER BY x.recu_le DESC LIMIT {}""",
        maintenant - _MEMOIRE,
        _FICHIERS_NOMMES,
    )
    a_ecrire = await lire(
        "SELECT nom FROM echange_sortie WHERE ecrit_le IS NULL AND cree_le < {} ORDER BY cree_le LIMIT {}",
        maintenant - ATTENTE_FICHIER,
        _FICHIERS_NOMMES,
    )
    return [
        *(fichier_inacheve(li) for li in inacheves),
        *(rangs_manquants(li) for li in manquants),
        *(Ecart(texte=f"Le fichier {li['nom']} n'a pas pu être écrit dans « out ».") for li in a_ecrire),
    ]


def _deposes(entrees: pathlib.Path, maintenant: dt.datetime) -> list[Ecart]:
    """Return what has been waiting in « in »."""
    avant = (maintenant - ATTENTE_FICHIER).timestamp()
    anciens = [c for c in sorted(entrees.glob("*.csv")) if c.is_file() and c.stat().st_mtime < avant]
    return [fichier_depose(c.name, c.with_suffix(".ctl").is_file()) for c in anciens[:_FICHIERS_NOMMES]]


async def _envois(maintenant: dt.datetime) -> list[Ecart]:
    lignes = await lire(
        """SELECT flux, etat, count(*) AS nombre, min(cree_le) AS ancien FROM echange_envoi
        WHERE (etat = 'ENVOYE' AND cree_le < {}) OR (etat = 'A_ENVOYER' AND cree_le < {}) OR etat = 'REFUSE'
        GROUP BY flux, etat ORDER BY flux, etat""",
        maintenant - ATTENTE_REPONSE,
        maintenant - ATTENTE_DEPART,
    )
    return [envois_en_souffrance({**li, "ancien": en_instant(li["ancien"])}) for li in lignes]


async def _rejets() -> list[Ecart]:
    lignes = await lire(
        """SELECT flux, count(*) AS nombre, min(recu_le) AS ancien FROM echange_rejet WHERE etat = 'A_TRAITER'
        GROUP BY flux ORDER BY flux"""
    )
    return [rejets_ouverts({**li, "ancien": en_instant(li["ancien"])}) for li in lignes]
