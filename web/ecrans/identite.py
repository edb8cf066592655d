"""« Dossier »: civil status, address, right; where each field comes from, and its form."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from viesion_core.actes import Changement, changements
from viesion_core.dossiers.actions import modifier_identite
from viesion_core.dossiers.model import Identite
from viesion_core.dossiers.queries import identite
from viesion_core.echanges.nir import montrer_nir, nir_garde
from viesion_core.erreurs import ConflitVersion, ErreurSaisie
from viesion_core.resume.historique import CHAMPS_IDENTITE, en_francais
from web.conflit import ChampConflit
from web.ecrans.dossier_commun import rendre_dossier
from web.ecrans.identite_saisie import lire_identite, listes_identite
from web.formulaire import lire_formulaire
from web.garde import LECTEURS_JOURNAL, garder_saisie
from web.page import Page, PageCourante
from web.politiques import DOSSIER_ECRITURE, DOSSIER_LECTURE, politique

FEUILLES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "Identité",
        "personne",
        ("civilite", "nom_naissance", "nom_usage", "prenom", "date_naissance", "lieu_naissance", "nationalite"),
    ),
    (
        "Adresse et contact",
        "lieu",
        (
            *("adresse", "complement", "code_postal", "commune", "sans_domicile"),
            *("telephone", "telephone_2", "courriel"),
        ),
    ),
    (
        "Droit RSA",
        "dispositif",
        (
            *("etat_droit", "date_ouverture", "soumis_droits_devoirs", "parcours", "organisme_payeur", "matricule"),
            *("role_foyer", "numero_demande", "date_demande"),
        ),
    ),
    ("Commentaire", "note", ("commentaire",)),
)
CHAMPS = tuple(
    ChampConflit(nom, libelle, lambda valeur, lecture=lecture: en_francais(valeur, lecture))  # type: ignore[misc]  # one lecture by field
    for nom, (libelle, lecture) in CHAMPS_IDENTITE.items()
    if nom != "source"
)


class ChampVu(msgspec.Struct, frozen=True, kw_only=True):
    """A field as the page shows it: label, value in French, who wrote it last and when."""

    libelle: str
    valeur: str
    auteur: str
    at: dt.datetime | None


class IdentiteController(Controller):
    """The person of a dossier."""

    path = "/beneficiaires/{numero:int}/identite"
    opt = politique(DOSSIER_LECTURE)

    @get()
    async def fiche(self, page: PageCourante, numero: FromPath[int]) -> Response[Any]:
        """Show what is known of the person, and where each field comes from."""
        return await _fiche(page, numero)

    @post("/nir")
    async def montrer(self, page: PageCourante, numero: FromPath[int]) -> Response[Any]:
        """Show the NIR on this page alone; the reason is asked and kept by the journal."""
        f = await lire_formulaire(page.requete)
        try:
            motif = f.texte("motif", maximum=300)
            f.verifier()
            garder_saisie(f, {"motif": LECTEURS_JOURNAL})
            nir = await montrer_nir(page.ctx, numero, motif, cles=page.settings.cle_echanges)
        except ErreurSaisie as erreur:
            return await _fiche(page, numero, erreur=erreur, saisie=f.brut)
        return await _fiche(page, numero, nir=nir)

    @get("/modifier", opt=politique(DOSSIER_ECRITURE))
    async def formulaire(self, page: PageCourante, numero: FromPath[int]) -> Response[Any]:
        """Show the form."""
        return await _formulaire(page, numero)

    @post("/modifier", opt=politique(DOSSIER_ECRITURE))
    async def modifier(self, page: PageCourante, numero: FromPath[int]) -> Response[Any]:
        """Save the person known at a version; a conflict shows both values of each field."""
        f = await lire_formulaire(page.requete)
        try:
            saisie = lire_identite(f)
            a = await modifier_identite(page.ctx, numero, saisie, version=f.entier("version") or 0)
        except (ErreurSaisie, ConflitVersion) as erreur:
            return await _formulaire(page, numero, erreur, f.brut)
        return page.rediriger(f"/beneficiaires/{numero}/identite", acte=None if a.vide else a.id)


async def _fiche(
    page: Page,
    numero: int,
    *,
    nir: str = "",
    erreur: ErreurSaisie | None = None,
    saisie: dict[str, Any] | None = None,
) -> Response[Any]:
    personne = await identite(page.ctx, numero)
    historique = await changements("beneficiaire", [numero])
    return await rendre_dossier(
        page,
        numero,
        "identite/fiche.html",
        onglet="identite",
        erreur=erreur,
        saisie=saisie,
        personne=personne,
        feuilles=[(titre, dessin, _champs(personne, noms, historique)) for titre, dessin, noms in FEUILLES],
        ecriture=page.ctx.peut_ecrire,
        nir_garde=await nir_garde(numero),
        nir=nir,
    )


async def _formulaire(
    page: Page,
    numero: int,
    erreur: ErreurSaisie | ConflitVersion | None = None,
    saisie: dict[str, Any] | None = None,
) -> Response[Any]:
    return await rendre_dossier(
        page,
        numero,
        "identite/formulaire.html",
        onglet="identite",
        erreur=erreur,
        saisie=saisie,
        champs=CHAMPS,
        connue=await identite(page.ctx, numero),
        **listes_identite(),
    )


def _champs(personne: Identite, noms: Sequence[str], historique: Sequence[Changement]) -> list[ChampVu]:
    """Return the fields of a sheet; one that no act names comes from the opening of the dossier."""
    derniers: dict[str, Changement] = {}
    for changement in historique:
        derniers.setdefault(changement.champ, changement)
    vus = []
    for nom in noms:
        libelle, lecture = CHAMPS_IDENTITE[nom]
        valeur = en_francais(getattr(personne, nom), lecture)
        dernier = derniers.get(nom) if valeur else None
        par_defaut = (personne.provenance, personne.created_at) if valeur else ("", None)
        auteur, at = (dernier.auteur, dernier.at) if dernier else par_defaut
        vus.append(ChampVu(libelle=libelle, valeur=valeur, auteur=auteur, at=at))
    return vus
