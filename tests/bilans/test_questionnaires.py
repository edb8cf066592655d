"""Each version of a questionnaire is kept in the base, and never changes once a bilan uses it."""

import msgspec

from tests.bilans.aides import TOML, essai, garder, un_bilan
from viesion_core.api import Offre, hookimpl, lire_questionnaire
from viesion_core.bilans.actions_questionnaires import charger_questionnaires
from viesion_core.bilans.model import Questionnaire
from viesion_core.bilans.queries import bilan, derniere_version, questionnaire_de
from viesion_core.db import Base, lire, lire_valeur
from viesion_core.extensions import Registre, garder_questionnaires
from viesion_core.extensions.decouverte import Trouvee
from viesion_core.testing import MAINTENANT, Monde


def modifie(texte: str, par: str) -> Questionnaire:
    assert texte in TOML
    return msgspec.structs.replace(lire_questionnaire(TOML.replace(texte, par)), offre="MOS")


async def versions() -> list[tuple[str, int]]:
    lignes = await lire("SELECT code, version FROM questionnaire ORDER BY code, version")
    return [(ligne["code"], ligne["version"]) for ligne in lignes]


async def test_a_version_is_kept_once_and_read_back_whole(base: Base) -> None:
    await garder(essai())
    await garder(essai(), essai(version=2))
    assert await versions() == [("ESSAI", 1), ("ESSAI", 2)]
    trouve = await derniere_version("ESSAI")
    assert trouve is not None
    assert trouve[1] == essai(version=2)
    assert await derniere_version("INCONNU") is None


async def test_an_unused_version_follows_its_file(base: Base) -> None:
    await garder(essai())
    await garder(modifie('texte = "Préconisation"', 'texte = "Préconisation principale"'))
    trouve = await derniere_version("ESSAI")
    assert trouve is not None
    assert trouve[1].par_code()["SUITE"].texte == "Préconisation principale"
    assert await versions() == [("ESSAI", 1)]


async def test_a_version_in_use_is_never_changed(monde: Monde) -> None:
    await garder(essai())
    numero, identifiant = await un_bilan(monde)
    refuses = await charger_questionnaires([modifie('"Droit commun"', '"Droit spécial"')], MAINTENANT)
    assert [refus.message for refus in refuses] == [
        "Le questionnaire ESSAI version 1 a changé alors que 1 bilans l'utilisent : remettez-le comme il était et "
        "déclarez une version 2."
    ]
    fiche = await bilan(monde.referent, numero, identifiant)
    assert await questionnaire_de(fiche) == essai()
    await garder(msgspec.structs.replace(modifie('"Droit commun"', '"Droit spécial"'), version=2))
    assert await versions() == [("ESSAI", 1), ("ESSAI", 2)]
    assert await questionnaire_de(await bilan(monde.referent, numero, identifiant)) == essai()


async def test_a_help_text_may_be_corrected_at_any_time(monde: Monde) -> None:
    await garder(essai())
    numero, identifiant = await un_bilan(monde)
    fiche = await bilan(monde.referent, numero, identifiant)
    assert (await questionnaire_de(fiche)).par_code()["NOMBRE"].aide == "Ceux qui ont eu lieu."
    plus_tard = MAINTENANT.replace(hour=15)
    assert await charger_questionnaires([modifie("Ceux qui ont eu lieu.", "Entretiens tenus.")], plus_tard) == []
    fiche = await bilan(monde.referent, numero, identifiant)
    assert (await questionnaire_de(fiche)).par_code()["NOMBRE"].aide == "Entretiens tenus."


async def test_the_plugin_of_a_changed_version_is_refused_and_its_bilans_stay_readable(monde: Monde) -> None:
    await garder(essai())
    numero, identifiant = await un_bilan(monde)
    registre = Registre.composer([_extension(modifie('"Droit commun"', '"Droit spécial"'))])
    assert [offre.code for offre in registre.offres()] == ["MOS"]
    messages = await garder_questionnaires(registre, MAINTENANT)
    assert "déclarez une version 2" in messages[0]
    assert registre.offres() == []
    assert registre.etats()[0].erreur == messages[0]
    assert (await questionnaire_de(await bilan(monde.referent, numero, identifiant))).code == "ESSAI"


async def test_a_version_that_no_plugin_declares_any_more_stays(base: Base) -> None:
    await garder(essai())
    registre = Registre.composer([])
    assert await garder_questionnaires(registre, MAINTENANT) == []
    assert await lire_valeur("SELECT count(*) FROM questionnaire") == 1


def _extension(questionnaire: Questionnaire) -> Trouvee:
    class Module:
        @staticmethod
        @hookimpl
        def declarer_offre() -> Offre:
            return Offre(code="MOS", libelle="Module d'Orientation Santé")

        @staticmethod
        @hookimpl
        def declarer_bilans() -> list[Questionnaire]:
            return [questionnaire]

    return Trouvee("essai", "viesion-essai", "1.0", Module)
