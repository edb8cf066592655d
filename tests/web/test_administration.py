"""Administration: roles, organisms, offres, accounts, the journal."""

import datetime as dt
import uuid

import pytest

from tests.offres import installees
from tests.serveur import Serveur, requetes
from viesion_core.acces.actions import modifier_utilisateur
from viesion_core.acces.queries import utilisateur
from viesion_core.actes import annuler_acte
from viesion_core.contexte import Contexte, Role
from viesion_core.db import executer, lire, lire_un, lire_valeur, transaction
from viesion_core.erreurs import ErreurSaisie
from viesion_core.journal.actions import vider
from viesion_core.journal.queries import journal_page
from viesion_core.testing import Monde
from web.journal_libelles import libelle_operation

RACINE = "/administration"


def adresses(monde: Monde) -> list[str]:
    """Return every page of the administration."""
    return [
        RACINE,
        f"{RACINE}/journal",
        f"{RACINE}/organismes",
        f"{RACINE}/organismes/nouveau",
        f"{RACINE}/organismes/{monde.organisme}",
        f"{RACINE}/organismes/{monde.organisme}/modifier",
        f"{RACINE}/questionnaires",
        f"{RACINE}/utilisateurs",
        f"{RACINE}/utilisateurs/nouveau",
        f"{RACINE}/utilisateurs/{monde.referent.utilisateur}",
    ]


async def test_every_page_opens_for_an_administrator_in_few_queries(serveur: Serveur, monde: Monde) -> None:
    async with serveur.client(monde.administrateur) as client:
        for adresse in adresses(monde):
            reponse = await client.get(adresse)
            assert reponse.status_code == 200, adresse
            assert requetes(reponse) <= 12, adresse
        accueil = await client.get(RACINE)
    for nom in installees():
        assert f"viesion-{nom.replace('_', '-')}" in accueil.text, nom
    assert 'placeholder="Acte ou écran"' in accueil.text
    assert "Nom, prénom" not in accueil.text, "an administrator searches acts and screens, never people"


@pytest.mark.parametrize("role", ["referent", "directeur", "pilote"])
async def test_nobody_else_enters(serveur: Serveur, monde: Monde, role: str) -> None:
    async with serveur.client(getattr(monde, role)) as client:
        for adresse in adresses(monde):
            assert (await client.get(adresse)).status_code == 403, adresse
        envoi = await client.post(
            f"{RACINE}/utilisateurs/{monde.referent.utilisateur}/etat", data={"action": "desactiver"}
        )
        assert envoi.status_code == 403
    assert await lire_valeur("SELECT actif FROM utilisateur WHERE id = {}", monde.referent.utilisateur)


async def test_an_unknown_organism_or_account_is_not_found(serveur: Serveur, monde: Monde) -> None:
    async with serveur.client(monde.administrateur) as client:
        for famille in ("organismes", "utilisateurs"):
            assert (await client.get(f"{RACINE}/{famille}/{uuid.uuid4()}")).status_code == 404


