"""Who acts, when: the value every query and every use case receives."""

import datetime as dt
import enum
import uuid
import zoneinfo

import msgspec

PARIS = zoneinfo.ZoneInfo("Europe/Paris")


def minuit(jour: dt.date) -> dt.datetime:
    """Return the UTC instant at which a day begins in Paris (23 h or 22 h the day before, by season)."""
    return dt.datetime.combine(jour, dt.time(), tzinfo=PARIS).astimezone(dt.UTC)


class Role(enum.StrEnum):
    """What a user may do; the perimeter (which dossiers) follows from the role and the organism."""

    REFERENT = "referent"
    DIRECTEUR = "directeur"
    PILOTE = "pilote"
    ADMINISTRATEUR = "administrateur"


LIBELLE_ROLE = {
    Role.REFERENT: "Référent",
    Role.DIRECTEUR: "Directeur d'organisme",
    Role.PILOTE: "Pilote départemental",
    Role.ADMINISTRATEUR: "Administrateur",
}


class Contexte(msgspec.Struct, frozen=True, kw_only=True):
    """The author and the instant of an act or of a reading.

    `maintenant` is an aware UTC instant; `aujourdhui` the same instant's date in Europe/Paris. Nothing in the
    core reads the clock: whoever calls passes the instant, so that every rule can be tried on any day.
    `sensible` says that the user may read health data (MOS and PSME bilans, RQTH): the référent's and the
    director's right inside an organism that has such an offre, never the département's.
    `offres` are those whose convention covers today for the organism, None when nobody has read them yet.
    """

    utilisateur: uuid.UUID | None
    nom: str
    role: Role
    organisme: uuid.UUID | None
    maintenant: dt.datetime
    sensible: bool = False
    adresse: str = ""
    offres: frozenset[str] | None = None

    @property
    def aujourdhui(self) -> dt.date:
        """Today's date in Paris."""
        return self.maintenant.astimezone(PARIS).date()

    @property
    def peut_ecrire(self) -> bool:
        """Whether the role follows people (référent, directeur): who may write in a dossier that they read."""
        return self.role in (Role.REFERENT, Role.DIRECTEUR)

    @property
    def departement(self) -> bool:
        """Whether the whole département is in the perimeter (pilote)."""
        return self.role is Role.PILOTE


def contexte_systeme(maintenant: dt.datetime, nom: str = "VieSion") -> Contexte:
    """Return the context of an act that no person does (demo, worker, exchange): the whole département."""
    return Contexte(utilisateur=None, nom=nom, role=Role.PILOTE, organisme=None, maintenant=maintenant)
