"""Two people on one form: what is kept, what is taken from the other one, what is shown to be decided."""

import datetime as dt

from viesion_core.actes import divergence
from viesion_core.erreurs import ConflitVersion
from viesion_core.parcours.actions import enregistrer_contrat
from viesion_core.parcours.model import SaisieContrat
from viesion_core.parcours.queries import contrats
from viesion_core.testing import Monde
from web.conflit import ChampConflit, comparer, comprendre

CHAMPS = (
    ChampConflit("type", "Type", lambda code: {"CER": "Réciproque", "CO": "Orientation"}[code]),
    ChampConflit("fin", "Fin"),
    ChampConflit("numero", "Numéro"),
    ChampConflit("heures", "Heures"),
    ChampConflit("prevenu", "Prévenu"),
)
CONNUE = {"type": "CER", "fin": dt.date(2026, 6, 30), "numero": "A1", "heures": None, "prevenu": False}


def test_a_field_that_both_changed_shows_both() -> None:
    saisie = {"type": "CO", "fin": "31072026", "numero": "A1", "heures": ""}
    ecarts, repris = comparer(saisie, {**CONNUE, "fin": dt.date(2026, 8, 31)}, CONNUE, CHAMPS)
    assert [(e.nom, e.enregistree, e.saisie) for e in ecarts] == [("fin", "31/08/2026", "31/07/2026")]
    assert repris == []


def test_a_field_that_the_other_one_alone_changed_is_taken() -> None:
    saisie = {"type": "CER", "fin": "30/06/2026", "numero": "A2", "heures": ""}
    actuelle = {**CONNUE, "type": "CO", "heures": 15, "prevenu": True}
    ecarts, repris = comparer(saisie, actuelle, CONNUE, CHAMPS)
    assert ecarts == []
    assert [(e.nom, e.enregistree, e.valeur_enregistree) for e in repris] == [
        ("type", "Orientation", "CO"),
        ("heures", "15", "15"),
        ("prevenu", "oui", "oui"),
    ]


def test_without_the_version_that_was_opened_every_difference_is_to_be_decided() -> None:
    saisie = {"type": "CER", "fin": "30/06/2026", "numero": "24112026", "heures": ""}
    ecarts, repris = comparer(saisie, {**CONNUE, "type": "CO"}, None, CHAMPS)
    assert [(e.nom, e.saisie) for e in ecarts] == [("type", "Réciproque"), ("numero", "24112026")]
    assert repris == []


async def test_the_form_comes_back_on_the_new_version_and_says_who_saved(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    premier = SaisieContrat(type="CER", debut=dt.date(2026, 1, 1), fin=dt.date(2026, 6, 30))
    await enregistrer_contrat(monde.referent, numero, premier)
    (ouvert,) = await contrats(monde.referent, numero)
    autre = SaisieContrat(type="CO", debut=dt.date(2026, 1, 1), fin=dt.date(2026, 8, 31))
    await enregistrer_contrat(monde.collegue, numero, autre, identifiant=ouvert.id, version=1)
    (actuel,) = await contrats(monde.referent, numero)
    ligne = {"type": actuel.type, "fin": actuel.fin, "numero": ""}
    erreur = ConflitVersion(ligne, 2, nom_table="contrat", cle=str(ouvert.id))
    saisie = {"type": "CER", "fin": "31/07/2026", "numero": "N 7", "version": "1"}
    conflit, gardee = await comprendre(erreur, saisie, CHAMPS)
    assert (conflit.auteur, conflit.at, conflit.version) == (monde.collegue.nom, monde.collegue.maintenant, 2)
    assert [e.nom for e in conflit.ecarts] == ["fin"]
    assert gardee == {"type": "CO", "fin": "31/07/2026", "numero": "N 7", "version": "2"}


async def test_a_row_without_history_is_still_compared(monde: Monde) -> None:
    depuis = await divergence("contrat", "inconnu", 1)
    assert (depuis.connue, depuis.auteur, depuis.at) == (None, "", None)
    conflit, gardee = await comprendre(ConflitVersion({"numero": "B"}, 4), {"numero": "A", "version": "x"}, CHAMPS)
    assert (conflit.auteur, [e.nom for e in conflit.ecarts]) == ("une autre personne", ["numero"])
    assert gardee == {"numero": "A", "version": "4"}
