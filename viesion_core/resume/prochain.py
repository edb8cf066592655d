"""« Prochain acte »: the one thing that is most pressing for a person, by pure rules, the first that holds.

The order is that of the field: what is wrong today, then what keeps the person from being followed, then what the
deck asks to have (contrat, entretien, caractéristiques, bilan), then what comes soon.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

import msgspec

from viesion_core.contexte import Contexte, Role
from viesion_core.dossiers.model import DROITS_CLOS
from viesion_core.dossiers.model_caracteristiques import message_manquantes
from viesion_core.entretiens.model import SUITES
from viesion_core.nomenclatures.model import libelle
from viesion_core.parcours.model import PARCOURS, jour, nom_contrat
from viesion_core.resume.elements import Element, Situation, Voie, situation
from viesion_core.resume.model import Bandeau, Niveau

ECHEANCE_CONTRAT = dt.timedelta(days=45)
"""A contract that ends within this time is to be renewed (alert « Contrats arrivant à échéance »)."""
SANS_ENTRETIEN = dt.timedelta(days=92)
"""Alert « Bénéficiaires sans entretien depuis X mois », three months."""


class Bouton(msgspec.Struct, frozen=True, kw_only=True):
    """What does the act: a page of the dossier (`chemin`), or a POST to it when there are `champs`."""

    libelle: str
    chemin: str
    champs: Mapping[str, str] | None = None
    dessin: str = ""


class ProchainActe(msgspec.Struct, frozen=True, kw_only=True):
    """What to do now, why, and the buttons that do it, the most likely first (none for who only reads)."""

    code: str
    titre: str
    raison: str = ""
    niveau: Niveau = Niveau.ATTEND
    boutons: tuple[Bouton, ...] = ()


class Vue(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules look at."""

    ctx: Contexte
    fiche: Bandeau
    elements: Sequence[Element]
    situation: Situation

    @property
    def mes_etapes(self) -> list[Element]:
        """The open étapes of the user's organism; all of them for who follows the département."""
        siennes = self.ctx.organisme if self.ctx.role is not Role.PILOTE else None
        return [e for e in self.situation.etapes if siennes in (None, e.organisme)]


def prochain_acte(ctx: Contexte, fiche: Bandeau, elements: Sequence[Element]) -> ProchainActe:
    """Return the one next act; when nothing is pressing it says so."""
    vue = Vue(ctx=ctx, fiche=fiche, elements=elements, situation=situation(elements, ctx.maintenant))
    acte = next((trouve for regle in REGLES if (trouve := regle(vue)) is not None), None) or _rien(vue)
    if not ctx.peut_ecrire:
        return msgspec.structs.replace(acte, boutons=())
    return acte


def _droit_clos(vue: Vue) -> ProchainActe | None:
    if vue.fiche.etat_droit not in DROITS_CLOS or not vue.mes_etapes:
        return None
    return ProchainActe(
        code="sortie",
        titre="Préparer la sortie",
        raison=f"{vue.fiche.etat_droit_libelle}, et l'étape {vue.mes_etapes[0].libelles[0]} est ouverte.",
        niveau=Niveau.BLOQUE,
        boutons=(Bouton(libelle="Préparer la sortie", chemin="sortie", dessin="sortie"),),
    )


def _realisation(vue: Vue) -> ProchainActe | None:
    passes = [e for e in vue.elements if e.a_realiser(vue.ctx.maintenant) and vue.ctx.organisme in (None, e.organisme)]
    if not passes:
        return None
    premier = min(passes, key=lambda e: e.debut)
    reste = f" {len(passes)} entretiens passés sont dans ce cas." if len(passes) > 1 else ""
    chemin = f"entretiens/{premier.id}/realisation"
    boutons = tuple(
        Bouton(
            libelle=libelle("REALISATION", suite),
            chemin=chemin,
            champs={"realisation": suite, "version": str(premier.version)},
            dessin="coche" if suite == SUITES[0] else "",
        )
        for suite in SUITES
    )
    return ProchainActe(
        code="realisation",
        titre=f"Dire ce qu'a été l'entretien du {jour(premier.debut)}",
        raison=f"{premier.nom_complet} : la date est passée et la réalisation est restée à « Prévu ».{reste}",
        boutons=boutons,
    )


