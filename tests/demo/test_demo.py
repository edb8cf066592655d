"""The synthetic département: its proportions, its rules, the same people for the same seed, on both engines."""

import datetime as dt
import uuid

import pytest

from tests.demo.aides import ACTIF, AUJOURDHUI, MAINTENANT, REQUISES, compter, construire, contexte, parametres
from viesion_core.acces.sessions import ouvrir_session
from viesion_core.actes import acte_recent, annuler_acte, changements
from viesion_core.agenda.queries_ateliers import seances
from viesion_core.alertes.queries import compter as compter_alertes
from viesion_core.alertes.regles import regles_coeur
from viesion_core.db import Base, lire, lire_un, lire_valeur
from viesion_core.demo import COMPTES, MOT_DE_PASSE, construire_demo, etat_demo
from viesion_core.dossiers.recherche import chercher
from viesion_core.entretiens.model import jour_de
from viesion_core.entretiens.queries import agenda
from viesion_core.erreurs import ErreurMetier
from viesion_core.extensions import charger_extensions
from viesion_core.journal import verifier_chaine
from viesion_core.nomenclatures.model import definitions_caracteristiques, nomenclatures
from viesion_core.organismes.model import defaut_siret
from viesion_core.parcours.queries import affectations, contrats, etapes


@pytest.mark.offre("mos", "moc", "cparti", "psme")
async def test_the_demo_holds_what_the_reference_says(base: Base) -> None:
    await construire(600)
    assert await lire_valeur("SELECT count(*) FROM organisme") == 12
    assert await lire_valeur("SELECT count(*) FROM utilisateur") == 40
    assert await compter("1 = 1") == 600
    assert await compter(ACTIF) == round(600 * 13_300 / 45_000)
    for table, par_personne in (
        ("contrat", 70_000 / 45_000),
        ("etape", 80_000 / 45_000),
        ("entretien", 320_000 / 45_000),
        ("bilan", 60_000 / 45_000),
        ("reponse", 1_300_000 / 45_000),
        ("difficulte", 80_000 / 45_000),
        ("caracteristique", 900_000 / 45_000),
    ):
        nombre = await lire_valeur(f"SELECT count(*) FROM {table}")
        assert nombre / 600 == pytest.approx(par_personne, rel=0.2), table
    await _realisations()
    await _alertes()
    await _chaque_alerte()
    await _portefeuilles()
    assert (await verifier_chaine()).intacte


async def _realisations() -> None:
    lignes = await lire("SELECT realisation, count(*) AS n FROM entretien WHERE debut < {} GROUP BY 1", MAINTENANT)
    nombres = {ligne["realisation"]: ligne["n"] for ligne in lignes}
    total = sum(nombres.values())
    connus = {"PRESENCE": 0.70, "ABS_JUST": 0.12, "ABS_NON_JUST": 0.14}
    for code, part in connus.items():
        assert nombres[code] / total == pytest.approx(part, abs=0.02), code
    assert sum(n for code, n in nombres.items() if code not in connus) / total == pytest.approx(0.04, abs=0.015)


async def _alertes() -> None:
    """The alert shares of the deck's screens, of all the people (domain reference §6)."""
    mois_12, mois_24, mois_3 = dt.date(2025, 11, 25), dt.date(2024, 11, 25), dt.date(2026, 8, 25)
    debut_premiere = "(SELECT min(y.debut_reel) FROM etape y WHERE y.beneficiaire = b.numero)"
    attendues = {
        "A01": (1, f"{ACTIF} AND EXISTS (SELECT 1 FROM entree_dispositif e WHERE e.beneficiaire = b.numero "
                "AND e.fin IS NULL AND e.debut < {})", [mois_24]),
        "A02": (120, f"(SELECT count(*) FROM caracteristique k WHERE k.beneficiaire = b.numero AND k.fin IS NULL "
                f"AND k.code IN ({REQUISES})) < 16", []),
        "A03": (30, f"EXISTS (SELECT 1 FROM caracteristique k WHERE k.beneficiaire = b.numero AND k.fin IS NULL "
                f"AND k.code IN ({REQUISES}) AND k.actualisee_le < {{}})", [mois_12]),
        "A04": (6, f"{ACTIF} AND b.etat_droit = '2' AND "
                "(SELECT max(k.fin) FROM contrat k WHERE k.beneficiaire = b.numero) < {}", [AUJOURDHUI]),
        "A05": (9, f"{ACTIF} AND NOT EXISTS (SELECT 1 FROM affectation a WHERE a.beneficiaire = b.numero "
                "AND a.debut <= {} AND (a.fin IS NULL OR a.fin >= {}))", [AUJOURDHUI, AUJOURDHUI]),
        "A06": (18, "EXISTS (SELECT 1 FROM etape x WHERE x.beneficiaire = b.numero "
                f"AND x.debut_reel = {debut_premiere} AND x.debut_reel < {{}} "
                "AND NOT EXISTS (SELECT 1 FROM bilan v JOIN reponse r ON r.bilan = v.id "
                "WHERE v.etape = x.id))", [AUJOURDHUI - dt.timedelta(days=30)]),
        "A07": (6, "EXISTS (SELECT 1 FROM etape x WHERE x.beneficiaire = b.numero AND x.fin_reelle IS NULL "
                "AND x.debut_reel <= {}) AND NOT EXISTS (SELECT 1 FROM entretien v WHERE v.beneficiaire = b.numero "
                "AND v.realisation = 'PRESENCE' AND v.debut >= {})",
                [mois_3, dt.datetime(2026, 8, 25, tzinfo=dt.UTC)]),
    }  # fmt: skip
    for code, (nombre, condition, valeurs) in attendues.items():
        assert await compter(condition, *valeurs) == nombre, code


