"""Probable duplicates: who may already have the dossier that one is about to open."""

import datetime as dt
from typing import Any

from rapidfuzz.distance import OSA

from viesion_core.contexte import Contexte
from viesion_core.db import lire
from viesion_core.dossiers.identite_exacte import cartes
from viesion_core.dossiers.model import CarteMinimale
from viesion_core.dossiers.mots import phonetique
from viesion_core.nomenclatures.model import cle

LIMITE = 10
_MEMES = "mêmes nom, prénom et date de naissance"
_INVERSEE = "mêmes nom et prénom, jour et mois de naissance inversés"
_PROCHE = "mêmes nom et prénom, date de naissance proche"
_GRAPHIE = "même date de naissance, nom ou prénom à une faute près"
_RAISONS = (_MEMES, _INVERSEE, _GRAPHIE, _PROCHE)


async def doublons_probables(
    ctx: Contexte, noms: tuple[str, ...], prenom: str, naissance: dt.date, *, sauf: int | None = None
) -> list[CarteMinimale]:
    """Return the minimal cards of the probable duplicates of a person, the surest first, ten at most.

    `noms`: nom de naissance and nom d'usage, both ways round. The same identity; the same names with day and
    month swapped or a near birth; the same birth with one typing error in the name or in the first name.
    """
    cles = tuple(dict.fromkeys(c for c in map(cle, noms) if c))
    raisons: dict[int, str] = {}
    for ligne in await _candidats(cles, cle(prenom), naissance):
        raison = _raison(ligne, cles, cle(prenom), naissance)
        if raison and ligne["numero"] != sauf:
            raisons[ligne["numero"]] = raison
    numeros = sorted(raisons, key=lambda numero: (_RAISONS.index(raisons[numero]), numero))[:LIMITE]
    return await cartes(ctx, numeros, raisons)


async def _candidats(noms: tuple[str, ...], prenom: str, naissance: dt.date) -> list[dict[str, Any]]:
    """Return who is born that day (or that day misread), and who bears the same names: two narrow indexes."""
    jours = [jour for jour in (naissance, inverser(naissance)) if jour]
    marques = ", ".join("{}" for _ in noms)
    return await lire(
        f"""SELECT numero, nom_naissance, nom_usage, prenom_cle, date_naissance FROM beneficiaire
        WHERE date_naissance IN ({", ".join("{}" for _ in jours)})
        UNION SELECT numero, nom_naissance, nom_usage, prenom_cle, date_naissance FROM beneficiaire
        WHERE nom_cle IN ({marques}) AND prenom_cle = {{}}
        UNION SELECT b.numero, b.nom_naissance, b.nom_usage, b.prenom_cle, b.date_naissance
        FROM mot_dossier m JOIN beneficiaire b ON b.numero = m.beneficiaire
        WHERE m.mot IN ({marques}) AND m.genre = 'N' AND b.prenom_cle = {{}} LIMIT 2000""",
        *jours,
        *noms,
        prenom,
        *(nom.replace(" ", "")[:40] for nom in noms),
        prenom,
    )


def _raison(ligne: dict[str, Any], noms: tuple[str, ...], prenom: str, naissance: dt.date) -> str:
    """Return why a person may be the same, in French, or ""."""
    siens = [c for c in (cle(ligne["nom_naissance"]), cle(ligne["nom_usage"])) if c]
    meme_nom = any(nom in siens for nom in noms)
    sa_naissance: dt.date = ligne["date_naissance"]
    if meme_nom and ligne["prenom_cle"] == prenom:
        if sa_naissance == naissance:
            return _MEMES
        if sa_naissance == inverser(naissance):
            return _INVERSEE
        return _PROCHE if naissance_proche(naissance, sa_naissance) else ""
    if sa_naissance != naissance:
        return ""
    nom_voisin = meme_nom or any(_voisins(nom, sien) for nom in noms for sien in siens)
    return _GRAPHIE if nom_voisin and (ligne["prenom_cle"] == prenom or _voisins(prenom, ligne["prenom_cle"])) else ""


def _voisins(un: str, autre: str) -> bool:
    """Whether two names are one typing error apart, sound alike, or the one holds the other (compound names)."""
    plat, autre_plat = un.replace(" ", ""), autre.replace(" ", "")
    if OSA.distance(plat, autre_plat, score_cutoff=1) <= 1:
        return True
    if set(un.split()) & set(autre.split()) and (" " in un or " " in autre):
        return True
    return len(plat) >= 4 and phonetique(plat) == phonetique(autre_plat)


def inverser(naissance: dt.date) -> dt.date | None:
    """Return the same birth with day and month swapped; None when that is no other day."""
    if naissance.day > 12 or naissance.day == naissance.month:
        return None
    return dt.date(naissance.year, naissance.day, naissance.month)


def naissance_proche(une: dt.date, autre: dt.date) -> bool:
    """Whether two births may be one misread: within a month, or one digit apart."""
    if abs((une - autre).days) <= 31:
        return True
    return sum(a != b for a, b in zip(une.isoformat(), autre.isoformat(), strict=True)) == 1
