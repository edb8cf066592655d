"""The fields that the lines of Solis share, read and checked: LigneRefusee names the column, never its value."""

import datetime as dt
import re
import uuid
from collections.abc import Mapping
from typing import TypeVar

from viesion_core.api import LigneRefusee

T = TypeVar("T")
_NIR = re.compile(r"[1-478]\d{2}\d{2}(?:\d{2}|2[AB])\d{6}(?:\d{2})?")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_ABIME = re.compile("[\\x00-\\x1f\\x7f-\\x9f\N{REPLACEMENT CHARACTER}]|Ã[\\x80-\\xbf©¨ª«§´¢®¯¹»¼]|â€")
_FORMULE = ("=", "+", "-", "@")
_SUSPECT = re.compile(rf"{_ABIME.pattern}|(?:^|\|)[=+\-@]")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def exiger_lisible(ligne: Mapping[str, str]) -> None:
    """Refuse damaged characters, and what a spreadsheet would take for a formula.

    The whole line is looked at once, its columns only when one is wrong.
    """
    if not _SUSPECT.search("|".join(ligne.values())):
        return
    for champ, valeur in ligne.items():
        if _ABIME.search(valeur):
            raise LigneRefusee("VALEUR_INVALIDE", champ, "Des caractères sont abîmés (encodage).")
        if valeur.startswith(_FORMULE) and champ != "tel":
            raise LigneRefusee("VALEUR_INVALIDE", champ, "La valeur commence comme une formule de tableur.")


def requis(ligne: Mapping[str, str], champ: str) -> str:
    """Return a field that may not be empty."""
    valeur = ligne[champ].strip()
    if not valeur:
        raise LigneRefusee("CHAMP_OBLIGATOIRE", champ, "Ce champ est obligatoire.")
    return valeur


def individu(ligne: Mapping[str, str]) -> str:
    """Return the identifier of the person for Solis, an opaque text of 20 characters at most."""
    valeur = requis(ligne, "id_individu")
    if len(valeur) > 20:
        raise LigneRefusee("VALEUR_INVALIDE", "id_individu", "L'identifiant compte 20 caractères au plus.")
    return valeur


def un_uuid(ligne: Mapping[str, str], champ: str, quoi: str = "L'identifiant") -> uuid.UUID:
    """Return an identifier in the usual form of a UUID; `quoi` names it in the refusal."""
    valeur = requis(ligne, champ)
    if not _UUID.fullmatch(valeur):
        raise LigneRefusee("VALEUR_INVALIDE", champ, f"{quoi} n'est pas un UUID.")
    return uuid.UUID(valeur)


def version(ligne: Mapping[str, str]) -> int:
    """Return the version of the message, a whole number."""
    valeur = requis(ligne, "version")
    if not (valeur.isascii() and valeur.isdigit() and len(valeur) <= 10 and int(valeur) < 2**31):
        raise LigneRefusee("VALEUR_INVALIDE", "version", "La version est un nombre entier.")
    return int(valeur)


def date(ligne: Mapping[str, str], champ: str) -> dt.date | None:
    """Return an ISO date; None when the field is empty."""
    valeur = ligne[champ].strip()
    if not valeur:
        return None
    if not _DATE.fullmatch(valeur):
        raise LigneRefusee("DATES_INCOHERENTES", champ, "La date s'écrit AAAA-MM-JJ.")
    try:
        return dt.date.fromisoformat(valeur)
    except ValueError as erreur:
        raise LigneRefusee("DATES_INCOHERENTES", champ, "Cette date n'existe pas.") from erreur


def date_requise(ligne: Mapping[str, str], champ: str) -> dt.date:
    """Return an ISO date that may not be empty."""
    trouvee = date(ligne, champ)
    if trouvee is None:
        raise LigneRefusee("CHAMP_OBLIGATOIRE", champ, "Ce champ est obligatoire.")
    return trouvee


def choisir(ligne: Mapping[str, str], champ: str, codes: Mapping[str, T]) -> T:
    """Return what a code means, whatever its capitals."""
    valeur = ligne[champ].strip().upper()
    if valeur not in codes:
        raise LigneRefusee("CODE_INCONNU", champ, "Ce code n'est pas dans la liste.")
    return codes[valeur]


def cle_nir(treize: str) -> int:
    """Return the check key of a NIR of 13 characters; Corsica's 2A and 2B count as 19 and 18."""
    return 97 - int(treize.replace("2A", "19").replace("2B", "18")) % 97


def nir(saisi: str) -> str:
    """Return the 13 characters of a NIR, or ""."""
    trouve = saisi.replace(" ", "").upper()
    if not trouve:
        return ""
    if not _NIR.fullmatch(trouve) or not trouve.isascii():
        raise LigneRefusee("NIR_INVALIDE", "nir", "Le NIR n'a pas la forme attendue.")
    if len(trouve) == 15 and int(trouve[13:]) != cle_nir(trouve[:13]):
        raise LigneRefusee("NIR_INVALIDE", "nir", "La clé du NIR est fausse.")
    return trouve[:13]
