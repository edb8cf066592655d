"""The import of a partner's file: lines a second and memory (its reader included), in a process, on an empty base.

`banc.personnes` allocataires are created, then the whole file is sent again; at 45,000 people, 500,000 lines too.
"""

import asyncio
import csv
import datetime as dt
import hashlib
import json
import pathlib
import shutil
import sys
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator

import asyncpg
import msgspec
from cryptography.fernet import Fernet

from tests.bench.mesures import Banc, Mesure
from viesion_core.demo.model import Parametres
from viesion_core.demo.personnes import Identite
from viesion_core.nomenclatures.model import communes
from viesion_core.testing import MAINTENANT, POSTGRESQL
from viesion_solis.alloc import COLONNES, cle_nir

BARRE_LIGNES, BARRE_MEMOIRE = 5_000.0, 200.0
"""What the issue asks: lines a second at least, megabytes at most."""
LONG = 500_000
_PASSE = """
import asyncio, datetime, json, os, pathlib, resource, sys, time
from viesion_core.contexte import contexte_systeme
from viesion_core.db import ouvrir_base
from viesion_core.db.migrer import migrer
from viesion_core.echanges.actions import importer_fichier
from viesion_core.nomenclatures.actions import charger_nomenclatures
from viesion_solis.alloc import FLUX

lecteur = 0

def suivre(*avance):
    global lecteur  # the most that the process beside, which reads the file, has held so far, in KiB
    for fils in pathlib.Path("/proc/self/task", str(os.getpid()), "children").read_text().split():
        etat = pathlib.Path("/proc", fils, "status").read_text().split()
        lecteur = max(lecteur, int(etat[etat.index("VmHWM:") + 1]))

async def passer():
    base = await ouvrir_base(sys.argv[1])
    await migrer()
    await charger_nomenclatures()
    depart = time.perf_counter()
    ctx = contexte_systeme(datetime.datetime.fromisoformat(sys.argv[4]), nom="Solis")
    options = {"secret": "s" * 48, "cles": sys.argv[3], "suivre": suivre}
    f = await importer_fichier(ctx, pathlib.Path(sys.argv[2]), [FLUX], **options)
    duree = time.perf_counter() - depart
    await base.fermer()
    memoire = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss + lecteur) / 1024
    comptes = f.recues, f.creees, f.modifiees, f.ignorees, f.rejetees
    print(json.dumps({"duree": duree, "memoire": memoire, "comptes": comptes, "equilibre": f.equilibre}))

asyncio.run(passer())
"""


class Passe(msgspec.Struct, frozen=True):
    """One file taken: seconds, megabytes of both processes at the most, counts.

    Received, created, changed, ignored, refused.
    """

    duree: float
    memoire: float
    comptes: tuple[int, int, int, int, int]
    equilibre: bool


async def echanges(banc: Banc) -> AsyncIterator[Mesure]:
    """Create everybody, then send the same people again under the next rank: nothing may change."""
    for nombre in (banc.personnes, *([LONG] if banc.personnes == 45_000 else [])):
        dossier = pathlib.Path(tempfile.mkdtemp(prefix="viesion-echanges-"))
        try:
            base = await _base_vide(banc.moteur, dossier)
            creation = await _passer(base, _deposer(dossier, nombre, 1))
            assert creation.equilibre
            assert creation.comptes[1] + creation.comptes[4] == nombre  # a few bear one name and one birth: DOUBLON
            yield _mesure(banc, "import, création (lignes/s)", nombre, nombre / creation.duree, BARRE_LIGNES)
            yield _mesure(banc, "import, mémoire (Mo)", nombre, creation.memoire, BARRE_MEMOIRE)
            rejeu = await _passer(base, _deposer(dossier, nombre, 2))
            assert rejeu.comptes[:3] == (nombre, 0, 0)
            yield _mesure(banc, "import, rejeu sans changement (lignes/s)", nombre, nombre / rejeu.duree, None)
        finally:
            shutil.rmtree(dossier)


