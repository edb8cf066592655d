"""Merging with what the plugins bring: their templates, their fields, the offres that an organism has."""

import datetime as dt
import logging
import pathlib
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from viesion_core.actes import Acte
from viesion_core.bilans.model import lisible
from viesion_core.contexte import Contexte
from viesion_core.erreurs import ErreurMetier, Introuvable
from viesion_core.extensions.registre import Registre
from viesion_core.fusion.actions import Extension, creer_document
from viesion_core.fusion.actions_modeles import champs_du_modele, charger_modeles
from viesion_core.fusion.champs import groupe_reponses, groupes_du_coeur
from viesion_core.fusion.model import ChampFusion, GroupeChamps, VersionModele
from viesion_core.fusion.modeles_livres import modeles_du_coeur
from viesion_core.fusion.queries import modele_actif, modeles_actifs
from viesion_core.offres.queries import dossier_vu
from viesion_core.organismes.queries import offres_ouvertes

_LOG = logging.getLogger("viesion.extensions")


async def garder_modeles(registre: Registre, maintenant: dt.datetime) -> list[str]:
    """Bring the base to the templates of the core and of the running plugins; return in French what is refused.

    A refused template is named on the administration page; the others, and the rest of its plugin, run.
    """
    livres = [*modeles_du_coeur(), *registre.modeles_fusion()]
    try:
        refuses = await charger_modeles(livres, registre.questionnaires(), maintenant)
    except (OSError, ErreurMetier) as erreur:
        _LOG.exception("the templates could not be checked")
        return [f"Les modèles Word n'ont pas pu être contrôlés ({type(erreur).__name__})."]
    messages = []
    for modele in livres:
        if modele.code in refuses:
            messages.append(f"Le modèle « {modele.libelle} » est refusé : {refuses[modele.code]}")
            registre.signaler(modele.offre, messages[-1])
    return messages


async def modeles_proposes(registre: Registre, ctx: Contexte, questionnaire: str | None = None) -> list[VersionModele]:
    """Return the templates that the user may merge: the core's, and those of their organism's enabled offres.

    `questionnaire`: those of one bilan, and those of none; None for all.
    """
    ouvertes = await offres_ouvertes(ctx)
    return [
        modele
        for modele in await modeles_actifs()
        if (not modele.offre or modele.offre in ouvertes)
        and _utilisable(registre, ctx, modele)
        and (questionnaire is None or modele.questionnaire in ("", questionnaire))
    ]


async def creer_document_fusion(
    registre: Registre,
    ctx: Contexte,
    numero: int,
    code: str,
    *,
    dossier: pathlib.Path,
    bilan: uuid.UUID | None = None,
    entretien: uuid.UUID | None = None,
) -> tuple[Acte, uuid.UUID]:
    """« créer un document » with what the plugin of the template adds; the rules of `fusion.actions.creer_document`.

    Introuvable for a template that is not proposed to the user.
    """
    if code not in {modele.code for modele in await modeles_proposes(registre, ctx)}:
        raise Introuvable
    version = await modele_actif(code)
    champs = champs_extension(registre, version.offre)

    async def completer() -> Mapping[str, Any]:
        vu = await dossier_vu(ctx, numero)
        choisi = next((b for b in vu.bilans if bilan is not None and b.id == str(bilan)), None)
        return await registre.completer_fusion(version.offre, vu, choisi, code)

    propres = {champ.nom.split(".")[0] for champ in champs}
    offre = registre.offre(version.offre) if version.offre else None
    extension = Extension(
        champs=tuple(champs),
        completer=completer if version.groupes & propres else None,
        sensible=offre is not None and offre.sensible,
    )
    return await creer_document(
        ctx, numero, code, dossier=dossier, bilan=bilan, entretien=entretien, extension=extension
    )


def champs_extension(registre: Registre, offre: str) -> list[ChampFusion]:
    """Return the fields that the plugin of an offre adds to any of its templates."""
    declares = (c for modele in registre.modeles_fusion() if offre and modele.offre == offre for c in modele.champs)
    return list({champ.nom: champ for champ in declares}.values())


def champs_permis(registre: Registre, offre: str, questionnaire: str) -> list[ChampFusion]:
    """Return every field that a template of this offre and of this questionnaire may use."""
    return champs_du_modele(questionnaire, registre.questionnaires(), champs_extension(registre, offre))


def groupes_des_extensions(registre: Registre) -> Iterable[GroupeChamps]:
    """Yield the fields of the page « Champs de fusion » that depend on the plugins: their answers, their own fields."""
    for questionnaire in registre.questionnaires():
        yield groupe_reponses(questionnaire)
    for offre in registre.offres():
        if champs := champs_extension(registre, offre.code):
            yield GroupeChamps(offre.libelle, tuple(champs), f"Pour les modèles de l'offre {offre.code}.")


def tous_les_groupes(registre: Registre) -> list[GroupeChamps]:
    """Return every field of every template, group by group."""
    return [*groupes_du_coeur(), *groupes_des_extensions(registre)]


def _utilisable(registre: Registre, ctx: Contexte, modele: VersionModele) -> bool:
    """Whether the plugin of a template runs and the user may read what it is about."""
    if not modele.offre:
        return True
    offre = registre.offre(modele.offre)
    return offre is not None and lisible(ctx, offre.sensible)
