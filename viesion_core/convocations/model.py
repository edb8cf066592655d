"""What a convocation and a reminder say: the mail, and the invitation that a calendar understands. Pure."""

import datetime as dt
import uuid
from collections.abc import Sequence

import icalendar
import msgspec

from viesion_core.contexte import PARIS
from viesion_core.formats import date_longue, heure
from viesion_core.formats import duree as en_duree
from viesion_core.nomenclatures.model import libelle

QUIETUDE = dt.timedelta(minutes=1)
"""How long an entretien must have stayed as it is before its mail leaves: the time to undo."""
HEURES_RAPPEL = range(9, 20)
"""The hours of Paris at which reminders of the next day leave."""
REQUEST, CANCEL = "REQUEST", "CANCEL"
ANNULES = frozenset({"REPORTE", "ANNULE_STR"})
_FIN = "Ce message est envoyé automatiquement : n'y répondez pas.\n"


class Envoi(msgspec.Struct, frozen=True, kw_only=True):
    """A convocation to send: what it says now, beside what it said last (`avant`, None the first time).

    `debut` is UTC, `duree` in minutes; `annule`: the entretien is cancelled, gone, or postponed without another date.
    `suivant`: the entretien that replaces it. `titre` is the title of an atelier, "" for an entretien.
    """

    entretien: uuid.UUID
    beneficiaire: int
    uid: uuid.UUID
    sequence: int
    debut: dt.datetime
    duree: int
    lieu: str
    vecteur: str
    adresse: str
    titre: str
    organisme_nom: str
    organisme_adresse: str
    telephone: str
    courriel: str
    accepte: bool
    version: int
    avant: dt.datetime | None = None
    annule: bool = False
    suivant: uuid.UUID | None = None

    @property
    def methode(self) -> str:
        """REQUEST, also for a move, or CANCEL (RFC 5546)."""
        return CANCEL if self.annule else REQUEST

    @property
    def ou(self) -> str:
        """Where to come, as the person can read it; "" when nobody said."""
        return lieu_dit(self.lieu, self.vecteur, self.adresse, self.organisme_nom, self.organisme_adresse)


class RendezVousDemain(msgspec.Struct, frozen=True, kw_only=True):
    """An entretien of the next day, for its reminder. `debut` is UTC, `duree` in minutes."""

    entretien: uuid.UUID
    debut: dt.datetime
    duree: int
    lieu: str
    vecteur: str
    adresse: str
    type: str
    organisme_nom: str
    organisme_adresse: str
    telephone: str
    courriel: str

    @property
    def ou(self) -> str:
        """Where to come; "" when nobody said."""
        return lieu_dit(self.lieu, self.vecteur, self.adresse, self.organisme_nom, self.organisme_adresse)


def lieu_dit(lieu: str, vecteur: str, adresse: str, organisme: str, organisme_adresse: str) -> str:
    """Return the place as the person is told it: an address if one is known, else what the lists of the form say."""
    if adresse:
        return adresse
    if lieu == "INDIVIDUEL_A_DISTANCE" or vecteur in ("TELEPHONE", "VISIOCONFERENCE"):
        return libelle("VECTEUR", vecteur) if vecteur not in ("", "PHYSIQUE") else "À distance"
    if lieu == "INDIVIDUEL_A_DOMICILE":
        return "À votre domicile"
    if lieu in ("INDIVIDUEL_PHYSIQUE_DANS_LES_LOCAUX_DE_L", "COLLECTIF_DANS_LES_LOCAUX"):
        return ", ".join(morceau for morceau in (organisme, organisme_adresse) if morceau)
    return ""


