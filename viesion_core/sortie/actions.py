"""« Clore l'étape »: the étape, its référents d'étape and its open difficultés, in one act."""

import datetime as dt
import uuid
from collections.abc import Awaitable, Callable, Sequence

from viesion_core.acces.perimetre import exiger_dossier, exiger_ecriture
from viesion_core.actes import Acte, acte
from viesion_core.contexte import Contexte
from viesion_core.difficultes.tables import Difficulte
from viesion_core.erreurs import ErreurMetier, ErreurSaisie, Interdit, Introuvable
from viesion_core.nomenclatures.model import nomenclature
from viesion_core.offres.model import DossierVu, PointSortie
from viesion_core.organismes.queries import offre_de_service
from viesion_core.parcours.controles import defauts_etape
from viesion_core.parcours.model import EtapeResume, SaisieEtape, du_au
from viesion_core.parcours.queries import entrees_dispositif, etapes
from viesion_core.parcours.tables import Affectation, Etape
from viesion_core.resume.queries import bandeau
from viesion_core.sortie.model import (
    SaisieSortie,
    Verification,
    defaut_raison,
    message_blocage,
)
from viesion_core.sortie.queries import DossierSortie, dossier_sortie

NATURE = "sortie.clore"
Verifier = Callable[[str, DossierVu, EtapeResume], Awaitable[Sequence[PointSortie]]]
Controle = Callable[[str, DossierVu, SaisieEtape], Awaitable[Sequence[str]]]


async def clore_etape(
    ctx: Contexte,
    numero: int,
    identifiant: uuid.UUID,
    saisie: SaisieSortie,
    *,
    version: int,
    verifier: Verifier,
    controler: Controle,
) -> Acte:
    """Close the étape known at `version`, with its référents d'étape and its open difficultés; return the act.

    `verifier(offre, dossier, étape)` gives the plugin's lines of the checklist, `controler(offre, dossier, saisie)`
    what the plugin refuses. The motif and the date are required; gaps that are left ask for a reason, which the étape
    keeps in its commentaire. Raises ErreurSaisie by field (`fin_reelle`, `motif_fin`, `raison`, `realisation-<id>`),
    ConflitVersion when the étape or a difficulté was saved since, ErreurMetier when it is closed already.
    """
    exiger_ecriture(ctx)
    await exiger_dossier(ctx, numero)
    dossier = await dossier_sortie(ctx, numero, await bandeau(ctx, numero), await etapes(ctx, numero))
    etape = _etape_a_clore(ctx, dossier, identifiant)
    verification = dossier.verifier(ctx, etape, await verifier(etape.offre, dossier.vu, etape))
    await _controler(ctx, numero, dossier, saisie, verification, controler)
    nom = f"{etape.nom} {du_au(etape.debut_reel, saisie.fin_reelle)}"
    async with acte(ctx, NATURE, f"Sortie de l'étape {nom}", beneficiaire=numero) as a:
        valeurs = {
            "fin_reelle": saisie.fin_reelle,
            "motif_fin": saisie.motif_fin,
            "commentaire": _commentaire(etape, saisie.raison),
        }
        await a.modifier(Etape, etape.id, valeurs, version=version)
        await _terminer_referents(a, verification, saisie.fin_reelle)
        await _clore_difficultes(a, verification, saisie)
        a.evenement("etape_close", {"etape": str(etape.id), "beneficiaire": numero, "offre": etape.offre})
    return a


def _etape_a_clore(ctx: Contexte, dossier: DossierSortie, identifiant: uuid.UUID) -> EtapeResume:
    etape = dossier.etape(identifiant)
    if etape is None:
        raise Introuvable
    if ctx.utilisateur is not None and etape.organisme != ctx.organisme:
        raise Interdit(f"Cette étape est celle de {etape.organisme_nom} : seul cet organisme peut la clore.")
    if not etape.ouverte:
        raise ErreurMetier(f"L'étape {etape.nom_date} est déjà close.")
    return etape


async def _controler(
    ctx: Contexte,
    numero: int,
    dossier: DossierSortie,
    saisie: SaisieSortie,
    verification: Verification,
    controler: Controle,
) -> None:
    """Raise ErreurSaisie with every mistake of the form at once, and what the plugin refuses."""
    etape = verification.etape
    finale = SaisieEtape(
        **{
            **{champ: getattr(etape, champ) for champ in SaisieEtape.__struct_fields__},
            "fin_reelle": saisie.fin_reelle,
            "motif_fin": saisie.motif_fin,
        }
    )
    entrees, offre = await entrees_dispositif(ctx, numero), await offre_de_service(etape.offre_de_service)
    erreurs = defauts_etape(finale, entrees, offre, ctx.aujourdhui, etape)
    realisations = nomenclature("REALISATION_DIFFICULTE").par_code()
    for fin in saisie.difficultes:
        if fin.realisation and fin.realisation not in realisations:
            erreurs[f"realisation-{fin.id}"] = "Choisissez un élément de la liste."
    if defaut := defaut_raison(saisie, verification):
        erreurs["raison"] = defaut
    if erreurs:
        raise ErreurSaisie(erreurs)
    if blocage := message_blocage(verification):
        raise ErreurSaisie({}, blocage)
    if refus := await controler(etape.offre, dossier.vu, finale):
        raise ErreurSaisie({}, " ".join(refus))


async def _terminer_referents(a: Acte, verification: Verification, fin: dt.date) -> None:
    """End the référents d'étape; one that began after the end of the étape ends on its own first day."""
    for lien in verification.referents:
        if lien.fin is None or lien.fin > fin:
            await a.modifier(Affectation, lien.id, {"fin": max(fin, lien.debut)}, version=lien.version)
            a.evenement(
                "referent_affecte",
                {"beneficiaire": lien.beneficiaire, "referent": str(lien.referent), "nature": lien.nature},
            )


async def _clore_difficultes(a: Acte, verification: Verification, saisie: SaisieSortie) -> None:
    """End the open difficultés with the étape; one spotted after its end ends on its own first day.

    The user decides on the difficultés that the page showed, at the version that it showed; one that came since ends
    with the réalisation that it has.
    """
    dites = {fin.id: fin for fin in saisie.difficultes}
    for difficulte in verification.difficultes_ouvertes:
        dite = dites.get(difficulte.id)
        valeurs = {
            "fin": max(saisie.fin_reelle, difficulte.debut),
            "realisation": (dite.realisation if dite else "") or difficulte.realisation,
            "actualisee_le": a.ctx.aujourdhui,
        }
        await a.modifier(Difficulte, difficulte.id, valeurs, version=dite.version if dite else difficulte.version)


def _commentaire(etape: EtapeResume, raison: str) -> str:
    """Return the commentaire of the étape, with the reason of a closing that left gaps."""
    if not raison:
        return etape.commentaire
    return "\n".join(filter(None, (etape.commentaire, f"Clôture : {raison}")))
