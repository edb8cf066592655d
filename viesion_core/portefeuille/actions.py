"""The answers of an organism: accept (with a référent), refuse, take charge, end; each goes back to the partner."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from viesion_core.acces.model import UtilisateurResume
from viesion_core.acces.perimetre import exiger_dossier, exiger_ecriture
from viesion_core.acces.queries import utilisateur
from viesion_core.actes import Acte, Ecriture, acte, annuler_acte, declarer_observateur
from viesion_core.contexte import Contexte, Role
from viesion_core.db import lire, lire_un, lire_valeur
from viesion_core.dossiers.tables import Rattachement
from viesion_core.echanges.envois import deposer_envois
from viesion_core.echanges.envois_model import AFFECT, ADeposer
from viesion_core.erreurs import ErreurMetier, ErreurSaisie, Interdit
from viesion_core.parcours.actions_referents import placer_referent
from viesion_core.parcours.controles import defauts_affectation
from viesion_core.parcours.model import LIBELLE_NATURE, UN_JOUR, AffectationResume, SaisieAffectation, du_au
from viesion_core.parcours.queries import affectations, entrees_dispositif
from viesion_core.portefeuille.model import NATURES, OUVERTES, AffectVue, EtatAffect, defaut_rdv
from viesion_core.portefeuille.queries import actes_du_lot, affect
from viesion_core.portefeuille.tables import AffectationRecue


async def accepter(
    ctx: Contexte, identifiant: uuid.UUID, referent: uuid.UUID, *, version: int, lot: uuid.UUID | None = None
) -> Acte:
    """Accept a person for a référent of the organism; return the act. A référent accepts for himself only.

    The référent gets the affectation asked for; a former référent de parcours ends the day before. Raises ErreurSaisie
    (field `referent`), ErreurMetier when it was answered since, ConflitVersion.
    """
    vue = await _ouvrir(ctx, identifiant, EtatAffect.RECUE)
    if ctx.role is Role.REFERENT and referent != ctx.utilisateur:
        raise Interdit
    personne = await _referent(ctx, referent)
    liens = await affectations(ctx, vue.beneficiaire)
    saisie, deja = await _saisie(ctx, vue, personne, liens)
    nom = f"{personne.nom_complet} {LIBELLE_NATURE[saisie.nature]} {du_au(saisie.debut, saisie.fin)}"
    libelle = f"Affectation acceptée : {nom}"
    async with acte(ctx, "portefeuille.accepter", libelle, beneficiaire=vue.beneficiaire) as a:
        cree = deja.id if deja else await placer_referent(a, vue.beneficiaire, saisie, personne.organisme)
        await _repondre(a, vue, EtatAffect.ACCEPTEE, version, {"affectation": cree, "lot": lot, "acte": a.id})
    return a


async def refuser(ctx: Contexte, identifiant: uuid.UUID, motif: str, *, version: int) -> Acte:
    """Refuse a person, with a reason; the dossier leaves the perimeter unless the organism follows it otherwise."""
    vue = await _ouvrir(ctx, identifiant, EtatAffect.RECUE)
    if ctx.role is not Role.DIRECTEUR:
        raise Interdit
    if not motif.strip():
        raise ErreurSaisie({"motif": "Dites pourquoi : Solis transmet ce motif à qui a orienté la personne."})
    async with acte(ctx, "portefeuille.refuser", "Affectation refusée", beneficiaire=vue.beneficiaire) as a:
        await _repondre(a, vue, EtatAffect.REFUSEE, version, {"motif_reponse": motif.strip()[:300]})
        await detacher(a, a.ctx.organisme, vue.beneficiaire, vue.id)
    return a


async def prendre_en_charge(ctx: Contexte, identifiant: uuid.UUID, premier_rdv: dt.date, *, version: int) -> Acte:
    """Say when the first appointment is: the person is taken charge of."""
    vue = await _ouvrir(ctx, identifiant, EtatAffect.ACCEPTEE)
    defaut = defaut_rdv(premier_rdv, vue.debut, ctx.aujourdhui)
    if defaut:
        raise ErreurSaisie({"premier_rdv": defaut})
    libelle = f"Prise en charge, premier rendez-vous le {premier_rdv:%d/%m/%Y}"
    async with acte(ctx, "portefeuille.prendre", libelle, beneficiaire=vue.beneficiaire) as a:
        await _repondre(a, vue, EtatAffect.PRISE_EN_CHARGE, version, {"premier_rdv": premier_rdv})
    return a


async def terminer(ctx: Contexte, identifiant: uuid.UUID, motif: str, *, version: int) -> Acte:
    """Tell the partner that what it asked for is over, with a reason; the dossier itself is ended in its screens."""
    vue = await _ouvrir(ctx, identifiant, *OUVERTES)
    if not motif.strip():
        raise ErreurSaisie({"motif": "Dites pourquoi : Solis transmet ce motif."})
    async with acte(ctx, "portefeuille.terminer", "Affectation terminée", beneficiaire=vue.beneficiaire) as a:
        await _repondre(a, vue, EtatAffect.TERMINEE, version, {"motif_reponse": motif.strip()[:300]})
    return a


async def annuler_lot(ctx: Contexte, lot: uuid.UUID) -> list[str]:
    """Undo an assignment in bulk, person by person; return in French what could not be undone.

    Raises ErreurMetier when there is nothing of it any more.
    """
    exiger_ecriture(ctx)
    actes = await actes_du_lot(ctx, lot)
    if not actes:
        raise ErreurMetier("Cette répartition est déjà annulée.")
    restes = []
    for identifiant, personne in actes:
        try:
            await annuler_acte(ctx, identifiant)
        except ErreurMetier as erreur:
            restes.append(f"{personne} : {erreur}")
    return restes


async def suivre_reponses(a: Acte, ecritures: Sequence[Ecriture]) -> None:
    """Tell the partner what became of what it asked (an observer of `affectation_recue`, undoing included)."""
    changees = [e.apres for e in ecritures if e.apres and (e.avant is None or e.avant["etat"] != e.apres["etat"])]
    noms = await _noms([ligne["affectation"] for ligne in changees if ligne["affectation"]])
    depots = [
        ADeposer(cle=ligne["id"], beneficiaire=ligne["beneficiaire"], donnees=_donnees(ligne, noms))
        for ligne in changees
    ]
    await deposer_envois(AFFECT, depots, a.ctx.maintenant)


def _donnees(ligne: Mapping[str, Any], noms: Mapping[str, str]) -> dict[str, Any]:
    rdv = ligne["premier_rdv"]
    return {
        "reponse": str(ligne["etat"]),
        "motif": ligne["motif_reponse"],
        "premier_rdv": rdv.isoformat() if rdv else "",
        "referent": noms.get(str(ligne["affectation"]), ""),
    }


async def _noms(cles: Sequence[uuid.UUID]) -> dict[str, str]:
    """Return the name of the référent of some affectations."""
    if not cles:
        return {}
    marques = ", ".join("{}" for _ in cles)
    lignes = await lire(
        f"""SELECT a.id, u.prenom || ' ' || upper(u.nom) AS nom FROM affectation a
            JOIN utilisateur u ON u.id = a.referent WHERE a.id IN ({marques})""",
        *cles,
    )
    return {str(ligne["id"]): ligne["nom"] for ligne in lignes}


async def _ouvrir(ctx: Contexte, identifiant: uuid.UUID, *attendus: EtatAffect) -> AffectVue:
    """Return what is answered, checked: writer, organism, perimeter, and still in one of these states."""
    exiger_ecriture(ctx)
    vue = await affect(ctx, identifiant)
    await exiger_dossier(ctx, vue.beneficiaire)
    if vue.etat not in attendus:
        raise ErreurMetier(f"{vue.personne} : quelqu'un a répondu depuis ({vue.etat.lower().replace('_', ' ')}).")
    return vue


async def _referent(ctx: Contexte, identifiant: uuid.UUID) -> UtilisateurResume:
    personne = await utilisateur(identifiant)
    connu = personne is not None and personne.actif and personne.organisme == ctx.organisme
    if personne is None or not connu or personne.role not in (Role.REFERENT, Role.DIRECTEUR):
        raise ErreurSaisie({"referent": "Choisissez un référent de votre organisme."})
    return personne


async def _saisie(
    ctx: Contexte, vue: AffectVue, personne: UtilisateurResume, liens: Sequence[AffectationResume]
) -> tuple[SaisieAffectation, AffectationResume | None]:
    """Return the affectation to make, or the one that the référent has already; ErreurSaisie: what is in the way."""
    entrees = await entrees_dispositif(ctx, vue.beneficiaire)
    entree = next((e for e in entrees if e.fin is None), None)
    if entree is None:
        message = f"{vue.personne} n'a pas d'accompagnement ouvert : ouvrez-en un dans son dossier, ou refusez."
        raise ErreurSaisie({"referent": message})
    nature = NATURES[vue.role]
    saisie = SaisieAffectation(
        referent=personne.id, nature=nature, dispositif=entree.id, debut=max(vue.debut, entree.debut), fin=vue.fin
    )
    deja = next(
        (li for li in liens if li.referent == personne.id and li.nature == nature and li.courante(ctx.aujourdhui)),
        None,
    )
    defauts = {} if deja else defauts_affectation(saisie, entrees, [], liens)
    if defauts:
        raise ErreurSaisie({"referent": f"{vue.personne} : {' '.join(defauts.values())}"})
    return saisie, deja


async def _repondre(a: Acte, vue: AffectVue, etat: EtatAffect, version: int, valeurs: Mapping[str, Any]) -> None:
    reponse = {**valeurs, "etat": str(etat), "repondue_le": a.ctx.maintenant}
    await a.modifier(AffectationRecue, vue.id, reponse, version=version)


async def detacher(a: Acte, organisme: uuid.UUID | None, numero: int, identifiant: uuid.UUID) -> None:
    """Take a dossier out of the perimeter that this affectation alone had given to an organism, inside an act."""
    ligne = await lire_un(
        "SELECT id, version, nature FROM rattachement WHERE organisme = {} AND beneficiaire = {}",
        organisme,
        numero,
    )
    if ligne is None or ligne["nature"] != "SOLIS":
        return
    autres = await lire_valeur(
        """SELECT (SELECT count(*) FROM affectation_recue x WHERE x.beneficiaire = {} AND x.organisme = {}
                AND x.id <> {} AND x.etat NOT IN ('REFUSEE', 'TERMINEE'))
            + (SELECT count(*) FROM etape e WHERE e.beneficiaire = {} AND e.organisme = {})
            + (SELECT count(*) FROM affectation f JOIN utilisateur u ON u.id = f.referent
                WHERE f.beneficiaire = {} AND u.organisme = {})""",
        *(numero, organisme, identifiant),
        *(numero, organisme, numero, organisme),
    )
    if not autres:
        await a.modifier(Rattachement, ligne["id"], {"fin": a.ctx.aujourdhui - UN_JOUR}, version=ligne["version"])


declarer_observateur("affectation_recue", suivre_reponses)
