"""Activités on both engines: written, changed, moved, undone; a congé closes slots and warns; each organism its own."""

import datetime as dt
import uuid

import icalendar
import pytest

from tests.agenda.test_creneaux import MARDI, libres, une_plage
from tests.entretiens.aides import ouvrir_etape, paris, une_saisie
from viesion_core.actes import annuler_acte
from viesion_core.activites.actions import creer_activite, deplacer_activite, modifier_activite, supprimer_activite
from viesion_core.activites.model import Activite, SaisieActivite, defauts_activite, regrouper
from viesion_core.activites.queries import activite, activites
from viesion_core.agenda.abonnement import calendrier_de, creer_adresse
from viesion_core.agenda.actions import publier_creneaux, reserver_creneau
from viesion_core.contexte import Contexte
from viesion_core.entretiens.actions import creer_entretien
from viesion_core.erreurs import ConflitVersion, ErreurMetier, ErreurSaisie, Interdit, Introuvable
from viesion_core.testing import MAINTENANT, Monde


def une_reunion(de: str = "2026-12-01 10:00", a: str = "2026-12-01 11:30", **autres: object) -> SaisieActivite:
    valeurs: dict[str, object] = {"nature": "REUNION", "titre": "Équipe", "debut": paris(de), "fin": paris(a)}
    return SaisieActivite(**{**valeurs, **autres})


def un_conge(du: str = "2026-12-01", fin: str = "2026-12-03", **autres: object) -> SaisieActivite:
    """From a midnight to another: the end is the day after."""
    return une_reunion(f"{du} 00:00", f"{fin} 00:00", nature="CONGE", titre="", journee=True, **autres)


async def celles_de(ctx: Contexte, jour: dt.date = MARDI, **qui: object) -> list[Activite]:
    return await activites(ctx, jour, jour, **qui)


@pytest.mark.parametrize(
    ("champ", "saisie"),
    [
        ("nature", une_reunion(nature="SIESTE")),
        ("a", une_reunion(a="2026-12-01 10:00")),
        ("au", un_conge(fin="2026-11-30")),
        ("au", un_conge(fin="2028-01-01")),
    ],
)
def test_une_activite_impossible_dit_pourquoi(champ: str, saisie: SaisieActivite) -> None:
    assert set(defauts_activite(saisie)) == {champ}


async def test_une_activite_s_ecrit_se_change_se_deplace_se_supprime_et_tout_s_annule(monde: Monde) -> None:
    fait = await creer_activite(monde.referent, une_reunion())
    assert fait.libelle == "Réunion le 01/12/2026 de 10\u00a0h à 11\u00a0h\u00a030 : ajouté"
    (vue,) = await celles_de(monde.referent)
    assert (vue.libelle, vue.duree, vue.collaborateur) == ("Équipe", 90, monde.referent.utilisateur)
    geste = await deplacer_activite(monde.collegue, vue.id, paris("2026-12-02 14:00"), version=1)
    assert await celles_de(monde.referent) == []
    assert (await activite(monde.referent, vue.id)).fin == paris("2026-12-02 15:30")
    await annuler_acte(monde.collegue, geste.id)
    await modifier_activite(monde.referent, vue.id, une_reunion(titre="Comité"), version=3)
    with pytest.raises(ConflitVersion):
        await modifier_activite(monde.referent, vue.id, une_reunion(titre="Autre"), version=3)
    suppression = await supprimer_activite(monde.referent, vue.id, version=4)
    assert await celles_de(monde.referent) == []
    await annuler_acte(monde.referent, suppression.id)
    assert [a.titre for a in await celles_de(monde.referent)] == ["Comité"]


async def test_des_jours_entiers_couvrent_chaque_jour_et_ne_se_glissent_pas(monde: Monde) -> None:
    await creer_activite(monde.referent, un_conge())
    (vue,) = await celles_de(monde.referent, dt.date(2026, 12, 2))
    assert (vue.jour, vue.dernier_jour) == (MARDI, dt.date(2026, 12, 2))
    assert vue.quand == "du 01/12/2026 au 02/12/2026"
    assert await celles_de(monde.referent, dt.date(2026, 12, 3)) == []
    with pytest.raises(ErreurMetier, match="se glisse pas"):
        await deplacer_activite(monde.referent, vue.id, paris("2026-12-04 09:00"), version=1)


async def test_la_reunion_d_une_equipe_est_une_reunion(monde: Monde) -> None:
    for ctx in (monde.referent, monde.collegue, monde.directeur):
        await creer_activite(ctx, une_reunion())
    await creer_activite(monde.referent, une_reunion(titre="Autre"))
    toutes = await celles_de(monde.referent, tout=True)
    groupes = {a.titre: a for a in regrouper(toutes)}
    assert len(toutes) == 4
    assert {titre: a.nombre for titre, a in groupes.items()} == {"Équipe": 3, "Autre": 1}
    assert groupes["Équipe"].collaborateur_complet == "3\u00a0collaborateurs"
    assert groupes["Autre"].collaborateur_complet == "ESSAI Alix"


