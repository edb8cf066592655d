"""Reading of a posted form: each field by name and kind, every mistake in French beside its field.

Only the fields that a screen asks for are read (no mass assignment); what was typed is kept to be shown again.
"""

import datetime as dt
import re
import uuid
from collections.abc import Collection
from typing import Any

from litestar import Request
from litestar.datastructures import FormMultiDict, UploadFile

from viesion_core.contexte import PARIS
from viesion_core.erreurs import ErreurSaisie

REQUIS = "Ce champ est requis."


class Formulaire:
    """The fields of a posted form. Readers record a message in `erreurs` and return None; `verifier` raises."""

    def __init__(self, champs: FormMultiDict) -> None:
        self._champs = champs
        self.erreurs: dict[str, str] = {}

    @property
    def brut(self) -> dict[str, Any]:
        """What was typed, by field: a list where a name comes several times. Files are left out."""
        valeurs: dict[str, Any] = {}
        for nom in self._champs:
            textes = [v for v in self._champs.getall(nom) if isinstance(v, str)]
            if textes:
                valeurs[nom] = textes[0] if len(textes) == 1 else textes
        valeurs.pop("_jeton", None)
        return valeurs

    def texte(self, nom: str, *, requis: bool | str = False, maximum: int = 200) -> str:
        """Return a line of text without its outer spaces; "" when empty."""
        valeur = str(self._champs.get(nom) or "").replace("\x00", "").replace("\r\n", "\n").strip()
        if not valeur and requis:
            self.erreurs[nom] = requis if isinstance(requis, str) else REQUIS
        if len(valeur) > maximum:
            self.erreurs[nom] = f"{len(valeur)} caractères : {maximum} au plus."
        return valeur

    def secret(self, nom: str) -> str:
        """Return a password exactly as typed."""
        return str(self._champs.get(nom) or "")

    def entier(self, nom: str, *, requis: bool = False, minimum: int = 0, maximum: int = 2**31 - 1) -> int | None:
        """Return a whole number between the bounds, or None."""
        texte = re.sub(r"[\s\u202f\u00a0]", "", self.texte(nom, requis=requis))
        if not texte:
            return None
        if not re.fullmatch(r"-?\d{1,10}", texte) or not minimum <= int(texte) <= maximum:
            self.erreurs[nom] = f"Saisissez un nombre entier entre {minimum} et {maximum}."
            return None
        return int(texte)

    def date(self, nom: str, *, requis: bool | str = False) -> dt.date | None:
        """Return a date typed as jj/mm/aaaa or sent by a date field (aaaa-mm-jj), or None."""
        texte = self.texte(nom, requis=requis)
        if not texte:
            return None
        jour = lire_date(texte)
        if jour is None:
            self.erreurs[nom] = "Cette date n'existe pas : écrivez-la jj/mm/aaaa."
        elif not 1900 <= jour.year <= 2100:
            self.erreurs[nom] = "L'année est à vérifier."
            return None
        return jour

    def instant(self, nom_date: str, nom_heure: str, *, requis: bool = False) -> dt.datetime | None:
        """Return the UTC instant of a date and an hour typed in Paris time (14:30, 14h30, 14 h), or None."""
        jour = self.date(nom_date, requis=requis)
        texte = self.texte(nom_heure, requis=requis)
        if not texte:
            return None
        lu = re.fullmatch(r"(\d{1,2})\s*(?:[:hH]\s*(\d{2})?)?", texte)
        if lu is None or int(lu[1]) > 23 or int(lu[2] or 0) > 59:
            self.erreurs[nom_heure] = "Cette heure n'existe pas : écrivez-la 10:30."
            return None
        if jour is None:
            return None
        heure = dt.time(int(lu[1]), int(lu[2] or 0), tzinfo=PARIS)
        return dt.datetime.combine(jour, heure).astimezone(dt.UTC)

    def choix(self, nom: str, codes: Collection[str], *, requis: bool | str = False) -> str:
        """Return one code of a list; "" when nothing is chosen."""
        valeur = self.texte(nom, requis=requis)
        if valeur and valeur not in codes:
            self.erreurs[nom] = "Choisissez un élément de la liste."
            return ""
        return valeur

    def identifiant(self, nom: str, *, requis: bool | str = False) -> uuid.UUID | None:
        """Return the UUID of a chosen element, or None."""
        texte = self.texte(nom, requis=requis)
        if not texte:
            return None
        try:
            return uuid.UUID(texte)
        except ValueError:
            self.erreurs[nom] = "Choisissez un élément de la liste."
            return None

    def case(self, nom: str) -> bool:
        """Return whether a box is ticked."""
        return self._champs.get(nom) is not None

    def liste(self, nom: str, *, maximum: int = 200) -> list[str]:
        """Return every value of a repeated field, in order."""
        return [str(v).replace("\x00", "").strip() for v in self._champs.getall(nom, [])][:maximum]

    def fichier(self, nom: str) -> UploadFile | None:
        """Return an uploaded file; None when none was chosen."""
        valeur = self._champs.get(nom)
        return valeur if isinstance(valeur, UploadFile) and valeur.filename else None

    def verifier(self) -> None:
        """Raise ErreurSaisie if any reader recorded a message."""
        if self.erreurs:
            raise ErreurSaisie(self.erreurs)


def lire_date(texte: str) -> dt.date | None:
    """Return the date of « 12/03/1985 », « 12-3-1985 », « 12031985 » or « 1985-03-12 »; None if there is none."""
    texte = texte.strip()
    lu = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", texte)
    if lu:
        annee, mois, jour = lu.groups()
    else:
        lu = re.fullmatch(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})", texte) or re.fullmatch(
            r"(\d{2})(\d{2})(\d{4})", texte
        )
        if lu is None:
            return None
        jour, mois, annee = lu.groups()
    try:
        return dt.date(int(annee), int(mois), int(jour))
    except ValueError:
        return None


async def lire_formulaire(requete: Request[Any, Any, Any]) -> Formulaire:
    """Return the posted form of a request; kept beside it, so that a conflict can show what was typed."""
    formulaire = Formulaire(await requete.form())
    requete.scope["state"]["formulaire"] = formulaire
    return formulaire
