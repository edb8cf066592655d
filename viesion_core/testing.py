"""Fixtures and makers for tests, ours and those of plugin authors.

`base` gives an empty migrated base, once on SQLite and once on PostgreSQL; `monde` puts an organism, its offre
and its people into it. PostgreSQL is at `VIESION_TEST_POSTGRESQL`; if it cannot be reached the tests fail.

A plugin author asks for them with `addopts = "-p viesion_core.testing"`. Without any base: `un_dossier`, `une_etape`,
`un_bilan`… make what a hook receives. `fusionner_modeles` merges every template of an offre on a real bilan, and
`verifier_offre(folder, tmp_path)` returns what the offre has against the quality contract (`viesion_core.kit.POINTS`),
nothing when it is kept.
"""

import asyncio
import datetime as dt
import os
import pathlib
import shutil
import uuid
from collections.abc import AsyncIterator, Iterator

import asyncpg
import msgspec
import pytest

from viesion_core.acces.tables import Utilisateur
from viesion_core.actes import acte
from viesion_core.contexte import Contexte, Role, contexte_systeme
from viesion_core.db import Base, definir_base, ouvrir_base
from viesion_core.db.migrer import migrer
from viesion_core.dossiers.indexation import indexer
from viesion_core.dossiers.tables import Beneficiaire, EntreeDispositif, Rattachement
from viesion_core.exemples import un_bilan, un_dossier, un_entretien, un_referent, une_difficulte, une_etape
from viesion_core.journal.actions import vider
from viesion_core.kit import verifier as verifier_offre
from viesion_core.kit.documents import fusionner_modeles
from viesion_core.nomenclatures.actions import charger_nomenclatures
from viesion_core.nomenclatures.model import cle
from viesion_core.organismes.actions import activer_offre, enregistrer_organisme
from viesion_core.parcours.tables import Etape

__all__ = [
    "MAINTENANT",
    "POSTGRESQL",
    "Monde",
    "adresse_base",
    "base",
    "base_postgresql",
    "creer_monde",
    "creer_utilisateur",
    "fusionner_modeles",
    "modele_sqlite",
    "monde",
    "ouvrir_etape_offre",
    "un_bilan",
    "un_dossier",
    "un_entretien",
    "un_referent",
    "une_difficulte",
    "une_etape",
    "verifier_offre",
]

MAINTENANT = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)
POSTGRESQL = os.environ.get("VIESION_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432")


async def _preparer(url: str) -> None:
    base = await ouvrir_base(url)
    try:
        await migrer()
        await charger_nomenclatures()
    finally:
        await base.fermer()
        definir_base(None)


async def _administrer(instruction: str) -> None:
    connexion = await asyncpg.connect(f"{POSTGRESQL}/postgres")
    try:
        await connexion.execute(instruction)
    finally:
        await connexion.close()


