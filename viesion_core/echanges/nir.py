"""The NIR: recognised by a keyed digest, kept encrypted (AES-256-GCM), shown on request with a reason that is kept."""

import base64
import functools
import os
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from viesion_core.acces.perimetre import exiger_dossier
from viesion_core.contexte import Contexte
from viesion_core.db import executer, lire, lire_valeur, transaction
from viesion_core.echanges.model import empreinte_nir
from viesion_core.erreurs import ErreurMetier, ErreurSaisie
from viesion_core.journal import journaliser_acte

_NONCE = 12
_LOT = 1_000


class Nir(NamedTuple):
    """A NIR as the base holds it: the digest that recognises it, and itself encrypted; both "" for none."""

    empreinte: str = ""
    chiffre: str = ""


def sceller_nir(nir: str, *, secret: str, cles: str) -> Nir:
    """Return what is kept of a NIR of 13 characters. Its digest is bound to it: one row cannot pass for another."""
    if not nir:
        return Nir()
    empreinte = empreinte_nir(secret, nir)
    nonce = os.urandom(_NONCE)
    scelle = _chiffres(cles)[0].encrypt(nonce, nir.encode(), empreinte.encode())
    return Nir(empreinte, base64.b64encode(nonce + scelle).decode())


def ouvrir_nir(nir: Nir, cles: str) -> str:
    """Return the NIR; ErreurMetier when no key opens it, or the row was changed."""
    octets = base64.b64decode(nir.chiffre)
    for chiffre in _chiffres(cles):
        try:
            return chiffre.decrypt(octets[:_NONCE], octets[_NONCE:], nir.empreinte.encode()).decode()
        except InvalidTag:
            continue
    raise ErreurMetier("Ce NIR n'est pas lisible : la clé des échanges est une autre, ou il a été changé.")


async def nir_garde(numero: int) -> bool:
    """Tell whether the NIR of a dossier can be shown; the caller has checked the perimeter."""
    return bool(await lire_valeur("SELECT 1 FROM echange_nir WHERE beneficiaire = {} AND chiffre <> ''", numero))


async def montrer_nir(ctx: Contexte, numero: int, motif: str, *, cles: str) -> str:
    """Return the NIR of a dossier of the perimeter; who saw it and why is in the journal before it is given.

    Raises ErreurSaisie without a reason, Introuvable outside the perimeter, ErreurMetier when there is none.
    """
    await exiger_dossier(ctx, numero)
    if len(motif.strip()) < 5:
        raise ErreurSaisie({"motif": "Dites pourquoi vous avez besoin du NIR : le motif est gardé au journal."})
    lignes = await lire("SELECT empreinte, chiffre FROM echange_nir WHERE beneficiaire = {}", numero)
    if not lignes or not lignes[0]["chiffre"]:
        raise ErreurMetier("VieSion ne garde pas de NIR pour cette personne.")
    nir = ouvrir_nir(Nir(**lignes[0]), cles)
    async with transaction():
        await journaliser_acte(ctx, "nir.montrer", "dossier", str(numero), None, motif.strip()[:300])
    return nir


async def rechiffrer_nirs(cles: str) -> int:
    """Encrypt again under the first key every NIR that an older one opens; return how many there were.

    By batches, each its transaction: a stop in between leaves every NIR readable, and it is run again.
    """
    faits = dernier = 0
    while True:
        lignes = await lire(
            """SELECT beneficiaire, empreinte, chiffre FROM echange_nir
            WHERE beneficiaire > {} AND chiffre <> '' ORDER BY beneficiaire LIMIT {}""",
            dernier,
            _LOT,
        )
        if not lignes:
            return faits
        async with transaction():
            for ligne in lignes:
                nir = Nir(ligne["empreinte"], ligne["chiffre"])
                if _est_de_la_premiere(nir, cles):
                    continue
                nonce = os.urandom(_NONCE)
                scelle = _chiffres(cles)[0].encrypt(nonce, ouvrir_nir(nir, cles).encode(), nir.empreinte.encode())
                faits += await executer(
                    "UPDATE echange_nir SET chiffre = {} WHERE beneficiaire = {} AND chiffre = {}",
                    base64.b64encode(nonce + scelle).decode(),
                    ligne["beneficiaire"],
                    ligne["chiffre"],
                )
        dernier = lignes[-1]["beneficiaire"]


def _est_de_la_premiere(nir: Nir, cles: str) -> bool:
    octets = base64.b64decode(nir.chiffre)
    try:
        _chiffres(cles)[0].decrypt(octets[:_NONCE], octets[_NONCE:], nir.empreinte.encode())
    except InvalidTag:
        return False
    return True


@functools.lru_cache(maxsize=8)
def _chiffres(cles: str) -> list[AESGCM]:
    """Return a cipher for each key of `VIESION_CLE_ECHANGES`, the first encrypts; the files have other keys of it."""
    return [
        AESGCM(
            HKDF(algorithm=SHA256(), length=32, salt=None, info=b"viesion nir").derive(
                base64.urlsafe_b64decode(cle.strip())
            )
        )
        for cle in cles.split(",")
    ]
