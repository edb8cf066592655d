"""What a line says beside the person: entry, référent, contract, étape, each by the rules of its form.

What is already so is left: a line that comes twice changes nothing.
"""

import datetime as dt
import uuid
from collections.abc import Mapping

from viesion_core.acces.queries import collaborateurs
from viesion_core.actes import Acte, acte_joint
from viesion_core.contexte import Contexte
from viesion_core.db import executer
from viesion_core.dossiers.model import ACCOMP_RSA
from viesion_core.dossiers.tables import EntreeDispositif
from viesion_core.echanges.actions_rejets import SUITES
from viesion_core.echanges.model import Commande, LigneRefusee
from viesion_core.erreurs import ErreurSaisie
from viesion_core.nomenclatures.model import cle
from viesion_core.organismes.queries import offres_de_service
from viesion_core.parcours.actions import ecrire_contrat
from viesion_core.parcours.actions_etapes import ecrire_etape
from viesion_core.parcours.actions_referents import placer_referent, rattacher
from viesion_core.parcours.controles import defauts_affectation, defauts_contrat, defauts_etape
from viesion_core.parcours.model import PARCOURS, EntreeResume, SaisieAffectation, SaisieContrat, SaisieEtape
from viesion_core.parcours.queries import affectations, contrats, entrees_dispositif, etapes
from viesion_core.reprise.model import FLUX, element

_CHAMPS = {
    "contrat": {"debut": "contrat_debut", "fin": "contrat_fin", "signature": "contrat_signature"},
    "etape": {"debut_reel": "etape_debut", "fin_reelle": "etape_fin", "motif_fin": "etape_motif"},
    "referent": {"debut": "referent_debut", "dispositif": "entree"},
}  # fmt: skip


async def suivre(ctx: Contexte, commande: Commande, numero: int) -> bool:
    """Carry out the suite of a command inside the open transaction; return whether something changed.

    Raises LigneRefusee, which names the field.
    """
    s = commande.suite
    organisme = uuid.UUID(s["organisme"])
    ctx = _au_nom_de(ctx, organisme)
    async with acte_joint(ctx, "reprise.parcours", "Reprise du parcours", beneficiaire=numero) as a:
        await rattacher(a, numero, organisme, "REPRISE")
        await _entrer(a, numero, s)
        await _referent(a, numero, s, organisme)
        await _contrat(a, numero, s)
        await _etape(a, numero, s, organisme)
    await executer(
        "UPDATE reprise_ligne SET beneficiaire = {} WHERE cle = {} AND beneficiaire IS NULL", numero, commande.sujet
    )
    return not a.vide


def _au_nom_de(ctx: Contexte, organisme: uuid.UUID) -> Contexte:
    """Return who writes: the pilote or the worker, in the name of the organism whose file it is."""
    return Contexte(utilisateur=None, nom=ctx.nom, role=ctx.role, organisme=organisme, maintenant=ctx.maintenant)


async def _entrer(a: Acte, numero: int, s: Mapping[str, str]) -> None:
    """Open an entry when the person has none."""
    if not s["entree"] or await entrees_dispositif(a.ctx, numero):
        return
    debut = dt.date.fromisoformat(s["entree"])
    _exiger_passee(debut, a.ctx, "entree", "L'entrée ne peut pas être à venir.")
    await a.inserer(EntreeDispositif, {"beneficiaire": numero, "dispositif": ACCOMP_RSA, "debut": debut, "fin": None})


async def _referent(a: Acte, numero: int, s: Mapping[str, str], organisme: uuid.UUID) -> None:
    if not s["referent"]:
        return
    voulu = cle(s["referent"])
    trouves = [
        u
        for u in await collaborateurs(a.ctx, organisme)
        if voulu in (cle(u.identifiant), cle(u.courriel), cle(f"{u.prenom} {u.nom}"), cle(f"{u.nom} {u.prenom}"))
    ]
    if len(trouves) != 1:
        manque = "Aucun compte ouvert" if not trouves else "Plusieurs comptes"
        raise LigneRefusee("REFERENT_CLOTURE", "referent", f"{manque} de l'organisme : nom et prénom, ou courriel.")
    debut = _jour(s, "referent_debut") or _jour(s, "entree") or a.ctx.aujourdhui
    existantes = await affectations(a.ctx, numero)
    if any(e.referent == trouves[0].id and e.nature == PARCOURS and e.fin is None for e in existantes):
        return
    entrees = await entrees_dispositif(a.ctx, numero)
    saisie = SaisieAffectation(
        referent=trouves[0].id, nature=PARCOURS, dispositif=_entree(entrees, debut, "referent_debut").id, debut=debut
    )
    _refuser("referent", defauts_affectation(saisie, entrees, (), existantes))
    try:
        await placer_referent(a, numero, saisie, organisme)
    except ErreurSaisie as erreur:
        _refuser("referent", erreur.erreurs)


