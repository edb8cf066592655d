"""Templates: shipped, replaced by the administration, taken back; each version kept, one active. On both engines."""

import msgspec
import pytest

from tests.fusion.aides import word
from viesion_core.actes import Acte, annuler_acte
from viesion_core.erreurs import ConflitVersion, ErreurMetier, ErreurSaisie, Interdit, Introuvable
from viesion_core.extensions import Registre, garder_modeles
from viesion_core.extensions.fusion import champs_extension, champs_permis, modeles_proposes, tous_les_groupes
from viesion_core.fusion import valeurs
from viesion_core.fusion.actions_modeles import (
    activer_edition,
    charger_modeles,
    controler,
    deposer_modele,
    retirer_edition,
)
from viesion_core.fusion.atelier import ModeleInutilisable
from viesion_core.fusion.champs import arbre_des_champs, defaut_extension, groupes_du_coeur
from viesion_core.fusion.model import (
    ChampFusion,
    Controle,
    ModeleFusion,
    VersionModele,
    nom_depot,
    nom_propre,
    titre_document,
)
from viesion_core.fusion.modeles_livres import modeles_du_coeur
from viesion_core.fusion.queries import contenu_modele, edition, editions, modele_actif, modeles_actifs, modeles_page
from viesion_core.fusion.schema import arbre, ecriture, exemples, feuilles, manquants, vides
from viesion_core.organismes.actions import terminer_offre
from viesion_core.organismes.queries import offres_de_service
from viesion_core.testing import MAINTENANT, Monde

pytestmark = pytest.mark.offre("mos")


async def test_what_is_shipped_is_kept_once(charge: Registre) -> None:
    assert await garder_modeles(charge, MAINTENANT) == []
    modeles = {m.code: m for m in await modeles_actifs()}
    assert {(m.code, m.edition, m.editions, m.origine) for m in modeles.values()} >= {
        ("CONVOCATION", 1, 1, "COEUR"),
        ("MOS_BILAN", 1, 1, "EXTENSION"),
    }
    assert modeles["MOS_BILAN"].libelle == "fiche bilan MOS modéle fusion"  # the deck, word for word
    assert "bilan.reponses.MOS_32" in modeles["MOS_BILAN"].champs
    livre = next(m for m in charge.modeles_fusion() if m.code == "MOS_BILAN")
    assert await contenu_modele(modeles["MOS_BILAN"].empreinte) == livre.contenu


async def test_a_new_shipped_version_takes_over_but_never_from_the_administration(
    monde: Monde, charge: Registre
) -> None:
    suivante = ModeleFusion(code="CONVOCATION", libelle="Convocation", contenu=word("{{ beneficiaire.nom }} 2"))
    assert await charger_modeles([suivante], [], MAINTENANT) == {}
    assert ((await modele_actif("CONVOCATION")).edition, len(await editions("CONVOCATION"))) == (2, 2)

    await _deposer(monde, charge, "CONVOCATION", "{{ beneficiaire.nom }} la nôtre")
    encore = msgspec.structs.replace(suivante, contenu=word("{{ beneficiaire.nom }} 4"))
    assert await charger_modeles([encore], [], MAINTENANT) == {}
    etats = [(e.edition, e.origine, e.actif) for e in await editions("CONVOCATION")]
    assert etats == [
        (4, "COEUR", False),
        (3, "ADMINISTRATION", True),
        (2, "COEUR", False),
        (1, "COEUR", False),
    ]


async def test_the_administration_puts_its_version_and_goes_back(monde: Monde, charge: Registre) -> None:
    avant = await modele_actif("CONVOCATION")
    fait, _ = await _deposer(monde, charge, "CONVOCATION", "{{ beneficiaire.nom }}, venez.")
    actif = await modele_actif("CONVOCATION")
    assert (actif.edition, actif.origine, actif.depose_par, actif.champs) == (
        2,
        "ADMINISTRATION",
        "Andréa ESSAI",
        ("beneficiaire.nom",),
    )
    with pytest.raises(ErreurSaisie, match="à corriger") as refus:
        await _deposer(monde, charge, "CONVOCATION", "{{ beneficiaire.nom }}, venez.", contenu=await _octets(actif))
    assert "déjà la version 2" in refus.value.erreurs["fichier"]

    ancienne = await edition("CONVOCATION", 1)
    with pytest.raises(ConflitVersion):
        await activer_edition(monde.administrateur, "CONVOCATION", 1, version=ancienne.version + 1)
    retour = await activer_edition(monde.administrateur, "CONVOCATION", 1, version=ancienne.version)
    assert (await modele_actif("CONVOCATION")).empreinte == avant.empreinte
    await annuler_acte(monde.administrateur, retour.id)
    assert (await modele_actif("CONVOCATION")).edition == 2
    assert fait.libelle == "Modèle « Convocation à un entretien » : nouvelle version"


