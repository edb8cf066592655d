"""The first screens in a real Chromium, light and dark, wide and narrow: no axe violation, nothing overflows."""

import pathlib
from typing import Literal

import pytest
from playwright.async_api import Page

from tests.navigateur import BUREAU, TELEPHONE, axe, capture, deborde, ouvrir_chromium, ouvrir_contexte, surveiller
from tests.serveur import SQLITE, Serveur, servir
from tests.web.bureau import ouvrir_bureau
from viesion_core.acces.actions import demander_mot_de_passe, inviter_utilisateur
from viesion_core.contexte import Contexte, Role
from viesion_core.courriels.envoi import TransportDossier, envoyer_courriels
from viesion_core.db import lire_valeur
from viesion_core.dossiers.actions import noter_consultation
from viesion_core.testing import Monde
from web.securite import maintenant

Theme = Literal["light", "dark"]
TAILLES = pytest.mark.parametrize("taille", [BUREAU, TELEPHONE], ids=["1440", "400"])
THEMES = pytest.mark.parametrize("theme", ["light", "dark"])


async def lien_recu(ctx: Contexte, dossier: pathlib.Path) -> str:
    """Ask for a new password and return the path of the link that the mail carries."""
    identifiant = await lire_valeur("SELECT identifiant FROM utilisateur WHERE id = {}", ctx.utilisateur)
    await demander_mot_de_passe(identifiant, url="http://viesion.test", maintenant=maintenant())
    texte: str = await lire_valeur("SELECT texte FROM courriel ORDER BY cree_le DESC LIMIT 1")
    await envoyer_courriels(TransportDossier(dossier), "VieSion <ne-pas-repondre@viesion.test>", maintenant())
    return texte.split("http://viesion.test", 1)[1].split(maxsplit=1)[0]


async def visiter(page: Page, serveur: Serveur, erreurs: list[str], chemins: dict[str, str], suffixe: str) -> None:
    """Open each address, check it with axe and keep a picture of it."""
    for nom, chemin in chemins.items():
        await page.goto(serveur.url + chemin)
        await axe(page)
        assert await deborde(page) == 0, f"{nom} déborde"
        await capture(page, f"ecrans/{nom}-{suffixe}", entiere=True)
        inattendues = [e for e in erreurs if "404" not in e and "403" not in e]
        assert inattendues == [], nom
        erreurs.clear()


@pytest.mark.navigateur
@SQLITE
@TAILLES
@THEMES
async def test_connexion_aide_et_erreurs(
    adresse_base: str, monde: Monde, tmp_path: pathlib.Path, taille: tuple[int, int], theme: Theme
) -> None:
    async with servir(adresse_base, tmp_path, mode="demo") as serveur, ouvrir_chromium() as navigateur:
        lien = await lien_recu(monde.referent, serveur.settings.dossier_courriels)
        profil = await ouvrir_contexte(navigateur, taille, theme)
        page = await profil.new_page()
        erreurs = surveiller(page)
        suffixe = f"{taille[0]}-{theme}"
        seuil = {
            "connexion-demo": "/connexion",
            "oublie": "/connexion/mot-de-passe-oublie",
            "choisir": lien,
            "lien-perime": "/connexion/mot-de-passe/perime",
            "courriels": "/aide/courriels",
            "introuvable-seuil": "/nulle-part",
        }
        await visiter(page, serveur, erreurs, seuil, suffixe)
        await serveur.connecter(profil, monde.referent)
        dedans = {
            "aide": "/aide",
            "introuvable": "/nulle-part",
            "interdit": "/administration",
            "courriels-bureau": "/aide/courriels",
        }
        await visiter(page, serveur, erreurs, dedans, suffixe)


@pytest.mark.navigateur
@SQLITE
@TAILLES
@THEMES
async def test_administration(
    adresse_base: str, monde: Monde, tmp_path: pathlib.Path, taille: tuple[int, int], theme: Theme
) -> None:
    valeurs = {"nom": "Invité", "prenom": "Lou", "courriel": "lou@exemple.test", "role": Role.REFERENT}
    invite = await inviter_utilisateur(
        monde.systeme, {**valeurs, "organisme": monde.organisme}, url="http://viesion.test"
    )
    await monde.dossier()
    async with servir(adresse_base, tmp_path) as serveur, ouvrir_chromium() as navigateur:
        profil = await ouvrir_contexte(navigateur, taille, theme)
        page = await profil.new_page()
        erreurs = surveiller(page)
        await serveur.connecter(profil, monde.administrateur)
        racine = "/administration"
        chemins = {
            "administration": racine,
            "organismes": f"{racine}/organismes",
            "organisme": f"{racine}/organismes/{monde.organisme}",
            "organisme-nouveau": f"{racine}/organismes/nouveau",
            "utilisateurs": f"{racine}/utilisateurs?q=e&organisme={monde.organisme}",
            "utilisateur": f"{racine}/utilisateurs/{invite}",
            "utilisateur-nouveau": f"{racine}/utilisateurs/nouveau",
            "journal": f"{racine}/journal",
        }
        await visiter(page, serveur, erreurs, chemins, f"{taille[0]}-{theme}")


@pytest.mark.navigateur
@SQLITE
@TAILLES
@THEMES
async def test_accueil_recherche_et_liste(
    adresse_base: str, monde: Monde, tmp_path: pathlib.Path, taille: tuple[int, int], theme: Theme
) -> None:
    numeros = await ouvrir_bureau(monde)
    for numero in numeros[:6]:
        await noter_consultation(monde.referent, numero)
    async with servir(adresse_base, tmp_path) as serveur, ouvrir_chromium() as navigateur:
        suffixe = f"{taille[0]}-{theme}"
        for role in ("referent", "directeur", "pilote", "autre_referent"):
            profil = await ouvrir_contexte(navigateur, taille, theme)
            page = await profil.new_page()
            erreurs = surveiller(page)
            await serveur.connecter(profil, getattr(monde, role))
            await visiter(page, serveur, erreurs, {f"accueil-{role}": "/"}, suffixe)
            if role == "referent":
                chemins = {
                    "liste": "/beneficiaires",
                    "liste-filtree": "/beneficiaires?referent=moi&sans_contrat=1&tri=-naissance",
                    "liste-vide": "/beneficiaires?q=personne",
                    "recherche": "/recherche?q=es",
                    "recherche-vide": "/recherche",
                    "rendez-vous": "/recherche?pour=rendez-vous",
                    "nouveau": "/beneficiaires/nouveau",
                    "notes": "/notes",
                }
                await visiter(page, serveur, erreurs, chemins, suffixe)
            await profil.close()
