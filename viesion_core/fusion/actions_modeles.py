"""The use cases of templates: load those that are shipped, accept another version, go back to a former one."""

import datetime as dt
import logging
import uuid
from collections.abc import Iterable, Sequence

from viesion_core.actes import Acte, acte
from viesion_core.bilans.model import Questionnaire
from viesion_core.contexte import Contexte, contexte_systeme
from viesion_core.db import executer, lire, lire_valeur
from viesion_core.erreurs import ErreurMetier, ErreurSaisie
from viesion_core.fusion.atelier import ModeleInutilisable, controler_modele, fusionner
from viesion_core.fusion.champs import arbre_des_champs, champs_connus, defaut_extension
from viesion_core.fusion.fichiers import empreinte
from viesion_core.fusion.model import (
    ADMINISTRATION,
    COEUR,
    EXTENSION,
    TAILLE_MODELE,
    ChampFusion,
    Controle,
    Defaut,
    ModeleFusion,
    VersionModele,
    nom_propre,
)
from viesion_core.fusion.queries import contenu_modele, edition
from viesion_core.fusion.schema import exemples, vides
from viesion_core.fusion.tables import ModeleFusionVersion
from viesion_core.nomenclatures.model import cle
from viesion_core.organismes.actions import exiger_administration

_LOG = logging.getLogger("viesion.fusion")
_controles: dict[tuple[str, tuple[str, ...]], Controle] = {}


async def controler(contenu: bytes, champs: Sequence[ChampFusion]) -> Controle:
    """Return the check report of a template against these fields, filled with their examples and with nothing.

    The same bytes are checked once in the life of the process.
    """
    if len(contenu) > TAILLE_MODELE:
        return Controle(defauts=(Defaut(f"Ce fichier dépasse {TAILLE_MODELE // 2**20} Mo."),))
    noms = tuple(champ.nom for champ in champs)
    cle_controle = (empreinte(contenu), noms)
    if cle_controle not in _controles:
        essais = [exemples(champs), vides(noms)]
        if len(_controles) > 200:
            _controles.clear()
        _controles[cle_controle] = await controler_modele(contenu, arbre_des_champs(champs), essais)
    return _controles[cle_controle]


async def charger_modeles(
    modeles: Iterable[ModeleFusion], questionnaires: Sequence[Questionnaire], maintenant: dt.datetime
) -> dict[str, str]:
    """Keep in the base the templates that the core and the plugins ship; return in French what is refused, by code.

    One that is new becomes the active edition, unless the administration has put its own in its place or withdrawn
    the template: it then waits in the list of the editions. The same bytes are never kept twice.
    """
    systeme = contexte_systeme(maintenant)
    refuses: dict[str, str] = {}
    for modele in modeles:
        hachage = empreinte(modele.contenu)
        if await lire_valeur("SELECT id FROM modele_fusion WHERE code = {} AND empreinte = {}", modele.code, hachage):
            continue
        controle = await _controler_livre(modele, questionnaires)
        if not controle.accepte:
            refuses[modele.code] = " ".join(defaut.message for defaut in controle.defauts)
            _LOG.error("template %s refused: %s", modele.code, refuses[modele.code])
            continue
        await _ajouter(systeme, modele, controle, EXTENSION if modele.offre else COEUR)
    return refuses


async def deposer_modele(
    ctx: Contexte,
    contenu: bytes,
    *,
    libelle: str,
    champs: Sequence[ChampFusion],
    code: str = "",
    offre: str = "",
    questionnaire: str = "",
) -> tuple[Acte, Controle]:
    """Keep a template made in Word and make it the active edition; return the act and its check report.

    `code` names the template that it replaces; "" opens a new one, whose code comes from its label. `champs`: what it
    may use. Raises ModeleInutilisable with every mistake, ErreurSaisie by field (`libelle`, `fichier`).
    """
    exiger_administration(ctx)
    propre = nom_propre(libelle)
    if not propre:
        raise ErreurSaisie({"libelle": "Le nom du modèle est requis."})
    vise = code or cle(propre).replace(" ", "_")[:60]
    if not code and await lire_valeur("SELECT id FROM modele_fusion WHERE code = {}", vise):
        raise ErreurSaisie({"libelle": "Un modèle porte déjà ce nom : déposez-en une nouvelle version."})
    controle = await controler(contenu, champs)
    if not controle.accepte:
        raise ModeleInutilisable(controle.defauts, "Ce modèle n'a pas été enregistré.")
    hachage = empreinte(contenu)
    connue = await lire_valeur("SELECT edition FROM modele_fusion WHERE code = {} AND empreinte = {}", vise, hachage)
    if connue is not None:
        raise ErreurSaisie({"fichier": f"Ce fichier est déjà la version {connue} de ce modèle."})
    modele = ModeleFusion(code=vise, libelle=propre, contenu=contenu, questionnaire=questionnaire, offre=offre)
    return await _ajouter(ctx, modele, controle, ADMINISTRATION), controle


