"""The use cases of entretiens: plan, change, say what happened, postpone."""

import datetime as dt
import uuid
from typing import Any

from viesion_core.acces.perimetre import exiger_dossier, exiger_ecriture
from viesion_core.acces.queries import collaborateurs
from viesion_core.actes import Acte, acte
from viesion_core.activites.queries import activites_de
from viesion_core.contexte import Contexte
from viesion_core.db import lire
from viesion_core.entretiens.model import (
    PREVU,
    REPORTE,
    EntretienResume,
    Saisie,
    Theme,
    avertissement,
    defaut_etape,
    defaut_realisation,
    defauts_saisie,
    jour_de,
    modifiable,
)
from viesion_core.entretiens.queries import entretien, occupations
from viesion_core.entretiens.tables import Entretien, EntretienTheme
from viesion_core.erreurs import ErreurMetier, ErreurSaisie, Interdit
from viesion_core.formats import heure
from viesion_core.nomenclatures.model import libelle, nomenclature
from viesion_core.parcours.queries import entrees_dispositif, etapes

CONFIRMATION = "confirmation"
_SANS_CRENEAU: dict[str, Any] = {"creneau": None, "place": None}
"""An entretien that moves gives back the place of the créneau where it was."""
_AUTRE_ORGANISME = "Cet entretien est celui d'un autre organisme : vous pouvez le lire, non le modifier."


async def creer_entretien(
    ctx: Contexte,
    numero: int,
    saisie: Saisie,
    *,
    reporte_de: uuid.UUID | None = None,
    version_reportee: int | None = None,
    confirme: bool = False,
) -> Acte:
    """Plan an entretien; with `reporte_de` it replaces that one, which becomes « Reporté » in the same act.

    Raises ErreurSaisie for the fields; its field `confirmation` warns that the collaborateur or the person is
    already taken at that time: call again with `confirme`.
    """
    await _exiger(ctx, numero)
    remplace = await entretien(ctx, numero, reporte_de) if reporte_de else None
    sauf = remplace.id if remplace else None
    await controler_entretien(ctx, numero, saisie, confirme=confirme, sauf=sauf)
    nature = "entretien.reporter" if remplace else "entretien.creer"
    nom = f"Entretien du {jour_de(saisie.debut):%d/%m/%Y}"
    libelle_acte = f"{nom}, en remplacement du {remplace.jour:%d/%m/%Y}" if remplace else nom
    async with acte(ctx, nature, libelle_acte, beneficiaire=numero) as a:
        if remplace is not None:
            await _reporter(a, remplace, version_reportee)
        await inserer_entretien(a, numero, saisie, organisme=ctx.organisme, reporte_de=sauf)
    return a


async def inserer_entretien(
    a: Acte,
    numero: int,
    saisie: Saisie,
    *,
    organisme: uuid.UUID | None,
    reporte_de: uuid.UUID | None = None,
    creneau: uuid.UUID | None = None,
    place: int | None = None,
) -> uuid.UUID:
    """Write an entretien that `controler_entretien` has accepted, inside the act of another use case; return its id."""
    liens = {"organisme": organisme, "reporte_de": reporte_de, "creneau": creneau, "place": place}
    ligne = await a.inserer(Entretien, {**_colonnes(saisie), **liens, "beneficiaire": numero})
    cle = uuid.UUID(str(ligne["id"]))
    await _ajouter_themes(a, cle, saisie.themes)
    _annoncer(a, cle, numero)
    return cle


async def modifier_entretien(
    ctx: Contexte, numero: int, identifiant: uuid.UUID, saisie: Saisie, *, version: int, confirme: bool = False
) -> Acte:
    """« Enregistrer les modifications »: change the entretien known at `version`, and its themes.

    Themes that carry an id are changed, the others added, those that are absent removed; a theme that the
    user may not read stays as it is. Raises as `creer_entretien`, and ConflitVersion.
    """
    await _exiger(ctx, numero)
    actuel = await entretien(ctx, numero, identifiant)
    if not modifiable(ctx, actuel.organisme):
        raise Interdit(_AUTRE_ORGANISME)
    await controler_entretien(ctx, numero, saisie, confirme=confirme, sauf=identifiant, actuel=actuel)
    libelle_acte = f"Entretien du {jour_de(saisie.debut):%d/%m/%Y} modifié"
    async with acte(ctx, "entretien.modifier", libelle_acte, beneficiaire=numero) as a:
        valeurs = _colonnes(saisie)
        if _differe(actuel, saisie):
            valeurs["modifie_le"] = ctx.maintenant
        if (actuel.debut, actuel.duree, actuel.collaborateur) != (saisie.debut, saisie.duree, saisie.collaborateur):
            valeurs |= _SANS_CRENEAU
        await a.modifier(Entretien, identifiant, valeurs, version=version)
        await _remplacer_themes(a, actuel, saisie.themes)
        if not a.vide:
            _annoncer(a, identifiant, numero)
    return a


