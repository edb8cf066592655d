"""An étape opens by its début réel and its dispositif, closes by its fin réelle and its motif, never by one alone."""

import datetime as dt
import uuid

import pytest

from tests.entretiens.aides import une_saisie
from viesion_core.actes import acte, annuler_acte
from viesion_core.db import executer, lire, transaction
from viesion_core.dossiers.actions_dispositif import clore_entree, modifier_entree
from viesion_core.dossiers.model import SaisieEntree
from viesion_core.dossiers.tables import EntreeDispositif
from viesion_core.entretiens.actions import creer_entretien
from viesion_core.erreurs import ErreurMetier, ErreurSaisie, Interdit
from viesion_core.parcours.actions_etapes import enregistrer_etape, supprimer_etape
from viesion_core.parcours.controles import avertissements_etape, defauts_etape
from viesion_core.parcours.model import EntreeResume, SaisieEtape
from viesion_core.parcours.queries import affectations, etapes
from viesion_core.testing import Monde

J = dt.date
AUJOURDHUI = J(2026, 11, 24)
MOTIF = "OBJECTIF_DE_L_ETAPE_ATTEINT"


def saisie(monde: Monde, entree: uuid.UUID, **autres: object) -> SaisieEtape:
    valeurs = {"offre_de_service": monde.offre_de_service, "dispositif": entree, "debut_reel": J(2026, 2, 15), **autres}
    return SaisieEtape(**valeurs)


@pytest.mark.parametrize(
    ("autres", "champ"),
    [
        ({"fin_reelle": J(2026, 7, 31)}, "motif_fin"),
        ({"motif_fin": MOTIF}, "fin_reelle"),
        ({"fin_reelle": J(2026, 7, 31), "motif_fin": "INCONNU"}, "motif_fin"),
        ({"fin_reelle": J(2026, 2, 14), "motif_fin": MOTIF}, "fin_reelle"),
        ({"fin_reelle": J(2026, 11, 25), "motif_fin": MOTIF}, "fin_reelle"),
        ({"debut_reel": J(2026, 1, 4)}, "debut_reel"),
        ({"dispositif": uuid.uuid4()}, "dispositif"),
        ({"offre_de_service": uuid.uuid4()}, "offre_de_service"),
        ({"debut_reel": J(2021, 1, 4)}, "offre_de_service"),
        ({"debut_prevu": J(2026, 3, 1), "fin_prevue": J(2026, 2, 1)}, "fin_prevue"),
    ],
)
async def test_fields_are_checked(monde: Monde, autres: dict[str, object], champ: str) -> None:
    numero, entree = await monde.dossier()
    with pytest.raises(ErreurSaisie) as refus:
        await enregistrer_etape(monde.referent, numero, saisie(monde, entree, **autres))
    assert champ in refus.value.erreurs
    assert await etapes(monde.referent, numero) == []


@pytest.mark.parametrize(
    ("debut", "fin", "champ"),
    [
        (J(2026, 3, 1), None, "fin_reelle"),
        (J(2026, 3, 1), J(2026, 8, 1), "fin_reelle"),
        (J(2026, 7, 1), J(2026, 8, 1), "debut_reel"),
    ],
)
def test_an_etape_stays_inside_a_finished_dispositif(debut: J, fin: J | None, champ: str) -> None:
    entree = EntreeResume(id=uuid.uuid4(), dispositif="ACCOMP_RSA", debut=J(2026, 1, 5), fin=J(2026, 6, 30))
    essai = SaisieEtape(
        offre_de_service=uuid.uuid4(),
        dispositif=entree.id,
        debut_reel=debut,
        fin_reelle=fin,
        motif_fin=MOTIF if fin else "",
    )
    assert champ in defauts_etape(essai, [entree], None, AUJOURDHUI)


def test_the_length_of_the_offre_warns_without_blocking() -> None:
    essai = SaisieEtape(offre_de_service=uuid.uuid4(), dispositif=uuid.uuid4(), debut_reel=J(2026, 2, 15))
    assert "14/05/2026" in avertissements_etape(essai, 3, AUJOURDHUI)[0]
    assert avertissements_etape(essai, 12, AUJOURDHUI) == []
    assert avertissements_etape(essai, None, AUJOURDHUI) == []