async def activer_edition(ctx: Contexte, code: str, numero: int, *, version: int) -> Acte:
    """Go back (or on) to an edition of a template, known at `version`."""
    exiger_administration(ctx)
    voulue = await edition(code, numero)
    async with acte(ctx, "modele.activer", f"Modèle « {voulue.libelle} » : version {numero} activée") as a:
        await _desactiver(a, code, sauf=voulue.id)
        await a.modifier(ModeleFusionVersion, voulue.id, {"actif": True}, version=version)
    return a


async def retirer_edition(ctx: Contexte, code: str, numero: int, *, version: int) -> Acte:
    """Propose a template no more; what it made stays, and any of its editions can be put back."""
    exiger_administration(ctx)
    voulue = await edition(code, numero)
    if not voulue.actif:
        raise ErreurMetier("Cette version n'est plus utilisée : il n'y a rien à retirer.")
    async with acte(ctx, "modele.retirer", f"Modèle « {voulue.libelle} » retiré") as a:
        await a.modifier(ModeleFusionVersion, voulue.id, {"actif": False}, version=version)
    return a


async def essayer_edition(ctx: Contexte, voulue: VersionModele, champs: Sequence[ChampFusion]) -> bytes:
    """Return the Word document that an edition makes for a dossier that does not exist: the examples of the fields.

    Nothing is kept. ModeleInutilisable names the fields that no longer exist.
    """
    exiger_administration(ctx)
    contenu, _ = await fusionner(
        await contenu_modele(voulue.empreinte),
        arbre_des_champs(champs),
        exemples(champs),
        titre=f"Essai - {voulue.libelle}",
        auteur=ctx.nom,
    )
    return contenu


async def _ajouter(ctx: Contexte, modele: ModeleFusion, controle: Controle, origine: str) -> Acte:
    """Keep one more edition; it is active unless it is shipped and the administration has its own."""
    hachage = empreinte(modele.contenu)
    async with acte(ctx, "modele.deposer", f"Modèle « {modele.libelle} » : nouvelle version") as a:
        gardees = await lire(
            "SELECT edition, origine, actif FROM modele_fusion WHERE code = {} ORDER BY edition DESC", modele.code
        )
        # What the administration has put, or withdrawn, is not undone by an update.
        remplace = (
            origine == ADMINISTRATION
            or not gardees
            or any(g["actif"] and g["origine"] != ADMINISTRATION for g in gardees)
        )
        if remplace:
            await _desactiver(a, modele.code)
        await executer(
            """INSERT INTO modele_fusion_contenu (empreinte, contenu, taille) VALUES ({}, {}, {})
            ON CONFLICT (empreinte) DO NOTHING""",
            hachage,
            modele.contenu,
            len(modele.contenu),
        )
        await a.inserer(
            ModeleFusionVersion,
            {
                "code": modele.code,
                "edition": (gardees[0]["edition"] if gardees else 0) + 1,
                "libelle": modele.libelle,
                "offre": modele.offre,
                "questionnaire": modele.questionnaire,
                "origine": origine,
                "empreinte": hachage,
                "depose_le": ctx.maintenant,
                "depose_par": ctx.nom,
                "actif": remplace,
                "champs": list(controle.champs),
            },
        )
    return a


async def _desactiver(a: Acte, code: str, sauf: uuid.UUID | None = None) -> None:
    actif = await lire_valeur("SELECT id FROM modele_fusion WHERE code = {} AND actif", code)
    if actif is not None and actif != sauf:
        await a.modifier(ModeleFusionVersion, actif, {"actif": False}, version=None)


async def _controler_livre(modele: ModeleFusion, questionnaires: Sequence[Questionnaire]) -> Controle:
    if defaut := defaut_extension(modele.champs):
        return Controle(defauts=(Defaut(defaut),))
    return await controler(modele.contenu, champs_du_modele(modele.questionnaire, questionnaires, modele.champs))


def champs_du_modele(
    questionnaire: str, questionnaires: Iterable[Questionnaire], extension: Sequence[ChampFusion] = ()
) -> list[ChampFusion]:
    """Return the fields that a template may use: those of its questionnaire, or of none."""
    return champs_connus([q for q in questionnaires if q.code == questionnaire], extension)
