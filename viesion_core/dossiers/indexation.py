"""The index of the search: written in the transaction that writes the names, and in bulk by importers.

`mot_dossier` has a row per word of a person's names, `mot_variante` the vocabulary of the distinct words with what
brings a misspelt one back to them. Both are derived from the names: they have no revision of their own.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from viesion_core.actes import declarer_suite
from viesion_core.db import executer, executer_parmi, inserer_lot, lire, lire_parmi, transaction
from viesion_core.dossiers.mots import cle_de_tri, lignes_de, variantes
from viesion_core.dossiers.tables import MotDossier, MotVariante
from viesion_core.erreurs import ErreurMetier

Personne = tuple[int, str, str, str]
"""(numero, nom_naissance, nom_usage, prenom)."""
_LOT = 1_000


def lignes_recherche(personnes: Iterable[Personne]) -> list[dict[str, Any]]:
    """Return the rows of MotDossier of some people, for `inserer_lot(MotDossier, …)`.

    A bulk writer inserts them, then calls `reconstruire_vocabulaire()` once at its end, in the same transaction.
    """
    return [
        {"mot": mot, "genre": genre, "cle": cle, "beneficiaire": numero}
        for numero, nom_naissance, nom_usage, prenom in personnes
        for cle in [cle_de_tri(nom_naissance, nom_usage, prenom)]
        for mot, genre in lignes_de(nom_naissance, nom_usage, prenom)
    ]


def lignes_vocabulaire(mots: Iterable[str]) -> list[dict[str, Any]]:
    """Return the rows of MotVariante of some distinct words."""
    return [{"variante": forme, "mot": mot} for mot in mots for forme in sorted(variantes(mot))]


async def indexer(personnes: Sequence[Personne]) -> None:
    """Write the words of some people anew, inside the open transaction; what no word needs any more is dropped.

    For one person or a batch of an importer; for a whole base `lignes_recherche` and `reconstruire_vocabulaire`
    are quicker.
    """
    for lot in _lots(personnes):
        numeros = [personne[0] for personne in lot]
        marques = ", ".join("{}" for _ in lot)
        lus = await lire(f"SELECT DISTINCT mot FROM mot_dossier WHERE beneficiaire IN ({marques})", *numeros)
        anciens = {str(ligne["mot"]) for ligne in lus}
        await executer(f"DELETE FROM mot_dossier WHERE beneficiaire IN ({marques})", *numeros)
        lignes = lignes_recherche(lot)
        await indexer_nouvelles(lignes)
        await _oublier(sorted(anciens - {str(ligne["mot"]) for ligne in lignes}))


async def indexer_nouvelles(lignes: Sequence[dict[str, Any]]) -> None:
    """Write the words (`lignes_recherche`) of people who have none yet, inside the open transaction."""
    await inserer_lot(MotDossier, lignes)
    await _apprendre(sorted({str(ligne["mot"]) for ligne in lignes}))


async def reconstruire_vocabulaire() -> int:
    """Rebuild the whole vocabulary from the words in use, inside the open transaction; return how many words."""
    await executer("DELETE FROM mot_variante")
    mots = [str(ligne["mot"]) for ligne in await lire("SELECT DISTINCT mot FROM mot_dossier ORDER BY mot")]
    for debut in range(0, len(mots), 20_000):
        await inserer_lot(MotVariante, lignes_vocabulaire(mots[debut : debut + 20_000]))
    return len(mots)


async def reindexer() -> int:
    """Rebuild the index of every dossier in a transaction of its own; return how many people it holds."""
    async with transaction():
        await executer("DELETE FROM mot_dossier")
        dernier = nombre = 0
        while personnes := await _personnes("numero > {} ORDER BY numero LIMIT 20000", dernier):
            await inserer_lot(MotDossier, lignes_recherche(personnes))
            dernier, nombre = personnes[-1][0], nombre + len(personnes)
        await reconstruire_vocabulaire()
    return nombre


async def nettoyer_vocabulaire() -> int:
    """Drop the words that nobody bears any more, inside the open transaction: a purge ends with it."""
    return await executer(
        """DELETE FROM mot_variante WHERE NOT EXISTS
            (SELECT 1 FROM mot_dossier m WHERE m.mot = mot_variante.mot)"""
    )


async def _apprendre(mots: Sequence[str]) -> None:
    """Add to the vocabulary the words that it lacks; a word is one of its own forms, so it is looked for as such."""
    lues = await lire_parmi(
        "SELECT v.mot FROM {parmi} p CROSS JOIN mot_variante v WHERE v.variante = p.v1 AND v.mot = p.v1",
        [(mot,) for mot in mots],
    )
    connus = {str(ligne["mot"]) for ligne in lues}
    await executer_parmi(
        """INSERT INTO mot_variante (variante, mot) SELECT p.v1, p.v2 FROM {parmi} p WHERE true
        ON CONFLICT (variante, mot) DO NOTHING""",
        [(ligne["variante"], ligne["mot"]) for ligne in lignes_vocabulaire(m for m in mots if m not in connus)],
    )


async def _oublier(mots: Sequence[str]) -> None:
    for lot in _lots(mots):
        marques = ", ".join("{}" for _ in lot)
        await executer(
            f"""DELETE FROM mot_variante WHERE mot IN ({marques}) AND NOT EXISTS
                (SELECT 1 FROM mot_dossier m WHERE m.mot = mot_variante.mot)""",
            *lot,
        )


async def _personnes(condition: str, *parametres: Any) -> list[Personne]:
    lignes = await lire(
        f"SELECT numero, nom_naissance, nom_usage, prenom FROM beneficiaire WHERE {condition}", *parametres
    )
    return [(li["numero"], li["nom_naissance"], li["nom_usage"], li["prenom"]) for li in lignes]


def _lots(elements: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for debut in range(0, len(elements), _LOT):
        yield elements[debut : debut + _LOT]


async def _suivre(cles: Sequence[str]) -> None:
    """Bring the words of dossiers moved back by an undo to their names.

    A dossier whose opening is undone takes everything with it: refused while later acts stand in it.
    """
    numeros = [int(cle) for cle in cles]
    marques = ", ".join("{}" for _ in numeros)
    restants = await _personnes(f"numero IN ({marques})", *numeros)
    supprimes = sorted(set(numeros) - {personne[0] for personne in restants})
    if supprimes:
        marques = ", ".join("{}" for _ in supprimes)
        suite = await lire(
            f"""SELECT libelle FROM acte WHERE beneficiaire IN ({marques}) AND annule IS NULL AND annule_par IS NULL
            ORDER BY at DESC LIMIT 1""",
            *supprimes,
        )
        if suite:
            raise ErreurMetier(
                f"Ce dossier a été complété depuis (« {suite[0]['libelle']} ») : annulez d'abord ce qui y a été ajouté."
            )
    await indexer(restants)


declarer_suite("beneficiaire", _suivre)
