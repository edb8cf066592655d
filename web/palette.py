"""The command palette: what one can do and open from the top bar, as the policy of each address allows the role.

An entry names the route that it opens; who may open it is read from that route, never repeated here.
"""

import msgspec
from litestar import Litestar

from viesion_core.contexte import Contexte
from viesion_core.nomenclatures.model import cle
from web.aide import aides
from web.politiques import politiques_lues

ACTES, ECRANS, AIDE = "Actes", "Écrans", "Aide"
MAXIMUM = 7
"""Entries shown under the people; when nobody is looked for, all those of the dossier are shown first."""


class Entree(msgspec.Struct, frozen=True):
    """Something to do or to open: its title, the route that it opens, other words by which one looks for it."""

    titre: str
    modele: str
    mots: str = ""
    groupe: str = ACTES


class Proposition(msgspec.Struct, frozen=True):
    """An entry for this user, here: as the list under the field shows it."""

    titre: str
    url: str
    groupe: str


_D = "/beneficiaires/{numero}"
DU_DOSSIER = (
    Entree("Nouvel entretien", f"{_D}/entretiens/nouveau", "rendez-vous rdv convocation prendre"),
    Entree("Réserver un créneau libre", f"{_D}/entretiens/creneaux", "rendez-vous rdv"),
    Entree("Ouvrir une étape", f"{_D}/parcours/etapes/nouvelle", "créer nouvelle accompagnement"),
    Entree("Nouveau Contrat RSA", f"{_D}/contrats/nouveau", "ajouter CER CO engagement"),
    Entree("Nouveau référent", f"{_D}/parcours/referents/nouveau", "affectation rattacher RU"),
    Entree("Nouvelles difficultés", f"{_D}/difficultes/nouvelles", "ajouter frein saisir"),
    Entree("Compléter les caractéristiques", f"{_D}/caracteristiques/completer", "requises manquantes"),
    Entree(
        "Actualisation avec historique",
        f"{_D}/caracteristiques/actualisation-avec-historique",
        "caractéristiques changer",
    ),
    Entree("Modifier le dossier", f"{_D}/identite/modifier", "identité adresse téléphone"),
    Entree("Mobilité et disponibilité", f"{_D}/employabilite/disponibilite", "employabilité contraintes horaires"),
    Entree("L'allocataire sort de l'action", f"{_D}/sortie", "sortie clore fin étape"),
    Entree("Résumé", _D, "dossier accueil", ECRANS),
    Entree("Parcours", f"{_D}/parcours", "étapes référents", ECRANS),
    Entree("Entretiens", f"{_D}/entretiens", "rendez-vous", ECRANS),
    Entree("Contrats", f"{_D}/contrats", "CER CO", ECRANS),
    Entree("Bilans", f"{_D}/bilans", "questionnaire fusion", ECRANS),
    Entree("Difficultés", f"{_D}/difficultes", "freins", ECRANS),
    Entree("Documents", f"{_D}/documents", "fusion fichiers ajouter un document créer", ECRANS),
    Entree("Caractéristiques", f"{_D}/caracteristiques", "", ECRANS),
    Entree("Dispositif", f"{_D}/dispositif", "entrée sortie RSA", ECRANS),
    Entree("Employabilité", f"{_D}/employabilite", "métier expérience diplôme langue permis", ECRANS),
    Entree("Orientations", f"{_D}/orientations", "diagnostic", ECRANS),
    Entree("Dossier", f"{_D}/identite", "identité adresse", ECRANS),
    Entree("Historique", f"{_D}/historique", "actes annuler", ECRANS),
)
DE_PARTOUT = (
    Entree("Nouveau bénéficiaire", "/beneficiaires/nouveau", "ouvrir dossier créer allocataire"),
    Entree("Prendre un rendez-vous", "/entretiens/nouveau", "entretien rdv"),
    Entree("Nouvel événement", "/agenda/evenements/nouveau", "réunion congé formation agenda"),
    Entree("Nouvel atelier collectif", "/agenda/ateliers/nouveau", "série séances information collective créer"),
    Entree("Publier des créneaux", "/agenda/creneaux/publier", "plage permanence"),
    Entree("Inviter un utilisateur", "/administration/utilisateurs/nouveau", "compte créer"),
    Entree("Nouvel organisme", "/administration/organismes/nouveau", "créer"),
    Entree("Signaler une anomalie", "/aide/anomalie", "assistance bug problème courriel"),
    Entree("Accueil", "/", "", ECRANS),
    Entree("Bénéficiaires", "/beneficiaires", "gestion liste", ECRANS),
    Entree("Agenda", "/agenda", "planning rendez-vous", ECRANS),
    Entree("Créneaux publiés", "/agenda/creneaux", "plages", ECRANS),
    Entree("Ateliers collectifs", "/agenda/ateliers", "mes séances série présences liste d'attente", ECRANS),
    Entree("Affectations à répartir", "/affectations", "portefeuille Solis accepter refuser référent", ECRANS),
    Entree("Mon agenda dans Outlook ou Thunderbird", "/agenda/abonnement", "ics ical", ECRANS),
    Entree("Alertes", "/infocentre/alertes", "infocentre favoris", ECRANS),
    Entree("Mes notes", "/notes", "rappel", ECRANS),
    Entree("Pilotage", "/pilotage", "statistiques activité", ECRANS),
    Entree("Échanges", "/echanges", "solis rejets partenaires", ECRANS),
    Entree("Reprises de tableurs", "/echanges/reprises", "tassoc excel csv import reprise", ECRANS),
    Entree("Envois aux partenaires", "/echanges/envois", "solis contrats messages refusés", ECRANS),
    Entree("Administration", "/administration", "", ECRANS),
    Entree("Utilisateurs", "/administration/utilisateurs", "comptes", ECRANS),
    Entree("Organismes", "/administration/organismes", "offres de service", ECRANS),
    Entree("Modèles Word", "/administration/modeles", "fusion", ECRANS),
    Entree("Champs de fusion", "/administration/champs-de-fusion", "modèle Word mots", ECRANS),
    Entree("Questionnaires", "/administration/questionnaires", "bilans versions", ECRANS),
    Entree("Clés d'accès des partenaires", "/administration/cles", "API Solis rdv", ECRANS),
    Entree("Journal", "/administration/journal", "accès", ECRANS),
    Entree("Aide", "/aide", "lexique process", ECRANS),
    Entree("Raccourcis clavier", "/aide/raccourcis", "touches", ECRANS),
)


