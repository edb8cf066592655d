"""A whole life in the base, for the screens of the dossier: two years told from today, on the real clock."""

import datetime as dt
import uuid
from typing import Any

import msgspec

from tests.entretiens.aides import ouvrir_etape
from tests.web.suivi import a_l_heure
from viesion_core.actes import acte
from viesion_core.contexte import PARIS, Contexte
from viesion_core.difficultes.tables import Difficulte
from viesion_core.dossiers.actions import modifier_identite
from viesion_core.dossiers.actions_caracteristiques import completer
from viesion_core.dossiers.model import SaisieIdentite
from viesion_core.dossiers.queries import identite
from viesion_core.entretiens.tables import Entretien
from viesion_core.parcours.tables import Affectation, Contrat
from viesion_core.testing import Monde

VALEURS = {
    "SITFAM": "Célibataire",
    "ENFANTS": "2",
    "ISOLE": "Oui",
    "LOGEMENT": "Locataire social",
    "PERMIS": "En cours",
    "TRANSPORT": "Transports en commun",
    "RQTH": "En cours",
}


class Vie(msgspec.Struct):
    """The person, the référent at the hour of the screens, and the ids that tests need."""

    numero: int
    ctx: Contexte
    etape: uuid.UUID
    dispositif: uuid.UUID
    passe: uuid.UUID

    @property
    def base(self) -> str:
        return f"/beneficiaires/{self.numero}"

    def il_y_a(self, jours: int) -> dt.date:
        return self.ctx.aujourdhui - dt.timedelta(days=jours)


async def vivre(monde: Monde, *, nom: str = "Garnier", prenom: str = "Camille") -> Vie:
    """Open a dossier and fill two years of it: contracts, étapes, référents, entretiens, difficultés."""
    ctx = a_l_heure(monde.referent)

    def il_y_a(jours: int) -> dt.date:
        return ctx.aujourdhui - dt.timedelta(days=jours)

    numero, dispositif = await monde.dossier(ctx, nom=nom, prenom=prenom, entree=il_y_a(700))
    await ouvrir_etape(monde, numero, dispositif, debut=il_y_a(660), fin=il_y_a(571))
    etape = await ouvrir_etape(monde, numero, dispositif, debut=il_y_a(250))
    await _periodes(ctx, numero, dispositif, etape, il_y_a)
    passe = await _entretiens(ctx, numero, dispositif, etape, il_y_a)
    async with acte(ctx, "difficulte.ajouter", "3 difficultés : ajout", beneficiaire=numero) as a:
        for nature, debut, fin in (
            ("MOBILITE_SANS_PERMIS", 655, 400),
            ("FINANCES_GESTION_DU_BUDGET", 655, None),
            ("SAVOIRS_DE_B_LECTURE", 110, None),
        ):
            valeurs: dict[str, Any] = {"nature": nature, "debut": il_y_a(debut), "fin": il_y_a(fin) if fin else None}
            valeurs |= {"beneficiaire": numero, "organisme": ctx.organisme, "actualisee_le": il_y_a(debut)}
            await a.inserer(Difficulte, {**valeurs, "realisation": "LEVEE" if fin else "IDENTIFIEE"})
    await completer(ctx, numero, VALEURS)
    actuelle = await identite(ctx, numero)
    champs = {champ: getattr(actuelle, champ) for champ in SaisieIdentite.__struct_fields__}
    champs |= {
        "adresse": "12 rue des Essais",
        "code_postal": "34500",
        "commune": "34032",
        "telephone": "0612345678",
        "courriel": "camille@exemple.test",
    }
    await modifier_identite(ctx, numero, SaisieIdentite(**champs), version=actuelle.version)
    return Vie(numero=numero, ctx=ctx, etape=etape, dispositif=dispositif, passe=passe)


async def _periodes(ctx: Contexte, numero: int, dispositif: uuid.UUID, etape: uuid.UUID, il_y_a: Any) -> None:
    commun = {"beneficiaire": numero, "dispositif": dispositif}
    async with acte(ctx, "contrat.enregistrer", "Contrats", beneficiaire=numero) as a:
        for genre, debut, fin in (("CO", 690, 601), ("CER", 600, 420), ("CER", 419, 238), ("CER", 180, -20)):
            periode = {"type": genre, "debut": il_y_a(debut), "fin": il_y_a(fin), "signature": il_y_a(debut)}
            await a.inserer(Contrat, {**commun, **periode, "organisme": ctx.organisme})
    async with acte(ctx, "referent.affecter", "Référents", beneficiaire=numero) as a:
        for nature, debut, lien in (("PARCOURS", 695, None), ("ETAPE", 250, etape)):
            qui = {"referent": ctx.utilisateur, "nature": nature, "debut": il_y_a(debut), "etape": lien}
            await a.inserer(Affectation, {**commun, **qui})


async def _entretiens(ctx: Contexte, numero: int, dispositif: uuid.UUID, etape: uuid.UUID, il_y_a: Any) -> uuid.UUID:
    """Save thirteen entretiens, the last one past and still « Prévu »; return it."""
    etats = ("PRESENCE", "PRESENCE", "ABS_JUST", "PRESENCE", "ABS_NON_JUST")
    jours = [*((240 - 20 * n, etats[n % 5]) for n in range(11)), (-12, "PREVU"), (3, "PREVU")]
    dernier = uuid.uuid4()
    async with acte(ctx, "entretien.creer", "Entretiens", beneficiaire=numero) as a:
        for jour, realisation in jours:
            debut = dt.datetime.combine(il_y_a(jour), dt.time(10), tzinfo=PARIS).astimezone(dt.UTC)
            ligne = await a.inserer(
                Entretien,
                {
                    "beneficiaire": numero,
                    "debut": debut,
                    "duree": 30,
                    "collaborateur": ctx.utilisateur,
                    "organisme": ctx.organisme,
                    "dispositif": dispositif,
                    "etape": etape,
                    "type": "SUIVI",
                    "realisation": realisation,
                },
            )
            dernier = ligne["id"]
    return dernier
