"""Taking a file: checked, carried out by batches, each a transaction that also moves the file on; and deciding."""

import asyncio
import contextlib
import gc
import pathlib
import uuid
from collections.abc import AsyncIterator, Container, Generator, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from viesion_core.contexte import Contexte, Role
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
from viesion_core.dossiers.controles import defauts_identite, nettoyer
from viesion_core.dossiers.model import DROITS_CLOS, LIBELLE_SOURCE
from viesion_core.echanges.ecriture import Lot
from viesion_core.echanges.lecture import lignes, lire_controle, verifier
from viesion_core.echanges.model import (
    Action,
    Commande,
    Controle,
    EtatRejet,
    FichierRefuse,
    FichierVu,
    Flux,
    LigneRefusee,
    empreinte_nir,
)
from viesion_core.echanges.queries import fichier, fichier_de_rang
from viesion_core.echanges.rapprochement import cles, rapprocher
from viesion_core.erreurs import ConflitVersion, ErreurMetier, ErreurSaisie, Interdit, Introuvable
from viesion_core.journal import journaliser_acte

T = TypeVar("T")
TAILLE_LOT = 2_000
_CODES = {
    "nom_naissance": "CHAMP_OBLIGATOIRE",
    "prenom": "CHAMP_OBLIGATOIRE",
    "date_naissance": "DATES_INCOHERENTES",
    "date_demande": "DATES_INCOHERENTES",
    "date_ouverture": "DATES_INCOHERENTES",
    "civilite": "CODE_INCONNU",
    "etat_droit": "CODE_INCONNU",
    "parcours": "CODE_INCONNU",
    "organisme_payeur": "CODE_INCONNU",
    "role_foyer": "CODE_INCONNU",
    "commune": "CODE_INCONNU",
}


class _Rejet(msgspec.Struct, frozen=True):
    """Why a line of a batch is refused; `commande` when it was understood."""

    rang: int
    id_message: str
    cle: str
    code: str
    champ: str
    message: str
    commande: Commande | None = None
    empreinte: str = ""
    candidat: int | None = None


async def importer_fichier(ctx: Contexte, chemin: pathlib.Path, flux: Sequence[Flux], *, secret: str) -> FichierVu:
    """Take a file and its `.ctl`; return its counts, which balance.

    Raises FichierRefuse (SCHEMA_INVALIDE, EMETTEUR_INCONNU, EMPREINTE, DEJA_TRAITE, SEQUENCE_MANQUANTE,
    CLOTURES_EXCESSIVES) before anything is carried out. A file cut by a stop goes on where it was: what a batch did and
    how far the file is are one transaction.
    """
    controle = lire_controle(chemin)
    connu = next((f for f in flux if (f.emetteur, f.code) == (controle.emetteur, controle.flux)), None)
    if connu is None:
        raise FichierRefuse("EMETTEUR_INCONNU", "Aucun greffon ne connaît cet émetteur ou ce flux.")
    ctx = msgspec.structs.replace(ctx, nom=LIBELLE_SOURCE.get(connu.emetteur, connu.emetteur))
    await asyncio.to_thread(verifier, chemin, controle, connu)
    identifiant, curseur = await _ouvrir(ctx, chemin.name, controle)
    async with _en_avance(_lots(lignes(chemin, connu, curseur), connu, ctx)) as lots:
        async for lot in lots:
            await _executer(ctx, identifiant, connu, curseur, lot, secret)
            curseur += len(lot)
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


Element = Commande | _Rejet


def _lots(
    source: Iterable[tuple[int, Mapping[str, str]]], flux: Flux, ctx: Contexte
) -> Generator[list[tuple[int, Element]]]:
    """Cut the lines into batches in which no two lines can be about the same person."""
    lot: list[tuple[int, Element]] = []
    vues: set[tuple[object, ...]] = set()
    for rang, ligne in source:
        element = _comprendre(rang, ligne, flux, ctx)
        siennes = cles(element) if isinstance(element, Commande) else [("id", element.cle)]
        if lot and (len(lot) >= TAILLE_LOT or any(c in vues for c in siennes)):
            yield lot
            lot, vues = [], set()
        lot.append((rang, element))
        vues.update(siennes)
    if lot:
        yield lot


@contextlib.asynccontextmanager
async def _en_avance(lots: Generator[list[T]]) -> AsyncIterator[AsyncIterator[list[T]]]:
    """Give the batches, each read and understood in a thread while the one before is carried out."""
    suivant = asyncio.create_task(asyncio.to_thread(next, lots, None))

    async def un_a_un() -> AsyncIterator[list[T]]:
        nonlocal suivant
        while (lot := await suivant) is not None:
            suivant = asyncio.create_task(asyncio.to_thread(next, lots, None))
            yield lot

    seuils = gc.get_threshold()
    gc.set_threshold(50_000, *seuils[1:])  # tens of thousands of rows at once, none of them in a cycle
    try:
        yield un_a_un()
    finally:
        gc.set_threshold(*seuils)
        await asyncio.gather(suivant, return_exceptions=True)
        lots.close()


