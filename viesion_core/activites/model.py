"""What an activité is: values and rules. Pure."""

import datetime as dt
import uuid
from collections.abc import Iterable

import msgspec

from viesion_core.contexte import PARIS
from viesion_core.formats import compte, date, heure

CONGE = "CONGE"
NATURES = {
    "REUNION": "Réunion",
    "FORMATION": "Formation",
    CONGE: "Congé",
    "DEPLACEMENT": "Déplacement",
    "AUTRE": "Autre",
}
DUREE_MAXIMALE = dt.timedelta(days=366)
TITRE_MAXIMUM, LIEU_MAXIMUM = 80, 160


class SaisieActivite(msgspec.Struct, frozen=True, kw_only=True):
    """What the form gives: aware instants; `journee`: whole days, `fin` being the midnight after the last one.

    `collaborateur` None is the user.
    """

    nature: str
    debut: dt.datetime
    fin: dt.datetime
    journee: bool = False
    titre: str = ""
    lieu: str = ""
    collaborateur: uuid.UUID | None = None


class Activite(msgspec.Struct, frozen=True, kw_only=True):
    """An activité as an agenda shows it. Instants are UTC.

    `nombre`: how many collaborateurs have the same one, after `regrouper`.
    """

    id: uuid.UUID
    organisme: uuid.UUID
    collaborateur: uuid.UUID
    collaborateur_nom: str
    collaborateur_prenom: str
    nature: str
    titre: str
    lieu: str
    journee: bool
    debut: dt.datetime
    fin: dt.datetime
    version: int
    nombre: int = 1

    @property
    def nature_libelle(self) -> str:
        """« Réunion »."""
        return NATURES[self.nature]

    @property
    def libelle(self) -> str:
        """Its title, else its kind."""
        return self.titre or self.nature_libelle

    @property
    def collaborateur_complet(self) -> str:
        """« DURAND Alix », « 4 collaborateurs »."""
        if self.nombre > 1:
            return compte(self.nombre, "collaborateur")
        return f"{self.collaborateur_nom.upper()} {self.collaborateur_prenom}"

    @property
    def jour(self) -> dt.date:
        """The first day, in Paris."""
        return self.debut.astimezone(PARIS).date()

    @property
    def dernier_jour(self) -> dt.date:
        """The last day, in Paris, included."""
        return (self.fin - dt.timedelta(microseconds=1)).astimezone(PARIS).date()

    @property
    def duree(self) -> int:
        """Its length in minutes."""
        return int((self.fin - self.debut).total_seconds()) // 60

    @property
    def quand(self) -> str:
        """« le 01/12/2026 de 9 h à 11 h », « le 24/12/2026 », « du 24/12/2026 au 02/01/2027 »."""
        if not self.journee:
            return f"le {date(self.jour)} de {heure(self.debut)} à {heure(self.fin)}"
        if self.jour == self.dernier_jour:
            return f"le {date(self.jour)}"
        return f"du {date(self.jour)} au {date(self.dernier_jour)}"

    def rencontre(self, debut: dt.datetime, fin: dt.datetime) -> bool:
        """Whether it takes some of the time between two instants."""
        return self.debut < fin and self.fin > debut


def regrouper(activites: Iterable[Activite]) -> list[Activite]:
    """Return one activité for each set that differs by whose it is only: the meeting of a team is one meeting."""
    groupes: dict[tuple[object, ...], list[Activite]] = {}
    for a in activites:
        groupes.setdefault((a.nature, a.titre, a.lieu, a.journee, a.debut, a.fin), []).append(a)
    return [msgspec.structs.replace(groupe[0], nombre=len(groupe)) for groupe in groupes.values()]


def defauts_activite(saisie: SaisieActivite) -> dict[str, str]:
    """Check what is typed: French messages by field."""
    erreurs = {}
    if saisie.nature not in NATURES:
        erreurs["nature"] = "Choisissez un élément de la liste."
    if saisie.fin <= saisie.debut:
        erreurs["au" if saisie.journee else "a"] = "La fin précède le début."
    elif saisie.fin - saisie.debut > DUREE_MAXIMALE:
        erreurs["au"] = "Un événement dure un an au plus."
    return erreurs
