"""Employabilité: values, what each rubrique asks, and the rules of what may be typed.

Métiers are those of the ROME (nomenclature METIER, a selection) or a free text: a person may aim at a métier that
no list has.
"""

import datetime as dt
import enum
import uuid
from collections.abc import Iterable, Mapping

import msgspec

from viesion_core.nomenclatures.model import nomenclature

LONGUEUR_COMMENTAIRE = 2_000
PREMIERE_ANNEE = 1940
_LISTE = "Choisissez un élément de la liste."

PRIORITES = {"PRINCIPAL": "Projet principal", "SECONDAIRE": "Autre projet", "A_EXPLORER": "À explorer"}
NIVEAUX_DIPLOME = {
    "SANS": "Sans diplôme ou infra 3",
    "3": "3 CAP, BEP, titre",
    "4": "4 Bac",
    "5": "5 Bac+2",
    "6": "6 Bac+3/4",
    "7": "7 Bac+5",
    "8": "8 Doctorat",
    "CERTIFICAT": "Certificat, habilitation",
}
NIVEAUX_LANGUE = {
    "DEBUTANT": "Débutant",
    "INTERMEDIAIRE": "Intermédiaire",
    "COURANT": "Courant",
    "MATERNELLE": "Langue maternelle",
}
CATEGORIES_PERMIS = {
    "CODE": "Code obtenu",
    "AM": "AM (cyclomoteur)",
    "A": "A (moto)",
    "B": "B (voiture)",
    "BE": "BE (remorque)",
    "C": "C (poids lourd)",
    "CE": "CE (super lourd)",
    "D": "D (transport en commun)",
    "CACES": "CACES",
    "BATEAU": "Permis bateau",
}
ZONES = {"COMMUNE": "Commune", "30_KM": "30 km", "DEPARTEMENT": "Département", "AU_DELA": "Au-delà"}
DISPONIBILITES = {
    "IMMEDIATE": "Immédiate",
    "SOUS_1_MOIS": "Sous un mois",
    "SOUS_3_MOIS": "Sous trois mois",
    "PLUS_TARD": "Plus tard",
}
TEMPS = {"PLEIN": "Temps plein", "PARTIEL": "Temps partiel", "INDIFFERENT": "Indifférent"}


class Rubrique(enum.StrEnum):
    """The lists of the page « Employabilité »."""

    METIER = "METIER"
    EXPERIENCE = "EXPERIENCE"
    DIPLOME = "DIPLOME"
    LANGUE = "LANGUE"
    PERMIS = "PERMIS"


class DefinitionRubrique(msgspec.Struct, frozen=True, kw_only=True):
    """What a rubrique asks: its labels, and the label of each field it has (column name to label).

    `listes`: the choices of a field, by code; `requis`: one of these at least must be filled.
    """

    rubrique: Rubrique
    libelle: str
    un: str
    ajouter: str
    champs: Mapping[str, str]
    listes: Mapping[str, Mapping[str, str]] = {}
    requis: tuple[str, ...] = ("intitule",)


