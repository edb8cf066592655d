"""The use cases of créneaux: publish a permanence, withdraw a slot, book one for a person, free it."""

import datetime as dt
import uuid
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec

from viesion_core.acces.perimetre import exiger_dossier, exiger_ecriture
from viesion_core.acces.queries import collaborateurs
from viesion_core.actes import Acte, acte, declarer_observateur
from viesion_core.activites.model import CONGE
from viesion_core.activites.queries import activites_de
from viesion_core.agenda.model import Creneau, CreneauPris, SaisiePlage, defauts_plage, periodes
from viesion_core.agenda.queries import alternatives, creneau
from viesion_core.agenda.rdv_envois import suivre_rdv
from viesion_core.agenda.rdv_model import LIBERATIONS
from viesion_core.agenda.tables import Attente, Plage
from viesion_core.agenda.tables import Creneau as TableCreneau
from viesion_core.contexte import Contexte
from viesion_core.db import base_courante, declarer_contraintes, lire, lire_un
from viesion_core.entretiens.actions import controler_entretien, inserer_entretien, realiser_entretien
from viesion_core.entretiens.model import Saisie, entree_proposee, etape_proposee
from viesion_core.entretiens.queries import entretien
from viesion_core.erreurs import ErreurMetier, ErreurSaisie, Interdit, Introuvable
from viesion_core.formats import compte, heure
from viesion_core.parcours.queries import entrees_dispositif, etapes

_PRIS = "Ce créneau vient d'être pris : choisissez-en un autre."
_MODIFIE = "Cette séance vient d'être modifiée : vérifiez sa date et son lieu, puis recommencez."
_DEJA = "Cette personne a déjà une place sur ce créneau."
_CHEVAUCHE = "Un créneau est déjà publié à ces heures pour ce collaborateur."
declarer_contraintes(
    {
        "entretien_creneau_place": _PRIS,
        "entretien.creneau, entretien.place": _PRIS,
        "entretien_creneau_personne": _DEJA,
        "entretien.creneau, entretien.beneficiaire": _DEJA,
        "creneau_chevauchement": _CHEVAUCHE,
    }
)


class Reservation(msgspec.Struct, frozen=True):
    """A place taken: the act (undoable), the entretien « Prévu » that it made."""

    acte: Acte
    entretien: uuid.UUID


class _Complet(Exception):
    """No place is left, seen inside the transaction."""


async def publier_creneaux(ctx: Contexte, saisie: SaisiePlage, *, organisme: uuid.UUID | None = None) -> Acte:
    """Publish the slots of a permanence. `organisme` is for the system, which has none.

    Raises ErreurSaisie by field, ErreurMetier when the référent already has a slot at one of these hours.
    """
    exiger_ecriture(ctx)
    chez, qui = ctx.organisme or organisme, saisie.collaborateur or ctx.utilisateur
    if chez is None or qui is None:
        raise Interdit
    erreurs = defauts_plage(saisie, ctx.aujourdhui)
    if qui not in {c.id for c in await collaborateurs(ctx, chez)}:
        erreurs["collaborateur"] = "Choisissez un collaborateur de votre organisme."
    if erreurs:
        raise ErreurSaisie(erreurs)
    horaires, laisses = await horaires_libres(saisie, qui)
    libelle = f"{len(horaires)} créneau{'x' if len(horaires) > 1 else ''} publié{'s' if len(horaires) > 1 else ''}"
    libelle += laisses_dits(laisses)
    if saisie.titre and saisie.capacite > 1:
        libelle = f"{saisie.titre} : {compte(len(horaires), 'séance créée', 'séances créées')}"
        libelle += laisses_dits(laisses, "laissée")
    async with acte(ctx, "creneau.publier", libelle) as a:
        valeurs = {champ: getattr(saisie, champ) for champ in SaisiePlage.__struct_fields__}
        jours = "".join(str(j) for j in sorted(set(saisie.jours)))
        plage = await a.inserer(
            Plage,
            {**valeurs, "jours": jours, "collaborateur": qui, "organisme": chez, "created_at": ctx.maintenant},
        )
        await inserer_creneaux(a, plage["id"], saisie, chez, qui, horaires)
    return a


