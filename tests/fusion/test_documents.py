"""Documents of a dossier: merged, kept, read back, deleted and brought back, on both engines."""

import datetime as dt
import os
import pathlib
import uuid
from typing import Any

import msgspec
import pytest

from tests.bilans.aides import repondre
from tests.entretiens.aides import ouvrir_etape, une_saisie
from tests.fusion.aides import ouvrir, textes, word
from viesion_core.actes import acte, annuler_acte
from viesion_core.bilans.actions import creer_bilan
from viesion_core.difficultes.actions import ajouter_difficultes
from viesion_core.difficultes.model import Saisie as SaisieDifficulte
from viesion_core.dossiers.tables import Beneficiaire, Rattachement
from viesion_core.entretiens.actions import creer_entretien
from viesion_core.entretiens.model import Theme
from viesion_core.erreurs import ConflitVersion, ErreurMetier, ErreurSaisie, Interdit, Introuvable
from viesion_core.extensions import Registre
from viesion_core.extensions.fusion import champs_permis, creer_document_fusion, modeles_proposes
from viesion_core.fusion.actions import deposer_document, lire_document, purger_fichiers, supprimer_document
from viesion_core.fusion.actions_modeles import deposer_modele
from viesion_core.fusion.donnees import Lecture, Sujet
from viesion_core.fusion.queries import document, documents_masques, documents_page
from viesion_core.fusion.schema import feuilles, inattendus, manquants
from viesion_core.parcours.queries import etapes
from viesion_core.testing import MAINTENANT, Monde

pytestmark = pytest.mark.offre("mos")


def _fichiers(dossier: pathlib.Path) -> list[pathlib.Path]:
    return list(dossier.glob("*/*"))


PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 20 + b"\x00\x00\x00\x00IEND\xaeB`\x82"


async def _dossier_mos(monde: Monde) -> tuple[int, uuid.UUID]:
    """Return a dossier with an étape and a bilan MOS of today, a few answers given."""
    numero, dispositif = await monde.dossier(nom="Exemple & <Fils>", prenom="Noé")
    etape = await ouvrir_etape(monde, numero, dispositif, dt.date(2026, 9, 3))
    _, bilan = await creer_bilan(
        monde.referent,
        numero,
        etape_choisie=etape,
        code="MOS",
        date_bilan=dt.date(2026, 11, 24),
        installees=frozenset({"MOS"}),
    )
    reponses: dict[str, Any] = {
        "MOS_01": "2026-09-01",
        "MOS_04": "2026-09-13",
        "MOS_03": ["SANTE_PHYSIQUE", "ADDICTIONS"],
        "MOS_05": 3,
        "MOS_21": True,
        "MOS_27": "Un emploi à mi-temps,\nprès de chez lui & sans « conduite ».",
        "MOS_32": "PSME_ACCOMPAGNEMENT",
        "MOS_33": str(monde.organisme),
        "MOS_34": "OUI",
    }
    for question, valeur in reponses.items():
        await repondre(monde.referent, numero, bilan, question, valeur)
    return numero, bilan


async def test_the_fiche_bilan_mos_is_a_word_document_that_says_what_the_dossier_says(
    monde: Monde, charge: Registre, dossier: pathlib.Path
) -> None:
    numero, bilan = await _dossier_mos(monde)
    etape = (await etapes(monde.referent, numero))[0].id
    await creer_entretien(monde.referent, numero, une_saisie(monde.referent, etape=etape))
    fait, identifiant = await creer_document_fusion(
        charge, monde.referent, numero, "MOS_BILAN", dossier=dossier, bilan=bilan
    )
    fiche = await document(monde.referent, numero, identifiant)
    assert (fiche.nom, fiche.nature, fiche.auteur_nom) == ("Fiche bilan MOS du 24-11-2026", "FUSION", "Alix ESSAI")
    assert (fiche.modele_libelle, fiche.modele_edition, fiche.sensible) == ("fiche bilan MOS modéle fusion", 1, True)
    assert (fait.libelle, fiche.nom_fichier) == ("Document créé", "Fiche bilan MOS du 24-11-2026.docx")
    contenu = await lire_document(monde.referent, numero, identifiant, dossier)
    word_ouvert = ouvrir(contenu)
    cellules = [c.text for t in word_ouvert.tables for ligne in t.rows for c in ligne.cells]
    for attendu in (
        "Madame Noé EXEMPLE & <FILS>",
        "12/03/1985 (41\u00a0ans)",
        "Santé physique, Addictions",
        "01/09/2026",
        "2 mois et 22 jours",
        "Association Exemple - MOS",
    ):
        assert attendu in cellules, attendu
    tout = "\n".join([*cellules, *textes(contenu)])
    assert "Un emploi à mi-temps,\nprès de chez lui & sans « conduite »." in tout
    assert "Préconisation : PSME accompagnement" in tout
    assert "Démarche MDPH à engager." in tout
    assert "Raisons du renoncement" not in tout  # not asked: MOS_11 has no answer
    assert "{{" not in tout
    assert "{%" not in tout
    assert word_ouvert.core_properties.author == "Alix ESSAI"
    pied = word_ouvert.sections[0].first_page_footer.paragraphs[0].text
    assert "Association Exemple" in pied
    assert "Page" in pied


