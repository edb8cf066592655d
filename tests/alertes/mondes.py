"""Small random worlds: people in every state that the rules look at, written in one go."""

import datetime as dt
import random
import uuid
from typing import Any

from viesion_core.bilans.tables import Bilan, QuestionnaireVersion
from viesion_core.db import executer, inserer_lot, lire_valeur, transaction
from viesion_core.difficultes.tables import Difficulte
from viesion_core.dossiers.model_caracteristiques import codes_requis
from viesion_core.dossiers.tables import Beneficiaire, Caracteristique, EntreeDispositif, Orientation, Rattachement
from viesion_core.echanges.tables import EchangeFichier, EchangeRejet
from viesion_core.entretiens.tables import Entretien
from viesion_core.parcours.tables import Affectation, Contrat, Etape
from viesion_core.portefeuille.tables import AffectationRecue
from viesion_core.testing import MAINTENANT, Monde

JOUR = dt.date(2026, 11, 24)
_VIDER = (
    "echange_fichier", "affectation_recue",
    "bilan", "entretien", "affectation", "contrat", "difficulte", "etape", "caracteristique", "rattachement",
    "orientation", "entree_dispositif", "beneficiaire",
)  # fmt: skip


async def vider_monde() -> None:
    """Take everybody away."""
    async with transaction():
        for table in _VIDER:
            await executer(f"DELETE FROM {table}")


async def peupler(monde: Monde, graine: int, nombre: int = 14) -> None:
    """Write `nombre` people of random lives, around the days on which the rules turn."""
    r = random.Random(graine)
    lignes: dict[Any, list[dict[str, Any]]] = {
        table: []
        for table in (
            *(Beneficiaire, Rattachement, EntreeDispositif, Caracteristique, Contrat, Etape, Affectation, Entretien),
            *(Difficulte, Bilan, Orientation, AffectationRecue),
        )
    }
    questionnaire = await _questionnaire()
    for numero in range(1, nombre + 1):
        _personne(r, monde, numero, lignes)
        _parcours(r, monde, numero, lignes, questionnaire)
    _rejets(r, lignes)
    async with transaction():
        for table, rangees in lignes.items():
            await inserer_lot(table, rangees)


def _rejets(r: random.Random, lignes: dict[Any, list[dict[str, Any]]]) -> None:
    """A file of a partner with refused lines, some of them settled."""
    nombre = r.randint(0, 7)
    fichier: dict[str, Any] = {"id": uuid.uuid4(), "emetteur": "ESSAI", "flux": "ALLOC", "seq": 1, "nature": "DELTA"}
    fichier |= {"nom": "essai.csv", "sha256": "", "etat": "TRAITE", "recu_le": MAINTENANT, "fini_le": MAINTENANT}
    fichier |= {"recues": nombre, "curseur": nombre, "creees": 0, "modifiees": 0, "ignorees": 0, "rejetees": nombre}
    lignes[EchangeFichier] = [fichier]
    lignes[EchangeRejet] = [
        {
            **dict.fromkeys(("id_message", "cle", "champ", "message", "empreinte", "motif", "decide_par"), ""),
            **{"id": uuid.uuid4(), "fichier": fichier["id"], "ligne": rang, "flux": "ALLOC", "version": 1},
            **{"code": r.choice(("DOUBLON", "AUTRE")), "commande": None, "candidat": None},
            "etat": r.choice(("A_TRAITER", "A_TRAITER", "REGLE", "ABANDONNE")),
            "recu_le": dt.datetime.combine(_il_y_a(r, 0, 5, 40), dt.time(r.choice((0, 22, 23))), tzinfo=dt.UTC),
        }
        for rang in range(1, nombre + 1)
    ]


async def _questionnaire() -> uuid.UUID:
    connu = await lire_valeur("SELECT id FROM questionnaire LIMIT 1")
    if connu is not None:
        return uuid.UUID(str(connu))
    cle = uuid.uuid4()
    ligne = {"id": cle, "code": "ESSAI", "version": 1, "libelle": "Essai", "offre": "MOS", "sensible": False}
    ligne |= {"contenu": {}, "empreinte": "0" * 64, "charge_le": MAINTENANT}
    async with transaction():
        await inserer_lot(QuestionnaireVersion, [ligne])
    return cle


def _il_y_a(r: random.Random, *jours: int) -> dt.date:
    """Return a day near one of those distances: the day itself, the eve, the morrow, or anywhere around."""
    return JOUR - dt.timedelta(days=r.choice(jours) + r.choice((-1, 0, 0, 1, r.randint(-20, 20))))


