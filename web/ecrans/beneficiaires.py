"""« Gestion → Bénéficiaires »: the list, its filters in the address, « Exporter »."""

import functools
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any

from litestar import Controller, Request, Response, get
from litestar.datastructures import State
from litestar.response import Stream

from viesion_core.acces.queries import collaborateurs
from viesion_core.dossiers.liste import TRIS, beneficiaires_page
from viesion_core.dossiers.model_liste import PAR_PAGE, Filtres, LigneBeneficiaire
from viesion_core.formats import date, instant
from viesion_core.journal import journaliser_lecture
from viesion_core.nomenclatures.model import communes, communes_par_code, libelle, nomenclature
from viesion_core.organismes.queries import offres_ouvertes
from web.export_csv import envoyer_csv
from web.page import Page, PageCourante
from web.politiques import CONSULTATION, politique

LOT = 500
MANQUES = (
    ("sans_referent", "sans_referent", "Sans référent"),
    ("sans_etape", "sans_etape", "Sans étape ouverte"),
    ("sans_contrat", "sans_contrat", "Sans contrat en cours"),
    ("contrat_termine", "contrat_termine", "Contrat terminé, non renouvelé"),
    ("sans_rendez_vous", "sans_rendez_vous", "Sans rendez-vous à venir"),
    ("caracteristiques", "caracteristiques_manquantes", "Caractéristiques requises manquantes"),
)
"""What can be asked to be missing: parameter of the address, filter of the core, label."""
_ENTETES = (
    "N° dossier", "Nom", "Prénom", "Date de naissance", "Commune", "État du droit", "Entrée dans le dispositif",
    "Référents", "Étape", "Fin du contrat", "Prochain entretien", "Caractéristiques manquantes", "Prochain acte",
)  # fmt: skip