async def test_chacun_son_organisme(monde: Monde) -> None:
    await creer_activite(monde.referent, une_reunion())
    (vue,) = await celles_de(monde.collegue, collaborateur=monde.referent.utilisateur)
    assert await celles_de(monde.collegue) == []
    assert await celles_de(monde.directeur, tout=True) == [vue]
    for ctx in (monde.autre_referent, monde.pilote, monde.administrateur):
        assert await celles_de(ctx, tout=True) == []
        assert await celles_de(ctx, collaborateur=monde.referent.utilisateur) == []
        with pytest.raises(Introuvable):
            await activite(ctx, vue.id)
    with pytest.raises(Introuvable):
        await supprimer_activite(monde.autre_referent, vue.id, version=1)
    with pytest.raises(Interdit):
        await creer_activite(monde.pilote, une_reunion())
    with pytest.raises(ErreurSaisie) as refus:
        await creer_activite(monde.referent, une_reunion(collaborateur=monde.autre_referent.utilisateur))
    assert set(refus.value.erreurs) == {"collaborateur"}


async def test_un_conge_ferme_les_creneaux_a_publier_et_ceux_qui_le_sont(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    await publier_creneaux(monde.referent, une_plage())
    proposes = await libres(monde.collegue)
    assert len(proposes) == 3
    conge = await creer_activite(monde.referent, un_conge())
    assert await libres(monde.collegue) == []
    with pytest.raises(ErreurMetier, match=r"en congé du 01/12/2026 au 02/12/2026"):
        await reserver_creneau(monde.collegue, proposes[0].id, numero, confirme=True)
    with pytest.raises(ErreurSaisie) as refus:
        await publier_creneaux(monde.referent, une_plage(de=780, a=900))
    assert refus.value.erreurs == {
        "debut": "Ce collaborateur n'est pas disponible : congé du 01/12/2026 au 02/12/2026."
    }
    mercredi = dt.date(2026, 12, 9)
    publie = await publier_creneaux(monde.referent, une_plage(jours=(1, 2), fin=mercredi, de=780, a=900))
    assert publie.libelle == "4 créneaux publiés, 4\u00a0laissés de côté (congé ou autre événement)"
    await annuler_acte(monde.referent, conge.id)
    await reserver_creneau(monde.collegue, proposes[0].id, numero)


async def test_une_reunion_ne_ferme_que_ses_heures(monde: Monde) -> None:
    await publier_creneaux(monde.referent, une_plage())
    await creer_activite(monde.referent, une_reunion())
    assert [c.debut for c in await libres(monde.collegue)] == [paris("2026-12-01 09:00")]
    await creer_activite(monde.collegue, un_conge())
    assert len(await libres(monde.collegue)) == 1


async def test_prevoir_un_entretien_pendant_un_conge_avertit_et_l_inverse_aussi(monde: Monde) -> None:
    numero, dispositif = await monde.dossier()
    etape = await ouvrir_etape(monde, numero, dispositif)
    await creer_activite(monde.referent, un_conge())
    saisie = une_saisie(monde.referent, etape=etape)
    with pytest.raises(ErreurSaisie) as refus:
        await creer_entretien(monde.collegue, numero, saisie)
    assert refus.value.erreurs == {"confirmation": "Alix ESSAI : congé du 01/12/2026 au 02/12/2026."}
    await creer_entretien(monde.collegue, numero, saisie, confirme=True)
    with pytest.raises(ErreurSaisie) as refus:
        await creer_activite(monde.referent, un_conge())
    assert refus.value.erreurs == {"confirmation": "1\u00a0entretien est prévu pendant ce congé."}
    await creer_activite(monde.referent, un_conge(), confirme=True)
    await creer_activite(monde.referent, une_reunion())


async def test_l_agenda_abonne_les_dit_sans_leur_titre(monde: Monde) -> None:
    await creer_activite(monde.referent, une_reunion(titre="SECRET"))
    await creer_activite(monde.referent, un_conge("2026-12-24", "2027-01-02"))
    await creer_activite(monde.collegue, une_reunion())
    contenu = await calendrier_de(await creer_adresse(monde.referent), MAINTENANT)
    assert b"SECRET" not in contenu
    lu = icalendar.Calendar.from_ical(contenu)
    lu.validate()
    assert not lu.errors
    par_titre = {str(e["summary"]): e for e in lu.events}
    assert set(par_titre) == {"Réunion", "Congé"}
    assert par_titre["Réunion"].start == paris("2026-12-01 10:00")
    conge = par_titre["Congé"]
    assert (conge.start, conge.end) == (dt.date(2026, 12, 24), dt.date(2027, 1, 2))
    assert uuid.UUID(str(conge["uid"]).removesuffix("@viesion"))
