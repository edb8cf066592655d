"""The plugins are found, asked one by one, and their failures stay theirs."""

import asyncio
import time
import types
from typing import Any

import pytest

from viesion_core.api import Constat, Offre, Panneau, hookimpl, lire_questionnaire
from viesion_core.extensions import EchecExtension, Registre, appels, charger_extensions
from viesion_core.extensions.decouverte import Trouvee

TOML = """
code = "ESSAI"
version = 1
libelle = "Essai"
[[sections]]
code = "A"
titre = "A. Essai"
[[sections.questions]]
code = "E_1"
texte = "Une question"
type = "OUI_NON"
"""


def extension(nom: str, **crochets: Any) -> Trouvee:
    """Return a plugin made of functions."""
    module = types.ModuleType(nom)
    for crochet, fonction in crochets.items():
        setattr(module, crochet, hookimpl(fonction))
    return Trouvee(nom, f"viesion-{nom}", "1.0", module)


def bonne(nom: str = "bonne", code: str = "BON", **crochets: Any) -> Trouvee:
    """Return a plugin that works."""
    crochets.setdefault("declarer_offre", lambda: Offre(code=code, libelle="Bonne offre"))
    crochets.setdefault("proposer_panneaux", lambda dossier: [Panneau(titre=f"Panneau de {nom}")])
    return extension(nom, **crochets)


@pytest.mark.offre("mos")
def test_the_installed_plugins_are_found_with_their_offre_and_questionnaire() -> None:
    registre = charger_extensions()
    assert {o.code for o in registre.offres()} >= {"MOS"}
    mos = next(q for q in registre.questionnaires() if q.code == "MOS")
    assert (mos.offre, sum(1 for _ in mos.questions()), mos.sensible) == ("MOS", 37, True)
    assert [e.erreur for e in registre.etats()] == [""] * len(registre.etats())


async def test_each_plugin_is_asked_alone_and_only_if_its_offre_is_enabled() -> None:
    registre = Registre.composer([bonne("une", "UN"), bonne("deux", "DEUX")])
    vus = await registre.panneaux({"UN"}, dossier=None)  # type: ignore[arg-type]  # the plugin does not look at it
    assert [p.titre for p in vus] == ["Panneau de une"]
    vus = await registre.panneaux({"UN", "DEUX"}, dossier=None)  # type: ignore[arg-type]  # see above
    assert [p.titre for p in vus] == ["Panneau de une", "Panneau de deux"]


def _lever(**_: Any) -> Any:
    raise ZeroDivisionError


def _quitter(**_: Any) -> Any:
    raise SystemExit(3)


@pytest.mark.parametrize(
    ("crochet", "message"),
    [
        (lambda dossier: _lever(), "ZeroDivisionError"),
        (lambda dossier: _quitter(), "SystemExit"),
        (lambda dossier: "pas une liste", "autre chose"),
        (lambda dossier: [Constat("un constat n'est pas un panneau")], "autre chose"),
        (lambda dossier: [Panneau(titre="x")] * 10_000, "10000 éléments"),
        (lambda dossier: [Panneau(titre="x", texte="y" * 2_000_000)], "octets"),
    ],
)
async def test_a_plugin_that_misbehaves_leaves_a_notice_and_the_others(crochet: Any, message: str) -> None:
    registre = Registre.composer([bonne("mauvaise", "MAL", proposer_panneaux=crochet), bonne()])
    vus = await registre.panneaux({"MAL", "BON"}, dossier=None)  # type: ignore[arg-type]  # not looked at
    assert [p.titre for p in vus] == ["mauvaise", "Panneau de bonne"]
    assert message in vus[0].texte
    etat = next(e for e in registre.etats() if e.nom == "mauvaise")
    assert message in etat.defaillances[0]


async def test_a_plugin_that_hangs_is_suspended_and_the_page_waits_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(appels.Appelant.appeler, "__kwdefaults__", {"delai": 0.05})
    registre = Registre.composer([bonne("lente", "MAL", proposer_panneaux=lambda dossier: time.sleep(1)), bonne()])
    premiers = await registre.panneaux({"MAL", "BON"}, dossier=None)  # type: ignore[arg-type]  # not looked at
    assert "suspendue" in premiers[0].texte
    assert premiers[1].titre == "Panneau de bonne"
    assert "suspendue" in next(e for e in registre.etats() if e.nom == "lente").erreur