def _hors_dispositif(vue: Vue) -> ProchainActe | None:
    if vue.fiche.entree is not None:
        return None
    sorties = [e.fin for e in vue.elements if e.voie is Voie.DISPOSITIF and e.fin is not None]
    raison = (
        f"Sortie du dispositif le {jour(max(sorties))}. Si la personne revient, enregistrez sa nouvelle entrée."
        if sorties
        else "Aucune entrée n'est enregistrée : contrats et étapes s'y rattachent."
    )
    return ProchainActe(
        code="dispositif",
        titre="Suivi terminé" if sorties else "Enregistrer l'entrée dans le dispositif",
        raison=raison,
        niveau=Niveau.FAIT if sorties else Niveau.BLOQUE,
        boutons=(Bouton(libelle="Nouvelle entrée dans le dispositif", chemin="dispositif#nouvelle", dessin="plus"),),
    )


def _sans_referent(vue: Vue) -> ProchainActe | None:
    if vue.fiche.referents:
        return None
    ouverte = next((e for e in vue.elements if e.voie is Voie.DISPOSITIF and e.fin is None), None)
    moi = Bouton(
        libelle="M'ajouter comme référent",
        chemin="parcours/referents/moi",
        champs={"nature": PARCOURS, "dispositif": str(ouverte.id)} if ouverte else None,
        dessin="plus",
    )
    nouveau = Bouton(libelle="Nouveau référent", chemin="parcours/referents/nouveau")
    return ProchainActe(
        code="referent",
        titre="Donner un référent à cette personne",
        raison="Personne ne la suit aujourd'hui.",
        niveau=Niveau.BLOQUE,
        boutons=(moi, nouveau) if ouverte else (nouveau,),
    )


def _sans_etape(vue: Vue) -> ProchainActe | None:
    if vue.situation.etapes:
        return None
    return ProchainActe(
        code="etape",
        titre="Créer une étape",
        raison="Aucune étape n'est ouverte : les entretiens et les bilans s'y rattachent.",
        boutons=(Bouton(libelle="Créer une étape", chemin="parcours/etapes/nouvelle", dessin="plus"),),
    )


def _sans_contrat(vue: Vue) -> ProchainActe | None:
    dernier = vue.situation.dernier_contrat
    aujourdhui = vue.ctx.aujourdhui
    if vue.situation.contrat is not None or (dernier is not None and dernier.debut > aujourdhui):
        return None
    if dernier is None:
        return ProchainActe(
            code="contrat",
            titre="Faire signer un contrat RSA",
            raison="Aucun contrat n'est enregistré.",
            boutons=(_NOUVEAU_CONTRAT,),
        )
    assert dernier.fin is not None  # noqa: S101 - a contract always has an end
    return _renouveler(dernier, f"Le contrat {nom_contrat(dernier.code, dernier.debut, dernier.fin)} est terminé.")


def _contrat_finissant(vue: Vue) -> ProchainActe | None:
    dernier = vue.situation.dernier_contrat
    if dernier is None or dernier.fin is None or dernier is not vue.situation.contrat:
        return None
    if dernier.fin > vue.ctx.aujourdhui + ECHEANCE_CONTRAT:
        return None
    return _renouveler(dernier, f"Le contrat en cours se termine le {jour(dernier.fin)}.")


def _renouveler(dernier: Element, raison: str) -> ProchainActe:
    renouveler = Bouton(libelle="Renouveler", chemin=f"contrats/nouveau?suite={dernier.id}", dessin="contrat")
    return ProchainActe(
        code="contrat", titre="Renouveler le contrat", raison=raison, boutons=(renouveler, _NOUVEAU_CONTRAT)
    )


