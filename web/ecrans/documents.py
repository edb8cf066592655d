"""Documents of a dossier: « Modèle… », « créer un document », files kept, downloaded, taken away."""

import uuid
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery

from viesion_core.bilans.model import lisible
from viesion_core.bilans.queries import bilans
from viesion_core.erreurs import ErreurSaisie
from viesion_core.extensions.fusion import creer_document_fusion, modeles_proposes
from viesion_core.formats import date
from viesion_core.fusion.actions import deposer_document, lire_document, supprimer_document
from viesion_core.fusion.model import ACCEPTES, FAMILLES, LIBELLE_NATURE, TAILLE_DEPOT, TRIS, TYPES, VersionModele
from viesion_core.fusion.queries import PAR_PAGE, document, documents_masques, documents_page
from viesion_core.journal import journaliser_lecture
from web.ecrans.dossier_commun import rendre_dossier
from web.formulaire import lire_formulaire
from web.page import Page, PageCourante
from web.politiques import DOSSIER_ECRITURE, DOSSIER_LECTURE, politique

_DEPOT = frozenset({"fichier", "nom", "sensible"})
"""The fields of « Ajouter un document »: their mistakes open it again."""


class DocumentController(Controller):
    """The documents of one person; those that hold health data are for who may read it."""

    path = "/beneficiaires/{numero:int}/documents"
    opt = politique(DOSSIER_LECTURE)

    @get()
    async def lister(
        self,
        page: PageCourante,
        numero: FromPath[int],
        q: FromQuery[str] = "",
        nature: FromQuery[str] = "",
        famille: FromQuery[str] = "",
        tri: FromQuery[str] = "",
        p: FromQuery[int] = 1,
    ) -> Response[Any]:
        """Show the documents, the latest first; `q` in their names, `nature` FUSION or DEPOT, `famille` of files."""
        filtres = {
            "q": q[:80].strip(),
            "nature": nature if nature in LIBELLE_NATURE else "",
            "famille": famille if famille in FAMILLES else "",
            "tri": tri if tri.removeprefix("-") in TRIS else "",
        }
        return await _lister(page, numero, filtres, courante=min(max(p, 1), 10_000))

    @post("/fusion", opt=politique(DOSSIER_ECRITURE))
    async def creer(self, page: PageCourante, numero: FromPath[int]) -> Response[Any]:
        """« créer un document »: merge the chosen template, and show the document in the list."""
        f = await lire_formulaire(page.requete)
        try:
            proposes = {modele.code: modele for modele in await modeles_proposes(page.registre, page.ctx)}
            code = f.choix("modele", proposes, requis="Choisissez un modèle.")
            bilan, entretien = f.identifiant("bilan"), f.identifiant("entretien")
            f.verifier()
            acte, cree = await creer_document_fusion(
                page.registre,
                page.ctx,
                numero,
                code,
                dossier=page.settings.dossier_documents,
                bilan=bilan if reprend_un_bilan(proposes[code]) else None,
                entretien=entretien,
            )
        except ErreurSaisie as erreur:
            return await _lister(page, numero, erreur=erreur, saisie=f.brut)
        return page.rediriger(f"/beneficiaires/{numero}/documents?cree={cree}", acte=acte.id)

    @post(opt=politique(DOSSIER_ECRITURE))
    async def deposer(self, page: PageCourante, numero: FromPath[int]) -> Response[Any]:
        """« Ajouter un document »: a file is what its bytes say, whatever its name."""
        f = await lire_formulaire(page.requete)
        try:
            nom, envoi = f.texte("nom", maximum=120), f.fichier("fichier")
            if envoi is None:
                f.erreurs["fichier"] = "Choisissez un fichier."
            f.verifier()
            assert envoi is not None  # noqa: S101 - verifier() has refused its absence
            acte, cree = await deposer_document(
                page.ctx,
                numero,
                await envoi.read(TAILLE_DEPOT + 1),
                dossier=page.settings.dossier_documents,
                nom_client=envoi.filename,
                nom=nom,
                sensible=f.case("sensible"),
            )
        except ErreurSaisie as erreur:
            return await _lister(page, numero, erreur=erreur, saisie=f.brut)
        return page.rediriger(f"/beneficiaires/{numero}/documents#doc-{cree}", acte=acte.id)

    @get("/{identifiant:uuid}")
    async def telecharger(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[bytes]:
        """Send a document, as a file to save: never opened inside a page of VieSion."""
        fiche = await document(page.ctx, numero, identifiant)
        contenu = await lire_document(page.ctx, numero, identifiant, page.settings.dossier_documents)
        journaliser_lecture(page.ctx, "document.telecharger", "document", str(identifiant))
        return piece_jointe(contenu, fiche.nom_fichier, fiche.type_mime)

    @post("/{identifiant:uuid}/supprimer", opt=politique(DOSSIER_ECRITURE))
    async def supprimer(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Take a document away; the list offers to undo it."""
        f = await lire_formulaire(page.requete)
        acte = await supprimer_document(page.ctx, numero, identifiant, version=f.entier("version") or 0)
        return page.rediriger(f"/beneficiaires/{numero}/documents", acte=acte.id)


def reprend_un_bilan(modele: VersionModele) -> bool:
    """Return whether a template prints the answers of a bilan."""
    return bool(modele.questionnaire) or "bilan" in modele.groupes


def piece_jointe(contenu: bytes, nom: str, type_mime: str) -> Response[bytes]:
    """Return a file to save under this name: its accents for the browsers of today, an ASCII name for the others."""
    ascii_seul = nom.encode("ascii", "ignore").decode().replace('"', "").replace("\\", "").strip() or "document"
    return Response(
        contenu,
        media_type=type_mime if type_mime in TYPES else "application/octet-stream",
        headers={
            "Content-Disposition": f"attachment; filename=\"{ascii_seul}\"; filename*=UTF-8''{quote(nom, safe='')}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )


async def modeles_du_sujet(
    page: Page, *, questionnaire: str | None = None, entretien: bool = False
) -> list[tuple[str, str]]:
    """Return the templates (code, label) to propose beside a bilan or an entretien; none for who may only read."""
    if not page.ctx.peut_ecrire:
        return []
    modeles = await modeles_proposes(page.registre, page.ctx, questionnaire)
    if questionnaire is not None:
        # The bilan's own first: it is what one comes to print here.
        modeles.sort(key=lambda modele: not reprend_un_bilan(modele))
    return _choix(m for m in modeles if not entretien or "entretien" in m.groupes)


async def _lister(
    page: Page,
    numero: int,
    filtres: dict[str, str] | None = None,
    *,
    courante: int = 1,
    erreur: ErreurSaisie | None = None,
    saisie: dict[str, Any] | None = None,
) -> Response[str]:
    ctx = page.ctx
    choisis = filtres or dict.fromkeys(("q", "nature", "famille", "tri"), "")
    lignes, total = await documents_page(
        ctx,
        numero,
        recherche=choisis["q"],
        nature=choisis["nature"],
        famille=choisis["famille"],
        tri=choisis["tri"],
        page=courante,
    )
    peut_ecrire = ctx.peut_ecrire
    modeles = await modeles_proposes(page.registre, ctx) if peut_ecrire else []
    avec_bilan = any(reprend_un_bilan(modele) for modele in modeles)
    fiches = [f for f in await bilans(ctx, numero) if lisible(ctx, f.sensible)] if avec_bilan else []
    en_depot = erreur is not None and not _DEPOT.isdisjoint(erreur.erreurs)
    return await rendre_dossier(
        page,
        numero,
        "documents/liste.html",
        onglet="documents",
        erreur=erreur,
        saisie=saisie,
        documents=lignes,
        total=total,
        masques=await documents_masques(ctx, numero),
        filtres=choisis,
        natures=list(LIBELLE_NATURE.items()),
        familles=[(code, nom) for code, (nom, _) in FAMILLES.items()],
        cree=next((d for d in lignes if str(d.id) == page.requete.query_params.get("cree")), None),
        page_courante=courante,
        par_page=PAR_PAGE,
        peut_ecrire=peut_ecrire,
        supprimables={d.id for d in lignes if peut_ecrire and d.supprimable(ctx)},
        modeles=_choix(modeles),
        bilans_choix=[(f.id, f"{f.libelle} du {date(f.date_bilan)}") for f in fiches],
        en_depot=en_depot,
        acceptes=ACCEPTES,
        accepte=",".join(f".{t.extension}" for t in TYPES.values()),
        taille_maximale=TAILLE_DEPOT,
    )


def _choix(modeles: Iterable[VersionModele]) -> list[tuple[str, str]]:
    return [(modele.code, modele.libelle) for modele in modeles]
