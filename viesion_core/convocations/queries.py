"""Reads of convocations: what a screen shows of a person's, and what the worker has to send."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from viesion_core.acces.perimetre import condition_perimetre
from viesion_core.contexte import Contexte
from viesion_core.convocations.model import ANNULES, Envoi, RendezVousDemain
from viesion_core.db import convertir, lire, lire_un, lire_valeur
from viesion_core.entretiens.model import PREVU

LIMITE = 100
"""Mails prepared in one turn of the worker."""


class Accord(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the person takes convocations and reminders by mail: her address ("" when none is known), since when."""

    courriel: str
    recueilli_le: dt.datetime | None = None
    version: int = 0

    @property
    def complet(self) -> bool:
        """Whether a mail can leave."""
        return bool(self.courriel) and self.recueilli_le is not None


class ConvocationVue(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a convocation: asked for, left, cancelled."""

    entretien: uuid.UUID
    demandee_le: dt.datetime
    partie_le: dt.datetime | None
    annulee: bool
    sequence: int


async def accord_de(ctx: Contexte, numero: int) -> Accord:
    """Return the agreement of a person in the perimeter; without any, one that is empty."""
    condition, parametres = condition_perimetre(ctx)
    ligne = await lire_un(
        f"""SELECT b.courriel, a.recueilli_le, coalesce(a.version, 0) AS version
        FROM beneficiaire b LEFT JOIN accord_courriel a ON a.beneficiaire = b.numero
        WHERE b.numero = {{}} AND {condition}""",
        numero,
        *parametres,
    )
    return convertir(Accord, ligne) if ligne else Accord(courriel="")


async def convocations_de(ctx: Contexte, numero: int) -> dict[uuid.UUID, ConvocationVue]:
    """Return the convocations by mail of a person, by entretien; the latest 200."""
    condition, parametres = condition_perimetre(ctx, "c.beneficiaire")
    lignes = await lire(
        f"""SELECT c.entretien, c.demandee_le, c.partie_le, c.annulee, c.sequence FROM convocation c
        WHERE c.beneficiaire = {{}} AND {condition} ORDER BY c.demandee_le DESC LIMIT 200""",
        numero,
        *parametres,
    )
    return {ligne["entretien"]: convertir(ConvocationVue, ligne) for ligne in lignes}


async def veut_un_rappel(ctx: Contexte) -> bool:
    """Whether the user has asked for the reminder of their own day."""
    return await lire_valeur("SELECT 1 FROM rappel_reglage WHERE utilisateur = {}", ctx.utilisateur) is not None


_OU = """o.nom AS organisme_nom, o.adresse, o.code_postal, o.commune, o.telephone, b.courriel,
    coalesce(k.adresse, '') AS seance_adresse, coalesce(k.titre, '') AS titre"""


async def convocations_a_tenir(maintenant: dt.datetime, calme: dt.datetime) -> list[Envoi]:
    """Return the convocations to come that have not left, or say something else than their entretien, `LIMITE` at most.

    An entretien changed after `calme` waits: its change may be undone. One that is postponed and replaced is a move.
    """
    lignes = await lire(
        f"""SELECT c.entretien, c.beneficiaire, c.uid, c.sequence, c.debut AS avant, c.duree AS duree_avant,
            c.lieu AS lieu_avant, c.partie_le, c.version, e.id AS present, e.debut, e.duree, e.lieu, e.vecteur,
            e.realisation, s.id AS suivant, s.debut AS s_debut, s.duree AS s_duree, s.lieu AS s_lieu,
            s.vecteur AS s_vecteur, {_OU}, a.beneficiaire IS NOT NULL AS accepte
        FROM convocation c JOIN beneficiaire b ON b.numero = c.beneficiaire JOIN organisme o ON o.id = c.organisme
            LEFT JOIN accord_courriel a ON a.beneficiaire = c.beneficiaire
            LEFT JOIN entretien e ON e.id = c.entretien
            LEFT JOIN entretien s ON s.reporte_de = e.id AND s.realisation = '{PREVU}'
            LEFT JOIN creneau k ON k.id = CASE WHEN s.id IS NULL THEN e.creneau ELSE s.creneau END
        WHERE NOT c.annulee AND c.debut > {{}} AND c.demandee_le <= {{}}
            AND coalesce(s.modifie_le, e.modifie_le, c.demandee_le) <= {{}}
            AND (c.partie_le IS NULL OR e.id IS NULL OR e.realisation IN ('REPORTE', 'ANNULE_STR')
                OR (e.realisation = '{PREVU}' AND (e.debut <> c.debut OR e.duree <> c.duree OR e.lieu <> c.lieu
                    OR coalesce(k.adresse, '') <> c.adresse OR coalesce(k.titre, '') <> c.titre)))
        ORDER BY c.debut, c.entretien LIMIT {{}}""",
        maintenant,
        calme,
        calme,
        LIMITE,
    )
    return [_envoi(ligne) for ligne in lignes]


async def rendez_vous_a_rappeler(debut: dt.datetime, fin: dt.datetime) -> list[RendezVousDemain]:
    """Return the entretiens between two instants whose person agreed and has not been reminded, `LIMITE` at most."""
    lignes = await lire(
        f"""SELECT e.id AS entretien, e.debut, e.duree, e.lieu, e.vecteur, e.type, {_OU}
        FROM entretien e JOIN accord_courriel a ON a.beneficiaire = e.beneficiaire
            JOIN beneficiaire b ON b.numero = e.beneficiaire JOIN organisme o ON o.id = e.organisme
            LEFT JOIN creneau k ON k.id = e.creneau
            LEFT JOIN rappel_personne r ON r.entretien = e.id AND r.debut = e.debut
        WHERE e.realisation = '{PREVU}' AND e.debut >= {{}} AND e.debut < {{}} AND b.courriel <> ''
            AND r.entretien IS NULL
        ORDER BY e.debut, e.id LIMIT {{}}""",
        debut,
        fin,
        LIMITE,
    )
    return [
        convertir(RendezVousDemain, {**ligne, "adresse": ligne["seance_adresse"], "organisme_adresse": _adresse(ligne)})
        for ligne in lignes
    ]


async def journees_a_rappeler(
    jour: dt.date, debut: dt.datetime, fin: dt.datetime
) -> dict[uuid.UUID, Sequence[dict[str, Any]]]:
    """Return the entretiens of a day by référent, for those who asked for the reminder and have not had that day's."""
    lignes = await lire(
        f"""SELECT u.id AS utilisateur, u.courriel, e.debut, e.duree, e.type, e.creneau, k.capacite, k.titre
        FROM rappel_reglage g JOIN utilisateur u ON u.id = g.utilisateur
            JOIN entretien e ON e.collaborateur = u.id
            LEFT JOIN creneau k ON k.id = e.creneau
            LEFT JOIN rappel_referent r ON r.utilisateur = u.id AND r.jour = {{}}
        WHERE u.actif AND u.role IN ('referent', 'directeur') AND e.realisation = '{PREVU}' AND e.debut >= {{}}
            AND e.debut < {{}} AND r.utilisateur IS NULL
        ORDER BY e.debut, e.id LIMIT 20000""",
        jour,
        debut,
        fin,
    )
    journees: dict[uuid.UUID, list[dict[str, Any]]] = {}
    for ligne in lignes:
        journees.setdefault(ligne["utilisateur"], []).append(ligne)
    return {qui: journees[qui] for qui in list(journees)[:LIMITE]}


def _envoi(ligne: dict[str, Any]) -> Envoi:
    remplace = ligne["realisation"] == "REPORTE" and ligne["suivant"] is not None
    present = ligne["present"] is not None
    annule = not present or (ligne["realisation"] in ANNULES and not remplace)
    if remplace:
        nouveau = {champ: ligne[f"s_{champ}"] for champ in ("debut", "duree", "lieu", "vecteur")}
    elif present and not annule:
        nouveau = {champ: ligne[champ] for champ in ("debut", "duree", "lieu", "vecteur")}
    else:
        nouveau = {"debut": ligne["avant"], "duree": ligne["duree_avant"], "lieu": ligne["lieu_avant"], "vecteur": ""}
    deja = ligne["partie_le"] is not None
    return Envoi(
        entretien=ligne["entretien"],
        beneficiaire=ligne["beneficiaire"],
        uid=ligne["uid"],
        sequence=ligne["sequence"],
        **nouveau,
        adresse=ligne["seance_adresse"],
        titre=ligne["titre"],
        organisme_nom=ligne["organisme_nom"],
        organisme_adresse=_adresse(ligne),
        telephone=ligne["telephone"],
        courriel=ligne["courriel"],
        accepte=bool(ligne["accepte"]),
        version=ligne["version"],
        avant=ligne["avant"] if deja else None,
        annule=annule,
        suivant=ligne["suivant"] if remplace else None,
    )


def _adresse(ligne: dict[str, Any]) -> str:
    ville = " ".join(morceau for morceau in (ligne["code_postal"], ligne["commune"]) if morceau)
    return ", ".join(morceau for morceau in (ligne["adresse"], ville) if morceau)
