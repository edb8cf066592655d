"""Every page of VieSion, crawled: a breadcrumb that ends on it, its help, forms that keep what is typed."""

import ast
from html.parser import HTMLParser
from pathlib import Path

from tests.securite.matrice import adresse, routes
from tests.securite.test_matrice import application, peupler
from tests.serveur import SQLITE, Serveur
from viesion_core.testing import Monde
from web import ecrans
from web.aide import aide_de

ECRANS = Path(ecrans.__file__).parent
SANS_FIL = {"/": "the accueil itself"}
"""Pages that need no breadcrumb, and why."""
HORS_PAGE = ("/connexion", "/static", "/sante", "/agenda/ical")


class Vue(HTMLParser):
    """What a page holds of its breadcrumb and of its forms."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fil: list[str] = []
        self.courante = False
        self.formulaires: list[tuple[dict[str, str | None], bool]] = []
        self.liens: set[str] = set()
        self._dans_fil = False
        self.feed(html)

    @property
    def sans_protection(self) -> list[str]:
        """The addresses of the forms with a free text that would be lost by leaving."""
        return [
            str(attributs.get("action"))
            for attributs, libre in self.formulaires
            if libre and not {"data-protege", "data-bilan-formulaire"} & set(attributs)
        ]

    def handle_starttag(self, balise: str, attributs: list[tuple[str, str | None]]) -> None:
        lus = dict(attributs)
        if balise == "nav":
            self._dans_fil = lus.get("aria-label") == "Fil d'Ariane"
        if self._dans_fil and balise in ("a", "span"):
            self.fil.append("")
            self.courante = lus.get("aria-current") == "page"
        if balise == "a":
            self.liens.add(str(lus.get("href")).partition("?")[0])
        if balise == "form" and lus.get("method") == "post":
            self.formulaires.append((lus, False))
        if (balise == "textarea" or "data-garde" in lus) and self.formulaires:
            self.formulaires[-1] = (self.formulaires[-1][0], True)

    def handle_endtag(self, balise: str) -> None:
        if balise == "nav":
            self._dans_fil = False

    def handle_data(self, texte: str) -> None:
        if self._dans_fil and self.fil:
            self.fil[-1] += texte.strip()


def test_la_lecture_voit_ce_qu_elle_cherche() -> None:
    vue = Vue(
        """<nav aria-label="Fil d'Ariane"><ol><li><a href="/">A</a></li><li><span aria-current="page">B</span></li></ol>
        </nav>
        <form method="post" data-protege><textarea></textarea></form>
        <form method="post" action="/x"><input data-garde="x"></form><form method="get"><textarea></textarea></form>"""
    )
    assert (vue.fil, vue.courante) == (["A", "B"], True)
    assert vue.sans_protection == ["/x"]


@SQLITE
async def test_chaque_page_a_son_fil_son_aide_et_garde_ce_qui_est_saisi(serveur: Serveur, monde: Monde) -> None:
    propres, autres = await peupler(monde, serveur.settings.dossier_documents)
    app = application()
    lectures = [r for r in routes(app) if r.methode == "GET" and not r.modele.startswith(HORS_PAGE)]
    vues, defauts = set(), []
    for ctx in (monde.referent, monde.directeur, monde.pilote, monde.administrateur):
        async with serveur.client(ctx) as client:
            for route in lectures:
                chemin = adresse(route, "propre", propres, autres)
                assert chemin is not None
                reponse = await client.get(chemin)
                html = reponse.headers.get("content-type", "").startswith("text/html")
                if reponse.status_code != 200 or not html or "<main" not in reponse.text:
                    continue
                vues.add(route.modele)
                defauts += [f"{ctx.role} {route.modele} : {d}" for d in _juger(route.modele, chemin, reponse.text)]
    assert defauts == []
    # What was read as a page: nearly all that answers GET, the files and the fragments apart.
    assert len(vues) > 60, sorted({r.modele for r in lectures} - vues)


def _juger(modele: str, chemin: str, html: str) -> list[str]:
    vue, defauts = Vue(html), []
    if modele not in SANS_FIL:
        if not vue.fil or not all(vue.fil):
            defauts.append("sans fil d'Ariane")
        elif not vue.courante or len(vue.fil) < 2:
            defauts.append(f"le fil ne finit pas sur la page : {vue.fil}")
    if not modele.startswith("/aide") and aide_de(chemin) is None:
        defauts.append("aucune aide d'écran")
    if "/aide/anomalie" not in vue.liens:
        defauts.append("« Signaler une anomalie » hors d'atteinte")
    defauts += [f"{action} perd ce qui est saisi" for action in vue.sans_protection]
    return defauts


MUETS = {
    "accueil.py": "GET: an administrator has no accueil",
    "affectations.py": "the page of the lot says what was done and undoes the whole of it",
    "alertes.py": "GET: the Infocentre opens on its alerts",
    "bilan_version.py": "GET: nothing to carry over, the bilan says why",
    "connexion.py": "the session opens, or is open already",
    "echanges.py": "the line leaves the list before one's eyes; what went to a partner has no undo",
    "entretiens.py": "GET: one étape of the way to the form",
    "envois.py": "the line leaves the list before one's eyes; what went to a partner has no undo",
    "recherche.py": "GET: the only person found",
    "reprises.py": "the page of the reprise says where it is; the background has no undo, the dry run is before",
}
"""Screens that redirect without saying what was done, and why."""


def test_chaque_acte_dit_ce_qui_est_fait_et_s_annule() -> None:
    """After an act the page comes back with it (« Annuler » on its toast), or with what was done (`MESSAGES`)."""
    muets = set()
    for fichier in sorted(ECRANS.glob("*.py")):
        for noeud in ast.walk(ast.parse(fichier.read_text(encoding="utf-8"))):
            if isinstance(noeud, ast.Call) and getattr(noeud.func, "attr", "") == "rediriger":
                dits = {mot.arg for mot in noeud.keywords} & {"acte", "fait"}
                if not dits and len(noeud.args) < 2:
                    muets.add(fichier.name)
    assert muets == set(MUETS)
