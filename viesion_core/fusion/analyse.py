"""The Jinja of a template: a short list of what is allowed, checked on the syntax tree of everything that is rendered.

`Environnement` refuses at the parse, so that no part of a document can be rendered without having been checked.
Runs only in the confined process of `ouvrier.py`.
"""

import re
from collections.abc import Callable
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from viesion_core.fusion.model import Defaut
from viesion_core.fusion.schema import Noeud, feuilles, proches

PROFONDEUR_MAXIMUM = 4
NOEUDS_MAXIMUM = 20_000
TEXTE_MAXIMUM = 200
DEFAUTS_MAXIMUM = 30
BOUCLE: dict[str, Noeud] = dict.fromkeys(("index", "index0", "revindex", "revindex0", "first", "last", "length"), "")


def _majuscules(texte: Any) -> str:
    return str(texte).upper()


def _minuscules(texte: Any) -> str:
    return str(texte).lower()


def _defaut(texte: Any, remplacement: str = "Non renseigné") -> str:
    return str(texte) if texte else remplacement


FILTRES: dict[str, Callable[..., str]] = {"majuscules": _majuscules, "minuscules": _minuscules, "defaut": _defaut}
_TRADUCTIONS = (
    (r"looking for the following tags: .*?'(end\w+)'", "il manque {{% {0} %}}"),
    (r"unknown tag '(\w+)'", "l'instruction « {0} » est inconnue ou mal placée"),
    (r"unexpected '(.+?)'", "le signe « {0} » n'est pas à sa place"),
    (r"expected token '(.+?)', got '(.+?)'", "« {0} » est attendu, « {1} » est trouvé"),
    (r"unexpected char '(.+?)'", "le signe « {0} » n'est pas permis"),
)


class ModeleRefuse(Exception):
    """The template cannot be used as it is; `defauts` says why."""

    def __init__(self, defauts: list[Defaut]) -> None:
        super().__init__(f"{len(defauts)} defects")
        self.defauts = defauts[:DEFAUTS_MAXIMUM]


class Environnement(ImmutableSandboxedEnvironment):
    """A Jinja without globals, without calls, that knows the fields of `arbre` and records those a template uses."""

    def __init__(self, arbre: dict[str, Any]) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined, cache_size=0)
        self.globals.clear()
        self.tests.clear()
        self.filters.clear()
        self.filters.update(FILTRES)
        self.arbre = arbre
        self.utilises: set[str] = set()

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """Return the syntax tree of a part, once it holds nothing but what is allowed."""
        try:
            arbre = super()._parse(source, name, filename)
        except TemplateSyntaxError as erreur:
            raise ModeleRefuse([_defaut_syntaxe(erreur, source)]) from erreur
        except RecursionError as erreur:
            raise ModeleRefuse([Defaut("Une expression du modèle est trop compliquée.")]) from erreur
        analyse = _Analyse(self.arbre, source)
        analyse.parcourir(arbre)
        self.utilises |= analyse.utilises
        if analyse.defauts:
            raise ModeleRefuse(list(analyse.defauts))
        return arbre


