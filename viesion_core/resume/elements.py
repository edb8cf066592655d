"""What happened in a parcours, as the résumé tells it: every room's rows in one shape. Values and pure rules."""

import datetime as dt
import enum
import uuid
from collections.abc import Sequence

import msgspec

from viesion_core.entretiens.model import PRESENCE, PREVU, REPORTE, jour_de
from viesion_core.nomenclatures.model import libelle
from viesion_core.parcours.model import LIBELLE_NATURE, PARCOURS, du_au, jour

ANNULE = "ANNULE_STR"
CLOS = "CLOS"
NON_SIGNE = "NON_SIGNE"


class Voie(enum.StrEnum):
    """A lane of the frise: the room that an element comes from."""

    DISPOSITIF = "DISPOSITIF"
    CONTRAT = "CONTRAT"
    ETAPE = "ETAPE"
    REFERENT = "REFERENT"
    ENTRETIEN = "ENTRETIEN"
    BILAN = "BILAN"
    DIFFICULTE = "DIFFICULTE"


LIBELLE_VOIE = {
    Voie.DISPOSITIF: ("Dispositif", "Dispositifs"),
    Voie.CONTRAT: ("Contrat", "Contrats"),
    Voie.ETAPE: ("Étape", "Étapes"),
    Voie.REFERENT: ("Référent", "Référents"),
    Voie.ENTRETIEN: ("Entretien", "Entretiens"),
    Voie.BILAN: ("Bilan", "Bilans"),
    Voie.DIFFICULTE: ("Difficulté", "Difficultés"),
}
PERIODES = (Voie.DISPOSITIF, Voie.CONTRAT, Voie.ETAPE, Voie.REFERENT)
"""The lanes of bars; the others are lanes of marks."""


class Element(msgspec.Struct, frozen=True, kw_only=True):
    """One thing of a parcours; what its columns hold depends on the lane.

    `code`: dispositif, type of contract, offre, nature of référent, type of entretien, questionnaire, nature of
    difficulté. `nom`: organism of the étape, name of the référent or collaborateur, label and answers of the
    bilan. `etat`: motif of the end, réalisation, CLOS, NON_SIGNE. `instant` (UTC): of an entretien. `prevue`: the
    planned end of an étape. `etape`: that of a référent or a bilan. `organisme`: whose writing it is, if anybody's.
    """

    voie: Voie
    id: uuid.UUID
    debut: dt.date
    fin: dt.date | None = None
    instant: dt.datetime | None = None
    prevue: dt.date | None = None
    code: str = ""
    nom: str = ""
    etat: str = ""
    organisme: uuid.UUID | None = None
    etape: uuid.UUID | None = None
    personne: uuid.UUID | None = None
    version: int = 0

    def courant(self, aujourdhui: dt.date) -> bool:
        """Whether it covers the day: begun, and not ended before it."""
        return self.debut <= aujourdhui and (self.fin is None or self.fin >= aujourdhui)

    @property
    def prevu(self) -> bool:
        """Whether it is an entretien whose réalisation is « Prévu »."""
        return self.voie is Voie.ENTRETIEN and self.etat == PREVU

    def a_realiser(self, maintenant: dt.datetime) -> bool:
        """Whether it is an entretien whose date is past and that is still « Prévu »."""
        return (
            self.voie is Voie.ENTRETIEN
            and self.etat == PREVU
            and self.instant is not None
            and self.instant < maintenant
        )

    def a_venir(self, maintenant: dt.datetime) -> bool:
        """Whether it is an entretien planned later."""
        return self.prevu and self.instant is not None and self.instant >= maintenant

    @property
    def libelles(self) -> tuple[str, ...]:
        """What may be written on its bar, the longest first: the frise takes the first that fits."""
        if self.voie is Voie.CONTRAT:
            return (libelle("TYPE_CONTRAT", self.code), "Engagement" if self.code == "CE" else self.code)
        if self.voie is Voie.ETAPE:
            return (f"{self.nom} - {self.code}", self.code)
        if self.voie is Voie.REFERENT:
            return (f"{self.nom}, {LIBELLE_NATURE[self.code]}", self.nom, self.nom.split(" ")[0])
        if self.voie is Voie.DISPOSITIF:
            return (libelle("DISPOSITIF", self.code),)
        return ()

    @property
    def nom_complet(self) -> str:
        """What it is, in one line: « Association Exemple - MOS », « Entretien d'accueil avec ESSAI Alix »."""
        if self.voie is Voie.ENTRETIEN:
            return f"{libelle('TYPE_ENTRETIEN', self.code)} avec {self.nom}"
        if self.voie is Voie.DIFFICULTE:
            return libelle("DIFFICULTE", self.code)
        return self.nom if self.voie is Voie.BILAN else self.libelles[0]

    @property
    def etat_libelle(self) -> str:
        """Its state in French; "" when there is nothing to say."""
        if self.voie is Voie.ENTRETIEN:
            return libelle("REALISATION", self.etat)
        if self.voie is Voie.DIFFICULTE:
            return libelle("REALISATION_DIFFICULTE", self.etat) if self.etat else ""
        if self.voie is Voie.BILAN:
            return "Clos" if self.etat == CLOS else "En cours de saisie"
        if self.voie is Voie.CONTRAT:
            return "Non signé" if self.etat == NON_SIGNE else ""
        if self.etat:
            return libelle("MOTIF_FIN" if self.voie is Voie.ETAPE else "MOTIF_SORTIE", self.etat)
        return ""

    @property
    def quand(self) -> str:
        """« le 18/11/2026 », « du 01/02/2026 au 31/07/2026 », « depuis le 01/02/2026 »."""
        return f"le {jour(self.debut)}" if self.voie in (Voie.ENTRETIEN, Voie.BILAN) else du_au(self.debut, self.fin)

    @property
    def titre(self) -> str:
        """The whole sentence: tooltip of the frise, and what a screen reader says of its link."""
        parties = [f"{LIBELLE_VOIE[self.voie][0]} : {self.nom_complet}", self.quand, self.etat_libelle]
        return ", ".join(partie for partie in parties if partie)

    def forme(self, maintenant: dt.datetime) -> str:
        """The shape of its mark: never the colour alone tells a state."""
        if self.voie is Voie.ENTRETIEN:
            if self.a_realiser(maintenant):
                return "a-renseigner"
            return _FORMES.get(self.etat, "absence")
        if self.voie is Voie.BILAN:
            return "bilan-clos" if self.etat == CLOS else "bilan"
        return "difficulte" if self.fin is None else "difficulte-close"


