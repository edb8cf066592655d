"""Closing a bilan: the required answers, then what the plugin of the offre finds."""

import uuid
from collections.abc import Awaitable, Callable, Sequence

from viesion_core.acces.perimetre import exiger_dossier, exiger_ecriture
from viesion_core.actes import Acte, acte
from viesion_core.bilans.actions import annoncer, exiger_modifiable
from viesion_core.bilans.comptes import recompter
from viesion_core.bilans.model import BilanResume, BilanVu, Constat, Questionnaire, ReponseVue
from viesion_core.bilans.queries import bilan, questionnaire_de, reponses
from viesion_core.bilans.regles import avancement, bilan_vu, manquantes, visibles
from viesion_core.bilans.tables import Bilan, Reponse
from viesion_core.contexte import Contexte
from viesion_core.erreurs import ConflitVersion, ErreurMetier, ErreurSaisie

Controle = Callable[[BilanVu], Awaitable[Sequence[Constat]]]


class ClotureRefusee(ErreurSaisie):
    """The bilan is not closed: `constats` say why by question, or warn when none of them blocks."""

    def __init__(self, constats: Sequence[Constat]) -> None:
        bloquants = sum(constat.bloque for constat in constats)
        if bloquants:
            message = f"{bloquants} points sont à corriger." if bloquants > 1 else "Un point est à corriger."
        else:
            message = "Ces points sont à vérifier avant de clore."
        super().__init__({constat.champ: constat.message for constat in constats}, message)
        self.constats = tuple(constats)

    @property
    def bloque(self) -> bool:
        """Whether the closing is impossible; otherwise it only asks to be confirmed."""
        return any(constat.bloque for constat in self.constats)


async def clore_bilan(
    ctx: Contexte,
    numero: int,
    identifiant: uuid.UUID,
    *,
    version: int,
    installees: frozenset[str],
    controler: Controle,
    confirme: bool = False,
) -> Acte:
    """Close a bilan known at `version`: its answers no longer change, those left without object are removed.

    `controler` asks the plugin of the offre. Raises ClotureRefusee with what blocks, or with what only warns unless
    `confirme`; ConflitVersion when somebody answered while the control ran.
    """
    exiger_ecriture(ctx)
    await exiger_dossier(ctx, numero)
    fiche = await bilan(ctx, numero, identifiant)
    _exiger_ouvert(ctx, fiche, installees)
    controlees = await reponses(identifiant)
    questionnaire = await questionnaire_de(fiche)
    constats = await _constats(fiche, questionnaire, controlees, controler)
    if any(constat.bloque for constat in constats) or (constats and not confirme):
        raise ClotureRefusee(constats)
    async with acte(ctx, "bilan.clore", f"{fiche.nom} clos", beneficiaire=numero) as a:
        fiche = await bilan(ctx, numero, identifiant, verrou=True)
        _exiger_ouvert(ctx, fiche, installees)
        actuelles = await reponses(identifiant)
        if _etat(actuelles) != _etat(controlees):
            raise ConflitVersion({}, fiche.version, "Une autre personne a répondu pendant la clôture : vérifiez.")
        await _retirer_sans_objet(a, questionnaire, actuelles)
        await a.modifier(Bilan, identifiant, {"clos_le": ctx.aujourdhui}, version=version)
        await recompter(identifiant, avancement(questionnaire, {r.question: r.valeur for r in actuelles}))
        annoncer(a, identifiant, numero)
    return a


def _exiger_ouvert(ctx: Contexte, fiche: BilanResume, installees: frozenset[str]) -> None:
    if fiche.clos:
        raise ErreurMetier("Ce bilan est déjà clos.")
    exiger_modifiable(ctx, fiche, installees)


async def _constats(
    fiche: BilanResume, questionnaire: Questionnaire, actuelles: Sequence[ReponseVue], controler: Controle
) -> list[Constat]:
    valeurs = {r.question: r.valeur for r in actuelles}
    constats: list[Constat] = [*manquantes(questionnaire, valeurs)]
    constats += await controler(bilan_vu(fiche, questionnaire, valeurs))
    return sorted(constats, key=lambda constat: not constat.bloque)


def _etat(actuelles: Sequence[ReponseVue]) -> set[tuple[str, int]]:
    return {(r.question, r.version) for r in actuelles}


async def _retirer_sans_objet(a: Acte, questionnaire: Questionnaire, actuelles: Sequence[ReponseVue]) -> None:
    """Remove the answers to questions that are no longer asked: kept while one may change one's mind, not after."""
    posees = visibles(questionnaire, {r.question: r.valeur for r in actuelles})
    for reponse in actuelles:
        if reponse.question not in posees:
            await a.supprimer(Reponse, reponse.id, version=reponse.version)
