"""Notes of the référents, and the dossiers that each has opened lately."""

import datetime as dt
from collections.abc import Sequence

from viesion_core.demo.lot import Lot
from viesion_core.demo.model import Compte, Parametres, Personne, alea, entre, identifiant, jours, mots
from viesion_core.demo.organismes import Monde
from viesion_core.dossiers.tables import Consultation
from viesion_core.notes.tables import Note

_NOTES_PAR_PERSONNE = 13_000 / 45_000
_RECENTS = 8


def ecrire_notes(p: Parametres, monde: Monde, personnes: Sequence[Personne], lot: Lot) -> None:
    """Write the notes: two out of three are done; the demo accounts have some to do today and this week."""
    r = alea(p.graine, "notes")
    m = mots()
    for personne in personnes:
        if personne.active and personne.referent and r.random() < _NOTES_PAR_PERSONNE * 3.2:
            recul = entre(r, 1, 300)
            faite = r.random() < 0.66
            _note(
                lot,
                personne.referent,
                m.phrases["note"][entre(r, 0, len(m.phrases["note"]) - 1)],
                numero=personne.numero,
                recul=recul,
                rappel=None if r.random() < 0.5 else p.aujourdhui + jours(entre(r, -3, 21)),
                partagee=r.random() < 0.25,
                faite=p.aujourdhui - jours(entre(r, 0, recul)) if faite else None,
            )
    for nom, compte in monde.demo.items():
        if nom != "admin":
            actives = [personne for personne in personnes if personne.active and personne.referent]
            siennes = [x for x in actives if x.referent is compte]
            proches = [x for x in actives if x.referent and x.referent.organisme is compte.organisme]
            _notes_demo(p, compte, siennes or proches or actives[:3], lot)


def ecrire_consultations(p: Parametres, monde: Monde, personnes: Sequence[Personne], lot: Lot) -> None:
    """Write « Bénéficiaires récents »: the last eight dossiers of each account that follows people."""
    par_compte: dict[int, list[Personne]] = {}
    for personne in personnes:
        if personne.active and personne.referent is not None:
            par_compte.setdefault(id(personne.referent), []).append(personne)
    actives = [personne for personne in personnes if personne.active]
    organisme = monde.demo["directeur"].organisme
    vus = {
        monde.demo["directeur"].id: [x for x in actives if x.referent and x.referent.organisme is organisme],
        monde.demo["pilote"].id: actives,
    }
    for compte in monde.comptes:
        dossiers = vus.get(compte.id) or par_compte.get(id(compte), [])
        r = alea(p.graine, f"recents/{compte.id}")
        instant = p.maintenant - dt.timedelta(minutes=entre(r, 15, 90))
        for personne in dossiers[:_RECENTS] if compte.actif else ():
            ligne = {
                "id": identifiant(r),
                "utilisateur": compte.id,
                "beneficiaire": personne.numero,
                "vue_le": instant,
            }
            lot.ajouter(Consultation, ligne)
            instant -= dt.timedelta(minutes=entre(r, 20, 600))


def _notes_demo(p: Parametres, compte: Compte, personnes: Sequence[Personne], lot: Lot) -> None:
    r = alea(p.graine, f"notes/{compte.identifiant}")
    m = mots()
    for rang in range(3):
        if rang < len(personnes):
            _note(
                lot,
                compte,
                m.phrases["note"][(rang * 3 + 1) % len(m.phrases["note"])],
                numero=personnes[-1 - rang].numero,
                recul=entre(r, 1, 9),
                rappel=p.aujourdhui + jours(rang * 2),
                partagee=False,
                faite=None,
            )
    for rang, texte in enumerate(m.phrases["note_generale"][:2]):
        _note(
            lot,
            compte,
            texte,
            numero=None,
            recul=rang + 1,
            rappel=p.aujourdhui + jours(1) if rang else None,
            partagee=rang == 0,
            faite=None,
        )


def _note(
    lot: Lot,
    compte: Compte,
    texte: str,
    *,
    numero: int | None,
    recul: int,
    rappel: dt.date | None,
    partagee: bool,
    faite: dt.date | None,
) -> None:
    r = alea(lot.p.graine, f"note/{compte.identifiant}", len(lot.lignes[Note]))
    lot.ajouter(
        Note,
        {
            "id": identifiant(r),
            "auteur": compte.id,
            "organisme": compte.organisme.id,
            "beneficiaire": numero,
            "texte": texte,
            "rappel_le": rappel,
            "partagee": partagee,
            "faite_le": faite,
            "created_at": lot.p.maintenant - dt.timedelta(days=recul, minutes=entre(r, 0, 300)),
            "version": 1,
        },
    )
