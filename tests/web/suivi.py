"""A dossier under way, for the screens of entretiens, difficultés and sortie: its days are counted from the clock."""

import datetime as dt
import uuid
from typing import Any, Literal

import msgspec
from playwright.async_api import Browser, Page

from tests.entretiens.aides import ouvrir_etape
from tests.navigateur import BUREAU, ouvrir_contexte, surveiller
from tests.serveur import Serveur
from viesion_core.actes import acte
from viesion_core.contexte import PARIS, Contexte
from viesion_core.entretiens.actions import creer_entretien
from viesion_core.entretiens.model import Saisie
from viesion_core.entretiens.queries import entretiens_page
from viesion_core.parcours.tables import Affectation
from viesion_core.testing import Monde
from web.securite import maintenant


class Suivi(msgspec.Struct):
    """A person, her open étape MOS since 100 days, and her référent at the hour of the screens."""

    numero: int
    dispositif: uuid.UUID
    etape: uuid.UUID
    ctx: Contexte

    @property
    def base(self) -> str:
        return f"/beneficiaires/{self.numero}"

    @property
    def aujourdhui(self) -> dt.date:
        return self.ctx.aujourdhui

    def le(self, jours: int, heure: str = "10:00") -> dt.datetime:
        """The instant of that hour (Paris), some days from today."""
        jour = self.aujourdhui + dt.timedelta(days=jours)
        return dt.datetime.combine(jour, dt.time.fromisoformat(heure), tzinfo=PARIS).astimezone(dt.UTC)

    def date(self, jours: int) -> str:
        return f"{self.aujourdhui + dt.timedelta(days=jours):%d/%m/%Y}"

    async def entretien(self, jours: int, heure: str = "10:00", **autres: Any) -> uuid.UUID:
        """Save an entretien of the étape; return its id."""
        valeurs = {"type": "SUIVI", "collaborateur": self.ctx.utilisateur, "etape": self.etape, **autres}
        saisie = Saisie(debut=self.le(jours, heure), dispositif=self.dispositif, **valeurs)
        await creer_entretien(self.ctx, self.numero, saisie, confirme=True)
        fiches, _ = await entretiens_page(self.ctx, self.numero)
        return next(f.id for f in fiches if f.debut == saisie.debut)


def a_l_heure(ctx: Contexte) -> Contexte:
    """The same user at the hour of the screens, which read the clock."""
    return msgspec.structs.replace(ctx, maintenant=maintenant())


async def ouvrir_suivi(monde: Monde, *, avec_referent: bool = False) -> Suivi:
    """Open a dossier with its étape, 100 days ago."""
    ctx = a_l_heure(monde.referent)
    debut = ctx.aujourdhui - dt.timedelta(days=100)
    numero, dispositif = await monde.dossier(ctx, entree=debut - dt.timedelta(days=30))
    etape = await ouvrir_etape(monde, numero, dispositif, debut=debut)
    if avec_referent:
        async with acte(ctx, "referent.affecter", "Référent d'étape", beneficiaire=numero) as a:
            valeurs = {"beneficiaire": numero, "referent": ctx.utilisateur, "nature": "ETAPE"}
            await a.inserer(Affectation, {**valeurs, "dispositif": dispositif, "etape": etape, "debut": debut})
    return Suivi(numero=numero, dispositif=dispositif, etape=etape, ctx=ctx)


async def ouvrir_page(
    navigateur: Browser,
    serveur: Serveur,
    suivi: Suivi,
    chemin: str,
    taille: tuple[int, int] = BUREAU,
    theme: Literal["light", "dark"] = "light",
    **options: Any,
) -> tuple[Page, list[str]]:
    """Open a page of the dossier as its référent; the list fills with what goes wrong in it."""
    profil = await ouvrir_contexte(navigateur, taille, theme, **options)
    await serveur.connecter(profil, suivi.ctx)
    page = await profil.new_page()
    erreurs = surveiller(page)
    await page.goto(f"{serveur.url}{suivi.base}{chemin}")
    return page, erreurs
