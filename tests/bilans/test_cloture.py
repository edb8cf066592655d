"""A bilan is closed once its required answers are there and the plugin of its offre agrees."""

import datetime as dt
from collections.abc import Sequence

import pytest

from tests.bilans.aides import INSTALLEES, garder, repondre, un_bilan
from viesion_core.actes import annuler_acte
from viesion_core.bilans.actions import rouvrir_bilan
from viesion_core.bilans.actions_cloture import ClotureRefusee, clore_bilan
from viesion_core.bilans.model import BilanVu
from viesion_core.bilans.queries import bilan, reponses
from viesion_core.db import lire
from viesion_core.erreurs import ConflitVersion, ErreurMetier, Interdit
from viesion_core.offres.model import Constat, Gravite
from viesion_core.testing import Monde


async def rien(vu: BilanVu) -> Sequence[Constat]:
    return []


async def test_a_required_answer_blocks_the_closing(monde: Monde) -> None:
    await garder()
    numero, identifiant = await un_bilan(monde)
    with pytest.raises(ClotureRefusee) as refus:
        await clore_bilan(
            monde.referent, numero, identifiant, version=1, installees=INSTALLEES, controler=rien, confirme=True
        )
    assert [(c.champ, c.bloque) for c in refus.value.constats] == [("DATE", True)]
    assert refus.value.bloque
    assert (await bilan(monde.referent, numero, identifiant)).clos_le is None


async def test_the_plugin_sees_what_is_asked_and_what_it_finds_blocks_or_warns(monde: Monde) -> None:
    vus: list[BilanVu] = []
    constats = [
        Constat("À vérifier.", Gravite.AVERTISSEMENT, "NOMBRE"),
        Constat("Impossible.", Gravite.ERREUR, "SUITE"),
    ]

    async def controler(vu: BilanVu) -> Sequence[Constat]:
        vus.append(vu)
        return constats

    await garder()
    numero, identifiant = await un_bilan(monde)
    for question, valeur in (("DATE", "2026-11-20"), ("RENONCE", False), ("RAISONS", ["COUT"])):
        await repondre(monde.referent, numero, identifiant, question, valeur)

    async def clore(*, confirme: bool) -> None:
        await clore_bilan(
            monde.referent,
            numero,
            identifiant,
            version=1,
            installees=INSTALLEES,
            controler=controler,
            confirme=confirme,
        )

    with pytest.raises(ClotureRefusee) as refus:
        await clore(confirme=True)
    assert [c.message for c in refus.value.constats] == ["Impossible.", "À vérifier."]
    assert vus[0].reponses == {"DATE": "2026-11-20", "RENONCE": False}
    del constats[1]
    with pytest.raises(ClotureRefusee) as refus:
        await clore(confirme=False)
    assert not refus.value.bloque
    await clore(confirme=True)
    assert (await bilan(monde.referent, numero, identifiant)).clos_le == dt.date(2026, 11, 24)


async def test_closing_removes_what_is_no_longer_asked_and_its_undo_brings_it_back(monde: Monde) -> None:
    await garder()
    numero, identifiant = await un_bilan(monde)
    for question, valeur in (("DATE", "2026-11-20"), ("RENONCE", False), ("RAISONS", ["COUT"])):
        await repondre(monde.referent, numero, identifiant, question, valeur)
    acte = await clore_bilan(monde.referent, numero, identifiant, version=1, installees=INSTALLEES, controler=rien)
    assert {r.question for r in await reponses(identifiant)} == {"DATE", "RENONCE"}
    assert (await bilan(monde.referent, numero, identifiant)).nombre_reponses == 2
    await annuler_acte(monde.referent, acte.id)
    fiche = await bilan(monde.referent, numero, identifiant)
    assert (fiche.clos_le, fiche.nombre_reponses) == (None, 2)
    assert {r.question for r in await reponses(identifiant)} == {"DATE", "RENONCE", "RAISONS"}


async def test_a_closed_bilan_is_read_only_until_it_is_reopened(monde: Monde) -> None:
    await garder()
    numero, identifiant = await un_bilan(monde)
    fait = await repondre(monde.referent, numero, identifiant, "DATE", "2026-11-20")
    await clore_bilan(monde.referent, numero, identifiant, version=1, installees=INSTALLEES, controler=rien)
    with pytest.raises(Interdit, match="clos depuis le 24/11/2026"):
        await repondre(monde.referent, numero, identifiant, "NOMBRE", 3)
    with pytest.raises(ErreurMetier, match="déjà clos"):
        await clore_bilan(monde.referent, numero, identifiant, version=2, installees=INSTALLEES, controler=rien)
    assert fait.acte is not None
    with pytest.raises(ErreurMetier, match="rouvrez-le avant"):
        await annuler_acte(monde.referent, fait.acte)
    assert [r.valeur for r in await reponses(identifiant)] == ["2026-11-20"]
    with pytest.raises(Interdit, match="n'est plus installée"):
        await rouvrir_bilan(monde.referent, numero, identifiant, version=2, installees=frozenset())
    await rouvrir_bilan(monde.collegue, numero, identifiant, version=2, installees=INSTALLEES)
    await repondre(monde.referent, numero, identifiant, "NOMBRE", 3)
    evenements = await lire("SELECT nom FROM evenement")
    assert [e["nom"] for e in evenements] == ["bilan_enregistre"] * 3


async def test_an_answer_given_during_the_control_stops_the_closing(monde: Monde) -> None:
    await garder()
    numero, identifiant = await un_bilan(monde)
    await repondre(monde.referent, numero, identifiant, "DATE", "2026-11-20")

    async def controler(vu: BilanVu) -> Sequence[Constat]:
        await repondre(monde.collegue, numero, identifiant, "NOMBRE", 3)
        return []

    with pytest.raises(ConflitVersion, match="pendant la clôture"):
        await clore_bilan(monde.referent, numero, identifiant, version=1, installees=INSTALLEES, controler=controler)
    assert not (await bilan(monde.referent, numero, identifiant)).clos


async def test_a_newer_version_of_the_bilan_stops_the_closing(monde: Monde) -> None:
    await garder()
    numero, identifiant = await un_bilan(monde)
    await repondre(monde.referent, numero, identifiant, "DATE", "2026-11-20")
    with pytest.raises(ConflitVersion):
        await clore_bilan(monde.referent, numero, identifiant, version=7, installees=INSTALLEES, controler=rien)
