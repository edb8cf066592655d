"""« Signaler une anomalie »: described, illustrated by a screenshot that one chooses, read again, then sent."""

import base64
import binascii
import re
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromQuery

from viesion_core.anomalies.actions import preparer_anomalie, signaler_anomalie
from viesion_core.anomalies.capture import ACCEPTEES, TAILLE_MAXIMALE, Capture, lire_capture
from viesion_core.anomalies.model import DESCRIPTION_MAXIMALE, Courriel, SaisieAnomalie, Technique
from viesion_core.erreurs import ErreurMetier, ErreurSaisie
from web.formulaire import Formulaire, lire_formulaire
from web.garde import LECTEURS_ASSISTANCE, garder_saisie
from web.page import Page, PageCourante, retour_interne
from web.politiques import CONNECTE, modele_adresse, politique

FORMULAIRE, APERCU = "aide/anomalie.html", "aide/anomalie_apercu.html"
_REFERENCE = re.compile(r"[0-9A-F]{8}")
_BASE64_MAXIMAL = TAILLE_MAXIMALE * 4 // 3 + 8


class AnomalieController(Controller):
    """One form, its preview, and the mail: nothing is kept before it is sent."""

    path = "/aide/anomalie"
    opt = politique(CONNECTE)

    @get()
    async def decrire(
        self, page: PageCourante, ecran: FromQuery[str] = "", reference: FromQuery[str] = ""
    ) -> Response[Any]:
        """Show the form; `ecran` and `reference` are the page that it was opened from."""
        return await Vue(page, ecran, reference).formulaire()

    @post()
    async def suivre(self, page: PageCourante) -> Response[Any]:
        """Show the mail, go back to the form, or send, as the pressed button (`geste`) says."""
        f = await lire_formulaire(page.requete)
        vue = Vue(page, f.texte("ecran", maximum=500), f.texte("reference", maximum=20))
        geste = f.choix("geste", ("modifier", "envoyer", "apercu")) or "apercu"
        try:
            await vue.lire_capture(f)
            if geste == "modifier":
                return await vue.formulaire(saisie=f.brut)
            saisie = vue.lire(f)
            if geste == "envoyer":
                await signaler_anomalie(page.ctx, saisie, vue.technique, assistance=page.settings.adresse_anomalies)
                return page.rediriger(vue.retour, fait="anomalie")
            courriel = await preparer_anomalie(
                page.ctx, saisie, vue.technique, assistance=page.settings.adresse_anomalies
            )
        except ErreurMetier as erreur:
            propre = erreur if isinstance(erreur, ErreurSaisie) else ErreurSaisie({}, erreur.message)
            return await vue.formulaire(erreur=propre, saisie=f.brut)
        return await vue.apercu(courriel, f)


class Vue:
    """The report being written, from the page that it was opened from."""

    def __init__(self, page: Page, ecran: str, reference: str) -> None:
        self.page = page
        self.retour = retour_interne(ecran, "/aide")
        self.capture: Capture | None = None
        chemin = self.retour.partition("?")[0]
        self.numero = (re.match(r"/beneficiaires/([0-9]{1,9})(?:/|$)", chemin) or [None, None])[1]
        self.technique = Technique(
            page=modele_adresse(page.requete.app, chemin),
            reference=reference if _REFERENCE.fullmatch(reference) else "",
            agent=page.requete.headers.get("user-agent", ""),
        )

    async def lire_capture(self, f: Formulaire) -> None:
        """Read the screenshot just chosen, else the one that the form carries; ErreurSaisie when it is none."""
        envoi = f.fichier("capture")
        if envoi is not None:
            self.capture = lire_capture(await envoi.read(TAILLE_MAXIMALE + 1))
        elif (gardee := f.texte("capture_gardee", maximum=_BASE64_MAXIMAL)) and not f.case("retirer_capture"):
            try:
                self.capture = lire_capture(base64.b64decode(gardee, validate=True))
            except binascii.Error:
                raise ErreurSaisie({"capture": "Choisissez de nouveau la capture."}) from None

    def lire(self, f: Formulaire) -> SaisieAnomalie:
        """Read the fields; ErreurSaisie by field, then the guard on the description."""
        saisie = SaisieAnomalie(
            description=f.texte("description", requis="Décrivez l'anomalie.", maximum=DESCRIPTION_MAXIMALE),
            numero=f.entier("numero", minimum=1),
            capture=self.capture,
        )
        f.verifier()
        garder_saisie(f, {"description": LECTEURS_ASSISTANCE})
        return saisie

    async def formulaire(
        self, *, erreur: ErreurSaisie | None = None, saisie: dict[str, Any] | None = None
    ) -> Response[Any]:
        """Show the form, with what was typed and the screenshot that was chosen."""
        donnees = {**self._donnees(), "numero": self.numero, "acceptees": ACCEPTEES, "maximum": TAILLE_MAXIMALE}
        if erreur is not None:
            return await self.page.rendre_erreurs(FORMULAIRE, erreur, saisie or {}, **donnees)
        return await self.page.rendre(FORMULAIRE, saisie=saisie, **donnees)

    async def apercu(self, courriel: Courriel, f: Formulaire) -> Response[Any]:
        """Show the mail as it will leave."""
        return await self.page.rendre(APERCU, courriel=courriel, saisie=f.brut, **self._donnees())

    def _donnees(self) -> dict[str, Any]:
        return {
            "retour": self.retour,
            "technique": self.technique.texte(self.page.ctx),
            "reference_page": self.technique.reference,
            "capture": self.capture,
            "capture_base64": base64.b64encode(self.capture.contenu).decode() if self.capture else "",
        }
