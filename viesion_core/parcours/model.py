"""Contrats, étapes, référents: values and the pure rules of the deck.

« En cas de chevauchement de dates entre deux contrats : faire terminer le précédent la veille du nouveau contrat ».
The same rule makes room for a new référent de parcours, of whom a person has one at a time.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Generic, Protocol, TypeVar

import msgspec

from viesion_core.erreurs import ErreurSaisie
from viesion_core.nomenclatures.model import libelle

UN_JOUR = dt.timedelta(days=1)
HEURES_CONTRAT_ENGAGEMENT = 15
PARCOURS, ETAPE = "PARCOURS", "ETAPE"
LIBELLE_NATURE = {ETAPE: "référent d'étape", PARCOURS: "référent de parcours"}


def jour(date: dt.date) -> str:
    """Return « 24/11/2026 »."""
    return f"{date:%d/%m/%Y}"


def du_au(debut: dt.date, fin: dt.date | None) -> str:
    """Return « du 01/02/2026 au 31/07/2026 » or « depuis le 01/02/2026 »."""
    return f"du {jour(debut)} au {jour(fin)}" if fin else f"depuis le {jour(debut)}"


class EntreeResume(msgspec.Struct, frozen=True, kw_only=True):
    """An entry into a dispositif, as the forms name it: an « accompagnement »."""

    id: uuid.UUID
    dispositif: str
    debut: dt.date
    fin: dt.date | None

    @property
    def libelle(self) -> str:
        """« Accomp RSA »."""
        return libelle("DISPOSITIF", self.dispositif)

    @property
    def depuis(self) -> str:
        """« Accomp RSA - depuis le 17/12/2021 », with its end when it has one."""
        return f"{self.libelle} - {du_au(self.debut, self.fin)}"

    @property
    def entree_le(self) -> str:
        """« Accomp RSA - entrée le 17/12/2021 »."""
        return f"{self.libelle} - entrée le {jour(self.debut)}"


class ContratResume(msgspec.Struct, frozen=True, kw_only=True):
    """A contrat RSA as lists and forms show it."""

    id: uuid.UUID
    beneficiaire: int
    type: str
    numero: str
    debut: dt.date
    fin: dt.date
    signature: dt.date | None
    heures_hebdo: int | None
    dispense: str
    dispositif: uuid.UUID | None
    organisme_nom: str
    referent_nom: str
    commentaire: str
    version: int

    @property
    def nom(self) -> str:
        """« CER du 01/01/2026 au 30/06/2026 »."""
        return nom_contrat(self.type, self.debut, self.fin)

    @property
    def type_libelle(self) -> str:
        """« Contrat d'engagements réciproques (CER) »."""
        return libelle("TYPE_CONTRAT", self.type)

    @property
    def dispense_libelle(self) -> str:
        """« Proche aidant », "" when the hours are not reduced."""
        return libelle("DISPENSE", self.dispense) if self.dispense else ""

    def statut(self, aujourdhui: dt.date) -> str:
        """« À venir », « En cours » or « Terminé »: derived from the dates, never ticked."""
        if self.debut > aujourdhui:
            return "À venir"
        return "En cours" if self.fin >= aujourdhui else "Terminé"


class SaisieContrat(msgspec.Struct, frozen=True, kw_only=True):
    """What the form « Nouveau Contrat RSA » asks."""

    type: str
    debut: dt.date
    fin: dt.date
    numero: str = ""
    signature: dt.date | None = None
    heures_hebdo: int | None = None
    dispense: str = ""
    dispositif: uuid.UUID | None = None
    commentaire: str = ""


