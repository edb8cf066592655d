"""Accounts, sessions and passwords: values and pure rules."""

import datetime as dt
import re
import unicodedata
import uuid

import msgspec

from viesion_core.contexte import Role

DUREE_ACTIVATION = dt.timedelta(hours=24)
DUREE_REINITIALISATION = dt.timedelta(hours=1)
DEMANDES_PAR_HEURE = 3
ECHECS_SANS_DELAI = 4
DELAI_MAXIMAL = dt.timedelta(minutes=15)

_MOTS_FREQUENTS = (
    "motdepasse",
    "password",
    "azertyuiop",
    "qwertyuiop",
    "123456789",
    "viesion",
    "herault",
    "departement",
    "bonjour",
    "soleil",
    "iloveyou",
    "administrateur",
)


class UtilisateurResume(msgspec.Struct, frozen=True, kw_only=True):
    """A user as lists and choices show them."""

    id: uuid.UUID
    nom: str
    prenom: str
    identifiant: str
    courriel: str
    telephone: str
    fonction: str
    role: Role
    organisme: uuid.UUID
    organisme_nom: str
    sensible: bool
    actif: bool
    active: bool
    version: int

    @property
    def nom_complet(self) -> str:
        """« DURAND Camille », as the deck writes a collaborateur."""
        return f"{self.nom.upper()} {self.prenom}"


class FavoriChoisi(msgspec.Struct, frozen=True, order=True):
    """A favourite alert of a user: its place, its rule, and the X that was chosen (None: the default)."""

    rang: int
    code: str
    x: int | None = None


class SessionOuverte(msgspec.Struct, frozen=True, kw_only=True):
    """The session of a request: who, in which organism, until when, and what every page needs to know of them."""

    id: uuid.UUID
    utilisateur: uuid.UUID
    nom: str
    prenom: str
    role: Role
    organisme: uuid.UUID
    organisme_nom: str
    sensible: bool
    vue_le: dt.datetime
    expire_le: dt.datetime
    offres: frozenset[str] = frozenset()
    favoris: tuple[FavoriChoisi, ...] = ()

    @property
    def nom_complet(self) -> str:
        """« Camille DURAND »."""
        return f"{self.prenom} {self.nom.upper()}"


class EtatInstallation(msgspec.Struct, frozen=True, kw_only=True):
    """What the accueil of the administration counts."""

    organismes: int
    offres: int
    comptes: int
    invitations: int
    desactives: int
    courriels_en_attente: int
    courriels_en_echec: int
    lignes_journal: int


def delai_apres(echecs: int) -> dt.timedelta:
    """Return how long to wait after that many failures: nothing for four, then 2, 4, 8… s, 15 min at most."""
    if echecs <= ECHECS_SANS_DELAI:
        return dt.timedelta(0)
    return min(DELAI_MAXIMAL, dt.timedelta(seconds=2 ** min(echecs - ECHECS_SANS_DELAI, 12)))


def defaut_mot_de_passe(mot: str, identifiant: str = "") -> str | None:
    """Return why a password is refused (French), or None.

    CNIL recommendation 2022-100: 14 characters, or 12 with the four classes, or 7 words; never one of the frequent
    ones nor the identifier. No forced renewal.
    """
    if len(mot) > 200:
        return "Le mot de passe est trop long : 200 caractères au plus."
    mots = [m for m in re.split(r"[\s\-_.]+", mot) if len(m) >= 2]
    classes = [any(test(c) for c in mot) for test in (str.islower, str.isupper, str.isdigit)]
    classes.append(any(not c.isalnum() for c in mot))
    if not (len(mot) >= 14 or (len(mot) >= 12 and all(classes)) or len(mots) >= 7):
        return (
            "Le mot de passe est trop court : 14 caractères au moins, ou 12 avec minuscule, majuscule, "
            "chiffre et signe, ou une phrase de 7 mots."
        )
    plat = _plat(mot)
    reste = plat
    for frequent in _MOTS_FREQUENTS:
        reste = reste.replace(frequent, "")
    if len(set(plat)) < 6 or len(reste) < 6:
        return "Ce mot de passe est trop facile à deviner."
    debut = _plat(identifiant.split("@", maxsplit=1)[0])
    if len(debut) >= 4 and debut in plat:
        return "Le mot de passe ne doit pas contenir votre identifiant."
    return None


def _plat(texte: str) -> str:
    """Return the letters and digits of a text, unaccented and lower case."""
    decompose = unicodedata.normalize("NFKD", texte).lower()
    return "".join(c for c in decompose if c.isalnum())