async def test_a_plugin_cannot_write_from_a_data_hook(base: Any) -> None:
    from viesion_core.db import executer, lire_valeur, transaction

    async def ecrire() -> None:
        async with transaction():
            await executer("DELETE FROM commune")

    registre = Registre.composer([bonne("pirate", "MAL", proposer_panneaux=lambda dossier: asyncio.run(ecrire()))])
    vus = await registre.panneaux({"MAL"}, dossier=None)  # type: ignore[arg-type]  # not looked at
    assert "RuntimeError" in vus[0].texte
    assert await lire_valeur("SELECT count(*) FROM commune") == 341


def test_a_bad_declaration_refuses_the_plugin_and_names_it() -> None:
    double = bonne("double", "BON")
    faute = extension("faute", declarer_ofre=lambda: None)
    menteur = extension("menteur", declarer_offre=lambda: "MAL")
    absente = Trouvee("absente", "viesion-absente", "1.0", None, "ImportError : il manque un module")
    registre = Registre.composer([bonne(), double, faute, menteur, absente])
    erreurs = {e.nom: e.erreur for e in registre.etats()}
    assert erreurs["bonne"] == ""
    assert "déjà celle d'une autre extension" in erreurs["double"]
    assert "declarer_ofre" in erreurs["faute"]
    assert "declarer_offre" in erreurs["menteur"]
    assert "il manque un module" in erreurs["absente"]
    assert [o.code for o in registre.offres()] == ["BON"]


async def test_an_offre_that_fails_its_control_blocks_and_is_named() -> None:
    registre = Registre.composer([bonne(controler_etape=lambda dossier, etape: _lever())])
    constats = await registre.controler_etape("BON", dossier=None, etape=None)  # type: ignore[arg-type]  # not looked at
    assert [c.bloque for c in constats] == [True]
    assert "bonne" in constats[0].message
    assert await registre.controler_etape("AUTRE", dossier=None, etape=None) == []  # type: ignore[arg-type]  # same


async def test_an_event_reaches_plain_and_asynchronous_hooks_and_a_failure_is_told() -> None:
    entendus: list[Any] = []

    async def plus_tard(beneficiaire: int, donnees: dict[str, Any]) -> None:
        await asyncio.sleep(0)
        entendus.append(("async", beneficiaire, donnees))

    def sourde(beneficiaire: int, donnees: dict[str, Any]) -> None:
        raise KeyError("perdu")

    registre = Registre.composer(
        [
            bonne("simple", "A", etape_close=lambda beneficiaire, donnees: entendus.append(("simple", beneficiaire))),
            extension("pont", etape_close=plus_tard),
            bonne("sourde", "B", etape_close=sourde),
        ]
    )
    echec = await registre.annoncer({"A", "B"}, "etape_close", 7, {"etape": "x"})
    assert ("simple", 7) in entendus
    assert ("async", 7, {"etape": "x"}) in entendus
    assert "sourde" in echec
    assert "KeyError" in echec
    assert await registre.annoncer({"A"}, "etape_close", 7, {"etape": "x"}) == ""


def test_a_questionnaire_of_a_plugin_belongs_to_its_offre() -> None:
    registre = Registre.composer([bonne(declarer_bilans=lambda: [lire_questionnaire(TOML)])])
    assert [(q.code, q.offre) for q in registre.questionnaires({"BON"})] == [("ESSAI", "BON")]
    assert registre.questionnaires({"AUTRE"}) == []


async def test_a_failed_fusion_hook_goes_through() -> None:
    registre = Registre.composer([bonne(completer_fusion=lambda dossier, bilan, modele: _lever())])
    with pytest.raises(EchecExtension, match="bonne"):
        await registre.completer_fusion("BON", dossier=None, bilan=None, modele="M")  # type: ignore[arg-type]  # same
