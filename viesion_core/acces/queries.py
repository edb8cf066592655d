"""Reads of accounts and sessions."""

import datetime as dt
import functools
import hashlib
import uuid
from typing import Any

from viesion_core.acces.model import EtatInstallation, FavoriChoisi, SessionOuverte, UtilisateurResume
from viesion_core.contexte import PARIS, Contexte, Role
from viesion_core.db import base_courante, convertir, lire, lire_un
from viesion_core.nomenclatures.model import cle

_COLONNES = """u.id, u.nom, u.prenom, u.identifiant, u.courriel, u.telephone, u.fonction, u.role,
    u.organisme, o.nom AS organisme_nom, u.sensible, u.actif,
    u.mot_de_passe IS NOT NULL AS active, u.version"""


def empreinte(jeton: str) -> str:
    """Return what the base keeps of a secret: its SHA-256, in hexadecimal."""
    return hashlib.sha256(jeton.encode()).hexdigest()


async def lire_session(jeton: str, maintenant: dt.datetime, inactivite: dt.timedelta) -> SessionOuverte | None:
    """Return the open session of a cookie's token; None if unknown, expired, idle too long or account closed.

    The offres of the organism and the favourites of the user come along: every page shows what depends on them.
    """
    jour = maintenant.astimezone(PARIS).date()
    liste = "group_concat" if base_courante().dialecte == "sqlite" else "string_agg"
    ligne = await lire_un(
        f"""SELECT s.id, s.utilisateur, u.nom, u.prenom, u.role, u.organisme, o.nom AS organisme_nom,
            u.sensible, s.vue_le, s.expire_le,
            (SELECT {liste}(ods.offre, ' ') FROM offre_de_service ods WHERE ods.organisme = u.organisme
                AND ods.debut <= {{}} AND (ods.fin IS NULL OR ods.fin >= {{}})) AS offres,
            (SELECT {liste}(r.rang || ':' || r.code || ':' || coalesce(CAST(r.x AS VARCHAR(9)), ''), ' ')
                FROM alerte_reglage r WHERE r.utilisateur = u.id AND r.rang IS NOT NULL) AS favoris
        FROM session s JOIN utilisateur u ON u.id = s.utilisateur JOIN organisme o ON o.id = u.organisme
        WHERE s.empreinte = {{}} AND u.actif""",
        jour,
        jour,
        empreinte(jeton),
    )
    if ligne is None:
        return None
    favoris = sorted(_favori(texte) for texte in (ligne["favoris"] or "").split())
    session = convertir(
        SessionOuverte,
        {**ligne, "offres": frozenset((ligne["offres"] or "").split()), "favoris": tuple(favoris)},
    )
    if session.expire_le <= maintenant or session.vue_le + inactivite <= maintenant:
        return None
    return session


def _favori(texte: str) -> FavoriChoisi:
    rang, reste = texte.split(":", 1)
    code, x = reste.rsplit(":", 1)
    return FavoriChoisi(int(rang), code, int(x) if x else None)


async def utilisateur(identifiant: uuid.UUID) -> UtilisateurResume | None:
    """Return one account."""
    ligne = await lire_un(
        f"SELECT {_COLONNES} FROM utilisateur u JOIN organisme o ON o.id = u.organisme WHERE u.id = {{}}",
        identifiant,
    )
    return _utilisateur(ligne) if ligne else None


async def utilisateurs_page(
    recherche: str = "", organisme: uuid.UUID | None = None, *, page: int = 1, par_page: int = 20
) -> tuple[list[UtilisateurResume], int]:
    """Return a page of the accounts by name, and how many match (administration)."""
    conditions, parametres = _filtres(recherche, organisme)
    lignes = await lire(
        f"""SELECT {_COLONNES}, count(*) OVER () AS total
        FROM utilisateur u JOIN organisme o ON o.id = u.organisme
        WHERE {conditions} ORDER BY u.nom, u.prenom, u.id LIMIT {{}} OFFSET {{}}""",
        *parametres,
        par_page,
        (page - 1) * par_page,
    )
    return [_utilisateur(ligne) for ligne in lignes], (lignes[0]["total"] if lignes else 0)


