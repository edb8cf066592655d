"""declarer_flux, declarer_envois: the flows of a bridge are known; what is wrong is named, the rest goes on."""

from typing import Any

import pytest

from viesion_core.api import Flux, FluxSortant, hookimpl
from viesion_core.extensions import Registre, charger_extensions
from viesion_core.extensions.decouverte import Trouvee


def composer(declarer_flux: Any) -> Registre:
    module = type("Pont", (), {"declarer_flux": staticmethod(hookimpl(declarer_flux))})
    return Registre.composer([Trouvee("pont", "viesion-pont", "1.0", module)])


def un_flux(lecteur: str) -> Flux:
    return Flux(emetteur="ESSAI", code="ESSAI", libelle="Essai", colonnes=("a",), cle="a", action="a", lecteur=lecteur)


@pytest.mark.offre("solis_bridge")
def test_the_solis_bridge_declares_alloc() -> None:
    flux = charger_extensions().flux()
    assert [(f.emetteur, f.code) for f in flux] == [("SOLIS", "ALLOC"), ("SOLIS", "AFFECT"), ("CNAF", "VRSB")]


@pytest.mark.offre("solis_bridge")
def test_the_solis_bridge_words_the_contracts() -> None:
    assert ("SOLIS", "CONTRAT") in [(f.destinataire, f.code) for f in charger_extensions().envois()]


def envois(*flux: Any) -> Registre:
    module = type("Pont", (), {"declarer_envois": staticmethod(hookimpl(lambda: list(flux)))})
    second = type("Second", (), {"declarer_envois": staticmethod(hookimpl(lambda: list(flux)))})
    return Registre.composer([Trouvee(m.__name__, f"viesion-{m.__name__}", "1.0", m) for m in (module, second)])


def un_envoi(redacteur: str) -> FluxSortant:
    return FluxSortant(destinataire="ESSAI", code="CONTRAT", libelle="Essai", colonnes=("a",), redacteur=redacteur)


def test_a_wording_that_is_not_found_is_named() -> None:
    registre = envois(un_envoi("viesion_solis.contrat:absente"))
    assert registre.envois() == []
    assert "viesion_solis.contrat:absente est introuvable" in registre.etats()[0].defaillances[0]


@pytest.mark.offre("solis_bridge")
def test_a_flow_to_a_partner_has_one_plugin() -> None:
    registre = envois(un_envoi("viesion_solis.contrat:rediger"))
    assert len(registre.envois()) == 1
    assert "CONTRAT est déjà celui d'une autre extension" in registre.etats()[1].defaillances[0]


def test_a_reader_that_is_not_found_is_named() -> None:
    registre = composer(lambda: [un_flux("viesion_solis.alloc:absente")])
    assert registre.flux() == []
    (etat,) = registre.etats()
    assert "viesion_solis.alloc:absente est introuvable" in etat.defaillances[0]


def test_something_else_than_flows_is_named() -> None:
    registre = composer(lambda: ["ALLOC"])
    assert registre.flux() == []
    assert "Les flux de pont sont indisponibles" in registre.etats()[0].defaillances[0]