DEFINITIONS: Mapping[Rubrique, DefinitionRubrique] = {
    d.rubrique: d
    for d in (
        DefinitionRubrique(
            rubrique=Rubrique.METIER,
            libelle="Métiers visés",
            un="Métier visé",
            ajouter="Ajouter un métier visé",
            champs={
                "code": "Métier (ROME)",
                "intitule": "Autre métier",
                "niveau": "Place dans le projet",
                "commentaire": "Commentaire",
            },
            listes={"niveau": PRIORITES},
            requis=("code", "intitule"),
        ),
        DefinitionRubrique(
            rubrique=Rubrique.EXPERIENCE,
            libelle="Expériences",
            un="Expérience",
            ajouter="Ajouter une expérience",
            champs={
                "intitule": "Poste occupé",
                "detail": "Employeur ou lieu",
                "annee_debut": "De (année)",
                "annee_fin": "À (année)",
                "commentaire": "Tâches, savoir-faire",
            },
        ),
        DefinitionRubrique(
            rubrique=Rubrique.DIPLOME,
            libelle="Diplômes et formations",
            un="Diplôme",
            ajouter="Ajouter un diplôme",
            champs={
                "intitule": "Diplôme ou formation",
                "niveau": "Niveau",
                "detail": "Établissement, pays",
                "annee_fin": "Obtenu en (année)",
                "commentaire": "Commentaire",
            },
            listes={"niveau": NIVEAUX_DIPLOME},
        ),
        DefinitionRubrique(
            rubrique=Rubrique.LANGUE,
            libelle="Langues",
            un="Langue",
            ajouter="Ajouter une langue",
            champs={"intitule": "Langue", "niveau": "À l'oral", "niveau_ecrit": "À l'écrit"},
            listes={"niveau": NIVEAUX_LANGUE, "niveau_ecrit": NIVEAUX_LANGUE},
        ),
        DefinitionRubrique(
            rubrique=Rubrique.PERMIS,
            libelle="Permis",
            un="Permis",
            ajouter="Ajouter un permis",
            champs={"code": "Catégorie", "annee_fin": "Obtenu en (année)", "commentaire": "Précision"},
            listes={"code": CATEGORIES_PERMIS},
            requis=("code",),
        ),
    )
}


class SaisieAtout(msgspec.Struct, frozen=True, kw_only=True):
    """What the form of a rubrique gives; the fields that it does not have stay empty."""

    code: str = ""
    intitule: str = ""
    detail: str = ""
    niveau: str = ""
    niveau_ecrit: str = ""
    annee_debut: int | None = None
    annee_fin: int | None = None
    commentaire: str = ""


class Atout(SaisieAtout, frozen=True, kw_only=True):
    """A line of a rubrique."""

    id: uuid.UUID
    beneficiaire: int
    rubrique: Rubrique
    actualise_le: dt.date
    auteur: str
    version: int

    @property
    def definition(self) -> DefinitionRubrique:
        """What its rubrique asks."""
        return DEFINITIONS[self.rubrique]

    @property
    def nom(self) -> str:
        """« Maçonnerie », « Serveuse », « B (voiture) »."""
        return nom_atout(self.rubrique, self)

    @property
    def precisions(self) -> list[str]:
        """What is said beside its name: place in the project, employer, level, years."""
        dits = [self.detail]
        if self.rubrique is Rubrique.METIER and self.code:
            dits.append(f"ROME {self.code}")
        if self.rubrique is Rubrique.LANGUE:
            dits += [f"{texte} : {NIVEAUX_LANGUE.get(code, code)}" for texte, code in self._niveaux() if code]
        elif self.niveau:
            dits.append(self.definition.listes["niveau"].get(self.niveau, self.niveau))
        dits.append(annees(self.annee_debut, self.annee_fin))
        return [dit for dit in dits if dit]

    def _niveaux(self) -> tuple[tuple[str, str], tuple[str, str]]:
        return ("oral", self.niveau), ("écrit", self.niveau_ecrit)


class SaisieDisponibilite(msgspec.Struct, frozen=True, kw_only=True):
    """What « Mobilité et disponibilité » gives."""

    zone: str = ""
    zone_precision: str = ""
    disponibilite: str = ""
    disponible_le: dt.date | None = None
    temps: str = ""
    contraintes: str = ""


class Disponibilite(SaisieDisponibilite, frozen=True, kw_only=True):
    """Where and when a person can work."""

    id: uuid.UUID
    beneficiaire: int
    actualise_le: dt.date
    auteur: str
    version: int


