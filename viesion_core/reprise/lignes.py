"""A line carried out, dry or for real: one transaction, undone when it is dry, that also moves the reprise on."""

import uuid
from collections.abc import Mapping, Sequence

import msgspec

from viesion_core.contexte import Contexte
from viesion_core.db import executer, lire_un, lire_valeur, transaction
from viesion_core.echanges.actions import ordonner, refus_de
from viesion_core.echanges.comprehension import Refus, comprendre
from viesion_core.echanges.ecriture import Lot
from viesion_core.echanges.fichiers import avancer, rejeter
from viesion_core.echanges.model import Commande, LigneRefusee
from viesion_core.echanges.nir import Nir, sceller_nir
from viesion_core.echanges.rapprochement import Rapprochement, rapprocher
from viesion_core.erreurs import ErreurMetier
from viesion_core.reprise.model import FLUX
from viesion_core.reprise.model_vues import RepriseVue
from viesion_core.reprise.suite import suivre

CREEE, MODIFIEE, IGNOREE, REJETEE = "CREEE", "MODIFIEE", "IGNOREE", "REJETEE"
_COMPTES = {CREEE: "creees", MODIFIEE: "modifiees", IGNOREE: "ignorees", REJETEE: "rejetees"}


class Fait(msgspec.Struct, frozen=True):
    """What became of a line."""

    resultat: str
    numero: int | None = None
    refus: Refus | None = None


class _ABlanc(Exception):
    def __init__(self, fait: Fait) -> None:
        super().__init__()
        self.fait = fait


class _Refusee(Exception):
    def __init__(self, refus: Refus) -> None:
        super().__init__()
        self.refus = refus


async def prendre_ligne(
    ctx: Contexte,
    reprise: RepriseVue,
    rang: int,
    ligne: Mapping[str, str],
    avant: Sequence[tuple[int, Mapping[str, str]]] = (),
    *,
    secret: str,
    cles: str,
) -> Fait:
    """Carry out a line. `avant`: the earlier lines about the same person, which a dry run does first."""
    try:
        async with transaction():
            deja: int | None = None
            for autre, precedente in avant if reprise.essai else ():
                if not await _fut_refusee(reprise, autre):
                    deja = (await _executer(ctx, autre, precedente, deja, secret, cles)).numero
            fait = await _executer(ctx, rang, ligne, deja, secret, cles)
            if reprise.essai:
                raise _ABlanc(fait)
            await _noter(ctx, reprise, rang, ligne, fait)
    except _ABlanc as essai:
        fait = essai.fait
    except _Refusee as erreur:
        fait = Fait(REJETEE, refus=erreur.refus)
    except ErreurMetier as erreur:
        refus = Refus(rang, ligne["id_message"], ligne["cle"], "VALEUR_INVALIDE", "", erreur.message, ligne)
        fait = Fait(REJETEE, refus=refus)
    else:
        return fait
    async with transaction():
        if fait.refus is not None and reprise.echange is not None and not reprise.essai:
            await rejeter(ctx, reprise.echange, FLUX, [fait.refus], cles)
        await _noter(ctx, reprise, rang, ligne, fait)
    return fait


async def _executer(
    ctx: Contexte, rang: int, ligne: Mapping[str, str], deja: int | None, secret: str, cles: str
) -> Fait:
    """Carry out a line inside the open transaction; `deja`: the dossier that an earlier line has just made."""
    commande = comprendre(rang, ligne, FLUX, ctx.aujourdhui)
    if isinstance(commande, Refus):
        raise _Refusee(commande)
    qui = rang, str(commande.id_message), commande.sujet
    nir = sceller_nir(commande.nir, secret=secret, cles=cles)
    trouve = await _rapprocher(commande, nir, deja)
    code, message = refus_de(commande, trouve)
    if code:
        raise _Refusee(Refus(*qui, code, "", message, ligne, commande, nir, trouve.candidat))
    ecriture = Lot(ctx, FLUX.emetteur)
    compte = ordonner(ecriture, commande, trouve.ligne, nir)
    await ecriture.ecrire()
    numero = trouve.ligne["numero"] if trouve.ligne is not None else ecriture.numeros[0]
    try:
        suivie = await suivre(ctx, commande, numero)
    except LigneRefusee as refus:
        raise _Refusee(Refus(*qui, refus.code, refus.champ, refus.message, ligne)) from refus
    if compte == "creees":
        return Fait(CREEE, numero)
    return Fait(MODIFIEE if suivie or compte == "modifiees" else IGNOREE, numero)


async def _rapprocher(commande: Commande, nir: Nir, deja: int | None) -> Rapprochement:
    """Return whose a line is: the person that the same line made before, else by the rules of every flow."""
    if deja is None:
        deja = await lire_valeur(
            "SELECT beneficiaire FROM reprise_ligne WHERE cle = {} AND beneficiaire IS NOT NULL LIMIT 1", commande.sujet
        )
    if deja is not None:
        return Rapprochement(await lire_un("SELECT * FROM beneficiaire WHERE numero = {}", deja))
    (trouve,) = await rapprocher([commande], [nir.empreinte])
    return trouve


async def _fut_refusee(reprise: RepriseVue, rang: int) -> bool:
    resultat = await lire_valeur(
        "SELECT resultat FROM reprise_ligne WHERE reprise = {} AND essai AND rang = {}", reprise.id, rang
    )
    return bool(resultat == REJETEE)


async def _noter(ctx: Contexte, reprise: RepriseVue, rang: int, ligne: Mapping[str, str], fait: Fait) -> None:
    """Write what became of the line and move the reprise on, in the transaction of what it did."""
    essai, refus = reprise.essai, fait.refus
    numero = None if essai else fait.numero
    deja = await lire_valeur(
        "SELECT 1 FROM reprise_ligne WHERE reprise = {} AND essai = {} AND rang = {}", reprise.id, essai, rang
    )
    if deja:
        return
    await executer(
        """INSERT INTO reprise_ligne (id, reprise, essai, rang, resultat, cle, champ, message, beneficiaire)
        VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {})""",
        uuid.uuid4(),
        reprise.id,
        essai,
        rang,
        fait.resultat,
        "" if essai else ligne["cle"],
        refus.champ if refus else "",
        refus.message if refus else "",
        numero,
    )
    compte = _COMPTES[fait.resultat]
    await executer(f"UPDATE reprise SET curseur = curseur + 1, {compte} = {compte} + 1 WHERE id = {{}}", reprise.id)
    if not essai and reprise.echange is not None:
        await executer(
            """UPDATE echange_rejet SET etat = 'REGLE', motif = 'Remplacé par une autre reprise', ligne_chiffree = '',
                version = version + 1
            WHERE etat = 'A_TRAITER' AND flux = {} AND cle = {} AND fichier <> {}""",
            FLUX.code,
            ligne["cle"],
            reprise.echange,
        )
        curseur = int(await lire_valeur("SELECT curseur FROM echange_fichier WHERE id = {}", reprise.echange))
        await avancer(reprise.echange, curseur, 1, **{compte: 1})