def proposer(app: Litestar, ctx: Contexte, question: str, *, numero: int | None, ici: str) -> list[Proposition]:
    """Return what these words name and the role may open, the acts of the dossier first.

    `numero`: the dossier that is open, already checked to be in the perimeter; None elsewhere. `ici`: the address of
    the page, to which the report of an anomaly comes back. Without words, what can be done here. No query.
    """
    voulus = cle(question).split()
    trouvees = [
        Proposition(e.titre, e.modele.format(numero=numero), f"Dossier n°\u00a0{numero}")
        for e in (DU_DOSSIER if numero else ())
        if _ouvre(app, ctx, e) and _repond(voulus, f"{e.titre} {e.mots}")
    ]
    trouvees += [
        Proposition(e.titre, _avec_ecran(e.modele, ici), e.groupe)
        for e in DE_PARTOUT
        if _ouvre(app, ctx, e) and _repond(voulus, f"{e.titre} {e.mots}")
    ]
    if voulus:
        trouvees += [
            Proposition(f"Aide\u00a0: {a.titre}", a.url, AIDE) for a in aides() if _repond(voulus, f"aide {a.titre}")
        ]
    # The dossier, then acts before screens, each in its order; a title that begins with the words comes first.
    rangs = {ACTES: 1, ECRANS: 2, AIDE: 3}
    debut = " ".join(voulus)
    trouvees.sort(key=lambda p: (rangs.get(p.groupe, 0), not (debut and cle(p.titre).startswith(debut))))
    return trouvees


def par_groupe(propositions: list[Proposition], maximum: int = MAXIMUM) -> list[tuple[str, list[Proposition]]]:
    """Return the first propositions, by group, in order."""
    groupes: dict[str, list[Proposition]] = {}
    for proposition in propositions[:maximum]:
        groupes.setdefault(proposition.groupe, []).append(proposition)
    return list(groupes.items())


def _ouvre(app: Litestar, ctx: Contexte, entree: Entree) -> bool:
    return ctx.role in politiques_lues(app)[entree.modele].roles


def _repond(voulus: list[str], texte: str) -> bool:
    """Tell whether each word looked for begins a word of the text."""
    mots = f" {cle(texte)}"
    return all(f" {voulu}" in mots for voulu in voulus)


def _avec_ecran(modele: str, ici: str) -> str:
    return f"{modele}?ecran={ici}" if modele == "/aide/anomalie" and ici else modele