class Employabilite(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of the page."""

    atouts: tuple[Atout, ...]
    disponibilite: Disponibilite | None

    def de(self, rubrique: Rubrique) -> list[Atout]:
        """Return the lines of a rubrique, in the order in which they are read."""
        siens = [a for a in self.atouts if a.rubrique is rubrique]
        rangs = list(PRIORITES)
        return sorted(
            siens,
            key=lambda a: (
                rangs.index(a.niveau) if a.niveau in rangs else len(rangs),
                -(a.annee_fin or a.annee_debut or 0),
                a.nom,
            ),
        )


def nom_atout(rubrique: Rubrique, saisie: SaisieAtout) -> str:
    """Return the name of a line: its own text, else the label of its code."""
    if saisie.intitule:
        return saisie.intitule
    if rubrique is Rubrique.PERMIS:
        return CATEGORIES_PERMIS.get(saisie.code, saisie.code)
    return nomenclature("METIER").libelle_de(saisie.code)


def annees(debut: int | None, fin: int | None) -> str:
    """Return « 2019 à 2022 », « depuis 2019 », « 2022 », "" when nothing is known."""
    if debut and fin:
        return str(fin) if debut == fin else f"{debut} à {fin}"
    return f"depuis {debut}" if debut else str(fin or "")


def nettoyer(saisie: SaisieAtout) -> SaisieAtout:
    """Return the same form without stray spaces."""
    textes = {champ: " ".join(getattr(saisie, champ).split()) for champ in ("intitule", "detail")}
    return msgspec.structs.replace(saisie, **textes, commentaire=saisie.commentaire.strip())


def defauts_atout(
    rubrique: Rubrique, saisie: SaisieAtout, autres: Iterable[Atout], aujourdhui: dt.date, sauf: uuid.UUID | None = None
) -> dict[str, str]:
    """Check a line: what is required, the lists, the years, and that it is not there already."""
    definition = DEFINITIONS[rubrique]
    defauts = {}
    if not any(getattr(saisie, champ) for champ in definition.requis):
        manque = "Choisissez un métier, ou écrivez-le." if len(definition.requis) > 1 else "Ce champ est requis."
        defauts[definition.requis[0]] = manque
    for champ, choix in definition.listes.items():
        if getattr(saisie, champ) and getattr(saisie, champ) not in choix:
            defauts[champ] = _LISTE
    if rubrique is Rubrique.METIER and saisie.code and saisie.code not in nomenclature("METIER").par_code():
        defauts["code"] = _LISTE
    for champ, maximum in (("intitule", 120), ("detail", 120), ("commentaire", LONGUEUR_COMMENTAIRE)):
        if len(getattr(saisie, champ)) > maximum:
            defauts[champ] = f"{maximum} caractères au plus."
    defauts |= _defauts_annees(saisie, aujourdhui)
    jumeau = any(
        a.rubrique is rubrique and a.id != sauf and _cle(a) == _cle(saisie) and rubrique is not Rubrique.EXPERIENCE
        for a in autres
    )
    if jumeau and not defauts:
        nom = nom_atout(rubrique, saisie)
        defauts[definition.requis[0]] = f"« {nom} » est déjà dans la liste : modifiez cette ligne."
    return defauts


def _cle(saisie: SaisieAtout) -> tuple[str, str]:
    return saisie.code, saisie.intitule.casefold()


def _defauts_annees(saisie: SaisieAtout, aujourdhui: dt.date) -> dict[str, str]:
    defauts = {
        champ: f"Une année entre {PREMIERE_ANNEE} et {aujourdhui.year}."
        for champ in ("annee_debut", "annee_fin")
        if getattr(saisie, champ) is not None and not PREMIERE_ANNEE <= getattr(saisie, champ) <= aujourdhui.year
    }
    if not defauts and saisie.annee_debut and saisie.annee_fin and saisie.annee_fin < saisie.annee_debut:
        defauts["annee_fin"] = "La fin précède le début."
    return defauts


def defauts_disponibilite(saisie: SaisieDisponibilite) -> dict[str, str]:
    """Check « Mobilité et disponibilité »."""
    defauts = {}
    for champ, choix in (("zone", ZONES), ("disponibilite", DISPONIBILITES), ("temps", TEMPS)):
        if getattr(saisie, champ) and getattr(saisie, champ) not in choix:
            defauts[champ] = _LISTE
    if len(saisie.zone_precision) > 160:
        defauts["zone_precision"] = "160 caractères au plus."
    if len(saisie.contraintes) > LONGUEUR_COMMENTAIRE:
        defauts["contraintes"] = f"{LONGUEUR_COMMENTAIRE} caractères au plus."
    return defauts
