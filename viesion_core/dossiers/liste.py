"""« Gestion → Bénéficiaires »: a page of the list in three queries, whatever its size.

The count starts from the narrowest set (a search, a portfolio, a perimeter…); the page from the same one, or, when
it is large, from the index of the sort, whose first lines are enough. Only the lines shown are then dressed.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from viesion_core.acces.perimetre import condition_perimetre
from viesion_core.contexte import Contexte
from viesion_core.db import convertir, lire, lire_valeur
from viesion_core.dossiers.model_caracteristiques import codes_requis
from viesion_core.dossiers.model_liste import PAR_PAGE, Filtres, LigneBeneficiaire
from viesion_core.dossiers.recherche import numeros_trouves

TRIS = {
    "nom": "b.nom_cle, b.prenom_cle, b.numero",
    "-nom": "b.nom_cle DESC, b.prenom_cle DESC, b.numero DESC",
    "naissance": "b.date_naissance, b.nom_cle, b.numero",
    "-naissance": "b.date_naissance DESC, b.nom_cle DESC, b.numero DESC",
    "numero": "b.numero",
    "-numero": "b.numero DESC",
}
"""The sorts that an index serves; any other name is the sort by name."""
_GRAND = 2_000

_REQUISES = len(codes_requis())
_OUVERTE = "e.beneficiaire = {cle} AND e.fin_reelle IS NULL"
_LIGNE = f"""SELECT b.numero, b.civilite, b.nom_naissance, b.nom_usage, b.prenom, b.date_naissance, b.etat_droit,
    coalesce(c.nom, '') AS commune,
    (SELECT d.debut FROM entree_dispositif d WHERE d.beneficiaire = b.numero AND d.fin IS NULL
        ORDER BY d.debut DESC LIMIT 1) AS entree,
    coalesce((SELECT o.nom || ' - ' || e.offre FROM etape e JOIN organisme o ON o.id = e.organisme
        WHERE {_OUVERTE.format(cle="b.numero")} ORDER BY e.debut_reel DESC LIMIT 1), '') AS etape,
    coalesce((SELECT e.offre FROM etape e
        WHERE {_OUVERTE.format(cle="b.numero")} ORDER BY e.debut_reel DESC LIMIT 1), '') AS offre,
    (SELECT count(*) FROM etape e WHERE {_OUVERTE.format(cle="b.numero")}) AS etapes_ouvertes,
    (SELECT k.fin FROM contrat k WHERE k.beneficiaire = b.numero ORDER BY k.fin DESC LIMIT 1) AS contrat_fin,
    (SELECT x.debut FROM entretien x WHERE x.beneficiaire = b.numero AND x.realisation = 'PREVU'
        AND x.debut >= {{}} ORDER BY x.debut LIMIT 1) AS entretien_a_venir,
    (SELECT x.debut FROM entretien x WHERE x.beneficiaire = b.numero AND x.realisation = 'PREVU'
        AND x.debut < {{}} ORDER BY x.debut LIMIT 1) AS entretien_a_realiser,
    {_REQUISES} - coalesce((SELECT v.requises FROM caracteristique_compte v
        WHERE v.beneficiaire = b.numero), 0) AS caracteristiques_manquantes"""


class _Critere(msgspec.Struct, frozen=True, kw_only=True):
    """A filter: its condition on the dossier number `{cle}` (on the person's row `b` when `personne`).

    `condition` "": the perimeter says it already. `source`: the same set read directly, a query whose column is
    `numero`; "" when there is no narrow one.
    """

    condition: str
    parametres: list[Any]
    source: str = ""
    personne: bool = False


async def beneficiaires_page(
    ctx: Contexte, filtres: Filtres, *, page: int = 1, par_page: int = PAR_PAGE, tri: str = "nom"
) -> tuple[list[LigneBeneficiaire], int]:
    """Return a page of the people of the perimeter that the filters keep, and how many they are.

    Each row carries its référents, open étape, end of contract, next entretien, and its `prochain_acte`. The
    sort is one of `TRIS`. A `recherche` keeps the people that the « Recherche globale » finds (200 at most).
    """
    criteres = _criteres(ctx, filtres)
    if filtres.recherche.strip():
        numeros = await numeros_trouves(ctx, filtres.recherche)
        if not numeros:
            return [], 0
        criteres.insert(0, _parmi(numeros))
    requete, parametres = _compter(ctx, criteres)
    total = int(await lire_valeur(requete, *parametres))
    if (page - 1) * par_page >= total:
        return [], total
    requete, parametres = _numeros(ctx, criteres, grand=total > _GRAND)
    ordre = TRIS.get(tri, TRIS["nom"])
    lignes = await lire(
        f"""{_LIGNE} FROM ({requete} ORDER BY {ordre} LIMIT {{}} OFFSET {{}}) t
        JOIN beneficiaire b ON b.numero = t.numero LEFT JOIN commune c ON c.code_insee = b.commune ORDER BY {ordre}""",
        ctx.maintenant,
        ctx.maintenant,
        *parametres,
        par_page,
        (page - 1) * par_page,
    )
    return await _avec_referents(ctx, lignes), total


def _criteres(ctx: Contexte, filtres: Filtres) -> list[_Critere]:
    """Return what the filters ask, the narrowest source first."""
    jour = ctx.aujourdhui
    voulus = [
        (filtres.referent is not None, _du_referent(filtres.referent, jour)),
        (ctx.organisme is not None and not ctx.departement, _de_l_organisme(ctx)),
        (bool(filtres.commune), _Critere(condition="b.commune = {}", parametres=[filtres.commune], personne=True)),
        (filtres.caracteristiques_manquantes, _CARACTERISTIQUES_MANQUANTES),
        (bool(filtres.offre), _de_l_offre(filtres.offre)),
        (filtres.active, _FILE_ACTIVE),
        (bool(filtres.secteur), _du_secteur(filtres.secteur)),
        (
            bool(filtres.etat_droit),
            _Critere(condition="b.etat_droit = {}", parametres=[filtres.etat_droit], personne=True),
        ),
        (filtres.sans_referent, _sans_referent(jour)),
        (filtres.sans_etape, _SANS_ETAPE),
        (filtres.sans_contrat, _sans_contrat(jour)),
        (filtres.sans_rendez_vous, _sans_rendez_vous(ctx.maintenant)),
        (filtres.contrat_termine, _contrat_termine(jour)),
    ]
    return [critere for voulu, critere in voulus if voulu]


def _du_referent(referent: uuid.UUID | None, jour: dt.date) -> _Critere:
    depuis = "FROM affectation a WHERE a.referent = {} AND a.debut <= {} AND (a.fin IS NULL OR a.fin >= {})"
    return _Critere(
        condition=f"EXISTS (SELECT 1 {depuis} AND a.beneficiaire = {{cle}})",
        parametres=[referent, jour, jour],
        source=f"SELECT DISTINCT a.beneficiaire AS numero {depuis}",
    )


def _de_l_organisme(ctx: Contexte) -> _Critere:
    """The perimeter read directly; its condition stays the one of `condition_perimetre`, applied besides."""
    return _Critere(
        condition="",
        parametres=[ctx.organisme],
        source="SELECT rt.beneficiaire AS numero FROM rattachement rt WHERE rt.organisme = {}",
    )


def _de_l_offre(offre: str) -> _Critere:
    return _Critere(
        condition=f"EXISTS (SELECT 1 FROM etape e WHERE {_OUVERTE} AND e.offre = {{}})",
        parametres=[offre],
        source="SELECT DISTINCT e.beneficiaire AS numero FROM etape e WHERE e.fin_reelle IS NULL AND e.offre = {}",
    )


def _du_secteur(secteur: str) -> _Critere:
    return _Critere(
        condition="b.commune IN (SELECT s.code_insee FROM commune s WHERE s.secteur = {})",
        parametres=[secteur],
        personne=True,
    )


def _sans_referent(jour: dt.date) -> _Critere:
    return _Critere(
        condition="""NOT EXISTS (SELECT 1 FROM affectation a WHERE a.beneficiaire = {cle}
            AND a.debut <= {} AND (a.fin IS NULL OR a.fin >= {}))""",
        parametres=[jour, jour],
    )


def _sans_contrat(jour: dt.date) -> _Critere:
    return _Critere(
        condition="NOT EXISTS (SELECT 1 FROM contrat k WHERE k.beneficiaire = {cle} AND k.fin >= {})",
        parametres=[jour],
    )


def _sans_rendez_vous(maintenant: dt.datetime) -> _Critere:
    return _Critere(
        condition="""NOT EXISTS (SELECT 1 FROM entretien x WHERE x.beneficiaire = {cle}
            AND x.realisation = 'PREVU' AND x.debut >= {})""",
        parametres=[maintenant],
    )


def _contrat_termine(jour: dt.date) -> _Critere:
    return _Critere(
        condition="(SELECT max(k.fin) FROM contrat k WHERE k.beneficiaire = {cle}) < {}",
        parametres=[jour],
    )


def _parmi(numeros: Sequence[int]) -> _Critere:
    marques = ", ".join("{}" for _ in numeros)
    return _Critere(
        condition=f"{{cle}} IN ({marques})",
        parametres=list(numeros),
        source=f"SELECT p.numero FROM beneficiaire p WHERE p.numero IN ({marques})",
    )


_FILE_ACTIVE = _Critere(
    condition="EXISTS (SELECT 1 FROM entree_dispositif d WHERE d.beneficiaire = {cle} AND d.fin IS NULL)",
    parametres=[],
    source="SELECT DISTINCT d.beneficiaire AS numero FROM entree_dispositif d WHERE d.fin IS NULL",
)
_SANS_ETAPE = _Critere(condition=f"NOT EXISTS (SELECT 1 FROM etape e WHERE {_OUVERTE})", parametres=[])
_CARACTERISTIQUES_MANQUANTES = _Critere(
    condition=f"""EXISTS (SELECT 1 FROM caracteristique_compte v
        WHERE v.beneficiaire = {{cle}} AND v.requises < {_REQUISES})""",
    parametres=[],
    source=f"SELECT v.beneficiaire AS numero FROM caracteristique_compte v WHERE v.requises < {_REQUISES}",
)
_TOUS = _Critere(condition="", parametres=[], source="SELECT p.numero FROM beneficiaire p")


def _compter(ctx: Contexte, criteres: Sequence[_Critere]) -> tuple[str, list[Any]]:
    """Return the query of the count, and its parameters: from the first source, the others as conditions."""
    depart, autres = _depart(criteres)
    personne = any(critere.personne for critere in autres)
    jointure = " JOIN beneficiaire b ON b.numero = n.numero" if personne else ""
    conditions, parametres = _conditions(ctx, autres, "n.numero")
    requete = f"SELECT count(*) AS total FROM ({depart.source}) n{jointure} WHERE {conditions}"
    return requete, [*depart.parametres, *parametres]


def _numeros(ctx: Contexte, criteres: Sequence[_Critere], *, grand: bool) -> tuple[str, list[Any]]:
    """Return the query of the numbers on `b`, without order; `grand`: along the index of the sort."""
    if grand:
        conditions, parametres = _conditions(ctx, criteres, "b.numero")
        return f"SELECT b.numero FROM beneficiaire b WHERE {conditions}", parametres
    depart, autres = _depart(criteres)
    conditions, parametres = _conditions(ctx, autres, "b.numero")
    requete = f"SELECT b.numero FROM ({depart.source}) n JOIN beneficiaire b ON b.numero = n.numero WHERE {conditions}"
    return requete, [*depart.parametres, *parametres]


def _depart(criteres: Sequence[_Critere]) -> tuple[_Critere, list[_Critere]]:
    depart = next((critere for critere in criteres if critere.source), _TOUS)
    return depart, [critere for critere in criteres if critere is not depart]


def _conditions(ctx: Contexte, criteres: Sequence[_Critere], cle: str) -> tuple[str, list[Any]]:
    perimetre, valeurs = condition_perimetre(ctx, cle)
    utiles = [critere for critere in criteres if critere.condition]
    conditions = [perimetre, *(critere.condition.replace("{cle}", cle) for critere in utiles)]
    return " AND ".join(conditions), [*valeurs, *(valeur for critere in utiles for valeur in critere.parametres)]


async def _avec_referents(ctx: Contexte, lignes: Sequence[dict[str, Any]]) -> list[LigneBeneficiaire]:
    """Return the rows with the names of their référents of the day, in one query for all."""
    rangees = [convertir(LigneBeneficiaire, ligne) for ligne in lignes]
    courants = await lire(
        f"""SELECT DISTINCT a.beneficiaire, a.nature, u.nom, u.prenom
        FROM affectation a JOIN utilisateur u ON u.id = a.referent
        WHERE a.beneficiaire IN ({", ".join("{}" for _ in rangees)})
            AND a.debut <= {{}} AND (a.fin IS NULL OR a.fin >= {{}})
        ORDER BY a.beneficiaire, a.nature DESC, u.nom, u.prenom""",
        *(rangee.numero for rangee in rangees),
        ctx.aujourdhui,
        ctx.aujourdhui,
    )
    noms: dict[int, dict[str, None]] = {}
    for courant in courants:
        noms.setdefault(courant["beneficiaire"], {})[f"{courant['prenom']} {courant['nom'].upper()}"] = None
    return [msgspec.structs.replace(rangee, referents=tuple(noms.get(rangee.numero, ()))) for rangee in rangees]
