"""The form of an entretien: its themes come and go without losing anything typed, then it becomes a `Saisie`."""

import datetime as dt
import hashlib
import uuid
from typing import Any

import msgspec

from viesion_core.contexte import PARIS
from viesion_core.entretiens.model import (
    DUREE_MAXIMALE,
    DUREE_MINIMALE,
    DUREE_PAR_DEFAUT,
    PREVU,
    THEMES_MAXIMUM,
    THEMES_SENSIBLES,
    EntretienResume,
    Saisie,
    Theme,
)
from viesion_core.nomenclatures.model import libelle, nomenclature
from web.conflit import ChampConflit
from web.formulaire import Formulaire
from web.garde import LECTEURS_DOSSIER, LECTEURS_SANTE, garder_saisie

_SYNTHESE_MAXIMALE = 20_000
SANS_THEME = "Choisissez le thème, ou supprimez-le."


class LigneTheme(msgspec.Struct, frozen=True, kw_only=True):
    """One « Thème » of the form: its rank names its fields (`theme-0`, `synthese-0`, `theme_id-0`, `lu-0`).

    `lu` is the fingerprint of what was saved when the page was opened: whether somebody changed it since.
    """

    rang: int
    id: uuid.UUID | None = None
    theme: str = ""
    synthese: str = ""
    lu: str = ""


class Proposition(msgspec.Struct, frozen=True, kw_only=True):
    """What an empty form proposes; the fields have the names of `EntretienResume`, so that both fill the page."""

    debut: dt.datetime | None = None
    duree: int = DUREE_PAR_DEFAUT
    collaborateur: uuid.UUID | None = None
    lieu: str = ""
    vecteur: str = ""
    dispositif: uuid.UUID | None = None
    etape: uuid.UUID | None = None
    type: str = ""
    realisation: str = PREVU


def instant_propose(date: str, heure: str) -> dt.datetime | None:
    """Return the UTC instant of an address such as `?date=2026-11-24&heure=10:00` (9 h without an hour), or None."""
    try:
        jour = dt.date.fromisoformat(date)
        quand = dt.time.fromisoformat(heure or "09:00")
    except ValueError:
        return None
    return dt.datetime.combine(jour, quand, tzinfo=PARIS).astimezone(dt.UTC)


def lignes_de(entretien: EntretienResume) -> list[LigneTheme]:
    """Return the themes that the reader may write; an entretien without any has an empty one, ready to type."""
    lisibles = [theme for theme in entretien.themes if not theme.masque]
    return [_ligne(rang, theme) for rang, theme in enumerate(lisibles)] or [LigneTheme(rang=0)]


def rangs_saisis(f: Formulaire) -> list[int]:
    """Return the ranks of the themes of a posted form, in its order."""
    return [int(rang) for rang in f.liste("rang", maximum=THEMES_MAXIMUM + 1) if rang.isdigit() and len(rang) < 6]


def lignes_saisies(f: Formulaire) -> list[LigneTheme]:
    """Return the themes of a posted form: what is typed in them comes back from `saisie`."""
    return [LigneTheme(rang=rang) for rang in rangs_saisis(f)]


def retoucher(f: Formulaire) -> list[LigneTheme] | None:
    """Return the themes after « + Ajouter un thème » or « Supprimer le thème », None when neither was pressed."""
    rangs = rangs_saisis(f)
    if f.case("ajouter_theme"):
        return [LigneTheme(rang=rang) for rang in [*rangs, max(rangs, default=-1) + 1]]
    if f.case("supprimer_theme"):
        supprime = f.texte("supprimer_theme", maximum=10)
        return [LigneTheme(rang=rang) for rang in rangs if str(rang) != supprime]
    return None


