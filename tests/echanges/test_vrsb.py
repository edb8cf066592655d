"""VRSB0801 from the folder to the dossiers: the same commands, matching, refusals and answers as ALLOC."""

import asyncio
import contextlib
import datetime as dt
import gzip
import io
import json
import os
import pathlib
import resource
import signal
import sys
import zipfile
from collections.abc import Callable

import pytest

from tests.echanges import cnaf
from tests.echanges.aides import CLE, SECRET, contenu, une_ligne
from tests.echanges.aides import deposer as deposer_alloc
from tests.echanges.cnaf import deposer, flux, foyer, personne
from viesion_core.contexte import contexte_systeme
from viesion_core.db import Base, lire, lire_un, lire_valeur
from viesion_core.echanges.actions_rejets import rejouer_rejet, trancher_doublon
from viesion_core.echanges.coffre import desceller
from viesion_core.echanges.depot import Traitement, traiter_depot
from viesion_core.echanges.model import EtatRejet
from viesion_core.echanges.queries import rejets_page
from viesion_core.journal import verifier_chaine
from viesion_core.testing import MAINTENANT, Monde
from viesion_solis import alloc, vrsb
from viesion_solis.champs import cle_nir
from viesion_solis.vrsb_lignes import FLUX

NIR = "2850334172001"
NIR_ENTIER = f"{NIR}{cle_nir(NIR):02d}"
CNAF = contexte_systeme(MAINTENANT)


async def prendre(dossier: pathlib.Path, patience: dt.timedelta = dt.timedelta()) -> list[Traitement]:
    return await traiter_depot(CNAF, dossier, [alloc.FLUX, FLUX], secret=SECRET, cles=CLE, patience=patience)


async def passer(dossier: pathlib.Path, octets: bytes) -> tuple[int, int, int, int, int]:
    """Lay a flow and take it; return its counts, balanced."""
    deposer(dossier, octets)
    (fait,) = await prendre(dossier)
    assert fait.fichier is not None, fait.refus
    f = fait.fichier
    assert f.equilibre
    return f.recues, f.creees, f.modifiees, f.ignorees, f.rejetees


async def test_a_foyer_opens_the_dossiers_of_its_adults(monde: Monde, tmp_path: pathlib.Path) -> None:
    conjoint = personne(2, ROLEPERS="CJT", QUAL="", SEXE="1", NOM="MARTIN", NOMNAI="DUPONT", TOPPERSDRODEVORSA="0")
    enfant = personne(3, ROLEPERS="ENF", DTNAI="2020-01-01")
    assert await passer(tmp_path, flux(foyer(1, personne(1, NIR=NIR_ENTIER), conjoint, enfant))) == (2, 2, 0, 0, 0)
    un = await lire_un("SELECT * FROM beneficiaire WHERE role_foyer = 'DEM'")
    deux = await lire_un("SELECT * FROM beneficiaire WHERE role_foyer = 'CJT'")
    assert un is not None
    assert deux is not None
    assert (un["prenom"], un["matricule"], un["numero_demande"], un["etat_droit"], un["source"], un["id_individu"]) == (
        "Camille", "0000001", "00000000001", "2", "CNAF", None,
    )  # fmt: skip
    assert (un["adresse"], un["commune"], un["code_postal"]) == ("1 RUE DE L'ESSAI, BAT B", "34172", "34000")
    assert (deux["civilite"], deux["nom_naissance"], deux["nom_usage"], bool(deux["soumis_droits_devoirs"])) == (
        "M", "DUPONT", "MARTIN", False,
    )  # fmt: skip
    assert await lire_valeur("SELECT count(*) FROM entree_dispositif WHERE dispositif = 'ACCOMP_RSA'") == 2
    assert NIR not in str(await lire("SELECT * FROM echange_nir"))
    (ack,) = (tmp_path / "ack").iterdir()
    assert json.loads(ack.read_text())["creees"] == 2
    assert not list((tmp_path / "in").iterdir())
    assert not list((tmp_path / "transcrits").iterdir())
    (garde,) = (tmp_path / "archive").iterdir()
    assert garde.name == "RSABEM.xml.chiffre"
    assert b"".join(desceller(garde, CLE)).endswith(b"</Racine>\n")
    assert (await verifier_chaine()).intacte


