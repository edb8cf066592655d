"""The dictionary of the fields that the core supplies to Word templates: name, label, example.

`valeurs.py` answers every one of them; the page « Champs de fusion » shows them as they are here.
"""

import functools
from collections.abc import Iterable, Sequence
from typing import Any

from viesion_core.bilans.model import Question, Questionnaire, TypeQuestion
from viesion_core.fusion.model import ChampFusion, GroupeChamps
from viesion_core.fusion.schema import arbre
from viesion_core.nomenclatures.model import definitions_caracteristiques

_EXEMPLES = {
    TypeQuestion.DATE: "17/12/2026",
    TypeQuestion.NOMBRE: "3",
    TypeQuestion.TEXTE: "Texte saisi dans le bilan",
    TypeQuestion.OUI_NON: "Oui",
}


def _champs(prefixe: str, lignes: Iterable[tuple[str, str, str]]) -> tuple[ChampFusion, ...]:
    return tuple(ChampFusion(f"{prefixe}{nom}", libelle, exemple) for nom, libelle, exemple in lignes)


def _personne(prefixe: str, qui: str) -> tuple[ChampFusion, ...]:
    return _champs(
        prefixe,
        (
            ("nom_complet", f"Prénom et nom {qui}", "Camille DURAND"),
            ("nom", f"Nom {qui}", "DURAND"),
            ("prenom", f"Prénom {qui}", "Camille"),
            ("fonction", f"Fonction {qui}", "Conseillère en insertion"),
            ("telephone", f"Téléphone {qui}", "04 67 00 00 00"),
            ("courriel", f"Courriel {qui}", "camille.durand@exemple.test"),
        ),
    )