@pytest.mark.offre("mos")
async def test_an_organism_is_opened_then_its_offre_enabled_and_ended(serveur: Serveur, monde: Monde) -> None:
    async with serveur.client(monde.administrateur) as client:
        refus = await client.post(f"{RACINE}/organismes/nouveau", data={"nom": "", "siret": "123"})
        assert (refus.status_code, "Le SIRET compte 14 chiffres." in refus.text) == (422, True)
        ouvert = await client.post(f"{RACINE}/organismes/nouveau", data={"nom": "Atelier d'essai", "commune": "Lodève"})
        fiche = ouvert.headers["location"].partition("?")[0]
        page = await client.get(ouvert.headers["location"])
        assert "ATELIER-D-ESSAI" in page.text
        assert "organisme est enregistré" in page.text
        offre = {"offre": "MOS", "territoire": "Département", "debut": "01/01/2026", "capacite": "30"}
        mauvaise = await client.post(f"{fiche}/offres", data={**offre, "offre": "INCONNUE", "debut": "31/02/2026"})
        assert mauvaise.status_code == 422
        assert "31/02/2026" in mauvaise.text
        assert (await client.post(f"{fiche}/offres", data=offre)).status_code == 303
        page = await client.get(fiche)
        assert "30\u00a0personnes" in page.text
        ligne = await lire_un("SELECT id, version FROM offre_de_service WHERE capacite = 30")
        assert ligne is not None
        fin = f"{fiche}/offres/{ligne['id']}/fin"
        avant = await client.post(fin, data={"fin": "01/01/2020", "version": "1"})
        assert (avant.status_code, "La fin de la convention précède son début." in avant.text) == (422, True)
        close = await client.post(fin, data={"fin": "30/06/2026", "version": "1"})
        assert "acte=" in close.headers["location"]
        assert "Annuler" in (await client.get(close.headers["location"])).text
    assert await lire_valeur("SELECT fin FROM offre_de_service WHERE id = {}", ligne["id"]) == dt.date(2026, 6, 30)


async def test_an_account_is_invited_invited_again_disabled_and_enabled(serveur: Serveur, monde: Monde) -> None:
    valeurs = {"nom": "Invité", "prenom": "Lou", "courriel": "lou@exemple.test", "role": "referent"}
    async with serveur.client(monde.administrateur) as client:
        vide = await client.post(f"{RACINE}/utilisateurs/nouveau", data={"nom": "Seul"})
        assert vide.status_code == 422
        assert 'value="Seul"' in vide.text
        invite = await client.post(
            f"{RACINE}/utilisateurs/nouveau", data={**valeurs, "organisme": str(monde.organisme)}
        )
        assert invite.headers["location"] == f"{RACINE}/utilisateurs?fait=invitation"
        assert "Invitation envoyée" in (await client.get(f"{RACINE}/utilisateurs?q=lou")).text
        double = await client.post(
            f"{RACINE}/utilisateurs/nouveau", data={**valeurs, "organisme": str(monde.organisme)}
        )
        assert "déjà celle d&#39;un utilisateur" in double.text
        qui = await lire_valeur("SELECT id FROM utilisateur WHERE identifiant = {}", "lou@exemple.test")
        etat = f"{RACINE}/utilisateurs/{qui}/etat"
        assert (await client.post(etat, data={"action": "inviter"})).status_code == 303
        courriels = await lire("SELECT texte FROM courriel WHERE destinataire = {}", "lou@exemple.test")
        assert len(courriels) == 2
        assert await lire_valeur("SELECT count(*) AS n FROM jeton WHERE utilisateur = {}", qui) == 1
        assert (await client.post(etat, data={"action": "desactiver", "version": "1"})).status_code == 303
        assert await lire_valeur("SELECT count(*) AS n FROM jeton WHERE utilisateur = {}", qui) == 0
        perdu = await client.post(etat, data={"action": "reactiver", "version": "1"})
        assert perdu.status_code == 409
        assert (await client.post(etat, data={"action": "reactiver", "version": "2"})).status_code == 303
        assert (await client.post(etat, data={"action": "autre"})).status_code == 422


async def test_disabling_ends_the_open_sessions(serveur: Serveur, monde: Monde) -> None:
    async with serveur.client(monde.referent) as sienne, serveur.client(monde.administrateur) as client:
        assert (await sienne.get("/aide")).status_code == 200
        etat = f"{RACINE}/utilisateurs/{monde.referent.utilisateur}/etat"
        assert (await client.post(etat, data={"action": "desactiver", "version": "1"})).status_code == 303
        assert (await sienne.get("/aide")).status_code == 303