def _personne(r: random.Random, monde: Monde, numero: int, lignes: dict[Any, list[dict[str, Any]]]) -> None:
    noms = ("ESSAI", "MODELE", "TEMOIN")
    naissance = r.choice((dt.date(1985, 3, 12), dt.date(1990, 1, 1)))
    ligne: dict[str, Any] = {colonne._meta.name: "" for colonne in Beneficiaire._meta.columns}
    ligne |= {
        "numero": numero,
        "nom_naissance": r.choice(noms).title(),
        "prenom": r.choice(("Camille", f"Nour {numero}")),
    }
    ligne |= {"nom_cle": ligne["nom_naissance"].upper(), "prenom_cle": ligne["prenom"].upper(), "id_individu": None}
    ligne |= {"date_naissance": naissance, "commune": None, "sans_domicile": False, "date_demande": None}
    ligne |= {"etat_droit": r.choice(("", "1", "2", "2", "3", "5")), "parcours": r.choice(("", "SOCIAL", "PRO"))}
    ligne |= {"soumis_droits_devoirs": True, "source": "PERSONNE", "version": 1, "date_ouverture": None}
    ligne["created_at"] = dt.datetime.combine(_il_y_a(r, 10, 730, 900), dt.time(8), tzinfo=dt.UTC)
    completer_identite(r, ligne)
    lignes[Beneficiaire].append(ligne)
    for organisme in r.choice(((monde.organisme,), (monde.autre_organisme,), (monde.organisme, monde.autre_organisme))):
        lien = {"id": uuid.uuid4(), "beneficiaire": numero, "organisme": organisme, "nature": "CREATION", "motif": ""}
        lien |= {"debut": dt.date(2022, 1, 1), "fin": r.choice((None, None, None, JOUR, JOUR - dt.timedelta(1)))}
        lignes[Rattachement].append({**lien, "version": 1})
    for code in r.sample(codes_requis(), r.choice((15, len(codes_requis()), len(codes_requis())))):
        fait = {"id": uuid.uuid4(), "beneficiaire": numero, "code": code, "valeur": "Oui", "fin": None, "auteur": ""}
        fait |= {"debut": dt.date(2022, 1, 1), "actualisee_le": r.choice((JOUR, JOUR, _il_y_a(r, 365)))}
        lignes[Caracteristique].append({**fait, "version": 1})


def completer_identite(r: random.Random, ligne: dict[str, Any]) -> None:
    """Fill the facts of the orientation."""
    ligne["date_ouverture"] = r.choice((None, _il_y_a(r, 42)))


def _parcours(
    r: random.Random, monde: Monde, numero: int, lignes: dict[Any, list[dict[str, Any]]], questionnaire: uuid.UUID
) -> None:
    entree = _il_y_a(r, 40, 200, 730, 1_000)
    sortie = r.choice((None, None, None, JOUR - dt.timedelta(1)))
    dispositif = uuid.uuid4()
    lien = {"id": dispositif, "beneficiaire": numero, "dispositif": r.choice(("ACCOMP_RSA", "ACCOMP_RSA", "AUTRE"))}
    lien["debut"] = min(entree, JOUR)
    fin = max(sortie, lien["debut"]) if sortie else None
    lien |= {"fin": fin, "motif_fin": "EMPLOI" if sortie else "", "commentaire": "", "version": 1}
    lignes[EntreeDispositif].append(lien)
    commun = {"beneficiaire": numero, "dispositif": dispositif, "version": 1}
    etapes = _etapes(r, monde, commun, lignes)
    _orientations(r, numero, lignes)
    _affectations_recues(r, monde, numero, lignes)
    _referents(r, monde, commun, etapes, lignes)
    _contrats(r, commun, lignes)
    _entretiens(r, monde, commun, etapes, lignes)
    for etape in etapes[: r.randint(0, 1)]:
        bilan = {"id": uuid.uuid4(), "beneficiaire": numero, "etape": etape, "organisme": monde.organisme, "version": 1}
        bilan |= {"questionnaire": questionnaire, "date_bilan": JOUR, "nombre_questions": 10, "clos_le": None}
        bilan |= {"nombre_reponses": r.choice((0, 0, 5, 8, 10)), "created_at": MAINTENANT}
        lignes[Bilan].append(bilan)
    if r.random() < 0.5:
        difficulte = {"id": uuid.uuid4(), "beneficiaire": numero, "etape": None, "organisme": monde.organisme}
        difficulte |= {"nature": "MOBILITE_SANS_PERMIS", "debut": _il_y_a(r, 400), "fin": r.choice((None, JOUR))}
        difficulte |= {"realisation": "", "commentaire": "", "actualisee_le": _il_y_a(r, 30, 184, 300), "version": 1}
        lignes[Difficulte].append(difficulte)


