"""Notes on both engines: personal, shared, about a person, reminder, done, undone."""

import datetime as dt
import uuid

import msgspec
import pytest

from tests.dossiers.aides import J, ouvrir
from viesion_core.actes import annuler_acte, historique
from viesion_core.contexte import Contexte
from viesion_core.erreurs import ConflitVersion, ErreurSaisie, Interdit, Introuvable
from viesion_core.notes.actions import creer_note, marquer_note, modifier_note, supprimer_note
from viesion_core.notes.model import SaisieNote
from viesion_core.notes.queries import note, notes_du_dossier, notes_en_cours, notes_page
from viesion_core.testing import Monde


async def _ecrire(ctx: Contexte, texte: str, *, minutes: int = 0, **autres: object) -> uuid.UUID:
    quand = msgspec.structs.replace(ctx, maintenant=ctx.maintenant + dt.timedelta(minutes=minutes))
    await creer_note(quand, msgspec.structs.replace(SaisieNote(texte=texte), **autres))
    lues, _ = await notes_page(ctx, par_page=100)
    return next(n.id for n in lues if n.texte == texte)


async def _textes(ctx: Contexte) -> list[str]:
    return [n.texte for n in await notes_en_cours(ctx)]


async def test_une_note_personnelle_ou_partagee(monde: Monde) -> None:
    await _ecrire(monde.referent, "Pour moi")
    await _ecrire(monde.referent, "Pour tous", minutes=1, partagee=True)
    await _ecrire(monde.autre_referent, "Ailleurs", minutes=2, partagee=True)
    assert await _textes(monde.referent) == ["Pour tous", "Pour moi"]
    assert await _textes(monde.collegue) == ["Pour tous"]
    assert await _textes(monde.directeur) == ["Pour tous"]
    assert await _textes(monde.autre_referent) == ["Ailleurs"]
    assert await _textes(monde.pilote) == []
    vue = (await notes_en_cours(monde.collegue))[0]
    assert (vue.auteur_nom, vue.modifiable, vue.beneficiaire_nom) == ("Alix ESSAI", False, "")


async def test_les_rappels_passent_devant(monde: Monde) -> None:
    await _ecrire(monde.referent, "Hier", rappel_le=J(2026, 11, 23))
    await _ecrire(monde.referent, "Plus tard", minutes=1, rappel_le=J(2026, 12, 24))
    await _ecrire(monde.referent, "Sans date", minutes=2)
    await _ecrire(monde.referent, "Aujourd'hui", minutes=3, rappel_le=J(2026, 11, 24))
    assert await _textes(monde.referent) == ["Aujourd'hui", "Hier", "Sans date", "Plus tard"]
    assert [n.a_rappeler(J(2026, 11, 24)) for n in await notes_en_cours(monde.referent)] == [True, True, False, False]
    assert [n.texte for n in await notes_en_cours(monde.referent, 2)] == ["Aujourd'hui", "Hier"]
    deuxieme, total = await notes_page(monde.referent, page=2, par_page=3)
    assert ([n.texte for n in deuxieme], total) == (["Plus tard"], 4)


async def test_une_note_sur_une_personne(monde: Monde) -> None:
    numero = await ouvrir(monde.referent, "Exemple", "Ana", nom_usage="Témoin")
    await _ecrire(monde.referent, "À rappeler", beneficiaire=numero, partagee=True)
    await _ecrire(monde.referent, "Pour moi seul", minutes=1, beneficiaire=numero)
    assert [n.texte for n in await notes_du_dossier(monde.referent, numero)] == ["Pour moi seul", "À rappeler"]
    assert [n.texte for n in await notes_du_dossier(monde.collegue, numero)] == ["À rappeler"]
    assert await notes_du_dossier(monde.pilote, numero) == []
    assert (await notes_en_cours(monde.collegue))[0].beneficiaire_nom == "TÉMOIN Ana"
    with pytest.raises(Introuvable):
        await notes_du_dossier(monde.autre_referent, numero)
    with pytest.raises(Introuvable):
        await creer_note(monde.autre_referent, SaisieNote(texte="x", beneficiaire=numero))
    with pytest.raises(Interdit):
        await creer_note(monde.pilote, SaisieNote(texte="x", beneficiaire=numero))
    assert {a.libelle for a in await historique(monde.collegue, numero)} == {
        "Ouverture du dossier de TÉMOIN Ana",
        "Note ajoutée",
    }


