"""Carrying the open bilans of a former version of a questionnaire over to the latest one, with a report.

What maps is kept as it is; a bilan that has an answer that does not map stays on its version unless losing it is
accepted, and even then the history keeps it (each bilan is one acte, undoable).
"""

import uuid
from collections.abc import Mapping

import msgspec

from viesion_core.acces.perimetre import exiger_ecriture
from viesion_core.actes import Acte, acte
from viesion_core.bilans.actions import annoncer, exiger_modifiable
from viesion_core.bilans.model import BilanResume, Questionnaire
from viesion_core.bilans.queries import bilan, derniere_version, questionnaire_de, reponses
from viesion_core.bilans.queries_report import apercu_report
from viesion_core.bilans.regles import avancement
from viesion_core.bilans.report import Ecart, rapprocher
from viesion_core.bilans.tables import Bilan, Reponse
from viesion_core.contexte import Contexte, contexte_systeme
from viesion_core.erreurs import ErreurMetier, ErreurSaisie
from viesion_core.organismes.actions import exiger_administration

PERTES = "Des réponses ne passent pas : acceptez de les laisser, ou gardez le bilan sur sa version."


class Rapport(msgspec.Struct, frozen=True, kw_only=True):
    """What a carrying-over did, or would do: bilans carried, left as they are, and the answers that do not map.

    `restants`: how many of those asked for are still to carry, when only `maximum` were.
    """

    code: str
    version: int
    reportes: int
    laisses: int
    ecarts: Mapping[Ecart, int]
    restants: int = 0


async def reporter_bilans(
    ctx: Contexte, code: str, *, appliquer: bool, avec_pertes: bool = False, maximum: int | None = None
) -> Rapport:
    """Carry the open bilans of a questionnaire over to its latest version; `appliquer` False only says so.

    `avec_pertes`: carry too the bilans of which some answers do not map, without these. `maximum`: so many at once.
    Raises ErreurMetier for an unknown code.
    """
    exiger_administration(ctx)
    vu = await apercu_report(ctx, code)
    voulus = [*vu.complets, *(vu.incomplets if avec_pertes else ())]
    reportes = len(voulus)
    if appliquer:
        trouve = await derniere_version(code)
        assert trouve is not None  # noqa: S101 - the preview has found it
        pris = voulus if maximum is None else voulus[:maximum]
        reportes = sum([await _reporter_un(ctx, numero, cle, trouve, avec_pertes) for numero, cle in pris])
    return Rapport(
        code=code,
        version=vu.questionnaire.version,
        reportes=reportes,
        laisses=vu.bilans - len(voulus),
        ecarts=vu.ecarts,
        restants=max(0, len(voulus) - maximum) if appliquer and maximum is not None else 0,
    )


async def reporter_bilan(
    ctx: Contexte,
    numero: int,
    identifiant: uuid.UUID,
    *,
    version: int,
    installees: frozenset[str],
    avec_pertes: bool = False,
) -> Acte:
    """Carry one open bilan known at `version` over to the latest version of its questionnaire.

    Raises ErreurSaisie when some answers do not map and `avec_pertes` does not accept to leave them.
    """
    exiger_ecriture(ctx)
    async with acte(ctx, "bilan.reporter", "", beneficiaire=numero) as a:
        fiche = await bilan(ctx, numero, identifiant, verrou=True)
        exiger_modifiable(ctx, fiche, installees)
        trouve = await derniere_version(fiche.code)
        if trouve is None or trouve[1].version <= fiche.version_questionnaire:
            raise ErreurMetier("Ce bilan est déjà sur la dernière version de son questionnaire.")
        if not await _reporter(a, fiche, trouve, avec_pertes, version):
            raise ErreurSaisie({"avec_pertes": PERTES}, PERTES)
    return a


async def _reporter_un(
    ctx: Contexte, numero: int, identifiant: uuid.UUID, trouve: tuple[uuid.UUID, Questionnaire], avec_pertes: bool
) -> bool:
    """Carry one bilan over, in its act; False when it changed meanwhile. The administration reads as the system."""
    async with acte(ctx, "bilan.reporter", "", beneficiaire=numero) as a:
        fiche = await bilan(contexte_systeme(ctx.maintenant), numero, identifiant, verrou=True)
        if fiche.clos or fiche.questionnaire == trouve[0]:
            return False
        return await _reporter(a, fiche, trouve, avec_pertes, fiche.version)


async def _reporter(
    a: Acte, fiche: BilanResume, trouve: tuple[uuid.UUID, Questionnaire], avec_pertes: bool, version: int
) -> bool:
    identifiant, nouveau = trouve
    actuelles = {r.question: r for r in await reponses(fiche.id)}
    valeurs = {question: reponse.valeur for question, reponse in actuelles.items()}
    ecarts = rapprocher(await questionnaire_de(fiche), nouveau, valeurs, a.ctx.aujourdhui)
    if ecarts and not avec_pertes:
        return False
    for ecart in ecarts:
        perdue = actuelles[ecart.question]
        await a.supprimer(Reponse, perdue.id, version=perdue.version)
        del valeurs[ecart.question]
    etat = avancement(nouveau, valeurs)
    a.libelle = f"{fiche.nom} reporté en version {nouveau.version}"
    colonnes = {"questionnaire": identifiant, "nombre_questions": etat.total, "nombre_reponses": etat.reponses}
    await a.modifier(Bilan, fiche.id, colonnes, version=version)
    annoncer(a, fiche.id, fiche.beneficiaire)
    return True