async def deplacer_entretien(
    ctx: Contexte, numero: int, identifiant: uuid.UUID, debut: dt.datetime, *, version: int, confirme: bool = False
) -> Acte:
    """Give a planned entretien another instant (`debut`, aware), all else kept: a move in the agenda. Undoable.

    Raises as `modifier_entretien`, and ErreurMetier when its réalisation is already told.
    """
    await _exiger(ctx, numero)
    actuel = await entretien(ctx, numero, identifiant)
    if not modifiable(ctx, actuel.organisme):
        raise Interdit(_AUTRE_ORGANISME)
    if actuel.realisation != PREVU:
        raise ErreurMetier("Cet entretien a déjà sa réalisation : il ne se déplace plus.")
    champs: dict[str, Any] = {champ: getattr(actuel, champ) for champ in Saisie.__struct_fields__}
    saisie = Saisie(**{**champs, "debut": debut, "themes": ()})
    await controler_entretien(ctx, numero, saisie, confirme=confirme, sauf=identifiant, actuel=actuel)
    quand = f"{jour_de(debut):%d/%m/%Y} à {heure(debut)}"
    async with acte(ctx, "entretien.deplacer", f"Entretien déplacé au {quand}", beneficiaire=numero) as a:
        if debut != actuel.debut:
            valeurs = {"debut": debut, "modifie_le": ctx.maintenant, **_SANS_CRENEAU}
            await a.modifier(Entretien, identifiant, valeurs, version=version)
            _annoncer(a, identifiant, numero)
    return a


async def realiser_entretien(
    ctx: Contexte, numero: int, identifiant: uuid.UUID, realisation: str, *, version: int
) -> Acte:
    """Say in one click what happened: Présence, Absence justifiée, Absence non justifiée… Undoable."""
    await _exiger(ctx, numero)
    if realisation not in nomenclature("REALISATION").par_code():
        raise ErreurSaisie({"realisation": "Choisissez un élément de la liste."})
    actuel = await entretien(ctx, numero, identifiant)
    if not modifiable(ctx, actuel.organisme):
        raise Interdit(_AUTRE_ORGANISME)
    if defaut := defaut_realisation(realisation, actuel.debut, ctx.maintenant):
        raise ErreurMetier(defaut)
    nom = libelle("REALISATION", realisation)
    libelle_acte = f"Entretien du {actuel.jour:%d/%m/%Y} : {nom}"
    async with acte(ctx, "entretien.realiser", libelle_acte, beneficiaire=numero) as a:
        valeurs = {"realisation": realisation, "modifie_le": ctx.maintenant}
        await a.modifier(Entretien, identifiant, valeurs, version=version)
        _annoncer(a, identifiant, numero)
    return a


async def _exiger(ctx: Contexte, numero: int) -> None:
    exiger_ecriture(ctx)
    await exiger_dossier(ctx, numero)


async def controler_entretien(
    ctx: Contexte,
    numero: int,
    saisie: Saisie,
    *,
    confirme: bool = False,
    sauf: uuid.UUID | None = None,
    actuel: EntretienResume | None = None,
) -> None:
    """Raise ErreurSaisie with every mistake of the form at once; the warning alone when nothing else is wrong."""
    erreurs = defauts_saisie(saisie, ctx.maintenant)
    jour = jour_de(saisie.debut)
    inchangee = actuel is not None and (saisie.etape, jour) == (actuel.etape, actuel.jour) and saisie.etape is not None
    if not inchangee and (defaut := defaut_etape(saisie.etape, jour, await etapes(ctx, numero))):
        erreurs["etape"] = defaut
    if saisie.dispositif is not None:
        entrees = {entree.id: entree for entree in await entrees_dispositif(ctx, numero)}
        if saisie.dispositif not in entrees:
            erreurs["dispositif"] = "Choisissez un accompagnement de cette personne."
    connus = {c.id for c in await collaborateurs(ctx)} | ({actuel.collaborateur} if actuel else set())
    if saisie.collaborateur not in connus and ctx.utilisateur is not None:
        erreurs["collaborateur"] = "Choisissez un collaborateur de votre organisme."
    if not erreurs and not confirme and _deplace(saisie, actuel):
        pris = await occupations(numero, saisie.collaborateur, saisie.debut, saisie.duree, sauf=sauf)
        fin = saisie.debut + dt.timedelta(minutes=saisie.duree)
        ailleurs = await activites_de([saisie.collaborateur], saisie.debut, fin)
        if pris or ailleurs:
            erreurs[CONFIRMATION] = avertissement(pris, numero, ailleurs)
    if erreurs:
        raise ErreurSaisie(erreurs)


