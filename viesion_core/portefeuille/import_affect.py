"""Taking a file AFFECT: each line is one transaction, which writes the act and moves the file on.

The person, the organism, the offre and the référent of a batch are looked up together. The dossier enters the perimeter
of the organism; it waits there (« À répartir ») until the organism answers.
"""

import itertools
import pathlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import msgspec

from viesion_core.actes import Acte, acte
from viesion_core.contexte import Contexte
from viesion_core.db import lire, lire_un, transaction
from viesion_core.dossiers.tables import Rattachement
from viesion_core.echanges.actions_rejets import Regler, declarer_rejeu
from viesion_core.echanges.comprehension import Refus
from viesion_core.echanges.depot import declarer_preneur
from viesion_core.echanges.envois_model import AFFECT
from viesion_core.echanges.fichiers import Prise, avancer, prendre, rejeter, remplacer, terminer
from viesion_core.echanges.lecture import lignes
from viesion_core.echanges.model import FichierVu, Flux, LigneRefusee
from viesion_core.erreurs import ErreurMetier
from viesion_core.portefeuille.actions import detacher
from viesion_core.portefeuille.model import NATURES, CommandeAffect, EtatAffect
from viesion_core.portefeuille.tables import AffectationRecue

TAILLE_LOT = 200


class _Lue(msgspec.Struct, frozen=True):
    """A line as it came, and what it asks, or why it is refused."""

    rang: int
    ligne: Mapping[str, str]
    lue: CommandeAffect | Refus


class _Connus(msgspec.Struct):
    """What the lines of a batch name, as the base has it."""

    personnes: dict[str, int]
    organismes: dict[str, dict[str, Any]]
    referents: dict[tuple[Any, str], Any]
    offres: set[tuple[Any, str]]


async def importer_affectations(ctx: Contexte, chemin: pathlib.Path, flux: Sequence[Flux], cles: str) -> FichierVu:
    """Take a file and its `.ctl`; return its counts, which balance. FichierRefuse before anything is carried out.

    `cles` encrypt the refused lines.
    """
    prise = await prendre(ctx, chemin, flux)
    for lot in _lots(lignes(chemin, prise.flux, prise.curseur), prise.flux):
        connus = await _connaitre(prise.ctx, [li.lue for li in lot if isinstance(li.lue, CommandeAffect)])
        for lue in lot:
            await _executer(prise, lue, connus, cles)
    return await terminer(prise.ctx, prise.identifiant)


async def rejouer_affectation(
    ctx: Contexte, flux: Flux, rang: int, ligne: Mapping[str, str], regler: Regler
) -> Refus | None:
    """Carry out a refused line as it was corrected, and settle its refusal with it; return why it is still refused.

    Raises ErreurMetier when a later message about that affectation was taken since.
    """
    lue = _comprendre(rang, ligne, flux)
    if isinstance(lue, Refus):
        return lue
    valeurs = _valeurs(rang, lue, await _connaitre(ctx, [lue]))
    if isinstance(valeurs, Refus):
        return valeurs
    async with acte(ctx, "portefeuille.recevoir", "Affectation reçue", beneficiaire=valeurs["beneficiaire"]) as a:
        fait = await _appliquer(a, flux, rang, lue, valeurs)
        if isinstance(fait, Refus):
            return fait
        if fait == "ignorees":
            raise ErreurMetier("Un envoi plus récent sur cette affectation a déjà été pris : abandonnez cette ligne.")
        await regler()
        await remplacer(flux, {str(lue.cle)})
    return None


def _lots(source: Iterable[tuple[int, Mapping[str, str]]], flux: Flux) -> Iterable[list[_Lue]]:
    lues = (_Lue(rang, ligne, _comprendre(rang, ligne, flux)) for rang, ligne in source)
    while lot := list(itertools.islice(lues, TAILLE_LOT)):
        yield lot


def _comprendre(rang: int, ligne: Mapping[str, str], flux: Flux) -> CommandeAffect | Refus:
    """Return the command of a line, or why it is refused; a plugin that fails refuses its line, not the file."""
    message, cle = ligne.get("id_message", "")[:36], ligne.get(flux.cle, "")[:36]
    try:
        commande = cast(object, flux.lire(ligne))
    except LigneRefusee as refus:
        return _refuse(rang, message, cle, refus.code, refus.champ, refus.message)
    except Exception:  # what a plugin raises is its own: the line is refused by name and the file goes on
        return _refuse(rang, message, cle, "VALEUR_INVALIDE", "", "La ligne n'a pas pu être lue.")
    if not isinstance(commande, CommandeAffect) or commande.role not in NATURES:
        return _refuse(rang, message, cle, "VALEUR_INVALIDE", "", "La ligne n'a pas pu être lue.")
    return msgspec.structs.replace(commande, motif=commande.motif[:300], offre=commande.offre[:30])