def _comprendre(rang: int, ligne: Mapping[str, str], flux: Flux, ctx: Contexte) -> Element:
    """Return the command of a line, or why it is refused; a plugin that fails refuses its line, not the file."""
    cle, message = ligne[flux.cle][:20], ligne.get("id_message", "")[:36]
    try:
        commande = flux.lire(ligne)
    except LigneRefusee as refus:
        return _Rejet(rang, message, cle, refus.code, refus.champ, refus.message)
    except Exception:  # what a plugin raises is its own: the line is refused by name and the file goes on
        return _Rejet(rang, message, cle, "VALEUR_INVALIDE", "", "La ligne n'a pas pu être lue.")
    commande = msgspec.structs.replace(commande, identite=nettoyer(commande.identite))
    if commande.action is not Action.FERMER:
        for champ, texte in defauts_identite(commande.identite, ctx.aujourdhui).items():
            remplie = _CODES.get(champ) == "CHAMP_OBLIGATOIRE" and getattr(commande.identite, champ)
            code = "VALEUR_INVALIDE" if remplie else _CODES.get(champ, "VALEUR_INVALIDE")
            return _Rejet(rang, message, cle, code, champ, texte)
    return commande


async def _executer(
    ctx: Contexte, identifiant: uuid.UUID, flux: Flux, curseur: int, lot: Sequence[tuple[int, Element]], secret: str
) -> None:
    """Carry out a batch: one transaction, at the end of which the file has moved on by so many lines."""
    commandes = [(rang, e) for rang, e in lot if isinstance(e, Commande)]
    rejets = [e for _, e in lot if isinstance(e, _Rejet)]
    comptes = {"creees": 0, "modifiees": 0, "ignorees": 0}
    ecriture = Lot(ctx, flux.emetteur)
    async with transaction():
        versions = await _versions(flux, [c.id_individu for _, c in commandes])
        fraiches = [(r, c) for r, c in commandes if c.version > versions.get(c.id_individu, -1)]
        comptes["ignorees"] += len(commandes) - len(fraiches)
        empreintes = [empreinte_nir(secret, c.nir) for _, c in fraiches]
        trouves = await rapprocher([c for _, c in fraiches], empreintes)
        faites: list[Commande] = []
        for (rang, commande), empreinte, trouve in zip(fraiches, empreintes, trouves, strict=True):
            refus = ("", "")
            if trouve.candidat is not None:
                refus = ("DOUBLON", "Une personne suivie a la même identité : dites si c'est elle.")
            elif trouve.ligne is None and commande.action is not Action.CREER:
                refus = ("INDIVIDU_INCONNU", "Aucun dossier n'a cet identifiant.")
            if refus[0]:
                qui = str(commande.id_message), commande.id_individu
                rejets.append(_Rejet(rang, *qui, refus[0], "", refus[1], commande, empreinte, trouve.candidat))
                continue
            comptes[_ordonner(ecriture, commande, trouve.ligne, empreinte)] += 1
            faites.append(commande)
        await ecriture.ecrire()
        await _noter_versions(ctx, flux, faites, versions)
        await _remplacer(flux, {c.id_individu for c in faites} | {r.cle for r in rejets})
        await _rejeter(ctx, identifiant, flux, rejets)
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


def _ordonner(ecriture: Lot, c: Commande, ligne: Mapping[str, Any] | None, empreinte: str) -> str:
    """Give a command to the batch; return which count it adds to."""
    if ligne is None:
        ecriture.creer(c.identite, c.id_individu, empreinte)
        return "creees"
    if c.action is Action.FERMER:
        etat = c.identite.etat_droit if c.identite.etat_droit in DROITS_CLOS else "5"
        change = ecriture.fermer(ligne, etat, c.id_individu)
    else:
        change = ecriture.modifier(ligne, c.identite, c.id_individu, empreinte)
    return "modifiees" if change else "ignorees"


async def _versions(flux: Flux, individus: Sequence[str]) -> dict[str, int]:
    trouvees = await lire_parmi(
        """SELECT v.cle, v.version_recue FROM {parmi} p CROSS JOIN echange_version v
        WHERE v.cle = p.v1 AND v.flux = {}""",
        [(individu,) for individu in individus],
        flux.code,
    )
    return {ligne["cle"]: ligne["version_recue"] for ligne in trouvees}


