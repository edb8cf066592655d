"""A file of a partner on its way: recorded, moved on with what each transaction does, its refusals kept, ended.

Whoever takes a flow (`actions.importer_fichier`, another room's `depot.declarer_preneur`) does it in these words.
"""

import asyncio
import pathlib
import uuid
from collections.abc import Sequence

import msgspec

from viesion_core.contexte import Contexte
from viesion_core.db import en_json, executer, identifiants, inserer_rangees, lire_un, transaction
from viesion_core.db.chargement import analyser
from viesion_core.dossiers.model import LIBELLE_SOURCE
from viesion_core.echanges.coffre import chiffrer
from viesion_core.echanges.comprehension import Refus
from viesion_core.echanges.lecture import lire_controle, verifier
from viesion_core.echanges.model import Controle, FichierRefuse, FichierVu, Flux, trouver_flux
from viesion_core.echanges.queries import fichier, fichier_de_rang
from viesion_core.erreurs import ErreurMetier

_BEAUCOUP = 1_000
"""Dossiers opened by one file, from which the engine counts its rows anew: its plans were those of a smaller base."""


class Prise(msgspec.Struct, frozen=True):
    """A file being taken: its flow, its id, how many of its lines are done; `ctx` is under the name of the sender."""

    ctx: Contexte
    flux: Flux
    controle: Controle
    identifiant: uuid.UUID
    curseur: int


async def prendre(ctx: Contexte, chemin: pathlib.Path, flux: Sequence[Flux]) -> Prise:
    """Check a file against its `.ctl` and record it, or find it cut in the middle.

    Raises FichierRefuse before anything is carried out.
    """
    controle = lire_controle(chemin)
    connu = trouver_flux(flux, controle.emetteur, controle.flux)
    ctx = msgspec.structs.replace(ctx, nom=LIBELLE_SOURCE.get(connu.emetteur, connu.emetteur))
    await asyncio.to_thread(verifier, chemin, controle, connu)
    identifiant, curseur = await _ouvrir(ctx, chemin.name, controle)
    return Prise(ctx, connu, controle, identifiant, curseur)


async def avancer(
    identifiant: uuid.UUID,
    curseur: int,
    lignes: int,
    *,
    creees: int = 0,
    modifiees: int = 0,
    ignorees: int = 0,
    rejetees: int = 0,
) -> None:
    """Move a file on from `curseur`, inside the transaction of what its lines do; ErreurMetier: another process has."""
    avance = await executer(
        """UPDATE echange_fichier SET curseur = curseur + {}, creees = creees + {}, modifiees = modifiees + {},
            ignorees = ignorees + {}, rejetees = rejetees + {} WHERE id = {} AND curseur = {}""",
        lignes,
        creees,
        modifiees,
        ignorees,
        rejetees,
        identifiant,
        curseur,
    )
    if avance != 1:
        raise ErreurMetier("Ce fichier est déjà en cours de traitement.")


async def terminer(ctx: Contexte, identifiant: uuid.UUID) -> FichierVu:
    """End a file whose lines are all carried out; return its counts."""
    async with transaction():
        await executer(
            "UPDATE echange_fichier SET etat = 'TRAITE', fini_le = {} WHERE id = {} AND curseur = recues",
            ctx.maintenant,
            identifiant,
        )
    fini = await fichier(identifiant)
    if fini.creees >= _BEAUCOUP:
        await analyser()
    return fini


async def remplacer(flux: Flux, concernees: set[str]) -> None:
    """A newer message about a person settles the refusals that wait: it took their place."""
    concernees = concernees - {""}
    marques = ", ".join("{}" for _ in concernees)
    if concernees:
        await executer(
            f"""UPDATE echange_rejet SET etat = 'REGLE', motif = 'Remplacé par un envoi plus récent',
                ligne_chiffree = '', version = version + 1
            WHERE etat = 'A_TRAITER' AND flux = {{}} AND cle IN ({marques})""",
            flux.code,
            *concernees,
        )


async def rejeter(ctx: Contexte, identifiant: uuid.UUID, flux: Flux, rejets: Sequence[Refus], cles: str) -> None:
    """Keep the refusals of a file; `cles` encrypt the lines that they carry."""
    await inserer_rangees(
        "echange_rejet",
        (
            "id", "fichier", "ligne", "id_message", "flux", "cle", "code", "champ", "message", "commande", "empreinte",
            "candidat", "etat", "motif", "decide_par", "recu_le", "version", "ligne_chiffree",
        ),
        [
            (
                id_, identifiant, r.rang, r.id_message, flux.code, r.cle, r.code, r.champ, r.message,
                en_json(msgspec.structs.replace(r.commande, nir=r.nir.chiffre)) if r.commande else None,
                r.nir.empreinte, r.candidat, "A_TRAITER", "", "", ctx.maintenant, 1,
                chiffrer(r.ligne, cles) if r.ligne else "",
            )
            for id_, r in zip(identifiants(ctx.maintenant), rejets, strict=False)
        ],
    )  # fmt: skip


async def _ouvrir(ctx: Contexte, nom: str, controle: Controle) -> tuple[uuid.UUID, int]:
    """Record the file, or find it cut in the middle; return its id and how many lines are carried out."""
    async with transaction():
        deja = await fichier_de_rang(controle.emetteur, controle.flux, controle.seq)
        if deja is not None:
            if deja.etat == "TRAITE" or deja.sha256 != controle.sha256.lower():
                raise FichierRefuse("DEJA_TRAITE", f"Le fichier de rang {controle.seq} a déjà été reçu.")
            return deja.id, deja.curseur
        dernier = await lire_un(
            "SELECT seq, etat FROM echange_fichier WHERE emetteur = {} AND flux = {} ORDER BY seq DESC LIMIT 1",
            controle.emetteur,
            controle.flux,
        )
        if dernier is not None and dernier["etat"] != "TRAITE":
            raise FichierRefuse("SEQUENCE_MANQUANTE", f"Le fichier de rang {dernier['seq']} n'est pas fini.")
        if dernier is not None and controle.seq < dernier["seq"]:
            raise FichierRefuse("DEJA_TRAITE", f"Le rang {controle.seq} est dépassé : {dernier['seq']} est traité.")
        if controle.nature == "DELTA" and dernier is not None and controle.seq != dernier["seq"] + 1:
            raise FichierRefuse("SEQUENCE_MANQUANTE", f"Le fichier de rang {dernier['seq'] + 1} est attendu d'abord.")
        identifiant = uuid.uuid4()
        await executer(
            """INSERT INTO echange_fichier (id, emetteur, flux, seq, nature, nom, sha256, etat, recu_le, fini_le,
                recues, creees, modifiees, ignorees, rejetees, curseur)
            VALUES ({}, {}, {}, {}, {}, {}, {}, 'EN_COURS', {}, NULL, {}, 0, 0, 0, 0, 0)""",
            identifiant,
            controle.emetteur,
            controle.flux,
            controle.seq,
            controle.nature,
            nom[:160],
            controle.sha256.lower(),
            ctx.maintenant,
            controle.nb_lignes,
        )
    return identifiant, 0
