"""The exit checklist: what the deck asks to verify, as pure rules on what the rooms know.

Deck, « L'allocataire sort de l'action »: « Vérifier que le dossier a correctement été renseigné ». Only the motif and
the date of the end block the closing (and what a plugin declares blocking); the rest warns, and says why.
"""

import datetime as dt
import enum
import uuid
from collections.abc import Iterable, Sequence

import msgspec

from viesion_core.bilans.model import BilanResume
from viesion_core.difficultes.model import DifficulteResume
from viesion_core.dossiers.model_caracteristiques import CaracteristiqueCourante
from viesion_core.entretiens.model import PRESENCE, PREVU, EntretienResume
from viesion_core.offres.model import PointSortie
from viesion_core.parcours.model import ETAPE, AffectationResume, EtapeResume

RAISON_MAXIMALE = 300
FINALES = frozenset(
    {"LEVEE", "PARTIELLEMENT_LEVEE", "ORIENTEE_VERS_UN_PARTENAIRE", "NON_LEVEE", "REFUSEE_PAR_LA_PERSONNE"}
)
"""The réalisations that say what became of a difficulté; « Identifiée » and « En cours de traitement » do not."""


class Etat(enum.StrEnum):
    """A line of the checklist: done, to complete (a gap), done by the closing itself, not verifiable, blocking."""

    FAIT = "fait"
    A_COMPLETER = "attend"
    CLOTURE = "accent"
    NON_VERIFIABLE = "neutre"
    BLOQUE = "bloque"


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the checklist in the deck's words; `constats` say in French what is missing, or what was found."""

    code: str
    libelle: str
    etat: Etat
    constats: tuple[str, ...] = ()
    onglet: str = ""

    @property
    def manque(self) -> bool:
        """Whether it is a gap: the étape is closed in spite of it, with a reason, or not at all (BLOQUE)."""
        return self.etat in (Etat.A_COMPLETER, Etat.NON_VERIFIABLE, Etat.BLOQUE)


