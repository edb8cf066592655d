"""The form of an entretien, new or changed: what it proposes, and how it comes back."""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from litestar import Response

from viesion_core.acces.queries import collaborateurs
from viesion_core.agenda.model import Creneau
from viesion_core.contexte import PARIS
from viesion_core.entretiens.actions import CONFIRMATION
from viesion_core.entretiens.model import (
    THEMES_SENSIBLES,
    EntretienResume,
    entree_proposee,
    etape_proposee,
    jour_de,
    modifiable,
)
from viesion_core.erreurs import ConflitVersion, ErreurSaisie
from viesion_core.nomenclatures.model import libelle, nomenclature
from viesion_core.parcours.model import EntreeResume, EtapeResume
from viesion_core.parcours.queries import entrees_dispositif, etapes
from web.conflit import ChampConflit
from web.ecrans.documents import modeles_du_sujet
from web.ecrans.dossier_commun import rendre_dossier, retour_local
from web.ecrans.entretien_saisie import LigneTheme, Proposition, lignes_saisies, rangs_saisis, reprendre_themes
from web.formulaire import Formulaire
from web.page import Page

CHAMPS = (
    ChampConflit("date", "Date"),
    ChampConflit("heure", "Heure"),
    ChampConflit("duree", "Durée en minutes"),
    ChampConflit("lieu", "Lieu de l'entretien", lambda code: libelle("LIEU", code)),
    ChampConflit("vecteur", "Vecteur", lambda code: libelle("VECTEUR", code)),
    ChampConflit("type", "Type d'entretien", lambda code: libelle("TYPE_ENTRETIEN", code)),
    ChampConflit("realisation", "Réalisation", lambda code: libelle("REALISATION", code)),
)
"""What a conflict of versions compares, with the choices of the person: collaborateur, accompagnement, étape."""


class Vue:
    """The form being posted: shown again with what was typed, or left for the page it came from."""

    def __init__(
        self,
        page: Page,
        numero: int,
        f: Formulaire,
        valeurs: EntretienResume | Proposition,
        *,
        entretien: EntretienResume | None = None,
        remplace: EntretienResume | None = None,
    ) -> None:
        self.page, self.numero, self.f, self.valeurs = page, numero, f, valeurs
        self.entretien, self.remplace = entretien, remplace
        self.demande = retour_local(numero, f.texte("retour", maximum=300), "")

    @property
    def retour(self) -> str:
        """The address after the save."""
        ancre = f"#e-{self.entretien.id}" if self.entretien else ""
        return self.demande or f"/beneficiaires/{self.numero}/entretiens{ancre}"

    async def a_nouveau(self, lignes: list[LigneTheme]) -> Response[Any]:
        """Show the form with a theme more or less."""
        return await self._montrer(lignes)

    async def refuser(self, erreur: ErreurSaisie | ConflitVersion) -> Response[Any]:
        """Show the mistakes, or ask to confirm when there is only the warning of an overlap.

        After a conflict of versions, both values of each field: themes have no version of their own, so those that
        the other one wrote come into the form too.
        """
        lignes = lignes_saisies(self.f)
        if isinstance(erreur, ConflitVersion):
            return await self._comparer(erreur)
        if set(erreur.erreurs) == {CONFIRMATION}:
            return await self._montrer(lignes, statut=422, avertissement=erreur.erreurs[CONFIRMATION])
        return await self._montrer(lignes, erreur=erreur)

    async def _comparer(self, erreur: ConflitVersion) -> Response[Any]:
        saisie = self.f.brut
        if self.entretien is None or erreur.nom_table != "entretien":
            return await self._montrer(lignes_saisies(self.f), erreur=erreur)
        lignes, valeurs, champs = reprendre_themes(saisie, rangs_saisis(self.f), self.entretien)
        heure = self.entretien.debut.astimezone(PARIS).time()
        erreur.actuelle |= {"date": self.entretien.jour, "heure": heure, **valeurs}
        return await self._montrer(lignes, erreur=erreur, champs=[*CHAMPS, *champs], saisie=saisie)

    async def _montrer(
        self, lignes: list[LigneTheme], *, saisie: dict[str, Any] | None = None, **autres: Any
    ) -> Response[Any]:
        return await formulaire(
            self.page,
            self.numero,
            self.valeurs,
            entretien=self.entretien,
            remplace=self.remplace,
            lignes=lignes,
            retour=self.demande,
            saisie=self.f.brut if saisie is None else saisie,
            **autres,
        )


