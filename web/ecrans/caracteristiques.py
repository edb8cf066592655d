"""Caractéristiques: the 22 facts, completed in front of the person, kept up to date, with their history."""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery

from viesion_core.actes import Acte
from viesion_core.dossiers.actions_caracteristiques import (
    actualiser,
    actualiser_avec_historique,
    completer,
    modifier_detail,
    rafraichir_tout,
    supprimer_detail,
)
from viesion_core.dossiers.model_caracteristiques import (
    CaracteristiqueCourante,
    CaracteristiqueHistorique,
    SaisieDetail,
    lisible,
    manquantes,
    message_manquantes,
)
from viesion_core.dossiers.queries_caracteristiques import caracteristiques, historique, valeur
from viesion_core.erreurs import ConflitVersion, ErreurSaisie, Interdit
from viesion_core.nomenclatures.model import DefinitionCaracteristique, cle
from web.conflit import ChampConflit
from web.ecrans.dossier_commun import rendre_dossier, retour_local
from web.formulaire import Formulaire, lire_formulaire
from web.page import Page, PageCourante
from web.politiques import DOSSIER_ECRITURE, DOSSIER_LECTURE, politique

SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Famille et logement", ("SITFAM", "ENFANTS", "ISOLE", "GARDE", "LOGEMENT", "QPV", "AIDANT")),
    ("Mobilité", ("PERMIS", "TRANSPORT", "ZONE")),
    ("Emploi et ressources", ("FT", "SANS_EMPLOI", "ACTIVITE", "RESSOURCES", "ANC_RSA")),
    ("Formation, langue, numérique", ("FORMATION", "DIPL_ETR", "FRANCAIS", "ECRIT", "NUMERIQUE")),
    ("Santé", ("RQTH", "SANTE")),
)
"""How the forms group them, in the order of a conversation; a code that is nowhere comes last."""
AUTRES = "Autres"
ETATS = {"manquantes": "Manquantes", "a-rafraichir": "À rafraîchir"}


class Mode(msgspec.Struct, frozen=True):
    """One of the three ways of the deck to fill them: its label, its help, whether it asks for a date."""

    chemin: str
    titre: str
    aide: str
    avec_date: bool = False


COMPLETER = Mode(
    "completer", "Compléter les caractéristiques requises", "Ce qui reste vide pourra être complété plus tard."
)
ACTUALISATION = Mode(
    "actualisation",
    "Actualisation",
    "Corrige la valeur connue, sans garder l'ancienne : pour une erreur de saisie. "
    "Quand la situation a changé, choisissez « Actualisation avec historique ».",
)
AVEC_HISTORIQUE = Mode(
    "actualisation-avec-historique",
    "Actualisation avec historique",
    "La situation a changé : l'ancienne valeur se termine la veille et reste dans l'historique.",
    avec_date=True,
)