_FORMES = {
    PRESENCE: "presence",
    PREVU: "prevu",
    "ABS_JUST": "absence",
    "ABS_NON_JUST": "absence-injustifiee",
    ANNULE: "annule",
    REPORTE: "annule",
}
LIBELLE_FORME = {
    "presence": "Présence",
    "prevu": "Prévu",
    "a-renseigner": "Réalisation à saisir",
    "absence": "Absence justifiée",
    "absence-injustifiee": "Absence non justifiée",
    "annule": "Annulé ou reporté",
    "bilan": "Bilan en cours",
    "bilan-clos": "Bilan clos",
    "difficulte": "Difficulté ouverte",
    "difficulte-close": "Difficulté terminée",
}
"""The legend, in the order in which it is read."""


class ReferentActuel(msgspec.Struct, frozen=True):
    """Somebody who follows the person today, with every quality they have: « référent de parcours et d'étape »."""

    nom: str
    qualite: str
    depuis: dt.date


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """Where the person stands today: what the right of the résumé says at a glance."""

    etapes: tuple[Element, ...]
    contrat: Element | None
    dernier_contrat: Element | None
    referents: tuple[ReferentActuel, ...]
    prochain_entretien: Element | None
    derniere_presence: Element | None


def situation(elements: Sequence[Element], maintenant: dt.datetime) -> Situation:
    """Return where the person stands at that instant."""
    aujourdhui = jour_de(maintenant)

    def de(voie: Voie) -> list[Element]:
        return [e for e in elements if e.voie is voie]

    contrats = sorted(de(Voie.CONTRAT), key=lambda e: e.debut)
    presences = [e for e in de(Voie.ENTRETIEN) if e.etat == PRESENCE]
    prevus = [e for e in de(Voie.ENTRETIEN) if e.a_venir(maintenant)]
    referents = [e for e in de(Voie.REFERENT) if e.courant(aujourdhui)]
    return Situation(
        etapes=tuple(sorted((e for e in de(Voie.ETAPE) if e.fin is None), key=lambda e: e.debut, reverse=True)),
        contrat=next((e for e in contrats if e.courant(aujourdhui)), None),
        dernier_contrat=contrats[-1] if contrats else None,
        referents=tuple(_referents(sorted(referents, key=lambda e: (e.code != PARCOURS, e.debut)))),
        prochain_entretien=min(prevus, key=_instant, default=None),
        derniere_presence=max(presences, key=_instant, default=None),
    )


def _referents(affectations: Sequence[Element]) -> list[ReferentActuel]:
    """Return each référent once, in order."""
    par_personne: dict[uuid.UUID | None, list[Element]] = {}
    for affectation in affectations:
        par_personne.setdefault(affectation.personne, []).append(affectation)
    return [
        ReferentActuel(
            siennes[0].nom,
            LIBELLE_NATURE[siennes[0].code]
            + (" et d'étape" if {PARCOURS, "ETAPE"} <= {e.code for e in siennes} else ""),
            min(e.debut for e in siennes),
        )
        for siennes in par_personne.values()
    ]


def _instant(element: Element) -> dt.datetime:
    assert element.instant is not None  # noqa: S101 - every entretien has one
    return element.instant
