"""Convocations and reminders on both engines: once each, in step with the entretien, read back as a calendar does."""

import asyncio
import datetime as dt
import email
import email.message
import email.policy
import pathlib
import uuid

import icalendar
import msgspec
import pytest

from tests.entretiens.aides import ouvrir_etape, paris, une_saisie
from viesion_core.actes import annuler_acte
from viesion_core.contexte import Contexte
from viesion_core.convocations.actions import convoquer, recueillir_accord, regler_rappel, retirer_accord
from viesion_core.convocations.envois import rappeler, tenir_convocations
from viesion_core.convocations.queries import accord_de, convocations_de
from viesion_core.courriels.actions import deposer_courriel
from viesion_core.courriels.envoi import TransportDossier, envoyer_courriels
from viesion_core.db import compter_requetes, executer, lire, lire_valeur, transaction
from viesion_core.entretiens.actions import creer_entretien, deplacer_entretien, realiser_entretien
from viesion_core.entretiens.queries import entretiens_page
from viesion_core.erreurs import ErreurMetier, Interdit, Introuvable
from viesion_core.extensions import Registre
from viesion_core.settings import Settings
from viesion_core.testing import MAINTENANT, Monde
from viesion_core.worker import Worker

EXPEDITEUR = "VieSion <ne-pas-repondre@viesion.test>"
UNE_MINUTE = dt.timedelta(minutes=1)
ADRESSE = "alix.exemple@exemple.test"


def plus_tard(ctx: Contexte, minutes: int) -> Contexte:
    return msgspec.structs.replace(ctx, maintenant=ctx.maintenant + minutes * UNE_MINUTE)


async def personne(monde: Monde, *, accepte: bool = True, nom: str = "Exemple") -> int:
    numero, dispositif = await monde.dossier(nom=nom)
    await ouvrir_etape(monde, numero, dispositif)
    async with transaction():
        await executer("UPDATE beneficiaire SET courriel = {} WHERE numero = {}", ADRESSE, numero)
        await executer("UPDATE organisme SET telephone = '04 00 00 00 00', adresse = '1 rue du Lac'")
    if accepte:
        await recueillir_accord(monde.referent, numero)
    return numero


async def prevoir(monde: Monde, numero: int, quand: str = "2026-12-01 10:00", **autres: object) -> uuid.UUID:
    etape = await lire_valeur("SELECT id FROM etape WHERE beneficiaire = {}", numero)
    saisie = une_saisie(monde.referent, quand, duree=30, etape=etape, **autres)
    await creer_entretien(monde.referent, numero, saisie, confirme=True)
    fiches, _ = await entretiens_page(monde.referent, numero)
    return next(f.id for f in fiches if f.debut == saisie.debut)


def fichiers(dossier: pathlib.Path) -> set[pathlib.Path]:
    return set(dossier.glob("*.eml"))


async def partir(dossier: pathlib.Path, minutes: int) -> list[email.message.EmailMessage]:
    """Turn the worker some minutes after the reference instant; return the mails that this turn wrote."""
    deja = fichiers(dossier)
    maintenant = MAINTENANT + minutes * UNE_MINUTE
    await tenir_convocations(maintenant, EXPEDITEUR)
    await envoyer_courriels(TransportDossier(dossier), EXPEDITEUR, maintenant)
    nouveaux = sorted(fichiers(dossier) - deja)
    return [_lu(fichier) for fichier in nouveaux]


def _lu(fichier: pathlib.Path) -> email.message.EmailMessage:
    message = email.message_from_bytes(fichier.read_bytes(), policy=email.policy.default)
    assert isinstance(message, email.message.EmailMessage)
    return message


def texte(message: email.message.EmailMessage) -> str:
    corps = message.get_body(("plain",))
    assert corps is not None
    return str(corps.get_content())


def calendrier(message: email.message.EmailMessage) -> icalendar.Calendar:
    """Return the invitation of a mail: the part beside the text (Outlook) and the attachment (the others) agree."""
    parties = [p for p in message.walk() if p.get_content_type() == "text/calendar"]
    (piece,) = message.iter_attachments()
    assert piece.get_filename() == "rendez-vous.ics"
    (partie,) = parties
    joint, lu = (icalendar.Calendar.from_ical(x.get_payload(decode=True)) for x in (piece, partie))
    assert joint.to_ical() == lu.to_ical()
    assert partie.get_param("method") == str(lu["method"])
    assert partie.get_content_charset() == "utf-8"
    lu.validate()
    assert not lu.errors
    assert isinstance(lu, icalendar.Calendar)
    return lu


