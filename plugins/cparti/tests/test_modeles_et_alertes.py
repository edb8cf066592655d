"""The templates are whole Word documents that ask for known fields; the alert rules count on both engines."""

import io

import docx

from viesion_core.alertes.queries import compter, lignes_alerte
from viesion_core.extensions.decouverte import Trouvee
from viesion_core.extensions.fusion import champs_permis
from viesion_core.extensions.registre import Registre
from viesion_core.fusion.actions_modeles import controler
from viesion_core.testing import Monde
from viesion_cparti import alertes, bilan, fusion, plugin


def registre() -> Registre:
    return Registre.composer([Trouvee("cparti", "viesion-cparti", "0", plugin)])


def test_the_plugin_runs_and_declares_all_it_has() -> None:
    seul = registre()
    assert [etat.erreur for etat in seul.etats()] == [""]
    assert [etat.defaillances for etat in seul.etats()] == [()]
    assert [offre.code for offre in seul.offres()] == [bilan.OFFRE]
    assert {q.code for q in seul.questionnaires()} == set(bilan.questionnaires())
    assert all(q.sensible is False for q in seul.questionnaires())
    assert len(seul.regles_alerte()) == 3
    assert all(regle.sensible is False for regle in alertes.REGLES)
    seul.fermer()


async def test_each_template_asks_for_known_fields_and_numbers_its_pages() -> None:
    seul = registre()
    for modele in fusion.modeles():
        controle = await controler(modele.contenu, champs_permis(seul, bilan.OFFRE, modele.questionnaire))
        assert controle.defauts == (), modele.code
        assert any(champ.startswith("cparti.") for champ in controle.champs)
        document = docx.Document(io.BytesIO(modele.contenu))
        assert len(document.tables) >= 7
        for section in document.sections:
            assert "PAGE" in section.footer._element.xml
        texte = "".join(p.text for section in document.sections for p in section.footer.paragraphs)
        assert ("Données de santé" in texte) is False
        assert "MOS" not in "".join(p.text for p in document.paragraphs)
    seul.fermer()


async def test_the_rules_count_what_they_list_on_both_engines(monde: Monde) -> None:
    await monde.dossier()
    comptes = await compter(monde.referent, alertes.REGLES, {})
    assert comptes == {regle.code: 0 for regle in alertes.REGLES}
    for regle in alertes.REGLES:
        assert await lignes_alerte(monde.referent, regle, None) == ([], 0)
        assert await lignes_alerte(monde.pilote, regle, None) == ([], 0)
