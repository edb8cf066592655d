"""What a person decides about a refused line: correct and replay it, abandon it, say who a DOUBLON is."""

import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec

from viesion_core.contexte import Contexte, Role
from viesion_core.db import en_json, executer, lire_un, lire_valeur, transaction
from viesion_core.echanges.actions import noter_versions, ordonner, refus_de, versions_connues
from viesion_core.echanges.coffre import chiffrer, dechiffrer
from viesion_core.echanges.comprehension import Refus, comprendre
from viesion_core.echanges.ecriture import Lot
from viesion_core.echanges.model import SECRETES, Action, Commande, EtatRejet, Flux, LigneRefusee, LigneRejetee
from viesion_core.echanges.nir import Nir, sceller_nir
from viesion_core.echanges.rapprochement import Rapprochement, rapprocher
from viesion_core.erreurs import ConflitVersion, ErreurMetier, ErreurSaisie, Interdit, Introuvable
from viesion_core.journal import journaliser_acte, journaliser_lecture

Suite = Callable[[Contexte, Commande, int], Awaitable[bool]]
SUITES: dict[str, Suite] = {}
"""What carries out, after the dossier, the `suite` of the commands of a flow, in the same transaction.

Given the command and the number of the dossier, returns whether something changed; raises LigneRefusee.
"""
Regler = Callable[[], Awaitable[None]]
Rejeu = Callable[[Contexte, Flux, int, Mapping[str, str], Regler], Awaitable[Refus | None]]
_REJEUX: dict[str, Rejeu] = {}


def declarer_rejeu(code: str, rejeu: Rejeu) -> None:
    """Have the refused lines of a flow replayed by the room that takes its files (`depot.declarer_preneur`).

    `rejeu(ctx, flux, rang, ligne, regler)` carries the line out in a transaction of its own and calls `regler` in it,
    or returns why the line is still refused.
    """
    _REJEUX[code] = rejeu


async def ligne_rejetee(ctx: Contexte, identifiant: uuid.UUID, flux: Sequence[Flux], *, cles: str) -> LigneRejetee:
    """Return a refused line with its values, to be corrected; journalled. Introuvable, ErreurMetier when it is decided.

    The columns of `SECRETES` come empty.
    """
    _exiger_pilote(ctx)
    rejet = await _a_traiter(identifiant)
    connu = _flux(rejet, flux)
    valeurs = dechiffrer(rejet["ligne_chiffree"], cles)
    journaliser_lecture(ctx, "rejet.ouvrir", "rejet", str(identifiant))
    return LigneRejetee(
        id=identifiant,
        ligne=rejet["ligne"],
        code=rejet["code"],
        colonne=connu.colonne(rejet["champ"]),
        message=rejet["message"],
        version=rejet["version"],
        libelles={c: connu.libelles.get(c, c) for c in connu.colonnes},
        valeurs={c: "" if c in SECRETES else valeurs.get(c, "") for c in connu.colonnes},
        gardees=tuple(c for c in SECRETES if valeurs.get(c)),
    )


async def rejouer_rejet(
    ctx: Contexte,
    identifiant: uuid.UUID,
    flux: Sequence[Flux],
    corrections: Mapping[str, str],
    *,
    secret: str,
    cles: str,
    version: int,
) -> bool:
    """Carry out a refused line, corrected or as it came; False when it may be a known person's: a DOUBLON to decide.

    `corrections`: the new values by column, "" for an emptied one (of `SECRETES`, "" keeps what came). Raises
    ErreurSaisie (by column) while the line is refused, ErreurMetier when a later message was taken since,
    ConflitVersion when somebody decided since.
    """
    _exiger_pilote(ctx)
    if (rejeu := await _rejeu(identifiant)) is not None:
        return await _rejouer_ailleurs(ctx, identifiant, rejeu, flux, corrections, cles=cles, version=version)
    async with transaction():
        rejet = await _a_traiter(identifiant)
        connu = _flux(rejet, flux)
        ligne = _corrigee(rejet, connu, corrections, cles, version)
        commande = comprendre(rejet["ligne"], ligne, connu, ctx.aujourdhui)
        if isinstance(commande, Refus):
            raise ErreurSaisie({connu.colonne(commande.champ): commande.message}, commande.message)
        connues = await versions_connues(connu, [commande.sujet])
        if connu.ordonne and commande.version <= connues.get(commande.sujet, -1):
            raise ErreurMetier("Un envoi plus récent sur cette personne a déjà été pris : abandonnez cette ligne.")
        nir = sceller_nir(commande.nir, secret=secret, cles=cles)
        (trouve,) = await rapprocher([commande], [nir.empreinte])
        code, message = refus_de(commande, trouve)
        if code == "DOUBLON":
            await _en_doublon(identifiant, commande, nir, trouve, message, chiffrer(ligne, cles))
            return False
        if code:
            raise ErreurSaisie({connu.cle: message}, message)
        await _decider(ctx, identifiant, EtatRejet.REGLE, _motif(corrections), version)
        ecriture = Lot(ctx, connu.emetteur)
        ordonner(ecriture, commande, trouve.ligne, nir)
        await ecriture.ecrire()
        await _suivre(ctx, connu, commande, trouve.ligne, ecriture)
        await noter_versions(ctx, connu, [commande], connues)
        await journaliser_acte(ctx, "rejet.rejouer", "rejet", str(identifiant), None)
    return True


