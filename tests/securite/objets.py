"""Two organisms that each have one of everything, marked with a canary that the other must never read."""

import datetime as dt
import pathlib
import uuid

import msgspec

from tests.serveur import SECRETS
from viesion_core.actes import acte
from viesion_core.activites.actions import creer_activite
from viesion_core.activites.model import SaisieActivite
from viesion_core.agenda.actions import publier_creneaux
from viesion_core.agenda.model import SaisiePlage, feries
from viesion_core.agenda.model_ateliers import TYPES
from viesion_core.bilans.actions import creer_bilan
from viesion_core.bilans.actions_reponses import enregistrer_reponse
from viesion_core.bilans.model import SaisieReponse
from viesion_core.contexte import Contexte, contexte_systeme
from viesion_core.db import executer, lire_valeur, transaction
from viesion_core.difficultes.actions import ajouter_difficultes
from viesion_core.difficultes.model import Saisie as SaisieDifficulte
from viesion_core.dossiers.actions_caracteristiques import completer
from viesion_core.dossiers.actions_orientations import ajouter_orientation
from viesion_core.dossiers.model_orientations import SaisieOrientation
from viesion_core.echanges.coffre import chiffrer
from viesion_core.echanges.envois import acquitter, deposer_envois
from viesion_core.echanges.envois_model import ADeposer, ReponseMessage
from viesion_core.employabilite.actions import ajouter_atout
from viesion_core.employabilite.model import Rubrique, SaisieAtout
from viesion_core.entretiens.actions import creer_entretien
from viesion_core.entretiens.model import Saisie as SaisieEntretien
from viesion_core.entretiens.model import Theme
from viesion_core.fusion.actions import deposer_document
from viesion_core.notes.actions import creer_note
from viesion_core.notes.model import SaisieNote
from viesion_core.parcours.actions import enregistrer_contrat
from viesion_core.parcours.actions_etapes import enregistrer_etape
from viesion_core.parcours.actions_referents import affecter_referent
from viesion_core.parcours.model import PARCOURS, SaisieAffectation, SaisieContrat, SaisieEtape
from viesion_core.partenaires.actions import creer_cle
from viesion_core.portefeuille.actions import accepter
from viesion_core.portefeuille.tables import AffectationRecue
from viesion_core.testing import Monde
from web.securite import maintenant

DEBUT = dt.date(2026, 2, 2)
INCONNU = uuid.UUID("00000000-0000-4000-8000-00000000dead")
NUMERO_INCONNU = 999_999
SECRET, CONCLUSION = "REPONSE-DE-SANTE", "Conclusion relue avec la personne"
"""What an answer of health says, and what the person agreed to transmit."""
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF\n"


class Objets(msgspec.Struct, kw_only=True):
    """What an organism has: a dossier, and the id of one object of each kind by the segment of its address."""

    canari: str
    numero: int
    identifiants: dict[str, uuid.UUID]
    textes: dict[str, str] = {}