async def formulaire(
    page: Page,
    numero: int,
    valeurs: EntretienResume | Proposition,
    *,
    lignes: list[LigneTheme],
    entretien: EntretienResume | None = None,
    remplace: EntretienResume | None = None,
    retour: str = "",
    avertissement: str = "",
    saisie: dict[str, Any] | None = None,
    champs: Iterable[ChampConflit] = (),
    creneaux: Sequence[Creneau] = (),
    **rendu: Any,
) -> Response[Any]:
    """Return the form; when it is new and nothing is typed yet, the étape and the accompagnement of the day chosen.

    `creneaux`: the free slots proposed above it.
    """
    de_la_personne, entrees = await etapes(page.ctx, numero), await entrees_dispositif(page.ctx, numero)
    choix = {
        "collaborateur": await _collaborateurs(page, entretien),
        "dispositif": [(entree.id, entree.depuis) for entree in entrees],
        "etape": [(etape.id, etape.nom_date) for etape in de_la_personne],
    }
    if isinstance(valeurs, Proposition) and saisie is None:
        jour = jour_de(valeurs.debut or page.ctx.maintenant)
        valeurs = _proposer(
            valeurs, etape_proposee(de_la_personne, page.ctx.organisme, jour), entree_proposee(entrees, jour)
        )
    return await rendre_dossier(
        page,
        numero,
        "entretiens/formulaire.html",
        onglet="entretiens",
        saisie=saisie,
        champs=[*champs, *_champs_de_la_personne(choix)],
        entretien=entretien,
        remplace=remplace,
        valeurs=valeurs,
        lignes=lignes,
        choix=choix,
        une_etape_ouverte=any(etape.ouverte for etape in de_la_personne),
        listes={
            liste: [(e.code, e.libelle) for e in nomenclature(liste).elements]
            for liste in ("LIEU", "VECTEUR", "TYPE_ENTRETIEN", "REALISATION", "THEME_ENTRETIEN")
        },
        themes_sensibles=" ".join(sorted(THEMES_SENSIBLES)),
        modeles_fusion=await modeles_du_sujet(page, entretien=True) if entretien else [],
        sujet_fusion={"entretien": entretien.id} if entretien else {},
        retour=retour,
        avertissement=avertissement,
        creneaux=creneaux,
        **rendu,
    )


def _proposer(valeurs: Proposition, etape: EtapeResume | None, entree: EntreeResume | None) -> Proposition:
    return msgspec.structs.replace(
        valeurs,
        etape=valeurs.etape or (etape.id if etape else None),
        dispositif=valeurs.dispositif or (entree.id if entree else None),
    )


def _champs_de_la_personne(choix: Mapping[str, list[tuple[uuid.UUID, str]]]) -> list[ChampConflit]:
    """Return the fields whose choices are the person's own, with how they read."""

    def montrer(nom: str) -> Callable[[str], str]:
        noms = {str(identifiant): texte for identifiant, texte in choix[nom]}
        return lambda identifiant: noms.get(identifiant, "Autre")

    libelles = (("collaborateur", "Collaborateur"), ("dispositif", "Accompagnements"), ("etape", "Étapes"))
    return [ChampConflit(nom, libelle_champ, montrer(nom)) for nom, libelle_champ in libelles]


async def _collaborateurs(page: Page, entretien: EntretienResume | None) -> list[tuple[uuid.UUID, str]]:
    """Return the choices of « Collaborateur »; whoever it already is stays, even if their account is closed."""
    choix = [(c.id, c.nom_complet) for c in await collaborateurs(page.ctx)]
    if entretien is not None and entretien.collaborateur not in dict(choix):
        choix.append((entretien.collaborateur, entretien.collaborateur_complet))
    return choix


def peut_modifier(page: Page, vu: EntretienResume) -> bool:
    """Tell whether the user may change an entretien: their role writes, and it is their organism's."""
    return page.ctx.peut_ecrire and modifiable(page.ctx, vu.organisme)
