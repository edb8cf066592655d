"""The file of refused lines: the columns of the flow, then why; corrected and laid in « in », it is taken as any file.

The secret columns leave it empty: a line that comes back without them is given those that were kept of it.
"""

import csv
import os
import pathlib
from collections.abc import Sequence

import msgspec

from viesion_core.db import lire_parmi
from viesion_core.echanges.coffre import dechiffrer
from viesion_core.echanges.comprehension import Recue, comprendre
from viesion_core.echanges.fichiers import Prise
from viesion_core.echanges.lecture import MOTIFS
from viesion_core.echanges.model import SECRETES, Commande, FichierVu, Flux
from viesion_core.echanges.nir import sceller_nir
from viesion_core.echanges.queries import rejets_a_corriger


async def ecrire_rejets(chemin: pathlib.Path, fichier: FichierVu, flux: Flux, cles: str) -> None:
    """Write the lines of a file that wait for a correction; `cles` decrypt them. Readable by the owner alone."""
    chemin.parent.mkdir(parents=True, exist_ok=True)
    provisoire = chemin.with_suffix(".part")
    descripteur = os.open(provisoire, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descripteur, "w", encoding="utf-8", newline="") as sortie:
        ecrivain = csv.writer(sortie, delimiter=";", lineterminator="\n")
        ecrivain.writerow((*flux.colonnes, *MOTIFS))
        dernier = 0
        while lignes := await rejets_a_corriger(fichier.id, dernier):
            for li in lignes:
                connues = {flux.cle: li["cle"], "id_message": li["id_message"]}
                valeurs = dechiffrer(li["ligne_chiffree"], cles) if li["ligne_chiffree"] else connues
                ligne = ["" if c in SECRETES else inerte(valeurs.get(c, "")) for c in flux.colonnes]
                colonne = flux.colonne(li["champ"]) or li["champ"]
                ecrivain.writerow((*ligne, fichier.nom, li["ligne"], li["code"], colonne, li["message"]))
            dernier = lignes[-1]["ligne"]
    provisoire.replace(chemin)


def inerte(texte: str) -> str:
    """Return a text that no spreadsheet takes for a formula; `lecture` takes the quote off when it comes back."""
    return f"'{texte}" if texte.startswith(("=", "+", "-", "@", "\t", "\r")) else texte


async def completer(prise: Prise, lot: Sequence[Recue], *, secret: str, cles: str) -> list[Recue]:
    """Give back to corrected lines what their refusal kept of the secret columns that they leave empty: one reading."""
    sans = {
        (r.element.sujet, str(r.element.id_message))
        for r in lot
        if isinstance(r.element, Commande) and not r.nir.chiffre
    }
    gardes = await lire_parmi(
        """SELECT r.cle, r.id_message, r.ligne_chiffree FROM {parmi} p
        CROSS JOIN echange_rejet r WHERE r.cle = p.v1 AND r.id_message = p.v2 AND r.flux = {}
            AND r.etat = 'A_TRAITER' AND r.ligne_chiffree <> ''""",
        sans,
        prise.flux.code,
    )
    gardees = {(li["cle"], li["id_message"]): dechiffrer(li["ligne_chiffree"], cles) for li in gardes}
    return [_completee(prise, r, gardees, secret, cles) for r in lot]


def _completee(prise: Prise, r: Recue, gardees: dict[tuple[str, str], dict[str, str]], secret: str, cles: str) -> Recue:
    gardee = gardees.get((r.element.sujet, str(r.element.id_message))) if isinstance(r.element, Commande) else None
    if gardee is None:
        return r
    ligne = {c: v or (gardee.get(c, "") if c in SECRETES else "") for c, v in r.ligne.items()}
    element = comprendre(r.rang, ligne, prise.flux, prise.ctx.aujourdhui)
    nir = sceller_nir(element.nir, secret=secret, cles=cles) if isinstance(element, Commande) else r.nir
    return Recue(r.rang, msgspec.Raw(msgspec.msgpack.encode(ligne)), element, nir)