async def creer_objets(
    monde: Monde, auteur: Contexte, offre: uuid.UUID, canari: str, documents: pathlib.Path
) -> Objets:
    """Give the organism of `auteur` a dossier and one object of each kind; every text carries the canary.

    `documents`: where the served VieSion keeps the files.
    """
    assert auteur.utilisateur is not None
    assert auteur.organisme is not None
    numero, entree = await monde.dossier(auteur, nom=canari, prenom="Ariane")
    identifiants = {
        "entrees": entree,
        "dispositif": entree,
        "organismes": auteur.organisme,
        "utilisateurs": auteur.utilisateur,
        "offres": offre,
    }
    saisie = SaisieEtape(offre_de_service=offre, dispositif=entree, debut_reel=DEBUT, commentaire=canari)
    a = await enregistrer_etape(auteur, numero, saisie)
    etape = await _dernier("etape", numero)
    identifiants |= {"actes": a.id, "etapes": etape, "sortie": etape}
    await _connaitre(auteur, numero, identifiants, canari)
    await _suivre(auteur, numero, identifiants, canari)
    await _evaluer(auteur, numero, identifiants, canari)
    _, identifiants["documents"] = await deposer_document(
        auteur, numero, PDF, dossier=documents, nom_client="avis.pdf", nom=canari
    )
    identifiants["creneaux"] = await _publier(auteur, canari)
    identifiants["ateliers"] = await _reunir(auteur, canari)
    identifiants["evenements"] = await _occuper(auteur, canari)
    identifiants["rejets"] = await _rejeter(auteur, canari)
    identifiants["reprises"] = await _reprendre(auteur, canari)
    identifiants["envois"] = await _envoyer(auteur, numero, canari)
    identifiants["affectations"], identifiants["lots"] = await _affecter(monde, auteur, numero, canari)
    cle = await creer_cle(
        contexte_systeme(auteur.maintenant), nom="Essai", emetteur="ESSAI", portees=["creneaux"], secret="s" * 48
    )
    identifiants |= {"cles": cle.id, "rdv-insertion": cle.id, "rdv": uuid.uuid4()}
    textes = {"reponses": "MOS_27", "alertes": "A02", "bilans": "MOS", "modeles": "CONVOCATION", "editions": "1"}
    textes["questionnaires"] = "MOS"
    textes["ecrans"] = "notes"
    return Objets(canari=canari, numero=numero, identifiants=identifiants, textes=textes)


async def _publier(auteur: Contexte, canari: str) -> uuid.UUID:
    """Publish a slot to come whatever the day of the run, on a day of its own."""
    publies = int(await lire_valeur("SELECT count(*) FROM plage WHERE organisme = {}", auteur.organisme))
    jour = maintenant().date() + dt.timedelta(days=30 + 5 * publies)
    while jour.weekday() >= 5 or jour in feries(jour.year):
        jour += dt.timedelta(days=1)
    plage = SaisiePlage(
        jours=(jour.weekday(),), debut=jour, fin=jour, de=540, a=600, duree=60, type="SUIVI", titre=canari
    )
    await publier_creneaux(auteur, plage)
    return uuid.UUID(
        str(await lire_valeur("SELECT id FROM creneau WHERE organisme = {} AND capacite = 1 LIMIT 1", auteur.organisme))
    )


async def _affecter(monde: Monde, auteur: Contexte, numero: int, canari: str) -> tuple[uuid.UUID, uuid.UUID]:
    """Have a partner assign the dossier twice: one waits, the other was accepted in bulk."""
    assert auteur.utilisateur is not None
    cles, lot = [], uuid.uuid4()
    for debut in (DEBUT, DEBUT + dt.timedelta(days=1)):
        async with acte(monde.systeme, "portefeuille.recevoir", "Affectation reçue", beneficiaire=numero) as a:
            valeurs = {
                "emetteur": "SOLIS",
                "beneficiaire": numero,
                "organisme": auteur.organisme,
                "role": "ETAPE",
                "debut": debut,
                "motif": canari,
                "etat": "RECUE",
                "recue_le": auteur.maintenant,
                "version_message": 1,
            }
            cles.append(uuid.UUID(str((await a.inserer(AffectationRecue, valeurs))["id"])))
    await accepter(auteur, cles[1], auteur.utilisateur, version=1, lot=lot)
    return cles[0], lot


async def _envoyer(auteur: Contexte, numero: int, canari: str) -> uuid.UUID:
    """Have a partner refuse a message about the dossier: the pilote's affair."""
    donnees = {"type": "CER", "numero": canari, "statut": "SIGNE", "debut": f"{DEBUT}", "fin": f"{DEBUT}"}
    depot = ADeposer(cle=uuid.uuid4(), beneficiaire=numero, donnees=donnees)
    async with transaction():
        await deposer_envois("CONTRAT", [depot], auteur.maintenant)
    envoi = uuid.UUID(str(await lire_valeur("SELECT id FROM echange_envoi WHERE cle = {}", depot.cle)))
    await acquitter(auteur, [ReponseMessage(id_message=envoi, version=1, accepte=False, motif=canari)])
    return envoi