def _etapes(
    r: random.Random, monde: Monde, commun: dict[str, Any], lignes: dict[Any, list[dict[str, Any]]]
) -> list[uuid.UUID]:
    cles = []
    for _ in range(r.randint(0, 2)):
        debut = min(_il_y_a(r, 30, 90, 200), JOUR)
        fin = r.choice((None, None, max(debut, _il_y_a(r, 20))))
        etape = {"id": uuid.uuid4(), "organisme": monde.organisme, "offre_de_service": monde.offre_de_service}
        etape |= {"offre": "MOS", "debut_prevu": None, "fin_prevue": None, "debut_reel": debut, "fin_reelle": fin}
        etape |= {"motif_fin": "" if fin is None else "DEMENAGEMENT", "commentaire": ""}
        lignes[Etape].append({**commun, **etape})
        cles.append(etape["id"])
    return cles


def _affectations_recues(r: random.Random, monde: Monde, numero: int, lignes: dict[Any, list[dict[str, Any]]]) -> None:
    for _ in range(r.choice((0, 0, 1, 2))):
        recue = {"id": uuid.uuid4(), "emetteur": "ESSAI", "beneficiaire": numero, "organisme": monde.organisme}
        recue |= {"offre": "", "role": "RU", "referent": None, "debut": JOUR, "fin": None, "motif": ""}
        recue |= {"etat": r.choice(("RECUE", "RECUE", "ACCEPTEE", "REFUSEE")), "motif_reponse": "", "lot": None}
        recue |= {"premier_rdv": None, "affectation": None, "acte": None, "repondue_le": None, "version": 1}
        jour = dt.datetime.combine(_il_y_a(r, 0, 10, 40), dt.time(r.choice((0, 22, 23))), tzinfo=dt.UTC)
        lignes[AffectationRecue].append({**recue, "recue_le": jour, "version_message": 1})


def _orientations(r: random.Random, numero: int, lignes: dict[Any, list[dict[str, Any]]]) -> None:
    for jour in {_il_y_a(r, 31, 400, 800, 800) for _ in range(r.randint(0, 2))}:
        orientation = {"id": uuid.uuid4(), "beneficiaire": numero, "parcours": r.choice(("SOCIAL", "SOCIAL", "PRO"))}
        orientation |= {"notifiee_le": min(jour, JOUR), "delai_mois": r.choice((6, 6, 12)), "version": 1}
        orientation["diagnostic_le"] = r.choice((None, None, None, JOUR))
        lignes[Orientation].append(orientation)


def _referents(
    r: random.Random,
    monde: Monde,
    commun: dict[str, Any],
    etapes: list[uuid.UUID],
    lignes: dict[Any, list[dict[str, Any]]],
) -> None:
    for _ in range(r.randint(0, 2)):
        debut = _il_y_a(r, 0, 15, 100)
        fin = r.choice((None, max(debut, _il_y_a(r, 0, 3))))
        qui = r.choice((monde.referent, monde.collegue, monde.autre_referent)).utilisateur
        lien = {"id": uuid.uuid4(), "referent": qui, "nature": "ETAPE", "debut": debut, "fin": fin}
        lignes[Affectation].append({**commun, **lien, "etape": r.choice((None, *etapes))})


def _contrats(r: random.Random, commun: dict[str, Any], lignes: dict[Any, list[dict[str, Any]]]) -> None:
    fin = JOUR + dt.timedelta(days=r.choice((-400, -30, -1, 0, 1, 44, 45, 46, 100)))
    for _ in range(r.randint(0, 2)):
        debut = fin - dt.timedelta(days=r.choice((90, 180, 365)))
        contrat = {"id": uuid.uuid4(), "type": r.choice(("CO", "CER", "CE")), "numero": "", "debut": debut, "fin": fin}
        contrat |= {"signature": r.choice((None, debut)), "heures_hebdo": None, "dispense": "", "organisme": None}
        lignes[Contrat].append({**commun, **contrat, "referent": None, "commentaire": ""})
        fin = debut - dt.timedelta(days=1)


def _entretiens(
    r: random.Random,
    monde: Monde,
    commun: dict[str, Any],
    etapes: list[uuid.UUID],
    lignes: dict[Any, list[dict[str, Any]]],
) -> None:
    for _ in range(r.randint(0, 4)):
        debut = dt.datetime.combine(_il_y_a(r, 0, 2, 92, 180), dt.time(r.choice((0, 8, 22, 23))), tzinfo=dt.UTC)
        entretien = {"id": uuid.uuid4(), "debut": debut, "duree": 30, "collaborateur": monde.referent.utilisateur}
        entretien |= {"organisme": monde.organisme, "lieu": "", "vecteur": "", "etape": r.choice((None, *etapes))}
        entretien |= {"type": "SUIVI", "realisation": r.choice(("PREVU", "PRESENCE", "ABS_NON_JUST", "ABS_JUST"))}
        lignes[Entretien].append({**commun, **entretien, "reporte_de": None, "modifie_le": None})
