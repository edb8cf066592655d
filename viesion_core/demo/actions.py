"""Filling an empty base with the synthetic département: set-based inserts, dossiers by the thousand.

The one writer of the house that goes round `acte`: it imports what a real takeover would. Each dossier has the act of
its takeover or opening, the acts of the latest months have their revisions, and the journal is chained as usual.
"""

import secrets
import uuid
from collections.abc import Callable, Sequence

from viesion_core.acces.mots_de_passe import hacher_lot
from viesion_core.acces.tables import Utilisateur
from viesion_core.actes.tables import Acte
from viesion_core.alertes.etat import etats_en_bloc
from viesion_core.contexte import Contexte, contexte_systeme
from viesion_core.db import base_courante, inserer_lot, lire, lire_valeur, transaction
from viesion_core.db.chargement import analyser, sans_index
from viesion_core.demo.activites import occuper
from viesion_core.demo.ateliers import reunir
from viesion_core.demo.bilans import Questionnaires, evaluer
from viesion_core.demo.caracteristiques import decrire
from viesion_core.demo.convocations import convoquer
from viesion_core.demo.difficultes import reperer
from viesion_core.demo.dossier import Dossier
from viesion_core.demo.echanges import echanger
from viesion_core.demo.employabilite import projeter
from viesion_core.demo.entretiens import rencontrer
from viesion_core.demo.lot import Lot
from viesion_core.demo.model import MOT_DE_PASSE, Parametres, Personne
from viesion_core.demo.notes import ecrire_consultations, ecrire_notes
from viesion_core.demo.organismes import Monde, composer, lignes_comptes, lignes_offres, lignes_organismes
from viesion_core.demo.orientations import orienter
from viesion_core.demo.parcours import accompagner
from viesion_core.demo.personnes import entrer, ouvrir_acces
from viesion_core.demo.plan import planifier
from viesion_core.demo.queries import DEBUT, FIN, base_vierge, libelle
from viesion_core.demo.rejets import recevoir
from viesion_core.dossiers.indexation import reconstruire_vocabulaire
from viesion_core.dossiers.tables import Beneficiaire
from viesion_core.erreurs import ErreurMetier
from viesion_core.extensions import Registre
from viesion_core.journal import journaliser_reprise
from viesion_core.journal.model import Ligne
from viesion_core.organismes.tables import OffreDeService, Organisme

_LOT = 1_000
_GRANDES = (
    "rattachement", "mot_dossier", "caracteristique", "etape", "entretien", "entretien_theme", "difficulte", "bilan",
    "reponse", "acte", "revision",
)  # fmt: skip
"""Tables filled without their indexes; those whose triggers read an index keep theirs."""
Avancer = Callable[[int], None]


async def construire_demo(p: Parametres, registre: Registre, avancer: Avancer = lambda _: None) -> None:
    """Fill the current base, migrated and empty; `avancer(n)` hears of each `n` dossiers made.

    Raises ErreurMetier when the base is not empty. The questionnaires of the plugins must have been loaded.
    """
    if not await base_vierge():
        raise ErreurMetier("Cette base n'est pas vide : la démonstration se construit dans une base neuve.")
    monde = composer(p, registre.offres())
    async with transaction():
        await _ouvrir_maison(p, monde, registre)
        await _marquer(p, DEBUT)
    questionnaires = await _questionnaires(registre, monde)
    personnes = planifier(p, monde)
    journal: list[Ligne] = []
    async with etats_en_bloc(), sans_index(_GRANDES if p.beneficiaires > _LOT else ()):
        for debut in range(0, len(personnes), _LOT):
            lot = _dossiers(p, monde, personnes[debut : debut + _LOT], questionnaires)
            async with transaction():
                await _inserer(lot)
            journal += lot.journal
            avancer(len(lot.lignes[Beneficiaire]))
    lot = Lot(p)
    ecrire_notes(p, monde, personnes, lot)
    occuper(p, monde, lot)
    reunir(p, monde, personnes, lot)
    ecrire_consultations(p, monde, personnes, lot)
    recevoir(p, lot)
    async with transaction():
        await _inserer(lot)
        await echanger(p, monde)
        await reconstruire_vocabulaire()
        await _ecrire_journal(journal)
        await _renumeroter()
        await _marquer(p, FIN)
    await analyser()


def _dossiers(p: Parametres, monde: Monde, personnes: Sequence[Personne], questionnaires: Questionnaires) -> Lot:
    lot = Lot(p)
    for personne in personnes:
        d = Dossier(p, monde, lot, personne)
        entrer(d)
        accompagner(d)
        rencontrer(d)
        convoquer(d)
        evaluer(d, questionnaires)
        reperer(d)
        decrire(d)
        projeter(d)
        orienter(d)
        ouvrir_acces(d)
    return lot


async def _ouvrir_maison(p: Parametres, monde: Monde, registre: Registre) -> None:
    libelles = {offre.code: offre.libelle for offre in registre.offres()}
    hache_demo, hache_autres = hacher_lot([MOT_DE_PASSE, secrets.token_urlsafe(24)])
    await inserer_lot(Organisme, list(lignes_organismes(p, monde)))
    await inserer_lot(OffreDeService, list(lignes_offres(p, monde, libelles)))
    await inserer_lot(Utilisateur, list(lignes_comptes(p, monde, hache_demo, hache_autres)))


async def _questionnaires(registre: Registre, monde: Monde) -> Questionnaires:
    lignes = await lire("SELECT id, code FROM questionnaire ORDER BY code, version LIMIT 1000")
    cles: dict[str, uuid.UUID] = {ligne["code"]: ligne["id"] for ligne in lignes}
    connus = [questionnaire for questionnaire in registre.questionnaires() if questionnaire.code in cles]
    questionnaires = Questionnaires(cles, connus)
    questionnaires.preparer([organisme.id for organisme in monde.organismes])
    return questionnaires


async def _inserer(lot: Lot) -> None:
    for table, lignes in lot.lignes.items():
        await inserer_lot(table, lignes)


async def _ecrire_journal(lignes: list[Ligne]) -> None:
    lignes.sort(key=lambda ligne: ligne.at)
    for debut in range(0, len(lignes), 10 * _LOT):
        await journaliser_reprise(lignes[debut : debut + 10 * _LOT])


async def _renumeroter() -> None:
    """Make the next dossier opened by hand take the number after the last one."""
    if base_courante().dialecte == "postgresql":
        await lire_valeur(
            "SELECT setval(pg_get_serial_sequence('beneficiaire', 'numero'), max(numero)) FROM beneficiaire"
        )


async def _marquer(p: Parametres, nature: str) -> None:
    """Write the act that says what this base is (`queries.etat_demo`)."""
    ctx: Contexte = contexte_systeme(p.maintenant)
    ligne = {
        "id": uuid.uuid5(uuid.NAMESPACE_OID, nature),
        "nature": nature,
        "libelle": libelle(p.beneficiaires, p.graine),
        "utilisateur": None,
        "auteur": ctx.nom,
        "organisme": None,
        "beneficiaire": None,
        "at": p.maintenant,
        "annule": None,
        "annule_par": None,
    }
    await inserer_lot(Acte, [ligne])
