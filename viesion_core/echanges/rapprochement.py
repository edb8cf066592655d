"""Who a line is about: by identifiant, then NIR and birth, then matricule, rôle and prénom; a name only suggests."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from viesion_core.db import Ligne, lire
from viesion_core.echanges.model import Commande
from viesion_core.nomenclatures.model import cle


class Rapprochement(msgspec.Struct, frozen=True):
    """The row of the person (None: nobody), or the dossier that may be theirs and that a person must look at."""

    ligne: Ligne | None = None
    candidat: int | None = None


def cles(commande: Commande) -> list[tuple[object, ...]]:
    """Return what makes two lines be about one person: a batch never holds two lines that share one of them."""
    p = commande.identite
    prenom = cle(p.prenom)
    trouvees: list[tuple[object, ...]] = [("id", commande.id_individu)]
    if commande.nir:
        trouvees.append(("nir", commande.nir))
    if p.matricule:
        trouvees.append(("matricule", p.matricule, p.role_foyer, prenom))
    trouvees += [("nom", cle(nom), prenom, p.date_naissance) for nom in {p.nom_naissance, p.nom_usage} if nom]
    return trouvees


async def rapprocher(commandes: Sequence[Commande], empreintes: Sequence[str]) -> list[Rapprochement]:
    """Return, for each command, whose it is: four readings for the whole batch."""
    par_id = {li["id_individu"]: li for li in await _lire("id_individu", [c.id_individu for c in commandes])}
    reste = [i for i, c in enumerate(commandes) if c.id_individu not in par_id]
    par_nir: dict[str, list[Ligne]] = {}
    for li in (
        await lire(
            f"""SELECT e.empreinte AS empreinte_nir, b.* FROM echange_nir e
            JOIN beneficiaire b ON b.numero = e.beneficiaire
        WHERE e.empreinte IN ({_marques(reste)})""",
            *(empreintes[i] for i in reste),
        )
        if reste
        else []
    ):
        par_nir.setdefault(li.pop("empreinte_nir"), []).append(li)
    par_matricule: dict[tuple[Any, ...], list[Ligne]] = {}
    matricules = {commandes[i].identite.matricule for i in reste} - {""}
    for li in await _lire("matricule", matricules):
        par_matricule.setdefault((li["matricule"], li["role_foyer"], li["prenom_cle"]), []).append(li)
    par_nom = await _par_nom([commandes[i] for i in reste])
    return [
        Rapprochement(par_id[c.id_individu])
        if c.id_individu in par_id
        else _choisir(c, par_nir.get(empreintes[i], []) if empreintes[i] else [], par_matricule, par_nom)
        for i, c in enumerate(commandes)
    ]


def _choisir(
    c: Commande,
    du_nir: list[Ligne],
    par_matricule: dict[tuple[Any, ...], list[Ligne]],
    par_nom: dict[tuple[Any, ...], int],
) -> Rapprochement:
    p = c.identite
    du_matricule = par_matricule.get((p.matricule, p.role_foyer, cle(p.prenom)), []) if p.matricule else []
    for trouvees in (du_nir, du_matricule):
        if not trouvees:
            continue
        sure = len(trouvees) == 1 and trouvees[0]["date_naissance"] == p.date_naissance
        if sure and trouvees[0]["id_individu"] is None:
            return Rapprochement(trouvees[0])
        return Rapprochement(candidat=trouvees[0]["numero"])
    for nom in (p.nom_naissance, p.nom_usage):
        numero = par_nom.get((cle(nom), cle(p.prenom), p.date_naissance)) if nom else None
        if numero is not None:
            return Rapprochement(candidat=numero)
    return Rapprochement()


async def _par_nom(commandes: Sequence[Commande]) -> dict[tuple[Any, ...], int]:
    """Return the dossiers by (name, first name, birth), under both names of the person."""
    if not commandes:
        return {}
    jours = {c.identite.date_naissance for c in commandes}
    prenoms = {cle(c.identite.prenom) for c in commandes}
    trouves: dict[tuple[Any, ...], int] = {}
    for li in await lire(
        f"""SELECT numero, nom_naissance, nom_usage, prenom_cle, date_naissance FROM beneficiaire
        WHERE date_naissance IN ({_marques(jours)}) AND prenom_cle IN ({_marques(prenoms)}) ORDER BY numero DESC""",
        *jours,
        *prenoms,
    ):
        for nom in (li["nom_naissance"], li["nom_usage"]):
            if nom:
                trouves[(cle(nom), li["prenom_cle"], li["date_naissance"])] = li["numero"]
    return trouves


async def _lire(colonne: str, valeurs: Iterable[str]) -> list[Ligne]:
    liste = list(valeurs)
    if not liste:
        return []
    return await lire(f"SELECT * FROM beneficiaire WHERE {colonne} IN ({_marques(liste)})", *liste)


def _marques(valeurs: Iterable[Any]) -> str:
    return ", ".join("{}" for _ in valeurs)