async def test_la_convocation_part_puis_suit_l_entretien(monde: Monde, tmp_path: pathlib.Path) -> None:
    numero = await personne(monde)
    cle = await prevoir(monde, numero, lieu="INDIVIDUEL_PHYSIQUE_DANS_LES_LOCAUX_DE_L")
    await convoquer(monde.referent, numero, cle)
    assert await partir(tmp_path, 0) == []
    (premier,) = await partir(tmp_path, 1)
    assert premier["To"] == ADRESSE
    assert premier["Subject"] == "Rendez-vous : mardi 1er décembre 2026 à 10\u00a0h"
    assert "Association Exemple, 1 rue du Lac" in texte(premier)
    assert "04 00 00 00 00" in texte(premier)
    for personnel in ("Exemple Camille", "EXEMPLE", "Camille", "RSA", f"dossier {numero}"):
        assert personnel not in texte(premier)
    lu = calendrier(premier)
    (evenement,) = lu.events
    assert (str(lu["method"]), int(evenement["sequence"]), str(evenement["status"])) == ("REQUEST", 0, "CONFIRMED")
    assert (evenement.start, evenement.end) == (paris("2026-12-01 10:00"), paris("2026-12-01 10:30"))
    assert str(evenement["organizer"]) == "mailto:ne-pas-repondre@viesion.test"
    assert str(evenement["attendee"]) == f"mailto:{ADRESSE}"
    assert evenement["attendee"].params["RSVP"] == "FALSE"
    assert await partir(tmp_path, 2) == []

    await deplacer_entretien(plus_tard(monde.referent, 3), numero, cle, paris("2026-12-02 14:00"), version=1)
    assert await partir(tmp_path, 3) == []
    (deplace,) = await partir(tmp_path, 5)
    assert deplace["Subject"] == "Rendez-vous déplacé : mercredi 2 décembre 2026 à 14\u00a0h"
    assert "mardi 1er décembre 2026 à 10\u00a0h" in texte(deplace)
    (suite,) = calendrier(deplace).events
    assert (suite["uid"], int(suite["sequence"])) == (evenement["uid"], 1)
    assert suite.start == paris("2026-12-02 14:00")

    await realiser_entretien(plus_tard(monde.referent, 6), numero, cle, "ANNULE_STR", version=2)
    (annule,) = await partir(tmp_path, 8)
    assert annule["Subject"] == "Rendez-vous annulé : mercredi 2 décembre 2026 à 14\u00a0h"
    fin = calendrier(annule)
    (retire,) = fin.events
    assert (str(fin["method"]), int(retire["sequence"]), str(retire["status"])) == ("CANCEL", 2, "CANCELLED")
    assert retire["uid"] == evenement["uid"]
    assert await partir(tmp_path, 60) == []


async def test_ce_qui_est_annule_dans_la_minute_ne_part_pas(monde: Monde, tmp_path: pathlib.Path) -> None:
    numero = await personne(monde)
    cle = await prevoir(monde, numero)
    fait = await convoquer(monde.referent, numero, cle)
    await annuler_acte(monde.referent, fait.id)
    assert await partir(tmp_path, 5) == []
    await convoquer(plus_tard(monde.referent, 6), numero, cle)
    assert len(await partir(tmp_path, 8)) == 1
    geste = await deplacer_entretien(plus_tard(monde.referent, 9), numero, cle, paris("2026-12-03 09:00"), version=1)
    await annuler_acte(plus_tard(monde.referent, 9), geste.id)
    assert await partir(tmp_path, 12) == []
    with pytest.raises(ErreurMetier, match="déjà demandée"):
        await convoquer(plus_tard(monde.referent, 13), numero, cle)


async def test_un_report_deplace_l_invitation_et_une_suppression_l_annule(monde: Monde, tmp_path: pathlib.Path) -> None:
    numero = await personne(monde)
    cle = await prevoir(monde, numero)
    await convoquer(monde.referent, numero, cle)
    (premier,) = await partir(tmp_path, 1)
    plus = plus_tard(monde.referent, 2)
    etape = await lire_valeur("SELECT id FROM etape WHERE beneficiaire = {}", numero)
    report = await creer_entretien(
        plus, numero, une_saisie(plus, "2026-12-04 11:00", etape=etape), reporte_de=cle, version_reportee=1
    )
    (deplace,) = await partir(tmp_path, 4)
    avant, apres = calendrier(premier).events[0], calendrier(deplace).events[0]
    assert (apres["uid"], int(apres["sequence"]), apres.start) == (avant["uid"], 1, paris("2026-12-04 11:00"))
    nouveau = next(iter(await convocations_de(monde.referent, numero)))
    assert nouveau != cle
    await annuler_acte(plus_tard(monde.referent, 5), report.id)
    (annule,) = await partir(tmp_path, 7)
    assert str(calendrier(annule)["method"]) == "CANCEL"
    # The entretien is planned again: the référent convokes afresh.
    await convoquer(plus_tard(monde.referent, 8), numero, cle)
    (encore,) = await partir(tmp_path, 10)
    assert str(calendrier(encore)["method"]) == "REQUEST"