async def test_opening_makes_me_referent_detape_in_the_same_act(monde: Monde) -> None:
    numero, entree = await monde.dossier()
    a = await enregistrer_etape(monde.referent, numero, saisie(monde, entree), referent=monde.referent.utilisateur)
    (ouverte,) = await etapes(monde.referent, numero)
    (lien,) = await affectations(monde.referent, numero)
    assert (ouverte.offre, ouverte.ouverte, ouverte.nom) == ("MOS", True, "Association Exemple - MOS")
    assert (lien.etape, lien.nature, lien.debut) == (ouverte.id, "ETAPE", J(2026, 2, 15))
    noms = {e["nom"] for e in await lire("SELECT nom FROM evenement WHERE acte = {}", a.id)}
    assert noms == {"etape_ouverte", "referent_affecte"}
    await annuler_acte(monde.referent, a.id)
    assert await etapes(monde.referent, numero) == []
    assert await affectations(monde.referent, numero) == []


async def test_closing_ends_the_referents_and_tells_the_plugins_once(monde: Monde) -> None:
    numero, entree = await monde.dossier()
    await enregistrer_etape(monde.referent, numero, saisie(monde, entree), referent=monde.referent.utilisateur)
    (ouverte,) = await etapes(monde.referent, numero)
    close = saisie(monde, entree, fin_reelle=J(2026, 7, 31), motif_fin=MOTIF)
    a = await enregistrer_etape(
        monde.referent, numero, close, identifiant=ouverte.id, version=1, terminer_referents=True
    )
    (fermee,) = await etapes(monde.referent, numero)
    assert (fermee.fin_reelle, fermee.motif_libelle) == (J(2026, 7, 31), "Objectif de l'étape atteint")
    assert [lien.fin for lien in await affectations(monde.referent, numero)] == [J(2026, 7, 31)]
    assert [e["nom"] for e in await lire("SELECT nom FROM evenement WHERE acte = {}", a.id)] == ["etape_close"]
    autre = await enregistrer_etape(
        monde.referent,
        numero,
        saisie(monde, entree, fin_reelle=J(2026, 7, 30), motif_fin=MOTIF),
        identifiant=ouverte.id,
        version=fermee.version,
    )
    assert await lire("SELECT nom FROM evenement WHERE acte = {}", autre.id) == []


async def _refuser(offre: str, _: SaisieEtape) -> list[str]:
    return [f"{offre} : déjà suivie."]


async def test_the_plugin_of_the_offre_may_refuse(monde: Monde) -> None:
    numero, entree = await monde.dossier()
    with pytest.raises(ErreurSaisie, match="corriger") as refus:
        await enregistrer_etape(monde.referent, numero, saisie(monde, entree), controler=_refuser)
    assert refus.value.erreurs == {"offre_de_service": "MOS : déjà suivie."}


async def test_the_base_refuses_an_end_without_its_reason(monde: Monde) -> None:
    numero, entree = await monde.dossier()
    await enregistrer_etape(monde.referent, numero, saisie(monde, entree))
    with pytest.raises(ErreurMetier, match="ensemble"):
        async with transaction():
            await executer("UPDATE etape SET fin_reelle = {} WHERE beneficiaire = {}", J(2026, 7, 31), numero)


async def test_a_finished_convention_opens_nothing_but_keeps_its_etapes(monde: Monde) -> None:
    numero, entree = await monde.dossier()
    await enregistrer_etape(monde.referent, numero, saisie(monde, entree))
    async with transaction():
        await executer("UPDATE offre_de_service SET fin = {}", J(2026, 2, 1))
    with pytest.raises(ErreurSaisie) as refus:
        await enregistrer_etape(monde.referent, numero, saisie(monde, entree))
    assert "n'est ouverte" in refus.value.erreurs["offre_de_service"]
    (gardee,) = await etapes(monde.referent, numero)
    close = saisie(monde, entree, fin_reelle=J(2026, 7, 31), motif_fin=MOTIF)
    await enregistrer_etape(monde.referent, numero, close, identifiant=gardee.id, version=1)
    assert not (await etapes(monde.referent, numero))[0].ouverte


async def test_an_etape_created_by_mistake_is_deleted_with_its_referents(monde: Monde) -> None:
    numero, entree = await monde.dossier()
    await enregistrer_etape(monde.referent, numero, saisie(monde, entree), referent=monde.referent.utilisateur)
    (ouverte,) = await etapes(monde.referent, numero)
    a = await supprimer_etape(monde.referent, numero, ouverte.id, version=1)
    assert await etapes(monde.referent, numero) == await affectations(monde.referent, numero) == []
    await annuler_acte(monde.referent, a.id)
    assert len(await etapes(monde.referent, numero)) == len(await affectations(monde.referent, numero)) == 1