async def _noter_versions(ctx: Contexte, flux: Flux, faites: Sequence[Commande], connues: Container[str]) -> None:
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
                version = version + 1 WHERE etat = 'A_TRAITER' AND flux = {{}} AND cle IN ({marques})""",
            flux.code,
            *concernees,
        )


async def _rejeter(ctx: Contexte, identifiant: uuid.UUID, flux: Flux, rejets: Sequence[_Rejet]) -> None:
    await inserer_rangees(
        "echange_rejet",
        (
            "id", "fichier", "ligne", "id_message", "flux", "cle", "code", "champ", "message", "commande", "empreinte",
            "candidat", "etat", "motif", "decide_par", "recu_le", "version",
        ),
        [
            (
                id_, identifiant, r.rang, r.id_message, flux.code, r.cle, r.code, r.champ, r.message,
                en_json(msgspec.structs.replace(r.commande, nir="")) if r.commande else None,
                r.empreinte, r.candidat, "A_TRAITER", "", "", ctx.maintenant, 1,
            )
            for id_, r in zip(identifiants(ctx.maintenant), rejets, strict=False)
        ],
    )  # fmt: skip


async def abandonner_rejet(ctx: Contexte, identifiant: uuid.UUID, motif: str, *, version: int) -> None:
    """Give up a refused line, with a reason; raises ErreurSaisie, ConflitVersion."""
    _exiger_pilote(ctx)
    if not motif.strip():
        raise ErreurSaisie({"motif": "Dites pourquoi cette ligne est abandonnée."})
    async with transaction():
        await _decider(ctx, identifiant, EtatRejet.ABANDONNE, motif.strip()[:300], version)
        await journaliser_acte(ctx, "rejet.abandonner", "rejet", str(identifiant), None)


async def trancher_doublon(
    ctx: Contexte, identifiant: uuid.UUID, flux: Sequence[Flux], *, meme: bool, version: int
) -> None:
    """Say whether the person of a line refused as DOUBLON is the one who has a dossier, and carry the line out.

    Raises ErreurMetier when the line is no such refusal any more, ConflitVersion when somebody decided since.
    """
    _exiger_pilote(ctx)
    async with transaction():
        rejet = await lire_un("SELECT * FROM echange_rejet WHERE id = {}", identifiant)
        if rejet is None:
            raise Introuvable
        connu = next((f for f in flux if f.code == rejet["flux"]), None)
        if rejet["code"] != "DOUBLON" or rejet["commande"] is None or connu is None:
            raise ErreurMetier("Cette ligne n'est pas un doublon à trancher.")
        commande = msgspec.convert(rejet["commande"], Commande, strict=False)
        ligne = await _personne(rejet["candidat"]) if meme else None
        ecriture = Lot(ctx, connu.emetteur)
        if meme and (ligne is None or ligne["id_individu"] not in (None, commande.id_individu)):
            raise ErreurMetier("Ce dossier a déjà un autre identifiant Solis : la ligne ne peut pas lui revenir.")
        if not meme and commande.action is not Action.CREER:
            raise ErreurMetier("Cette ligne n'ouvre pas de dossier : abandonnez-la, ou rapprochez-la du dossier.")
        await _decider(ctx, identifiant, EtatRejet.REGLE, "Même personne" if meme else "Autre personne", version)
        _ordonner(ecriture, commande, ligne, rejet["empreinte"])
        await ecriture.ecrire()
        connues = await _versions(connu, [commande.id_individu])
        await _noter_versions(ctx, connu, [commande], connues)


async def _personne(numero: int | None) -> dict[str, Any] | None:
    return await lire_un("SELECT * FROM beneficiaire WHERE numero = {}", numero) if numero is not None else None


async def _decider(ctx: Contexte, identifiant: uuid.UUID, etat: EtatRejet, motif: str, version: int) -> None:
    fait = await executer(
        """UPDATE echange_rejet SET etat = {}, motif = {}, decide_par = {}, version = version + 1
        WHERE id = {} AND version = {} AND etat = 'A_TRAITER'""",
        str(etat),
        motif,
        ctx.nom,
        identifiant,
        version,
    )
    if fait != 1:
        actuelle = await lire_un("SELECT etat, version FROM echange_rejet WHERE id = {}", identifiant)
        if actuelle is None:
            raise Introuvable
        raise ConflitVersion(actuelle, actuelle["version"])


def _exiger_pilote(ctx: Contexte) -> None:
    """The refused lines are about people of the whole département: its pilote decides."""
    if ctx.role is not Role.PILOTE:
        raise Interdit
