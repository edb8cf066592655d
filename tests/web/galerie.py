"""Synthetic values for the gallery: every component, rendered by the real environment."""

import datetime as dt
import random
import uuid
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.resume.vies import MAINTENANT, deux_ans, deux_mois, dix_ans
from viesion_core.parcours.model import ContratResume
from viesion_core.resume.elements import LIBELLE_VOIE
from viesion_core.resume.frise import dessiner
from web.conflit import ChampConflit, Conflit, comparer
from web.ecrans.contrats_composition import composer
from web.rendu import creer_environnement

ICI = Path(__file__).parent / "galerie"
AUJOURDHUI = dt.date(2026, 11, 24)
NOMS = (
    *("Lefèvre", "Moreau", "Garnier", "Faure", "Rousseau", "Blanc", "Guérin"),
    *("Muller", "Henry", "Roussel", "Nicolas", "Perrin", "Morin", "Mathieu"),
)
PRENOMS = (
    *("Camille", "Nadia", "Thomas", "Inès", "Julien", "Sofia", "Karim"),
    *("Élodie", "Hugo", "Manon", "Yanis", "Chloé", "Bruno", "Aïcha"),
)
COMMUNES = ("Montpellier", "Béziers", "Sète", "Lunel", "Agde", "Lodève", "Saint-Gély-du-Fesc", "Bédarieux")
ACTES = (
    ("attend", "Entretien à réaliser"),
    ("bloque", "Sans référent"),
    ("attend", "Contrat à renouveler"),
    ("fait", "À jour"),
    ("attend", "3 caractéristiques manquantes"),
    ("fait", "À jour"),
)


def lien(libelle: str, url: str, icone: str, **plus: Any) -> SimpleNamespace:
    return SimpleNamespace(libelle=libelle, url=url, icone=icone, **{"actif": False, **plus})


def navigation() -> list[SimpleNamespace]:
    alertes = [
        ("Contrats non renouvelés", 373),
        ("File active sans référent en cours", 618),
        ("Orientation initiale sans bilan", 1233),
        ("Bénéficiaires sans entretien depuis X mois", 388),
    ]
    return [
        lien("Accueil", "#", "accueil"),
        lien("Bénéficiaires", "#", "personnes", actif=True, groupe="Gestion"),
        lien("Agenda", "#", "agenda"),
        lien(
            "Infocentre",
            "#",
            "infocentre",
            groupe="Suivi",
            titre_enfants="Mes Alertes Favorites",
            enfants=[SimpleNamespace(libelle=nom, url="#", nombre=n, actif=False) for nom, n in alertes],
        ),
        lien("Pilotage", "#", "pilotage"),
        lien("Administration", "#", "reglages", groupe="VieSion"),
        lien("Aide", "#", "aide"),
    ]


def fiche() -> SimpleNamespace:
    referents = [
        SimpleNamespace(utilisateur=1, nom="LEFÈVRE", prenom="Anne", nature="PARCOURS"),
        SimpleNamespace(utilisateur=2, nom="MARTEL", prenom="Idriss", nature="ETAPE"),
    ]
    return SimpleNamespace(
        numero=4238,
        nom="GARNIER",
        prenom="Camille",
        civilite="MME",
        date_naissance=dt.date(1985, 3, 12),
        commune="Béziers",
        etat_droit_libelle="Droit ouvert et versable",
        referents=referents,
        telephone="",
    )


def menu() -> list[SimpleNamespace]:
    entrees = [
        ("resume", "Résumé", None),
        ("identite", "Dossier", 9),
        ("parcours", "Parcours", 2),
        ("entretiens", "Entretiens", 14),
        ("dispositif", "Dispositif", 1),
        ("contrats", "Contrats", 0),
        ("bilans", "Bilans", 3),
        ("employabilite", "Employabilité", None),
        ("difficultes", "Difficultés", 2),
        ("documents", "Documents", 5),
    ]
    return [
        SimpleNamespace(code=c, libelle=nom, url=f"#{c}", nombre=n, attend=c == "identite") for c, nom, n in entrees
    ]


def lignes(n: int = 40) -> list[SimpleNamespace]:
    hasard = random.Random(34)
    trouvees = []
    for rang in range(n):
        ton, acte = ACTES[rang % len(ACTES)]
        trouvees.append(
            SimpleNamespace(
                numero=4200 + rang,
                nom=NOMS[rang % 14].upper(),
                prenom=PRENOMS[(rang * 5) % 14],
                naissance=dt.date(1960 + hasard.randrange(45), 1 + hasard.randrange(12), 1 + hasard.randrange(28)),
                commune=COMMUNES[rang % 8],
                referent="LEFÈVRE Anne" if rang % 6 != 1 else "",
                entretien=AUJOURDHUI - dt.timedelta(days=3 * rang + 2) if rang % 5 else None,
                ton=ton,
                acte=acte,
            )
        )
    return trouvees


