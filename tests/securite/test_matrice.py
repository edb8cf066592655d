"""Who may do what: the matrix holds on both engines, and faults planted on purpose are seen."""

import contextlib
import pathlib
from collections.abc import Callable

import pytest
from litestar import Litestar, get
from litestar.routes import HTTPRoute

from tests import serveur as tests_serveur
from tests.offres import garder_bilans, installees
from tests.securite import matrice
from tests.securite.objets import Objets, creer_objets, transmettre
from tests.serveur import SQLITE, Serveur, servir
from viesion_core.acces import perimetre
from viesion_core.acces.queries import empreinte
from viesion_core.contexte import Contexte, contexte_systeme
from viesion_core.db import convertir, lire, lire_un, lire_valeur
from viesion_core.erreurs import Introuvable
from viesion_core.extensions import charger_extensions
from viesion_core.parcours import queries as parcours
from viesion_core.partenaires.actions import creer_cle, revoquer_cle
from viesion_core.partenaires.model import PREFIXE, Cle, Portee
from viesion_core.settings import Settings
from viesion_core.testing import MAINTENANT, Monde
from web import cles as web_cles
from web import politiques
from web.api.service import PREFIXE as API
from web.application import create_app

INSTANTANE = pathlib.Path(__file__).parent / "politiques.txt"


def application() -> Litestar:
    """Return the application alone: its routes and policies."""
    return create_app(Settings(secret="s" * 40), charger_extensions(), avec_worker=False)


async def peupler(monde: Monde, documents: pathlib.Path) -> tuple[Objets, Objets]:
    """Give both organisms one of everything."""
    await garder_bilans()
    autre_offre = await lire_valeur("SELECT id FROM offre_de_service WHERE organisme = {}", monde.autre_organisme)
    propres = await creer_objets(monde, monde.referent, monde.offre_de_service, "CANARI-PROPRE", documents)
    autres = await creer_objets(monde, monde.autre_referent, autre_offre, "CANARI-AUTRE", documents)
    await transmettre(monde.autre_referent, autres)
    return propres, autres


def test_every_route_has_the_policy_that_was_reviewed() -> None:
    """The reviewed table: a new or changed route shows here, and is read before it is accepted."""
    table = politiques.table_des_politiques(application())
    texte = "".join(f"{methode:7}{chemin}  [{regle}]\n" for methode, chemin, regle in table)
    assert texte == INSTANTANE.read_text(encoding="utf-8"), "read what changed, then update politiques.txt"
    assert {regle for _, _, regle in table} <= set(matrice.PERMIS)


async def test_the_matrix_holds(serveur: Serveur, monde: Monde) -> None:
    propres, autres = await peupler(monde, serveur.settings.dossier_documents)
    trouves = [d async for d in matrice.defauts(serveur, application(), monde, propres, autres)]
    if "mos" not in installees():  # the bilans of an offre that is not installed are read and nothing else
        trouves = [d for d in trouves if not ("/bilans/" in d and "(propre) : répond 403 à un rôle" in d)]
    assert not trouves, "\n".join(trouves)


async def des_cles(serveur: Serveur) -> dict[str, str]:
    """Make a key of each scope, one that is revoked, and one that was never made."""
    ctx, faites = contexte_systeme(MAINTENANT), {}
    for nom in (*(str(p) for p in Portee), "révoquée"):
        portees = list(Portee) if nom == "révoquée" else [nom]
        faites[nom] = await creer_cle(
            ctx, nom=nom, emetteur="SOLIS", portees=portees, limite=6_000, secret=serveur.settings.secret
        )
    await revoquer_cle(ctx, faites["révoquée"].id)
    return {nom: faite.jeton for nom, faite in faites.items()} | {"fausse": f"{PREFIXE}{'x' * 43}"}


