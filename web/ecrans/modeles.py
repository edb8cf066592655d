"""Administration: the Word templates, their versions, and the fields that they may use."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery

from viesion_core.erreurs import ErreurSaisie
from viesion_core.extensions.fusion import champs_permis, tous_les_groupes
from viesion_core.fusion.actions_modeles import activer_edition, deposer_modele, essayer_edition, retirer_edition
from viesion_core.fusion.atelier import ModeleInutilisable
from viesion_core.fusion.model import TAILLE_MODELE, TYPE_DOCX, Defaut, nom_propre
from viesion_core.fusion.queries import PAR_PAGE, contenu_modele, edition, editions, modeles_page
from viesion_core.fusion.schema import ecriture
from web.ecrans.documents import piece_jointe
from web.formulaire import Formulaire, lire_formulaire
from web.page import Page, PageCourante
from web.politiques import ADMINISTRATION, politique

RACINE = "/administration/modeles"


class ModeleController(Controller):
    """The templates, and what is done with one of their versions."""

    path = RACINE
    opt = politique(ADMINISTRATION)

    @get()
    async def lister(self, page: PageCourante, q: FromQuery[str] = "", p: FromQuery[int] = 1) -> Response[Any]:
        """Show the templates by label; `q` in their labels."""
        return await _lister(page, q=q[:80].strip(), courante=min(max(p, 1), 10_000))

    @post()
    async def creer(self, page: PageCourante) -> Response[Any]:
        """« Déposer un modèle Word »: a new template, checked before it is accepted."""
        f = await lire_formulaire(page.requete)
        try:
            libelle = f.texte("libelle", maximum=120)
            offre = f.choix("offre", {o.code for o in page.registre.offres()})
            questionnaires = {q.code: q for q in page.registre.questionnaires()}
            questionnaire = f.choix("questionnaire", questionnaires)
            if questionnaire and not f.erreurs:
                # The answers of a bilan belong to its offre: its rights go with them.
                offre = questionnaires[questionnaire].offre
            await _deposer(page, f, libelle=libelle, offre=offre, questionnaire=questionnaire)
        except (ErreurSaisie, ModeleInutilisable) as erreur:
            return await _lister(page, erreur=erreur, saisie=f.brut)
        return page.rediriger(RACINE, fait="modele")

    @get("/{code:str}")
    async def consulter(self, page: PageCourante, code: FromPath[str]) -> Response[Any]:
        """Show the versions of a template, the latest first."""
        return await _fiche(page, code)

    @post("/{code:str}")
    async def remplacer(self, page: PageCourante, code: FromPath[str]) -> Response[Any]:
        """Put another version of a template in the place of the one that is used."""
        f = await lire_formulaire(page.requete)
        derniere = (await editions(code))[0]
        try:
            await _deposer(
                page, f, libelle=derniere.libelle, code=code, offre=derniere.offre, questionnaire=derniere.questionnaire
            )
        except (ErreurSaisie, ModeleInutilisable) as erreur:
            return await _fiche(page, code, erreur=erreur, saisie=f.brut)
        return page.rediriger(f"{RACINE}/{code}", fait="modele")

    @post("/{code:str}/editions/{numero_edition:int}/activer")
    async def activer(self, page: PageCourante, code: FromPath[str], numero_edition: FromPath[int]) -> Response[Any]:
        """Use this version from now on."""
        f = await lire_formulaire(page.requete)
        acte = await activer_edition(page.ctx, code, numero_edition, version=f.entier("version") or 0)
        return page.rediriger(f"{RACINE}/{code}", acte=acte.id)

    @post("/{code:str}/editions/{numero_edition:int}/retirer")
    async def retirer(self, page: PageCourante, code: FromPath[str], numero_edition: FromPath[int]) -> Response[Any]:
        """Propose this template no more; its documents stay."""
        f = await lire_formulaire(page.requete)
        acte = await retirer_edition(page.ctx, code, numero_edition, version=f.entier("version") or 0)
        return page.rediriger(f"{RACINE}/{code}", acte=acte.id)

    @get("/{code:str}/editions/{numero_edition:int}/fichier")
    async def telecharger(
        self, page: PageCourante, code: FromPath[str], numero_edition: FromPath[int]
    ) -> Response[bytes]:
        """Send the Word file of a version, to change it."""
        voulue = await edition(code, numero_edition)
        nom = f"{nom_propre(voulue.libelle)} (version {voulue.edition}).docx"
        return piece_jointe(await contenu_modele(voulue.empreinte), nom, TYPE_DOCX)

    @get("/{code:str}/editions/{numero_edition:int}/essai")
    async def essayer(self, page: PageCourante, code: FromPath[str], numero_edition: FromPath[int]) -> Response[bytes]:
        """Send what a version makes for a dossier that does not exist: the examples of the fields."""
        voulue = await edition(code, numero_edition)
        champs = champs_permis(page.registre, voulue.offre, voulue.questionnaire)
        contenu = await essayer_edition(page.ctx, voulue, champs)
        return piece_jointe(contenu, f"Essai - {nom_propre(voulue.libelle)}.docx", TYPE_DOCX)


class ChampFusionController(Controller):
    """The page « Champs de fusion »."""

    path = "/administration/champs-de-fusion"
    opt = politique(ADMINISTRATION)

    @get()
    async def lister(self, page: PageCourante, q: FromQuery[str] = "") -> Response[Any]:
        """Show every field: its meaning, an example, and how it is written in Word."""
        voulu = q[:80].strip().casefold()
        groupes = []
        for groupe in tous_les_groupes(page.registre):
            champs = [
                (champ, *ecriture(champ.nom))
                for champ in groupe.champs
                if voulu in f"{champ.nom} {champ.libelle} {groupe.titre}".casefold()
            ]
            if champs:
                groupes.append((groupe, champs))
        return await page.rendre(
            "administration/champs_fusion.html",
            groupes=groupes,
            total=sum(len(champs) for _, champs in groupes),
            q=q[:80].strip(),
        )


async def _deposer(page: Page, f: Formulaire, *, libelle: str, offre: str, questionnaire: str, code: str = "") -> None:
    envoi = f.fichier("fichier")
    if envoi is None:
        f.erreurs["fichier"] = "Choisissez un fichier Word (.docx)."
    if not libelle:
        f.erreurs["libelle"] = "Le nom du modèle est requis."
    f.verifier()
    assert envoi is not None  # noqa: S101 - verifier() has refused its absence
    await deposer_modele(
        page.ctx,
        await envoi.read(TAILLE_MODELE + 1),
        libelle=libelle,
        champs=champs_permis(page.registre, offre, questionnaire),
        code=code,
        offre=offre,
        questionnaire=questionnaire,
    )


async def _lister(
    page: Page,
    *,
    q: str = "",
    courante: int = 1,
    erreur: ErreurSaisie | ModeleInutilisable | None = None,
    saisie: dict[str, Any] | None = None,
) -> Response[str]:
    lignes, total = await modeles_page(q, page=courante)
    return await _rendre(
        page,
        "administration/modeles.html",
        erreur,
        saisie,
        modeles=lignes,
        total=total,
        q=q,
        page_courante=courante,
        par_page=PAR_PAGE,
        offres=[(o.code, f"{o.code} - {o.libelle}") for o in page.registre.offres()],
        questionnaires=[(b.code, b.libelle) for b in page.registre.questionnaires()],
    )


async def _fiche(
    page: Page,
    code: str,
    *,
    erreur: ErreurSaisie | ModeleInutilisable | None = None,
    saisie: dict[str, Any] | None = None,
) -> Response[str]:
    versions = await editions(code)
    questionnaire = next((b for b in page.registre.questionnaires() if b.code == versions[0].questionnaire), None)
    return await _rendre(
        page,
        "administration/modele.html",
        erreur,
        saisie,
        modele=versions[0],
        versions=versions,
        active=next((v for v in versions if v.actif), None),
        questionnaire=questionnaire.libelle if questionnaire else versions[0].questionnaire,
    )


async def _rendre(
    page: Page,
    gabarit: str,
    erreur: ErreurSaisie | ModeleInutilisable | None,
    saisie: dict[str, Any] | None,
    **donnees: Any,
) -> Response[str]:
    defauts: tuple[Defaut, ...] = ()
    if isinstance(erreur, ModeleInutilisable):
        defauts = erreur.defauts
        erreur = ErreurSaisie({"fichier": "Corrigez le modèle dans Word, puis déposez-le à nouveau."}, erreur.message)
    donnees |= {"defauts": defauts, "taille_maximale": TAILLE_MODELE}
    if erreur is not None:
        return await page.rendre_erreurs(gabarit, erreur, saisie or {}, **donnees)
    return await page.rendre(gabarit, **donnees)