async def _reunir(auteur: Contexte, canari: str) -> uuid.UUID:
    """Make an atelier of one séance, on a day of its own."""
    connus = int(await lire_valeur("SELECT count(*) FROM plage WHERE organisme = {}", auteur.organisme))
    jour = maintenant().date() + dt.timedelta(days=100 + 5 * connus)
    while jour.weekday() >= 5 or jour in feries(jour.year):
        jour += dt.timedelta(days=1)
    serie = SaisiePlage(
        jours=(jour.weekday(),), debut=jour, fin=jour, de=840, a=960, duree=120, type=TYPES[0], titre=canari, capacite=8
    )
    await publier_creneaux(auteur, serie)
    requete = "SELECT id FROM creneau WHERE organisme = {} AND capacite > 1 LIMIT 1"
    return uuid.UUID(str(await lire_valeur(requete, auteur.organisme)))


async def _occuper(auteur: Contexte, canari: str) -> uuid.UUID:
    """Put an event in the agenda, at an hour when nothing else is."""
    debut = maintenant() + dt.timedelta(days=200)
    saisie = SaisieActivite(nature="REUNION", titre=canari, debut=debut, fin=debut + dt.timedelta(hours=1))
    await creer_activite(auteur, saisie)
    return uuid.UUID(str(await lire_valeur("SELECT id FROM activite WHERE organisme = {} LIMIT 1", auteur.organisme)))


async def _rejeter(auteur: Contexte, canari: str) -> uuid.UUID:
    """Refuse a line of a partner's file: the pilote's affair, nobody else's."""
    fichier, rejet = uuid.uuid4(), uuid.uuid4()
    async with transaction():
        await executer(
            """INSERT INTO echange_fichier (id, emetteur, flux, seq, nature, nom, sha256, etat, recu_le, fini_le,
                recues, creees, modifiees, ignorees, rejetees, curseur)
            VALUES ({}, {}, 'ALLOC', 1, 'STOCK', 'essai.csv', '', 'TRAITE', {}, {}, 1, 0, 0, 0, 1, 1)""",
            fichier,
            canari[:20],
            auteur.maintenant,
            auteur.maintenant,
        )
        await executer(
            """INSERT INTO echange_rejet (id, fichier, ligne, id_message, flux, cle, code, champ, message, commande,
                empreinte, candidat, etat, motif, decide_par, recu_le, version, ligne_chiffree)
            VALUES ({}, {}, 1, '', 'ALLOC', '', 'CODE_INCONNU', '', {}, NULL, '', NULL, 'A_TRAITER', '', '', {}, 1,
                {})""",
            rejet,
            fichier,
            canari,
            auteur.maintenant,
            chiffrer({"nom_naissance": canari}, SECRETS["cle_echanges"]),
        )
    return rejet


async def _reprendre(auteur: Contexte, canari: str) -> uuid.UUID:
    """Lay a spreadsheet: the pilote's affair, nobody else's."""
    identifiant = uuid.uuid4()
    async with transaction():
        await executer(
            """INSERT INTO reprise (id, nom, organisme, fichier_nom, feuille, entetes, correspondance, avertissements,
                lignes, etat, curseur, creees, modifiees, ignorees, rejetees, echange, auteur, cree_le, fini_le,
                version_lignes, version)
            VALUES ({}, {}, {}, 'x.csv', '', {}, {}, '[]', 1, 'DEPOSEE', 0, 0, 0, 0, 0, NULL, {}, {}, NULL, 1, 1)""",
            identifiant,
            canari,
            auteur.organisme,
            '["Nom"]',
            '{"Nom": ""}',
            canari,
            auteur.maintenant,
        )
    return identifiant


