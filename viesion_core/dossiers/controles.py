"""The pure checks of what is typed about a person: French messages by field, empty when all is right."""

import datetime as dt
import operator
import re
from collections.abc import Iterable

import msgspec

from viesion_core.dossiers.model import (
    ORGANISMES_PAYEURS,
    ROLES_FOYER,
    EntreeDetail,
    SaisieEntree,
    SaisieIdentite,
)
from viesion_core.nomenclatures.model import cle, communes_par_code, nomenclature

AGE_MINIMAL, AGE_MAXIMAL = 15, 110
_COURRIEL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}")
_SEPARATEURS = re.compile(r"[\s.\-/()]")
_INDICATIF = re.compile(r"^(?:\+33|0033)0?")
_TELEPHONE = re.compile(r"0[1-9]\d{8}")
_LONGUEURS = {
    "nom_naissance": 80,
    "nom_usage": 80,
    "prenom": 80,
    "lieu_naissance": 80,
    "nationalite": 40,
    "adresse": 160,
    "complement": 160,
    "telephone": 20,
    "telephone_2": 20,
    "courriel": 160,
    "commentaire": 4000,
}
_LIMITES = operator.attrgetter(*_LONGUEURS)
_REQUIS = "Ce champ est requis."
_LISTE = "Choisissez un élément de la liste."


def nettoyer(saisie: SaisieIdentite) -> SaisieIdentite:
    """Return the same form without stray spaces, telephone numbers and identifiers in one shape."""
    donnees = msgspec.structs.asdict(saisie)
    textes = {champ: " ".join(valeur.split()) for champ, valeur in donnees.items() if valeur and type(valeur) is str}
    textes["commentaire"] = saisie.commentaire.strip()
    for champ in ("telephone", "telephone_2"):
        textes[champ] = telephone(textes.get(champ, ""))
    for champ in ("matricule", "numero_demande", "code_postal"):
        textes[champ] = textes.get(champ, "").replace(" ", "").upper()
    textes["courriel"] = textes.get("courriel", "").lower()
    return type(saisie)(**{**donnees, **textes})


def telephone(saisi: str) -> str:
    """Return « 06 12 34 56 78 » for a French number however it was typed; any other text as it is."""
    if not saisi:
        return saisi
    chiffres = _INDICATIF.sub("0", _SEPARATEURS.sub("", saisi))
    if not _TELEPHONE.fullmatch(chiffres):
        return saisi
    return " ".join(chiffres[rang : rang + 2] for rang in range(0, 10, 2))


def defauts_identite(saisie: SaisieIdentite, aujourdhui: dt.date) -> dict[str, str]:
    """Check the person: name and birth are required, the rest is checked when given."""
    defauts = {champ: _REQUIS for champ in ("nom_naissance", "prenom") if not cle(getattr(saisie, champ))}
    for (champ, maximum), valeur in zip(_LONGUEURS.items(), _LIMITES(saisie), strict=True):
        if len(valeur) > maximum:
            defauts[champ] = f"{maximum} caractères au plus."
    age = aujourdhui.year - saisie.date_naissance.year
    if saisie.date_naissance > aujourdhui:
        defauts["date_naissance"] = "La date de naissance est à venir."
    elif not AGE_MINIMAL <= age <= AGE_MAXIMAL:
        defauts["date_naissance"] = f"Cette personne aurait {age} ans : vérifiez la date de naissance."
    return defauts | _defauts_contact(saisie) | _defauts_droit(saisie, aujourdhui)


def _defauts_contact(saisie: SaisieIdentite) -> dict[str, str]:
    defauts = {}
    if saisie.code_postal and not re.fullmatch(r"\d{5}", saisie.code_postal):
        defauts["code_postal"] = "Le code postal compte 5 chiffres."
    if saisie.commune is not None and saisie.commune not in communes_par_code():
        defauts["commune"] = "Choisissez une commune de l'Hérault dans la liste."
    if saisie.courriel and not _COURRIEL.fullmatch(saisie.courriel):
        defauts["courriel"] = "Cette adresse est incomplète, par exemple prenom.nom@exemple.fr."
    for champ in ("telephone", "telephone_2"):
        numero = getattr(saisie, champ)
        if numero and not re.fullmatch(r"\+?[\d\s.\-/()]{4,20}", numero):
            defauts[champ] = "Saisissez un numéro de téléphone, par exemple 06 12 34 56 78."
    return defauts