@pytest.mark.offre("solis_bridge")
async def test_each_key_opens_its_flow_and_no_screen(serveur: Serveur, monde: Monde) -> None:
    propres, _ = await peupler(monde, serveur.settings.dossier_documents)
    cles = await des_cles(serveur)
    trouves = [d async for d in matrice.defauts_cles(serveur, application(), cles, propres)]
    assert not trouves, "\n".join(trouves)


Faute = Callable[[pytest.MonkeyPatch], None]


def _perimetre_ouvert(monkeypatch: pytest.MonkeyPatch) -> None:
    ouvert = "({{}} IS NOT NULL AND {{}} IS NOT NULL AND {colonne} > 0)"
    monkeypatch.setattr(perimetre, "_RATTACHE", ouvert)


def _aveu(monkeypatch: pytest.MonkeyPatch) -> None:
    exiger = perimetre.exiger_dossier

    async def avouer(ctx: Contexte, numero: int) -> None:
        try:
            await exiger(ctx, numero)
        except Introuvable:
            if await lire_valeur("SELECT 1 FROM beneficiaire WHERE numero = {}", numero):
                raise Introuvable("Ce dossier est suivi par un autre organisme.") from None
            raise

    monkeypatch.setattr(politiques, "exiger_dossier", avouer)


def _objet_d_un_autre_dossier(monkeypatch: pytest.MonkeyPatch) -> None:
    async def un(ctx: Contexte, requete: str, alias: str, numero: int, identifiant: object) -> object:
        lignes = await lire(f"{requete} WHERE {alias}.id = {{}}", identifiant)
        if not lignes:
            raise Introuvable
        return lignes[0]

    monkeypatch.setattr(parcours, "_un", un)


def _incident(monkeypatch: pytest.MonkeyPatch) -> None:
    async def casser(*_: object, **__: object) -> object:
        raise ZeroDivisionError

    monkeypatch.setattr("web.ecrans.difficultes.difficultes_page", casser)


def _session_qui_survit(monkeypatch: pytest.MonkeyPatch) -> None:
    async def oublier(jeton: str) -> None: ...

    monkeypatch.setattr("web.ecrans.connexion.fermer_session", oublier)