class _Analyse:
    """The walk over one syntax tree: every node must be known, every field must exist."""

    def __init__(self, arbre: dict[str, Any], source: str) -> None:
        self.arbre = arbre
        self.connus = feuilles(arbre)
        self.lignes = source.split("\n")
        self.defauts: dict[Defaut, None] = {}
        self.utilises: set[str] = set()
        self.nombre = 0

    def parcourir(self, racine: nodes.Template) -> None:
        """Check the whole template."""
        self._suite(racine.body, {}, 0)

    def _suite(self, corps: list[nodes.Node], portee: dict[str, tuple[str, Noeud]], profondeur: int) -> None:
        for noeud in corps:
            self.nombre += 1
            if self.nombre > NOEUDS_MAXIMUM or profondeur > PROFONDEUR_MAXIMUM * 3:
                raise ModeleRefuse([Defaut("Ce modèle est trop compliqué : simplifiez ses boucles et conditions.")])
            if isinstance(noeud, nodes.Output):
                for expression in noeud.nodes:
                    self._sortie(expression, portee)
            elif isinstance(noeud, nodes.For):
                self._boucle(noeud, portee, profondeur)
            elif isinstance(noeud, nodes.If):
                self._valeur(noeud.test, portee)
                for suite in (noeud.body, noeud.elif_, noeud.else_):
                    self._suite(list(suite), portee, profondeur + 1)
            else:
                self._refuser(noeud, f"L'instruction « {_nom_instruction(noeud)} » n'est pas permise.")

    def _sortie(self, expression: nodes.Node, portee: dict[str, tuple[str, Noeud]]) -> None:
        """Check what is written in the document: a text, never a list or a group of fields."""
        if isinstance(expression, nodes.TemplateData):
            return
        if isinstance(expression, nodes.And | nodes.Or):
            self._sortie(expression.left, portee)
            self._sortie(expression.right, portee)
            return
        if isinstance(expression, nodes.CondExpr):
            self._valeur(expression.test, portee)
            for membre in (expression.expr1, expression.expr2):
                if membre is not None:
                    self._sortie(membre, portee)
            return
        valeur = self._valeur(expression, portee)
        if valeur is None or isinstance(valeur[1], str):
            return
        chemin, noeud = valeur
        if isinstance(noeud, list):
            message = f"« {chemin} » est une liste : écrivez {{% for … in {chemin} %}}."
        else:
            suite = ", ".join(f"{chemin}.{cle}" for cle in list(noeud)[:3])
            message = f"« {chemin} » est un groupe de champs : précisez lequel ({suite}…)."
        self._refuser(expression, message)

    def _boucle(self, noeud: nodes.For, portee: dict[str, tuple[str, Noeud]], profondeur: int) -> None:
        if not isinstance(noeud.target, nodes.Name) or noeud.recursive:
            self._refuser(noeud, "Une boucle s'écrit {% for nom in liste %}.")
            return
        if sum(1 for _, element in portee.values() if element is not BOUCLE) >= PROFONDEUR_MAXIMUM:
            self._refuser(noeud, f"{PROFONDEUR_MAXIMUM} boucles l'une dans l'autre au plus.")
            return
        valeur = self._valeur(noeud.iter, portee)
        if valeur is None:
            return
        chemin, liste = valeur
        if not isinstance(liste, list):
            self._refuser(noeud, f"« {chemin or 'cette valeur'} » n'est pas une liste : on ne peut pas la répéter.")
            return
        interieur = {**portee, "loop": ("", BOUCLE), noeud.target.name: (f"{chemin}[]", liste[0])}
        if noeud.test is not None:
            self._valeur(noeud.test, interieur)
        self._suite(noeud.body, interieur, profondeur + 1)
        self._suite(noeud.else_, portee, profondeur + 1)

    def _valeur(self, expression: nodes.Node, portee: dict[str, tuple[str, Noeud]]) -> tuple[str, Noeud] | None:
        """Return the field that an expression names; ("", "") for a text; None when it was refused."""
        self.nombre += 1
        if self.nombre > NOEUDS_MAXIMUM:
            raise ModeleRefuse([Defaut("Ce modèle est trop compliqué : simplifiez ses boucles et conditions.")])
        if isinstance(expression, nodes.Name | nodes.Getattr | nodes.Getitem):
            return self._champ(expression, portee)
        if isinstance(expression, nodes.Const):
            if isinstance(expression.value, str | int | float | None) and len(str(expression.value)) <= TEXTE_MAXIMUM:
                return "", ""
            return self._refuser(expression, f"Un texte du modèle dépasse {TEXTE_MAXIMUM} signes.")
        if isinstance(expression, nodes.Filter):
            return self._filtre(expression, portee)
        membres = _membres(expression)
        if membres is not None:
            for membre in membres:
                self._valeur(membre, portee)
            return "", ""
        return self._refuser(expression, f"« {_nom_instruction(expression)} » n'est pas permis dans un modèle.")

    def _filtre(self, expression: nodes.Filter, portee: dict[str, tuple[str, Noeud]]) -> tuple[str, Noeud] | None:
        if expression.name not in FILTRES:
            return self._refuser(
                expression, f"Le filtre « {expression.name} » n'existe pas. Filtres permis : {', '.join(FILTRES)}."
            )
        arguments = expression.args
        simples = all(isinstance(a, nodes.Const) and isinstance(a.value, str) for a in arguments)
        if expression.kwargs or expression.dyn_args or expression.dyn_kwargs or not simples or len(arguments) > 1:
            return self._refuser(expression, f"Le filtre « {expression.name} » est mal écrit.")
        for membre in (*arguments, expression.node):
            if membre is not None:
                self._sortie(membre, portee)
        return "", ""

    def _champ(self, expression: nodes.Node, portee: dict[str, tuple[str, Noeud]]) -> tuple[str, Noeud] | None:
        morceaux = _morceaux(expression)
        if morceaux is None:
            return self._refuser(expression, "Un champ s'écrit avec des points : beneficiaire.nom.")
        tete, *reste = morceaux
        chemin, noeud = portee.get(tete, (tete, self.arbre.get(tete)))
        ecrit = tete
        if noeud is None:
            return self._inconnu(expression, ".".join(morceaux), ".".join(morceaux))
        for morceau in reste:
            ecrit = f"{ecrit}.{morceau}"
            if not isinstance(noeud, dict) or morceau not in noeud:
                return self._inconnu(expression, ecrit, f"{chemin}.{morceau}", noeud)
            chemin, noeud = f"{chemin}.{morceau}", noeud[morceau]
        if isinstance(noeud, str) and chemin and not chemin.startswith("."):
            self.utilises.add(chemin)
        elif isinstance(noeud, list):
            self.utilises.add(f"{chemin}[]")
        elif isinstance(noeud, dict) and noeud is not BOUCLE and "[]" not in chemin:
            self.utilises.add(chemin)
        return chemin, noeud

    def _inconnu(
        self, expression: nodes.Node, ecrit: str, chemin: str, noeud: Noeud | None = None
    ) -> tuple[str, Noeud] | None:
        if isinstance(noeud, str):
            message = f"« {ecrit} » n'existe pas : « {ecrit.rpartition('.')[0]} » est un texte, sans suite possible."
            return self._refuser(expression, message)
        if isinstance(noeud, list):
            message = f"« {ecrit.rpartition('.')[0]} » est une liste : écrivez d'abord une boucle {{% for … %}}."
            return self._refuser(expression, message)
        debut, _, mot = ecrit.rpartition(".")
        trouves = [f"{debut}.{cle}" for cle in proches(mot, noeud)] if isinstance(noeud, dict) else []
        trouves = trouves or proches(chemin, self.connus)
        conseil = f" Vouliez-vous dire « {' » ou « '.join(trouves)} » ?" if trouves else ""
        return self._refuser(expression, f"Le champ « {ecrit[:80]} » n'existe pas.{conseil}")

    def _refuser(self, noeud: nodes.Node, message: str) -> tuple[str, Noeud] | None:
        """Record a mistake; the expression names no field."""
        if len(self.defauts) < DEFAUTS_MAXIMUM:
            self.defauts[Defaut(message, extrait(self.lignes, noeud.lineno))] = None
        return None