def reprendre_themes(
    saisie: dict[str, Any], rangs: list[int], actuel: EntretienResume
) -> tuple[list[LigneTheme], dict[str, Any], list[ChampConflit]]:
    """Return the themes of a form that meets another one's save: nothing typed is lost, nothing saved either.

    A theme that the other one changed is to be decided where the words differ (the values saved, and the fields to
    compare); one that is not in the form comes back to it. `saisie` is completed.
    """
    enregistres = {str(theme.id): theme for theme in actuel.themes if not theme.masque}
    lignes, valeurs, champs = [LigneTheme(rang=rang) for rang in rangs], dict[str, Any](), list[ChampConflit]()
    for rang in rangs:
        theme = enregistres.pop(str(saisie.get(f"theme_id-{rang}", "")), None)
        if theme is None or saisie.get(f"lu-{rang}") == _empreinte(theme):
            continue
        saisie[f"lu-{rang}"] = _empreinte(theme)
        valeurs |= {f"theme-{rang}": theme.theme, f"synthese-{rang}": theme.synthese}
        champs.append(ChampConflit(f"theme-{rang}", "Thème", lambda code: libelle("THEME_ENTRETIEN", code)))
        champs.append(ChampConflit(f"synthese-{rang}", f"Synthèse ({theme.libelle})"))
    for rang, theme in enumerate(enregistres.values(), start=max(rangs, default=-1) + 1):
        ligne = _ligne(rang, theme)
        lignes.append(ligne)
        for nom in ("theme", "synthese", "lu"):
            saisie[f"{nom}-{rang}"] = getattr(ligne, nom)
        saisie[f"theme_id-{rang}"] = str(ligne.id)
    return lignes, valeurs, champs


def lire_saisie(f: Formulaire) -> Saisie:
    """Return what the form gives; raises ErreurSaisie by field, then AvertissementGarde on what a synthèse holds."""
    valeurs: dict[str, Any] = {
        "debut": f.instant("date", "heure", requis=True),
        "duree": f.entier("duree", minimum=DUREE_MINIMALE, maximum=DUREE_MAXIMALE),
        "collaborateur": f.identifiant("collaborateur", requis=True),
        "lieu": f.choix("lieu", nomenclature("LIEU").par_code()),
        "vecteur": f.choix("vecteur", nomenclature("VECTEUR").par_code()),
        "dispositif": f.identifiant("dispositif"),
        "etape": f.identifiant("etape"),
        "type": f.choix("type", nomenclature("TYPE_ENTRETIEN").par_code(), requis=True),
        "realisation": f.choix("realisation", nomenclature("REALISATION").par_code(), requis=True),
        "themes": _themes(f),
    }
    f.verifier()
    sensibles = {rang for rang in rangs_saisis(f) if f.texte(f"theme-{rang}") in THEMES_SENSIBLES}
    lecteurs = {rang: LECTEURS_SANTE if rang in sensibles else LECTEURS_DOSSIER for rang in rangs_saisis(f)}
    garder_saisie(f, {f"synthese-{rang}": qui for rang, qui in lecteurs.items()})
    return Saisie(**{**valeurs, "duree": valeurs["duree"] or DUREE_PAR_DEFAUT})


def _ligne(rang: int, theme: Theme) -> LigneTheme:
    return LigneTheme(rang=rang, id=theme.id, theme=theme.theme, synthese=theme.synthese, lu=_empreinte(theme))


def _empreinte(theme: Theme) -> str:
    return hashlib.sha256(f"{theme.theme}\n{theme.synthese}".encode()).hexdigest()[:16]


def _themes(f: Formulaire) -> tuple[Theme, ...]:
    """Read the themes; one left wholly empty is no theme."""
    codes = nomenclature("THEME_ENTRETIEN").par_code()
    themes = []
    for rang in rangs_saisis(f):
        code = f.choix(f"theme-{rang}", codes)
        synthese = f.texte(f"synthese-{rang}", maximum=_SYNTHESE_MAXIMALE)
        identifiant = f.identifiant(f"theme_id-{rang}")
        if code:
            themes.append(Theme(id=identifiant, theme=code, synthese=synthese))
        elif synthese:
            f.erreurs.setdefault(f"theme-{rang}", SANS_THEME)
    return tuple(themes)
