"""What runs beside the screens: mails, convocations and reminders, domain events to plugins, the nightly check.

`viesion worker` runs it, or the demo server.

The tables `courriel` and `evenement` are the queues: nothing is lost at a stop. Several processes may start a
worker: a lease in the base elects one.
"""

import asyncio
import contextlib
import datetime as dt
import logging

from viesion_core.actes import Evenement, livrer_evenements
from viesion_core.alertes.etat import verifier_etats
from viesion_core.contexte import PARIS, contexte_systeme
from viesion_core.convocations.envois import rappeler, tenir_convocations
from viesion_core.courriels.envoi import Transport, TransportDossier, TransportSmtp, envoyer_courriels
from viesion_core.db import verrou
from viesion_core.db.chargement import analyser
from viesion_core.echanges.coffre import sceller_restes
from viesion_core.echanges.depot import traiter_depot
from viesion_core.echanges.envois_fichiers import envoyer, lire_reponses, ranger_sorties
from viesion_core.echanges.liaison import noter_liaison
from viesion_core.echanges.liaison_model import EchecLiaison
from viesion_core.echanges.lots import oublier_lots
from viesion_core.echanges.reconciliation import reconcilier
from viesion_core.echanges.sftp import synchroniser
from viesion_core.echanges.transcription import oublier_coins
from viesion_core.extensions import Registre
from viesion_core.organismes.queries import offres_actives
from viesion_core.parcours.envois import clore_contrats_echus
from viesion_core.reprise.actions import avancer_reprises
from viesion_core.settings import FICHIER, Settings

PERIODE = 1.0
PERIODE_CONVOCATIONS = dt.timedelta(seconds=10)
PERIODE_SFTP = dt.timedelta(minutes=1)
PERIODE_RANGEMENT = dt.timedelta(hours=1)
HEURE_VERIFICATION = 3
"""The hour of Paris from which the state of the alerts and the exchanges are compared, once a day."""
_LOG = logging.getLogger("viesion.worker")


def transport_courriels(settings: Settings) -> Transport:
    """Return how mails leave: SMTP when a server is set, otherwise the demo folder."""
    if settings.smtp_hote:
        return TransportSmtp(
            settings.smtp_hote,
            settings.smtp_port,
            settings.smtp_utilisateur,
            settings.smtp_mot_de_passe,
            settings.smtp_tls,
        )
    return TransportDossier(settings.dossier_courriels)


