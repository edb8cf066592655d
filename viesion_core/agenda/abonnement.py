"""The personal calendar: a secret address that Outlook or Thunderbird reads, without a session.

The address carries 256 random bits, the base their SHA-256: nobody can read it there, and guessing is hopeless. A
new address ends the former one. It gives hours and kinds of entretiens, never a name.
"""

import datetime as dt
import secrets
import uuid
from collections.abc import Sequence

import icalendar
import msgspec

from viesion_core.acces.perimetre import exiger_ecriture
from viesion_core.acces.queries import empreinte
from viesion_core.activites.model import Activite
from viesion_core.activites.queries import activites
from viesion_core.agenda.model_ateliers import Seance, hors_seances
from viesion_core.agenda.queries_ateliers import seances
from viesion_core.contexte import Contexte, Role
from viesion_core.db import convertir, executer, lire_un, transaction
from viesion_core.entretiens.model import RendezVous
from viesion_core.entretiens.queries import agenda
from viesion_core.erreurs import Interdit, Introuvable
from viesion_core.journal import journaliser_acte, journaliser_lecture

AVANT, APRES = dt.timedelta(days=30), dt.timedelta(days=180)
"""The days that the calendar covers around today."""
ACTUALISATION = dt.timedelta(hours=1)
"""How often a calendar is asked to read the address again, and how often its last reading is noted."""
_ANNULES = frozenset({"REPORTE", "ANNULE_STR"})