async def test_an_etape_with_a_difficulte_is_not_deleted(monde: Monde) -> None:
    numero, entree = await monde.dossier()
    await enregistrer_etape(monde.referent, numero, saisie(monde, entree))
    (ouverte,) = await etapes(monde.referent, numero)
    async with transaction():
        await executer(
            """INSERT INTO difficulte (id, beneficiaire, etape, nature, debut, realisation, commentaire,
                actualisee_le, version) VALUES ({}, {}, {}, 'X', {}, '', '', {}, 1)""",
            uuid.uuid4(),
            numero,
            ouverte.id,
            AUJOURDHUI,
            AUJOURDHUI,
        )
    with pytest.raises(ErreurMetier, match="ne peut pas"):
        await supprimer_etape(monde.referent, numero, ouverte.id, version=1)


async def test_the_etape_of_another_organism_is_read_not_written(monde: Monde) -> None:
    numero, entree = await monde.dossier()
    await enregistrer_etape(monde.referent, numero, saisie(monde, entree))
    async with acte(monde.systeme, "essai", "Rattachement", beneficiaire=numero) as a:
        from viesion_core.parcours.actions_referents import rattacher

        await rattacher(a, numero, monde.autre_organisme, "REPRISE")
    (lue,) = await etapes(monde.autre_referent, numero)
    with pytest.raises(Interdit):
        await enregistrer_etape(
            monde.autre_referent, numero, saisie(monde, entree), identifiant=lue.id, version=lue.version
        )
    with pytest.raises(Interdit):
        await supprimer_etape(monde.autre_referent, numero, lue.id, version=lue.version)


async def test_a_second_entry_is_not_mixed_up(monde: Monde) -> None:
    numero, premiere = await monde.dossier()
    async with acte(monde.referent, "essai", "Sortie et nouvelle entrée", beneficiaire=numero) as a:
        await a.modifier(EntreeDispositif, premiere, {"fin": J(2026, 3, 31), "motif_fin": "EMPLOI"}, version=1)
        seconde = await a.inserer(
            EntreeDispositif, {"beneficiaire": numero, "dispositif": "ACCOMP_RSA", "debut": J(2026, 5, 1)}
        )
    with pytest.raises(ErreurSaisie):
        await enregistrer_etape(monde.referent, numero, saisie(monde, premiere))
    with pytest.raises(ErreurSaisie):
        await enregistrer_etape(monde.referent, numero, saisie(monde, seconde["id"]))
    await enregistrer_etape(monde.referent, numero, saisie(monde, seconde["id"], debut_reel=J(2026, 5, 1)))


async def test_an_undoing_never_puts_an_etape_outside_its_dispositif(monde: Monde) -> None:
    numero, entree = await monde.dossier()
    await enregistrer_etape(monde.referent, numero, saisie(monde, entree))
    (etape,) = await etapes(monde.referent, numero)
    close = saisie(monde, entree, fin_reelle=J(2026, 7, 31), motif_fin=MOTIF)
    cloture = await enregistrer_etape(monde.referent, numero, close, identifiant=etape.id, version=1)
    sortie = await clore_entree(monde.referent, numero, entree, J(2026, 8, 31), "DECES", version=1)
    with pytest.raises(ErreurMetier, match="sortirait des dates de son dispositif"):
        await annuler_acte(monde.referent, cloture.id)
    await annuler_acte(monde.referent, sortie.id)
    await annuler_acte(monde.referent, cloture.id)
    (etape,) = await etapes(monde.referent, numero)
    assert etape.ouverte


async def test_an_undoing_never_puts_an_entry_after_its_etapes(monde: Monde) -> None:
    numero, entree = await monde.dossier()
    plus_tot = SaisieEntree(debut=J(2025, 12, 1))
    avance = await modifier_entree(monde.referent, numero, entree, plus_tot, version=1)
    await enregistrer_etape(monde.referent, numero, saisie(monde, entree, debut_reel=J(2025, 12, 15)))
    with pytest.raises(ErreurMetier, match="sortirait des dates de son dispositif"):
        await annuler_acte(monde.referent, avance.id)


async def test_an_etape_under_which_an_entretien_came_is_not_undone(monde: Monde) -> None:
    numero, entree = await monde.dossier()
    ouverture = await enregistrer_etape(monde.referent, numero, saisie(monde, entree))
    (etape,) = await etapes(monde.referent, numero)
    await creer_entretien(monde.referent, numero, une_saisie(monde.referent, etape=etape.id), confirme=True)
    with pytest.raises(ErreurMetier, match="rattachés depuis"):
        await annuler_acte(monde.referent, ouverture.id)
    assert len(await etapes(monde.referent, numero)) == 1