@pytest.fixture(scope="session")
def modele_sqlite(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """Return a migrated SQLite file, copied for each test."""
    chemin = tmp_path_factory.mktemp("modele") / "modele.sqlite"
    asyncio.run(_preparer(f"sqlite:///{chemin}"))
    return chemin


class _BasePostgresql:
    """The PostgreSQL base of a run, emptied after each test: much quicker than making one."""

    def __init__(self) -> None:
        self.modele = f"viesion_modele_{uuid.uuid4().hex[:10]}"
        self.nom = f"viesion_essai_{uuid.uuid4().hex[:10]}"
        self.reference: tuple[object, ...] = ()

    async def creer(self) -> None:
        """Make the migrated template, and the base that the tests use."""
        await _administrer(f"CREATE DATABASE {self.modele}")
        await _preparer(f"{POSTGRESQL}/{self.modele}")
        await self._refaire()

    async def vider(self) -> None:
        """Empty the tables; a base whose schema or reference lists a test has changed is made again."""
        connexion = await asyncpg.connect(f"{POSTGRESQL}/{self.nom}")
        try:
            tables = [ligne[0] for ligne in await connexion.fetch(_TABLES_PLEINES)]
            await connexion.execute("SET lock_timeout = '10s'")
            if tables:
                await connexion.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")
            await connexion.execute("UPDATE journal_tete SET nombre = 0, premier = 1, empreinte = '' WHERE id = 1")
            intacte = await self._lire_reference(connexion) == self.reference
        except asyncpg.PostgresError:
            intacte = False
        finally:
            await connexion.close()
        if not intacte:
            await _administrer(f"DROP DATABASE {self.nom} WITH (FORCE)")
            await self._refaire()

    async def supprimer(self) -> None:
        """Drop both."""
        for nom in (self.nom, self.modele):
            await _administrer(f"DROP DATABASE IF EXISTS {nom} WITH (FORCE)")

    async def _refaire(self) -> None:
        await _administrer(f"CREATE DATABASE {self.nom} TEMPLATE {self.modele}")
        connexion = await asyncpg.connect(f"{POSTGRESQL}/{self.nom}")
        await connexion.execute(_FONCTION_PLEINE)
        # Nothing is tried here that a power cut of the server would tell from another run: no need to wait for disks.
        await connexion.execute(f"ALTER DATABASE {self.nom} SET synchronous_commit = off")
        self.reference = await self._lire_reference(connexion)
        await connexion.close()

    async def _lire_reference(self, connexion: "asyncpg.Connection[asyncpg.Record]") -> tuple[object, ...]:
        ligne = await connexion.fetchrow(_REFERENCE)
        return tuple(ligne) if ligne else ()


_CONSERVEES = "'element', 'commune', 'migration', 'journal_tete'"
_FONCTION_PLEINE = """CREATE FUNCTION essai_pleine(nom text) RETURNS boolean LANGUAGE plpgsql AS $$
    DECLARE pleine boolean;
    BEGIN EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', nom) INTO pleine; RETURN pleine; END $$"""
_TABLES_PLEINES = f"""SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'
    AND tablename NOT IN ({_CONSERVEES}) AND essai_pleine(tablename)"""
_REFERENCE = """SELECT (SELECT count(*) FROM element), (SELECT count(*) FROM element WHERE actif),
    (SELECT count(*) FROM commune), (SELECT count(*) FROM migration),
    (SELECT count(*) FROM information_schema.columns WHERE table_schema = 'public')"""


@pytest.fixture(scope="session")
def base_postgresql() -> Iterator[_BasePostgresql]:
    """Return the PostgreSQL base of the run."""
    postgresql = _BasePostgresql()
    asyncio.run(postgresql.creer())
    try:
        yield postgresql
    finally:
        asyncio.run(postgresql.supprimer())


@pytest.fixture(params=["sqlite", "postgresql"])
def adresse_base(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> Iterator[str]:
    """Return the address of an empty migrated base, once on each engine."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("modele_sqlite"), tmp_path / "essai.sqlite")
        yield f"sqlite:///{tmp_path / 'essai.sqlite'}"
        return
    postgresql: _BasePostgresql = request.getfixturevalue("base_postgresql")
    yield f"{POSTGRESQL}/{postgresql.nom}"
    asyncio.run(postgresql.vider())


@pytest.fixture
async def base(adresse_base: str) -> AsyncIterator[Base]:
    """Open an empty migrated base, made the current one; each test that asks for it runs on both engines."""
    ouverte = await ouvrir_base(adresse_base, pool=5)
    yield ouverte
    await _fermer(ouverte)


async def _fermer(ouverte: Base) -> None:
    await vider()
    await ouverte.fermer()
    definir_base(None)


class Monde(msgspec.Struct):
    """A small world: an organism with an offre MOS, another one, and who works there."""

    organisme: uuid.UUID
    offre_de_service: uuid.UUID
    referent: Contexte
    collegue: Contexte
    directeur: Contexte
    autre_organisme: uuid.UUID
    autre_referent: Contexte
    pilote: Contexte
    administrateur: Contexte

    @property
    def systeme(self) -> Contexte:
        """The context of the system itself."""
        return contexte_systeme(MAINTENANT)

    async def dossier(
        self,
        ctx: Contexte | None = None,
        *,
        nom: str = "Exemple",
        prenom: str = "Camille",
        naissance: dt.date = dt.date(1985, 3, 12),
        entree: dt.date = dt.date(2026, 1, 5),
    ) -> tuple[int, uuid.UUID]:
        """Open a dossier for the organism of `ctx`; return its number and its entrée dans le dispositif."""
        auteur = ctx or self.referent
        async with acte(auteur, "dossier.ouvrir", "Ouverture du dossier") as a:
            ligne = await a.inserer(
                Beneficiaire,
                {
                    "civilite": "MME",
                    "nom_naissance": nom,
                    "prenom": prenom,
                    "date_naissance": naissance,
                    "nom_cle": cle(nom),
                    "prenom_cle": cle(prenom),
                    "sans_domicile": False,
                    "soumis_droits_devoirs": True,
                    "etat_droit": "2",
                    "source": "PERSONNE",
                    "created_at": auteur.maintenant,
                },
            )
            numero = int(ligne["numero"])
            a.beneficiaire = numero
            await a.inserer(
                Rattachement,
                {
                    "beneficiaire": numero,
                    "organisme": auteur.organisme or self.organisme,
                    "nature": "CREATION",
                    "debut": entree,
                },
            )
            dispositif = await a.inserer(
                EntreeDispositif, {"beneficiaire": numero, "dispositif": "ACCOMP_RSA", "debut": entree}
            )
            await indexer([(numero, nom, "", prenom)])
        return numero, uuid.UUID(str(dispositif["id"]))


async def ouvrir_etape_offre(monde: Monde, offre: str, libelle: str) -> tuple[int, uuid.UUID]:
    """Enable an offre for the organism, open an étape of it begun two months ago; return the dossier and the étape."""
    debut = monde.referent.aujourdhui - dt.timedelta(days=61)
    convention = await activer_offre(
        monde.systeme, monde.organisme, offre=offre, libelle=libelle, territoire="Montpellier", debut=debut
    )
    numero, dispositif = await monde.dossier()
    async with acte(monde.referent, "etape.ouvrir", "Étape", beneficiaire=numero) as a:
        ligne = await a.inserer(
            Etape,
            {
                "beneficiaire": numero,
                "dispositif": dispositif,
                "organisme": monde.organisme,
                "offre_de_service": convention,
                "offre": offre,
                "debut_reel": debut,
                "motif_fin": "",
            },
        )
    return numero, uuid.UUID(str(ligne["id"]))


async def creer_utilisateur(
    prenom: str, role: Role, organisme: uuid.UUID, *, sensible: bool = True, maintenant: dt.datetime = MAINTENANT
) -> Contexte:
    """Create an active account and return its context."""
    systeme = contexte_systeme(maintenant)
    async with acte(systeme, "utilisateur.inviter", f"Compte de {prenom}") as a:
        ligne = await a.inserer(
            Utilisateur,
            {
                "identifiant": f"{cle(prenom).lower().replace(' ', '.')}.{uuid.uuid4().hex[:6]}@exemple.test",
                "nom": "Essai",
                "prenom": prenom,
                "courriel": f"{cle(prenom).lower().replace(' ', '.')}@exemple.test",
                "role": str(role),
                "organisme": organisme,
                "sensible": sensible,
                "actif": True,
                "created_at": maintenant,
            },
        )
    return Contexte(
        utilisateur=ligne["id"],
        nom=f"{prenom} ESSAI",
        role=role,
        organisme=organisme,
        maintenant=maintenant,
        sensible=sensible,
    )


@pytest.fixture
async def monde(base: Base) -> Monde:
    """Fill the base with a small world."""
    return await creer_monde()


async def creer_monde() -> Monde:
    """Fill the current base with a small world, for a test that opens its own base."""
    systeme = contexte_systeme(MAINTENANT)
    organisme = await enregistrer_organisme(systeme, {"nom": "Association Exemple"})
    autre = await enregistrer_organisme(systeme, {"nom": "Comité Témoin"})
    departement = await enregistrer_organisme(systeme, {"nom": "Département d'essai", "nature": "DEPARTEMENT"})
    offre = await activer_offre(
        systeme,
        organisme,
        offre="MOS",
        libelle="Module d'Orientation Santé",
        territoire="Département",
        debut=dt.date(2022, 1, 1),
    )
    await activer_offre(
        systeme,
        autre,
        offre="MOS",
        libelle="Module d'Orientation Santé",
        territoire="Département",
        debut=dt.date(2022, 1, 1),
    )
    return Monde(
        organisme=organisme,
        offre_de_service=offre,
        referent=await creer_utilisateur("Alix", Role.REFERENT, organisme),
        collegue=await creer_utilisateur("Morgan", Role.REFERENT, organisme),
        directeur=await creer_utilisateur("Dominique", Role.DIRECTEUR, organisme),
        autre_organisme=autre,
        autre_referent=await creer_utilisateur("Sacha", Role.REFERENT, autre),
        pilote=await creer_utilisateur("Claude", Role.PILOTE, departement, sensible=False),
        administrateur=await creer_utilisateur("Andréa", Role.ADMINISTRATEUR, departement, sensible=False),
    )