def _defauts_droit(saisie: SaisieIdentite, aujourdhui: dt.date) -> dict[str, str]:
    defauts = {}
    for champ, liste in (("civilite", "CIVILITE"), ("etat_droit", "ETAT_DROIT"), ("parcours", "PARCOURS")):
        if getattr(saisie, champ) and getattr(saisie, champ) not in nomenclature(liste).par_code():
            defauts[champ] = _LISTE
    if saisie.organisme_payeur and saisie.organisme_payeur not in ORGANISMES_PAYEURS:
        defauts["organisme_payeur"] = _LISTE
    if saisie.role_foyer and saisie.role_foyer not in ROLES_FOYER:
        defauts["role_foyer"] = _LISTE
    if saisie.matricule and not re.fullmatch(r"[0-9A-Z]{1,15}", saisie.matricule):
        defauts["matricule"] = "Le numéro d'allocataire compte 15 caractères au plus, sans espace."
    if saisie.numero_demande and not re.fullmatch(r"[0-9A-Z]{1,11}", saisie.numero_demande):
        defauts["numero_demande"] = "Le numéro de demande compte 11 caractères au plus, sans espace."
    for champ in ("date_demande", "date_ouverture"):
        date = getattr(saisie, champ)
        if date is not None and date > aujourdhui:
            defauts[champ] = "Cette date est à venir."
    return defauts


def defauts_entree(
    saisie: SaisieEntree, autres: Iterable[EntreeDetail], aujourdhui: dt.date, sauf: object = None
) -> dict[str, str]:
    """Check an entry: dates in order and not to come, exit and motif together, never two at once of a dispositif."""
    defauts = {}
    if saisie.dispositif not in nomenclature("DISPOSITIF").par_code():
        defauts["dispositif"] = _LISTE
    if saisie.debut > aujourdhui:
        defauts["debut"] = "L'entrée ne peut pas être à venir."
    if saisie.motif_fin and saisie.motif_fin not in nomenclature("MOTIF_SORTIE").par_code():
        defauts["motif_fin"] = _LISTE
    elif saisie.fin is None and saisie.motif_fin:
        defauts["fin"] = "Le motif de sortie est choisi : saisissez aussi la date de sortie."
    elif saisie.fin is not None and not saisie.motif_fin:
        defauts["motif_fin"] = "La date de sortie est saisie : choisissez aussi le motif de sortie."
    if saisie.fin is not None and saisie.fin < saisie.debut:
        defauts["fin"] = f"La sortie précède l'entrée ({saisie.debut:%d/%m/%Y})."
    elif saisie.fin is not None and saisie.fin > aujourdhui:
        defauts["fin"] = "La sortie ne peut pas être à venir."
    genante = next((autre for autre in autres if autre.id != sauf and _secantes(autre, saisie)), None)
    if genante is not None and "debut" not in defauts:
        defauts["debut"] = _message_chevauchement(genante)
    return defauts


def _secantes(autre: EntreeDetail, saisie: SaisieEntree) -> bool:
    return (
        autre.dispositif == saisie.dispositif
        and (saisie.fin is None or autre.debut <= saisie.fin)
        and (autre.fin is None or autre.fin >= saisie.debut)
    )


def _message_chevauchement(genante: EntreeDetail) -> str:
    if genante.fin is None:
        return (
            f"L'entrée {genante.libelle} du {genante.debut:%d/%m/%Y} est encore ouverte : "
            "saisissez d'abord sa sortie, ou modifiez-la."
        )
    return (
        f"La personne était déjà dans le dispositif {genante.libelle} du {genante.debut:%d/%m/%Y} "
        f"au {genante.fin:%d/%m/%Y}."
    )