async def _connaitre(auteur: Contexte, numero: int, identifiants: dict[str, uuid.UUID], canari: str) -> None:
    """Add a caractéristique and a line of employabilité."""
    await completer(auteur, numero, {"ENFANTS": "1"})
    identifiants["detail"] = await _dernier("caracteristique", numero)
    await ajouter_atout(auteur, numero, Rubrique.EXPERIENCE, SaisieAtout(intitule=canari))
    identifiants["employabilite"] = await _dernier("atout", numero)


async def _suivre(auteur: Contexte, numero: int, identifiants: dict[str, uuid.UUID], canari: str) -> None:
    """Add a contrat, a référent, an entretien, a difficulté and a note."""
    assert auteur.utilisateur is not None
    contrat = SaisieContrat(type="CER", debut=DEBUT, fin=dt.date(2026, 7, 31), commentaire=canari)
    await enregistrer_contrat(auteur, numero, contrat)
    identifiants["contrats"] = await _dernier("contrat", numero)
    await ajouter_orientation(auteur, numero, SaisieOrientation(parcours="SOCIAL", notifiee_le=DEBUT))
    identifiants["orientations"] = await _dernier("orientation", numero)
    referent = SaisieAffectation(
        referent=auteur.utilisateur, nature=PARCOURS, dispositif=identifiants["entrees"], debut=DEBUT
    )
    await affecter_referent(auteur, numero, referent)
    identifiants["referents"] = await _dernier("affectation", numero)
    entretien = SaisieEntretien(
        debut=dt.datetime(2026, 3, 3, 9, tzinfo=dt.UTC),
        collaborateur=auteur.utilisateur,
        etape=identifiants["etapes"],
        type="SUIVI",
        realisation="PRESENCE",
        themes=(Theme(theme="AUTRE", synthese=canari),),
    )
    await creer_entretien(auteur, numero, entretien)
    identifiants["entretiens"] = await _dernier("entretien", numero)
    await ajouter_difficultes(
        auteur, numero, ["MOBILITE_SANS_PERMIS"], SaisieDifficulte(debut=DEBUT, commentaire=canari)
    )
    identifiants["difficultes"] = await _dernier("difficulte", numero)
    await creer_note(auteur, SaisieNote(texte=canari, partagee=True, beneficiaire=numero))
    identifiants["notes"] = await _dernier("note", numero)


async def _evaluer(auteur: Contexte, numero: int, identifiants: dict[str, uuid.UUID], canari: str) -> None:
    """Add a bilan with a text in it."""
    _, bilan = await creer_bilan(
        auteur,
        numero,
        etape_choisie=identifiants["etapes"],
        code="MOS",
        date_bilan=dt.date(2026, 6, 1),
        installees=frozenset({"MOS"}),
    )
    attentes = SaisieReponse(valeur=f"{canari} {SECRET}", version=0)
    await enregistrer_reponse(auteur, numero, bilan, "MOS_27", attentes, installees=frozenset({"MOS"}))
    identifiants["bilans"] = bilan


async def transmettre(auteur: Contexte, objets: Objets) -> None:
    """Close the bilan, the person agreeing to the transmission: the département then reads the conclusion alone."""
    bilan = objets.identifiants["bilans"]
    for question, valeur in (("MOS_35", True), ("MOS_37", CONCLUSION)):
        saisie = SaisieReponse(valeur=valeur, version=0)
        await enregistrer_reponse(auteur, objets.numero, bilan, question, saisie, installees=frozenset({"MOS"}))
    async with transaction():
        await executer("UPDATE bilan SET clos_le = {} WHERE id = {}", auteur.aujourdhui, bilan)


async def _dernier(table: str, numero: int) -> uuid.UUID:
    return uuid.UUID(str(await lire_valeur(f"SELECT id FROM {table} WHERE beneficiaire = {{}} LIMIT 1", numero)))