async def test_a_second_run_changes_nothing_and_a_later_flow_brings_the_changes(
    monde: Monde, tmp_path: pathlib.Path
) -> None:
    octets = flux(foyer(1), foyer(2))
    assert await passer(tmp_path, octets) == (2, 2, 0, 0, 0)
    actes = await lire_valeur("SELECT count(*) FROM acte")
    assert await passer(tmp_path, octets) == (2, 2, 0, 0, 0)
    assert await passer(tmp_path, flux(foyer(1), foyer(2), jour="2026-12-20")) == (2, 0, 0, 2, 0)
    assert await lire_valeur("SELECT count(*) FROM acte") == actes
    plus_tard = flux(foyer(1, NOMVOIE="NEUVE"), foyer(2, ETATDOSRSA="5"), jour="2027-01-20")
    assert await passer(tmp_path, plus_tard) == (2, 0, 2, 0, 0)
    assert await passer(tmp_path, flux(foyer(1, ETATDOSRSA="4"), jour="2026-12-25")) == (1, 0, 0, 1, 0)
    lignes = await lire("SELECT adresse, etat_droit FROM beneficiaire ORDER BY matricule")
    assert [(li["adresse"][:6], li["etat_droit"]) for li in lignes] == [("1 RUE ", "2"), ("1 RUE ", "5")]


async def test_it_is_matched_by_nir_then_matricule_and_solis_takes_the_same_dossier(
    monde: Monde, tmp_path: pathlib.Path
) -> None:
    naissance = {"date_naissance": "1985-03-12", "nom_naissance": "Été", "prenom": "Zoé", "etat_dossier": "0"}
    deposer_alloc(tmp_path, contenu([une_ligne(1, nir=NIR_ENTIER, adresse="1 rue de l'Été", **naissance)]))
    await prendre(tmp_path)
    connue = personne(9, NIR=NIR, NOM="ETE", NOMNAI="ETE", PRENOM="ZOE", DTNAI="1985-03-12")
    assert await passer(tmp_path, flux(foyer(9, connue), foyer(2))) == (2, 1, 1, 0, 0)
    zoe = await lire_un("SELECT * FROM beneficiaire WHERE id_individu = 'IND000001'")
    assert zoe is not None
    assert (zoe["prenom"], zoe["nom_naissance"], zoe["etat_droit"], zoe["numero_demande"]) == (
        "Zoé", "Été", "2", "00000000009",
    )  # fmt: skip
    solis = une_ligne(2, prenom="Camille", nom_naissance="ESSAIC", date_naissance="1962-03-03", adresse="2 place")
    deposer_alloc(tmp_path, contenu([solis]), seq=2)
    (fait,) = await prendre(tmp_path)
    assert fait.fichier is not None
    assert fait.fichier.modifiees == 1
    assert await lire_valeur("SELECT id_individu FROM beneficiaire WHERE matricule = '0000002'") == "IND000002"


async def test_a_name_only_suggests_and_a_person_decides(monde: Monde, tmp_path: pathlib.Path) -> None:
    numero, _ = await monde.dossier(nom="Essaib", prenom="Camille")
    assert await passer(tmp_path, flux(foyer(1, personne(1, DTNAI="1985-03-12", NIR=NIR)))) == (1, 0, 0, 0, 1)
    (rejet,), _ = await rejets_page(monde.pilote, EtatRejet.A_TRAITER, 1)
    assert (rejet.code, rejet.candidat) == ("DOUBLON", numero)
    await trancher_doublon(monde.pilote, rejet.id, [FLUX], meme=True, version=rejet.version)
    suivant = flux(foyer(1, personne(1, DTNAI="1985-03-12", NIR=NIR), ETATDOSRSA="4"), jour="2026-12-20")
    assert await passer(tmp_path, suivant) == (1, 0, 1, 0, 0)
    assert await lire_valeur("SELECT etat_droit FROM beneficiaire WHERE numero = {}", numero) == "4"


async def test_a_closed_right_is_no_rejection_for_who_is_unknown_nor_closes_another_right(
    monde: Monde, tmp_path: pathlib.Path
) -> None:
    assert await passer(tmp_path, flux(foyer(1), foyer(2, ETATDOSRSA="6"))) == (2, 1, 0, 1, 0)
    ancienne = foyer(1, personne(1), ETATDOSRSA="5", NUMDEMRSA="99999999999")
    assert await passer(tmp_path, flux(ancienne, jour="2026-12-20")) == (1, 0, 0, 1, 0)
    assert await lire_valeur("SELECT etat_droit FROM beneficiaire") == "2"