async def test_an_administrator_always_remains(serveur: Serveur, monde: Monde) -> None:
    soi = monde.administrateur.utilisateur
    async with serveur.client(monde.administrateur) as client:
        etat = await client.post(f"{RACINE}/utilisateurs/{soi}/etat", data={"action": "desactiver", "version": "1"})
        assert "votre propre compte" in etat.text
    with pytest.raises(ErreurSaisie, match="à corriger"):
        await _changer(monde.administrateur, monde.administrateur, role=Role.PILOTE)


async def test_a_changed_role_ends_the_sessions_a_changed_telephone_does_not(serveur: Serveur, monde: Monde) -> None:
    async with serveur.client(monde.referent) as client:
        await _changer(monde.administrateur, monde.referent, telephone="0400000000")
        assert (await client.get("/aide")).status_code == 200
        await _changer(monde.administrateur, monde.referent, version=2, role=Role.DIRECTEUR)
        assert (await client.get("/aide")).status_code == 303


async def test_an_undo_never_brings_a_former_password_back(monde: Monde) -> None:
    async with transaction():
        await executer("UPDATE utilisateur SET mot_de_passe = {}", "ancien")
    a = await _changer(monde.administrateur, monde.referent, telephone="0400000000")
    async with transaction():
        await executer("UPDATE utilisateur SET mot_de_passe = {}", "nouveau")
    await annuler_acte(monde.administrateur, a)
    ligne = await lire_un("SELECT telephone, mot_de_passe FROM utilisateur WHERE id = {}", monde.referent.utilisateur)
    assert ligne == {"telephone": "", "mot_de_passe": "nouveau"}
    textes = await lire("SELECT avant, apres FROM revision WHERE nom_table = 'utilisateur'")
    assert textes
    assert "mot_de_passe" not in str(textes)


async def test_the_journal_is_read_by_author_by_dossier_and_by_pages(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    await monde.dossier(monde.collegue, nom="Autre")
    lignes, suite = await journal_page(par_page=3)
    assert [ligne.seq for ligne in lignes] == sorted((ligne.seq for ligne in lignes), reverse=True)
    assert suite == lignes[-1].seq
    suivantes, _ = await journal_page(avant=suite, par_page=3)
    assert suivantes[0].seq == lignes[-1].seq - 1
    siennes, reste = await journal_page(utilisateur=monde.collegue.utilisateur)
    assert ([ligne.operation for ligne in siennes], reste) == (["dossier.ouvrir"], None)
    du_dossier, _ = await journal_page(dossier=numero)
    assert [(ligne.auteur, ligne.cle) for ligne in du_dossier] == [("Alix ESSAI", str(numero))]


async def test_the_reading_of_a_dossier_is_in_the_journal_with_its_page(serveur: Serveur, monde: Monde) -> None:
    numero, _ = await monde.dossier()
    async with serveur.client(monde.referent) as client:
        assert (await client.get(f"/beneficiaires/{numero}/contrats")).status_code == 200
        assert (await client.get(f"/beneficiaires/{numero + 1}/contrats")).status_code == 404
    await vider()
    lignes, _ = await journal_page(dossier=numero)
    assert [(ligne.operation, ligne.motif) for ligne in lignes] == [
        ("dossier.consulter", "contrats"),
        ("dossier.ouvrir", ""),
    ]
    async with serveur.client(monde.administrateur) as client:
        page = await client.get(f"{RACINE}/journal?dossier={numero}")
    assert "Dossier\u00a0: consultation" in page.text
    assert libelle_operation("greffon.inconnu") == "greffon.inconnu"


async def _changer(auteur: Contexte, qui: Contexte, *, version: int = 1, **changes: object) -> uuid.UUID:
    """Change an account through the use case; return the act."""
    assert qui.utilisateur is not None
    compte = await utilisateur(qui.utilisateur)
    assert compte is not None
    champs = ("nom", "prenom", "courriel", "telephone", "fonction", "role", "organisme", "sensible")
    valeurs = {champ: getattr(compte, champ) for champ in champs}
    return (await modifier_utilisateur(auteur, qui.utilisateur, {**valeurs, **changes}, version=version)).id