def _premier_entretien(vue: Vue) -> ProchainActe | None:
    if any(e.voie is Voie.ENTRETIEN for e in vue.elements):
        return None
    return ProchainActe(
        code="rendez-vous",
        titre="Fixer le premier entretien",
        raison="Aucun entretien n'est enregistré.",
        boutons=(_RENDEZ_VOUS,),
    )


def _caracteristiques(vue: Vue) -> ProchainActe | None:
    if not vue.fiche.caracteristiques_manquantes:
        return None
    return ProchainActe(
        code="caracteristiques",
        titre="Compléter les caractéristiques requises",
        raison=f"{message_manquantes(vue.fiche.caracteristiques_manquantes)}.",
        boutons=(
            Bouton(
                libelle="Compléter les caractéristiques requises",
                chemin="caracteristiques/completer",
                dessin="caracteristiques",
            ),
        ),
    )


def _sans_bilan(vue: Vue) -> ProchainActe | None:
    """Deck: « Le bilan est à créer dès l'entrée de l'allocataire ». Health bilans are not seen by everybody."""
    if not vue.ctx.sensible and vue.fiche.bilans:
        return None
    avec = {e.etape for e in vue.elements if e.voie is Voie.BILAN}
    sans = [e for e in vue.mes_etapes if e.id not in avec]
    if not sans:
        return None
    return ProchainActe(
        code="bilan",
        titre="Commencer le bilan",
        raison=f"L'étape {sans[0].libelles[0]} est ouverte depuis le {jour(sans[0].debut)}, sans bilan : "
        "il se remplit au fil de l'eau.",
        boutons=(Bouton(libelle="Commencer le bilan", chemin="bilans#creer", dessin="bilan"),),
    )


def _sans_rendez_vous(vue: Vue) -> ProchainActe | None:
    if vue.situation.prochain_entretien is not None:
        return None
    derniere = vue.situation.derniere_presence
    if derniere is None:
        raison = "Aucun entretien n'est prévu, et la personne n'est pas encore venue."
    elif derniere.debut < vue.ctx.aujourdhui - SANS_ENTRETIEN:
        raison = f"Aucun entretien n'est prévu, et la dernière présence date du {jour(derniere.debut)}."
    else:
        raison = f"Aucun entretien n'est prévu ; dernière présence le {jour(derniere.debut)}."
    return ProchainActe(code="rendez-vous", titre="Prendre un rendez-vous", raison=raison, boutons=(_RENDEZ_VOUS,))


def _rafraichir(vue: Vue) -> ProchainActe | None:
    if not vue.fiche.caracteristiques_anciennes:
        return None
    return ProchainActe(
        code="rafraichir",
        titre="Vérifier les caractéristiques",
        raison="Certaines n'ont pas été confirmées depuis un an.",
        boutons=(Bouton(libelle="Vérifier les caractéristiques", chemin="caracteristiques", dessin="rafraichir"),),
    )


def _rien(vue: Vue) -> ProchainActe:
    prochain = vue.situation.prochain_entretien
    raison = f"Prochain entretien le {jour(prochain.debut)}, avec {prochain.nom}." if prochain else ""
    return ProchainActe(code="rien", titre="Rien ne presse", raison=raison, niveau=Niveau.FAIT)


_NOUVEAU_CONTRAT = Bouton(libelle="Ajouter un Contrat RSA", chemin="contrats/nouveau", dessin="plus")
_RENDEZ_VOUS = Bouton(libelle="Prendre un rendez-vous", chemin="entretiens/nouveau", dessin="agenda")

REGLES: tuple[Callable[[Vue], ProchainActe | None], ...] = (
    _droit_clos,
    _realisation,
    _hors_dispositif,
    _sans_referent,
    _sans_etape,
    _sans_contrat,
    _premier_entretien,
    _caracteristiques,
    _contrat_finissant,
    _sans_rendez_vous,
    _sans_bilan,
    _rafraichir,
)
"""The rules, the most pressing first."""
