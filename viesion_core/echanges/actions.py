"""Taking a file: checked, carried out by batches, each a transaction that also moves the file on."""

import asyncio
import pathlib
import uuid
from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any

import msgspec

from viesion_core.contexte import Contexte
from viesion_core.db import (
    en_json,
    executer,
    executer_lot,
    identifiants,
    inserer_rangees,
    lire_parmi,
    lire_un,
    transaction,
)
from viesion_core.dossiers.model import DROITS_CLOS, LIBELLE_SOURCE
from viesion_core.echanges.coffre import chiffrer
from viesion_core.echanges.comprehension import Recue, Refus, en_avance, lots
from viesion_core.echanges.ecriture import Lot
from viesion_core.echanges.lecture import lignes, lire_controle, verifier
from viesion_core.echanges.model import Action, Commande, Controle, FichierRefuse, FichierVu, Flux
from viesion_core.echanges.nir import Nir, sceller_nir
from viesion_core.echanges.queries import fichier, fichier_de_rang
from viesion_core.echanges.rapprochement import Rapprochement, rapprocher
from viesion_core.erreurs import ErreurMetier

Avancement = Callable[[str, int, int], None]


async def importer_fichier(
    ctx: Contexte,
    chemin: pathlib.Path,
    flux: Sequence[Flux],
    *,
    secret: str,
    cles: str,
    suivre: Avancement | None = None,
) -> FichierVu:
    """Take a file and its `.ctl`; return its counts, which balance.

    Raises FichierRefuse (SCHEMA_INVALIDE, EMETTEUR_INCONNU, EMPREINTE, DEJA_TRAITE, SEQUENCE_MANQUANTE,
    CLOTURES_EXCESSIVES) before anything is carried out. A file cut by a stop goes on where it was: what a batch did and
    how far the file is are one transaction. `secret` digests the NIR; `cles` encrypt the refused lines and
    the NIR. `suivre` is told, after each batch, the name of the file, how many lines are done and how many there are.
    """
    controle = lire_controle(chemin)
    connu = next((f for f in flux if (f.emetteur, f.code) == (controle.emetteur, controle.flux)), None)
    if connu is None:
        raise FichierRefuse("EMETTEUR_INCONNU", "Aucun greffon ne connaît cet émetteur ou ce flux.")
    ctx = msgspec.structs.replace(ctx, nom=LIBELLE_SOURCE.get(connu.emetteur, connu.emetteur))
    await asyncio.to_thread(verifier, chemin, controle, connu)
    identifiant, curseur = await _ouvrir(ctx, chemin.name, controle)
    async with en_avance(lots(lignes(chemin, connu, curseur), connu, ctx)) as suivants:
        async for lot in suivants:
            await _executer(ctx, identifiant, connu, curseur, lot, secret, cles)
            curseur += len(lot)
            if suivre is not None:
                suivre(chemin.name, curseur, controle.nb_lignes)
    async with transaction():
        await executer(
            "UPDATE echange_fichier SET etat = 'TRAITE', fini_le = {} WHERE id = {} AND curseur = recues",
            ctx.maintenant,
            identifiant,
        )
    return await fichier(identifiant)


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