async def inserer_creneaux(
    a: Acte,
    plage: uuid.UUID,
    saisie: SaisiePlage,
    organisme: uuid.UUID,
    collaborateur: uuid.UUID,
    horaires: Sequence[tuple[dt.datetime, dt.datetime]],
) -> None:
    """Write the slots of a plage, each saying what it is."""
    commun = {"plage": plage, "organisme": organisme, "collaborateur": collaborateur}
    commun |= {champ: getattr(saisie, champ) for champ in ("capacite", "titre", "type", "lieu", "adresse")}
    await a.inserer_lot(TableCreneau, [{**commun, "debut": de, "fin": jusqua} for de, jusqua in horaires])


def laisses_dits(laisses: int, mot: str = "laissé") -> str:
    """Return how many slots of a rule were not published, for the toast; "" when all were. `mot`: « laissée »."""
    return f", {compte(laisses, mot)} de côté (congé ou autre événement)" if laisses else ""


async def retirer_creneau(ctx: Contexte, identifiant: uuid.UUID, *, version: int) -> Acte:
    """Withdraw a slot that nobody holds (undoable); ErreurMetier when somebody does."""
    exiger_ecriture(ctx)
    vu = await creneau(ctx, identifiant)
    quand = f"{vu.jour:%d/%m/%Y} à {heure(vu.debut)}"
    async with acte(ctx, "creneau.retirer", f"Créneau du {quand} retiré") as a:
        await _verrouiller(identifiant)
        if await _places_prises(identifiant):
            raise ErreurMetier("Ce créneau est réservé : libérez-le d'abord.")
        await a.modifier(TableCreneau, identifiant, {"retire_le": ctx.maintenant}, version=version)
    return a


async def reserver_creneau(
    ctx: Contexte,
    identifiant: uuid.UUID,
    numero: int,
    *,
    etape: uuid.UUID | None = None,
    dispositif: uuid.UUID | None = None,
    confirme: bool = False,
    noter: Callable[[uuid.UUID], Awaitable[None]] | None = None,
) -> Reservation:
    """Book a place of a slot for a person: the entretien « Prévu » is made in the same transaction.

    Without `etape` and `dispositif`, those of the day at the slot's organism. `noter(entretien)` writes, in that same
    transaction, what another room keeps about the booking. Raises CreneauPris with three
    alternatives when no place is left, ErreurSaisie (`etape`, `confirmation`…) as `creer_entretien`, Introuvable,
    ErreurMetier when the slot is past (an atelier is open until the end of its day), the person already has a place,
    or is not followed by that organism.
    """
    exiger_ecriture(ctx)
    await exiger_dossier(ctx, numero)
    voulu = await creneau(ctx, identifiant)
    venu_le_jour = voulu.capacite > 1 and voulu.jour == ctx.aujourdhui
    if voulu.debut <= ctx.maintenant and not venu_le_jour:
        raise ErreurMetier("Ce créneau est passé : choisissez-en un autre.")
    if not voulu.restant:
        raise CreneauPris(await alternatives(ctx, voulu))
    await _exiger_suivi(ctx, voulu, numero)
    await _refuser_conge(voulu)
    saisie = await _saisie(ctx, voulu, numero, etape, dispositif)
    try:
        await controler_entretien(ctx, numero, saisie, confirme=confirme or voulu.capacite > 1)
    except ErreurSaisie:
        if (await creneau(ctx, identifiant)).restant:
            raise
        raise CreneauPris(await alternatives(ctx, voulu)) from None  # taken since: the référent is, by this very slot
    quand = f"{voulu.jour:%d/%m/%Y} à {heure(voulu.debut)}"
    try:
        async with acte(ctx, "creneau.reserver", f"Rendez-vous pris le {quand}", beneficiaire=numero) as a:
            place = await _place_libre(voulu)
            await _quitter_attente(a, identifiant, numero)
            cle = await inserer_entretien(
                a, numero, saisie, organisme=voulu.organisme, creneau=identifiant, place=place
            )
            if noter is not None:
                await noter(cle)
    except _Complet:
        raise CreneauPris(await alternatives(ctx, voulu)) from None
    except ErreurMetier as erreur:
        if erreur.message != _PRIS:
            raise
        raise CreneauPris(await alternatives(ctx, voulu)) from erreur
    return Reservation(a, cle)


async def liberer_creneau(
    ctx: Contexte, numero: int, identifiant: uuid.UUID, *, version: int | None = None, realisation: str = "ANNULE_STR"
) -> Acte:
    """Give back the place that the entretien `identifiant` holds: it becomes cancelled, or « Reporté ». Undoable.

    `version` None takes the entretien as it is (an exchange that knows no version).
    """
    if realisation not in LIBERATIONS:
        raise ErreurSaisie({"realisation": "Choisissez un élément de la liste."})
    connue = version if version is not None else (await entretien(ctx, numero, identifiant)).version
    return await realiser_entretien(ctx, numero, identifiant, realisation, version=connue)