class Worker:
    """Runs one turn every second while it holds the lease; a turn that fails is logged, the next one comes."""

    def __init__(self, settings: Settings, registre: Registre) -> None:
        self.settings = settings
        self.registre = registre
        self.transport = transport_courriels(settings)
        self._tache: asyncio.Task[None] | None = None
        self._verifie_le: dt.date | None = None
        self._convoque_le: dt.datetime | None = None
        self._transport: asyncio.Task[None] | None = None
        self._transporte_le: dt.datetime | None = None
        self._range_le: dt.datetime | None = None

    async def demarrer(self) -> None:
        """Start the turns in the running event loop."""
        self._tache = asyncio.create_task(self.tourner(), name="viesion-worker")

    async def arreter(self) -> None:
        """Stop, between two writes; nothing happens if it never started."""
        if self._transport is not None:
            self._transport.cancel()
            await asyncio.gather(self._transport, return_exceptions=True)
        if self._tache is None:
            return
        self._tache.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._tache
        self._tache = None

    async def tourner(self) -> None:
        """Turn until cancelled."""
        while True:
            try:
                async with verrou("worker") as bail:
                    if bail:
                        await self._sceller()
                    while bail:
                        await self.tour(dt.datetime.now(dt.UTC))
                        await asyncio.sleep(PERIODE)
            except Exception:
                _LOG.exception("a turn of the worker failed")
            await asyncio.sleep(PERIODE)

    async def tour(self, maintenant: dt.datetime) -> int:
        """Send what is due and deliver the events; return how many things were done."""
        convoques = await self._convoquer(maintenant)
        partis = convoques + await envoyer_courriels(self.transport, self.settings.expediteur, maintenant)
        faits = partis + await livrer_evenements(self._livrer, maintenant)
        faits += await self._echanger(maintenant)
        return faits + await self._verifier(maintenant)

    async def _echanger(self, maintenant: dt.datetime) -> int:
        """Take the files that partners have laid, and the next lines of a reprise; who waits is tried at each turn."""
        self._transporter(maintenant)
        pris = await traiter_depot(
            contexte_systeme(maintenant),
            self.settings.dossier_echanges,
            self.registre.flux(),
            secret=self.settings.secret,
            cles=self.settings.cle_echanges,
        )
        reglages = self.settings
        repris = await avancer_reprises(
            maintenant, reglages.dossier_echanges, secret=reglages.secret, cles=reglages.cle_echanges
        )
        return repris + sum(not fait.attend for fait in pris) + await self._envoyer(maintenant)

    def _transporter(self, maintenant: dt.datetime) -> None:
        """Every minute, exchange the files with the SFTP server when there is one: beside the turns, which go on."""
        en_cours = self._transport is not None and not self._transport.done()
        recent = self._transporte_le is not None and dt.timedelta() <= maintenant - self._transporte_le < PERIODE_SFTP
        if not self.settings.sftp_hote or en_cours or recent:
            return
        self._transporte_le = maintenant
        self._transport = asyncio.create_task(self._synchroniser(), name="viesion-sftp")

    async def _synchroniser(self) -> None:
        try:
            bilan, erreur = await synchroniser(self.settings), ""
        except EchecLiaison as echec:  # the files stay where they are: the next minute tries again
            _LOG.error("the files were not exchanged: %s", echec)
            bilan, erreur = echec.bilan, str(echec.panne)
        await noter_liaison(dt.datetime.now(dt.UTC), bilan, erreur)

    async def _envoyer(self, maintenant: dt.datetime) -> int:
        """Read what partners answered, then send them what is due; nothing without a plugin that words it."""
        flux = self.registre.envois()
        if not flux:
            return 0
        par_fichier = [f for f in flux if self.settings.part_par(f.code, FICHIER)]
        ctx, dossier = contexte_systeme(maintenant), self.settings.dossier_echanges
        lues = await lire_reponses(ctx, dossier, self.settings.cle_echanges)
        if self._range_le is None or not dt.timedelta() <= maintenant - self._range_le < PERIODE_RANGEMENT:
            self._range_le = maintenant
            await ranger_sorties(ctx, dossier, self.settings.cle_echanges)
        return lues + await envoyer(ctx, dossier, par_fichier)

    async def _convoquer(self, maintenant: dt.datetime) -> int:
        """Queue the convocations and reminders that are due; looked at every few seconds, not at each turn."""
        if self._convoque_le is not None and dt.timedelta() <= maintenant - self._convoque_le < PERIODE_CONVOCATIONS:
            return 0
        self._convoque_le = maintenant
        deposes = await tenir_convocations(maintenant, self.settings.expediteur)
        return deposes + await rappeler(maintenant, self.settings.url_publique)

    async def _sceller(self) -> None:
        """Encrypt what an earlier version kept in clear; delete what a stop left of batches and transcriptions.

        A file that cannot be is named, and the turns come.
        """
        try:
            await asyncio.to_thread(sceller_restes, self.settings.dossier_echanges, self.settings.cle_echanges)
            avant = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
            await asyncio.to_thread(oublier_lots, self.settings.dossier_echanges, avant)
            await asyncio.to_thread(oublier_coins, self.settings.dossier_echanges, avant)
        except OSError:
            _LOG.exception("files of partners are still kept in clear")

    async def _verifier(self, maintenant: dt.datetime) -> int:
        """Compare the state of the alerts at the first turn of the night; return how many dossiers were mended.

        The engine counts its rows first, so that its plans follow a base that grows.
        The contracts whose last day has passed are told to the partners as ended, then the exchanges are compared.
        A worker that starts in the day waits for the next night: the check reads every dossier.
        """
        ici = maintenant.astimezone(PARIS)
        if ici.hour != HEURE_VERIFICATION or self._verifie_le == ici.date():
            return 0
        self._verifie_le = ici.date()
        await analyser()
        clos = await clore_contrats_echus(contexte_systeme(maintenant))
        await reconcilier(contexte_systeme(maintenant), self.settings.dossier_echanges)
        return clos + await verifier_etats()

    async def _livrer(self, evenement: Evenement) -> str:
        """Ask every plugin enabled for the organism; return what failed, so that the event is tried again."""
        jour = dt.datetime.now(dt.UTC).date()
        offres = await offres_actives(evenement.organisme, jour) if evenement.organisme else []
        return await self.registre.annoncer(
            {offre.offre for offre in offres}, evenement.nom, evenement.beneficiaire, evenement.donnees
        )
