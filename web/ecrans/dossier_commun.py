"""The furniture of every page of a dossier: the identity band and the side menu with its counts."""

import datetime as dt
from typing import Any

from litestar import Response

from viesion_core.erreurs import ErreurSaisie
from viesion_core.resume.model import Bandeau, Niveau
from viesion_core.resume.queries import bandeau
from web import habillage
from web.habillage import Entree, Pastille, ReferentAffiche, Ton
from web.page import Page

_TONS: dict[Niveau, Ton] = {Niveau.BLOQUE: "bloque", Niveau.ATTEND: "attente", Niveau.FAIT: "fait"}
_NATURES = {"PARCOURS": "Référent de parcours", "ETAPE": "Référent d'étape"}


def menu_dossier(fiche: Bandeau, onglet: str) -> tuple[Entree, ...]:
    """Return the side menu of the deck, with counts; `onglet` is the one being read."""
    base = f"/beneficiaires/{fiche.numero}"
    entrees: list[tuple[str, str, str, int | None]] = [
        ("resume", "Résumé", base, None),
        ("identite", "Dossier", f"{base}/identite", None),
        (
            "caracteristiques",
            "Caractéristiques",
            f"{base}/caracteristiques",
            fiche.caracteristiques_manquantes or None,
        ),
        ("parcours", "Parcours", f"{base}/parcours", fiche.etapes),
        ("entretiens", "Entretiens", f"{base}/entretiens", fiche.entretiens),
        ("dispositif", "Dispositif", f"{base}/dispositif", fiche.entrees),
        ("contrats", "Contrats", f"{base}/contrats", fiche.contrats),
        ("bilans", "Bilans", f"{base}/bilans", fiche.bilans),
        ("difficultes", "Difficultés", f"{base}/difficultes", fiche.difficultes),
        ("documents", "Documents", f"{base}/documents", fiche.documents),
    ]
    return tuple(
        Entree(libelle=libelle, url=url, nombre=nombre, icone=code, actif=code == onglet)
        for code, libelle, url, nombre in entrees
    )


def bandeau_affiche(fiche: Bandeau, jour: dt.date, onglet: str) -> habillage.Bandeau:
    """Return the identity band as the layout shows it."""
    base = f"/beneficiaires/{fiche.numero}"
    droit = None
    if fiche.etat_droit:
        ouvert = fiche.etat_droit in ("2", "3", "4")
        droit = Pastille(libelle=fiche.etat_droit_libelle, ton="neutre" if ouvert else "attente")
    return habillage.Bandeau(
        numero=str(fiche.numero),
        nom=fiche.nom,
        prenom=fiche.prenom,
        url=base,
        naissance=fiche.date_naissance,
        aujourdhui=jour,
        commune=fiche.commune,
        droit=droit,
        referents=tuple(
            ReferentAffiche(nom=f"{r.nom.upper()} {r.prenom}", qualite=_NATURES[r.nature]) for r in fiche.referents
        ),
        alertes=tuple(
            Pastille(libelle=p.texte, ton=_TONS[p.niveau], url=f"{base}/{p.onglet}") for p in fiche.puces(jour)
        ),
        menu=menu_dossier(fiche, onglet),
    )


async def rendre_dossier(
    page: Page,
    numero: int,
    gabarit: str,
    *,
    onglet: str,
    statut: int = 200,
    erreur: ErreurSaisie | None = None,
    saisie: dict[str, Any] | None = None,
    **donnees: Any,
) -> Response[str]:
    """Return a page of a dossier; with `erreur`, the form again (422) with what was typed.

    The template extends `dossier.html`; it receives `fiche` (the values) and `bandeau` (what the band shows).
    """
    fiche = await bandeau(page.ctx, numero)
    donnees |= {"fiche": fiche, "bandeau": bandeau_affiche(fiche, page.ctx.aujourdhui, onglet)}
    if erreur is not None:
        return await page.rendre_erreurs(gabarit, erreur, saisie or {}, **donnees)
    return await page.rendre(gabarit, statut, **donnees)
