"""The history of a dossier in French: what each act changed, field by field. Pure.

Only what is listed here is shown: a new column stays out of the history until somebody names it. Health data is
named only to who may read it; answers of bilans, synthèses and notes are counted, never repeated.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from viesion_core.actes import RevisionVue
from viesion_core.contexte import PARIS, Contexte
from viesion_core.difficultes.model import natures_sensibles
from viesion_core.dossiers.model import LIBELLE_SOURCE, ROLES_FOYER
from viesion_core.dossiers.model_caracteristiques import MASQUE, codes_sensibles, par_code
from viesion_core.employabilite.model import DEFINITIONS, DISPONIBILITES, TEMPS, ZONES, Rubrique
from viesion_core.formats import heure
from viesion_core.nomenclatures.model import communes_par_code, libelle
from viesion_core.parcours.model import LIBELLE_NATURE

AJOUT, SUPPRESSION, MODIFICATION = "ajout", "suppression", "modification"


class ChampChange(msgspec.Struct, frozen=True):
    """A field and its two values in French; "" for nothing."""

    libelle: str
    avant: str
    apres: str


class LigneChangee(msgspec.Struct, frozen=True, kw_only=True):
    """A row changed by an act: what it is, what happened to it, and its fields when they may be shown."""

    quoi: str
    genre: str
    champs: tuple[ChampChange, ...] = ()
    nombre: int = 1


Lecture = Callable[[str], str]


def _de(liste: str) -> Lecture:
    return lambda code: libelle(liste, code)


def _commune(code: str) -> str:
    commune = communes_par_code().get(code)
    return commune.nom if commune else code


CHAMPS_IDENTITE: Mapping[str, tuple[str, Lecture]] = {
    "civilite": ("Civilité", _de("CIVILITE")),
    "nom_naissance": ("Nom de naissance", str),
    "nom_usage": ("Nom d'usage", str),
    "prenom": ("Prénom", str),
    "date_naissance": ("Date de naissance", str),
    "lieu_naissance": ("Lieu de naissance", str),
    "nationalite": ("Nationalité", str),
    "adresse": ("Adresse", str),
    "complement": ("Complément", str),
    "code_postal": ("Code postal", str),
    "commune": ("Commune", _commune),
    "sans_domicile": ("Sans domicile stable", str),
    "telephone": ("Téléphone", str),
    "telephone_2": ("Autre téléphone", str),
    "courriel": ("Courriel", str),
    "organisme_payeur": ("Organisme payeur", str),
    "matricule": ("N° allocataire", str),
    "role_foyer": ("Rôle dans le foyer", lambda code: ROLES_FOYER.get(code, code)),
    "numero_demande": ("N° de demande", str),
    "date_demande": ("Date de demande", str),
    "date_ouverture": ("Ouverture du droit", str),
    "etat_droit": ("État du droit", _de("ETAT_DROIT")),
    "soumis_droits_devoirs": ("Soumis aux droits et devoirs", str),
    "parcours": ("Parcours", _de("PARCOURS")),
    "commentaire": ("Commentaire", str),
    "source": ("Provenance", lambda code: LIBELLE_SOURCE.get(code, code)),
}
"""The fields of the page « Dossier », in its order: their labels, and how their codes read."""

_FIN: Mapping[str, tuple[str, Lecture]] = {"debut": ("Début", str), "fin": ("Fin", str)}
_TABLES: Mapping[str, tuple[str, Mapping[str, tuple[str, Lecture]]]] = {
    "beneficiaire": ("Identité", CHAMPS_IDENTITE),
    "contrat": (
        "Contrat RSA",
        {
            "type": ("Type de contrat", _de("TYPE_CONTRAT")),
            "numero": ("Numéro", str),
            **_FIN,
            "signature": ("Date de signature", str),
            "heures_hebdo": ("Heures hebdomadaires", str),
            "dispense": ("Motif de dispense", _de("DISPENSE")),
            "commentaire": ("Commentaire", str),
        },
    ),
    "etape": (
        "Étape",
        {
            "offre": ("Offre", str),
            "debut_reel": ("Début réel", str),
            "fin_reelle": ("Fin réelle", str),
            "motif_fin": ("Motif de fin d'étape", _de("MOTIF_FIN")),
            "debut_prevu": ("Début prévu", str),
            "fin_prevue": ("Fin prévue", str),
            "commentaire": ("Commentaire", str),
        },
    ),
    "affectation": ("Référent", {"nature": ("Qualité", lambda code: LIBELLE_NATURE.get(code, code)), **_FIN}),
    "entree_dispositif": (
        "Dispositif",
        {
            "dispositif": ("Dispositif", _de("DISPOSITIF")),
            "debut": ("Entrée", str),
            "fin": ("Sortie", str),
            "motif_fin": ("Motif de sortie", _de("MOTIF_SORTIE")),
            "commentaire": ("Commentaire", str),
        },
    ),
    "orientation": (
        "Orientation",
        {
            "parcours": ("Parcours", _de("PARCOURS")),
            "notifiee_le": ("Notifiée le", str),
            "delai_mois": ("Délai du diagnostic conjoint, en mois", str),
            "diagnostic_le": ("Diagnostic conjoint fait le", str),
        },
    ),
    "entretien": (
        "Entretien",
        {
            "debut": ("Date et heure", str),
            "duree": ("Durée en minutes", str),
            "type": ("Type d'entretien", _de("TYPE_ENTRETIEN")),
            "lieu": ("Lieu de l'entretien", _de("LIEU")),
            "vecteur": ("Vecteur", _de("VECTEUR")),
            "realisation": ("Réalisation", _de("REALISATION")),
        },
    ),
    "difficulte": (
        "Difficulté",
        {
            "nature": ("Nature de difficulté", _de("DIFFICULTE")),
            **_FIN,
            "realisation": ("Réalisation", _de("REALISATION_DIFFICULTE")),
        },
    ),
    "caracteristique": (
        "Caractéristique",
        {"valeur": ("Valeur", str), **_FIN, "actualisee_le": ("Actualisée le", str)},
    ),
    "disponibilite": (
        "Mobilité et disponibilité",
        {
            "zone": ("Zone de mobilité", lambda code: ZONES.get(code, code)),
            "zone_precision": ("Précision", str),
            "disponibilite": ("Disponibilité", lambda code: DISPONIBILITES.get(code, code)),
            "disponible_le": ("Disponible le", str),
            "temps": ("Temps de travail", lambda code: TEMPS.get(code, code)),
            "contraintes": ("Contraintes, horaires", str),
        },
    ),
}
_COMPTEES = {
    "entretien_theme": ("thème d'entretien", "thèmes d'entretien"),
    "bilan": ("bilan", "bilans"),
    "reponse": ("réponse de bilan", "réponses de bilan"),
    "note": ("note", "notes"),
    "document": ("document", "documents"),
    "rattachement": ("rattachement à un organisme", "rattachements à des organismes"),
}
"""What is counted only: its values are not for the history."""


def details(ctx: Contexte, revisions: Iterable[RevisionVue]) -> dict[uuid.UUID, list[LigneChangee]]:
    """Return what each act changed, by act, as this reader may see it."""
    par_acte: dict[uuid.UUID, list[LigneChangee]] = {}
    for revision in revisions:
        lignes = par_acte.setdefault(revision.acte, [])
        if revision.nom_table in _TABLES or revision.nom_table == "atout":
            lignes.append(_ligne(ctx, revision))
        elif revision.nom_table in _COMPTEES:
            _compter(lignes, revision)
    return par_acte


def _genre(revision: RevisionVue) -> str:
    if revision.avant is None:
        return AJOUT
    return SUPPRESSION if revision.apres is None else MODIFICATION


def _compter(lignes: list[LigneChangee], revision: RevisionVue) -> None:
    """Add one to the line of the same table and kind."""
    un, plusieurs = _COMPTEES[revision.nom_table]
    genre = _genre(revision)
    for rang, ligne in enumerate(lignes):
        if ligne.quoi in (un, plusieurs) and ligne.genre == genre:
            lignes[rang] = LigneChangee(quoi=plusieurs, genre=genre, nombre=ligne.nombre + 1)
            return
    lignes.append(LigneChangee(quoi=un, genre=genre))


def _ligne(ctx: Contexte, revision: RevisionVue) -> LigneChangee:
    quoi, champs = _TABLES.get(revision.nom_table, ("", {}))
    avant, apres = revision.avant or {}, revision.apres or {}
    ligne = apres or avant
    if revision.nom_table == "caracteristique":
        code = str(ligne["code"])
        definition = par_code().get(code)
        quoi = definition.libelle if definition else code
        if code in codes_sensibles() and not ctx.sensible:
            return LigneChangee(quoi=MASQUE, genre=_genre(revision))
    if revision.nom_table == "atout":
        return _atout(revision, avant, apres)
    if revision.nom_table == "difficulte" and ligne["nature"] in natures_sensibles() and not ctx.sensible:
        return LigneChangee(quoi=MASQUE, genre=_genre(revision))
    return LigneChangee(quoi=quoi, genre=_genre(revision), champs=_champs(champs, avant, apres))


def _atout(revision: RevisionVue, avant: Mapping[str, Any], apres: Mapping[str, Any]) -> LigneChangee:
    """Return a line of employabilité: its fields are those of its rubrique."""
    definition = DEFINITIONS[Rubrique(str((apres or avant)["rubrique"]))]
    champs: dict[str, tuple[str, Lecture]] = {}
    for nom, texte in definition.champs.items():
        choix = definition.listes.get(nom)
        metier = definition.rubrique is Rubrique.METIER and nom == "code"
        lecture = (lambda code, choix=choix: choix.get(code, code)) if choix else _de("METIER") if metier else str
        champs[nom] = (texte, lecture)
    return LigneChangee(quoi=definition.un, genre=_genre(revision), champs=_champs(champs, avant, apres))


def _champs(
    champs: Mapping[str, tuple[str, Lecture]], avant: Mapping[str, Any], apres: Mapping[str, Any]
) -> tuple[ChampChange, ...]:
    """Return the fields that differ, in their order."""
    return tuple(
        ChampChange(texte, en_francais(avant.get(nom), lecture), en_francais(apres.get(nom), lecture))
        for nom, (texte, lecture) in champs.items()
        if (avant.get(nom) or None) != (apres.get(nom) or None)
    )


def en_francais(valeur: Any, lecture: Lecture = str) -> str:
    """Return a value of a revision as it is read: dates jj/mm/aaaa, instants of Paris, yes and no, labels of codes."""
    if valeur is None or valeur == "":
        return ""
    if isinstance(valeur, bool):
        return "Oui" if valeur else "Non"
    if isinstance(valeur, dt.date | dt.datetime):
        valeur = valeur.isoformat()
    if not isinstance(valeur, str):
        return str(valeur)
    date = _date(valeur)
    return date or lecture(valeur)


def _date(texte: str) -> str:
    if not texte[:4].isdigit() or texte[4:5] != "-":
        return ""
    try:
        if len(texte) == 10:
            return f"{dt.date.fromisoformat(texte):%d/%m/%Y}"
        instant = dt.datetime.fromisoformat(texte).astimezone(PARIS)
    except ValueError:
        return ""
    return f"{instant:%d/%m/%Y} à {heure(instant)}"