class EtapeResume(msgspec.Struct, frozen=True, kw_only=True):
    """An étape as lists and forms show it; it stays readable when the plugin of its offre is gone."""

    id: uuid.UUID
    beneficiaire: int
    dispositif: uuid.UUID
    dispositif_code: str
    dispositif_debut: dt.date
    organisme: uuid.UUID
    organisme_nom: str
    offre_de_service: uuid.UUID
    offre: str
    offre_libelle: str
    territoire: str
    debut_prevu: dt.date | None
    fin_prevue: dt.date | None
    debut_reel: dt.date
    fin_reelle: dt.date | None
    motif_fin: str
    commentaire: str
    version: int
    rattaches: int = 0

    @property
    def nom(self) -> str:
        """« CONTEX'ART - C PARTI », as the deck names an étape."""
        return f"{self.organisme_nom} - {self.offre}"

    @property
    def nom_date(self) -> str:
        """« CONTEX'ART - C PARTI - du 15/02/2022 au 31/07/2022 »."""
        return f"{self.nom} - {du_au(self.debut_reel, self.fin_reelle)}"

    @property
    def ouverte(self) -> bool:
        """Whether the étape has no real end."""
        return self.fin_reelle is None

    @property
    def motif_libelle(self) -> str:
        """« Objectif de l'étape atteint », "" while it is open."""
        return libelle("MOTIF_FIN", self.motif_fin) if self.motif_fin else ""


class SaisieEtape(msgspec.Struct, frozen=True, kw_only=True):
    """What the form of an étape asks."""

    offre_de_service: uuid.UUID
    dispositif: uuid.UUID
    debut_reel: dt.date
    fin_reelle: dt.date | None = None
    motif_fin: str = ""
    debut_prevu: dt.date | None = None
    fin_prevue: dt.date | None = None
    commentaire: str = ""


class AffectationResume(msgspec.Struct, frozen=True, kw_only=True):
    """A référent of a person, current or past."""

    id: uuid.UUID
    beneficiaire: int
    referent: uuid.UUID
    referent_nom: str
    organisme_nom: str
    actif: bool
    nature: str
    dispositif: uuid.UUID | None
    dispositif_code: str | None
    dispositif_debut: dt.date | None
    etape: uuid.UUID | None
    etape_nom: str | None
    debut: dt.date
    fin: dt.date | None
    version: int
    organisme: uuid.UUID | None = None

    @property
    def qualite(self) -> str:
        """« référent d'étape » or « référent de parcours »."""
        return LIBELLE_NATURE[self.nature]

    def courante(self, aujourdhui: dt.date) -> bool:
        """Whether it covers that day."""
        return self.debut <= aujourdhui and (self.fin is None or self.fin >= aujourdhui)


class SaisieAffectation(msgspec.Struct, frozen=True, kw_only=True):
    """What the form « Affectation du référent » asks."""

    referent: uuid.UUID
    nature: str
    dispositif: uuid.UUID
    debut: dt.date
    fin: dt.date | None = None
    etape: uuid.UUID | None = None


class _Periode(Protocol):
    @property
    def id(self) -> uuid.UUID: ...
    @property
    def debut(self) -> dt.date: ...
    @property
    def fin(self) -> dt.date | None: ...


P = TypeVar("P", bound=_Periode)


class Reglement(msgspec.Struct, Generic[P], frozen=True):
    """What a new period meets: the former one that can end on `veille`, and those that stand in the way."""

    veille: dt.date
    a_terminer: tuple[P, ...] = ()
    obstacles: tuple[P, ...] = ()

    @property
    def chevauches(self) -> tuple[P, ...]:
        """Every period that intersects the new one."""
        return self.a_terminer + self.obstacles


class ChevauchementContrat(ErreurSaisie):
    """The contract cannot be saved as it is; `reglement` says how to make room for it."""

    def __init__(self, reglement: Reglement[ContratResume]) -> None:
        super().__init__({"debut": message_chevauchement(reglement)}, "Les dates chevauchent un autre contrat.")
        self.reglement = reglement


def chevauchements(
    existants: Iterable[P], debut: dt.date, fin: dt.date | None, sauf: uuid.UUID | None = None
) -> list[P]:
    """Return the periods that intersect [debut, fin] (both included; no end = for ever), except the one edited."""
    return [
        autre
        for autre in existants
        if autre.id != sauf and (fin is None or autre.debut <= fin) and (autre.fin is None or autre.fin >= debut)
    ]


def terminer_la_veille(
    existants: Iterable[P], debut: dt.date, fin: dt.date | None, sauf: uuid.UUID | None = None
) -> Reglement[P]:
    """Return how to make room for [debut, fin]: the former period ends the day before `debut`.

    A period that begins on `debut` or later would end before its start: it stands in the way instead (deck,
    « faire terminer le précédent la veille »).
    """
    chevauches = chevauchements(existants, debut, fin, sauf)
    return Reglement(
        veille=debut - UN_JOUR,
        a_terminer=tuple(p for p in chevauches if p.debut < debut),
        obstacles=tuple(p for p in chevauches if p.debut >= debut),
    )


