"""Beyond the perimeter on both engines: exact identity, minimal card, reason, journal, thirty lookups an hour."""

import datetime as dt

import msgspec
import pytest

from tests.dossiers.aides import J, ouvrir, ouvrir_etape
from viesion_core.acces.perimetre import exiger_dossier
from viesion_core.actes import acte, annuler_acte
from viesion_core.db import lire, lire_un
from viesion_core.dossiers.identite_exacte import (
    LECTURES_PAR_HEURE,
    chercher_hors_perimetre,
    rattacher_par_identite,
)
from viesion_core.dossiers.tables import Rattachement
from viesion_core.erreurs import ErreurMetier, ErreurSaisie, Interdit, Introuvable
from viesion_core.journal.actions import vider
from viesion_core.testing import Monde

NAISSANCE = J(1985, 3, 12)
MOTIF = "Orientée vers notre structure ce matin"


async def test_seule_l_identite_exacte_trouve(monde: Monde) -> None:
    numero = await ouvrir(monde.referent, "Durand-Péret", "Anaïs", NAISSANCE, nom_usage="Oliveira", commune="34172")
    await ouvrir_etape(monde, numero)
    for nom, prenom, naissance in (
        ("durand peret", "ANAIS", NAISSANCE),
        ("Durand-Péret", "Anaïs", NAISSANCE),
        ("Oliveira", "anaïs", NAISSANCE),
    ):
        (carte,) = await chercher_hors_perimetre(monde.autre_referent, nom, prenom, naissance)
        assert (carte.numero, carte.nom, carte.prenom, carte.date_naissance) == (numero, "OLIVEIRA", "Anaïs", NAISSANCE)
        assert (carte.commune, carte.organismes, carte.accessible) == ("Montpellier", ("Association Exemple",), False)
    for nom, prenom, naissance in (
        ("Durand", "Anaïs", NAISSANCE),
        ("Durand Pére", "Anaïs", NAISSANCE),
        ("Oliveira", "Ana", NAISSANCE),
        ("Oliveira", "Anaïs", J(1985, 12, 3)),
    ):
        assert await chercher_hors_perimetre(monde.autre_referent, nom, prenom, naissance) == []
    assert (await chercher_hors_perimetre(monde.referent, "Oliveira", "Anaïs", NAISSANCE))[0].accessible
    champs = set(msgspec.structs.asdict(carte))
    assert champs == {
        *("numero", "nom_naissance", "nom_usage", "prenom", "date_naissance"),
        *("commune", "organismes", "accessible", "raison"),
    }


async def test_une_identite_incomplete_ou_un_role_sans_suivi(monde: Monde) -> None:
    with pytest.raises(ErreurSaisie) as refus:
        await chercher_hors_perimetre(monde.referent, " ", "", NAISSANCE)
    assert set(refus.value.erreurs) == {"nom", "prenom"}
    for ctx in (monde.pilote, monde.administrateur):
        with pytest.raises(Interdit):
            await chercher_hors_perimetre(ctx, "Exemple", "Camille", NAISSANCE)
        with pytest.raises(Interdit):
            await rattacher_par_identite(ctx, 1, "Exemple", "Camille", NAISSANCE, MOTIF)


async def test_rattacher_demande_l_identite_et_un_motif(monde: Monde) -> None:
    ctx, numero = monde.autre_referent, await ouvrir(monde.referent)
    autre = await ouvrir(monde.referent, "Autrement")
    with pytest.raises(ErreurSaisie) as refus:
        await rattacher_par_identite(ctx, numero, "Exemple", "Camille", NAISSANCE, "  court ")
    assert set(refus.value.erreurs) == {"motif"}
    for vise, nom, prenom, naissance in (
        (autre, "Exemple", "Camille", NAISSANCE),
        (numero, "Exempl", "Camille", NAISSANCE),
        (numero, "Exemple", "Camille", J(1985, 3, 13)),
        (99_999, "Exemple", "Camille", NAISSANCE),
    ):
        with pytest.raises(Introuvable):
            await rattacher_par_identite(ctx, vise, nom, prenom, naissance, MOTIF)
    fait = await rattacher_par_identite(ctx, numero, "EXEMPLE", "camille", NAISSANCE, f"  {MOTIF} ")
    await exiger_dossier(ctx, numero)
    ligne = await lire_un("SELECT nature, motif, debut FROM rattachement WHERE organisme = {}", monde.autre_organisme)
    assert ligne == {"nature": "IDENTITE", "motif": MOTIF, "debut": J(2026, 11, 24)}
    journal = await lire_un("SELECT motif, cle, acte FROM journal WHERE operation = 'dossier.rattacher'")
    assert journal == {"motif": MOTIF, "cle": str(numero), "acte": fait.id}
    with pytest.raises(ErreurMetier, match="déjà dans votre périmètre"):
        await rattacher_par_identite(ctx, numero, "Exemple", "Camille", NAISSANCE, MOTIF)
    await annuler_acte(ctx, fait.id)
    with pytest.raises(Introuvable):
        await exiger_dossier(ctx, numero)


async def test_un_rattachement_termine_se_rouvre(monde: Monde) -> None:
    ctx, numero = monde.autre_referent, await ouvrir(monde.referent)
    async with acte(monde.systeme, "essai", "Ancien rattachement", beneficiaire=numero) as a:
        ancien = {"beneficiaire": numero, "organisme": ctx.organisme, "nature": "ETAPE"}
        await a.inserer(Rattachement, {**ancien, "debut": J(2025, 1, 1), "fin": J(2025, 6, 30)})
    with pytest.raises(Introuvable):
        await exiger_dossier(ctx, numero)
    await rattacher_par_identite(ctx, numero, "Exemple", "Camille", NAISSANCE, MOTIF)
    await exiger_dossier(ctx, numero)
    lignes = await lire("SELECT nature, fin FROM rattachement WHERE organisme = {}", ctx.organisme)
    assert lignes == [{"nature": "IDENTITE", "fin": None}]


async def test_trente_recherches_par_heure(monde: Monde) -> None:
    ctx = monde.autre_referent
    numero = await ouvrir(monde.referent)
    for _ in range(LECTURES_PAR_HEURE):
        await chercher_hors_perimetre(ctx, "Exemple", "Camille", NAISSANCE)
    with pytest.raises(ErreurMetier, match="reprenez à 11\u00a0h\u00a030"):
        await chercher_hors_perimetre(ctx, "Exemple", "Camille", NAISSANCE)
    with pytest.raises(ErreurMetier, match="30 recherches"):
        await rattacher_par_identite(ctx, numero, "Exemple", "Camille", NAISSANCE, MOTIF)
    await chercher_hors_perimetre(monde.collegue, "Exemple", "Camille", NAISSANCE)
    apres = msgspec.structs.replace(ctx, maintenant=ctx.maintenant + dt.timedelta(hours=1))
    assert len(await chercher_hors_perimetre(apres, "Exemple", "Camille", NAISSANCE)) == 1
    await vider()
    lues = await lire("SELECT cle FROM journal WHERE operation = 'identite.rechercher'")
    assert [ligne["cle"] for ligne in lues] == [str(numero)] * (LECTURES_PAR_HEURE + 2)