async def test_only_who_may_read_health_data_sees_the_template_and_the_document(
    monde: Monde, charge: Registre, dossier: pathlib.Path
) -> None:
    numero, bilan = await _dossier_mos(monde)
    _, identifiant = await creer_document_fusion(
        charge, monde.referent, numero, "MOS_BILAN", dossier=dossier, bilan=bilan
    )
    sans = msgspec.structs.replace(monde.collegue, sensible=False)
    assert [m.code for m in await modeles_proposes(charge, sans)] == ["CONVOCATION"]
    assert [m.code for m in await modeles_proposes(charge, monde.referent)] == ["CONVOCATION", "MOS_BILAN"]
    assert await documents_page(sans, numero) == ([], 0)
    assert (await documents_masques(sans, numero), await documents_masques(monde.referent, numero)) == (1, 0)
    with pytest.raises(Introuvable):
        await lire_document(sans, numero, identifiant, dossier)
    with pytest.raises(Introuvable):
        await creer_document_fusion(charge, sans, numero, "MOS_BILAN", dossier=dossier, bilan=bilan)


async def test_another_organism_finds_nothing(monde: Monde, charge: Registre, dossier: pathlib.Path) -> None:
    numero, bilan = await _dossier_mos(monde)
    _, identifiant = await creer_document_fusion(
        charge, monde.referent, numero, "MOS_BILAN", dossier=dossier, bilan=bilan
    )
    autre = monde.autre_referent
    assert await documents_page(autre, numero) == ([], 0)
    for essai in (
        lire_document(autre, numero, identifiant, dossier),
        supprimer_document(autre, numero, identifiant, version=1),
        deposer_document(autre, numero, PNG, dossier=dossier, nom_client="x.png"),
        creer_document_fusion(charge, autre, numero, "CONVOCATION", dossier=dossier),
    ):
        with pytest.raises(Introuvable):
            await essai
    with pytest.raises(Interdit):
        await deposer_document(monde.pilote, numero, PNG, dossier=dossier, nom_client="x.png")


async def test_a_bilan_of_somebody_else_is_not_merged(monde: Monde, charge: Registre, dossier: pathlib.Path) -> None:
    _, bilan = await _dossier_mos(monde)
    numero, _ = await monde.dossier(nom="Autre")
    with pytest.raises(Introuvable):
        await creer_document_fusion(charge, monde.referent, numero, "MOS_BILAN", dossier=dossier, bilan=bilan)
    with pytest.raises(ErreurSaisie) as refus:
        await creer_document_fusion(charge, monde.referent, numero, "MOS_BILAN", dossier=dossier)
    assert refus.value.erreurs == {"bilan": "Ce modèle reprend un bilan : choisissez lequel."}


async def test_the_convocation_announces_the_next_entretien(
    monde: Monde, charge: Registre, dossier: pathlib.Path
) -> None:
    numero, _ = await monde.dossier()
    with pytest.raises(ErreurSaisie, match="à corriger") as refus:
        await creer_document_fusion(charge, monde.referent, numero, "CONVOCATION", dossier=dossier)
    assert "aucun n'est prévu" in refus.value.erreurs["modele"]
    for quand in ("2026-12-08 14:00", "2026-12-01 10:30", "2026-11-03 09:00"):
        await creer_entretien(monde.referent, numero, une_saisie(monde.referent, quand))
    _, identifiant = await creer_document_fusion(charge, monde.referent, numero, "CONVOCATION", dossier=dossier)
    contenu = await lire_document(monde.referent, numero, identifiant, dossier)
    assert "Objet : convocation à un entretien le mardi 1er décembre 2026 à 10\u00a0h\u00a030" in textes(contenu)
    assert (await document(monde.collegue, numero, identifiant)).sensible is False