class CaracteristiqueController(Controller):
    """The caractéristiques of one person."""

    path = "/beneficiaires/{numero:int}/caracteristiques"
    opt = politique(DOSSIER_LECTURE)

    @get()
    async def lister(
        self,
        page: PageCourante,
        numero: FromPath[int],
        q: FromQuery[str] = "",
        etat: FromQuery[str] = "",
        historique: FromQuery[str] = "",
    ) -> Response[Any]:
        """Show what is known, what is missing, what is old; with « Afficher aussi l'historique », what was."""
        toutes = await caracteristiques(page.ctx, numero)
        passees = await _passees(page, numero) if historique else {}
        etat = etat if etat in ETATS else ""
        vues = _filtrer(toutes, q[:60], etat, page.ctx.aujourdhui)
        return await rendre_dossier(
            page,
            numero,
            "caracteristiques/liste.html",
            onglet="caracteristiques",
            sections=_par_section(vues),
            total=len(vues),
            message_manquantes=message_manquantes(len(manquantes(toutes))),
            passees=passees,
            q=q[:60],
            etat=etat,
            etats=ETATS,
            avec_historique=bool(historique),
            presentes=any(c.presente for c in toutes),
            ecriture=page.ctx.peut_ecrire,
        )

    @get("/completer", opt=politique(DOSSIER_ECRITURE))
    async def montrer_manquantes(
        self, page: PageCourante, numero: FromPath[int], retour: FromQuery[str] = ""
    ) -> Response[Any]:
        """Show « Compléter les caractéristiques requises »: what is missing, nothing else."""
        return await _formulaire(page, numero, COMPLETER, retour=retour)

    @post("/completer", opt=politique(DOSSIER_ECRITURE))
    async def completer(self, page: PageCourante, numero: FromPath[int]) -> Response[Any]:
        """Save what was filled."""
        return await _enregistrer(page, numero, COMPLETER)

    @get("/actualisation", opt=politique(DOSSIER_ECRITURE))
    async def montrer_actualisation(self, page: PageCourante, numero: FromPath[int]) -> Response[Any]:
        """Show « Actualisation »."""
        return await _formulaire(page, numero, ACTUALISATION)

    @post("/actualisation", opt=politique(DOSSIER_ECRITURE))
    async def actualiser(self, page: PageCourante, numero: FromPath[int]) -> Response[Any]:
        """Correct the current values."""
        return await _enregistrer(page, numero, ACTUALISATION)

    @get("/actualisation-avec-historique", opt=politique(DOSSIER_ECRITURE))
    async def montrer_historisation(self, page: PageCourante, numero: FromPath[int]) -> Response[Any]:
        """Show « Actualisation avec historique »."""
        return await _formulaire(page, numero, AVEC_HISTORIQUE)

    @post("/actualisation-avec-historique", opt=politique(DOSSIER_ECRITURE))
    async def historiser(self, page: PageCourante, numero: FromPath[int]) -> Response[Any]:
        """End the values that have changed, open the new ones."""
        return await _enregistrer(page, numero, AVEC_HISTORIQUE)

    @post("/rafraichir", opt=politique(DOSSIER_ECRITURE))
    async def rafraichir(self, page: PageCourante, numero: FromPath[int]) -> Response[Any]:
        """« Rafraîchir la date d'actualisation de toutes les caractéristiques »."""
        f = await lire_formulaire(page.requete)
        a = await rafraichir_tout(page.ctx, numero)
        retour = retour_local(numero, f.texte("retour", maximum=300), _base(numero))
        return page.rediriger(retour, acte=None if a.vide else a.id)

    @get("/detail", opt=politique(DOSSIER_ECRITURE))
    async def detail(self, page: PageCourante, numero: FromPath[int]) -> Response[Any]:
        """Show « Modification détaillée »: every value with its dates, each to change or to delete."""
        return await rendre_dossier(
            page,
            numero,
            "caracteristiques/detail.html",
            onglet="caracteristiques",
            valeurs=await historique(page.ctx, numero),
        )

    @get("/detail/{identifiant:uuid}", opt=politique(DOSSIER_ECRITURE))
    async def montrer_valeur(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Show one value and its dates, to change."""
        return await _detail(page, numero, await _visee(page, numero, identifiant))

    @post("/detail/{identifiant:uuid}", opt=politique(DOSSIER_ECRITURE))
    async def modifier_valeur(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Change one value and its dates."""
        visee = await _visee(page, numero, identifiant)
        f = await lire_formulaire(page.requete)
        try:
            texte = f.texte("valeur", requis="La valeur est requise.", maximum=120)
            debut = f.date("debut", requis="Le début est requis.")
            fin = f.date("fin")
            version = f.entier("version", requis=True) or 0
            f.verifier()
            assert debut is not None  # noqa: S101 - verifier() has refused an empty one
            saisie = SaisieDetail(valeur=texte, debut=debut, fin=fin)
            a = await modifier_detail(page.ctx, numero, identifiant, saisie, version=version)
        except (ErreurSaisie, ConflitVersion) as erreur:
            return await _detail(page, numero, visee, erreur, f.brut)
        return page.rediriger(f"{_base(numero)}/detail", acte=None if a.vide else a.id)

    @post("/detail/{identifiant:uuid}/supprimer", opt=politique(DOSSIER_ECRITURE))
    async def supprimer_valeur(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Delete a value entered by mistake; « Annuler » brings it back."""
        f = await lire_formulaire(page.requete)
        version = f.entier("version", requis=True) or 0
        f.verifier()
        a = await supprimer_detail(page.ctx, numero, identifiant, version=version)
        return page.rediriger(f"{_base(numero)}/detail", acte=a.id)


async def _enregistrer(page: Page, numero: int, mode: Mode) -> Response[Any]:
    """Save one of the three forms; what is refused comes back as it was typed."""
    f = await lire_formulaire(page.requete)
    toutes, retour = await caracteristiques(page.ctx, numero), f.texte("retour", maximum=300)
    try:
        a = await _agir(page, numero, mode, f, toutes)
    except (ErreurSaisie, ConflitVersion) as erreur:
        return await _formulaire(page, numero, mode, erreur, f.brut, retour=retour)
    return page.rediriger(retour_local(numero, retour, _base(numero)), acte=None if a.vide else a.id)


async def _agir(page: Page, numero: int, mode: Mode, f: Formulaire, toutes: Sequence[CaracteristiqueCourante]) -> Acte:
    """Read the fields of the caractéristiques that the user may write, and do what the form is for."""
    codes = [c.code for c in toutes if lisible(page.ctx, c.code)]
    valeurs = {code: f.texte(code, maximum=120) for code in codes}
    versions = {code: version for code in codes if (version := f.entier(f"version-{code}")) is not None}
    depuis = f.date("depuis", requis="La date du changement est requise.") if mode.avec_date else None
    f.verifier()
    if mode is COMPLETER:
        return await completer(page.ctx, numero, valeurs)
    if mode is ACTUALISATION:
        return await actualiser(page.ctx, numero, valeurs, versions)
    return await actualiser_avec_historique(page.ctx, numero, valeurs, versions, depuis=depuis)


async def _formulaire(
    page: Page,
    numero: int,
    mode: Mode,
    erreur: ErreurSaisie | ConflitVersion | None = None,
    saisie: dict[str, Any] | None = None,
    *,
    retour: str = "",
) -> Response[Any]:
    toutes = await caracteristiques(page.ctx, numero)
    requises = [c for c in toutes if c.definition.requise and _a_montrer(c, mode, saisie)]
    autres = [c for c in toutes if not c.definition.requise and _a_montrer(c, mode, saisie)]
    montrees = requises if mode is COMPLETER else [c for c in toutes if _a_montrer(c, mode, saisie)]
    return await rendre_dossier(
        page,
        numero,
        "caracteristiques/formulaire.html",
        onglet="caracteristiques",
        erreur=erreur,
        saisie=saisie,
        champs=[ChampConflit(c.code, c.libelle) for c in toutes],
        mode=mode,
        sections=_par_section(montrees),
        facultatives=_par_section(autres) if mode is COMPLETER else [],
        requises=len(requises),
        message_manquantes=message_manquantes(len(manquantes(toutes))),
        lisible=_lisible(page),
        choix=_choix,
        aujourdhui=page.ctx.aujourdhui,
        retour=retour_local(numero, retour, ""),
    )


def _a_montrer(c: CaracteristiqueCourante, mode: Mode, saisie: Mapping[str, Any] | None) -> bool:
    """Tell whether a form asks for it: to complete, only what is missing or was just typed."""
    return mode is not COMPLETER or not c.presente or bool(saisie and c.code in saisie)


async def _detail(
    page: Page,
    numero: int,
    visee: CaracteristiqueHistorique,
    erreur: ErreurSaisie | ConflitVersion | None = None,
    saisie: dict[str, Any] | None = None,
) -> Response[Any]:
    return await rendre_dossier(
        page,
        numero,
        "caracteristiques/valeur.html",
        onglet="caracteristiques",
        erreur=erreur,
        saisie=saisie,
        champs=(ChampConflit("valeur", "Valeur"), ChampConflit("debut", "Début"), ChampConflit("fin", "Fin")),
        visee=visee,
        choix=_choix,
    )


async def _visee(page: Page, numero: int, identifiant: uuid.UUID) -> CaracteristiqueHistorique:
    visee = await valeur(page.ctx, numero, identifiant)
    if visee.masquee:
        raise Interdit("Donnée de santé : vous n'êtes pas habilité à la modifier.")
    return visee


async def _passees(page: Page, numero: int) -> dict[str, list[CaracteristiqueHistorique]]:
    """Return the former values by code, the latest first."""
    par_code: dict[str, list[CaracteristiqueHistorique]] = {}
    for ancienne in await historique(page.ctx, numero):
        if not ancienne.courante:
            par_code.setdefault(ancienne.code, []).append(ancienne)
    return par_code


def _filtrer(
    toutes: Sequence[CaracteristiqueCourante], q: str, etat: str, jour: dt.date
) -> list[CaracteristiqueCourante]:
    """Return those that the « Filtre » keeps: words of the label or of the value, and a state."""
    mots = cle(q).split()
    vues = [c for c in toutes if all(mot in cle(f"{c.libelle} {c.affichage}") for mot in mots)]
    if etat == "manquantes":
        return [c for c in vues if c.manquante]
    return [c for c in vues if c.a_rafraichir(jour)] if etat else vues


def _par_section(
    vues: Sequence[CaracteristiqueCourante],
) -> list[tuple[str, list[CaracteristiqueCourante]]]:
    """Return the caractéristiques by section, empty ones left out."""
    rangs = {code: (rang, codes.index(code)) for rang, (_, codes) in enumerate(SECTIONS) for code in codes}
    noms = [nom for nom, _ in SECTIONS] + [AUTRES]
    groupes: dict[str, list[CaracteristiqueCourante]] = {}
    for c in sorted(vues, key=lambda c: rangs.get(c.code, (len(SECTIONS), 0))):
        groupes.setdefault(noms[rangs.get(c.code, (len(SECTIONS), 0))[0]], []).append(c)
    return list(groupes.items())


def _lisible(page: Page) -> Callable[[str], bool]:
    return lambda code: lisible(page.ctx, code)


def _choix(definition: DefinitionCaracteristique) -> list[tuple[str, str]]:
    """Return the options of a list: its values are their own codes."""
    return [(texte, texte) for texte in definition.valeurs]


def _base(numero: int) -> str:
    return f"/beneficiaires/{numero}/caracteristiques"
