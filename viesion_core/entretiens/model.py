"""What an entretien is: values, and the rules of the deck (pages « Prendre un RDV », « La date est passée »)."""

import datetime as dt
import uuid
from collections.abc import Sequence

import msgspec

from viesion_core.activites.model import Activite
from viesion_core.contexte import PARIS, Contexte
from viesion_core.formats import heure
from viesion_core.nomenclatures.model import libelle, nomenclature
from viesion_core.parcours.model import EntreeResume, EtapeResume

PREVU = "PREVU"
PRESENCE = "PRESENCE"
REPORTE = "REPORTE"
SUITES = (PRESENCE, "ABS_JUST", "ABS_NON_JUST")
"""What the list asks in one click once the date is past: Présence, Absence justifiée, Absence non justifiée."""
AVANT_LA_DATE = frozenset({PREVU, REPORTE, "ANNULE_STR"})
"""What may be true before the date: planned, postponed, cancelled. The others say what happened."""
DUREE_PAR_DEFAUT = 15
DUREE_MINIMALE, DUREE_MAXIMALE = 5, 600
THEMES_MAXIMUM = 30
THEMES_SENSIBLES = frozenset({"SANTE"})


class Theme(msgspec.Struct, frozen=True, kw_only=True):
    """A theme of an entretien and its synthèse; `masque`: health data that the reader may not see."""

    id: uuid.UUID | None = None
    theme: str
    synthese: str = ""
    masque: bool = False

    @property
    def libelle(self) -> str:
        """« 1 Convocation 1er accueil »."""
        return libelle("THEME_ENTRETIEN", self.theme)

    @property
    def sensible(self) -> bool:
        """Whether its synthèse is health data."""
        return self.theme in THEMES_SENSIBLES


class Saisie(msgspec.Struct, frozen=True, kw_only=True):
    """What the form of an entretien gives. `debut` is an aware instant, `duree` in minutes."""

    debut: dt.datetime
    duree: int = DUREE_PAR_DEFAUT
    collaborateur: uuid.UUID
    lieu: str = ""
    vecteur: str = ""
    dispositif: uuid.UUID | None = None
    etape: uuid.UUID | None = None
    type: str
    realisation: str = PREVU
    themes: tuple[Theme, ...] = ()


class EntretienResume(msgspec.Struct, frozen=True, kw_only=True):
    """An entretien as the list, the form and the accueil show it. `debut` is UTC.

    `reporte_de` is the one that it replaces, `suivant` the one that replaces it.
    """

    id: uuid.UUID
    beneficiaire: int
    debut: dt.datetime
    duree: int
    collaborateur: uuid.UUID
    collaborateur_nom: str
    collaborateur_prenom: str
    organisme: uuid.UUID
    organisme_nom: str
    lieu: str
    vecteur: str
    dispositif: uuid.UUID | None
    etape: uuid.UUID | None
    type: str
    realisation: str
    reporte_de: uuid.UUID | None
    version: int
    etape_nom: str | None = None
    reporte_de_debut: dt.datetime | None = None
    suivant: uuid.UUID | None = None
    suivant_debut: dt.datetime | None = None
    themes: tuple[Theme, ...] = ()

    @property
    def jour(self) -> dt.date:
        """The date in Paris."""
        return jour_de(self.debut)

    @property
    def collaborateur_complet(self) -> str:
        """« DURAND Camille », as the deck writes a collaborateur."""
        return f"{self.collaborateur_nom.upper()} {self.collaborateur_prenom}"

    @property
    def type_libelle(self) -> str:
        """« Entretien d'accueil »."""
        return libelle("TYPE_ENTRETIEN", self.type)

    @property
    def realisation_libelle(self) -> str:
        """« Prévu », « Présence », and so on."""
        return libelle("REALISATION", self.realisation)

    @property
    def lieu_libelle(self) -> str:
        """« Individuel - Physique dans une permanence »; "" when not said."""
        return libelle("LIEU", self.lieu) if self.lieu else ""

    @property
    def vecteur_libelle(self) -> str:
        """« Téléphone »; "" when not said."""
        return libelle("VECTEUR", self.vecteur) if self.vecteur else ""

    def a_realiser(self, maintenant: dt.datetime) -> bool:
        """Whether the date is past and the réalisation still « Prévu »."""
        return self.realisation == PREVU and self.debut < maintenant

    @property
    def reportable(self) -> bool:
        """Whether a new date can still be given: nothing is said of it, and no other entretien replaces it."""
        return self.realisation in (PREVU, REPORTE) and self.suivant is None