def extrait(lignes: list[str], numero: int | None) -> str:
    """Return the words of the paragraph at a line of the patched XML, 90 signs at most; "" for no line."""
    ligne = lignes[numero - 1] if numero and 0 < numero <= len(lignes) else ""
    texte = " ".join(re.sub(r"<[^>]*>", " ", ligne).split())
    debut = max(0, min(texte.find("{"), len(texte) - 90))
    return texte[debut : debut + 90]


def _morceaux(expression: nodes.Node) -> list[str] | None:
    """Return the words of `a.b.c` or `a["b"].c`; None for anything computed, or private."""
    mots: list[str] = []
    noeud = expression
    while True:
        if isinstance(noeud, nodes.Name):
            mots.append(noeud.name)
            break
        if isinstance(noeud, nodes.Getattr):
            mots.append(noeud.attr)
        elif (
            isinstance(noeud, nodes.Getitem) and isinstance(noeud.arg, nodes.Const) and isinstance(noeud.arg.value, str)
        ):
            mots.append(noeud.arg.value)
        else:
            return None
        noeud = noeud.node
        if len(mots) > 10:
            return None
    return None if any(mot.startswith("_") for mot in mots) else mots[::-1]


def _membres(expression: nodes.Node) -> list[nodes.Expr] | None:
    """Return what a condition compares or combines; None for any other expression."""
    if isinstance(expression, nodes.Not):
        return [expression.node]
    if isinstance(expression, nodes.And | nodes.Or):
        return [expression.left, expression.right]
    if isinstance(expression, nodes.Compare):
        return [expression.expr, *(operande.expr for operande in expression.ops)]
    if isinstance(expression, nodes.CondExpr):
        return [m for m in (expression.test, expression.expr1, expression.expr2) if m is not None]
    return None


def _defaut_syntaxe(erreur: TemplateSyntaxError, source: str) -> Defaut:
    message = str(erreur.message or "")
    lignes = source.split("\n")
    ou = extrait(lignes, erreur.lineno)
    if ou.count("{{") != ou.count("}}") or ou.count("{%") != ou.count("%}"):
        return Defaut("Le modèle est mal écrit : une accolade n'est pas refermée.", ou)
    for motif, traduction in _TRADUCTIONS:
        if trouve := re.search(motif, message):
            detail = traduction.format(*(groupe[:40] for groupe in trouve.groups()))
            break
    else:
        detail = "vérifiez les accolades"
    return Defaut(f"Le modèle est mal écrit : {detail}.", ou)


def _nom_instruction(noeud: nodes.Node) -> str:
    noms: dict[str, str] = {"Call": "appel ( )", "Mul": "*", "Pow": "**", "Mod": "%", "Add": "+", "Concat": "~"}
    noms |= {
        "Assign": "set",
        "AssignBlock": "set",
        "CallBlock": "call",
        "FilterBlock": "filter",
        "Sub": "-",
        "Div": "/",
    }
    noms |= {"Scope": "autoescape", "Test": "is", "List": "[ ]", "Tuple": "( , )", "Dict": "{ : }"}
    nom = type(noeud).__name__
    return noms.get(nom, nom.lower())