async def _contrat(a: Acte, numero: int, s: Mapping[str, str]) -> None:
    if not (s["contrat_type"] or s["contrat_debut"] or s["contrat_fin"]):
        return
    _exiger(s, "contrat_type", "contrat_debut", "contrat_fin")
    genre = element("TYPE_CONTRAT", s["contrat_type"])
    if genre is None:
        raise LigneRefusee("CODE_INCONNU", "contrat_type", "Le type de contrat est CO, CER ou CE.")
    debut, fin = dt.date.fromisoformat(s["contrat_debut"]), dt.date.fromisoformat(s["contrat_fin"])
    if any((c.type, c.debut) == (genre, debut) for c in await contrats(a.ctx, numero)):
        return
    saisie = SaisieContrat(
        type=genre, debut=debut, fin=fin, numero=s["contrat_numero"][:40], signature=_jour(s, "contrat_signature")
    )
    _refuser("contrat", defauts_contrat(saisie, (), a.ctx.aujourdhui))
    try:
        await ecrire_contrat(a, numero, saisie, terminer_precedent=True)
    except ErreurSaisie as erreur:
        _refuser("contrat", erreur.erreurs, "CHEVAUCHEMENT")


async def _etape(a: Acte, numero: int, s: Mapping[str, str], organisme: uuid.UUID) -> None:
    if not (s["etape_offre"] or s["etape_debut"]):
        return
    _exiger(s, "etape_offre", "etape_debut")
    debut, voulue = dt.date.fromisoformat(s["etape_debut"]), cle(s["etape_offre"])
    offres = [o for o in await offres_de_service(organisme) if voulue in (cle(o.offre), cle(o.libelle))]
    ouvertes = [o for o in offres if o.active(debut)]
    if not ouvertes:
        dit = "n'est pas ouverte ce jour-là" if offres else "n'est pas une offre de l'organisme"
        raise LigneRefusee("OFFRE_FERMEE", "etape_offre", f"Cette offre {dit}.")
    motif = element("MOTIF_FIN", s["etape_motif"]) if s["etape_motif"] else ""
    if motif is None:
        raise LigneRefusee("CODE_INCONNU", "etape_motif", "Ce motif n'est pas dans la liste.")
    if any((e.offre, e.debut_reel) == (ouvertes[0].offre, debut) for e in await etapes(a.ctx, numero)):
        return
    entrees = await entrees_dispositif(a.ctx, numero)
    saisie = SaisieEtape(
        offre_de_service=ouvertes[0].id,
        dispositif=_entree(entrees, debut, "etape_debut").id,
        debut_reel=debut,
        fin_reelle=_jour(s, "etape_fin"),
        motif_fin=motif,
    )
    _refuser("etape", defauts_etape(saisie, entrees, ouvertes[0], a.ctx.aujourdhui))
    await ecrire_etape(a, numero, saisie, ouvertes[0])


def _entree(entrees: list[EntreeResume], jour: dt.date, champ: str) -> EntreeResume:
    """Return the entry that covers a day, else the latest one."""
    if not entrees:
        raise LigneRefusee("CHAMP_OBLIGATOIRE", champ, "La personne n'est entrée dans aucun dispositif.")
    return next((e for e in entrees if e.debut <= jour and (e.fin is None or e.fin >= jour)), entrees[0])


def _exiger(s: Mapping[str, str], *champs: str) -> None:
    for champ in champs:
        if not s[champ]:
            raise LigneRefusee("CHAMP_OBLIGATOIRE", champ, f"« {FLUX.libelles[champ]} » manque.")


def _exiger_passee(jour: dt.date, ctx: Contexte, champ: str, message: str) -> None:
    if jour > ctx.aujourdhui:
        raise LigneRefusee("DATES_INCOHERENTES", champ, message)


def _jour(s: Mapping[str, str], champ: str) -> dt.date | None:
    return dt.date.fromisoformat(s[champ]) if s[champ] else None


def _refuser(quoi: str, defauts: Mapping[str, str], code: str = "VALEUR_INVALIDE") -> None:
    """Refuse the line for the first fault of a form, beside the column that gives its field."""
    for champ, message in defauts.items():
        colonne = _CHAMPS[quoi].get(champ, {"contrat": "contrat_type", "etape": "etape_offre"}.get(quoi, quoi))
        raise LigneRefusee(code, colonne, message)


SUITES[FLUX.code] = suivre