class FinDifficulte(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of an open difficulté at the exit; `version` is the one that the page showed."""

    id: uuid.UUID
    realisation: str
    version: int


class SaisieSortie(msgspec.Struct, frozen=True, kw_only=True):
    """What « Clore l'étape » gives. `raison` is asked when gaps are left."""

    fin_reelle: dt.date
    motif_fin: str
    raison: str = ""
    difficultes: tuple[FinDifficulte, ...] = ()


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """What the checklist of one étape found, with the rows that repair it."""

    etape: EtapeResume
    entretiens: int
    presences: int
    prevus_passes: tuple[EntretienResume, ...]
    prevus_a_venir: tuple[EntretienResume, ...]
    bilans: tuple[BilanResume, ...]
    difficultes: int
    difficultes_ouvertes: tuple[DifficulteResume, ...]
    difficultes_sans_realisation: tuple[DifficulteResume, ...]
    manquantes: tuple[CaracteristiqueCourante, ...]
    a_rafraichir: tuple[CaracteristiqueCourante, ...]
    referents: tuple[AffectationResume, ...]
    extensions: tuple[PointSortie, ...] = ()

    @property
    def points(self) -> tuple[Point, ...]:
        """The lines of the checklist, in the order of the deck; those of the plugin before the closing's own."""
        return (
            _entretiens(self),
            _bilan(self),
            _difficultes(self),
            _caracteristiques(self),
            *(_extension(rang, point) for rang, point in enumerate(self.extensions)),
            _etape(self),
            _referent(self),
        )

    @property
    def manques(self) -> tuple[Point, ...]:
        """The gaps that do not block: the closing asks for a reason."""
        return tuple(point for point in self.points if point.manque and point.etat is not Etat.BLOQUE)

    @property
    def blocages(self) -> tuple[Point, ...]:
        """What the plugin of the offre declares blocking and is not done."""
        return tuple(point for point in self.points if point.etat is Etat.BLOQUE)

    @property
    def a_verifier(self) -> int:
        """How many lines can be verified before the closing."""
        return sum(point.etat is not Etat.CLOTURE for point in self.points)

    @property
    def verifies(self) -> int:
        """How many of them are done."""
        return sum(point.etat is Etat.FAIT for point in self.points)


def verifier(
    etape: EtapeResume,
    *,
    etapes: Sequence[EtapeResume],
    entretiens: Iterable[EntretienResume],
    bilans: Iterable[BilanResume],
    difficultes: Iterable[DifficulteResume],
    caracteristiques: Iterable[CaracteristiqueCourante],
    affectations: Iterable[AffectationResume],
    maintenant: dt.datetime,
    aujourdhui: dt.date,
    extensions: Iterable[PointSortie] = (),
) -> Verification:
    """Return what the checklist of an étape finds, given the rows of the whole dossier."""
    seule = seule_ouverte(etape, etapes)
    de_l_etape = [e for e in entretiens if e.etape == etape.id]
    suivies = [d for d in difficultes if d.etape == etape.id or (seule and _sans_etape(d, etape))]
    connues = list(caracteristiques)
    return Verification(
        etape=etape,
        entretiens=len(de_l_etape),
        presences=sum(e.realisation == PRESENCE for e in de_l_etape),
        prevus_passes=tuple(e for e in de_l_etape if e.a_realiser(maintenant)),
        prevus_a_venir=tuple(e for e in de_l_etape if e.realisation == PREVU and e.debut >= maintenant),
        bilans=tuple(b for b in bilans if b.etape == etape.id),
        difficultes=len(suivies),
        difficultes_ouvertes=tuple(d for d in suivies if d.ouverte),
        difficultes_sans_realisation=tuple(d for d in suivies if not d.ouverte and not d.realisation),
        manquantes=tuple(c for c in connues if c.manquante),
        a_rafraichir=tuple(c for c in connues if c.presente and c.definition.requise and c.a_rafraichir(aujourdhui)),
        referents=tuple(a for a in affectations if _a_terminer(a, etape, seule, aujourdhui)),
        extensions=tuple(extensions),
    )


def seule_ouverte(etape: EtapeResume, etapes: Iterable[EtapeResume]) -> bool:
    """Whether the organism has no other open étape with the person: then what hangs on none of them is its own."""
    return not any(e.ouverte and e.organisme == etape.organisme and e.id != etape.id for e in etapes)


def etapes_a_clore(etapes: Iterable[EtapeResume], organisme: uuid.UUID | None) -> list[EtapeResume]:
    """Return the open étapes of an organism, the latest first: the exit is from one of them."""
    ouvertes = [etape for etape in etapes if etape.ouverte and etape.organisme == organisme]
    return sorted(ouvertes, key=lambda etape: etape.debut_reel, reverse=True)


def defaut_raison(saisie: SaisieSortie, verification: Verification) -> str | None:
    """Return why the reason is refused (French), or None: gaps that are left are explained.

    What the form says of an open difficulté is a gap no more.
    """
    if len(saisie.raison) > RAISON_MAXIMALE:
        return f"{len(saisie.raison)} caractères : {RAISON_MAXIMALE} au plus."
    manques = _telle_que_dite(verification, saisie).manques
    if not manques or saisie.raison:
        return None
    nombre = len(manques)
    points = "Un point reste à compléter" if nombre == 1 else f"{nombre} points restent à compléter"
    return f"{points} : complétez, ou dites pourquoi l'étape se clôt ainsi."


def _telle_que_dite(verification: Verification, saisie: SaisieSortie) -> Verification:
    dites = {fin.id: fin.realisation for fin in saisie.difficultes if fin.realisation}
    ouvertes = (
        msgspec.structs.replace(d, realisation=dites.get(d.id, d.realisation))
        for d in verification.difficultes_ouvertes
    )
    return msgspec.structs.replace(verification, difficultes_ouvertes=tuple(ouvertes))


def message_blocage(verification: Verification) -> str:
    """Return the sentence that says what blocks, or ""."""
    if not verification.blocages:
        return ""
    noms = ", ".join(f"« {point.libelle} »" for point in verification.blocages)
    return f"L'étape ne peut pas être close : {noms} reste à faire."


def _sans_etape(difficulte: DifficulteResume, etape: EtapeResume) -> bool:
    return difficulte.etape is None and difficulte.organisme in (None, etape.organisme)


def _a_terminer(lien: AffectationResume, etape: EtapeResume, seule: bool, aujourdhui: dt.date) -> bool:
    """Whether the quality of référent d'étape ends with the étape: tied to it, or to none of the organism's others."""
    if lien.nature != ETAPE or (lien.fin is not None and lien.fin <= aujourdhui):
        return False
    return lien.etape == etape.id or (seule and lien.etape is None and lien.organisme == etape.organisme)


def _entretiens(v: Verification) -> Point:
    constats = []
    if v.prevus_passes:
        nombre = len(v.prevus_passes)
        constats.append(
            "Un entretien passé est resté « Prévu »." if nombre == 1
            else f"{nombre} entretiens passés sont restés « Prévu »."
        )  # fmt: skip
    if v.prevus_a_venir:
        nombre = len(v.prevus_a_venir)
        constats.append(
            "Un entretien est encore prévu après aujourd'hui." if nombre == 1
            else f"{nombre} entretiens sont encore prévus après aujourd'hui."
        )  # fmt: skip
    if not v.presences:
        constats.append("Aucun entretien de l'étape n'a la réalisation « Présence ».")
    etat = Etat.A_COMPLETER if constats else Etat.FAIT
    vu = f"{_nombre(v.entretiens, 'entretien')}, dont {_nombre(v.presences, 'présence')}."
    return Point(
        code="entretiens",
        libelle="Les entretiens",
        etat=etat,
        constats=tuple(constats) or (vu,),
        onglet="entretiens",
    )


def _bilan(v: Verification) -> Point:
    if not v.bilans:
        constats = ["Aucun bilan n'est créé pour cette étape."]
    else:
        constats = [
            f"{b.nom} : {_nombre(b.nombre_reponses, 'réponse')} / {b.nombre_questions}, à compléter puis à clore."
            for b in v.bilans
            if not b.clos
        ]
    clos = [f"{b.nom}, clos le {b.clos_le:%d/%m/%Y}." for b in v.bilans if b.clos]
    etat = Etat.A_COMPLETER if constats else Etat.FAIT
    return Point(
        code="bilan", libelle="Le bilan", etat=etat, constats=tuple(constats) or tuple(clos[:3]), onglet="bilans"
    )


def _difficultes(v: Verification) -> Point:
    constats = [f"« {d.nature_libelle} » n'a pas de réalisation." for d in v.difficultes_sans_realisation]
    a_dire = [d for d in v.difficultes_ouvertes if d.realisation not in FINALES]
    if a_dire:
        constats.append(
            "Une difficulté est ouverte : dites ce qu'elle est devenue, elle prendra fin avec l'étape."
            if len(a_dire) == 1
            else f"{len(a_dire)} difficultés sont ouvertes : dites ce qu'elles sont devenues, elles prendront fin "
            "avec l'étape."
        )
    etat = Etat.A_COMPLETER if constats else (Etat.CLOTURE if v.difficultes_ouvertes else Etat.FAIT)
    if not constats:
        vu = "Aucune difficulté repérée." if not v.difficultes else f"{_nombre(v.difficultes, 'difficulté')}."
        constats = ["Elles prendront fin avec l'étape."] if v.difficultes_ouvertes else [vu]
    return Point(
        code="difficultes", libelle="Les difficultés", etat=etat, constats=tuple(constats), onglet="difficultes"
    )


def _caracteristiques(v: Verification) -> Point:
    constats = []
    if v.manquantes:
        nombre = len(v.manquantes)
        constats.append(
            "1 caractéristique requise est manquante." if nombre == 1
            else f"{nombre} caractéristiques requises sont manquantes."
        )  # fmt: skip
    if v.a_rafraichir:
        nombre = len(v.a_rafraichir)
        constats.append(
            "1 caractéristique date de plus de 12 mois." if nombre == 1
            else f"{nombre} caractéristiques datent de plus de 12 mois."
        )  # fmt: skip
    return Point(
        code="caracteristiques",
        libelle="Les caractéristiques de l'allocataire",
        etat=Etat.A_COMPLETER if constats else Etat.FAIT,
        constats=tuple(constats) or ("Toutes les requises sont renseignées depuis moins de 12 mois.",),
        onglet="caracteristiques",
    )


def _extension(rang: int, point: PointSortie) -> Point:
    etat = Etat.FAIT if point.fait else (Etat.BLOQUE if point.bloquant else Etat.A_COMPLETER)
    if not point.verifiable:
        etat = Etat.NON_VERIFIABLE
    constats = (point.detail,) if point.detail else ()
    return Point(code=f"extension-{rang}", libelle=point.libelle, etat=etat, constats=constats, onglet=point.onglet)


def _etape(v: Verification) -> Point:
    libelle = "L'étape + le motif de fin d'étape, et la date de fin réelle de l'étape"
    return Point(code="etape", libelle=libelle, etat=Etat.CLOTURE, constats=(v.etape.nom_date,), onglet="parcours")


def _referent(v: Verification) -> Point:
    libelle = "Mettre une date de fin à sa qualité de référent d'étape"
    if not v.referents:
        return Point(
            code="referent",
            libelle=libelle,
            etat=Etat.FAIT,
            constats=("Aucun référent d'étape en cours.",),
            onglet="parcours",
        )
    constats = tuple(f"{a.referent_nom}, {a.qualite} depuis le {a.debut:%d/%m/%Y}." for a in v.referents)
    return Point(code="referent", libelle=libelle, etat=Etat.CLOTURE, constats=constats, onglet="parcours")


def _nombre(n: int, mot: str) -> str:
    """Return « 1 entretien », « 3 entretiens »."""
    return f"{n} {mot}{'s' if n > 1 else ''}"