async def test_une_convocation_annulee_se_redemande_avec_un_numero_plus_haut(
    monde: Monde, tmp_path: pathlib.Path
) -> None:
    numero = await personne(monde)
    cle = await prevoir(monde, numero)
    await convoquer(monde.referent, numero, cle)
    await partir(tmp_path, 1)
    annulation = await realiser_entretien(plus_tard(monde.referent, 2), numero, cle, "ANNULE_STR", version=1)
    await partir(tmp_path, 4)
    await annuler_acte(plus_tard(monde.referent, 5), annulation.id)
    await convoquer(plus_tard(monde.referent, 6), numero, cle)
    (encore,) = await partir(tmp_path, 8)
    lu = calendrier(encore)
    assert (str(lu["method"]), int(lu.events[0]["sequence"])) == ("REQUEST", 2)


async def test_sans_accord_ni_adresse_rien_ne_part(monde: Monde, tmp_path: pathlib.Path) -> None:
    numero = await personne(monde, accepte=False)
    cle = await prevoir(monde, numero)
    with pytest.raises(ErreurMetier, match="accepté"):
        await convoquer(monde.referent, numero, cle)
    note = await recueillir_accord(monde.collegue, numero)
    assert (await accord_de(monde.referent, numero)).complet
    with pytest.raises(ErreurMetier, match="déjà noté"):
        await recueillir_accord(monde.referent, numero)
    await convoquer(monde.referent, numero, cle)
    await retirer_accord(monde.referent, numero, version=1)
    assert await partir(tmp_path, 5) == []
    assert not (await accord_de(monde.referent, numero)).complet
    with pytest.raises(ErreurMetier):
        await annuler_acte(monde.collegue, note.id)
    sans, _ = await monde.dossier(nom="Sans")
    with pytest.raises(ErreurMetier, match="pas d'adresse"):
        await recueillir_accord(monde.referent, sans)


async def test_la_convocation_reste_chez_soi(monde: Monde) -> None:
    numero = await personne(monde)
    cle = await prevoir(monde, numero)
    for ctx, refus in ((monde.autre_referent, Introuvable), (monde.pilote, Interdit), (monde.administrateur, Interdit)):
        with pytest.raises(refus):
            await convoquer(ctx, numero, cle)
        with pytest.raises(refus):
            await recueillir_accord(ctx, numero)
    await convoquer(monde.referent, numero, cle)
    assert await convocations_de(monde.autre_referent, numero) == {}
    assert await accord_de(monde.autre_referent, numero) == await accord_de(monde.administrateur, 999_999)


async def test_le_rappel_part_la_veille_une_fois_quoi_qu_il_arrive(monde: Monde, tmp_path: pathlib.Path) -> None:
    numero, refuse = await personne(monde), await personne(monde, accepte=False, nom="Refuse")
    cle = await prevoir(monde, numero, "2026-11-25 10:30")
    await prevoir(monde, refuse, "2026-11-25 11:30")
    await prevoir(monde, numero, "2026-11-26 10:30")
    assert await rappeler(paris("2026-11-24 08:59"), "https://viesion.test") == 0
    assert await rappeler(paris("2026-11-24 20:00"), "https://viesion.test") == 0
    a_neuf_heures = paris("2026-11-24 09:00")
    faits = await asyncio.gather(*(rappeler(a_neuf_heures, "https://viesion.test") for _ in range(4)))
    assert sum(faits) == 1
    await asyncio.gather(*(envoyer_courriels(TransportDossier(tmp_path), EXPEDITEUR, a_neuf_heures) for _ in range(4)))
    (fichier,) = fichiers(tmp_path)
    message = _lu(fichier)
    assert message["Subject"] == "Rappel : rendez-vous demain à 10\u00a0h\u00a030"
    assert "mercredi 25 novembre 2026 à 10\u00a0h\u00a030 (30\u00a0min), avec Association Exemple" in texte(message)
    assert "Camille" not in texte(message)
    # Moved within the same day: the hour that was told is no longer the right one.
    await deplacer_entretien(monde.referent, numero, cle, paris("2026-11-25 16:00"), version=1)
    assert await rappeler(paris("2026-11-24 18:00"), "https://viesion.test") == 1
    assert await rappeler(paris("2026-11-24 18:01"), "https://viesion.test") == 0


