"""Bilans: answers made for whatever questionnaires the installed plugins declare; most complete, some begun.

Nothing here knows an offre: the type of a question, its options, its list, its bounds and its conditions say what an
answer may be, and the words of the question which sentence suits it.
"""

import datetime as dt
import random
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from viesion_core.bilans.model import Evolution, Question, Questionnaire, TypeQuestion, cle_reponse
from viesion_core.bilans.regles import avancement, visibles
from viesion_core.bilans.tables import Bilan, Reponse
from viesion_core.demo.dossier import Dossier, EtapeDemo
from viesion_core.demo.lot import Moment
from viesion_core.demo.model import Situation, entre, jours, mots
from viesion_core.nomenclatures.model import communes, nomenclatures

_PART_SUIVANTE = 0.18
"""Étapes after the first that have a bilan: 60,000 bilans for 80,000 étapes."""
_PART_REVUE = 0.25
"""Closed étapes long enough that have a second bilan: what moved shows."""
_DUREE_REVUE = 45
"""Days that such an étape lasts at least."""
_PART_COMPLETE = 0.95
"""Bilans of closed étapes that have their answers; the others are A13."""
_DELAI = 28
"""Days: a first étape older than this has some answers, or is an A06 (30 days)."""


class Fiche(msgspec.Struct, frozen=True):
    """A questionnaire, its key in the base, and its questions with what they may be answered."""

    id: uuid.UUID
    questionnaire: Questionnaire
    questions: tuple[tuple[Question, Sequence[str]], ...]


class Questionnaires:
    """The questionnaires of the base, by offre."""

    def __init__(self, cles: Mapping[str, uuid.UUID], questionnaires: Sequence[Questionnaire]) -> None:
        self._par_offre: dict[str, list[Fiche]] = {}
        for questionnaire in questionnaires:
            fiche = Fiche(cles[questionnaire.code], questionnaire, ())
            self._par_offre.setdefault(questionnaire.offre, []).append(fiche)

    def preparer(self, organismes: Sequence[uuid.UUID]) -> None:
        """Find the possible answers of every question; `organismes` are those of the list ORGANISME."""
        listes: dict[str, Sequence[str]] = {
            "ORGANISME": [str(organisme) for organisme in organismes],
            "COMMUNE": [commune.code_insee for commune in communes()],
            **{nom: liste.codes() for nom, liste in nomenclatures().items()},
        }
        for offre, fiches in self._par_offre.items():
            self._par_offre[offre] = [
                msgspec.structs.replace(
                    fiche, questions=tuple((q, _choix(q, listes)) for q in fiche.questionnaire.questions())
                )
                for fiche in fiches
            ]

    def de(self, offre: str) -> list[Fiche]:
        """Return the questionnaires of an offre; none when its plugin is not installed."""
        return self._par_offre.get(offre, [])


def evaluer(d: Dossier, questionnaires: Questionnaires) -> None:
    """Write the bilans of each étape."""
    for etape in d.etapes:
        fiches = questionnaires.de(etape.offre.offre)
        if not fiches:
            continue
        recente = (d.aujourdhui - etape.debut).days <= _DELAI
        attendu = not recente if etape.premiere else d.r.random() < _PART_SUIVANTE
        if d.personne.situation is Situation.SANS_BILAN and etape.fin is None:
            if d.r.random() < 0.4:
                _ecrire(d, etape, fiches[0], part=0.0)
        elif attendu or (recente and d.r.random() < 0.6):
            _evaluer_etape(d, etape, fiches[entre(d.r, 0, len(fiches) - 1)], _part(d, etape))