def message_chevauchement(reglement: Reglement[ContratResume]) -> str:
    """Return in French what is overlapped and what to do; "" when nothing is."""
    if reglement.obstacles:
        genant = min(reglement.obstacles, key=lambda contrat: contrat.debut)
        debut = reglement.veille + UN_JOUR
        if genant.debut == debut:
            return (
                f"Le contrat {genant.nom} commence le même jour : choisissez un autre début, "
                "ou bien modifiez ou supprimez ce contrat."
            )
        return (
            f"Le contrat {genant.nom} commence pendant celui-ci : la fin est à saisir au plus tard le "
            f"{jour(genant.debut - UN_JOUR)}, ou bien modifiez ou supprimez ce contrat."
        )
    if reglement.a_terminer:
        precedent = reglement.a_terminer[0]
        return (
            f"Le contrat {precedent.nom} est encore en cours à cette date. "
            f"Faites-le terminer la veille, le {jour(reglement.veille)}."
        )
    return ""


def nom_contrat(type_contrat: str, debut: dt.date, fin: dt.date) -> str:
    """Return « CER du 01/01/2026 au 30/06/2026 »."""
    court = {"CE": "d'engagement"}.get(type_contrat, type_contrat)
    return f"{court} {du_au(debut, fin)}"


def dernier_contrat(contrats: Sequence[ContratResume]) -> ContratResume | None:
    """Return the « Dernier contrat »: the one that begins last (contracts never overlap)."""
    return max(contrats, key=lambda contrat: contrat.debut, default=None)


def renouvellement(contrat: ContratResume) -> tuple[dt.date, dt.date]:
    """Return the dates of a renewal: from the day after its end, for as long (whole months when it had some)."""
    return dates_suivantes(contrat.debut, contrat.fin)


def dates_suivantes(debut: dt.date, fin: dt.date) -> tuple[dt.date, dt.date]:
    """Return the dates of what takes over from a period the day after its end, for as long."""
    suite, mois = fin + UN_JOUR, mois_entiers(debut, fin)
    return suite, ajouter_mois(suite, mois) - UN_JOUR if mois else suite + (fin - debut)


def mois_entiers(debut: dt.date, fin: dt.date) -> int | None:
    """Return how many whole months a period lasts, both days included; None when it is no whole number (36 at most)."""
    return next((mois for mois in range(1, 37) if ajouter_mois(debut, mois) == fin + UN_JOUR), None)


def saisie_renouvellement(contrat: ContratResume) -> SaisieContrat:
    """Return what a renewal proposes: the same contract, from the day after its end, not numbered nor signed yet."""
    debut, fin = renouvellement(contrat)
    return SaisieContrat(
        type=contrat.type,
        debut=debut,
        fin=fin,
        heures_hebdo=contrat.heures_hebdo,
        dispense=contrat.dispense,
        dispositif=contrat.dispositif,
    )


def rangs_renouvellement(contrats: Iterable[ContratResume]) -> dict[uuid.UUID, int]:
    """Return which renewal each contract is (1 for the first): one of the same type that ended the day before."""
    rangs: dict[uuid.UUID, int] = {}
    precedent: ContratResume | None = None
    for contrat in sorted(contrats, key=lambda c: c.debut):
        suit = precedent is not None and precedent.type == contrat.type and precedent.fin + UN_JOUR == contrat.debut
        if precedent is not None and suit:
            rangs[contrat.id] = rangs.get(precedent.id, 0) + 1
        precedent = contrat
    return rangs


def ajouter_mois(date: dt.date, mois: int) -> dt.date:
    """Return the same day some months later, or the last day of that month."""
    rang = date.year * 12 + date.month - 1 + mois
    annee, mois_0 = divmod(rang, 12)
    suivant = dt.date(annee + (mois_0 == 11), (mois_0 + 1) % 12 + 1, 1)
    return dt.date(annee, mois_0 + 1, min(date.day, (suivant - UN_JOUR).day))