async def _quitter_attente(a: Acte, identifiant: uuid.UUID, numero: int) -> None:
    """Take a person who has a place off the waiting list of that slot."""
    ligne = await lire_un("SELECT id FROM attente WHERE creneau = {} AND beneficiaire = {}", identifiant, numero)
    if ligne is not None:
        await a.supprimer(Attente, ligne["id"], version=None)


async def _saisie(
    ctx: Contexte, voulu: Creneau, numero: int, etape: uuid.UUID | None, dispositif: uuid.UUID | None
) -> Saisie:
    if etape is None:
        proposee = etape_proposee(await etapes(ctx, numero), voulu.organisme, voulu.jour)
        etape = proposee.id if proposee else None
    if dispositif is None:
        entree = entree_proposee(await entrees_dispositif(ctx, numero), voulu.jour)
        dispositif = entree.id if entree else None
    return Saisie(
        debut=voulu.debut,
        duree=voulu.duree,
        collaborateur=voulu.collaborateur,
        lieu=voulu.lieu,
        vecteur=voulu.vecteur,
        type=voulu.type,
        etape=etape,
        dispositif=dispositif,
    )


async def _exiger_suivi(ctx: Contexte, voulu: Creneau, numero: int) -> None:
    """Refuse a person whom the slot's organism does not follow: it could not read the entretien."""
    if ctx.organisme == voulu.organisme:
        return
    suivi = await lire_un(
        """SELECT id FROM rattachement WHERE organisme = {} AND beneficiaire = {} AND (fin IS NULL OR fin >= {})""",
        voulu.organisme,
        numero,
        ctx.aujourdhui,
    )
    if suivi is None:
        raise ErreurMetier("Cette personne n'est pas suivie par l'organisme de ce créneau.")


async def horaires_libres(saisie: SaisiePlage, qui: uuid.UUID) -> tuple[list[tuple[dt.datetime, dt.datetime]], int]:
    """Return the slots of a rule that meet no congé nor other activité, and how many do; ErreurSaisie if all do."""
    tous = periodes(saisie)
    pris = await activites_de([qui], tous[0][0], tous[-1][1])
    libres = [(debut, fin) for debut, fin in tous if not any(a.rencontre(debut, fin) for a in pris)]
    if not libres:
        raise ErreurSaisie(
            {"debut": f"Ce collaborateur n'est pas disponible : {pris[0].nature_libelle.lower()} {pris[0].quand}."}
        )
    return libres, len(tous) - len(libres)


async def _refuser_conge(voulu: Creneau) -> None:
    """Refuse a slot published before the référent's congé was known."""
    pendant = await activites_de([voulu.collaborateur], voulu.debut, voulu.fin)
    if conge := next((a for a in pendant if a.nature == CONGE), None):
        raise ErreurMetier(f"{voulu.collaborateur_nom} est en congé {conge.quand} : choisissez un autre créneau.")


async def _verrouiller(identifiant: uuid.UUID) -> dict[str, Any]:
    """Return a slot, locked until the end of the act; Introuvable if it is withdrawn."""
    verrou = " FOR UPDATE" if base_courante().dialecte == "postgresql" else ""
    ligne = await lire_un(
        f"SELECT capacite, version FROM creneau WHERE id = {{}} AND retire_le IS NULL{verrou}", identifiant
    )
    if ligne is None:
        raise Introuvable
    return ligne


async def _places_prises(identifiant: uuid.UUID) -> set[int]:
    """Return the places held of a slot."""
    lignes = await lire(
        "SELECT place FROM entretien WHERE creneau = {} AND realisation NOT IN ('REPORTE', 'ANNULE_STR')", identifiant
    )
    return {ligne["place"] for ligne in lignes}


async def _place_libre(voulu: Creneau) -> int:
    """Return the first free place of a slot that is still as the user saw it; _Complet when none is left."""
    ligne = await _verrouiller(voulu.id)
    if ligne["version"] != voulu.version:
        raise ErreurMetier(_MODIFIE)
    prises = await _places_prises(voulu.id)
    if len(prises) >= ligne["capacite"]:  # a capacity that was lowered leaves numbers above it
        raise _Complet
    return next(n for n in range(1, ligne["capacite"] + 1) if n not in prises)


declarer_observateur("entretien", suivre_rdv)
