"""Hashing of passwords: Argon2id, off the event loop, two at a time (OWASP ASVS 5.0 §11.4)."""

import asyncio
import concurrent.futures

import argon2

_HACHEUR = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_FILS = concurrent.futures.ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
_LEURRE = _HACHEUR.hash("un mot de passe qui n'ouvre aucun compte")


async def hacher(mot: str) -> str:
    """Return the Argon2id hash of a password, with its salt and parameters."""
    return await asyncio.get_running_loop().run_in_executor(_FILS, _HACHEUR.hash, mot)


async def verifier(empreinte: str | None, mot: str) -> bool:
    """Tell whether the password opens the account; an unknown account takes the same time."""
    return await asyncio.get_running_loop().run_in_executor(_FILS, _verifier, empreinte, mot)


def hacher_lot(mots: list[str]) -> list[str]:
    """Return the hashes of several passwords, in the calling thread (demo accounts only)."""
    return [_HACHEUR.hash(mot) for mot in mots]


def fermer() -> None:
    """Stop the hashing threads."""
    _FILS.shutdown(wait=False, cancel_futures=True)


def _verifier(empreinte: str | None, mot: str) -> bool:
    try:
        correct = _HACHEUR.verify(empreinte or _LEURRE, mot)
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False
    return correct and empreinte is not None


def a_renouveler(empreinte: str) -> bool:
    """Tell whether a hash was made with older parameters."""
    return _HACHEUR.check_needs_rehash(empreinte)
