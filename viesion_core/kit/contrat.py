"""The quality contract of an offre: everything that is wrong with a distribution, point by point, in French.

The distribution is read from its folder, installed or not: its code runs in this process, guarded like any plugin's.
"""

import contextlib
import importlib
import pathlib
import sys
import tomllib
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

import msgspec

from viesion_core.bilans.lecture import QuestionnaireInvalide, lire_questionnaire
from viesion_core.bilans.relecture import Plan, relire
from viesion_core.extensions import EchecExtension, Registre
from viesion_core.extensions.compatibilite import COEUR, exigence_coeur, incompatibilite, version_coeur
from viesion_core.extensions.decouverte import GROUPE, Trouvee, trouver
from viesion_core.fusion.actions_modeles import champs_du_modele, controler
from viesion_core.fusion.champs import arbre_des_champs, defaut_extension
from viesion_core.fusion.model import ModeleFusion
from viesion_core.fusion.modeles_livres import modeles_du_coeur
from viesion_core.fusion.schema import inattendus, manquants
from viesion_core.kit.exemple import bilan_exemple, dossier_exemple
from viesion_core.kit.model import POINTS, Manquement
from viesion_core.kit.regles import juger_regles
from viesion_core.kit.source import crochets, imports_interdits
from viesion_core.kit.textes import libelles

__all__ = ["POINTS", "Manquement", "verifier"]


class Distribution(msgspec.Struct, frozen=True):
    """What pyproject.toml says: the plugin's name, its module, its version, its package folder.

    `incompatible`: why this VieSion is not the one that it requires, "" when it is.
    """

    nom: str
    version: str
    extension: str
    module: str
    paquet: pathlib.Path
    incompatible: str = ""


async def verifier(chemin: pathlib.Path, travail: pathlib.Path, *, limite_ms: float | None = None) -> list[Manquement]:
    """Return what the distribution of a folder has against the contract, in the order of `POINTS`.

    `travail`: a folder for a demo base on which the rules are tried. `limite_ms`: the time allowed to a rule.
    """
    try:
        distribution = _lire(chemin)
    except ValueError as erreur:
        return [Manquement("distribution", str(erreur))]
    if distribution.incompatible:
        return [Manquement("distribution", distribution.incompatible)]
    trouves = [Manquement("imports", message) for message in imports_interdits(distribution.paquet)]
    trouves += [Manquement("questionnaires", message) for message in _fichiers_toml(distribution.paquet)]
    with _importe(chemin, distribution) as (module, raison):
        if module is not None:
            trouves += [Manquement("crochets", message) for message in crochets(module)]
        if module is None:
            trouves.append(Manquement("declarations", f"l'import de {distribution.module} échoue, {raison}."))
        elif not any(m.point == "crochets" for m in trouves):
            trouves += await _juger(distribution, module, travail, limite_ms)
    rangs = list(POINTS)
    uniques = dict.fromkeys(trouves)
    return sorted(uniques, key=lambda manquement: rangs.index(manquement.point))


async def _juger(
    d: Distribution, module: ModuleType, travail: pathlib.Path, limite_ms: float | None
) -> list[Manquement]:
    registre = Registre.composer([Trouvee(d.extension, d.nom, d.version, module)])
    try:
        etat = registre.etats()[0]
        refus = [etat.erreur] if etat.erreur else list(etat.defaillances)
        trouves = [Manquement("declarations", message) for message in refus]
        if etat.erreur:
            return trouves
        trouves += [Manquement("codes", message) for message in _codes(registre, d.extension)]
        trouves += [Manquement("questionnaires", message) for message in _questionnaires(registre)]
        trouves += [Manquement("modeles", message) for message in await _modeles(registre)]
        trouves += [Manquement("libelles", message) for message in libelles(registre)]
        return trouves + await juger_regles(registre, travail, limite_ms)
    finally:
        registre.fermer()


def _lire(chemin: pathlib.Path) -> Distribution:
    """Return what pyproject.toml declares; ValueError (French) when something is missing."""
    try:
        brut = tomllib.loads((chemin / "pyproject.toml").read_text(encoding="utf-8"))
    except OSError as erreur:
        raise ValueError(f"{chemin} ne contient pas de pyproject.toml lisible.") from erreur
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as erreur:
        raise ValueError(f"pyproject.toml est illisible : {erreur}.") from erreur
    projet = brut.get("project")
    points = projet.get("entry-points", {}).get(GROUPE, {}) if isinstance(projet, dict) else {}
    if not isinstance(projet, dict) or not projet.get("name") or not projet.get("version"):
        raise ValueError("pyproject.toml ne dit ni le nom ni la version de la distribution ([project]).")
    if len(points) != 1:
        raise ValueError(f'pyproject.toml déclare un point d\'entrée dans [project.entry-points."{GROUPE}"].')
    nom, module = next(iter(points.items()))
    paquet = chemin / str(module).partition(".")[0]
    if not paquet.is_dir():
        raise ValueError(f"le point d'entrée désigne {module}, et le dossier {paquet.name} n'existe pas.")
    exigences = [str(exigence) for exigence in projet.get("dependencies", [])]
    if exigence_coeur(exigences) is None:
        raise ValueError(
            "pyproject.toml ne dit pas pour quelle version de VieSion l'extension est faite : "
            f'dependencies = ["{COEUR}>={version_coeur()},<1"].'
        )
    nom_distribution, version = str(projet["name"]), str(projet["version"])
    incompatible = incompatibilite(nom_distribution, version, exigences)
    return Distribution(nom_distribution, version, str(nom), str(module), paquet, incompatible)


