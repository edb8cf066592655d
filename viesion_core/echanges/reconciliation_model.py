"""The reconciliation of a night: what each flow received and sent in a day, what does not agree and where it is mended.

Pure: the counts come from `reconciliation.py`, the sentences are said here.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec

from viesion_core.echanges.envois_model import EtatEnvoi
from viesion_core.formats import date, nombre

ATTENTE_REPONSE = dt.timedelta(days=3)
"""After how long a message without an answer is a discrepancy."""
ATTENTE_DEPART = dt.timedelta(days=1)
"""After how long a message that could not leave is one."""
ATTENTE_FICHIER = dt.timedelta(hours=1)
"""After how long a file laid, begun or to be written is one."""
DOSSIERS_NOMMES = 50
"""How many dossiers a discrepancy names; it counts the others."""


class Ecart(msgspec.Struct, frozen=True, kw_only=True):
    """What does not agree: a sentence, the address where it is mended ("" when the sentence says what to do).

    `dossiers`: the numbers of the dossiers that it is about, the first ones.
    """

    texte: str
    lien: str = ""
    geste: str = ""
    dossiers: tuple[int, ...] = ()


class FluxDuJour(msgspec.Struct, frozen=True, kw_only=True):
    """The lines of a flow received in a day."""

    emetteur: str
    flux: str
    fichiers: int
    recues: int
    creees: int
    modifiees: int
    ignorees: int
    rejetees: int

    @property
    def equilibre(self) -> bool:
        """Whether received = created + modified + ignored + rejected."""
        return self.recues == self.creees + self.modifiees + self.ignorees + self.rejetees

    @property
    def phrase(self) -> str:
        """« SOLIS ALLOC : 12 lignes reçues = 3 créées + 9 modifiées + 0 ignorée + 0 rejetée (1 fichier) »."""
        signe = "=" if self.equilibre else "≠"
        return (
            f"{self.emetteur} {self.flux} : {compter(self.recues, 'ligne reçue', 'lignes reçues')} {signe} "
            f"{compter(self.creees, 'créée', 'créées')} + {compter(self.modifiees, 'modifiée', 'modifiées')} + "
            f"{compter(self.ignorees, 'ignorée', 'ignorées')} + {compter(self.rejetees, 'rejetée', 'rejetées')} "
            f"({compter(self.fichiers, 'fichier', 'fichiers')})"
        )


class Reconciliation(msgspec.Struct, frozen=True, kw_only=True):
    """The report of a night."""

    jour: dt.date
    faite_le: dt.datetime
    recus: tuple[FluxDuJour, ...] = ()
    ecarts: tuple[Ecart, ...] = ()

    @property
    def titre(self) -> str:
        """« Réconciliation du 25/11/2026 : 2 écarts »."""
        trouves = compter(len(self.ecarts), "écart", "écarts") if self.ecarts else "aucun écart"
        return f"Réconciliation du {date(self.jour)} : {trouves}"


def compter(combien: int, un: str, plusieurs: str) -> str:
    """Return « 1 ligne », « 1 234 lignes »; nothing counted is singular in French."""
    return f"{nombre(combien)} {un if combien < 2 else plusieurs}"


def fichier_inacheve(li: dict[str, Any]) -> Ecart:
    """A file whose lines are not all carried out."""
    faites = compter(li["curseur"], "ligne faite", "lignes faites")
    texte = f"Le fichier {li['nom']} n'est pas fini : {faites} sur {nombre(li['recues'])}."
    return Ecart(
        texte=f"{texte} Il reprend où il en est dès qu'il est dans « in ».", lien="/echanges#fichiers", geste="Le voir"
    )


def fichier_depose(nom: str, complet: bool) -> Ecart:
    """A file that waits in « in »."""
    if complet:
        return Ecart(texte=f"Le fichier {nom} attend dans « in » : demandez à l'émetteur celui qui le précède.")
    return Ecart(texte=f"Le fichier {nom} attend dans « in » son fichier de contrôle (.ctl).")


def rangs_manquants(li: dict[str, Any]) -> Ecart:
    """Ranks that never came, before a stock that took their place."""
    premier, dernier = li["precedent"] + 1, li["seq"] - 1
    rangs = f"le rang {premier} n'a" if premier == dernier else f"les rangs {premier} à {dernier} n'ont"
    texte = f"{li['emetteur']} {li['flux']} : {rangs} pas été reçu{'s' if premier < dernier else ''}"
    return Ecart(
        texte=f"{texte} ; le stock de rang {li['seq']} a remis les dossiers à jour.",
        lien="/echanges#fichiers",
        geste="Voir les fichiers",
    )


def envois_en_souffrance(li: dict[str, Any]) -> Ecart:
    """Messages of a flow in one state, for too long."""
    debut, depuis = f"{li['flux']} : ", f"le plus ancien du {date(li['ancien'])}."
    combien = int(li["nombre"])
    if li["etat"] == EtatEnvoi.ENVOYE:
        quoi = compter(combien, "message parti", "messages partis")
        texte = f"{debut}{quoi} depuis plus de {ATTENTE_REPONSE.days} jours sans réponse, {depuis}"
        return Ecart(texte=texte, lien="/echanges/envois?etat=envoyes", geste="Voir les messages")
    if li["etat"] == EtatEnvoi.A_ENVOYER:
        quoi = compter(combien, "message n'a pas pu partir", "messages n'ont pas pu partir")
        return Ecart(
            texte=f"{debut}{quoi}, {depuis}", lien="/echanges/envois?etat=a-envoyer", geste="Voir les messages"
        )
    quoi = compter(combien, "message refusé attend", "messages refusés attendent")
    return Ecart(texte=f"{debut}{quoi} votre décision, {depuis}", lien="/echanges/envois", geste="Renvoyer")


def rejets_ouverts(li: dict[str, Any]) -> Ecart:
    """Refused lines of a flow that nobody has decided on."""
    quoi = compter(int(li["nombre"]), "ligne refusée attend", "lignes refusées attendent")
    texte = f"{li['flux']} : {quoi} une décision, la plus ancienne du {date(li['ancien'])}."
    return Ecart(texte=texte, lien="/echanges", geste="Traiter les rejets")


def absents_du_stock(lignes: Sequence[dict[str, Any]]) -> list[Ecart]:
    """People followed here, their right open, whom the latest stock of their flow leaves out; nothing is closed."""
    par_flux: dict[tuple[str, int, int], list[int]] = {}
    for li in lignes:
        par_flux.setdefault((li["flux"], li["seq"], int(li["nombre"])), []).append(li["numero"])
    return [
        Ecart(
            texte=f"{flux} : le stock de rang {seq} ne cite pas "
            f"{compter(total, 'allocataire suivi', 'allocataires suivis')} dont le droit est ouvert.",
            dossiers=tuple(numeros),
        )
        for (flux, seq, total), numeros in par_flux.items()
    ]
