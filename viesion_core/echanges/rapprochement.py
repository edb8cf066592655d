"""Who a line is about: by identifiant, then NIR and birth, then matricule, rôle and prénom; a name only suggests."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from viesion_core.db import Ligne, lire_parmi
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
    trouvees: list[tuple[object, ...]] = [("id", commande.sujet)]
    if commande.nir:
        trouvees.append(("nir", commande.nir))
    if p.matricule:
        trouvees.append(("matricule", p.matricule, p.role_foyer, prenom))
    trouvees += [("nom", cle(nom), prenom, p.date_naissance) for nom in {p.nom_naissance, p.nom_usage} if nom]
    return trouvees


async def rapprocher(commandes: Sequence[Commande], empreintes: Sequence[str]) -> list[Rapprochement]:
    """Return, for each command, whose it is: four readings for the whole batch."""
    individus = [c.id_individu for c in commandes if c.id_individu]
    par_id = {li["id_individu"]: li for li in await _lire("b.id_individu", individus)}
    reste = [i for i, c in enumerate(commandes) if c.id_individu not in par_id]
    par_nir: dict[str, list[Ligne]] = {}
    for li in await lire_parmi(
        """SELECT e.empreinte AS empreinte_nir, b.* FROM {parmi} p CROSS JOIN echange_nir e
        JOIN beneficiaire b ON b.numero = e.beneficiaire WHERE e.empreinte = p.v1""",
        [(empreintes[i],) for i in reste if empreintes[i]],
    ):
        par_nir.setdefault(li.pop("empreinte_nir"), []).append(li)
    par_matricule: dict[tuple[Any, ...], list[Ligne]] = {}
    for li in await _lire("b.matricule", {commandes[i].identite.matricule for i in reste} - {""}):
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
        if sure and (not c.id_individu or trouvees[0]["id_individu"] is None):
            return Rapprochement(trouvees[0])
        return Rapprochement(candidat=trouvees[0]["numero"])
    for nom in (p.nom_naissance, p.nom_usage):
        numero = par_nom.get((cle(nom), cle(p.prenom), p.date_naissance)) if nom else None
        if numero is not None:
            return Rapprochement(candidat=numero)
    return Rapprochement()


async def _par_nom(commandes: Sequence[Commande]) -> dict[tuple[Any, ...], int]:
    """Return the dossiers by (name, first name, birth), under both names of the person."""
    trouves: dict[tuple[Any, ...], int] = {}
    for li in await lire_parmi(
        """SELECT b.numero, b.nom_naissance, b.nom_usage, b.prenom_cle, b.date_naissance
        FROM {parmi} p CROSS JOIN beneficiaire b WHERE b.date_naissance = p.v1 AND b.prenom_cle = p.v2
        ORDER BY b.numero DESC""",
        {(c.identite.date_naissance, cle(c.identite.prenom)) for c in commandes},
    ):
        for nom in (li["nom_naissance"], li["nom_usage"]):
            if nom:
                trouves[(cle(nom), li["prenom_cle"], li["date_naissance"])] = li["numero"]
    return trouves


async def _lire(colonne: str, valeurs: Collection[str]) -> list[Ligne]:
    return await lire_parmi(
        f"SELECT b.* FROM {{parmi}} p CROSS JOIN beneficiaire b WHERE {colonne} = p.v1", [(v,) for v in valeurs]
    )