def frises() -> dict[str, Any]:
    vies = [("Deux ans", deux_ans()), ("Deux mois", deux_mois()), ("Dix ans", dix_ans())]
    return {
        "frises_dessinees": [(nom, dessiner(vie, MAINTENANT), vie) for nom, vie in vies],
        "libelles_voies": LIBELLE_VOIE,
        "adresse": lambda element: f"#{element.id}",
        "adresse_voie": lambda voie: f"#{voie}",
    }


def conflit() -> dict[str, Any]:
    """A contract that two people changed, and whose dates meet another one."""
    connue = {"type": "CER", "debut": dt.date(2026, 7, 1), "fin": dt.date(2026, 12, 31), "commentaire": ""}
    saisie = {"type": "CER", "debut": "01/07/2026", "fin": "31/03/2027", "commentaire": "Vu avec la personne."}
    champs = [ChampConflit(nom, nom.capitalize()) for nom in connue]
    leur = {**connue, "type": "CO", "fin": dt.date(2027, 6, 30), "commentaire": "Signé en permanence."}
    ecarts, repris = comparer(saisie, leur, connue, champs)
    autre = ContratResume(
        id=uuid.UUID(int=1),
        beneficiaire=4238,
        type="CER",
        numero="",
        debut=dt.date(2026, 2, 1),
        fin=dt.date(2026, 7, 31),
        signature=None,
        heures_hebdo=None,
        dispense="",
        dispositif=None,
        organisme_nom="",
        referent_nom="",
        commentaire="",
        version=1,
    )
    heure = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)
    return {
        "saisie": saisie,
        "conflit": Conflit(version=4, auteur="Idriss MARTEL", at=heure, ecarts=tuple(ecarts), repris=tuple(repris)),
        "composition": composer([autre], saisie, AUJOURDHUI),
    }


def commun(**plus: Any) -> dict[str, Any]:
    session = SimpleNamespace(
        prenom="Anne", nom="Lefèvre", role="referent", organisme_nom="Maison de l'insertion du Biterrois"
    )
    return {
        "session": session,
        "role": "Référent",
        "jeton": "jeton",
        "theme": "",
        "chemin": "/galerie",
        "fil_debut": [("Bénéficiaires", "#")],
        "mode": "demo",
        "navigation": navigation(),
        "erreurs": {},
        "message_erreur": "",
        "saisie": None,
        "acte": None,
        "aujourdhui": AUJOURDHUI,
        "maintenant": dt.datetime(2026, 11, 24, 9, 42, tzinfo=dt.UTC),
        **plus,
    }


def pages() -> dict[str, str]:
    """Return every page of the gallery by name."""
    environnement = creer_environnement(ICI)

    def rendre(gabarit: str, **donnees: Any) -> str:
        return environnement.get_template(gabarit).render(**commun(**donnees))

    puces = [
        SimpleNamespace(texte="Sans référent", niveau="bloque", onglet="parcours"),
        SimpleNamespace(texte="9 caractéristiques manquantes", niveau="attend", onglet="identite"),
    ]
    dossier = {"fiche": fiche(), "menu": menu(), "puces": puces, "age": 41}
    saisie = {"debut": "2026-11-24", "fin": "2026-01-01", "commentaire": "Texte tapé, gardé."}
    erreurs = {"fin": "La fin est avant le début.", "type": "Le champs Type d'entretien est requis."}
    acte = SimpleNamespace(id="0", annulable=True, libelle="Contrat RSA enregistré")
    return {
        "liste": rendre("liste.html", lignes=lignes()),
        "composants": rendre("composants.html", lignes=lignes(4), acte=acte),
        "formulaire": rendre("formulaire.html", onglet="entretiens", **dossier),
        "erreurs": rendre("formulaire.html", onglet="entretiens", saisie=saisie, erreurs=erreurs, **dossier),
        "conflit": rendre("conflit.html", onglet="contrats", **conflit(), **dossier),
        "dossier": rendre("resume.html", onglet="resume", **dossier),
        "frise": rendre("frise.html", onglet="resume", **frises(), **dossier),
        "bilan": rendre("bilan.html", onglet="bilans", **dossier),
        "connexion": rendre(
            "connexion.html",
            session=None,
            erreurs={"mot_de_passe": "Le champs Mot de passe est requis."},
            saisie={"identifiant": "a.lefevre"},
        ),
    }
