"""Taking a file: checked, carried out by batches, each a transaction that also moves the file on."""

import asyncio
import contextlib
import pathlib
import sys
from collections.abc import AsyncIterator, Callable, Container, Mapping, Sequence
from typing import Any

import msgspec

from viesion_core.contexte import Contexte
from viesion_core.db import (
    base_courante,
    executer_lot,
    executer_parmi,
    identifiants,
    inserer_rangees,
    lire_parmi,
    transaction,
)
from viesion_core.dossiers.model import DROITS_CLOS, SaisieIdentite
from viesion_core.echanges.comprehension import TAILLE_LOT, Recue, Refus, en_avance, lots, ramassage_rare
from viesion_core.echanges.ecriture import DU_PARTENAIRE, Lot
from viesion_core.echanges.fichiers import Prise, avancer, prendre, rejeter, remplacer, terminer
from viesion_core.echanges.lecteur import Demande, Lecteur, lecteur_de
from viesion_core.echanges.lecture import est_correction, lignes, lire_controle
from viesion_core.echanges.model import Action, Commande, FichierVu, Flux
from viesion_core.echanges.nir import Nir
from viesion_core.echanges.rapprochement import Rapprochement, rapprocher
from viesion_core.echanges.rejets_fichier import completer
from viesion_core.nomenclatures.model import cle

Avancement = Callable[[str, int, int], None]
_DD = "soumis_droits_devoirs"
_EN_CAPITALES = ("nom_naissance", "nom_usage", "prenom", "adresse")


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
    async with lecteur_de(lire_controle(chemin).nb_lignes) as lecteur:
        prise = await prendre(ctx, chemin, flux)
        curseur = prise.curseur
        correction = await asyncio.to_thread(est_correction, chemin, prise.flux)
        async with _lus(lecteur, prise, chemin, secret, cles) as suivants:
            async for lot in suivants:
                if correction:
                    lot = await completer(prise, lot, secret=secret, cles=cles)  # noqa: PLW2901 - the same, completed
                await _executer(prise, curseur, lot, cles)
                curseur += len(lot)
                if suivre is not None:
                    suivre(chemin.name, curseur, prise.controle.nb_lignes)
    return await terminer(prise.ctx, prise.identifiant)


@contextlib.asynccontextmanager
async def _lus(
    lecteur: Lecteur | None, prise: Prise, chemin: pathlib.Path, secret: str, cles: str
) -> AsyncIterator[AsyncIterator[list[Recue]]]:
    """Give the batches of the lines that are left, read by the process beside, or by a thread."""
    jour, taille = prise.ctx.aujourdhui, TAILLE_LOT[base_courante().dialecte]
    with ramassage_rare():
        if lecteur is None:
            source = lignes(chemin, prise.flux, prise.curseur)
            async with en_avance(lots(source, prise.flux, jour, taille, secret, cles)) as suivants:
                yield suivants
            return
        demande = Demande(
            chemin=str(chemin),
            flux=msgspec.structs.replace(prise.flux, libelles={}, champs={}),
            apres=prise.curseur,
            jour=jour,
            secret=secret,
            cles=cles,
            taille=taille,
            modules=sys.path,
        )
        async with contextlib.aclosing(lecteur.lots(demande)) as suivants:
            yield suivants


async def _executer(prise: Prise, curseur: int, lot: Sequence[Recue], cles: str) -> None:
    """Carry out a batch: one transaction, at the end of which the file has moved on by so many lines."""
    ctx, flux = prise.ctx, prise.flux
    commandes = [(recue, recue.element) for recue in lot if isinstance(recue.element, Commande)]
    rejets = [recue.element for recue in lot if isinstance(recue.element, Refus)]
    comptes = {"creees": 0, "modifiees": 0, "ignorees": 0}
    ecriture = Lot(ctx, flux.emetteur)
    async with transaction():
        versions = await versions_connues(flux, [c.sujet for _, c in commandes])
        fraiches = [(r, c) for r, c in commandes if c.version > versions.get(c.sujet, -1)]
        comptes["ignorees"] += len(commandes) - len(fraiches)
        nirs = [r.nir for r, _ in fraiches]
        trouves = await rapprocher([c for _, c in fraiches], [nir.empreinte for nir in nirs])
        faites: list[Commande] = []
        for (recue, commande), nir, trouve in zip(fraiches, nirs, trouves, strict=True):
            code, message = refus_de(commande, trouve)
            if code:
                qui = recue.rang, str(commande.id_message), commande.sujet
                rejets.append(Refus(*qui, code, "", message, recue.ligne, commande, nir, trouve.candidat))
                continue
            comptes[ordonner(ecriture, commande, trouve.ligne, nir)] += 1
            faites.append(commande)
        await ecriture.ecrire()
        await noter_versions(ctx, flux, faites, versions, prise.controle.seq)
        await _citer(flux, {c.sujet for _, c in commandes} | {r.cle for r in rejets}, prise.controle.seq)
        await remplacer(flux, {c.sujet for c in faites} | {r.cle for r in rejets})
        await rejeter(ctx, prise.identifiant, flux, rejets, cles)
        await avancer(prise.identifiant, curseur, len(lot), **comptes, rejetees=len(rejets))


