"""The furniture of every page of a dossier: the identity band and the side menu with its counts."""

from collections.abc import Iterable
from typing import Any

import msgspec
from litestar import Response

from viesion_core.erreurs import ConflitVersion, ErreurSaisie
from viesion_core.resume.model import Bandeau
from viesion_core.resume.queries import bandeau
from web.conflit import ChampConflit
from web.page import Page


class Onglet(msgspec.Struct, frozen=True):
    """An entry of the side menu: the deck's label, its address, how many things are behind it."""

    code: str
    libelle: str
    url: str
    nombre: int | None
    attend: bool = False


def menu_dossier(fiche: Bandeau) -> list[Onglet]:
    """Return the side menu of the deck, with counts."""
    base = f"/beneficiaires/{fiche.numero}"
    return [
        Onglet("resume", "Résumé", base, None),
        Onglet("identite", "Dossier", f"{base}/identite", None),
        Onglet(
            "caracteristiques",
            "Caractéristiques",
            f"{base}/caracteristiques",
            fiche.caracteristiques_manquantes or None,
            attend=bool(fiche.caracteristiques_manquantes),
        ),
        Onglet("parcours", "Parcours", f"{base}/parcours", fiche.etapes),
        Onglet(
            "entretiens",
            "Entretiens",
            f"{base}/entretiens",
            fiche.entretiens,
            attend=bool(fiche.entretiens_a_realiser),
        ),
        Onglet("dispositif", "Dispositif", f"{base}/dispositif", fiche.entrees),
        Onglet("contrats", "Contrats", f"{base}/contrats", fiche.contrats),
        Onglet("bilans", "Bilans", f"{base}/bilans", fiche.bilans),
        Onglet("employabilite", "Employabilité", f"{base}/employabilite", fiche.atouts),
        Onglet("difficultes", "Difficultés", f"{base}/difficultes", fiche.difficultes),
        Onglet("documents", "Documents", f"{base}/documents", fiche.documents),
        *([Onglet("sortie", "Sortie", f"{base}/sortie", None)] if fiche.etapes else []),
    ]


async def rendre_dossier(
    page: Page,
    numero: int,
    gabarit: str,
    *,
    onglet: str,
    statut: int = 200,
    erreur: ErreurSaisie | ConflitVersion | None = None,
    saisie: dict[str, Any] | None = None,
    champs: Iterable[ChampConflit] = (),
    fiche: Bandeau | None = None,
    **donnees: Any,
) -> Response[str]:
    """Return a page of a dossier; with `erreur`, the form again (422, or 409) with what was typed.

    `fiche` saves the reading of the band when the screen has it already. `saisie` alone shows the form again with
    what was typed, without any mistake (a line more, a warning).
    `champs` are the fields that a conflict of versions compares. The template extends `dossier.html`; it receives
    `fiche` (Bandeau), `menu`, `onglet` and `puces`; `fiche` is given when the page has read it already.
    """
    fiche = fiche or await bandeau(page.ctx, numero)
    donnees |= {
        "venu_de": retour_local(numero, page.requete.query_params.get("retour", ""), ""),
        "fiche": fiche,
        "menu": menu_dossier(fiche),
        "onglet": onglet,
        "puces": fiche.puces(page.ctx.aujourdhui),
        "age": fiche.age(page.ctx.aujourdhui),
        "fil_debut": [("Bénéficiaires", "/beneficiaires"), (f"{fiche.nom} {fiche.prenom}", f"/beneficiaires/{numero}")],
    }
    if isinstance(erreur, ConflitVersion):
        return await page.rendre_conflit(gabarit, erreur, saisie or {}, champs, **donnees)
    if erreur is not None:
        return await page.rendre_erreurs(gabarit, erreur, saisie or {}, **donnees)
    return await page.rendre(gabarit, statut, saisie=saisie, **donnees)


ALERTES = "/infocentre/alertes/"
"""Where the lists of alerts are: an act done there comes back there."""


def retour_local(numero: int, adresse: str, defaut: str) -> str:
    """Return where a form of the dossier goes back to: its dossier, the accueil, the list of an alert, or `defaut`."""
    resume = f"/beneficiaires/{numero}"
    local = (adresse in ("/", resume) or adresse.startswith((f"{resume}/", ALERTES))) and not set(adresse) & set(
        "\\\r\n\t"
    )
    return adresse if local else defaut
