"""The writing of a batch of commands: one act, its revisions and its line of the journal per person, set by set.

An act per line keeps the history, the provenance and « tel que connu le » of each dossier as true as for a typed one;
the rows of the whole batch go in a few statements, inside the transaction that also moves the file on.
"""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any

import msgspec

from viesion_core.actes.suivi import Suivi
from viesion_core.contexte import Contexte
from viesion_core.db import base_courante, executer_lot, inserer_lot, inserer_rangees, lire, lire_valeur
from viesion_core.dossiers.indexation import indexer, indexer_nouvelles, lignes_recherche
from viesion_core.dossiers.model import ACCOMP_RSA, SaisieIdentite, nom_en_usage
from viesion_core.dossiers.tables import Beneficiaire, EntreeDispositif
from viesion_core.echanges.nir import Nir
from viesion_core.nomenclatures.model import cle

DU_PARTENAIRE = (
    "civilite",
    "nom_naissance",
    "nom_usage",
    "prenom",
    "date_naissance",
    "adresse",
    "code_postal",
    "commune",
    "organisme_payeur",
    "matricule",
    "role_foyer",
    "numero_demande",
    "date_demande",
    "date_ouverture",
    "etat_droit",
    "soumis_droits_devoirs",
)
"""What the partner owns: civil status, address, right. The rest is VieSion's, given at the creation only."""
_ECRITES = (*DU_PARTENAIRE, "id_individu", "nom_cle", "prenom_cle", "version")
_NOMS = ("nom_naissance", "nom_usage", "prenom")
_CIVIL = frozenset({"civilite", *_NOMS, "date_naissance"})
_ADRESSE = frozenset({"adresse", "code_postal", "commune"})