async def test_a_withdrawn_template_stays_withdrawn_when_another_version_is_shipped(
    monde: Monde, charge: Registre
) -> None:
    await retirer_edition(monde.administrateur, "CONVOCATION", 1, version=1)
    with pytest.raises(Introuvable):
        await modele_actif("CONVOCATION")
    with pytest.raises(ErreurMetier, match="rien à retirer"):
        await retirer_edition(monde.administrateur, "CONVOCATION", 1, version=2)
    with pytest.raises(Interdit):
        await retirer_edition(monde.referent, "MOS_BILAN", 1, version=1)
    suivante = ModeleFusion(code="CONVOCATION", libelle="Convocation", contenu=word("{{ beneficiaire.nom }} 2"))
    assert await charger_modeles([suivante], [], MAINTENANT) == {}
    actifs = {m.code for m in await modeles_actifs()}
    assert "CONVOCATION" not in actifs
    modeles, total = await modeles_page()
    assert {(m.code, m.actif) for m in modeles} == {("CONVOCATION", False), *((code, True) for code in actifs)}
    assert (total, modeles[0].code, modeles[0].edition) == (len(modeles), "CONVOCATION", 2)
    assert [(m.code, m.actif) for m in (await modeles_page("convoc"))[0]] == [("CONVOCATION", False)]


def test_a_field_is_written_in_word_inside_its_loops() -> None:
    assert ecriture("beneficiaire.nom") == ("{{ beneficiaire.nom }}", "")
    assert ecriture("aujourdhui") == ("{{ aujourdhui }}", "")
    assert ecriture("entretiens[].date") == ("{{ entretien.date }}", "{% for entretien in entretiens %}")
    assert ecriture("bilan.sections[].questions[].texte") == (
        "{{ question.texte }}",
        "{% for section in bilan.sections %} {% for question in section.questions %}",
    )


async def test_undoing_an_upload_gives_the_former_version_back(monde: Monde, charge: Registre) -> None:
    fait, _ = await _deposer(monde, charge, "CONVOCATION", "{{ beneficiaire.nom }} !")
    await annuler_acte(monde.administrateur, fait.id)
    assert [(e.edition, e.actif) for e in await editions("CONVOCATION")] == [(1, True)]


async def test_a_template_of_our_own_is_opened_and_named(monde: Monde, charge: Registre) -> None:
    champs = champs_permis(charge, "MOS", "MOS")
    with pytest.raises(ErreurSaisie) as refus:
        await deposer_modele(monde.administrateur, word("x"), libelle=" . ", champs=champs)
    assert refus.value.erreurs == {"libelle": "Le nom du modèle est requis."}
    await deposer_modele(
        monde.administrateur,
        word("{{ mos.duree }} {{ bilan.reponses.MOS_01 }}"),
        libelle="Attestation MOS",
        champs=champs,
        offre="MOS",
        questionnaire="MOS",
    )
    modele = await modele_actif("ATTESTATION_MOS")
    assert (modele.offre, modele.questionnaire, modele.groupes) == ("MOS", "MOS", {"mos", "bilan"})
    with pytest.raises(ErreurSaisie) as refus:
        await deposer_modele(monde.administrateur, word("y"), libelle="attestation  MOS", champs=champs)
    assert "déposez-en une nouvelle version" in refus.value.erreurs["libelle"]
    assert [m.code for m in await modeles_proposes(charge, monde.referent, "MOS")] == [
        "ATTESTATION_MOS",
        "CONVOCATION",
        "MOS_BILAN",
    ]
    assert [m.code for m in await modeles_proposes(charge, monde.referent, "AUTRE")] == ["CONVOCATION"]


async def test_a_bad_template_is_refused_with_every_reason_and_nothing_is_kept(monde: Monde, charge: Registre) -> None:
    with pytest.raises(ModeleInutilisable) as refus:
        await _deposer(monde, charge, "CONVOCATION", "{{ beneficiaire.nim }} {{ bilan.reponses.MOS_01 }}")
    assert [d.message.split("»")[0] for d in refus.value.defauts] == [
        "Le champ « beneficiaire.nim ",
        "Le champ « bilan.reponses ",
    ]
    assert len(await editions("CONVOCATION")) == 1
    with pytest.raises(ModeleInutilisable, match="5 Mo"):
        await _deposer(monde, charge, "CONVOCATION", "", contenu=b"PK\x03\x04" + b"x" * (5 * 2**20))


async def test_only_the_administration_changes_templates(monde: Monde, charge: Registre) -> None:
    for ctx in (monde.referent, monde.directeur, monde.pilote):
        with pytest.raises(Interdit):
            await deposer_modele(ctx, word("x"), libelle="Essai", champs=[])
        with pytest.raises(Interdit):
            await activer_edition(ctx, "CONVOCATION", 1, version=1)
    for essai in (modele_actif("RIEN"), editions("RIEN"), edition("CONVOCATION", 9), contenu_modele("0" * 64)):
        with pytest.raises(Introuvable):
            await essai