async def test_le_referent_qui_le_demande_recoit_sa_journee(monde: Monde) -> None:
    numero = await personne(monde, accepte=False)
    await prevoir(monde, numero, "2026-11-25 14:00")
    await prevoir(monde, numero, "2026-11-25 09:15")
    assert await rappeler(MAINTENANT, "https://viesion.test") == 0
    await regler_rappel(monde.referent, voulu=True)
    await regler_rappel(monde.collegue, voulu=True)
    faits = await asyncio.gather(*(rappeler(MAINTENANT, "https://viesion.test/") for _ in range(3)))
    assert sum(faits) == 1
    (ligne,) = await lire("SELECT destinataire, sujet, texte FROM courriel")
    assert ligne["destinataire"] == "alix@exemple.test"
    assert ligne["sujet"] == "2 rendez-vous demain, mercredi 25 novembre 2026"
    assert ligne["texte"].index("9\u00a0h\u00a015") < ligne["texte"].index("14\u00a0h, Entretien d'accueil")
    assert "https://viesion.test/agenda?vue=jour&date=2026-11-25" in ligne["texte"]
    assert "Camille" not in ligne["texte"]
    await regler_rappel(monde.referent, voulu=False)
    with pytest.raises(Interdit):
        await regler_rappel(monde.pilote, voulu=True)


async def test_deux_ouvriers_n_envoient_pas_deux_fois_et_un_arret_rend_le_courriel(
    monde: Monde, tmp_path: pathlib.Path
) -> None:
    partis: list[str] = []

    class Lent:
        async def envoyer(self, message: email.message.EmailMessage) -> None:
            await asyncio.sleep(0.01)
            partis.append(str(message["Message-ID"]))

    class Coupe:
        async def envoyer(self, message: email.message.EmailMessage) -> None:
            raise asyncio.CancelledError

    async with transaction():
        for n in range(3):
            await deposer_courriel(f"a{n}@exemple.test", "Essai", "Texte", MAINTENANT)
    with pytest.raises(asyncio.CancelledError):
        await envoyer_courriels(Coupe(), EXPEDITEUR, MAINTENANT)
    await asyncio.gather(*(envoyer_courriels(Lent(), EXPEDITEUR, MAINTENANT) for _ in range(3)))
    assert len(partis) == len(set(partis)) == 2
    assert await envoyer_courriels(Lent(), EXPEDITEUR, MAINTENANT + 5 * UNE_MINUTE) == 1
    assert len(set(partis)) == 3


async def test_un_courriel_perime_ne_part_plus(monde: Monde, tmp_path: pathlib.Path) -> None:
    async with transaction():
        await deposer_courriel("a@exemple.test", "Rappel", "Demain", MAINTENANT, expire_le=MAINTENANT + UNE_MINUTE)
    assert await envoyer_courriels(TransportDossier(tmp_path), EXPEDITEUR, MAINTENANT + UNE_MINUTE) == 0
    assert await lire_valeur("SELECT count(*) FROM courriel") == 0


async def test_le_tour_de_l_ouvrier_fait_tout_et_peu_de_requetes(monde: Monde, tmp_path: pathlib.Path) -> None:
    numero = await personne(monde)
    await convoquer(monde.referent, numero, await prevoir(monde, numero))
    await prevoir(monde, numero, "2026-11-25 14:00")
    async with transaction():
        await executer("UPDATE evenement SET livre_le = {}", MAINTENANT)
    ouvrier = Worker(Settings(donnees=tmp_path), Registre.composer([]))
    await ouvrier.tour(MAINTENANT + UNE_MINUTE)
    assert len(fichiers(tmp_path / "courriels")) == 2
    with compter_requetes() as compte:
        await ouvrier.tour(MAINTENANT + 2 * UNE_MINUTE)
    au_repos = compte.nombre
    with compter_requetes() as compte:
        await ouvrier.tour(MAINTENANT + 2 * UNE_MINUTE + dt.timedelta(seconds=5))
    assert compte.nombre == au_repos - 3
    assert len(fichiers(tmp_path / "courriels")) == 2