class Adresse(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an address: not its secret. Instants are UTC; `lue_le` is at most an hour late."""

    avec_numero: bool
    creee_le: dt.datetime
    lue_le: dt.datetime | None


async def adresse_personnelle(ctx: Contexte) -> Adresse | None:
    """Return one's own address; None when there is none."""
    ligne = await lire_un(
        "SELECT avec_numero, creee_le, lue_le FROM agenda_adresse WHERE utilisateur = {}", ctx.utilisateur
    )
    return convertir(Adresse, ligne) if ligne else None


async def creer_adresse(ctx: Contexte, *, avec_numero: bool = False) -> str:
    """Make one's address anew and return its secret, shown this once; the former address ends.

    `avec_numero`: the title carries the number of the dossier too.
    """
    exiger_ecriture(ctx)
    if ctx.utilisateur is None:
        raise Interdit
    jeton = secrets.token_urlsafe(32)
    async with transaction():
        await executer(
            """INSERT INTO agenda_adresse (utilisateur, empreinte, avec_numero, creee_le, lue_le)
            VALUES ({}, {}, {}, {}, NULL) ON CONFLICT (utilisateur) DO UPDATE SET empreinte = excluded.empreinte,
                avec_numero = excluded.avec_numero, creee_le = excluded.creee_le, lue_le = NULL""",
            ctx.utilisateur,
            empreinte(jeton),
            avec_numero,
            ctx.maintenant,
        )
        await journaliser_acte(ctx, "agenda.adresse.creer", "utilisateur", str(ctx.utilisateur), None)
    return jeton


async def revoquer_adresse(ctx: Contexte) -> None:
    """End one's address: it answers like an unknown one from now on. Nothing happens when there is none."""
    exiger_ecriture(ctx)
    async with transaction():
        await executer("DELETE FROM agenda_adresse WHERE utilisateur = {}", ctx.utilisateur)
        await journaliser_acte(ctx, "agenda.adresse.revoquer", "utilisateur", str(ctx.utilisateur), None)


async def calendrier_de(jeton: str, maintenant: dt.datetime, adresse: str = "") -> bytes:
    """Return the iCalendar of the account whose secret this is; Introuvable if unknown, revoked, or closed."""
    ligne = await lire_un(
        """SELECT a.utilisateur, a.avec_numero, a.creee_le, a.lue_le, u.nom, u.prenom, u.role, u.organisme
        FROM agenda_adresse a JOIN utilisateur u ON u.id = a.utilisateur
        WHERE a.empreinte = {} AND u.actif AND u.role IN ('referent', 'directeur')""",
        empreinte(jeton),
    )
    if ligne is None:
        raise Introuvable
    connue = convertir(Adresse, {champ: ligne[champ] for champ in Adresse.__struct_fields__})
    ctx = Contexte(
        utilisateur=uuid.UUID(str(ligne["utilisateur"])),
        nom=f"{ligne['prenom']} {ligne['nom']}",
        role=Role(ligne["role"]),
        organisme=uuid.UUID(str(ligne["organisme"])),
        maintenant=maintenant,
        adresse=adresse,
    )
    rendez_vous = await agenda(ctx, ctx.aujourdhui - AVANT, ctx.aujourdhui + APRES)
    evenements = await activites(ctx, ctx.aujourdhui - AVANT, ctx.aujourdhui + APRES)
    if connue.lue_le is None or maintenant - connue.lue_le >= ACTUALISATION:
        journaliser_lecture(ctx, "agenda.abonnement", "utilisateur", str(ctx.utilisateur))
        async with transaction():
            await executer(
                "UPDATE agenda_adresse SET lue_le = {} WHERE utilisateur = {} AND empreinte = {}",
                maintenant,
                ctx.utilisateur,
                empreinte(jeton),
            )
    ateliers = await seances(ctx, ctx.aujourdhui - AVANT, ctx.aujourdhui + APRES)
    return calendrier(
        hors_seances(rendez_vous, ateliers),
        maintenant,
        avec_numero=connue.avec_numero,
        evenements=evenements,
        seances=ateliers,
    )


def calendrier(
    rendez_vous: Sequence[RendezVous],
    maintenant: dt.datetime,
    *,
    avec_numero: bool = False,
    evenements: Sequence[Activite] = (),
    seances: Sequence[Seance] = (),
) -> bytes:
    """Return entretiens, séances and events as an iCalendar (RFC 5545): kind, hours, kind of place. Pure.

    Cancelled entretiens are left out; an event says its kind, not the title that somebody typed.
    """
    agenda_ = icalendar.Calendar()
    agenda_.add("prodid", "-//VieSion//Agenda//FR")
    agenda_.add("version", "2.0")
    agenda_.add("calscale", "GREGORIAN")
    agenda_.add("method", "PUBLISH")
    agenda_.add("x-wr-calname", "VieSion")
    agenda_.add("refresh-interval", ACTUALISATION, parameters={"value": "DURATION"})
    agenda_.add("x-published-ttl", "PT1H")
    for r in rendez_vous:
        if r.realisation in _ANNULES:
            continue
        evenement = icalendar.Event()
        evenement.add("uid", f"{r.id}@viesion")
        evenement.add("dtstamp", maintenant)
        evenement.add("sequence", r.version)
        evenement.add("dtstart", r.debut)
        evenement.add("dtend", r.fin)
        evenement.add("summary", f"{r.type_libelle} (dossier {r.numero})" if avec_numero else r.type_libelle)
        if r.lieu_libelle:
            evenement.add("location", r.lieu_libelle)
        evenement.add("class", "PRIVATE")
        evenement.add("transp", "OPAQUE")
        agenda_.add_component(evenement)
    for e in evenements:
        agenda_.add_component(_evenement(e, maintenant))
    for s in seances:
        agenda_.add_component(_seance(s, maintenant))
    return bytes(agenda_.to_ical())


def _seance(s: Seance, maintenant: dt.datetime) -> icalendar.Event:
    """Return a séance as one event: its type and its place, never its people."""
    evenement = icalendar.Event()
    evenement.add("uid", f"{s.id}@viesion")
    evenement.add("dtstamp", maintenant)
    evenement.add("sequence", s.version)
    evenement.add("dtstart", s.debut)
    evenement.add("dtend", s.fin)
    evenement.add("summary", s.type_libelle)
    if s.adresse or s.lieu:
        evenement.add("location", s.adresse or s.lieu_libelle)
    evenement.add("class", "PRIVATE")
    evenement.add("transp", "OPAQUE")
    return evenement


def _evenement(e: Activite, maintenant: dt.datetime) -> icalendar.Event:
    """Return an event: whole days are dates (RFC 5545, 3.6.1: the end is the day after)."""
    evenement = icalendar.Event()
    evenement.add("uid", f"{e.id}@viesion")
    evenement.add("dtstamp", maintenant)
    evenement.add("sequence", e.version)
    evenement.add("dtstart", e.jour if e.journee else e.debut)
    evenement.add("dtend", e.dernier_jour + dt.timedelta(days=1) if e.journee else e.fin)
    evenement.add("summary", e.nature_libelle)
    evenement.add("class", "PRIVATE")
    evenement.add("transp", "OPAQUE")
    return evenement