def lignes(nombre: int) -> Iterator[dict[str, str]]:
    """Yield that many lines that open dossiers: the synthetic people of the demo, always the same."""
    p, villes = Parametres(maintenant=MAINTENANT), communes()
    for rang in range(1, nombre + 1):
        qui, ville = Identite(p, rang), villes[rang % len(villes)]
        sexe = 1 if qui.civilite == "M" else 2
        nir = f"{sexe}{qui.naissance:%y%m}34{rang % 1000:03d}{rang // 1000:03d}"
        yield {
            **dict.fromkeys(COLONNES, ""),
            "id_message": str(uuid.UUID(int=rang)),
            "version": "1",
            "horodatage": "2026-11-20T08:00:00+01:00",
            "action": "C",
            "id_individu": f"IND{rang:08d}",
            "matricule": f"{rang // 2:07d}",
            "fonorg": "CAF",
            "role": "DEM" if rang % 2 else "CJT",
            "nir": f"{nir}{cle_nir(nir):02d}",
            "civilite": qui.civilite,
            "nom_naissance": qui.nom,
            "nom_usage": qui.nom_usage,
            "prenom": qui.prenom,
            "date_naissance": qui.naissance.isoformat(),
            "adresse": f"{rang % 90 + 1} rue de l'Essai",
            "code_insee": ville.code_insee,
            "code_postal": ville.codes_postaux[:5],
            "tel": f"06{rang:08d}",
            "email": f"personne{rang}@exemple.test",
            "date_demande": "2026-09-01",
            "date_ouverture": "2026-10-01",
            "etat_dossier": "2",
            "soumis_dd": "1",
        }


def _deposer(dossier: pathlib.Path, nombre: int, seq: int) -> pathlib.Path:
    chemin = dossier / f"SOLIS_VIESION_ALLOC_STOCK_20261120T080000_{seq}.csv"
    with chemin.open("w", encoding="utf-8", newline="") as sortie:
        ecrivain = csv.writer(sortie, delimiter=";", lineterminator="\n")
        ecrivain.writerow(COLONNES)
        ecrivain.writerows([ligne[c] for c in COLONNES] for ligne in lignes(nombre))
    with chemin.open("rb") as source:
        empreinte = hashlib.file_digest(source, "sha256").hexdigest()
    controle = {
        "emetteur": "SOLIS",
        "flux": "ALLOC",
        "version_schema": 1,
        "seq": seq,
        "nature": "STOCK",
        "nb_lignes": nombre,
        "sha256": empreinte,
        "date_generation": dt.datetime(2026, 11, 20, 7, tzinfo=dt.UTC).isoformat(),
    }
    chemin.with_suffix(".ctl").write_text(json.dumps(controle))
    return chemin


async def _base_vide(moteur: str, dossier: pathlib.Path) -> str:
    if moteur == "sqlite":
        return f"sqlite:///{dossier / 'viesion.sqlite'}"
    connexion = await asyncpg.connect(f"{POSTGRESQL}/postgres")
    await connexion.execute("DROP DATABASE IF EXISTS viesion_bench_echanges")
    await connexion.execute("CREATE DATABASE viesion_bench_echanges")
    await connexion.close()
    return f"{POSTGRESQL}/viesion_bench_echanges"


async def _passer(base: str, chemin: pathlib.Path) -> Passe:
    arguments = base, str(chemin), Fernet.generate_key().decode(), MAINTENANT.isoformat()
    programme = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _PASSE, *arguments, stdout=asyncio.subprocess.PIPE
    )
    sortie, _ = await programme.communicate()
    assert programme.returncode == 0
    return msgspec.json.decode(sortie, type=Passe)


def _mesure(banc: Banc, sujet: str, nombre: int, valeur: float, barre: float | None) -> Mesure:
    """Return a row that holds one figure, whose unit is in its name."""
    v = round(valeur, 1)
    return Mesure(
        sujet=sujet, moteur=banc.moteur, personnes=nombre, essais=1, mediane=v, p95=v, p99=v, requetes=None, barre=barre
    )


SUJETS = [echanges]