def _refuse(rang: int, message: str, cle: str, code: str, champ: str, texte: str) -> Refus:
    """Return a refusal; its line joins it when it is kept."""
    return Refus(rang, message, cle, code, champ, texte, ligne={})


async def _connaitre(ctx: Contexte, commandes: Sequence[CommandeAffect]) -> _Connus:
    """Look up what a batch names: four readings."""
    personnes = await _lire(
        "SELECT numero, id_individu FROM beneficiaire WHERE id_individu", {c.id_individu for c in commandes}
    )
    organismes = await _lire("SELECT id, siret, ferme_le FROM organisme WHERE siret", {c.siret for c in commandes})
    noms = {c.referent.casefold() for c in commandes} - {""}
    comptes = await _lire(
        """SELECT id, organisme, lower(identifiant) AS identifiant, lower(courriel) AS courriel FROM utilisateur
        WHERE actif AND role IN ('referent', 'directeur') AND lower(identifiant)""",
        noms,
    )
    comptes += await _lire(
        """SELECT id, organisme, lower(identifiant) AS identifiant, lower(courriel) AS courriel FROM utilisateur
        WHERE actif AND role IN ('referent', 'directeur') AND lower(courriel)""",
        noms,
    )
    jour = ctx.aujourdhui.isoformat()
    offres = await _lire(
        f"""SELECT organisme, offre FROM offre_de_service WHERE debut <= '{jour}' AND (fin IS NULL OR fin >= '{jour}')
        AND offre""",
        {c.offre for c in commandes} - {""},
    )
    return _Connus(
        personnes={li["id_individu"]: li["numero"] for li in personnes},
        organismes={li["siret"]: li for li in organismes if li["ferme_le"] is None or li["ferme_le"] > ctx.aujourdhui},
        referents={(li["organisme"], li[champ]): li["id"] for li in comptes for champ in ("identifiant", "courriel")},
        offres={(li["organisme"], li["offre"]) for li in offres},
    )


async def _lire(debut: str, valeurs: set[str]) -> list[dict[str, Any]]:
    if not valeurs:
        return []
    return await lire(f"{debut} IN ({', '.join('{}' for _ in valeurs)})", *sorted(valeurs))


async def _executer(prise: Prise, lue: _Lue, connus: _Connus, cles: str) -> None:
    """Carry out one line, in one transaction that moves the file on by one."""
    rang, demande = lue.rang, lue.lue
    valeurs = _valeurs(rang, demande, connus) if isinstance(demande, CommandeAffect) else demande
    if isinstance(valeurs, Refus) or isinstance(demande, Refus):
        async with transaction():
            await _rejeter(prise, lue, cast(Refus, valeurs), cles)
        return
    numero = valeurs["beneficiaire"]
    async with acte(prise.ctx, "portefeuille.recevoir", "Affectation reçue", beneficiaire=numero) as a:
        fait = await _appliquer(a, prise.flux, rang, demande, valeurs)
        if isinstance(fait, Refus):
            await _rejeter(prise, lue, fait, cles)
            return
        if fait != "ignorees":
            await remplacer(prise.flux, {str(demande.cle)})
        await avancer(prise.identifiant, rang - 1, 1, **{fait: 1})


async def _rejeter(prise: Prise, lue: _Lue, refus: Refus, cles: str) -> None:
    """Keep a refused line, in the place of an older one of the same affectation, and move the file on."""
    await remplacer(prise.flux, {refus.cle})
    await rejeter(
        prise.ctx, prise.identifiant, prise.flux, [msgspec.structs.replace(refus, ligne=dict(lue.ligne))], cles=cles
    )
    await avancer(prise.identifiant, lue.rang - 1, 1, rejetees=1)