class Lot:
    """The rows of a batch, before they are written."""

    def __init__(self, ctx: Contexte, source: str) -> None:
        self.ctx = ctx
        self.source = source
        self._nouvelles: list[tuple[dict[str, Any], dt.date, Nir]] = []
        self._changees: list[tuple[Mapping[str, Any], dict[str, Any], list[str]]] = []
        self.nirs: list[tuple[int, str, str]] = []
        self.numeros: list[int] = []
        """The numbers of the new dossiers, in order, once written."""

    def creer(self, identite: SaisieIdentite, id_individu: str, nir: Nir, jour: str = "") -> None:
        """Open a dossier: the person and the entry into Accomp RSA, on `jour` (ISO), else the opening of the right."""
        ligne = {
            **msgspec.structs.asdict(identite),
            **_cles(identite.nom_usage or identite.nom_naissance, identite.prenom),
            "id_individu": id_individu or None,
            "source": self.source,
            "created_at": self.ctx.maintenant,
            "version": 1,
        }
        entree = identite.date_ouverture or identite.date_demande or self.ctx.aujourdhui
        entree = dt.date.fromisoformat(jour) if jour else entree
        self._nouvelles.append((ligne, entree, nir))

    def modifier(self, avant: Mapping[str, Any], identite: SaisieIdentite, id_individu: str, nir: Nir) -> bool:
        """Bring the partner's fields of a dossier up to date; False when nothing differs."""
        donnees = msgspec.structs.asdict(identite)
        valeurs = {c: donnees[c] for c in DU_PARTENAIRE if donnees[c] not in ("", None)}
        return self._changer(avant, {**valeurs, **_connu(id_individu)}, nir)

    def fermer(self, avant: Mapping[str, Any], etat: str, id_individu: str) -> bool:
        """Flag the end of the right; nothing is erased, the accompaniment goes on until a référent ends it."""
        return self._changer(avant, {"etat_droit": etat, **_connu(id_individu)}, Nir())

    def _changer(self, avant: Mapping[str, Any], valeurs: Mapping[str, Any], nir: Nir) -> bool:
        if nir.empreinte:
            self.nirs.append((avant["numero"], *nir))
        champs = [c for c, valeur in valeurs.items() if avant[c] != valeur]
        if not champs:
            return False
        apres = {**avant, **valeurs, "version": avant["version"] + 1}
        apres |= _cles(apres["nom_usage"] or apres["nom_naissance"], apres["prenom"])
        self._changees.append((avant, apres, champs))
        return True

    async def ecrire(self) -> None:
        """Write everything, inside the open transaction; threads make the next rows while the engine takes some."""
        suivi = Suivi(self.ctx)
        personnes, entrees = await self._ouvrir(suivi)
        noms = [(li["numero"], *(li[c] for c in _NOMS)) for li in personnes]
        mots = asyncio.create_task(asyncio.to_thread(lignes_recherche, noms))
        self.numeros = [personne["numero"] for personne in personnes]
        recit = asyncio.create_task(asyncio.to_thread(self._raconter, suivi, personnes, entrees))
        try:
            await self._inserer(personnes, entrees, mots)
        finally:
            await asyncio.gather(mots, recit)
        await suivi.ecrire()

    async def _ouvrir(self, suivi: Suivi) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Return the rows of the new people and of their entries."""
        personnes, entrees = [], []
        numeros = await _numeros(len(self._nouvelles))
        for (ligne, debut, _), numero in zip(self._nouvelles, numeros, strict=True):
            personnes.append({"numero": numero, **ligne})
            entrees.append(
                {
                    "id": suivi.cle(), "beneficiaire": numero, "dispositif": ACCOMP_RSA, "debut": debut, "fin": None,
                    "motif_fin": "", "commentaire": "", "version": 1,
                }
            )  # fmt: skip
        return personnes, entrees

    def _raconter(
        self, suivi: Suivi, personnes: Sequence[Mapping[str, Any]], entrees: Sequence[Mapping[str, Any]]
    ) -> None:
        for personne, entree in zip(personnes, entrees, strict=True):
            numero = personne["numero"]
            nom = f"{nom_en_usage(personne['nom_naissance'], personne['nom_usage'])} {personne['prenom']}"
            acte = suivi.acte("dossier.ouvrir", f"Ouverture du dossier de {nom}", numero)
            suivi.revision(acte, 0, "beneficiaire", numero, None, personne)
            suivi.revision(acte, 1, "entree_dispositif", entree["id"], None, entree)
            suivi.evenement(acte, "dossier_ouvert", {"beneficiaire": numero})
        for avant, apres, champs in self._changees:
            numero = avant["numero"]
            acte = suivi.acte("dossier.modifier", _libelle(champs), numero)
            suivi.revision(acte, 0, "beneficiaire", numero, avant, apres)
            suivi.evenement(acte, "dossier_modifie", {"beneficiaire": numero, "champs": sorted(champs)})

    async def _inserer(
        self,
        personnes: Sequence[Mapping[str, Any]],
        entrees: Sequence[Mapping[str, Any]],
        mots: Awaitable[Sequence[dict[str, Any]]],
    ) -> None:
        await inserer_lot(Beneficiaire, personnes)
        await inserer_lot(EntreeDispositif, entrees)
        await executer_lot(
            f"UPDATE beneficiaire SET {', '.join(f'{c} = {{}}' for c in _ECRITES)} WHERE numero = {{}}",
            [(*(apres[c] for c in _ECRITES), avant["numero"]) for avant, apres, _ in self._changees],
        )
        await indexer_nouvelles(await mots)
        renommees = [apres for _, apres, champs in self._changees if any(c in champs for c in _NOMS)]
        await indexer([(li["numero"], *(li[c] for c in _NOMS)) for li in renommees])
        nouvelles = zip(personnes, self._nouvelles, strict=True)
        connus = [(li["numero"], *nir) for li, (_, _, nir) in nouvelles if nir.empreinte]
        await inserer_rangees("echange_nir", ("beneficiaire", "empreinte", "chiffre"), connus)
        await executer_lot(
            """INSERT INTO echange_nir (beneficiaire, empreinte, chiffre) VALUES ({}, {}, {})
            ON CONFLICT (beneficiaire) DO UPDATE SET empreinte = excluded.empreinte, chiffre = excluded.chiffre""",
            self.nirs,
        )


async def _numeros(nombre: int) -> Sequence[int]:
    """Take so many numbers of dossiers, as the engine would have given them."""
    if not nombre:
        return []
    if base_courante().dialecte == "postgresql":
        requete = """SELECT nextval(pg_get_serial_sequence('beneficiaire', 'numero'))::int AS n
            FROM generate_series(1, {}::int)"""
        return [ligne["n"] for ligne in await lire(requete, nombre)]
    dernier = int(await lire_valeur("SELECT coalesce(max(numero), 0) FROM beneficiaire"))
    return range(dernier + 1, dernier + 1 + nombre)


def _connu(id_individu: str) -> dict[str, str]:
    """Return the identifier to write; nothing from a sender that does not know it."""
    return {"id_individu": id_individu} if id_individu else {}


def _cles(nom: str, prenom: str) -> dict[str, str]:
    return {"nom_cle": cle(nom)[:80], "prenom_cle": cle(prenom)[:80]}


def _libelle(champs: Sequence[str]) -> str:
    """Return what the history says was changed: the kind of thing, not its value."""
    if set(champs) <= _ADRESSE:
        return "Adresse modifiée"
    if set(champs) <= _CIVIL:
        return "Identité modifiée"
    if set(champs) == {"id_individu"}:
        return "Rapproché de Solis"
    if "etat_droit" in champs and set(champs) <= {"etat_droit", "id_individu"}:
        return "Droit RSA modifié"
    return "Droit RSA modifié" if not set(champs) & (_CIVIL | _ADRESSE) else "Identité et droit modifiés"
