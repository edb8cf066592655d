"""`viesion solis importer FICHIER` and `viesion solis reprise`: one file by hand, dry or for real."""

import json
import pathlib
import uuid

from tests.commandes.aides import Installation
from tests.echanges.cnaf import flux, foyer
from viesion_core.db import definir_base, executer, ouvrir_base, transaction

CSV = "NOM;Prénom;Né le\nESSAI;Zoé;12/03/1985\nMODELE;Sacha;31/02/1990\n"


async def installer(tmp_path: pathlib.Path) -> Installation:
    """Make a base with one organism."""
    installation = Installation(f"sqlite:///{tmp_path / 'b.sqlite'}", tmp_path)
    assert (await installation.lancer("migrer")).code == 0
    base = await ouvrir_base(installation.base)
    async with transaction():
        await executer(
            """INSERT INTO organisme (id, code, nom, nature, siret, adresse, code_postal, commune, telephone, courriel,
                ferme_le, version) VALUES ({}, 'CCAS', 'CCAS', 'ORGANISME', '', '', '', '', '', '', NULL, 1)""",
            uuid.uuid4(),
        )
    await base.fermer()
    definir_base(None)
    return installation


async def test_one_file_of_the_cnaf_is_taken_by_hand_and_left_where_it_was(tmp_path: pathlib.Path) -> None:
    installation = await installer(tmp_path)
    fichier = tmp_path / "RSABEM.xml"
    fichier.write_bytes(flux(foyer(1), foyer(2)))
    fait = await installation.lancer("solis", "importer", str(fichier))
    assert (fait.code, "2 reçues = 2 créées" in fait.sortie, fichier.exists()) == (0, True, True)
    fichier.write_bytes(flux(foyer(1))[:900])
    coupe = await installation.lancer("solis", "importer", str(fichier))
    assert (coupe.code, "coupé" in coupe.sortie) == (1, True)
    (tmp_path / "a.txt").write_text("x")
    autre = await installation.lancer("solis", "importer", str(tmp_path / "a.txt"))
    assert (autre.code, "aucun flux ne lit" in autre.erreurs) == (1, True)


async def test_a_spreadsheet_is_tried_then_taken_by_hand(tmp_path: pathlib.Path) -> None:
    installation = await installer(tmp_path)
    fichier, choix = tmp_path / "t.csv", tmp_path / "c.json"
    fichier.write_text(CSV, encoding="utf-8")
    commande = ("solis", "reprise", str(fichier), "--organisme", "CCAS")
    essai = await installation.lancer(*commande, "--a-blanc")
    assert (essai.code, "Essayée à blanc : 2 lignes = 1 créées" in essai.sortie) == (1, True)
    assert "Ligne 3, Date de naissance : Cette date n'existe pas." in essai.sortie
    choix.write_text(json.dumps({"NOM": "prenom"}))
    refus = await installation.lancer(*commande, "--correspondance", str(choix))
    assert (refus.code, "nom de naissance" in refus.erreurs) == (1, True)
    choix.write_text(json.dumps({"NOM": "nom_naissance", "Prénom": "prenom", "Né le": "date_naissance"}))
    reel = await installation.lancer(*commande, "--correspondance", str(choix))
    assert "Reprise faite : 2 lignes = 1 créées" in reel.sortie
    encore = await installation.lancer(*commande)
    assert "0 créées + 0 modifiées + 1 ignorées + 1 rejetées" in encore.sortie