async def _rejeu(identifiant: uuid.UUID) -> Rejeu | None:
    """Return how the room that takes the flow of a refused line replays it; None when it is about a dossier itself."""
    return _REJEUX.get(str(await lire_valeur("SELECT flux FROM echange_rejet WHERE id = {}", identifiant)))


async def _rejouer_ailleurs(
    ctx: Contexte,
    identifiant: uuid.UUID,
    rejeu: Rejeu,
    flux: Sequence[Flux],
    corrections: Mapping[str, str],
    *,
    cles: str,
    version: int,
) -> bool:
    """Have a line replayed by the room that takes its flow, settled in the same transaction."""
    rejet = await _a_traiter(identifiant)
    connu = _flux(rejet, flux)
    ligne = _corrigee(rejet, connu, corrections, cles, version)

    async def regler() -> None:
        await _decider(ctx, identifiant, EtatRejet.REGLE, _motif(corrections), version)
        await journaliser_acte(ctx, "rejet.rejouer", "rejet", str(identifiant), None)

    refus = await rejeu(ctx, connu, rejet["ligne"], ligne, regler)
    if refus is not None:
        raise ErreurSaisie({connu.colonne(refus.champ): refus.message}, refus.message)
    return True


def _corrigee(
    rejet: Mapping[str, Any], connu: Flux, corrections: Mapping[str, str], cles: str, version: int
) -> dict[str, str]:
    """Return the line with its corrections; ConflitVersion when somebody decided since."""
    if rejet["version"] != version:
        raise ConflitVersion({"etat": rejet["etat"]}, rejet["version"])
    gardee = dechiffrer(rejet["ligne_chiffree"], cles)
    ligne = {c: gardee.get(c, "") for c in connu.colonnes}  # the flow may have gained a column since
    return ligne | {c: v for c, v in corrections.items() if c in connu.colonnes and (v or c not in SECRETES)}


def _motif(corrections: Mapping[str, str]) -> str:
    return "Corrigée et rejouée" if corrections else "Rejouée telle quelle"


async def _a_traiter(identifiant: uuid.UUID) -> dict[str, Any]:
    rejet = await lire_un("SELECT * FROM echange_rejet WHERE id = {}", identifiant)
    if rejet is None:
        raise Introuvable
    if rejet["etat"] != EtatRejet.A_TRAITER:
        raise ConflitVersion({"etat": rejet["etat"]}, rejet["version"], "Cette ligne est déjà réglée.")
    if not rejet["ligne_chiffree"]:
        raise ErreurMetier("La ligne d'origine n'a pas été gardée : demandez un nouvel envoi, ou abandonnez-la.")
    return rejet


def _flux(rejet: Mapping[str, Any], flux: Sequence[Flux]) -> Flux:
    connu = next((f for f in flux if f.code == rejet["flux"]), None)
    if connu is None:
        raise ErreurMetier("L'extension qui lit ce flux n'est pas installée.")
    return connu


async def _en_doublon(
    identifiant: uuid.UUID, c: Commande, nir: Nir, trouve: Rapprochement, message: str, ligne: str
) -> None:
    """Keep a corrected line as a DOUBLON: the person is chosen on the list of refusals."""
    await executer(
        """UPDATE echange_rejet SET code = 'DOUBLON', champ = '', message = {}, commande = {}, empreinte = {},
            candidat = {}, cle = {}, ligne_chiffree = {}, version = version + 1 WHERE id = {}""",
        message,
        en_json(msgspec.structs.replace(c, nir=nir.chiffre)),
        nir.empreinte,
        trouve.candidat,
        c.sujet,
        ligne,
        identifiant,
    )


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
        autre = commande.id_individu and ligne is not None and ligne["id_individu"] not in (None, commande.id_individu)
        if meme and (ligne is None or autre):
            raise ErreurMetier("Ce dossier a déjà un autre identifiant Solis : la ligne ne peut pas lui revenir.")
        if not meme and commande.action is not Action.CREER:
            raise ErreurMetier("Cette ligne n'ouvre pas de dossier : abandonnez-la, ou rapprochez-la du dossier.")
        await _decider(ctx, identifiant, EtatRejet.REGLE, "Même personne" if meme else "Autre personne", version)
        ordonner(ecriture, commande, ligne, Nir(rejet["empreinte"], commande.nir))
        await ecriture.ecrire()
        await _suivre(ctx, connu, commande, ligne, ecriture)
        connues = await versions_connues(connu, [commande.sujet])
        await noter_versions(ctx, connu, [commande], connues)


async def _suivre(
    ctx: Contexte, flux: Flux, commande: Commande, ligne: Mapping[str, Any] | None, ecriture: Lot
) -> None:
    """Carry out what else a line says; ErreurSaisie (by column) when it cannot be."""
    suite = SUITES.get(flux.code)
    if suite is None:
        return
    try:
        await suite(ctx, commande, ligne["numero"] if ligne is not None else ecriture.numeros[0])
    except LigneRefusee as refus:
        raise ErreurSaisie({flux.colonne(refus.champ): refus.message}, refus.message) from refus


async def _personne(numero: int | None) -> dict[str, Any] | None:
    return await lire_un("SELECT * FROM beneficiaire WHERE numero = {}", numero) if numero is not None else None


async def _decider(ctx: Contexte, identifiant: uuid.UUID, etat: EtatRejet, motif: str, version: int) -> None:
    fait = await executer(
        """UPDATE echange_rejet SET etat = {}, motif = {}, decide_par = {}, ligne_chiffree = '',
            version = version + 1
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