REFUSEES = {"A12", "A17"}
"""What the base refuses: an étape closed without motif, two contracts that overlap."""


async def _chaque_alerte() -> None:
    """Every alert of the core finds somebody, none finds a third of the people."""
    comptes = await compter_alertes(await contexte("pilote"), regles_coeur({"MOS": 3, "C-PARTI": 12}), {})
    assert {code for code, nombre in comptes.items() if not nombre} == REFUSEES
    assert max(nombre or 0 for nombre in comptes.values()) < 200, comptes


async def _portefeuilles() -> None:
    lignes = await lire(
        f"""SELECT u.identifiant, count(DISTINCT a.beneficiaire) AS n FROM affectation a
        JOIN utilisateur u ON u.id = a.referent JOIN beneficiaire b ON b.numero = a.beneficiaire
        WHERE {ACTIF} AND a.debut <= {{}} AND (a.fin IS NULL OR a.fin >= {{}}) GROUP BY u.identifiant""",
        AUJOURDHUI,
        AUJOURDHUI,
    )
    nombres = {ligne["identifiant"]: ligne["n"] for ligne in lignes}
    assert nombres["referent.mos@demo.test"] == 27
    assert nombres["referent.cparti@demo.test"] == 18
    assert max(nombres.values()) <= 90


async def test_the_rules_of_the_field_hold_on_every_row(base: Base) -> None:
    await construire(200)
    faux = {
        "étape hors de son dispositif": """SELECT count(*) AS n FROM etape e
            JOIN entree_dispositif d ON d.id = e.dispositif WHERE e.debut_reel < d.debut
            OR (d.fin IS NOT NULL AND (e.fin_reelle IS NULL OR e.fin_reelle > d.fin))""",
        "affectation avant l'entrée": """SELECT count(*) AS n FROM affectation a
            JOIN entree_dispositif d ON d.id = a.dispositif WHERE a.debut < d.debut""",
        "offre d'un autre organisme": """SELECT count(*) AS n FROM etape e
            JOIN offre_de_service s ON s.id = e.offre_de_service
            WHERE s.organisme <> e.organisme OR s.offre <> e.offre OR s.debut > e.debut_reel""",
        "entretien sans accès": """SELECT count(*) AS n FROM entretien e WHERE NOT EXISTS
            (SELECT 1 FROM rattachement t WHERE t.organisme = e.organisme AND t.beneficiaire = e.beneficiaire)""",
        "étape close avec difficulté close après": """SELECT count(*) AS n FROM difficulte d
            JOIN etape e ON e.id = d.etape WHERE d.fin > e.fin_reelle""",
        "entretien à venir réalisé": f"""SELECT count(*) AS n FROM entretien
            WHERE debut > '{MAINTENANT.isoformat(" ")}' AND realisation <> 'PREVU'""",
        "acte à venir": f"SELECT count(*) AS n FROM acte WHERE at > '{MAINTENANT.isoformat(' ')}'",
        "engagement avant la loi": "SELECT count(*) AS n FROM contrat WHERE type = 'CE' AND debut < '2025-01-01'",
        "réponse à un bilan vide": """SELECT count(*) AS n FROM bilan x WHERE x.nombre_reponses <>
            (SELECT count(*) FROM reponse r WHERE r.bilan = x.id)""",
    }
    for defaut, requete in faux.items():
        assert await lire_valeur(requete) == 0, defaut
    for ligne in await lire(
        "SELECT v.debut, e.debut_reel, e.fin_reelle FROM entretien v JOIN etape e ON e.id = v.etape"
    ):
        assert ligne["debut_reel"] <= jour_de(ligne["debut"]) <= (ligne["fin_reelle"] or dt.date.max), ligne
    for liste, colonne, table in (
        ("MOTIF_FIN", "motif_fin", "etape"),
        ("MOTIF_SORTIE", "motif_fin", "entree_dispositif"),
        ("TYPE_ENTRETIEN", "type", "entretien"),
        ("LIEU", "lieu", "entretien"),
        ("VECTEUR", "vecteur", "entretien"),
        ("REALISATION", "realisation", "entretien"),
        ("THEME_ENTRETIEN", "theme", "entretien_theme"),
        ("DIFFICULTE", "nature", "difficulte"),
        ("REALISATION_DIFFICULTE", "realisation", "difficulte"),
        ("DISPENSE", "dispense", "contrat"),
        ("PARCOURS", "parcours", "beneficiaire"),
    ):
        codes = {ligne["c"] for ligne in await lire(f"SELECT DISTINCT {colonne} AS c FROM {table}")} - {""}
        assert codes <= set(nomenclatures()[liste].codes()), liste
    lignes = await lire("SELECT DISTINCT code, valeur FROM caracteristique")
    definitions = {d.code: d for d in definitions_caracteristiques()}
    assert all(not definitions[li["code"]].valeurs or li["valeur"] in definitions[li["code"]].valeurs for li in lignes)
    assert all(defaut_siret(li["siret"]) is None for li in await lire("SELECT siret FROM organisme"))