async def _executer(
    ctx: Contexte, identifiant: uuid.UUID, flux: Flux, curseur: int, lot: Sequence[Recue], secret: str, cles: str
) -> None:
    """Carry out a batch: one transaction, at the end of which the file has moved on by so many lines."""
    commandes = [(recue, recue.element) for recue in lot if isinstance(recue.element, Commande)]
    rejets = [recue.element for recue in lot if isinstance(recue.element, Refus)]
    comptes = {"creees": 0, "modifiees": 0, "ignorees": 0}
    ecriture = Lot(ctx, flux.emetteur)
    async with transaction():
        versions = await versions_connues(flux, [c.id_individu for _, c in commandes])
        fraiches = [(r, c) for r, c in commandes if c.version > versions.get(c.id_individu, -1)]
        comptes["ignorees"] += len(commandes) - len(fraiches)
        nirs = [sceller_nir(c.nir, secret=secret, cles=cles) for _, c in fraiches]
        trouves = await rapprocher([c for _, c in fraiches], [nir.empreinte for nir in nirs])
        faites: list[Commande] = []
        for (recue, commande), nir, trouve in zip(fraiches, nirs, trouves, strict=True):
            code, message = refus_de(commande, trouve)
            if code:
                qui = recue.rang, str(commande.id_message), commande.id_individu
                rejets.append(Refus(*qui, code, "", message, recue.ligne, commande, nir, trouve.candidat))
                continue
            comptes[ordonner(ecriture, commande, trouve.ligne, nir)] += 1
            faites.append(commande)
        await ecriture.ecrire()
        await noter_versions(ctx, flux, faites, versions)
        await _remplacer(flux, {c.id_individu for c in faites} | {r.cle for r in rejets})
        await _rejeter(ctx, identifiant, flux, rejets, cles)
        avance = await executer(
            """UPDATE echange_fichier SET curseur = curseur + {}, creees = creees + {}, modifiees = modifiees + {},
                ignorees = ignorees + {}, rejetees = rejetees + {} WHERE id = {} AND curseur = {}""",
            len(lot),
            comptes["creees"],
            comptes["modifiees"],
            comptes["ignorees"],
            len(rejets),
            identifiant,
            curseur,
        )
        if avance != 1:
            raise ErreurMetier("Ce fichier est déjà en cours de traitement.")


def refus_de(commande: Commande, trouve: Rapprochement) -> tuple[str, str]:
    """Return the code and the message that refuse a command once we know whose it may be; ("", "") for none."""
    if trouve.candidat is not None:
        return "DOUBLON", "Une personne suivie a la même identité : dites si c'est elle."
    if trouve.ligne is None and commande.action is not Action.CREER:
        return "INDIVIDU_INCONNU", "Aucun dossier n'a cet identifiant."
    return "", ""


def ordonner(ecriture: Lot, c: Commande, ligne: Mapping[str, Any] | None, nir: Nir) -> str:
    """Give a command to the batch; return which count it adds to."""
    if ligne is None:
        ecriture.creer(c.identite, c.id_individu, nir)
        return "creees"
    if c.action is Action.FERMER:
        etat = c.identite.etat_droit if c.identite.etat_droit in DROITS_CLOS else "5"
        change = ecriture.fermer(ligne, etat, c.id_individu)
    else:
        change = ecriture.modifier(ligne, c.identite, c.id_individu, nir)
    return "modifiees" if change else "ignorees"


async def versions_connues(flux: Flux, individus: Sequence[str]) -> dict[str, int]:
    """Return the last version carried out about each person who has one."""
    trouvees = await lire_parmi(
        """SELECT v.cle, v.version_recue FROM {parmi} p CROSS JOIN echange_version v
        WHERE v.cle = p.v1 AND v.flux = {}""",
        [(individu,) for individu in individus],
        flux.code,
    )
    return {ligne["cle"]: ligne["version_recue"] for ligne in trouvees}


async def noter_versions(ctx: Contexte, flux: Flux, faites: Sequence[Commande], connues: Container[str]) -> None:
    """Keep the version carried out of each person; a batch has one line at most about each."""
    await executer_lot(
        "UPDATE echange_version SET version_recue = {} WHERE flux = {} AND cle = {}",
        [(c.version, flux.code, c.id_individu) for c in faites if c.id_individu in connues],
    )
    nouvelles = [c for c in faites if c.id_individu not in connues]
    await inserer_rangees(
        "echange_version",
        ("id", "flux", "cle", "version_recue"),
        [
            (id_, flux.code, c.id_individu, c.version)
            for id_, c in zip(identifiants(ctx.maintenant), nouvelles, strict=False)
        ],
    )


async def _remplacer(flux: Flux, concernees: set[str]) -> None:
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


async def _rejeter(ctx: Contexte, identifiant: uuid.UUID, flux: Flux, rejets: Sequence[Refus], cles: str) -> None:
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


# What takes the flows of other rooms (`depot.declarer_preneur`) shares with this one.
ouvrir_fichier = _ouvrir
rejeter = _rejeter
remplacer = _remplacer