class BeneficiairesController(Controller):
    """The people of the perimeter."""

    path = "/beneficiaires"
    opt = politique(CONSULTATION)

    @get()
    async def lister(self, page: PageCourante) -> Response[Any]:
        """Show a page of the list; the address carries filters, sort and page, so that a link can be shared."""
        adresse = parametres(page.requete)
        numero = min(max(int(adresse.get("p", "1")), 1), 10_000)
        lignes, total = await beneficiaires_page(page.ctx, filtres(page, adresse), page=numero, tri=adresse["tri"])
        referents = await collaborateurs(page.ctx)
        return await page.rendre(
            "beneficiaires/liste.html",
            lignes=lignes,
            total=total,
            page_courante=numero,
            par_page=PAR_PAGE,
            filtres={nom: valeur for nom, valeur in adresse.items() if nom != "p"},
            actifs=_actifs(page, adresse, {str(u.id): u.nom_complet for u in referents}),
            referents=[(str(u.id), u.nom_complet) for u in referents if u.id != page.ctx.utilisateur],
            secteurs=[(nom, nom) for nom in sorted({commune.secteur for commune in communes()})],
            communes=sorted(((c.code_insee, c.nom) for c in communes()), key=lambda c: c[1]),
            offres=await _offres(page, adresse.get("offre", "")),
            etats_droit=[(e.code, e.libelle) for e in nomenclature("ETAT_DROIT").elements],
            manques=MANQUES,
            peut_ecrire=page.ctx.peut_ecrire,
            aujourdhui=page.ctx.aujourdhui,
        )

    @get("/export.csv")
    async def exporter(self, page: PageCourante) -> Stream:
        """Send the whole filtered list as a CSV file, batch by batch; the export is journalled."""
        adresse = parametres(page.requete)
        demandes = filtres(page, adresse)
        _, total = await beneficiaires_page(page.ctx, demandes, par_page=1)
        journaliser_lecture(page.ctx, "beneficiaires.exporter", "liste", str(total))

        async def lots() -> AsyncIterator[list[list[Any]]]:
            for numero in range(1, total // LOT + 2):
                lignes, _ = await beneficiaires_page(page.ctx, demandes, page=numero, par_page=LOT, tri=adresse["tri"])
                if not lignes:
                    return
                yield [_ligne(page, ligne) for ligne in lignes]

        return envoyer_csv(f"beneficiaires-{page.ctx.aujourdhui.isoformat()}", _ENTETES, lots())


def parametres(requete: Request[Any, Any, State]) -> dict[str, str]:
    """Return the known parameters of the address, checked: what is wrong is left out, the sort has a default."""
    lus = {nom: str(valeur)[:100] for nom, valeur in requete.query_params.items()}
    regles: dict[str, Callable[[str], bool]] = {
        "q": lambda v: bool(v.strip()),
        "tri": lambda v: v in TRIS,
        "p": lambda v: v.isascii() and v.isdigit() and len(v) < 7,
        "referent": lambda v: v == "moi" or _uuid(v) is not None,
        "commune": lambda v: v in communes_par_code(),
        "secteur": lambda v: v in {c.secteur for c in communes()},
        "offre": lambda v: v.replace("-", "").replace("_", "").isalnum(),
        "etat_droit": lambda v: v in nomenclature("ETAT_DROIT").par_code(),
        "tous": lambda v: v == "1",
        **{nom: (lambda v: v == "1") for nom, _, _ in MANQUES},
    }
    gardes = {nom: lus[nom] for nom, convient in regles.items() if nom in lus and convient(lus[nom])}
    return {**gardes, "tri": gardes.get("tri", "nom")}


def filtres(page: Page, adresse: dict[str, str]) -> Filtres:
    """Return the filters of the core that the address asks for."""
    referent = adresse.get("referent", "")
    manques = {champ: nom in adresse for nom, champ, _ in MANQUES}
    return Filtres(
        recherche=adresse.get("q", ""),
        active="tous" not in adresse,
        commune=adresse.get("commune", ""),
        secteur=adresse.get("secteur", ""),
        etat_droit=adresse.get("etat_droit", ""),
        offre=adresse.get("offre", ""),
        referent=page.ctx.utilisateur if referent == "moi" else _uuid(referent),
        **manques,
    )


async def _offres(page: Page, choisie: str) -> list[tuple[str, str]]:
    """Return the offres to filter by: every one for the département, its own for an organism, and the one chosen."""
    ouvertes = None if page.ctx.departement else await offres_ouvertes(page.ctx) | {choisie}
    return [
        (offre.code, f"{offre.code} - {offre.libelle}")
        for offre in page.registre.offres()
        if ouvertes is None or offre.code in ouvertes
    ]


def _actifs(page: Page, adresse: dict[str, str], noms: dict[str, str]) -> list[tuple[str, str]]:
    """Return the removable chips: (parameter, label)."""
    noms = {**noms, "moi": "Mon portefeuille", str(page.ctx.utilisateur): "Mon portefeuille"}
    libelles: dict[str, Callable[[str], str]] = {
        "q": lambda v: f"«\u00a0{v}\u00a0»",
        "referent": lambda v: noms.get(v, "Un référent"),
        "commune": lambda v: communes_par_code()[v].nom,
        "secteur": str,
        "offre": lambda v: f"Offre {v}",
        "etat_droit": lambda v: libelle("ETAT_DROIT", v),
        "tous": lambda _: "Hors dispositif compris",
        **{nom: functools.partial(_toujours, texte) for nom, _, texte in MANQUES},
    }
    return [(nom, libelles[nom](valeur)) for nom, valeur in adresse.items() if nom in libelles]


def _toujours(texte: str, _: str) -> str:
    return texte


def _ligne(page: Page, b: LigneBeneficiaire) -> list[Any]:
    acte = b.prochain_acte(page.ctx.aujourdhui)
    return [
        b.numero,
        b.nom,
        b.prenom,
        date(b.date_naissance),
        b.commune,
        b.etat_droit_libelle,
        date(b.entree),
        ", ".join(b.referents),
        b.etape,
        date(b.contrat_fin),
        instant(b.entretien_a_venir),
        b.caracteristiques_manquantes,
        acte.texte if acte else "",
    ]


def _uuid(texte: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(texte)
    except ValueError:
        return None
