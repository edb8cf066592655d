"""Reading what a template needs of a dossier, and nothing else, inside the rights of who makes the document."""

import uuid
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

import msgspec

from viesion_core import formats
from viesion_core.acces.queries import utilisateur
from viesion_core.bilans import queries as bilans
from viesion_core.bilans.model import BilanResume, lisible
from viesion_core.bilans.regles import masquer
from viesion_core.contexte import Contexte
from viesion_core.difficultes.queries import difficultes_page
from viesion_core.dossiers.model_orientations import derniere
from viesion_core.dossiers.queries import identite
from viesion_core.dossiers.queries_caracteristiques import caracteristiques
from viesion_core.dossiers.queries_orientations import orientations
from viesion_core.entretiens import queries as entretiens
from viesion_core.entretiens.model import PREVU, EntretienResume
from viesion_core.erreurs import ErreurSaisie, Interdit
from viesion_core.fusion import valeurs
from viesion_core.fusion.champs import arbre_des_champs, champs_connus
from viesion_core.fusion.model import ChampFusion, Controle
from viesion_core.fusion.schema import vides
from viesion_core.organismes.queries import organisme
from viesion_core.parcours import queries as parcours
from viesion_core.parcours.model import ETAPE, PARCOURS, AffectationResume, EtapeResume, dernier_contrat

RECENTS = 200
"""How many entretiens and difficultés a document lists at most, the latest ones."""
SANS_ACCES = "Ce bilan porte sur la santé : il est réservé aux personnes habilitées de l'organisme."


class Sujet(msgspec.Struct, frozen=True):
    """What the document is about, besides the person: a bilan, an entretien."""

    bilan: uuid.UUID | None = None
    entretien: uuid.UUID | None = None


class Donnees(msgspec.Struct):
    """What was read: the values of the fields, their tree, whether health data is among them."""

    arbre: dict[str, Any]
    valeurs: dict[str, Any]
    sensible: bool = False
    bilan: BilanResume | None = None
    etape: EtapeResume | None = None