async def _appliquer(a: Acte, flux: Flux, rang: int, c: CommandeAffect, valeurs: dict[str, Any]) -> str | Refus:
    """Write what a line asks, inside an act; return which count it adds to, or why it is refused."""
    connue = await lire_un("SELECT * FROM affectation_recue WHERE id = {}", c.cle)
    refus = _refus(rang, c, valeurs, connue)
    if refus is not None:
        return refus
    fait = "ignorees"
    if connue is None:
        recue = {"id": c.cle, "emetteur": flux.emetteur, "etat": str(EtatAffect.RECUE)}
        await a.inserer(AffectationRecue, {**valeurs, **recue, "recue_le": a.ctx.maintenant})
        fait = "creees"
    elif c.version > connue["version_message"]:
        await a.modifier(AffectationRecue, c.cle, _reprise(connue, valeurs), version=connue["version"])
        fait = "modifiees"
    if fait != "ignorees":
        await _rattacher(a, valeurs["beneficiaire"], valeurs["organisme"])
        if connue is not None and connue["organisme"] != valeurs["organisme"]:
            await detacher(a, connue["organisme"], valeurs["beneficiaire"], c.cle)
    return fait


def _valeurs(rang: int, c: CommandeAffect, connus: _Connus) -> dict[str, Any] | Refus:
    """Return the columns of a command, or why it is refused."""
    numero, organisme = connus.personnes.get(c.id_individu), connus.organismes.get(c.siret)

    def refus(code: str, champ: str, message: str) -> Refus:
        return _refuse(rang, str(c.id_message), str(c.cle), code, champ, message)

    if numero is None:
        return refus("INDIVIDU_INCONNU", "id_individu", "Aucun dossier n'a cet identifiant.")
    if organisme is None:
        return refus("ORGANISME_INCONNU", "siret", "Aucun organisme ouvert n'a ce SIRET.")
    if c.offre and (organisme["id"], c.offre) not in connus.offres:
        return refus("OFFRE_FERMEE", "code_offre", "L'organisme n'a pas cette offre aujourd'hui.")
    referent = connus.referents.get((organisme["id"], c.referent.casefold())) if c.referent else None
    if c.referent and referent is None:
        return refus("REFERENT_CLOTURE", "referent", "Aucun compte ouvert de l'organisme n'a cet identifiant.")
    return {
        "beneficiaire": numero,
        "organisme": organisme["id"],
        "offre": c.offre,
        "role": c.role,
        "referent": referent,
        "debut": c.debut,
        "fin": c.fin,
        "motif": c.motif,
        "version_message": c.version,
    }


def _refus(rang: int, c: CommandeAffect, valeurs: dict[str, Any], connue: dict[str, Any] | None) -> Refus | None:
    """A newer message may not move to another person, organism or role what an organism has already accepted."""
    if connue is None or c.version <= connue["version_message"]:
        return None
    tenue = connue["etat"] not in (EtatAffect.RECUE, EtatAffect.REFUSEE)
    champs = ("beneficiaire", "organisme", "role") if tenue else ("beneficiaire",)
    if all(connue[champ] == valeurs[champ] for champ in champs):
        return None
    message = "Cette affectation est déjà acceptée : envoyez-en une autre." if tenue else "La personne a changé."
    return _refuse(rang, str(c.id_message), str(c.cle), "CHEVAUCHEMENT", "uuid_affectation", message)


def _reprise(connue: Mapping[str, Any], valeurs: dict[str, Any]) -> dict[str, Any]:
    """A refused one that is sent again waits again; an accepted one keeps what the organism made of it."""
    if connue["etat"] != EtatAffect.REFUSEE:
        return valeurs
    vides = {"etat": str(EtatAffect.RECUE), "motif_reponse": "", "repondue_le": None, "lot": None, "acte": None}
    return {**valeurs, **vides}


async def _rattacher(a: Acte, numero: int, organisme: uuid.UUID) -> None:
    """Put the dossier in the perimeter of the organism."""
    ligne = await lire_un(
        "SELECT id, fin, version FROM rattachement WHERE organisme = {} AND beneficiaire = {}", organisme, numero
    )
    if ligne is None:
        valeurs = {"beneficiaire": numero, "organisme": organisme, "nature": "SOLIS", "debut": a.ctx.aujourdhui}
        await a.inserer(Rattachement, valeurs)
    elif ligne["fin"] is not None:
        await a.modifier(Rattachement, ligne["id"], {"fin": None}, version=ligne["version"])


declarer_preneur(AFFECT, importer_affectations)
declarer_rejeu(AFFECT, rejouer_affectation)