async def test_a_bad_template_of_an_offre_is_named_and_the_rest_runs(charge: Registre) -> None:
    mauvais = ModeleFusion(code="MAUVAIS", libelle="Mauvais", contenu=word("{{ x.y }}"), offre="MOS")
    vole = ModeleFusion(
        code="VOLE", libelle="Vole", contenu=word("x"), offre="MOS", champs=(ChampFusion("beneficiaire.nir", "NIR"),)
    )
    refuses = await charger_modeles([mauvais, vole], [], MAINTENANT)
    assert refuses["MAUVAIS"] == "Le champ « x.y » n'existe pas."
    assert "un nom de groupe à elle" in refuses["VOLE"]
    charge.signaler("MOS", "Le modèle « Mauvais » est refusé.")
    (mos,) = [etat for etat in charge.etats() if etat.offre == "MOS"]
    assert mos.defaillances == ("Le modèle « Mauvais » est refusé.",)
    assert mos.erreur == ""


async def test_an_offre_that_ends_takes_its_templates_away(monde: Monde, charge: Registre) -> None:
    (offre,) = [o for o in await offres_de_service(monde.organisme) if o.offre == "MOS"]
    await terminer_offre(monde.administrateur, offre.id, fin=monde.referent.aujourdhui, version=offre.version)
    demain = msgspec.structs.replace(monde.referent, maintenant=MAINTENANT.replace(day=26))
    assert [m.code for m in await modeles_proposes(charge, demain)] == ["CONVOCATION"]
    assert [m.code for m in await modeles_proposes(Registre(), monde.referent)] == ["CONVOCATION"]


async def test_the_shipped_templates_use_known_fields_only(registre: Registre) -> None:
    for modele in [*modeles_du_coeur(), *registre.modeles_fusion()]:
        controle = await controler(modele.contenu, champs_permis(registre, modele.offre, modele.questionnaire))
        assert controle.defauts == (), modele.code
        assert len(controle.champs) > 20


def test_every_field_has_a_label_an_example_and_its_place(registre: Registre) -> None:
    groupes = tous_les_groupes(registre)
    champs = [champ for groupe in groupes for champ in groupe.champs]
    assert len({c.nom for c in champs}) == len(champs)
    assert all(c.libelle for c in champs)
    assert sum(1 for c in champs if c.nom.startswith("bilan.reponses.MOS_")) == 37
    assert {"mos.duree", "mos.delai", "mos.attention[].texte"} == {c.nom for c in champs_extension(registre, "MOS")}
    tree = arbre_des_champs(champs)
    assert sorted(feuilles(tree)) == sorted(c.nom for c in champs)
    assert manquants(exemples(champs), [c.nom for c in champs]) == []


def test_the_tree_of_fields_refuses_what_contradicts_itself() -> None:
    assert arbre(["a.b", "c[].d", "c[].e[].f"]) == {"a": {"b": ""}, "c": [{"d": "", "e": [{"f": ""}]}]}
    assert vides(["a.b", "c[].d"]) == {"a": {"b": ""}, "c": []}
    for noms in (["a", "a.b"], ["a.b", "a[].b"], ["a b"], ["a..b"]):
        with pytest.raises(ValueError, match="«"):
            arbre(noms)
    assert defaut_extension([ChampFusion("mos.duree", "Durée")]) == ""
    assert "groupe à elle" in defaut_extension([ChampFusion("duree", "Durée")])


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("fiche bilan MOS modéle fusion", "Fiche bilan MOS"),
        ("Fiche Bilan du Contrat d'objectif AI Modéle fusion", "Fiche Bilan du Contrat d'objectif AI"),
        ("Fiche bilan C-Parti (AGRI)Post creation Modelé fusion-", "Fiche bilan C-Parti (AGRI)Post creation"),
        ("Fiche bilan MOC modèle de fusion", "Fiche bilan MOC"),
        ("modèle fusion", "Document"),
    ],
)
def test_a_document_is_named_after_its_template(texte: str, attendu: str) -> None:
    assert titre_document(texte) == attendu


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Documents\\Bulletin de paie.PDF", "Bulletin de paie"),
        ("a\x00b\u202ec\r\n.pdf", "a b c"),
        ("...", ""),
        ("sans extension", "sans extension"),
        ("v1.0 finale", "v1.0 finale"),
        ("x" * 300 + ".pdf", "x" * 120),
    ],
)
def test_a_client_name_is_only_a_label(texte: str, attendu: str) -> None:
    assert nom_depot(texte) == attendu
    assert nom_propre(nom_depot(texte)) == attendu


def test_the_groups_of_the_core_are_all_answered() -> None:
    """Each group of the dictionary has its function, or is read beside (dates, the author)."""
    groupes = {c.nom.split(".")[0].removesuffix("[]") for g in groupes_du_coeur() for c in g.champs}
    ecrits = {nom for nom in groupes if hasattr(valeurs, nom)}
    assert groupes - ecrits == {
        "aujourdhui",
        "aujourdhui_long",
        "auteur",
        "contrats",
        "etapes",
        "referent_parcours",
    }


async def _deposer(
    monde: Monde, registre: Registre, code: str, texte: str, *, contenu: bytes | None = None
) -> tuple[Acte, Controle]:
    return await deposer_modele(
        monde.administrateur,
        word(texte) if contenu is None else contenu,
        libelle=(await modele_actif(code)).libelle,
        champs=champs_permis(registre, "", ""),
        code=code,
    )


async def _octets(modele: VersionModele) -> bytes:
    return await contenu_modele(modele.empreinte)