BON = flux(*(foyer(r) for r in range(1, 11)))
TEXTE = BON.decode("cp1252")
S = "SCHEMA_INVALIDE"
BOMBE = '<!DOCTYPE Racine [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>\n<Racine'
EXTERNE = '<!DOCTYPE Racine [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n<Racine'
AILLEURS = '<!DOCTYPE Racine SYSTEM "http://127.0.0.1/y.dtd">\n<Racine'
CLOTURES = flux(*(foyer(r, ETATDOSRSA="5" if r <= 60 else "2") for r in range(1, 101)))


def change(avant: str, apres: str) -> bytes:
    """Return the good flow with one thing changed."""
    assert avant in TEXTE
    return TEXTE.replace(avant, apres, 1).encode("cp1252")


FICHIERS: dict[str, tuple[bytes, str, str]] = {
    "bombe d'entités": (change("<Racine", BOMBE), S, "DTD"),
    "entité externe": (change("<Racine", EXTERNE), S, "DTD"),
    "DTD externe": (change("<Racine", AILLEURS), S, "DTD"),
    "entité sans DTD": (change("CAMILLE", "&xxe;"), S, "entité"),
    "autre racine": (TEXTE.replace("Racine", "Autre").encode(), S, "<Autre>"),
    "UTF-16": (TEXTE.replace("windows-1252", "utf-16").encode("utf-16"), S, "UTF-16"),
    "UTF-16 sans marque": (TEXTE.encode("utf-16-le"), S, "UTF-16"),
    "UTF-7": (change("windows-1252", "utf-7"), S, "utf-7"),
    "UTF-8 annoncé, cp1252 dedans": (change("windows-1252", "utf-8").replace(b"BEZIERS", b"B\xc9ZIERS"), S, "encodage"),
    "balise inconnue": (change("<QUAL>", "<TWITTER>x</TWITTER><QUAL>"), S, "<TWITTER>"),
    "bloc inconnu": (change("<TransmissionFlux>", "<Autre/><TransmissionFlux>"), S, "<Autre>"),
    "texte de 5 000 caractères": (change("CAMILLE", "A" * 5_000), S, "démesuré"),
    "texte de 12 Mo": (change("CAMILLE", "A" * 12_000_000), S, "démesuré"),
    "foyer de 3 Mo": (flux(foyer(1, *(personne(r) for r in range(4_000)))), S, "démesuré"),
    "compte faux": (change("00000010</NBTOT", "00000011</NBTOT"), "EMPREINTE", "11"),
    "compte en lettres": (change("00000010</NBTOT", "dix</NBTOT"), S, "nombre"),
    "date du flux impossible": (change("<DTCREAFLUX>2026-11-20", "<DTCREAFLUX>2026-02-30"), S, "DTCREAFLUX"),
    "sans identification": (b"<Racine>" + foyer().encode() + cnaf.pied(1).encode(), S, "IdentificationFlux"),
    "sans fin de flux": ((cnaf.entete() + foyer() + "</Racine>").encode(), S, "TransmissionFlux"),
    "balises croisées": (change("</QUAL>", "</NOM>"), S, "mal formé"),
    "NUL": (change("CAMILLE", "CAM\0LLE"), S, "mal formé"),
    "gzip": (gzip.compress(BON), S, "gzip"),
    "texte": (b"NOM;PRENOM\nESSAI;CAMILLE\n", S, "pas du XML"),
    "vide": (b"", S, "pas du XML"),
    "clôtures en masse": (CLOTURES, "CLOTURES_EXCESSIVES", "60"),
    **{f"coupé au dixième {n}": (BON[: len(BON) * n // 10], S, "coupé") for n in range(1, 10)},
}


LIGNES: dict[str, tuple[Callable[[], str], str]] = {
    "nom absent": (lambda: foyer(99, personne(99, NOM="", NOMNAI=" ")), "CHAMP_OBLIGATOIRE"),
    "prénom absent": (lambda: foyer(99, personne(99, PRENOM="")), "CHAMP_OBLIGATOIRE"),
    "naissance absente": (lambda: foyer(99, personne(99, DTNAI="")), "CHAMP_OBLIGATOIRE"),
    "rôle absent": (lambda: foyer(99, personne(99, ROLEPERS="")), "CHAMP_OBLIGATOIRE"),
    "demande absente": (lambda: foyer(99, NUMDEMRSA=""), "CHAMP_OBLIGATOIRE"),
    "matricule absent": (lambda: foyer(99, MATRICULE=""), "CHAMP_OBLIGATOIRE"),
    "état absent": (lambda: foyer(99, ETATDOSRSA=""), "CHAMP_OBLIGATOIRE"),
    "état inconnu": (lambda: foyer(99, ETATDOSRSA="9"), "CODE_INCONNU"),
    "rôle inconnu": (lambda: foyer(99, personne(99, ROLEPERS="XXX")), "CODE_INCONNU"),
    "organisme payeur inconnu": (lambda: foyer(99, FONORG="XXX"), "CODE_INCONNU"),
    "commune d'ailleurs": (lambda: foyer(99, NUMCOM="92044"), "CODE_INCONNU"),
    "30 février": (lambda: foyer(99, personne(99, DTNAI="1985-02-30")), "DATES_INCOHERENTES"),
    "naissance à venir": (lambda: foyer(99, personne(99, DTNAI="2030-01-01")), "DATES_INCOHERENTES"),
    "demande à venir": (lambda: foyer(99, DTDEMRSA="2030-01-01"), "DATES_INCOHERENTES"),
    "NIR trop court": (lambda: foyer(99, personne(99, NIR="28503")), "NIR_INVALIDE"),
    "clé du NIR": (lambda: foyer(99, personne(99, NIR="285033417200100")), "NIR_INVALIDE"),
    "mojibake": (lambda: foyer(99, personne(99, PRENOM="ZOÃ©")), "VALEUR_INVALIDE"),
    "formule": (lambda: foyer(99, personne(99, NOM="=1+1", NOMNAI="=1+1")), "VALEUR_INVALIDE"),
    "anomalie de la CNAF": (lambda: foyer(99, suite="<Anomalie><LIBANO>X</LIBANO></Anomalie>"), "VALEUR_INVALIDE"),
}  # fmt: skip


async def test_each_malformed_flow_is_refused_whole_by_name_and_kept(monde: Monde, tmp_path: pathlib.Path) -> None:
    for rang, (nom, (octets, code, dit)) in enumerate(FICHIERS.items(), 1):
        dossier = tmp_path / str(rang)
        for _ in range(2):
            deposer(dossier, octets)
            (fait,) = await prendre(dossier)
            assert fait.refus is not None, nom
            assert fait.refus.code == code, nom
            assert dit in fait.refus.message, (nom, fait.refus.message)
        (ack,) = (dossier / "ack").iterdir()
        assert json.loads(ack.read_text())["etat"] == "REFUSE", nom
        (garde,) = (dossier / "rejets").glob("*.xml.chiffre")
        assert b"".join(desceller(garde, CLE)) == octets, nom
        assert not list((dossier / "transcrits").iterdir()), nom
    assert await lire_valeur("SELECT count(*) FROM beneficiaire") == 0
    assert await lire("SELECT id FROM echange_fichier") == []


async def test_each_malformed_person_is_refused_by_name_and_the_rest_goes_on(
    monde: Monde, tmp_path: pathlib.Path
) -> None:
    for jour, (nom, (mauvais, code)) in enumerate(LIGNES.items(), 1):
        octets = flux(mauvais(), foyer(jour), jour=f"2026-10-{jour:02d}")
        assert await passer(tmp_path, octets) == (2, 1, 0, 0, 1), nom
        dernier = """SELECT r.code FROM echange_rejet r JOIN echange_fichier f ON f.id = r.fichier
            ORDER BY f.seq DESC LIMIT 1"""
        assert await lire_valeur(dernier) == code, nom
    assert await lire_valeur("SELECT count(*) FROM beneficiaire") == len(LIGNES)


async def test_a_person_told_twice_is_named_corrected_and_replayed(monde: Monde, tmp_path: pathlib.Path) -> None:
    octets = flux(foyer(1, personne(1), personne(1), personne(2, PRENOM="SACHA", ROLEPERS="CJT")))
    assert await passer(tmp_path, octets) == (3, 2, 0, 0, 1)
    (rejet,), _ = await rejets_page(monde.pilote, EtatRejet.A_TRAITER, 1)
    assert (rejet.code, rejet.corrigeable) == ("PERSONNE_REPETEE", True)
    corrige = {"anomalie": "", "role": "CJT", "nom_naissance": "AUTRE", "prenom": "LOU", "cle": "00000000001-CJT-LOU"}
    secrets = {"secret": SECRET, "cles": CLE}
    assert await rejouer_rejet(monde.pilote, rejet.id, [FLUX], corrige, **secrets, version=rejet.version)
    assert await lire_valeur("SELECT count(*) FROM beneficiaire WHERE prenom = 'Lou'") == 1


async def test_a_flow_that_is_still_growing_waits_and_a_zip_is_named(monde: Monde, tmp_path: pathlib.Path) -> None:
    chemin = deposer(tmp_path, BON[:-40])
    instant = MAINTENANT.timestamp()
    os.utime(chemin, (instant, instant))
    assert await prendre(tmp_path, dt.timedelta(minutes=10)) == []
    os.utime(chemin, (instant - 3600, instant - 3600))
    (fait,) = await prendre(tmp_path, dt.timedelta(minutes=10))
    assert fait.refus is not None
    assert "coupé" in fait.refus.message
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w") as archive:
        archive.writestr("flux.xml", BON)
    deposer(tmp_path, tampon.getvalue(), "RSABEM.xml.zip")
    (fait,) = await prendre(tmp_path)
    assert fait.refus is not None
    assert "zip" in fait.refus.message


def test_reading_keeps_one_foyer_in_memory(tmp_path: pathlib.Path) -> None:
    """Twice as many foyers take no more memory: what is read is let go."""

    def pic(nombre: int) -> int:
        chemin = tmp_path / f"{nombre}.xml"
        cnaf.ecrire(chemin, (foyer(r) for r in range(1, nombre + 1)), nombre)
        with chemin.open("rb") as source:
            assert sum(1 for _ in vrsb.transcrire(source)) == nombre
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    pic(500)
    avant = pic(2_000)
    assert pic(8_000) - avant < 4_000  # kilobytes; a file of 8,000 foyers has 14 megabytes


PROGRAMME = """
import asyncio, pathlib, sys
from viesion_core.contexte import contexte_systeme
from viesion_core.db import ouvrir_base
from viesion_core.echanges import actions
from viesion_core.echanges.depot import traiter_depot
from viesion_core.testing import MAINTENANT
from viesion_solis.vrsb_lignes import FLUX

actions.TAILLE_LOT = {"sqlite": 8, "postgresql": 8}
ordinaire = actions._executer

async def suivre(*arguments):
    await ordinaire(*arguments)
    print("lot", flush=True)

actions._executer = suivre

async def prendre():
    base = await ouvrir_base(sys.argv[1])
    ctx, dossier = contexte_systeme(MAINTENANT), pathlib.Path(sys.argv[2])
    await traiter_depot(ctx, dossier, [FLUX], secret=sys.argv[3], cles=sys.argv[4])
    await base.fermer()

asyncio.run(prendre())
"""


@pytest.mark.lent
async def test_kills_lose_and_repeat_nothing(base: Base, adresse_base: str, tmp_path: pathlib.Path) -> None:
    nombre, arrets = 120, 6
    dossier = tmp_path / "depot"
    deposer(dossier, flux(*(foyer(r) for r in range(1, nombre + 1))))
    frappes = 0
    for arret in range(arrets + 1):
        processus = await asyncio.create_subprocess_exec(
            sys.executable, "-c", PROGRAMME, adresse_base, str(dossier), SECRET, CLE, stdout=asyncio.subprocess.PIPE
        )
        assert processus.stdout is not None
        if arret < arrets:
            await processus.stdout.readline()
            await asyncio.sleep(arret % 5 * 0.004)
            with contextlib.suppress(ProcessLookupError):
                processus.send_signal(signal.SIGKILL)
        await processus.communicate()
        frappes += processus.returncode == -signal.SIGKILL
    assert frappes >= arrets // 2
    assert await lire_valeur("SELECT count(*) FROM beneficiaire") == nombre
    assert await lire_valeur("SELECT count(*) FROM acte") == nombre
    assert await lire_valeur("SELECT count(*) FROM echange_fichier WHERE etat = 'TRAITE' AND creees = 120") == 1
    assert not list((dossier / "in").iterdir())
    assert not list((dossier / "transcrits").iterdir())