async def test_hors_du_perimetre_la_personne_n_est_pas_nommee(monde: Monde) -> None:
    numero = await ouvrir(monde.referent, "Exemple", "Ana")
    await _ecrire(monde.referent, "Ma note", beneficiaire=numero)
    parti = msgspec.structs.replace(monde.referent, organisme=monde.autre_organisme)
    vue = (await notes_en_cours(parti))[0]
    assert (vue.texte, vue.beneficiaire, vue.beneficiaire_nom) == ("Ma note", None, "")
    saisie = SaisieNote(texte="Ma note corrigée", beneficiaire=vue.beneficiaire)
    await modifier_note(parti, vue.id, saisie, version=1)
    assert (await note(monde.referent, vue.id)).beneficiaire == numero


async def test_une_note_vide_ou_trop_longue(monde: Monde) -> None:
    for texte in ("  \n ", "x" * 4001):
        with pytest.raises(ErreurSaisie) as refus:
            await creer_note(monde.referent, SaisieNote(texte=texte))
        assert set(refus.value.erreurs) == {"texte"}
    with pytest.raises(Interdit):
        await creer_note(monde.systeme, SaisieNote(texte="x"))


async def test_modifier_une_note(monde: Monde) -> None:
    sienne = await _ecrire(monde.referent, "Brouillon", partagee=True)
    saisie = SaisieNote(texte=" Au propre ", rappel_le=J(2026, 12, 1), partagee=True)
    fait = await modifier_note(monde.referent, sienne, saisie, version=1)
    lue = await note(monde.collegue, sienne)
    assert (lue.texte, lue.rappel_le, lue.version) == ("Au propre", J(2026, 12, 1), 2)
    with pytest.raises(ConflitVersion):
        await modifier_note(monde.referent, sienne, saisie, version=1)
    with pytest.raises(Interdit):
        await modifier_note(monde.collegue, sienne, saisie, version=2)
    with pytest.raises(Introuvable):
        await modifier_note(monde.autre_referent, sienne, saisie, version=2)
    await annuler_acte(monde.referent, fait.id)
    assert (await note(monde.referent, sienne)).texte == "Brouillon"
    await modifier_note(monde.directeur, sienne, saisie, version=3)
    assert (await note(monde.referent, sienne)).texte == "Au propre"


async def test_une_note_faite(monde: Monde) -> None:
    sienne = await _ecrire(monde.referent, "À faire", partagee=True)
    privee = await _ecrire(monde.referent, "Privée")
    fait = await marquer_note(monde.collegue, sienne, faite=True, version=1)
    assert fait.libelle == "Note faite"
    assert await _textes(monde.referent) == ["Privée"]
    faites, total = await notes_page(monde.referent, faites=True)
    assert ([(n.texte, n.faite_le) for n in faites], total) == ([("À faire", J(2026, 11, 24))], 1)
    assert (await marquer_note(monde.collegue, sienne, faite=True, version=2)).vide
    await marquer_note(monde.referent, sienne, faite=False, version=2)
    assert set(await _textes(monde.referent)) == {"À faire", "Privée"}
    with pytest.raises(Introuvable):
        await marquer_note(monde.collegue, privee, faite=True, version=1)
    with pytest.raises(ConflitVersion):
        await marquer_note(monde.referent, sienne, faite=True, version=1)


async def test_supprimer_une_note(monde: Monde) -> None:
    numero = await ouvrir(monde.referent)
    sienne = await _ecrire(monde.referent, "Erreur", beneficiaire=numero, partagee=True)
    with pytest.raises(Interdit):
        await supprimer_note(monde.collegue, sienne, version=1)
    fait = await supprimer_note(monde.referent, sienne, version=1)
    assert await notes_du_dossier(monde.referent, numero) == []
    await annuler_acte(monde.referent, fait.id)
    assert [n.texte for n in await notes_du_dossier(monde.collegue, numero)] == ["Erreur"]