class Lecture:
    """The reading of one dossier for one document; a group is read only if the template uses it."""

    def __init__(
        self, ctx: Contexte, numero: int, champs: Collection[str], sujet: Sujet, extension: Collection[ChampFusion]
    ) -> None:
        self.ctx = ctx
        self.numero = numero
        self.champs = frozenset(champs)
        self.groupes = Controle(champs=tuple(champs)).groupes
        self.sujet = sujet
        self.extension = tuple(extension)
        self.donnees = Donnees({}, {})

    async def lire(self) -> Donnees:
        """Return the values; raises Introuvable, Interdit, or ErreurSaisie when the document lacks its subject."""
        await self._bilan()
        for groupe, lecteur in self._lecteurs().items():
            if groupe in self.groupes:
                await lecteur()
        aujourdhui = self.ctx.aujourdhui
        self.donnees.valeurs |= {
            "aujourdhui": formats.date(aujourdhui),
            "aujourdhui_long": formats.date_longue(aujourdhui),
        }
        return self.donnees

    def _lecteurs(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        return {
            "beneficiaire": self._beneficiaire,
            "organisme": self._organisme,
            "auteur": self._auteur,
            "referent": self._referents,
            "referent_parcours": self._referents,
            "contrat": self._contrats,
            "contrats": self._contrats,
            "dispositif": self._dispositif,
            "orientation": self._orientation,
            "etapes": self._etapes,
            "entretien": self._entretien,
            "entretiens": self._entretiens,
            "suivi": self._entretiens,
            "difficultes": self._difficultes,
            "caracteristiques": self._caracteristiques,
        }

    async def _bilan(self) -> None:
        """Read the bilan and its étape first: the fields that exist and the rest depend on them."""
        if "bilan" in self.groupes and self.sujet.bilan is None:
            raise ErreurSaisie({"bilan": "Ce modèle reprend un bilan : choisissez lequel."})
        connus = champs_connus(extension=self.extension)
        questionnaires = []
        if self.sujet.bilan is not None:
            fiche = await bilans.bilan(self.ctx, self.numero, self.sujet.bilan)
            if not lisible(self.ctx, fiche.sensible):
                raise Interdit(SANS_ACCES)
            questionnaires = [await bilans.questionnaire_de(fiche)]
            connus = champs_connus(questionnaires, self.extension)
            self.donnees.bilan = fiche
        self.donnees.arbre = arbre_des_champs(connus)
        self.donnees.valeurs = vides(champ.nom for champ in connus)
        if self.donnees.bilan is not None and "bilan" in self.groupes:
            await self._reponses(self.donnees.bilan)
        if {"etape", "etapes", "referent"} & self.groupes:
            await self._etapes()

    async def _reponses(self, fiche: BilanResume) -> None:
        questionnaire = await bilans.questionnaire_de(fiche)
        lues = masquer(self.ctx, questionnaire, await bilans.reponses(fiche.id))
        reponses = {reponse.question: reponse.valeur for reponse in lues}
        listes = await bilans.listes(questionnaire, reponses)
        self.donnees.valeurs["bilan"] = valeurs.bilan(fiche, questionnaire, reponses, listes)
        sensibles = {q.code for q in questionnaire.questions() if q.sensible}
        self.donnees.sensible |= fiche.sensible or not sensibles.isdisjoint(reponses)

    async def _beneficiaire(self) -> None:
        fiche = await identite(self.ctx, self.numero)
        self.donnees.valeurs["beneficiaire"] = valeurs.beneficiaire(fiche, self.ctx.aujourdhui)

    async def _organisme(self) -> None:
        if self.ctx.organisme and (fiche := await organisme(self.ctx.organisme)):
            self.donnees.valeurs["organisme"] = valeurs.organisme(fiche)

    async def _auteur(self) -> None:
        self.donnees.valeurs["auteur"]["nom_complet"] = self.ctx.nom
        if self.ctx.utilisateur and (compte := await utilisateur(self.ctx.utilisateur)):
            self.donnees.valeurs["auteur"] = valeurs.personne(compte)

    async def _referents(self) -> None:
        courants = [a for a in await parcours.affectations(self.ctx, self.numero) if a.courante(self.ctx.aujourdhui)]
        de_parcours = next((a for a in courants if a.nature == PARCOURS), None)
        choisis = {"referent": self._referent_etape(courants) or de_parcours, "referent_parcours": de_parcours}
        comptes = {a.referent: await utilisateur(a.referent) for a in {a.referent: a for a in courants}.values()}
        for groupe, affectation in choisis.items():
            compte = comptes.get(affectation.referent) if affectation else None
            if compte is not None:
                self.donnees.valeurs[groupe] = valeurs.referent(compte)

    def _referent_etape(self, courants: list[AffectationResume]) -> AffectationResume | None:
        etape = self.donnees.etape.id if self.donnees.etape else None
        return next((a for a in courants if a.nature == ETAPE and a.etape == etape), None)

    async def _contrats(self) -> None:
        fiches = await parcours.contrats(self.ctx, self.numero)
        jour = self.ctx.aujourdhui
        self.donnees.valeurs["contrats"] = [valeurs.contrat(fiche, jour) for fiche in reversed(fiches)]
        if (dernier := dernier_contrat(fiches)) is not None:
            self.donnees.valeurs["contrat"] = valeurs.contrat(dernier, jour)

    async def _dispositif(self) -> None:
        entrees = await parcours.entrees_dispositif(self.ctx, self.numero)
        if entrees:
            self.donnees.valeurs["dispositif"] = valeurs.dispositif(entrees[0])

    async def _orientation(self) -> None:
        if (retenue := derniere(await orientations(self.ctx, self.numero))) is not None:
            self.donnees.valeurs["orientation"] = valeurs.orientation(retenue)

    async def _etapes(self) -> None:
        if self.donnees.valeurs["etapes"]:
            return
        fiches = await parcours.etapes(self.ctx, self.numero)
        self.donnees.valeurs["etapes"] = [valeurs.etape(f) for f in sorted(fiches, key=lambda f: f.debut_reel)]
        self.donnees.etape = self._etape_concernee(fiches)
        if self.donnees.etape is not None:
            self.donnees.valeurs["etape"] = valeurs.etape(self.donnees.etape)

    def _etape_concernee(self, fiches: list[EtapeResume]) -> EtapeResume | None:
        """Return the étape of the bilan; else one's organism's open one, else the open one, else the latest."""
        if self.donnees.bilan is not None:
            return next((f for f in fiches if f.id == self.donnees.bilan.etape), None)
        ouvertes = [f for f in fiches if f.ouverte]
        siennes = [f for f in ouvertes if f.organisme == self.ctx.organisme]
        return next(iter([*siennes, *ouvertes, *fiches]), None)

    async def _entretien(self) -> None:
        if self.sujet.entretien is not None:
            fiche: EntretienResume | None = await entretiens.entretien(self.ctx, self.numero, self.sujet.entretien)
        else:
            fiches, _ = await entretiens.entretiens_page(self.ctx, self.numero, par_page=RECENTS)
            a_venir = [f for f in fiches if f.realisation == PREVU and f.debut >= self.ctx.maintenant]
            fiche = min(a_venir, key=lambda f: f.debut, default=None)
        if fiche is None:
            raise ErreurSaisie({"modele": "Ce modèle annonce un entretien : aucun n'est prévu pour cette personne."})
        self.donnees.valeurs["entretien"] = valeurs.entretien(fiche)

    async def _entretiens(self) -> None:
        if self.donnees.valeurs["entretiens"]:
            return
        fiches, _ = await entretiens.entretiens_page(self.ctx, self.numero, par_page=RECENTS)
        if self.donnees.bilan is not None:
            fiches = [fiche for fiche in fiches if fiche.etape == self.donnees.bilan.etape]
        self.donnees.valeurs["entretiens"] = valeurs.entretiens(fiches)
        self.donnees.valeurs["suivi"] = valeurs.suivi(fiches)
        if "entretiens[].themes[].synthese" in self.champs:
            self.donnees.sensible |= any(t.sensible and t.synthese for fiche in fiches for t in fiche.themes)

    async def _difficultes(self) -> None:
        fiches, _ = await difficultes_page(self.ctx, self.numero, par_page=RECENTS)
        self.donnees.valeurs["difficultes"] = valeurs.difficultes(fiches)
        self.donnees.sensible |= any(fiche.sensible for fiche in fiches)

    async def _caracteristiques(self) -> None:
        fiches = await caracteristiques(self.ctx, self.numero)
        self.donnees.valeurs["caracteristiques"] = valeurs.caracteristiques(fiches)
        self.donnees.sensible |= any(
            fiche.definition.sensible and fiche.valeur and f"caracteristiques.{fiche.code}" in self.champs
            for fiche in fiches
        )