async def test_what_a_template_takes_decides_whether_its_document_is_sensitive(
    monde: Monde, charge: Registre, dossier: pathlib.Path
) -> None:
    numero, _ = await monde.dossier()
    themes = (Theme(theme="SANTE", synthese="Attend une consultation."),)
    await creer_entretien(
        monde.referent, numero, une_saisie(monde.referent, "2026-11-03 09:00", themes=themes, realisation="PRESENCE")
    )
    await ajouter_difficultes(
        monde.referent, numero, ["MOBILITE_SANS_PERMIS"], SaisieDifficulte(debut=dt.date(2026, 11, 3))
    )
    champs = champs_permis(charge, "", "")
    attendus = {
        "{% for d in difficultes %}{{ d.nature }}{% endfor %}": False,
        "{% for e in entretiens %}{{ e.date }} {{ e.resume }}{% endfor %}": False,
        "{% for e in entretiens %}{% for t in e.themes %}{{ t.synthese }}{% endfor %}{% endfor %}": True,
    }
    for rang, (texte, sensible) in enumerate(attendus.items()):
        await deposer_modele(monde.administrateur, word(texte), libelle=f"Essai {rang}", champs=champs)
        _, identifiant = await creer_document_fusion(charge, monde.referent, numero, f"ESSAI_{rang}", dossier=dossier)
        assert (await document(monde.referent, numero, identifiant)).sensible is sensible, texte


async def test_no_document_and_no_file_when_a_field_is_unknown(
    monde: Monde, charge: Registre, dossier: pathlib.Path
) -> None:
    """A template accepted yesterday, a field that the offre no longer gives today."""
    numero, bilan = await _dossier_mos(monde)
    champs = champs_permis(charge, "MOS", "MOS")
    modele = word("{{ mos.duree }} {{ bilan.reponses.MOS_01 }} {{ bilan.reponses.MOS_99 }} {{ mos.secteur }}")
    autres = [*champs, *(msgspec.structs.replace(champs[0], nom=n) for n in ("bilan.reponses.MOS_99", "mos.secteur"))]
    await deposer_modele(
        monde.administrateur, modele, libelle="Ancien", champs=autres, offre="MOS", questionnaire="MOS"
    )
    with pytest.raises(ErreurSaisie) as refus:
        await creer_document_fusion(charge, monde.referent, numero, "ANCIEN", dossier=dossier, bilan=bilan)
    message = refus.value.erreurs["modele"]
    assert "Le champ « bilan.reponses.MOS_99 » n'existe pas." in message
    assert "Le champ « mos.secteur » n'existe pas." in message
    assert await documents_page(monde.referent, numero) == ([], 0)
    assert not _fichiers(dossier)


async def test_a_file_is_kept_under_its_own_label_and_read_back(monde: Monde, dossier: pathlib.Path) -> None:
    numero, _ = await monde.dossier()
    fait, identifiant = await deposer_document(
        monde.referent, numero, PNG, dossier=dossier, nom_client="C:\\Photos\\../..\\Carte d'identité.pdf"
    )
    fiche = await document(monde.collegue, numero, identifiant)
    assert (fiche.nom, fiche.type_mime, fiche.nom_fichier) == (
        "Carte d'identité",
        "image/png",
        "Carte d'identité.png",
    )
    assert fait.libelle == "Document déposé : Carte d'identité"
    assert await lire_document(monde.collegue, numero, identifiant, dossier) == PNG
    chemin = dossier / fiche.fichier
    assert chemin.stat().st_mode & 0o777 == 0o600
    assert "identit" not in str(chemin)
    chemin.write_bytes(PNG + b"x")
    with pytest.raises(ErreurMetier, match="n'est plus celui"):
        await lire_document(monde.collegue, numero, identifiant, dossier)
    chemin.unlink()
    with pytest.raises(ErreurMetier, match="manque sur le serveur"):
        await lire_document(monde.collegue, numero, identifiant, dossier)