def refus_de(commande: Commande, trouve: Rapprochement) -> tuple[str, str]:
    """Return the code and the message that refuse a command once we know whose it may be; ("", "") for none."""
    if trouve.candidat is not None:
        return "DOUBLON", "Une personne suivie a la même identité : dites si c'est elle."
    if trouve.ligne is None and commande.action is not Action.CREER and not commande.facultative:
        return "INDIVIDU_INCONNU", "Aucun dossier n'a cet identifiant."
    return "", ""


def ordonner(ecriture: Lot, c: Commande, ligne: Mapping[str, Any] | None, nir: Nir) -> str:
    """Give a command to the batch; return which count it adds to."""
    if ligne is None and c.action is not Action.CREER:
        return "ignorees"
    if ligne is None:
        ecriture.creer(c.identite, c.id_individu, nir, c.suite.get("entree", ""))
        return "creees"
    if c.action is Action.FERMER:
        if c.facultative and ligne["numero_demande"] not in ("", c.identite.numero_demande):
            return "ignorees"  # the person has another right, which goes on
        etat = c.identite.etat_droit if c.identite.etat_droit in DROITS_CLOS else "5"
        change = ecriture.fermer(ligne, etat, c.id_individu)
    else:
        change = ecriture.modifier(ligne, _sans_redites(c, ligne), c.id_individu, nir)
    return "modifiees" if change else "ignorees"


def _sans_redites(c: Commande, ligne: Mapping[str, Any]) -> SaisieIdentite:
    """Empty what a sender who writes in capitals says again, and, of one who only completes, all that is known."""
    if c.complete:
        connus = [champ for champ in DU_PARTENAIRE if ligne[champ] not in ("", None)]
        return msgspec.structs.replace(c.identite, **{**dict.fromkeys(connus, ""), "soumis_droits_devoirs": ligne[_DD]})
    if not c.en_capitales:
        return c.identite
    redites = [champ for champ in _EN_CAPITALES if cle(getattr(c.identite, champ)) == cle(ligne[champ])]
    return msgspec.structs.replace(c.identite, **dict.fromkeys(redites, ""))


async def versions_connues(flux: Flux, sujets: Sequence[str]) -> dict[str, int]:
    """Return the last version carried out about each person who has one."""
    trouvees = await lire_parmi(
        """SELECT v.cle, v.version_recue FROM {parmi} p CROSS JOIN echange_version v
        WHERE v.cle = p.v1 AND v.flux = {}""",
        [(sujet,) for sujet in sujets],
        flux.code,
    )
    return {ligne["cle"]: ligne["version_recue"] for ligne in trouvees}


async def _citer(flux: Flux, cles: set[str], rang: int) -> None:
    """Keep the rank of the file that speaks of these people: a stock tells, by what it leaves out, who is absent."""
    await executer_parmi(
        """WITH p AS (SELECT u.v1 AS cle FROM {parmi} u) UPDATE echange_version SET rang = {}
        WHERE flux = {} AND cle IN (SELECT p.cle FROM p) AND (rang IS NULL OR rang <> {})""",
        [(cle_du_message,) for cle_du_message in cles],
        rang,
        flux.code,
        rang,
    )


async def noter_versions(
    ctx: Contexte, flux: Flux, faites: Sequence[Commande], connues: Container[str], rang: int | None = None
) -> None:
    """Keep the version carried out of each person, and the rank of the file that says it; one line at most each."""
    await executer_lot(
        "UPDATE echange_version SET version_recue = {} WHERE flux = {} AND cle = {}",
        [(c.version, flux.code, c.sujet) for c in faites if c.sujet in connues],
    )
    nouvelles = [c for c in faites if c.sujet not in connues]
    await inserer_rangees(
        "echange_version",
        ("id", "flux", "cle", "version_recue", "rang"),
        [
            (id_, flux.code, c.sujet, c.version, rang)
            for id_, c in zip(identifiants(ctx.maintenant), nouvelles, strict=False)
        ],
    )
