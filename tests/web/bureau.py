"""A lively office for the tests of the screens: people, référents, étapes, contracts, entretiens around now."""

import datetime as dt

import msgspec

from tests.dossiers.aides import ouvrir
from viesion_core.contexte import PARIS, Contexte
from viesion_core.entretiens.actions import creer_entretien, realiser_entretien
from viesion_core.entretiens.model import Saisie
from viesion_core.entretiens.queries import entretiens_page
from viesion_core.notes.actions import creer_note
from viesion_core.notes.model import SaisieNote
from viesion_core.parcours.actions import enregistrer_contrat
from viesion_core.parcours.actions_etapes import enregistrer_etape
from viesion_core.parcours.actions_referents import affecter_referent
from viesion_core.parcours.model import SaisieAffectation, SaisieContrat, SaisieEtape
from viesion_core.parcours.queries import entrees_dispositif, etapes
from viesion_core.testing import Monde
from web.securite import maintenant

NOMS = (
    *("Essai", "Modèle", "Exemple", "Témoin", "Spécimen", "Factice", "Fictif", "Type", "Gabarit", "Maquette"),
    *(
        "Échantillon",
        "Prototype",
        "Semblant",
        "Figuré",
        "Imaginaire",
        "Patron",
        "Schéma",
        "Épure",
        "Esquisse",
        "Brouillon",
    ),
)
PRENOMS = ("Camille", "Nadia", "Thomas", "Inès", "Julien", "Sofia", "Karim", "Élodie", "Hugo", "Manon", "Yanis")
COMMUNES = ("34172", "34032", "34301", "34145", "34003", "34142")
ENTREE = dt.date(2026, 2, 1)


def a_l_heure(ctx: Contexte, jours: int, heure: int, minute: int = 0) -> dt.datetime:
    """Return the UTC instant of an hour of Paris, some days from now."""
    jour = ctx.aujourdhui + dt.timedelta(days=jours)
    return dt.datetime.combine(jour, dt.time(heure, minute), tzinfo=PARIS).astimezone(dt.UTC)


async def ouvrir_bureau(monde: Monde, nombre: int = 24) -> list[int]:
    """Open the dossiers of `monde.referent`, at every stage of the process; return their numbers."""
    ctx = msgspec.structs.replace(monde.referent, maintenant=maintenant())
    numeros = []
    for rang in range(nombre):
        naissance = dt.date(1962 + rang * 37 % 40, 1 + rang % 12, 1 + rang * 7 % 28)
        nom, prenom = NOMS[rang % len(NOMS)], PRENOMS[rang * 5 % len(PRENOMS)]
        numero = await ouvrir(ctx, nom, prenom, naissance, commune=COMMUNES[rang % 6], civilite="MME", etat_droit="2")
        numeros.append(numero)
        if rang % 6 != 5:
            await suivre(monde, ctx, numero, rang)
    await planifier(ctx, numeros)
    await noter(ctx, numeros)
    return numeros


async def suivre(monde: Monde, ctx: Contexte, numero: int, rang: int) -> None:
    """Give a person a référent, an étape, and most often a contract."""
    entree = (await entrees_dispositif(ctx, numero))[0]
    assert ctx.utilisateur is not None
    await affecter_referent(
        ctx,
        numero,
        SaisieAffectation(referent=ctx.utilisateur, nature="PARCOURS", dispositif=entree.id, debut=ENTREE),
    )
    await enregistrer_etape(
        ctx,
        numero,
        SaisieEtape(offre_de_service=monde.offre_de_service, dispositif=entree.id, debut_reel=ENTREE),
        referent=ctx.utilisateur,
    )
    if rang % 4:
        fin = ctx.aujourdhui + dt.timedelta(days=60 if rang % 3 else -20)
        await enregistrer_contrat(ctx, numero, SaisieContrat(type="CER", debut=ENTREE, fin=fin))


async def planifier(ctx: Contexte, numeros: list[int]) -> None:
    """Plan the day and the week, and leave three entretiens of the past without réalisation."""
    heures = [(0, 8, 30), (0, 9, 15), (0, 10, 30), (0, 14, 0), (0, 16, 30)]
    heures += [(1, 9, 0), (1, 10, 0), (2, 14, 30), (4, 9, 30), (6, 11, 0), (-6, 10, 0), (-3, 14, 0), (-2, 9, 0)]
    suivis = [numero for rang, numero in enumerate(numeros) if rang % 6 != 5]
    for rang, (jours, heure, minute) in enumerate(heures):
        numero = suivis[rang % len(suivis)]
        etape = (await etapes(ctx, numero))[0].id
        saisie = Saisie(
            debut=a_l_heure(ctx, jours, heure, minute),
            duree=45 if rang % 2 else 30,
            collaborateur=ctx.utilisateur or etape,
            lieu="INDIVIDUEL_PHYSIQUE_DANS_UNE_PERMANENCE" if rang % 3 else "",
            etape=etape,
            type="ENTRETIEN_D_ACCUEIL" if rang % 3 else "SUIVI",
        )
        await creer_entretien(ctx, numero, saisie, confirme=True)
    tenu = suivis[0]
    lignes, _ = await entretiens_page(ctx, tenu)
    ce_jour = next(ligne for ligne in lignes if ligne.jour == ctx.aujourdhui)
    await realiser_entretien(ctx, tenu, ce_jour.id, "PRESENCE", version=ce_jour.version)


async def noter(ctx: Contexte, numeros: list[int]) -> None:
    """Write three notes."""
    veille = ctx.aujourdhui - dt.timedelta(days=1)
    for texte, rappel, numero, partagee in (
        ("Rappeler la mission locale pour la place en atelier mobilité.", veille, numeros[0], False),
        ("Critères de recrutement : livret à jour, permis B, disponible le samedi.", None, numeros[3], True),
        ("Préparer le comité d'engagement de jeudi.", ctx.aujourdhui + dt.timedelta(days=2), None, False),
    ):
        await creer_note(ctx, SaisieNote(texte=texte, rappel_le=rappel, beneficiaire=numero, partagee=partagee))