@contextlib.contextmanager
def _importe(chemin: pathlib.Path, d: Distribution) -> Iterator[tuple[ModuleType | None, str]]:
    """Import the plugin of the folder, whatever is installed under its name; leave no trace of it behind."""
    racine = d.paquet.name
    gardes = {nom: sys.modules.pop(nom) for nom in list(sys.modules) if nom.partition(".")[0] == racine}
    sys.path.insert(0, str(chemin.resolve()))
    importlib.invalidate_caches()
    try:
        try:
            trouve: tuple[ModuleType | None, str] = (importlib.import_module(d.module), "")
        except (Exception, SystemExit) as erreur:
            trouve = (None, f"{type(erreur).__name__} : {erreur}")
        yield trouve
    finally:
        sys.path.remove(str(chemin.resolve()))
        for nom in [nom for nom in sys.modules if nom.partition(".")[0] == racine]:
            del sys.modules[nom]
        sys.modules.update(gardes)


def _fichiers_toml(paquet: pathlib.Path) -> Iterator[str]:
    """Yield the mistakes of the questionnaires of a package, each with its file and line."""
    for fichier in sorted(paquet.rglob("*.toml")):
        texte = fichier.read_text(encoding="utf-8", errors="replace")
        if "[[sections" not in texte:
            continue
        try:
            lire_questionnaire(texte)
        except QuestionnaireInvalide as erreur:
            yield from (f"{fichier.name}, ligne {defaut.ligne} : {defaut.message}" for defaut in erreur.defauts)


def _questionnaires(registre: Registre) -> Iterator[str]:
    """Yield the mistakes of the questionnaires that the plugin really declares, written in TOML or not."""
    for questionnaire in registre.tous_questionnaires():
        for defaut in relire(questionnaire, Plan("")):
            yield f"{questionnaire.code} version {questionnaire.version} : {defaut.message}"


def _codes(registre: Registre, extension: str) -> Iterator[str]:
    siens = _par_genre(registre)
    for genre, codes in siens.items():
        yield from (
            f"{genre} {code} est déclaré deux fois." for code in sorted({c for c in codes if codes.count(c) > 1})
        )
    # The plugin itself, when it is installed, is not another one.
    autres = Registre.composer(trouvee for trouvee in trouver() if trouvee.nom != extension)
    try:
        pris = _par_genre(autres)
    finally:
        autres.fermer()
    pris["le modèle"].extend(modele.code for modele in modeles_du_coeur())
    for genre, codes in siens.items():
        deja = sorted(set(codes) & set(pris[genre]))
        yield from (f"{genre} {code} est déjà pris par une extension installée." for code in deja)


def _par_genre(registre: Registre) -> Mapping[str, list[str]]:
    return {
        "l'offre": [offre.code for offre in registre.offres()],
        "le questionnaire": [f"{q.code} version {q.version}" for q in registre.tous_questionnaires()],
        "le modèle": [modele.code for modele in registre.modeles_fusion()],
        "la règle": [regle.code for regle in registre.regles_alerte()],
    }


async def _modeles(registre: Registre) -> list[str]:
    trouves: list[str] = []
    questionnaires = registre.questionnaires()
    for modele in registre.modeles_fusion():
        ou = f"« {modele.libelle} »"
        trouves += [f"{ou} : {champ.nom} n'a pas de description." for champ in modele.champs if not champ.libelle]
        trouves += [f"{ou} : {champ.nom} n'a pas d'exemple." for champ in modele.champs if not champ.exemple]
        if defaut := defaut_extension(modele.champs):
            trouves.append(f"{ou} : {defaut}")
            continue
        if modele.questionnaire and modele.questionnaire not in {q.code for q in questionnaires}:
            trouves.append(f"{ou} : le questionnaire {modele.questionnaire} n'est pas de l'extension.")
        controle = await controler(
            modele.contenu, champs_du_modele(modele.questionnaire, questionnaires, modele.champs)
        )
        trouves += [f"{ou} : {defaut.message}" for defaut in controle.defauts]
        trouves += [f"{ou} : {message}" for message in await _fournis(registre, modele)]
    return trouves


async def _fournis(registre: Registre, modele: ModeleFusion) -> list[str]:
    """Return what `completer_fusion` gives and does not document, or documents and does not give."""
    questionnaire = next((q for q in registre.questionnaires() if q.code == modele.questionnaire), None)
    dossier = dossier_exemple(modele.offre, questionnaire)
    bilan = bilan_exemple(dossier, questionnaire) if questionnaire else None
    try:
        valeurs = await registre.completer_fusion(modele.offre, dossier, bilan, modele.code)
    except EchecExtension as echec:
        return [f"completer_fusion échoue sur un dossier d'exemple. {echec.message}"]
    noms = [champ.nom for champ in modele.champs]
    faux = inattendus(valeurs, arbre_des_champs(modele.champs))
    return [
        *(f"{nom} est décrit, et completer_fusion ne le fournit pas." for nom in manquants(valeurs, noms)),
        *(f"{nom} est fourni, et aucun ChampFusion ne le décrit." for nom in sorted(_feuilles(valeurs) - set(noms))),
        *(f"{nom} n'est pas un texte, ou pas la liste annoncée." for nom in faux),
    ]


def _feuilles(valeur: Any, chemin: str = "") -> set[str]:
    """Return the names of the fields that are given: `mos.attention[].texte`."""
    if isinstance(valeur, Mapping):
        prefixe = f"{chemin}." if chemin else ""
        return {nom for cle, enfant in valeur.items() for nom in _feuilles(enfant, f"{prefixe}{cle}")}
    if isinstance(valeur, list):
        return {nom for element in valeur for nom in _feuilles(element, f"{chemin}[]")}
    return {chemin}