async def test_each_demo_account_enters_and_sees_a_living_office(base: Base) -> None:
    await construire(600)
    for nom in COMPTES:
        await ouvrir_session(
            f"{nom}@demo.test", MOT_DE_PASSE, maintenant=MAINTENANT, duree=dt.timedelta(hours=1), adresse="", agent=""
        )
    mos = await contexte("referent.mos")
    assert len(await agenda(mos, AUJOURDHUI, AUJOURDHUI)) == 5
    semaine = await agenda(mos, AUJOURDHUI, AUJOURDHUI + dt.timedelta(days=7))
    assert len(semaine) >= 15
    seuls = [r for r in semaine if r.creneau is None]
    assert len({(r.debut, r.collaborateur) for r in seuls}) == len(seuls), "two people at once"
    ateliers = await seances(mos, AUJOURDHUI, AUJOURDHUI + dt.timedelta(days=7))
    assert ateliers
    assert all(s.titre and s.type_libelle == "Atelier collectif" and s.adresse for s in ateliers)
    assert len(await agenda(await contexte("referent.cparti"), AUJOURDHUI, AUJOURDHUI)) == 3
    passes = await agenda(mos, AUJOURDHUI - dt.timedelta(days=10), AUJOURDHUI - dt.timedelta(days=1))
    assert sum(r.realisation == "PREVU" for r in passes) == 3
    for nom in ("referent.mos", "referent.cparti", "directeur"):
        ctx = await contexte(nom)
        assert (
            await lire_valeur("SELECT count(*) FROM note WHERE auteur = {} AND faite_le IS NULL", ctx.utilisateur) >= 5
        )
        assert await lire_valeur("SELECT count(*) FROM consultation WHERE utilisateur = {}", ctx.utilisateur) == 8
    personne = await lire_un("SELECT nom_naissance, prenom, numero FROM beneficiaire ORDER BY numero LIMIT 1")
    assert personne is not None
    trouves = await chercher(await contexte("pilote"), f"{personne['prenom']} {personne['nom_naissance']}")
    assert personne["numero"] in {t.numero for t in trouves}


@pytest.mark.offre("mos", "moc", "cparti", "psme")
async def test_the_latest_acts_have_their_history_and_are_undone(base: Base) -> None:
    await construire(200)
    mos = await contexte("referent.mos")
    recents = await lire(
        """SELECT a.id, r.nom_table, r.cle FROM acte a JOIN revision r ON r.acte = a.id
        WHERE a.utilisateur = {} AND a.at > {} AND a.nature = 'entretien.creer' ORDER BY a.at DESC LIMIT 1""",
        mos.utilisateur,
        MAINTENANT - dt.timedelta(days=1),
    )
    fait = await acte_recent(mos, recents[0]["id"])
    assert fait is not None
    assert fait.annulable
    assert await changements("entretien", [recents[0]["cle"]])
    await annuler_acte(mos, fait.id)
    assert await lire_un("SELECT id FROM entretien WHERE id = {}", uuid.UUID(recents[0]["cle"])) is None


async def test_what_was_made_can_be_read_back_and_is_never_made_twice(base: Base) -> None:
    assert await etat_demo() is None
    await construire(60)
    etat = await etat_demo()
    assert etat is not None
    assert (etat.beneficiaires, etat.graine, etat.jour, etat.complete) == (60, 34, AUJOURDHUI, True)
    registre = charger_extensions()
    with pytest.raises(ErreurMetier, match="n'est pas vide"):
        await construire_demo(parametres(60), registre)
    registre.fermer()
    ctx = await contexte("referent.mos")
    ligne = await lire_un("SELECT numero FROM beneficiaire ORDER BY numero DESC LIMIT 1")
    assert ligne is not None
    assert ligne["numero"] == 60
    assert ctx.organisme is not None


@pytest.mark.offre("mos", "moc", "cparti", "psme")
async def test_the_dossiers_are_those_of_the_screens(base: Base) -> None:
    await construire(100)
    mos = await contexte("referent.mos")
    lignes_ = await lire("SELECT beneficiaire FROM affectation WHERE referent = {} AND fin IS NULL", mos.utilisateur)
    numero = lignes_[0]["beneficiaire"]
    assert await etapes(mos, numero)
    assert await affectations(mos, numero)
    assert isinstance(await contrats(mos, numero), list)
