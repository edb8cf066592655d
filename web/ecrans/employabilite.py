"""« Employabilité »: métiers visés, expériences, diplômes, langues, permis; where and when the person can work."""

import itertools
import uuid
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery

from viesion_core.actes import historique, revisions
from viesion_core.dossiers.queries_caracteristiques import caracteristiques
from viesion_core.employabilite.actions import (
    ajouter_atout,
    enregistrer_disponibilite,
    modifier_atout,
    retirer_atout,
)
from viesion_core.employabilite.model import (
    DEFINITIONS,
    DISPONIBILITES,
    LONGUEUR_COMMENTAIRE,
    TEMPS,
    ZONES,
    Atout,
    DefinitionRubrique,
    Rubrique,
    SaisieAtout,
    SaisieDisponibilite,
)
from viesion_core.employabilite.queries import atout, employabilite
from viesion_core.entretiens.model import jour_de
from viesion_core.erreurs import ConflitVersion, ErreurSaisie, Introuvable
from viesion_core.garde.model import AvertissementGarde
from viesion_core.nomenclatures.model import nomenclature
from viesion_core.resume.historique import details
from web.conflit import ChampConflit
from web.ecrans.dossier_commun import rendre_dossier
from web.formulaire import Formulaire, lire_formulaire
from web.garde import LECTEURS_DOSSIER, garder_saisie
from web.page import Page, PageCourante
from web.politiques import DOSSIER_ECRITURE, DOSSIER_LECTURE, politique

TABLES = ("atout", "disponibilite")
DERNIERS = 50
LIEES = ("PERMIS", "TRANSPORT", "ZONE", "FORMATION", "DIPL_ETR", "FRANCAIS")
"""The caractéristiques that say the same things in one word: shown beside, changed on their own page."""
_ANNEES = ("annee_debut", "annee_fin")
CHAMPS_DISPONIBILITE = (
    ChampConflit("zone", "Zone de mobilité", lambda code: ZONES.get(code, code)),
    ChampConflit("zone_precision", "Précision"),
    ChampConflit("disponibilite", "Disponibilité", lambda code: DISPONIBILITES.get(code, code)),
    ChampConflit("disponible_le", "Disponible le"),
    ChampConflit("temps", "Temps de travail", lambda code: TEMPS.get(code, code)),
    ChampConflit("contraintes", "Contraintes, horaires"),
)


