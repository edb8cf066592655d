"""The two use cases: save everything, restore everything. The base first, then the documents that it names."""

import datetime as dt
import hashlib
import pathlib
import shutil
import tempfile
from collections.abc import Callable, Iterator

from viesion_core.db import definir_base, executer, lire, lire_valeur, ouvrir_base, transaction
from viesion_core.db.migrations import migrations_du_paquet
from viesion_core.db.migrer import COEUR, migrations_en_attente, migrer
from viesion_core.erreurs import ErreurMetier
from viesion_core.extensions import Registre
from viesion_core.journal import verifier_chaine
from viesion_core.sauvegarde import moteurs
from viesion_core.sauvegarde.archive import Avancer, ecrire_archive, lire_archive
from viesion_core.sauvegarde.model import BASE_SQLITE, DOCUMENTS, SECRET, Compte, Manifeste
from viesion_core.settings import Settings

Dire = Callable[[str, int], None]
"""Hears of each stage: what it is, and how many bytes it has to go through (0: not known)."""


async def sauvegarder(
    settings: Settings, cible: pathlib.Path, maintenant: dt.datetime, dire: Dire, avancer: Avancer
) -> Compte:
    """Save the base of the settings, its documents and its secret into one archive, while people work.

    The picture of the base is taken first: a document is written before the row that names it, so every document of
    the picture is there. `dire` hears of each stage, `avancer` of the bytes archived.
    """
    with tempfile.TemporaryDirectory(dir=cible.parent, prefix=".viesion-") as travail:
        dossier = pathlib.Path(travail)
        dire("Copie de la base", 0)
        if settings.fichier_base is not None:
            moteurs.copier_sqlite(settings.fichier_base, dossier)
            tables, migrations = moteurs.compter_sqlite(dossier / BASE_SQLITE)
        else:
            tables, migrations = await moteurs.copier_postgresql(settings.base, dossier)
        membres = [*_fichiers(dossier, ""), *_fichiers(settings.dossier_documents, DOCUMENTS)]
        secret = settings.donnees / SECRET
        if secret.exists():
            membres.append((SECRET, secret))
        dire("Écriture de l'archive", sum(chemin.stat().st_size for _, chemin in membres))
        octets = ecrire_archive(
            cible,
            membres,
            lambda empreintes: Manifeste(
                cree_le=maintenant,
                dialecte=_dialecte(settings),
                migrations=migrations,
                tables=tables,
                fichiers=empreintes,
            ),
            avancer,
        )
    documents = sum(nom.startswith(DOCUMENTS) for nom, _ in membres)
    return Compte(lignes=sum(tables.values()), documents=documents, octets=octets)


async def restaurer(
    settings: Settings, source: pathlib.Path, registre: Registre, dire: Dire, avancer: Avancer
) -> Compte:
    """Put an archive back into an empty install, then verify it; return what was restored and what is wrong.

    Raises ErreurMetier, before anything is written, when the archive is damaged, comes from another engine or a later
    version, or when the install is in use.
    """
    settings.donnees.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.donnees, prefix=".restauration-") as travail:
        dossier = pathlib.Path(travail)
        dire("Lecture de l'archive", 0)
        manifeste = lire_archive(source, dossier, avancer)
        _exiger_compatible(settings, manifeste, registre)
        dire("Restauration de la base", 0)
        if settings.fichier_base is not None:
            await _restaurer_sqlite(settings, settings.fichier_base, dossier)
        else:
            await _restaurer_postgresql(settings, dossier, manifeste, registre)
        _restaurer_fichiers(settings, dossier)
    dire("Vérification", 0)
    return await _verifier(settings, manifeste)


def _exiger_compatible(settings: Settings, manifeste: Manifeste, registre: Registre) -> None:
    if manifeste.dialecte != _dialecte(settings):
        raise ErreurMetier(
            f"Cette sauvegarde vient de {manifeste.dialecte}, la base de cette installation est {_dialecte(settings)}."
        )
    connues = {COEUR: {m.nom: m.empreinte for m in migrations_du_paquet("viesion_core.db.migrations")}}
    for application, migrations in registre.migrations().items():
        connues[application] = {m.nom: m.empreinte for m in migrations}
    inconnues = manifeste.migrations_inconnues(connues)
    if inconnues:
        raise ErreurMetier(
            f"Cette sauvegarde vient d'une autre version ou d'autres extensions : {', '.join(inconnues[:5])} "
            "n'est pas dans celle-ci. Installez-les, puis recommencez."
        )
    documents = settings.dossier_documents
    if documents.exists() and any(documents.iterdir()):
        raise ErreurMetier(f"{documents} contient déjà des documents : une restauration se fait dans un dossier vide.")


