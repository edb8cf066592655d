"""declarer_flux: the flows of a bridge are known; what is wrong is named and takes nothing else down."""

from typing import Any

from viesion_core.api import Flux, hookimpl
from viesion_core.extensions import Registre, charger_extensions
from viesion_core.extensions.decouverte import Trouvee


def composer(declarer_flux: Any) -> Registre:
    module = type("Pont", (), {"declarer_flux": staticmethod(hookimpl(declarer_flux))})
    return Registre.composer([Trouvee("pont", "viesion-pont", "1.0", module)])


def un_flux(lecteur: str) -> Flux:
    return Flux(emetteur="ESSAI", code="ESSAI", libelle="Essai", colonnes=("a",), cle="a", action="a", lecteur=lecteur)


def test_the_solis_bridge_declares_alloc() -> None:
    assert [(f.emetteur, f.code) for f in charger_extensions().flux()] == [("SOLIS", "ALLOC")]


def test_a_reader_that_is_not_found_is_named() -> None:
    registre = composer(lambda: [un_flux("viesion_solis.alloc:absente")])
    assert registre.flux() == []
    (etat,) = registre.etats()
    assert "viesion_solis.alloc:absente est introuvable" in etat.defaillances[0]


def test_something_else_than_flows_is_named() -> None:
    registre = composer(lambda: ["ALLOC"])
    assert registre.flux() == []
    assert "Les flux de pont sont indisponibles" in registre.etats()[0].defaillances[0]