class EmployabiliteController(Controller):
    """What a person can do and wishes to do."""

    path = "/beneficiaires/{numero:int}/employabilite"
    opt = politique(DOSSIER_LECTURE)

    @get()
    async def montrer(
        self, page: PageCourante, numero: FromPath[int], historique: FromQuery[str] = ""
    ) -> Response[Any]:
        """Show the rubriques; with « Afficher aussi l'historique », what they were."""
        return await _page(page, numero, avec_historique=bool(historique))

    @post("/ajouter/{rubrique:str}", opt=politique(DOSSIER_ECRITURE))
    async def ajouter(self, page: PageCourante, numero: FromPath[int], rubrique: FromPath[str]) -> Response[Any]:
        """Add a line to a rubrique, in place."""
        definition = _definition(rubrique)
        prefixe = f"{definition.rubrique.lower()}_"
        f = await lire_formulaire(page.requete)
        try:
            a = await ajouter_atout(page.ctx, numero, definition.rubrique, _lire(f, definition, prefixe))
        except AvertissementGarde as garde:
            return await _page(page, numero, ouverte=definition.rubrique, erreur=garde, saisie=f.brut)
        except ErreurSaisie as erreur:
            prefixees = {
                champ if champ.startswith(prefixe) else f"{prefixe}{champ}": message
                for champ, message in erreur.erreurs.items()
            }
            refus = ErreurSaisie(prefixees, erreur.message)
            return await _page(page, numero, ouverte=definition.rubrique, erreur=refus, saisie=f.brut)
        return page.rediriger(f"{_base(numero)}#{definition.rubrique.lower()}", acte=a.id)

    @get("/disponibilite", opt=politique(DOSSIER_ECRITURE))
    async def montrer_disponibilite(self, page: PageCourante, numero: FromPath[int]) -> Response[Any]:
        """Show the form « Mobilité et disponibilité »."""
        return await _disponibilite(page, numero)

    @post("/disponibilite", opt=politique(DOSSIER_ECRITURE))
    async def enregistrer_disponibilite(self, page: PageCourante, numero: FromPath[int]) -> Response[Any]:
        """Say where and when the person can work."""
        f = await lire_formulaire(page.requete)
        try:
            saisie = SaisieDisponibilite(
                zone=f.choix("zone", ZONES),
                zone_precision=f.texte("zone_precision", maximum=160),
                disponibilite=f.choix("disponibilite", DISPONIBILITES),
                disponible_le=f.date("disponible_le"),
                temps=f.choix("temps", TEMPS),
                contraintes=f.texte("contraintes", maximum=LONGUEUR_COMMENTAIRE),
            )
            f.verifier()
            garder_saisie(f, {"zone_precision": LECTEURS_DOSSIER, "contraintes": LECTEURS_DOSSIER})
            a = await enregistrer_disponibilite(page.ctx, numero, saisie, version=f.entier("version"))
        except (ErreurSaisie, ConflitVersion) as erreur:
            return await _disponibilite(page, numero, erreur, f.brut)
        return page.rediriger(f"{_base(numero)}#disponibilite", acte=None if a.vide else a.id)

    @get("/{identifiant:uuid}", opt=politique(DOSSIER_ECRITURE))
    async def formulaire(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Show the form of a line."""
        return await _formulaire(page, numero, await atout(page.ctx, numero, identifiant))

    @post("/{identifiant:uuid}", opt=politique(DOSSIER_ECRITURE))
    async def modifier(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Change a line."""
        visee = await atout(page.ctx, numero, identifiant)
        f = await lire_formulaire(page.requete)
        try:
            version = f.entier("version", requis=True) or 0
            a = await modifier_atout(page.ctx, numero, identifiant, _lire(f, visee.definition), version=version)
        except (ErreurSaisie, ConflitVersion) as erreur:
            return await _formulaire(page, numero, visee, erreur, f.brut)
        return page.rediriger(f"{_base(numero)}#{visee.rubrique.lower()}", acte=None if a.vide else a.id)

    @post("/{identifiant:uuid}/retirer", opt=politique(DOSSIER_ECRITURE))
    async def retirer(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Take a line away; « Annuler » brings it back."""
        f = await lire_formulaire(page.requete)
        version = f.entier("version", requis=True) or 0
        f.verifier()
        a = await retirer_atout(page.ctx, numero, identifiant, version=version)
        return page.rediriger(_base(numero), acte=a.id)


async def _page(
    page: Page,
    numero: int,
    *,
    avec_historique: bool = False,
    ouverte: Rubrique | None = None,
    erreur: ErreurSaisie | None = None,
    saisie: dict[str, Any] | None = None,
) -> Response[Any]:
    """Show the page; after a refusal, with the form of the rubrique `ouverte` as it was typed."""
    lue = await employabilite(page.ctx, numero)
    actes = await historique(page.ctx, numero, par_page=DERNIERS, tables=TABLES) if avec_historique else []
    connues = {c.code: c for c in await caracteristiques(page.ctx, numero)}
    return await rendre_dossier(
        page,
        numero,
        "employabilite/page.html",
        onglet="employabilite",
        erreur=erreur,
        saisie=saisie,
        rubriques=[(definition, lue.de(rubrique)) for rubrique, definition in DEFINITIONS.items()],
        disponibilite=lue.disponibilite,
        libelles={"zone": ZONES, "disponibilite": DISPONIBILITES, "temps": TEMPS},
        liees=[connues[code] for code in LIEES if connues[code].presente],
        ouverte=ouverte,
        avec_historique=avec_historique,
        jours=[(jour, list(siens)) for jour, siens in itertools.groupby(actes, key=lambda a: jour_de(a.at))],
        details=details(page.ctx, await revisions([acte.id for acte in actes])),
        metiers=_metiers(),
        ecriture=page.ctx.peut_ecrire,
    )


async def _formulaire(
    page: Page,
    numero: int,
    visee: Atout,
    erreur: ErreurSaisie | ConflitVersion | None = None,
    saisie: dict[str, Any] | None = None,
) -> Response[Any]:
    return await rendre_dossier(
        page,
        numero,
        "employabilite/formulaire.html",
        onglet="employabilite",
        erreur=erreur,
        saisie=saisie,
        champs=[ChampConflit(nom, texte) for nom, texte in visee.definition.champs.items()],
        visee=visee,
        metiers=_metiers(),
    )


async def _disponibilite(
    page: Page,
    numero: int,
    erreur: ErreurSaisie | ConflitVersion | None = None,
    saisie: dict[str, Any] | None = None,
) -> Response[Any]:
    lue = await employabilite(page.ctx, numero)
    return await rendre_dossier(
        page,
        numero,
        "employabilite/disponibilite.html",
        onglet="employabilite",
        erreur=erreur,
        saisie=saisie,
        champs=CHAMPS_DISPONIBILITE,
        connue=lue.disponibilite,
        zones=list(ZONES.items()),
        disponibilites=list(DISPONIBILITES.items()),
        temps=list(TEMPS.items()),
    )


def _lire(f: Formulaire, definition: DefinitionRubrique, prefixe: str = "") -> SaisieAtout:
    """Read the fields that a rubrique has; the lists are checked with the rest, by the rules."""
    valeurs: dict[str, Any] = {}
    for champ in definition.champs:
        nom = f"{prefixe}{champ}"
        if champ in _ANNEES:
            valeurs[champ] = f.entier(nom, minimum=1900, maximum=2100)
        else:
            valeurs[champ] = f.texte(nom, maximum=LONGUEUR_COMMENTAIRE if champ == "commentaire" else 120)
    f.verifier()
    libres = set(definition.champs) - {*definition.listes, *_ANNEES, "code"}
    garder_saisie(f, {f"{prefixe}{champ}": LECTEURS_DOSSIER for champ in libres})
    return SaisieAtout(**valeurs)


def _definition(rubrique: str) -> DefinitionRubrique:
    try:
        return DEFINITIONS[Rubrique(rubrique.upper())]
    except ValueError:
        raise Introuvable from None


def _metiers() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the métiers by grand domaine, as a field offers them."""
    familles = nomenclature("METIER").familles()
    return [(famille, [(e.code, e.libelle) for e in elements]) for famille, elements in familles.items()]


def _base(numero: int) -> str:
    return f"/beneficiaires/{numero}/employabilite"