def _evaluer_etape(d: Dossier, etape: EtapeDemo, fiche: Fiche, part: float) -> None:
    duree = (etape.fin - etape.debut).days if etape.fin else 0
    if not fiche.questionnaire.evolutions or part <= 0.75 or duree < _DUREE_REVUE or d.r.random() >= _PART_REVUE:
        _ecrire(d, etape, fiche, part=part)
        return
    milieu = etape.debut + jours(duree // 2)
    premieres = _ecrire(d, etape, fiche, part=part, fin=milieu)
    fin = etape.fin or d.aujourdhui
    _ecrire_bilan(d, etape, fiche, fin - jours(entre(d.r, 0, 10)), fin, _avancer(d.r, fiche, premieres))


def _choix(question: Question, listes: Mapping[str, Sequence[str]]) -> Sequence[str]:
    if question.liste:
        return listes.get(question.liste, ())
    return [option.code for option in question.options]


def _part(d: Dossier, etape: EtapeDemo) -> float:
    """Return the share of the questions answered: nearly all once the étape is closed, some while it goes on."""
    if etape.fin is not None:
        return 0.92 + 0.08 * d.r.random() if d.r.random() < _PART_COMPLETE else 0.15 + 0.6 * d.r.random()
    return 0.1 + 0.75 * d.r.random()


def _ecrire(d: Dossier, etape: EtapeDemo, fiche: Fiche, *, part: float, fin: dt.date | None = None) -> dict[str, Any]:
    """Write a bilan, closed at the end of the étape (or on `fin`) when nearly all is answered; return its answers."""
    limite = fin or etape.fin or d.aujourdhui
    jour = etape.debut + jours(entre(d.r, 0, min(15, (limite - etape.debut).days)))
    reponses = _repondre(d, etape, fiche, jour, limite, part)
    close = limite if etape.fin is not None and part > 0.75 else None
    _ecrire_bilan(d, etape, fiche, jour, close, reponses)
    return reponses


def _ecrire_bilan(
    d: Dossier,
    etape: EtapeDemo,
    fiche: Fiche,
    jour: dt.date,
    close: dt.date | None,
    reponses: Mapping[str, Any],
) -> None:
    limite = close or etape.fin or d.aujourdhui
    etat = avancement(fiche.questionnaire, reponses)
    nom = f"{fiche.questionnaire.libelle} du {jour:%d/%m/%Y}"
    compte = etape.referent
    creation = d.instant(jour, 10)
    moments = [Moment(creation, compte, "bilan.creer", f"{nom} créé")]
    if close is not None:
        cloture = max(d.instant(close, 15), creation)
        moments.append(Moment(cloture, compte, "bilan.clore", f"{nom} clos", {"clos_le": close}))
    cle = d.cle()
    ligne = {
        "id": cle,
        "beneficiaire": d.numero,
        "etape": etape.id,
        "organisme": etape.offre.organisme,
        "questionnaire": fiche.id,
        "date_bilan": jour,
        "nombre_questions": etat.total,
        "nombre_reponses": etat.reponses,
        "clos_le": None,
        "created_at": creation,
    }
    d.lot.ecrire(d.r, Bilan, ligne, d.numero, moments)
    if reponses:
        _ecrire_reponses(d, cle, reponses, Moment(d.instant(limite, 14), compte, "bilan.repondre", nom))


def _ecrire_reponses(d: Dossier, bilan: uuid.UUID, reponses: Mapping[str, Any], moment: Moment) -> None:
    compte, acte = moment.compte, None
    if d.lot.detaille(moment.quand):
        acte = d.lot.acte(d.r, d.numero, msgspec.structs.replace(moment, libelle=f"{moment.libelle} enregistré"))
    for rang, (code, valeur) in enumerate(reponses.items()):
        ligne = d.lot.ajouter(
            Reponse,
            {
                "id": cle_reponse(bilan, code),
                "bilan": bilan,
                "question": code,
                "valeur": valeur,
                "auteur": compte.id if compte else None,
                "auteur_nom": compte.nom_complet if compte else "",
                "at": moment.quand,
                "version": 1,
            },
        )
        if acte is not None:
            d.lot.reviser(d.r, acte, Reponse, None, ligne, rang)


def _repondre(
    d: Dossier, etape: EtapeDemo, fiche: Fiche, jour: dt.date, limite: dt.date, part: float
) -> dict[str, Any]:
    """Return the answers given so far: the first questions of the form are answered first, some are skipped."""
    if part <= 0:
        return {}
    toutes: dict[str, Any] = {}
    dates = _Dates(d.r, etape.debut - jours(20), limite)
    for question, choix in fiche.questions:
        valeur = _valeur(d.r, question, choix, dates)
        if valeur is not None:
            toutes[question.code] = valeur
    posees = visibles(fiche.questionnaire, toutes)
    nombre = max(1, round(len(posees) * part))
    requises = {question.code for question, _ in fiche.questions if question.requise} if part > 0.75 else set()
    gardees = set(posees[:nombre]) | requises
    reponses = {
        code: toutes[code]
        for code in posees
        if code in toutes and code in gardees and (code in requises or d.r.random() < 0.96)
    }
    encore = set(visibles(fiche.questionnaire, reponses))
    return {code: valeur for code, valeur in reponses.items() if code in encore}


def _avancer(r: random.Random, fiche: Fiche, premieres: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers of a second bilan: what the questionnaire compares moves, more often for the better."""
    reponses = dict(premieres)
    for evolution in fiche.questionnaire.evolutions:
        if evolution.successive and evolution.entree in reponses:
            reponses[evolution.entree] = _deplacer(r, evolution, reponses[evolution.entree])
    encore = set(visibles(fiche.questionnaire, reponses))
    return {code: valeur for code, valeur in reponses.items() if code in encore}


def _deplacer(r: random.Random, evolution: Evolution, valeur: Any) -> Any:
    hasard = r.random()
    pas = 1 if hasard < 0.45 else -1 if hasard < 0.6 else 0
    if isinstance(valeur, bool):
        return evolution.mieux == "oui" if pas > 0 else valeur
    if isinstance(valeur, str):
        rang = evolution.ordre.index(valeur) + pas if valeur in evolution.ordre else -1
        return evolution.ordre[rang] if 0 <= rang < len(evolution.ordre) else valeur
    ecart = pas * (1 if valeur <= 10 else valeur // 5)
    return min(10, max(0, valeur + ecart)) if valeur <= 10 else valeur + ecart


class _Dates:
    """Dates that follow one another along a form."""

    def __init__(self, r: random.Random, debut: dt.date, fin: dt.date) -> None:
        self._r = r
        self._debut = self._jour = debut
        self._fin = fin

    def suivante(self) -> str:
        """Return a date after the former one, never past the end."""
        self._jour = min(self._jour + jours(entre(self._r, 3, 25)), self._fin)
        return self._jour.isoformat()

    def ancienne(self) -> str:
        """Return a date well before the étape: the activity was there first."""
        return (self._debut - jours(entre(self._r, 0, 900))).isoformat()


def _valeur(r: random.Random, question: Question, choix: Sequence[str], dates: _Dates) -> Any:
    match question.type:
        case TypeQuestion.DATE:
            return dates.ancienne() if question.passee and "création" in question.texte else dates.suivante()
        case TypeQuestion.OUI_NON:
            return r.random() < 0.35
        case TypeQuestion.NOMBRE:
            return _nombre(r, question)
        case TypeQuestion.CHOIX:
            return choix[int(len(choix) * r.random() ** 1.4)] if choix else None
        case TypeQuestion.CHOIX_MULTIPLE:
            return _plusieurs(r, question, choix) if choix else None
        case TypeQuestion.TEXTE:
            return _texte(r, question)


def _nombre(r: random.Random, question: Question) -> int:
    minimum = question.minimum if question.minimum is not None else 0
    maximum = question.maximum if question.maximum is not None else 20_000
    if question.unite == "€":
        return int(min(maximum, max(minimum, 100 * int(120 * r.random() ** 2))))
    if maximum - minimum <= 40:
        mieux = 2 if "à la sortie" in question.texte else 0
        return int(min(maximum, mieux + minimum + (maximum - minimum) * (r.random() + r.random()) / 2))
    return int(min(maximum, minimum + 8 * r.random() ** 1.5))


def _plusieurs(r: random.Random, question: Question, choix: Sequence[str]) -> list[str]:
    """Return one to three options in the order of the form; an exclusive one (« Aucun ») stands alone."""
    seules = {option.code for option in question.options if option.exclusive}
    if seules and r.random() < 0.15:
        return [next(code for code in choix if code in seules)]
    libres = [code for code in choix if code not in seules]
    pris = set(r.sample(libres, min(len(libres), entre(r, 1, 3))))
    return [code for code in libres if code in pris]


def _texte(r: random.Random, question: Question) -> str:
    textes = mots().textes
    bas = question.texte.lower()
    choisis = next((phrases for mot, phrases in textes.items() if mot and mot in bas), textes[""])
    return choisis[entre(r, 0, len(choisis) - 1)]