async def _restaurer_sqlite(settings: Settings, cible: pathlib.Path, dossier: pathlib.Path) -> None:
    if moteurs.en_place(cible):
        await _exiger_vierge(settings)
    moteurs.verifier_sqlite(dossier / BASE_SQLITE)
    moteurs.remplacer_sqlite(dossier / BASE_SQLITE, cible)


async def _restaurer_postgresql(
    settings: Settings, dossier: pathlib.Path, manifeste: Manifeste, registre: Registre
) -> None:
    await _exiger_vierge(settings)
    base = await ouvrir_base(settings.base)
    try:
        async with transaction():
            await executer("DROP SCHEMA public CASCADE")
            await executer("CREATE SCHEMA public")
        await migrer(registre.migrations(), seulement=manifeste.migrations)
    finally:
        await base.fermer()
        definir_base(None)
    await moteurs.remplir_postgresql(settings.base, dossier, manifeste.tables)


async def _exiger_vierge(settings: Settings) -> None:
    """Raise ErreurMetier unless nobody works in the base yet."""
    base = await ouvrir_base(settings.base)
    try:
        migree = f"{COEUR}/0002_organismes" not in await migrations_en_attente()
        if migree and await lire_valeur("SELECT count(*) FROM organisme"):
            raise ErreurMetier("Cette base est en service : une restauration se fait dans une installation vide.")
    finally:
        await base.fermer()
        definir_base(None)


def _restaurer_fichiers(settings: Settings, dossier: pathlib.Path) -> None:
    for nom, chemin in _fichiers(dossier / DOCUMENTS, ""):
        cible = settings.dossier_documents / nom
        cible.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(chemin, cible)
    if (dossier / SECRET).exists():
        cible = settings.donnees / SECRET
        shutil.copyfile(dossier / SECRET, cible)
        cible.chmod(0o600)


async def _verifier(settings: Settings, manifeste: Manifeste) -> Compte:
    """Count the rows, recompute the journal, look for each document; return what does not hold."""
    base = await ouvrir_base(settings.base)
    try:
        anomalies = []
        for nom, attendues in manifeste.tables.items():
            trouvees = await lire_valeur(f"SELECT count(*) FROM {nom}")
            if trouvees != attendues:
                anomalies.append(f"{nom} compte {trouvees} lignes au lieu de {attendues}.")
        chaine = await verifier_chaine()
        anomalies += [f"Journal : {anomalie}" for anomalie in chaine.anomalies]
        documents = await lire("SELECT fichier, empreinte FROM document ORDER BY fichier")
        for ligne in documents:
            anomalies += _defaut_document(settings.dossier_documents / ligne["fichier"], ligne["empreinte"])
    finally:
        await base.fermer()
        definir_base(None)
    return Compte(lignes=sum(manifeste.tables.values()), documents=len(documents), octets=0, anomalies=tuple(anomalies))


def _defaut_document(chemin: pathlib.Path, empreinte: str) -> Iterator[str]:
    if not chemin.exists():
        yield f"Le document {chemin.name} manque."
    elif hashlib.sha256(chemin.read_bytes()).hexdigest() != empreinte:
        yield f"Le document {chemin.name} a changé."


def _fichiers(racine: pathlib.Path, prefixe: str) -> list[tuple[str, pathlib.Path]]:
    """Return the files under a folder, by the name that they have in the archive."""
    if not racine.exists():
        return []
    chemins = sorted(chemin for chemin in racine.rglob("*") if chemin.is_file())
    return [(prefixe + chemin.relative_to(racine).as_posix(), chemin) for chemin in chemins]


def _dialecte(settings: Settings) -> str:
    return "postgresql" if settings.fichier_base is None else "sqlite"
