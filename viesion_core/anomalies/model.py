"""The report of an anomaly: what the person writes, what VieSion adds, and the mail that both make.

The deck: « Assistance par mail uniquement […] : anomalie décrite en détail, captures d'écran, exemple de dossier ».
The dossier is a number, never a name; the technical attachment names nobody.
"""

import datetime as dt
import functools
import importlib.metadata
import re

import msgspec

from viesion_core.anomalies.capture import Capture
from viesion_core.contexte import LIBELLE_ROLE, PARIS, Contexte
from viesion_core.courriels.model import FichierJoint
from viesion_core.erreurs import ErreurSaisie
from viesion_core.formats import instant
from viesion_core.nomenclatures.model import cle

DESCRIPTION_MINIMALE, DESCRIPTION_MAXIMALE = 20, 8_000
PAR_HEURE = 10
"""Reports that one person may send in an hour: nobody floods the assistance."""
_NAVIGATEURS = (
    ("Edge", r"Edg(?:A|iOS)?/(\d+)"),
    ("Opera", r"OPR/(\d+)"),
    ("Firefox", r"(?:Firefox|FxiOS)/(\d+)"),
    ("Chrome", r"(?:Chrome|CriOS)/(\d+)"),
    ("Safari", r"Version/(\d+)[^ ]* .*Safari/"),
)
_SYSTEMES = (
    ("Android", r"Android"),
    ("iOS", r"iPhone|iPad"),
    ("Windows", r"Windows NT"),
    ("macOS", r"Mac OS X"),
    ("ChromeOS", r"CrOS"),
    ("Linux", r"Linux"),
)


class SaisieAnomalie(msgspec.Struct, frozen=True, kw_only=True):
    """What the form gives. `numero`: the dossier that shows the anomaly, None when none does."""

    description: str
    numero: int | None = None
    capture: Capture | None = None


class Technique(msgspec.Struct, frozen=True, kw_only=True):
    """What helps to reproduce, and names nobody.

    `page` is the model of an address (« /beneficiaires/{numero}/contrats »), `reference` that of the request, which
    the logs of VieSion carry too. `agent` is what the browser says of itself: only its name and number are kept.
    """

    page: str
    reference: str
    agent: str

    def texte(self, ctx: Contexte) -> str:
        """Return the attachment « technique.txt »."""
        lignes = (
            ("Page", self.page or "non précisée"),
            ("Référence de la demande", self.reference or "aucune"),
            ("Version de VieSion", version()),
            ("Navigateur", navigateur(self.agent)),
            ("Rôle", LIBELLE_ROLE[ctx.role]),
            ("Signalée le", instant(ctx.maintenant)),
        )
        return "".join(f"{nom} : {valeur}\n" for nom, valeur in lignes)


class Courriel(msgspec.Struct, frozen=True, kw_only=True):
    """The mail, as it is shown before it leaves and as it leaves."""

    destinataire: str
    sujet: str
    texte: str
    repondre_a: str
    fichiers: tuple[FichierJoint, ...]


@functools.cache
def version() -> str:
    """Return the version of VieSion that runs."""
    return importlib.metadata.version("viesion")


def navigateur(agent: str) -> str:
    """Return « Firefox 128, Windows » of a User-Agent: what it says beyond that can tell a device from another."""
    lus = ((nom, re.search(motif, agent)) for nom, motif in _NAVIGATEURS)
    trouve = next((f"{nom} {lu[1]}" for nom, lu in lus if lu), "inconnu")
    systeme = next((nom for nom, motif in _SYSTEMES if re.search(motif, agent)), "système inconnu")
    return f"{trouve}, {systeme}"


def verifier(saisie: SaisieAnomalie) -> None:
    """Raise ErreurSaisie when the description is too short to help."""
    if len(saisie.description) < DESCRIPTION_MINIMALE:
        raise ErreurSaisie(
            {
                "description": "Décrivez l'anomalie en détail : ce que vous faisiez, ce que vous attendiez, ce qui "
                "s'est passé."
            }
        )


def nomme(texte: str, nom: str, prenom: str) -> bool:
    """Tell whether a text names a person: « Camille GARNIER » or « Garnier, Camille », whatever the accents."""
    mots, premier, second = f" {cle(texte)} ", cle(nom), cle(prenom)
    return bool(premier and second) and (f" {premier} {second} " in mots or f" {second} {premier} " in mots)


def composer(ctx: Contexte, saisie: SaisieAnomalie, technique: Technique, assistance: str, repondre_a: str) -> Courriel:
    """Return the mail: the description, the number of the dossier, who may be answered; then the attachments."""
    dossier = f"Exemple de dossier : n° {saisie.numero}" if saisie.numero else "Exemple de dossier : aucun"
    annoncees = "capture d'écran et fiche technique" if saisie.capture else "fiche technique"
    texte = "\n\n".join(
        (
            "Anomalie signalée depuis VieSion.",
            saisie.description,
            dossier,
            f"Pièces jointes : {annoncees}.",
            f"Signalée par {ctx.nom}. Répondre à : {repondre_a}",
        )
    )
    fichiers = [FichierJoint(nom="technique.txt", type_mime="text/plain", contenu=technique.texte(ctx).encode())]
    if saisie.capture:
        fichiers.insert(0, FichierJoint(**msgspec.structs.asdict(saisie.capture)))
    return Courriel(
        destinataire=assistance,
        sujet=f"Anomalie VieSion, {_jour(ctx.maintenant)} : {_resume(saisie.description)}",
        texte=f"{texte}\n",
        repondre_a=repondre_a,
        fichiers=tuple(fichiers),
    )


def _jour(moment: dt.datetime) -> str:
    return f"{moment.astimezone(PARIS):%d/%m/%Y}"


def _resume(description: str) -> str:
    """Return the beginning of the description on one line."""
    ligne = " ".join(description.split())
    return ligne if len(ligne) <= 60 else f"{ligne[:60].rsplit(' ', 1)[0]}…"