def _notes_de_tous(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("viesion_core.notes.queries._visible", lambda ctx: ("1 = 1", []))


def _politique(methode: str, chemin: str, regle: politiques.Politique) -> Faute:
    """Return the fault « this route has another policy than the one that was reviewed »."""

    def planter(monkeypatch: pytest.MonkeyPatch) -> None:
        def composer(*arguments: object, **options: object) -> Litestar:
            app = create_app(*arguments, **options)  # type: ignore[arg-type]  # passed through as they come
            for route in app.routes:
                if isinstance(route, HTTPRoute) and route.path_format == chemin:
                    for handler in route.route_handlers:
                        if methode in handler.http_methods:
                            handler.opt[politiques.CLE] = regle
            return app

        monkeypatch.setattr(tests_serveur, "create_app", composer)

    return planter


FAUTES: dict[str, Faute] = {
    "the perimeter lets every organism in": _perimetre_ouvert,
    "a refusal tells that the dossier exists": _aveu,
    "an object is read through another dossier": _objet_d_un_autre_dossier,
    "a list shows the notes of all": _notes_de_tous,
    "a screen breaks": _incident,
    "a closed session survives": _session_qui_survit,
    "the administration is open to all": _politique("GET", "/administration", politiques.CONNECTE),
    "the accounts are open to all": _politique("GET", "/administration/utilisateurs", politiques.CONNECTE),
    "a dossier is public": _politique("GET", "/beneficiaires/{numero}", politiques.PUBLIQUE),
    "the pilote may write": _politique("POST", "/beneficiaires/{numero}/contrats/nouveau", politiques.DOSSIER_LECTURE),
    "a référent is shut out": _politique("GET", "/beneficiaires", politiques.ADMINISTRATION),
    "a session opens the API": _politique("GET", f"{API}/creneaux", politiques.DEPARTEMENT),
    "an administrator reads dossiers": _politique(
        "GET", "/beneficiaires/{numero}/entretiens", politiques.Politique("ouverte")
    ),
}


def _portee_oubliee(monkeypatch: pytest.MonkeyPatch) -> None:
    admettre = web_cles._admettre

    async def tout_admettre(connexion: web_cles.Connexion, cle: Cle | None, portee: Portee | None) -> None:
        await admettre(connexion, cle, None)

    monkeypatch.setattr(web_cles, "_admettre", tout_admettre)


def _revoquee_admise(monkeypatch: pytest.MonkeyPatch) -> None:
    async def presentee(jeton: str) -> Cle | None:
        ligne = await lire_un("SELECT * FROM partenaire_cle WHERE empreinte = {}", empreinte(jeton))
        return convertir(Cle, {c: ligne[c] for c in Cle.__struct_fields__}) if ligne else None

    monkeypatch.setattr(web_cles, "cle_presentee", presentee)


def _signature_ignoree(monkeypatch: pytest.MonkeyPatch) -> None:
    async def accepter(connexion: web_cles.Connexion, portee: Portee | None) -> None: ...

    monkeypatch.setattr(politiques, "exiger_signature", accepter)


def _n_importe_quelle_cle(monkeypatch: pytest.MonkeyPatch) -> None:
    async def presentee(jeton: str) -> Cle | None:
        ligne = await lire_un("SELECT * FROM partenaire_cle WHERE revoquee_le IS NULL LIMIT 1")
        return convertir(Cle, {c: ligne[c] for c in Cle.__struct_fields__}) if ligne else None

    monkeypatch.setattr(web_cles, "cle_presentee", presentee)


FAUTES_CLES: dict[str, Faute] = {
    "the scope of a key is forgotten": _portee_oubliee,
    "a revoked key still opens": _revoquee_admise,
    "any secret is taken": _n_importe_quelle_cle,
    "a signature is not checked": _signature_ignoree,
    "a route of the partners is public": _politique("GET", f"{API}/creneaux", politiques.CONNECTE),
    "a flow opens with another's scope": _politique("POST", f"{API}/alloc/lots", politiques.CLE_CRENEAUX),
    "a key opens a screen": _politique("GET", "/beneficiaires", politiques.CLE_PARTENAIRE),
}


@SQLITE
@pytest.mark.parametrize("faute", FAUTES_CLES.values(), ids=FAUTES_CLES.keys())
async def test_a_fault_of_the_keys_planted_on_purpose_is_seen(
    faute: Faute, adresse_base: str, monde: Monde, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    propres, _ = await peupler(monde, tmp_path / "donnees" / "documents")
    faute(monkeypatch)
    async with servir(adresse_base, tmp_path / "donnees") as serveur:
        cles = await des_cles(serveur)
        async with contextlib.aclosing(matrice.defauts_cles(serveur, application(), cles, propres)) as trouves:
            assert await anext(trouves, None), "the fault went unseen"


@SQLITE
@pytest.mark.parametrize("faute", FAUTES.values(), ids=FAUTES.keys())
async def test_a_fault_planted_on_purpose_is_seen(
    faute: Faute, adresse_base: str, monde: Monde, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    propres, autres = await peupler(monde, tmp_path / "donnees" / "documents")
    faute(monkeypatch)
    async with (
        servir(adresse_base, tmp_path / "donnees") as serveur,
        contextlib.aclosing(matrice.defauts(serveur, application(), monde, propres, autres)) as trouves,
    ):
        assert await anext(trouves, None), "the fault went unseen"


def test_a_route_without_a_policy_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    @get("/oubliee", sync_to_thread=False)
    def oubliee() -> str:
        return "personne n'y a pensé"

    monkeypatch.setattr("web.application.ECRANS", [oubliee])
    with pytest.raises(LookupError, match="GET /oubliee"):
        application()
