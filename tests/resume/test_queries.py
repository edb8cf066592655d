"""The identity band and the elements of the frise, read from both engines: complete, within the rights, few queries."""

import msgspec
import pytest

from tests.web.vie import Vie, vivre
from viesion_core.actes import acte
from viesion_core.bilans.tables import Bilan, QuestionnaireVersion
from viesion_core.db import compter_requetes
from viesion_core.difficultes.actions import ajouter_difficultes
from viesion_core.difficultes.model import Saisie, natures_sensibles
from viesion_core.erreurs import Introuvable
from viesion_core.resume.elements import Voie
from viesion_core.resume.queries import bandeau, elements
from viesion_core.testing import Monde


async def test_les_elements_d_une_vie(monde: Monde) -> None:
    vie = await vivre(monde, nom="Lefèvre")
    with compter_requetes() as compte:
        lus = await elements(vie.ctx, vie.numero)
    assert compte.nombre == 1
    nombres = {voie: sum(e.voie is voie for e in lus) for voie in Voie}
    assert nombres == {
        Voie.DISPOSITIF: 1,
        Voie.CONTRAT: 4,
        Voie.ETAPE: 2,
        Voie.REFERENT: 2,
        Voie.ENTRETIEN: 13,
        Voie.BILAN: 0,
        Voie.DIFFICULTE: 3,
    }
    assert [e.debut for e in lus] == sorted((e.debut for e in lus), reverse=True)
    passe = next(e for e in lus if e.id == vie.passe)
    assert passe.a_realiser(vie.ctx.maintenant)
    assert (passe.debut, passe.nom, passe.organisme) == (vie.il_y_a(3), "ESSAI Alix", vie.ctx.organisme)
    ouverte = next(e for e in lus if e.id == vie.etape)
    assert (ouverte.libelles[0], ouverte.fin, ouverte.version) == ("Association Exemple - MOS", None, 1)
    referent = next(e for e in lus if e.voie is Voie.REFERENT and e.code == "ETAPE")
    assert (referent.etape, referent.personne) == (vie.etape, vie.ctx.utilisateur)


async def test_les_donnees_de_sante_ne_se_devinent_pas(monde: Monde) -> None:
    vie = await vivre(monde)
    await ajouter_difficultes(vie.ctx, vie.numero, [sorted(natures_sensibles())[0]], Saisie(debut=vie.il_y_a(10)))
    sans_droit = msgspec.structs.replace(vie.ctx, sensible=False)
    avec = [e for e in await elements(vie.ctx, vie.numero) if e.voie is Voie.DIFFICULTE]
    sans = [e for e in await elements(sans_droit, vie.numero) if e.voie is Voie.DIFFICULTE]
    assert len(avec) == len(sans) + 1


async def un_bilan(vie: Vie, *, sensible: bool) -> None:
    async with acte(vie.ctx, "bilan.creer", "Bilan", beneficiaire=vie.numero) as a:
        code = "ESSAI_SANTE" if sensible else "ESSAI"
        questionnaire = {"code": code, "version": 1, "libelle": f"Bilan {code}", "offre": "MOS", "sensible": sensible}
        ligne = await a.inserer(
            QuestionnaireVersion, {**questionnaire, "contenu": {}, "charge_le": vie.ctx.maintenant, "version": 1}
        )
        await a.inserer(
            Bilan,
            {
                "beneficiaire": vie.numero,
                "etape": vie.etape,
                "organisme": vie.ctx.organisme,
                "questionnaire": ligne["id"],
                "date_bilan": vie.il_y_a(20),
                "nombre_questions": 37,
                "nombre_reponses": 12,
                "clos_le": vie.il_y_a(1) if sensible else None,
                "created_at": vie.ctx.maintenant,
            },
        )


async def test_les_bilans(monde: Monde) -> None:
    vie = await vivre(monde)
    await un_bilan(vie, sensible=False)
    await un_bilan(vie, sensible=True)
    lus = sorted((e for e in await elements(vie.ctx, vie.numero) if e.voie is Voie.BILAN), key=lambda e: e.nom)
    assert [(e.nom, e.etat_libelle, e.etape) for e in lus] == [
        ("Bilan ESSAI, 12 / 37", "En cours de saisie", vie.etape),
        ("Bilan ESSAI_SANTE, 12 / 37", "Clos", vie.etape),
    ]
    sans_droit = await elements(msgspec.structs.replace(vie.ctx, sensible=False), vie.numero)
    assert [e.nom for e in sans_droit if e.voie is Voie.BILAN] == ["Bilan ESSAI, 12 / 37"]


async def test_hors_perimetre(monde: Monde) -> None:
    vie = await vivre(monde)
    assert await elements(monde.autre_referent, vie.numero) == []
    with pytest.raises(Introuvable):
        await bandeau(monde.autre_referent, vie.numero)
    assert len(await elements(monde.pilote, vie.numero)) > 20


async def test_le_bandeau_en_une_requete(monde: Monde) -> None:
    vie = await vivre(monde)
    with compter_requetes() as compte:
        fiche = await bandeau(vie.ctx, vie.numero)
    assert compte.nombre == 1
    assert [(r.nom, r.prenom, r.nature) for r in fiche.referents] == [
        ("Essai", "Alix", "PARCOURS"),
        ("Essai", "Alix", "ETAPE"),
    ]
    assert (fiche.contrats, fiche.entretiens, fiche.entretiens_a_realiser, fiche.difficultes) == (4, 13, 1, 3)
    assert fiche.caracteristiques_manquantes == 16 - 7
    assert fiche.entree == vie.il_y_a(700)
    neuf, _ = await monde.dossier(vie.ctx)
    vide = await bandeau(vie.ctx, neuf)
    assert (vide.referents, vide.contrat_fin, vide.contrats) == ((), None, 0)