async def test_a_deleted_document_comes_back_and_its_file_goes_later(monde: Monde, dossier: pathlib.Path) -> None:
    numero, _ = await monde.dossier()
    _, identifiant = await deposer_document(monde.referent, numero, PNG, dossier=dossier, nom_client="a.png")
    with pytest.raises(ConflitVersion):
        await supprimer_document(monde.referent, numero, identifiant, version=7)
    fait = await supprimer_document(monde.referent, numero, identifiant, version=1)
    assert await documents_page(monde.referent, numero) == ([], 0)
    await annuler_acte(monde.referent, fait.id)
    assert await lire_document(monde.referent, numero, identifiant, dossier) == PNG

    fait = await supprimer_document(
        monde.referent, numero, identifiant, version=(await document(monde.referent, numero, identifiant)).version
    )
    assert await purger_fichiers(monde.systeme, dossier) == 0  # still within the day of its undoing
    vieux = MAINTENANT.timestamp() - 3 * 86400
    for chemin in _fichiers(dossier):
        os.utime(chemin, (vieux, vieux))
    assert await purger_fichiers(monde.systeme, dossier) == 1
    assert not _fichiers(dossier)


async def test_the_document_of_another_organism_is_read_and_not_deleted(monde: Monde, dossier: pathlib.Path) -> None:
    numero, _ = await monde.dossier()
    _, identifiant = await deposer_document(monde.referent, numero, PNG, dossier=dossier, nom_client="a.png")
    etranger = msgspec.structs.replace(monde.autre_referent, organisme=monde.autre_organisme)
    async with acte(monde.systeme, "essai", "Rattachement", beneficiaire=numero) as a:
        await a.inserer(
            Rattachement,
            {
                "beneficiaire": numero,
                "organisme": monde.autre_organisme,
                "nature": "REPRISE",
                "debut": dt.date(2026, 1, 5),
            },
        )
    assert await lire_document(etranger, numero, identifiant, dossier) == PNG
    with pytest.raises(Interdit, match="non le supprimer"):
        await supprimer_document(etranger, numero, identifiant, version=1)


async def test_documents_are_paged_searched_and_filtered(monde: Monde, dossier: pathlib.Path) -> None:
    numero, _ = await monde.dossier()
    for rang in range(23):
        ctx = msgspec.structs.replace(monde.referent, maintenant=MAINTENANT + dt.timedelta(minutes=rang))
        await deposer_document(ctx, numero, PNG, dossier=dossier, nom_client=f"Pièce {rang:02d}.png")
    page, total = await documents_page(monde.referent, numero)
    assert (len(page), total, page[0].nom) == (20, 23, "Pièce 22")
    page, total = await documents_page(monde.referent, numero, page=2)
    assert [d.nom for d in page] == ["Pièce 02", "Pièce 01", "Pièce 00"]
    assert [d.nom for d in (await documents_page(monde.referent, numero, recherche="PIÈCE 07"))[0]] == ["Pièce 07"]
    assert await documents_page(monde.referent, numero, nature="FUSION") == ([], 0)


async def test_a_person_who_goes_takes_the_documents_along(
    monde: Monde, dossier: pathlib.Path, charge: Registre
) -> None:
    numero, _ = await monde.dossier()
    await deposer_document(monde.referent, numero, PNG, dossier=dossier, nom_client="a.png")
    async with acte(monde.systeme, "essai", "Purge") as a:
        await a.supprimer(Beneficiaire, numero, version=None)
    assert await documents_page(monde.systeme, numero) == ([], 0)


async def test_every_field_of_the_dictionary_is_answered_for_a_full_dossier_and_for_an_empty_one(
    monde: Monde, charge: Registre
) -> None:
    numero, bilan = await _dossier_mos(monde)
    etape = (await etapes(monde.referent, numero))[0].id
    for quand in ("2026-12-01 10:30", "2026-12-02 10:30"):
        await creer_entretien(monde.referent, numero, une_saisie(monde.referent, quand, etape=etape))
    await ajouter_difficultes(
        monde.referent, numero, ["MOBILITE_SANS_PERMIS"], SaisieDifficulte(debut=dt.date(2026, 11, 3))
    )
    vide, _ = await monde.dossier(nom="Vide")
    await creer_entretien(monde.referent, vide, une_saisie(monde.referent, "2026-12-03 10:30"))
    noms = [c.nom for c in champs_permis(charge, "", "MOS")]
    for dossier_lu, sujet in ((numero, Sujet(bilan)), (vide, Sujet())):
        champs = [nom for nom in noms if sujet.bilan or not nom.startswith("bilan.")]
        lues = await Lecture(monde.referent, dossier_lu, champs, sujet, ()).lire()
        assert manquants(lues.valeurs, champs) == []
        assert inattendus(lues.valeurs, lues.arbre) == []
        inconnus = set(feuilles(lues.arbre)) ^ {n for n in noms if sujet.bilan or "bilan.reponses" not in n}
        assert inconnus == set()