def courriel_de(envoi: Envoi) -> tuple[str, str]:
    """Return the subject and the text of a convocation, of its move, of its cancellation: no name, no reason."""
    quand = f"{date_longue(envoi.debut)} à {heure(envoi.debut)}"
    quoi = f"« {envoi.titre} », " if envoi.titre else ""
    if envoi.annule:
        avant = envoi.avant or envoi.debut
        sujet = f"Rendez-vous annulé : {date_longue(avant)} à {heure(avant)}"
        corps = f"Le rendez-vous du {date_longue(avant)} à {heure(avant)} avec {envoi.organisme_nom} est annulé.\n"
    elif envoi.avant is not None and envoi.avant != envoi.debut:
        sujet = f"Rendez-vous déplacé : {quand}"
        corps = (
            f"Le rendez-vous du {date_longue(envoi.avant)} à {heure(envoi.avant)} avec {envoi.organisme_nom} est "
            f"déplacé.\n\nNouvelle date : {quand} ({en_duree(envoi.duree)}).\n{_ou(envoi.ou)}"
        )
    else:
        # Told already, at the same hour: its place, its length or the title of the atelier is another one.
        sujet = f"Rendez-vous{' modifié' if envoi.avant else ''} : {quand}"
        annonce = "Votre rendez-vous avec {} est modifié" if envoi.avant else "Vous avez rendez-vous avec {}"
        corps = f"{annonce.format(envoi.organisme_nom)} :\n\n{quoi}{quand} ({en_duree(envoi.duree)}).\n{_ou(envoi.ou)}"
    return sujet, f"Bonjour,\n\n{corps}{_empechement(envoi.telephone)}\n{_FIN}"


def rappel_personne(rdv: RendezVousDemain) -> tuple[str, str]:
    """Return the subject and the text of the reminder to the person: no name, no reason."""
    return (
        f"Rappel : rendez-vous demain à {heure(rdv.debut)}",
        f"Bonjour,\n\nVous avez rendez-vous demain, {date_longue(rdv.debut)} à {heure(rdv.debut)} "
        f"({en_duree(rdv.duree)}), avec {rdv.organisme_nom}.\n{_ou(rdv.ou)}{_empechement(rdv.telephone)}\n{_FIN}",
    )


def rappel_referent(lignes: Sequence[tuple[dt.datetime, int, str]], url: str) -> tuple[str, str]:
    """Return the subject and the text of a référent's reminder: hours and kinds, never who; `url`: the public one.

    `lignes`: start (UTC), minutes, kind; at least one.
    """
    jour = date_longue(lignes[0][0])
    liste = "".join(f"- {heure(debut)}, {quoi} ({en_duree(minutes)})\n" for debut, minutes, quoi in lignes)
    lien = f"{url.rstrip('/')}/agenda?vue=jour&date={lignes[0][0].astimezone(PARIS).date().isoformat()}"
    nombre = f"{len(lignes)} rendez-vous"
    return f"{nombre} demain, {jour}", f"Bonjour,\n\nDemain, {jour} :\n\n{liste}\nVotre agenda : {lien}\n"


def invitation(envoi: Envoi, expediteur: str, maintenant: dt.datetime) -> str:
    """Return the iCalendar object of a convocation (RFC 5545, 5546): one event, its organizer, its attendee.

    `expediteur` is the address that the mail comes from: Outlook takes an update from the organizer only.
    """
    calendrier = icalendar.Calendar()
    calendrier.add("prodid", "-//VieSion//Convocation//FR")
    calendrier.add("version", "2.0")
    calendrier.add("calscale", "GREGORIAN")
    calendrier.add("method", envoi.methode)
    evenement = icalendar.Event()
    evenement.add("uid", f"{envoi.uid}@viesion")
    evenement.add("dtstamp", maintenant)
    evenement.add("sequence", envoi.sequence)
    evenement.add("dtstart", envoi.debut)
    evenement.add("dtend", envoi.debut + dt.timedelta(minutes=envoi.duree))
    evenement.add("summary", f"Rendez-vous, {envoi.organisme_nom}")
    if envoi.ou:
        evenement.add("location", envoi.ou)
    evenement.add("organizer", f"mailto:{expediteur}", parameters={"CN": envoi.organisme_nom})
    evenement.add(
        "attendee",
        f"mailto:{envoi.courriel}",
        parameters={"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "FALSE"},
    )
    evenement.add("status", "CANCELLED" if envoi.annule else "CONFIRMED")
    evenement.add("class", "PRIVATE")
    evenement.add("transp", "OPAQUE")
    calendrier.add_component(evenement)
    return bytes(calendrier.to_ical()).decode()


def _ou(lieu: str) -> str:
    return f"Lieu : {lieu}\n" if lieu else ""


def _empechement(telephone: str) -> str:
    return f"\nUn empêchement ? Appelez le {telephone}.\n" if telephone else "\n"