async def etat_installation(jour: dt.date) -> EtatInstallation:
    """Return the counts of the administration's accueil, in one query; offres are those in convention that day."""
    ligne = await lire_un(
        """SELECT (SELECT count(*) FROM organisme WHERE ferme_le IS NULL) AS organismes,
            (SELECT count(*) FROM offre_de_service WHERE debut <= {} AND (fin IS NULL OR fin >= {})) AS offres,
            (SELECT count(*) FROM utilisateur WHERE actif AND mot_de_passe IS NOT NULL) AS comptes,
            (SELECT count(*) FROM utilisateur WHERE actif AND mot_de_passe IS NULL) AS invitations,
            (SELECT count(*) FROM utilisateur WHERE NOT actif) AS desactives,
            (SELECT count(*) FROM courriel WHERE envoye_le IS NULL AND tentatives = 0) AS courriels_en_attente,
            (SELECT count(*) FROM courriel WHERE envoye_le IS NULL AND tentatives > 0) AS courriels_en_echec,
            (SELECT nombre FROM journal_tete WHERE id = 1) AS lignes_journal""",
        jour,
        jour,
    )
    return convertir(EtatInstallation, ligne or {})


async def collaborateurs(ctx: Contexte, organisme: uuid.UUID | None = None) -> list[UtilisateurResume]:
    """Return the active référents and directors of an organism (one's own unless said otherwise), by name."""
    lignes = await lire(
        f"""SELECT {_COLONNES} FROM utilisateur u JOIN organisme o ON o.id = u.organisme
        WHERE u.organisme = {{}} AND u.actif AND u.role IN ('referent', 'directeur')
        ORDER BY u.nom, u.prenom LIMIT 500""",
        organisme or ctx.organisme,
    )
    return [_utilisateur(ligne) for ligne in lignes]


async def chercher_referents(texte: str, *, limite: int = 20) -> list[UtilisateurResume]:
    """Return active référents each word of whom is the beginning of a name, first name or organism's name.

    « Nom, prénom, structure » (deck), in any order; accents and hyphens do not count.
    """
    mots = cle(texte).split()[:5]
    noms = await lire(
        """SELECT CAST(u.id AS TEXT) AS id, u.nom || ' ' || u.prenom || ' ' || o.nom AS texte
        FROM utilisateur u JOIN organisme o ON o.id = u.organisme
        WHERE u.actif AND u.role IN ('referent', 'directeur') ORDER BY u.nom, u.prenom, u.id LIMIT 5000"""
    )
    trouves = [uuid.UUID(ligne["id"]) for ligne in noms if _commencent(mots, ligne["texte"])][:limite]
    if not trouves:
        return []
    lignes = await lire(
        f"""SELECT {_COLONNES} FROM utilisateur u JOIN organisme o ON o.id = u.organisme
        WHERE u.id IN ({", ".join("{}" for _ in trouves)}) ORDER BY u.nom, u.prenom, u.id""",
        *trouves,
    )
    return [_utilisateur(ligne) for ligne in lignes]


def _commencent(mots: list[str], texte: str) -> bool:
    """Tell whether each word begins one of the words of a text."""
    presents = _mots(texte)
    return all(f" {mot}" in presents for mot in mots)


@functools.lru_cache(maxsize=8192)
def _mots(texte: str) -> str:
    return f" {cle(texte)}"


def _filtres(recherche: str, organisme: uuid.UUID | None) -> tuple[str, list[Any]]:
    conditions: list[str] = ["1 = 1"]
    parametres: list[Any] = []
    for mot in recherche.split()[:5]:
        motif = f"%{mot.casefold()}%"
        conditions.append("(lower(u.nom) LIKE {} OR lower(u.prenom) LIKE {} OR lower(o.nom) LIKE {})")
        parametres += [motif, motif, motif]
    if organisme is not None:
        conditions.append("u.organisme = {}")
        parametres.append(organisme)
    return " AND ".join(conditions), parametres


def _utilisateur(ligne: dict[str, Any]) -> UtilisateurResume:
    valeurs = {k: v for k, v in ligne.items() if k != "total"}
    valeurs["role"] = Role(valeurs["role"])
    valeurs["active"] = bool(valeurs["active"])
    return convertir(UtilisateurResume, valeurs)
