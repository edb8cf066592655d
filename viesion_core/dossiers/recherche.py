"""« Recherche globale »: nom, prénom, n° dossier, naissance, in any order, while typing.

Every word typed must begin a word of the person; when that gives less than a page, each word may carry one typing
error or merely sound alike. At most six short indexed queries, whatever the size of the base.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from viesion_core.acces.perimetre import condition_perimetre
from viesion_core.contexte import Contexte
from viesion_core.db import convertir, lire
from viesion_core.dossiers.demande import Demande, Intervalle, intervalles_de_prefixe, lire_demande
from viesion_core.dossiers.model import ResultatRecherche
from viesion_core.dossiers.mots import LONGUEUR_FLOUE, PARTICULES, borne, ecart_debut, lignes_de, proches, variantes

LIMITE = 20
_CHAMPS = """b.numero, b.civilite, b.nom_naissance, b.nom_usage, b.prenom, b.date_naissance,
    coalesce(c.nom, '') AS commune,
    (SELECT e.debut FROM entree_dispositif e WHERE e.beneficiaire = b.numero AND e.fin IS NULL
        ORDER BY e.debut DESC LIMIT 1) AS entree"""
_COMMUNE = "LEFT JOIN commune c ON c.code_insee = b.commune"
_COURT = 3
_DEBUTS = 200


class Recherche(msgspec.Struct, frozen=True):
    """One word to find: the words that begin with `debut`, or those of `mots` (and how far each is)."""

    debut: str
    mots: dict[str, int] = {}

    def condition(self, alias: str) -> tuple[str, list[Any]]:
        """Return the SQL condition on the word of `alias`, and its parameters."""
        commence = f"{alias}.mot >= {{}} AND {alias}.mot < {{}}"
        bornes = [self.debut, borne(self.debut)]
        if not self.mots:
            return commence, bornes
        return f"({commence} OR {alias}.mot IN ({', '.join('{}' for _ in self.mots)}))", [*bornes, *self.mots]

    def rang(self, mot: str, genre: str) -> int | None:
        """Return how well a word of the person answers: whole names first, then beginnings, then near misses."""
        prenom = genre == "P"
        if mot == self.debut:
            return prenom
        if mot.startswith(self.debut):
            return 2 + prenom
        return 4 * self.mots[mot] + 2 + prenom if mot in self.mots else None


async def chercher(ctx: Contexte, texte: str, *, limite: int = LIMITE) -> list[ResultatRecherche]:
    """Return the people of the perimeter that a text may mean, the best first.

    Any order, accents, hyphens, particles, compound names, nom d'usage or de naissance, one typing error a
    word, a birth date whole or partial (1985, 03/1985, 12/03), a dossier number (its first digits, or #42386).
    """
    demande = lire_demande(texte, ctx.aujourdhui.year)
    if demande.vide:
        return []
    trouves: dict[int, ResultatRecherche] = {}
    if demande.numero is not None:
        _ajouter(trouves, await _par_numero(ctx, demande, limite))
        if demande.numero_seul or demande.mots:
            return list(trouves.values())[:limite]
    mots = _significatifs(demande.mots)
    exacts = [Recherche(mot) for mot in mots]
    if demande.naissances or mots:
        _ajouter(trouves, await _par_mots(ctx, exacts, demande, limite))
    if len(trouves) < limite and (tolerees := await _tolerer(mots)):
        _ajouter(trouves, await _par_mots(ctx, tolerees, demande, limite))
    if not trouves and (devinees := await _deviner(mots)):
        _ajouter(trouves, await _par_mots(ctx, devinees, demande, limite))
    return list(trouves.values())[:limite]


def _ajouter(trouves: dict[int, ResultatRecherche], resultats: Sequence[ResultatRecherche]) -> None:
    for resultat in resultats:
        trouves.setdefault(resultat.numero, resultat)


def _significatifs(mots: Sequence[str]) -> list[str]:
    """Return the words to look for: a lone letter says nothing beside a longer word."""
    return [mot for mot in dict.fromkeys(mots) if len(mot) > 1]


async def _par_numero(ctx: Contexte, demande: Demande, limite: int) -> list[ResultatRecherche]:
    """Return the dossier of the number, then those that begin with it (unless other words were typed)."""
    numero = demande.numero or 0
    intervalles = [(numero, numero)]
    if not demande.mots and not demande.numero_seul:
        intervalles = intervalles_de_prefixe(numero)
    condition, parametres = condition_perimetre(ctx, "n.numero")
    morceaux: list[str] = []
    valeurs: list[Any] = []
    for debut, fin in intervalles:
        morceaux.append(
            f"""SELECT numero FROM (SELECT n.numero FROM beneficiaire n
            WHERE n.numero BETWEEN {{}} AND {{}} AND {condition} ORDER BY n.numero LIMIT {{}}) i{len(morceaux)}"""
        )
        valeurs += [debut, fin, *parametres, limite]
    lignes = await lire(
        f"""SELECT {_CHAMPS} FROM ({" UNION ALL ".join(morceaux)}) t
        JOIN beneficiaire b ON b.numero = t.numero {_COMMUNE} ORDER BY b.numero LIMIT {{}}""",
        *valeurs,
        limite,
    )
    resultats = [convertir(ResultatRecherche, ligne) for ligne in lignes]
    return [r for r in resultats if _convient(r, demande)] if demande.mots else resultats


def _convient(resultat: ResultatRecherche, demande: Demande) -> bool:
    """Whether the words typed beside a number are those of the person."""
    recherches = [Recherche(mot) for mot in _significatifs(demande.mots)]
    return all(rang is not None for rang in _rangs(resultat, recherches))


async def _par_mots(
    ctx: Contexte, recherches: Sequence[Recherche], demande: Demande, limite: int
) -> list[ResultatRecherche]:
    """Return the people who bear every word and were born in the intervals, the best first."""
    if not recherches or 0 < demande.jours <= 31:
        lignes = await _depuis_naissance(ctx, recherches, demande.naissances, limite + 40)
    else:
        lignes = await _depuis_mot(ctx, recherches, demande.naissances, limite + 40)
    resultats = {ligne["numero"]: convertir(ResultatRecherche, ligne) for ligne in lignes}
    return sorted(resultats.values(), key=lambda r: (_qualite(r, recherches), r.nom, r.prenom, r.numero))


async def _depuis_naissance(
    ctx: Contexte, recherches: Sequence[Recherche], naissances: Sequence[Intervalle], limite: int
) -> list[dict[str, Any]]:
    """Start from the days of birth: a day or a month holds few people."""
    ou_naissance, parametres = _condition_naissance(naissances)
    conditions = [ou_naissance]
    for recherche in recherches:
        ou, valeurs = recherche.condition("x")
        conditions.append(f"EXISTS (SELECT 1 FROM mot_dossier x WHERE x.beneficiaire = b.numero AND {ou})")
        parametres += valeurs
    perimetre, valeurs = condition_perimetre(ctx)
    return await lire(
        f"""SELECT {_CHAMPS} FROM (
            SELECT b.numero FROM beneficiaire b WHERE {" AND ".join([*conditions, perimetre])}
            ORDER BY b.date_naissance, b.nom_cle LIMIT {{}}
        ) t JOIN beneficiaire b ON b.numero = t.numero {_COMMUNE} ORDER BY b.date_naissance, b.nom_cle, b.prenom_cle""",
        *parametres,
        *valeurs,
        limite,
    )


async def _depuis_mot(
    ctx: Contexte, recherches: Sequence[Recherche], naissances: Sequence[Intervalle], limite: int
) -> list[dict[str, Any]]:
    """Start from the longest word, in the order of the index: the first lines are enough."""
    ordre = sorted(recherches, key=lambda r: (len(r.debut) <= _COURT, -len(r.debut)))
    ou, parametres = ordre[0].condition("m")
    conditions = [ou]
    for autre in ordre[1:]:
        ou, valeurs = autre.condition("x")
        conditions.append(f"EXISTS (SELECT 1 FROM mot_dossier x WHERE x.beneficiaire = m.beneficiaire AND {ou})")
        parametres += valeurs
    jointure = ""
    if naissances:
        ou, valeurs = _condition_naissance(naissances)
        conditions.append(ou)
        parametres += valeurs
        jointure = "JOIN beneficiaire b ON b.numero = m.beneficiaire"
    perimetre, valeurs = condition_perimetre(ctx, "m.beneficiaire")
    conditions.append(perimetre)
    return await lire(
        f"""SELECT {_CHAMPS} FROM (
            SELECT m.beneficiaire, m.mot, m.genre, m.cle FROM mot_dossier m {jointure}
            WHERE {" AND ".join(conditions)} ORDER BY m.mot, m.genre, m.cle LIMIT {{}}
        ) t JOIN beneficiaire b ON b.numero = t.beneficiaire {_COMMUNE} ORDER BY t.mot, t.genre, t.cle""",
        *parametres,
        *valeurs,
        limite,
    )


def _condition_naissance(naissances: Sequence[Intervalle]) -> tuple[str, list[Any]]:
    if all(debut == fin for debut, fin in naissances):
        return f"b.date_naissance IN ({', '.join('{}' for _ in naissances)})", [debut for debut, _ in naissances]
    ou = " OR ".join("b.date_naissance BETWEEN {} AND {}" for _ in naissances)
    return f"({ou})", [jour for intervalle in naissances for jour in intervalle]


async def _tolerer(mots: Sequence[str]) -> list[Recherche]:
    """Return the same words with those one error away or that sound alike; empty when that adds nothing.

    A particle that stands before a word may be part of it (« el amrani », ELAMRANI) or be left out.
    """
    colles = _sans_particules(mots)
    formes = {
        f for mot, colle in colles.items() for m in (mot, colle) if len(m) >= LONGUEUR_FLOUE for f in variantes(m)
    }
    if not formes:
        return []
    lignes = await lire(
        f"SELECT DISTINCT mot FROM mot_variante WHERE variante IN ({', '.join('{}' for _ in formes)}) LIMIT 3000",
        *sorted(formes),
    )
    candidats = {str(ligne["mot"]) for ligne in lignes}
    recherches = []
    for mot, colle in colles.items():
        trouves = proches(mot, candidats - {mot})
        if colle in candidats:
            trouves[colle] = 0
        recherches.append(Recherche(mot, trouves))
    ajoute = len(colles) < len(mots) or any(recherche.mots for recherche in recherches)
    return recherches if ajoute else []


async def _deviner(mots: Sequence[str]) -> list[Recherche]:
    """Return the words with one error in the last one, still being typed: those that begin nearly like it."""
    if not mots or len(mots[-1]) <= LONGUEUR_FLOUE:
        return []
    lignes = await lire(
        "SELECT mot FROM mot_variante WHERE mot >= {} AND mot < {} AND variante = mot ORDER BY mot LIMIT 2000",
        mots[-1][:_COURT],
        borne(mots[-1][:_COURT]),
    )
    debuts = {str(li["mot"]): 1 for li in lignes if ecart_debut(mots[-1], str(li["mot"])) is not None}
    if not debuts:
        return []
    return [*(Recherche(mot) for mot in mots[:-1]), Recherche(mots[-1], dict(list(debuts.items())[:_DEBUTS]))]


def _sans_particules(mots: Sequence[str]) -> dict[str, str]:
    """Return the words but the particles before one, each with what it makes glued to its particle ("": none)."""
    colles = {}
    for rang, mot in enumerate(mots):
        if mot not in PARTICULES or rang == len(mots) - 1:
            colles[mot] = mots[rang - 1] + mot if rang and mots[rang - 1] in PARTICULES else ""
    return colles


def _rangs(resultat: ResultatRecherche, recherches: Sequence[Recherche]) -> list[int | None]:
    """Return how well each word typed is answered by the words of the person."""
    mots = list(lignes_de(resultat.nom_naissance, resultat.nom_usage, resultat.prenom))
    return [
        min((r for m, g in mots if (r := recherche.rang(m, g)) is not None), default=None) for recherche in recherches
    ]


def _qualite(resultat: ResultatRecherche, recherches: Sequence[Recherche]) -> int:
    return sum(99 if rang is None else rang for rang in _rangs(resultat, recherches))


async def numeros_trouves(ctx: Contexte, texte: str, limite: int = 200) -> list[int]:
    """Return the numbers of the people that a text may mean, for « Affiner la recherche » in the list."""
    return [resultat.numero for resultat in await chercher(ctx, texte, limite=limite)]