_BENEFICIAIRE = GroupeChamps(
    "Bénéficiaire",
    _champs(
        "beneficiaire.",
        (
            ("civilite", "Civilité", "Madame"),
            ("nom_complet", "Civilité, prénom et nom", "Madame Alix EXEMPLE"),
            ("nom", "Nom (d'usage s'il y en a un)", "EXEMPLE"),
            ("prenom", "Prénom", "Alix"),
            ("nom_naissance", "Nom de naissance", "EXEMPLE"),
            ("nom_usage", "Nom d'usage", ""),
            ("date_naissance", "Date de naissance", "12/03/1985"),
            ("lieu_naissance", "Lieu de naissance", "Béziers"),
            ("age", "Âge le jour du document", "41 ans"),
            ("ne", "« née » ou « né »", "née"),
            ("e", "« e » au féminin : convoqué{{ beneficiaire.e }}", "e"),
            ("numero", "N° de dossier", "4238"),
            ("matricule", "N° allocataire", "1234567"),
            ("adresse", "Adresse", "12 rue des Essais"),
            ("complement", "Complément d'adresse", "Bâtiment B"),
            ("code_postal", "Code postal", "34500"),
            ("commune", "Commune", "Béziers"),
            ("adresse_complete", "Adresse sur plusieurs lignes", "12 rue des Essais\n34500 Béziers"),
            ("telephone", "Téléphone", "06 00 00 00 00"),
            ("courriel", "Courriel", "alix.exemple@exemple.test"),
            ("etat_droit", "État du droit RSA", "Droit ouvert et versable"),
        ),
    ),
)
_ORGANISME = GroupeChamps(
    "Organisme",
    _champs(
        "organisme.",
        (
            ("nom", "Nom de l'organisme", "Association Exemple"),
            ("adresse", "Adresse", "1 place du Test"),
            ("code_postal", "Code postal", "34500"),
            ("commune", "Commune", "Béziers"),
            ("adresse_complete", "Adresse sur plusieurs lignes", "1 place du Test\n34500 Béziers"),
            ("telephone", "Téléphone", "04 67 00 00 00"),
            ("courriel", "Courriel", "contact@exemple.test"),
            ("siret", "SIRET", "123 456 789 00012"),
        ),
    ),
    "L'organisme du rédacteur.",
)
_REFERENTS = GroupeChamps(
    "Référents et rédacteur",
    (
        *_personne("referent.", "du référent d'étape, à défaut du référent de parcours"),
        ChampFusion("referent.organisme", "Organisme du référent", "Association Exemple"),
        *_personne("referent_parcours.", "du référent de parcours"),
        ChampFusion("referent_parcours.organisme", "Organisme du référent de parcours", "CCAS Exemple"),
        *_personne("auteur.", "du rédacteur, qui crée le document"),
    ),
)
_DATE = GroupeChamps(
    "Date du document",
    (
        ChampFusion("aujourdhui", "Date du jour", "24/11/2026"),
        ChampFusion("aujourdhui_long", "Date du jour en lettres", "mardi 24 novembre 2026"),
    ),
)
_CONTRAT = (
    ("nom", "Nom et dates du contrat", "CER du 01/07/2026 au 31/12/2026"),
    ("type", "Type de contrat", "Contrat d'engagements réciproques (CER)"),
    ("numero", "Numéro", "2026-014"),
    ("debut", "Début", "01/07/2026"),
    ("fin", "Fin", "31/12/2026"),
    ("signature", "Date de signature", "28/06/2026"),
    ("heures_hebdo", "Heures par semaine", "15"),
    ("statut", "En cours, à venir ou terminé", "En cours"),
)
_ETAPE = (
    ("nom", "Organisme et offre", "Association Exemple - MOS"),
    ("offre", "Code de l'offre", "MOS"),
    ("libelle", "Nom de l'offre", "Module d'Orientation Santé"),
    ("organisme", "Organisme de l'étape", "Association Exemple"),
    ("territoire", "Territoire", "Biterrois Béziers"),
    ("periode", "Dates en toutes lettres", "depuis le 03/09/2026"),
    ("debut", "Début réel", "03/09/2026"),
    ("fin", "Fin réelle", ""),
    ("motif_fin", "Motif de fin d'étape", ""),
    ("statut", "En cours ou terminée", "En cours"),
)
_PARCOURS = GroupeChamps(
    "Contrats, dispositif et étapes",
    (
        *_champs("contrat.", _CONTRAT),
        *_champs("contrats[].", _CONTRAT),
        ChampFusion("dispositif.nom", "Dispositif", "Accomp RSA"),
        ChampFusion("dispositif.entree", "Date d'entrée dans le dispositif", "05/01/2026"),
        *_champs(
            "orientation.",
            (
                ("parcours", "Parcours de l'orientation", "Parcours social"),
                ("notifiee_le", "Date de notification de l'orientation", "12/01/2026"),
                ("diagnostic_le", "Date du diagnostic conjoint", "20/07/2026"),
            ),
        ),
        *_champs("etape.", _ETAPE),
        *_champs("etapes[].", _ETAPE),
    ),
    "« contrat » est le dernier contrat ; « orientation » la dernière notifiée ; « etape » celle du bilan, à défaut "
    "l'étape en cours.",
)
_BILAN = GroupeChamps(
    "Bilan",
    _champs(
        "bilan.",
        (
            ("libelle", "Nom du bilan", "MOS - Bilan"),
            ("date", "Date du bilan", "24/11/2026"),
            ("etat", "En cours, ou clos et depuis quand", "Clos le 24/11/2026"),
            ("organisme", "Organisme du bilan", "Association Exemple"),
            ("nombre_questions", "Nombre de questions", "37"),
            ("nombre_reponses", "Nombre de réponses", "32"),
            ("sections[].code", "Code de la section", "A"),
            ("sections[].titre", "Titre de la section", "A. Cadre de l'orientation"),
            ("sections[].questions[].code", "Code de la question", "MOS_01"),
            ("sections[].questions[].numero", "Numéro de la question", "1"),
            ("sections[].questions[].texte", "Question", "Date de réception de la prescription"),
            ("sections[].questions[].reponse", "Réponse, vide s'il n'y en a pas", "17/12/2026"),
            ("sections[].questions[].repondue", "« Oui » s'il y a une réponse, sinon vide", "Oui"),
            ("sections[].questions[].texte_libre", "« Oui » si la réponse est un texte libre, sinon vide", ""),
        ),
    ),
    "Le bilan choisi à la fusion. Les questions sans objet n'y figurent pas.",
)
_ENTRETIEN = (
    ("date", "Date", "24/11/2026"),
    ("date_longue", "Date en lettres", "mardi 24 novembre 2026"),
    ("heure", "Heure", "10 h 30"),
    ("duree", "Durée", "45 min"),
    ("type", "Type d'entretien", "Entretien d'accueil"),
    ("realisation", "Réalisation", "Présence"),
    ("collaborateur", "Collaborateur", "Camille DURAND"),
    ("organisme", "Organisme", "Association Exemple"),
    ("lieu", "Lieu", "Individuel - Physique dans une permanence"),
    ("vecteur", "Vecteur", "Physique"),
)
_ENTRETIENS = GroupeChamps(
    "Entretiens",
    (
        *_champs("entretien.", _ENTRETIEN),
        *_champs("entretiens[].", _ENTRETIEN),
        ChampFusion("entretiens[].resume", "Thèmes abordés, à la suite", "Santé, Mobilité"),
        ChampFusion("entretiens[].themes[].libelle", "Thème", "Mobilité"),
        ChampFusion("entretiens[].themes[].synthese", "Synthèse du thème", "Doit passer son permis"),
        *_champs(
            "suivi.",
            (
                ("entretiens", "Nombre d'entretiens", "4"),
                ("presences", "Nombre de présences", "3"),
                ("absences_justifiees", "Nombre d'absences justifiées", "0"),
                ("absences_non_justifiees", "Nombre d'absences non justifiées", "1"),
            ),
        ),
    ),
    "« entretien » est l'entretien choisi, à défaut le prochain ; « entretiens » sont ceux de l'étape du bilan, ou "
    "tous ceux du dossier quand la fusion ne part pas d'un bilan.",
)
_DIFFICULTES = GroupeChamps(
    "Difficultés",
    _champs(
        "difficultes[].",
        (
            ("nature", "Nature", "Sans permis"),
            ("famille", "Famille", "Mobilité"),
            ("debut", "Début", "03/09/2026"),
            ("fin", "Fin", ""),
            ("realisation", "Réalisation", "En cours de traitement"),
            ("commentaire", "Commentaire", ""),
            ("ouverte", "« Oui » si elle n'a pas de fin, sinon vide", "Oui"),
        ),
    ),
)


