"""« Dispositif »: the entries of a person and their exits with a motif; several, never two at once."""

import uuid
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from viesion_core.dossiers.actions_dispositif import clore_entree, modifier_entree, ouvrir_entree
from viesion_core.dossiers.model import ACCOMP_RSA, EntreeDetail, SaisieEntree
from viesion_core.dossiers.queries import entree, entrees
from viesion_core.erreurs import ConflitVersion, ErreurSaisie
from viesion_core.nomenclatures.model import libelle, nomenclature
from web.conflit import ChampConflit
from web.ecrans.dossier_commun import rendre_dossier
from web.formulaire import Formulaire, lire_formulaire
from web.garde import LECTEURS_DOSSIER, garder_saisie
from web.page import Page, PageCourante
from web.politiques import DOSSIER_ECRITURE, DOSSIER_LECTURE, politique

CHAMPS = (
    ChampConflit("dispositif", "Dispositif", lambda code: libelle("DISPOSITIF", code)),
    ChampConflit("debut", "Entrée"),
    ChampConflit("fin", "Sortie"),
    ChampConflit("motif_fin", "Motif de sortie", lambda code: libelle("MOTIF_SORTIE", code)),
    ChampConflit("commentaire", "Commentaire"),
)


class DispositifController(Controller):
    """The entries into a dispositif."""

    path = "/beneficiaires/{numero:int}/dispositif"
    opt = politique(DOSSIER_LECTURE)

    @get()
    async def lister(self, page: PageCourante, numero: FromPath[int]) -> Response[Any]:
        """Show the entries, the open one first."""
        return await _liste(page, numero)

    @post("/entree", opt=politique(DOSSIER_ECRITURE))
    async def entrer(self, page: PageCourante, numero: FromPath[int]) -> Response[Any]:
        """Record an entry: a first one, or a return."""
        f = await lire_formulaire(page.requete)
        try:
            dispositif = f.choix("dispositif", nomenclature("DISPOSITIF").par_code(), requis=True)
            debut = f.date("debut", requis="La date d'entrée est requise.")
            commentaire = f.texte("commentaire", maximum=4000)
            f.verifier()
            garder_saisie(f, {"commentaire": LECTEURS_DOSSIER})
            assert debut is not None  # noqa: S101 - verifier() has refused an empty one
            saisie = SaisieEntree(dispositif=dispositif, debut=debut, commentaire=commentaire)
            a = await ouvrir_entree(page.ctx, numero, saisie)
        except ErreurSaisie as erreur:
            return await _liste(page, numero, erreur=erreur, saisie=f.brut)
        return page.rediriger(_base(numero), acte=a.id)

    @get("/{identifiant:uuid}", opt=politique(DOSSIER_ECRITURE))
    async def formulaire(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Show the form of an entry."""
        return await _formulaire(page, numero, await entree(page.ctx, numero, identifiant))

    @post("/{identifiant:uuid}", opt=politique(DOSSIER_ECRITURE))
    async def modifier(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Correct an entry; emptied, its exit is undone."""
        visee = await entree(page.ctx, numero, identifiant)
        f = await lire_formulaire(page.requete)
        try:
            version = f.entier("version", requis=True) or 0
            a = await modifier_entree(page.ctx, numero, identifiant, _lire(f), version=version)
        except (ErreurSaisie, ConflitVersion) as erreur:
            return await _formulaire(page, numero, visee, erreur, f.brut)
        return page.rediriger(_base(numero), acte=None if a.vide else a.id)

    @post("/{identifiant:uuid}/sortie", opt=politique(DOSSIER_ECRITURE))
    async def sortir(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Record the exit: its date and its motif together."""
        await entree(page.ctx, numero, identifiant)
        f = await lire_formulaire(page.requete)
        try:
            fin = f.date("fin", requis="La date de sortie est requise.")
            motif = f.choix("motif_fin", nomenclature("MOTIF_SORTIE").par_code(), requis="Choisissez le motif.")
            version = f.entier("version", requis=True) or 0
            f.verifier()
            assert fin is not None  # noqa: S101 - verifier() has refused an empty one
            a = await clore_entree(page.ctx, numero, identifiant, fin, motif, version=version)
        except ErreurSaisie as erreur:
            return await _liste(page, numero, sortie=identifiant, erreur=erreur, saisie=f.brut)
        return page.rediriger(_base(numero), acte=a.id)


async def _liste(
    page: Page,
    numero: int,
    *,
    sortie: uuid.UUID | None = None,
    erreur: ErreurSaisie | None = None,
    saisie: dict[str, Any] | None = None,
) -> Response[Any]:
    """Show the entries; after a refusal, with the form that was refused (the exit of `sortie`, else the entry)."""
    lignes = await entrees(page.ctx, numero)
    return await rendre_dossier(
        page,
        numero,
        "dispositif/liste.html",
        onglet="dispositif",
        erreur=erreur,
        saisie=saisie,
        entrees=lignes,
        ouverte=next((ligne for ligne in lignes if ligne.ouverte), None),
        sortie=sortie,
        entree_refusee=erreur is not None and sortie is None,
        aujourdhui=page.ctx.aujourdhui,
        ecriture=page.ctx.peut_ecrire,
        **_listes(),
    )


async def _formulaire(
    page: Page,
    numero: int,
    visee: EntreeDetail,
    erreur: ErreurSaisie | ConflitVersion | None = None,
    saisie: dict[str, Any] | None = None,
) -> Response[Any]:
    return await rendre_dossier(
        page,
        numero,
        "dispositif/formulaire.html",
        onglet="dispositif",
        erreur=erreur,
        saisie=saisie,
        champs=CHAMPS,
        visee=visee,
        **_listes(),
    )


def _lire(f: Formulaire) -> SaisieEntree:
    dispositif = f.choix("dispositif", nomenclature("DISPOSITIF").par_code(), requis=True)
    debut = f.date("debut", requis="La date d'entrée est requise.")
    fin = f.date("fin")
    motif = f.choix("motif_fin", nomenclature("MOTIF_SORTIE").par_code())
    commentaire = f.texte("commentaire", maximum=4000)
    f.verifier()
    garder_saisie(f, {"commentaire": LECTEURS_DOSSIER})
    assert debut is not None  # noqa: S101 - verifier() has refused an empty one
    return SaisieEntree(dispositif=dispositif, debut=debut, fin=fin, motif_fin=motif, commentaire=commentaire)


def _listes() -> dict[str, Any]:
    return {
        "dispositifs": [(e.code, e.libelle) for e in nomenclature("DISPOSITIF").elements],
        "motifs": [(e.code, e.libelle) for e in nomenclature("MOTIF_SORTIE").elements],
        "dispositif_propose": ACCOMP_RSA,
    }


def _base(numero: int) -> str:
    return f"/beneficiaires/{numero}/dispositif"