class Occupation(msgspec.Struct, frozen=True, kw_only=True):
    """Another entretien at the same time, of the same collaborateur or of the same person. `debut` is UTC."""

    debut: dt.datetime
    duree: int
    collaborateur: uuid.UUID
    beneficiaire: int
    collaborateur_nom: str
    collaborateur_prenom: str


class RendezVous(msgspec.Struct, frozen=True, kw_only=True):
    """An entretien in an agenda: with whom, where. `debut` is UTC."""

    id: uuid.UUID
    numero: int
    nom: str
    prenom: str
    debut: dt.datetime
    duree: int
    type: str
    lieu: str
    vecteur: str
    realisation: str
    collaborateur: uuid.UUID
    collaborateur_nom: str
    collaborateur_prenom: str
    version: int
    creneau: uuid.UUID | None = None

    @property
    def jour(self) -> dt.date:
        """The date in Paris."""
        return jour_de(self.debut)

    @property
    def fin(self) -> dt.datetime:
        """The instant at which it ends, UTC."""
        return self.debut + dt.timedelta(minutes=self.duree)

    @property
    def personne(self) -> str:
        """« EXEMPLE Camille »."""
        return f"{self.nom.upper()} {self.prenom}"

    @property
    def collaborateur_complet(self) -> str:
        """« DURAND Alix »."""
        return f"{self.collaborateur_nom.upper()} {self.collaborateur_prenom}"

    @property
    def type_libelle(self) -> str:
        """« Entretien d'accueil »."""
        return libelle("TYPE_ENTRETIEN", self.type)

    @property
    def realisation_libelle(self) -> str:
        """« Prévu », « Présence », and so on."""
        return libelle("REALISATION", self.realisation)

    @property
    def lieu_libelle(self) -> str:
        """« Individuel - À domicile »; "" when not said."""
        return libelle("LIEU", self.lieu) if self.lieu else ""


def jour_de(instant: dt.datetime) -> dt.date:
    """Return the date of an instant in Paris."""
    return instant.astimezone(PARIS).date()


def defaut_realisation(realisation: str, debut: dt.datetime, maintenant: dt.datetime) -> str | None:
    """Return why a réalisation is refused (French), or None.

    Deck: « Le champs « Réalisation » à ce stade de la procédure reste à « Prévu » » until the date. Postponed
    and cancelled are decided beforehand, so they are accepted; what says who came is not, before the day.
    """
    if realisation in AVANT_LA_DATE or jour_de(debut) <= jour_de(maintenant):
        return None
    return f"L'entretien est le {jour_de(debut):%d/%m/%Y} : sa réalisation reste à « Prévu » jusque-là."


def couvre(etape: EtapeResume, jour: dt.date) -> bool:
    """Whether an étape is open on that day."""
    return etape.debut_reel <= jour and (etape.fin_reelle is None or etape.fin_reelle >= jour)


def etape_proposee(etapes: Sequence[EtapeResume], organisme: uuid.UUID | None, jour: dt.date) -> EtapeResume | None:
    """Return the étape to preselect: one's organism's that covers the day, else the only one that does."""
    couvrantes = [etape for etape in etapes if couvre(etape, jour)]
    for etape in couvrantes:
        if etape.organisme == organisme:
            return etape
    return couvrantes[0] if len(couvrantes) == 1 else None