def _deplace(saisie: Saisie, actuel: EntretienResume | None) -> bool:
    """Whether the time slot is new: an overlap accepted once is not asked again."""
    if saisie.realisation != PREVU:
        return False
    if actuel is None:
        return True
    avant = (actuel.debut, actuel.duree, actuel.collaborateur)
    return avant != (saisie.debut, saisie.duree, saisie.collaborateur)


async def _reporter(a: Acte, remplace: EntretienResume, version: int | None) -> None:
    if not modifiable(a.ctx, remplace.organisme):
        raise Interdit(_AUTRE_ORGANISME)
    if remplace.realisation not in (PREVU, REPORTE):
        raise ErreurMetier("Cet entretien a déjà sa réalisation : il ne se reporte plus.")
    suivants = await lire("SELECT id FROM entretien WHERE reporte_de = {} LIMIT 1", remplace.id)
    if suivants:
        raise ErreurMetier("Cet entretien est déjà reporté : modifiez la date du nouvel entretien.")
    if remplace.realisation == PREVU:
        valeurs = {"realisation": REPORTE, "modifie_le": a.ctx.maintenant}
        await a.modifier(Entretien, remplace.id, valeurs, version=version)
        _annoncer(a, remplace.id, remplace.beneficiaire)


async def _ajouter_themes(a: Acte, identifiant: uuid.UUID, themes: tuple[Theme, ...]) -> None:
    lignes = [
        {"entretien": identifiant, "theme": t.theme, "synthese": t.synthese, "ordre": ordre}
        for ordre, t in enumerate(themes)
    ]
    if lignes:
        await a.inserer_lot(EntretienTheme, lignes)


async def _remplacer_themes(a: Acte, actuel: EntretienResume, themes: tuple[Theme, ...]) -> None:
    """Bring the themes to what the form says; those the user may not read are left alone.

    The rows are few (30 at most) and each changed one is a revision of its own.
    """
    lisibles = {theme.id: theme for theme in actuel.themes if not theme.masque}
    gardes = {theme.id for theme in themes if theme.id in lisibles}
    for identifiant in lisibles.keys() - gardes:
        await a.supprimer(EntretienTheme, identifiant, version=None)
    nouveaux = []
    for ordre, theme in enumerate(themes):
        valeurs = {"theme": theme.theme, "synthese": theme.synthese, "ordre": ordre}
        if theme.id not in lisibles:
            nouveaux.append({**valeurs, "entretien": actuel.id})
        elif lisibles[theme.id] != theme or actuel.themes.index(lisibles[theme.id]) != ordre:
            await a.modifier(EntretienTheme, theme.id, valeurs, version=None)
    if nouveaux:
        await a.inserer_lot(EntretienTheme, nouveaux)


def _differe(actuel: EntretienResume, saisie: Saisie) -> bool:
    """Whether the form says something else than the base."""
    if any(getattr(actuel, champ) != valeur for champ, valeur in _colonnes(saisie).items()):
        return True
    avant = [(t.id, t.theme, t.synthese) for t in actuel.themes if not t.masque]
    return avant != [(t.id, t.theme, t.synthese) for t in saisie.themes]


def _colonnes(saisie: Saisie) -> dict[str, Any]:
    champs = ("debut", "duree", "collaborateur", "lieu", "vecteur", "dispositif", "etape", "type", "realisation")
    return {champ: getattr(saisie, champ) for champ in champs}


def _annoncer(a: Acte, identifiant: uuid.UUID, numero: int) -> None:
    a.evenement("entretien_enregistre", {"entretien": str(identifiant), "beneficiaire": numero})
