"""Closing an étape on both engines: one act closes everything, its undoing brings everything back."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from tests.entretiens.aides import ouvrir_etape, une_saisie
from viesion_core.actes import acte, annuler_acte, dernier_acte
from viesion_core.db import lire, lire_valeur
from viesion_core.difficultes.actions import ajouter_difficultes, modifier_difficulte
from viesion_core.difficultes.model import Saisie
from viesion_core.difficultes.queries import difficultes_page
from viesion_core.dossiers.tables import Rattachement
from viesion_core.entretiens.actions import creer_entretien
from viesion_core.erreurs import ConflitVersion, ErreurMetier, ErreurSaisie, Interdit, Introuvable
from viesion_core.offres.model import PointSortie
from viesion_core.parcours.model import SaisieEtape
from viesion_core.parcours.queries import affectations, etape
from viesion_core.parcours.tables import Affectation
from viesion_core.sortie.actions import clore_etape
from viesion_core.sortie.model import FinDifficulte, SaisieSortie
from viesion_core.testing import MAINTENANT, Monde

J = dt.date
PERMIS, LOYER = "MOBILITE_SANS_PERMIS", "LOGEMENT_DIFFICULTE_A_PAYER_LE_LOYER"
SANTE = "SANTE_ENTRAVE_A_CERTAINS_METIERS"
SAISIE = SaisieSortie(fin_reelle=J(2026, 11, 20), motif_fin="OBJECTIF_DE_L_ETAPE_ATTEINT", raison="Bilan sur papier")
DEBUT = J(2026, 2, 1)
TABLES = ("etape", "affectation", "difficulte")


async def rien(offre: str, dossier: Any, etape: Any) -> Sequence[PointSortie]:
    return []


async def accord(offre: str, dossier: Any, saisie: SaisieEtape) -> Sequence[str]:
    return []


class Depart(msgspec.Struct):
    """A dossier ready to be left."""

    numero: int
    dispositif: uuid.UUID
    etape: uuid.UUID


async def preparer(monde: Monde, *natures: str) -> Depart:
    numero, dispositif = await monde.dossier()
    identifiant = await ouvrir_etape(monde, numero, dispositif)
    await affecter(monde, numero, dispositif, identifiant)
    await affecter(monde, numero, dispositif, None, debut=J(2026, 11, 22))
    await affecter(monde, numero, dispositif, None, nature="PARCOURS", referent=monde.collegue.utilisateur)
    themes = une_saisie(monde.referent, "2026-10-01 10:00", etape=identifiant, realisation="PRESENCE")
    await creer_entretien(monde.referent, numero, themes)
    if natures:
        saisie = Saisie(debut=J(2026, 3, 1), etape=identifiant, realisation="IDENTIFIEE")
        await ajouter_difficultes(monde.referent, numero, natures, saisie)
    return Depart(numero=numero, dispositif=dispositif, etape=identifiant)


async def affecter(
    monde: Monde, numero: int, dispositif: uuid.UUID, de: uuid.UUID | None, debut: J = DEBUT, **autres: Any
) -> None:
    async with acte(monde.referent, "referent.affecter", "Référent", beneficiaire=numero) as a:
        valeurs = {"beneficiaire": numero, "referent": monde.referent.utilisateur, "nature": "ETAPE"}
        await a.inserer(Affectation, {**valeurs, "dispositif": dispositif, "etape": de, "debut": debut, **autres})


async def clore(monde: Monde, depart: Depart, saisie: SaisieSortie = SAISIE, **autres: Any) -> Any:
    options = {"version": 1, "verifier": rien, "controler": accord, **autres}
    ctx = options.pop("ctx", monde.referent)
    return await clore_etape(ctx, depart.numero, depart.etape, saisie, **options)


async def photo(numero: int) -> dict[str, list[dict[str, Any]]]:
    """Every row that the closing may touch, versions left out."""
    vues = {}
    for table in TABLES:
        lignes = await lire(f"SELECT * FROM {table} WHERE beneficiaire = {{}} ORDER BY id", numero)
        vues[table] = [{k: v for k, v in ligne.items() if k != "version"} for ligne in lignes]
    return vues


async def test_un_acte_ferme_tout(monde: Monde) -> None:
    depart = await preparer(monde, PERMIS, LOYER)
    ouvertes, _ = await difficultes_page(monde.referent, depart.numero)
    fins = tuple(FinDifficulte(id=d.id, realisation="LEVEE" if d.nature == PERMIS else "", version=1) for d in ouvertes)
    fait = await clore(monde, depart, msgspec.structs.replace(SAISIE, difficultes=fins))
    close = await etape(monde.referent, depart.numero, depart.etape)
    assert (close.fin_reelle, close.motif_fin) == (SAISIE.fin_reelle, SAISIE.motif_fin)
    assert close.commentaire == "Clôture : Bilan sur papier"
    liens = await affectations(monde.referent, depart.numero)
    assert sorted((a.nature, a.debut, a.fin) for a in liens) == [
        ("ETAPE", J(2026, 2, 1), J(2026, 11, 20)),
        ("ETAPE", J(2026, 11, 22), J(2026, 11, 22)),
        ("PARCOURS", J(2026, 2, 1), None),
    ]
    fermees, _ = await difficultes_page(monde.referent, depart.numero)
    assert {(d.nature, d.fin, d.realisation, d.actualisee_le) for d in fermees} == {
        (PERMIS, J(2026, 11, 20), "LEVEE", J(2026, 11, 24)),
        (LOYER, J(2026, 11, 20), "IDENTIFIEE", J(2026, 11, 24)),
    }
    assert fait.libelle == "Sortie de l'étape Association Exemple - MOS du 01/02/2026 au 20/11/2026"
    assert await lire_valeur("SELECT count(*) FROM acte WHERE nature = 'sortie.clore'") == 1
    noms = {ligne["nom"] for ligne in await lire("SELECT nom FROM evenement WHERE acte = {}", fait.id)}
    assert noms == {"etape_close", "referent_affecte"}
    derniere = await dernier_acte(monde.referent, "etape", depart.etape)
    assert derniere is not None
    assert (derniere.id, derniere.annulable) == (fait.id, True)


async def test_annuler_la_cloture_remet_tout_en_place(monde: Monde) -> None:
    depart = await preparer(monde, PERMIS, LOYER, SANTE)
    avant = await photo(depart.numero)
    fait = await clore(monde, depart)
    assert await photo(depart.numero) != avant
    await annuler_acte(monde.referent, fait.id)
    assert await photo(depart.numero) == avant
    assert await lire_valeur("SELECT count(*) FROM evenement WHERE nom = 'etape_close'") == 1


async def test_apres_un_jour_la_cloture_ne_s_annule_plus(monde: Monde) -> None:
    depart = await preparer(monde)
    fait = await clore(monde, depart)
    plus_tard = msgspec.structs.replace(monde.referent, maintenant=MAINTENANT + dt.timedelta(hours=25))
    with pytest.raises(ErreurMetier, match="plus d'un jour"):
        await annuler_acte(plus_tard, fait.id)


@pytest.mark.parametrize(
    ("changements", "champs"),
    [
        ({"motif_fin": ""}, {"motif_fin"}),
        ({"motif_fin": "INCONNU"}, {"motif_fin"}),
        ({"fin_reelle": J(2026, 1, 31)}, {"fin_reelle"}),
        ({"fin_reelle": J(2026, 11, 25)}, {"fin_reelle"}),
        ({"raison": ""}, {"raison"}),
        ({"motif_fin": "", "raison": ""}, {"motif_fin", "raison"}),
    ],
)
async def test_le_motif_la_date_et_la_raison(monde: Monde, changements: dict[str, Any], champs: set[str]) -> None:
    depart = await preparer(monde, PERMIS)
    avant = await photo(depart.numero)
    with pytest.raises(ErreurSaisie) as refus:
        await clore(monde, depart, msgspec.structs.replace(SAISIE, **changements))
    assert set(refus.value.erreurs) == champs
    assert await photo(depart.numero) == avant


async def test_une_realisation_inconnue_est_refusee(monde: Monde) -> None:
    depart = await preparer(monde, PERMIS)
    (une,), _ = await difficultes_page(monde.referent, depart.numero)
    fins = (FinDifficulte(id=une.id, realisation="X", version=1),)
    with pytest.raises(ErreurSaisie) as refus:
        await clore(monde, depart, msgspec.structs.replace(SAISIE, difficultes=fins))
    assert set(refus.value.erreurs) == {f"realisation-{une.id}"}


async def test_une_difficulte_modifiee_entre_temps_arrete_tout(monde: Monde) -> None:
    depart = await preparer(monde, PERMIS)
    (une,), _ = await difficultes_page(monde.referent, depart.numero)
    saisie = Saisie(debut=une.debut, etape=une.etape, realisation="EN_COURS_DE_TRAITEMENT")
    await modifier_difficulte(monde.collegue, depart.numero, une.id, saisie, version=1)
    avant = await photo(depart.numero)
    fins = (FinDifficulte(id=une.id, realisation="LEVEE", version=1),)
    with pytest.raises(ConflitVersion):
        await clore(monde, depart, msgspec.structs.replace(SAISIE, difficultes=fins))
    assert await photo(depart.numero) == avant, "the étape is not closed either"


async def test_deux_clotures_a_la_fois(monde: Monde) -> None:
    depart = await preparer(monde)
    with pytest.raises(ConflitVersion):
        await clore(monde, depart, version=7)
    await clore(monde, depart)
    with pytest.raises(ErreurMetier, match="déjà close"):
        await clore(monde, depart, ctx=monde.collegue)


async def test_ce_que_l_extension_bloque_ou_refuse(monde: Monde) -> None:
    depart = await preparer(monde)
    vus = []

    async def bloquer(offre: str, dossier: Any, etape: Any) -> Sequence[PointSortie]:
        vus.append((offre, dossier.fiche.numero, etape.id))
        return [PointSortie(libelle="Accord écrit", fait=False, bloquant=True)]

    async def refuser(offre: str, dossier: Any, saisie: SaisieEtape) -> Sequence[str]:
        return [f"La fin du {saisie.fin_reelle:%d/%m/%Y} est trop tôt."]

    with pytest.raises(ErreurSaisie, match="Accord écrit"):
        await clore(monde, depart, verifier=bloquer)
    assert vus == [("MOS", depart.numero, depart.etape)]
    with pytest.raises(ErreurSaisie, match="trop tôt"):
        await clore(monde, depart, controler=refuser)
    assert (await etape(monde.referent, depart.numero, depart.etape)).ouverte


async def test_la_sante_que_l_on_ne_peut_pas_lire_reste_ouverte(monde: Monde) -> None:
    depart = await preparer(monde, PERMIS, SANTE)
    await clore(monde, depart, ctx=msgspec.structs.replace(monde.referent, sensible=False))
    ouvertes, _ = await difficultes_page(monde.referent, depart.numero, ouvertes=True)
    assert [(d.nature, bool(d.a_reparer)) for d in ouvertes] == [(SANTE, True)]


async def test_le_perimetre_et_les_roles(monde: Monde) -> None:
    depart = await preparer(monde)
    with pytest.raises(Introuvable):
        await clore(monde, depart, ctx=monde.autre_referent)
    with pytest.raises(Interdit):
        await clore(monde, depart, ctx=monde.pilote)
    inconnue = msgspec.structs.replace(depart, etape=uuid.uuid4())
    with pytest.raises(Introuvable):
        await clore(monde, inconnue)
    async with acte(monde.systeme, "dossier.rattacher", "Rattachement", beneficiaire=depart.numero) as a:
        valeurs = {"beneficiaire": depart.numero, "organisme": monde.autre_organisme}
        await a.inserer(Rattachement, {**valeurs, "nature": "IDENTITE", "debut": J(2026, 1, 1)})
    with pytest.raises(Interdit, match="seul cet organisme peut la clore"):
        await clore(monde, depart, ctx=monde.autre_referent)