def entree_proposee(entrees: Sequence[EntreeResume], jour: dt.date) -> EntreeResume | None:
    """Return the entrée dans le dispositif to preselect: the one open on that day."""
    return next((e for e in entrees if e.debut <= jour and (e.fin is None or e.fin >= jour)), None)


def defaut_etape(choisie: uuid.UUID | None, jour: dt.date, etapes: Sequence[EtapeResume]) -> str | None:
    """Return why an étape is refused (French), or None.

    Deck: « l'étape est à raccrocher impérativement ». It can be left empty only when the person has none that
    covers the day.
    """
    if choisie is None:
        if any(couvre(etape, jour) for etape in etapes):
            return f"L'étape est à raccrocher impérativement : une étape est ouverte le {jour:%d/%m/%Y}."
        return None
    etape = next((e for e in etapes if e.id == choisie), None)
    if etape is None:
        return "Choisissez une étape de cette personne."
    if not couvre(etape, jour):
        return f"Cette étape ne couvre pas le {jour:%d/%m/%Y} : choisissez-en une autre ou vérifiez la date."
    return None


def defauts_saisie(saisie: Saisie, maintenant: dt.datetime) -> dict[str, str]:
    """Return the messages of the fields that need nothing but themselves, by field."""
    erreurs = {}
    listes = (("type", "TYPE_ENTRETIEN"), ("realisation", "REALISATION"))
    for champ, liste in listes:
        if getattr(saisie, champ) not in nomenclature(liste).par_code():
            erreurs[champ] = "Choisissez un élément de la liste."
    for champ, liste in (("lieu", "LIEU"), ("vecteur", "VECTEUR")):
        if getattr(saisie, champ) and getattr(saisie, champ) not in nomenclature(liste).par_code():
            erreurs[champ] = "Choisissez un élément de la liste."
    if not DUREE_MINIMALE <= saisie.duree <= DUREE_MAXIMALE:
        erreurs["duree"] = f"La durée est comprise entre {DUREE_MINIMALE} et {DUREE_MAXIMALE} minutes."
    if any(t.theme not in nomenclature("THEME_ENTRETIEN").par_code() for t in saisie.themes if not t.masque):
        erreurs["theme"] = "Choisissez le thème, ou supprimez-le."
    if len(saisie.themes) > THEMES_MAXIMUM:
        erreurs["theme"] = f"{THEMES_MAXIMUM} thèmes au plus par entretien."
    if defaut := defaut_realisation(saisie.realisation, saisie.debut, maintenant):
        erreurs.setdefault("realisation", defaut)
    return erreurs


def avertissement(occupations: Sequence[Occupation], numero: int, ailleurs: Sequence[Activite] = ()) -> str:
    """Return the sentences that say who is already taken, and by what, or ""; each is said once."""
    phrases = [
        f"{a.collaborateur_prenom} {a.collaborateur_nom.upper()} : {a.nature_libelle.lower()} {a.quand}."
        for a in ailleurs
    ]
    for autre in occupations:
        qui = "Cette personne a" if autre.beneficiaire == numero else f"{_nom(autre)} a"
        phrases.append(f"{qui} déjà un entretien à {heure(autre.debut)} ({autre.duree}\u00a0min).")
    return " ".join(dict.fromkeys(phrases))


def visible(ctx: Contexte, theme: Theme, collaborateur: uuid.UUID) -> Theme:
    """Return the theme as the reader may see it: a synthèse on health is for those entitled, and its author."""
    if theme.theme not in THEMES_SENSIBLES or ctx.sensible or ctx.utilisateur == collaborateur:
        return theme
    return msgspec.structs.replace(theme, synthese="", masque=True)


def modifiable(ctx: Contexte, organisme: uuid.UUID) -> bool:
    """Whether the user may change an entretien: what an organism has written is its own."""
    return ctx.utilisateur is None or ctx.organisme == organisme


def _nom(autre: Occupation) -> str:
    return f"{autre.collaborateur_prenom} {autre.collaborateur_nom.upper()}"