@functools.cache
def groupes_du_coeur() -> tuple[GroupeChamps, ...]:
    """Return the fields of the core, group by group, in the order of the page."""
    caracteristiques = GroupeChamps(
        "Caractéristiques",
        tuple(
            ChampFusion(f"caracteristiques.{d.code}", d.libelle, d.valeurs[0] if d.valeurs else "2")
            for d in definitions_caracteristiques()
        ),
        "Les valeurs en cours, vides quand elles ne sont pas renseignées.",
    )
    return (
        _BENEFICIAIRE,
        _ORGANISME,
        _REFERENTS,
        _DATE,
        _PARCOURS,
        _BILAN,
        _ENTRETIENS,
        _DIFFICULTES,
        caracteristiques,
    )


def groupe_reponses(questionnaire: Questionnaire) -> GroupeChamps:
    """Return the answers of a questionnaire by question code: `bilan.reponses.MOS_01`."""
    return GroupeChamps(
        questionnaire.libelle,
        tuple(ChampFusion(f"bilan.reponses.{q.code}", q.texte, _exemple(q)) for q in questionnaire.questions()),
        f"Une réponse par question, quand la fusion part d'un bilan « {questionnaire.libelle} ».",
    )


def champs_connus(
    questionnaires: Iterable[Questionnaire] = (), extension: Sequence[ChampFusion] = ()
) -> list[ChampFusion]:
    """Return every field of a template: the core's, the answers of these questionnaires, those of a plugin."""
    champs = [champ for groupe in groupes_du_coeur() for champ in groupe.champs]
    champs += [champ for questionnaire in questionnaires for champ in groupe_reponses(questionnaire).champs]
    return [*champs, *extension]


def defaut_extension(champs: Sequence[ChampFusion]) -> str:
    """Return what is wrong with the fields that a plugin declares (French), or "": they are groups of its own."""
    coeur = {champ.nom.split(".")[0].removesuffix("[]") for champ in champs_connus()}
    pris = sorted({c.nom for c in champs if "." not in c.nom or c.nom.split(".")[0].removesuffix("[]") in coeur})
    if pris:
        return f"L'offre déclare {', '.join(pris)} : ses champs portent un nom de groupe à elle, comme « mos.duree »."
    try:
        arbre(champ.nom for champ in champs)
    except ValueError as erreur:
        return str(erreur)
    return ""


def arbre_des_champs(champs: Iterable[ChampFusion]) -> dict[str, Any]:
    """Return the tree of these fields."""
    return arbre(champ.nom for champ in champs)


def _exemple(question: Question) -> str:
    if question.options:
        return question.options[0].libelle
    return _EXEMPLES.get(question.type, "Association Exemple" if question.liste == "ORGANISME" else "Réponse")
