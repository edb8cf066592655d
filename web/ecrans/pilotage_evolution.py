"""The evolutions of a compiled questionnaire as the rows of an export."""

from collections.abc import Iterable, Iterator
from typing import Any

from viesion_core.pilotage.model_evolution import EvolutionCompilee

MASQUE = "masqué"
ENTETES_EVOLUTION = (
    "Évolution", "Code", "Comparées", "Personnes ou bilans comparés", "Sens, mesure ou passage", "Effectif ou valeur",
    "Part (%)",
)  # fmt: skip


def rangees_evolution(evolutions: Iterable[EvolutionCompilee], *, avec_avant: bool) -> Iterator[list[Any]]:
    """Yield the rows of an export: better, stable, worse, then the means or the passages; nothing that is hidden."""
    for evolution in evolutions:
        debut = [
            evolution.libelle,
            evolution.code,
            " / ".join(evolution.noms),
            MASQUE if evolution.masquee else evolution.comparees,
        ]
        vide = True
        for suite in (*_parts(evolution), *_moyennes(evolution), *_passages(evolution)):
            vide = False
            yield debut + (suite if avec_avant else suite[:3])
        if vide:
            yield debut + ([""] * 5 if avec_avant else [""] * 3)


def _parts(evolution: EvolutionCompilee) -> Iterator[list[Any]]:
    for part in evolution.parts:
        avant = evolution.part_avant(part.sens)
        yield [
            part.sens.libelle,
            _effectif(part.effectif),
            _arrondi(part.part),
            "" if avant is None else _effectif(avant.effectif),
            _arrondi(avant.part) if avant else "",
        ]


def _moyennes(evolution: EvolutionCompilee) -> Iterator[list[Any]]:
    if evolution.moyennes is None:
        return
    avant = evolution.avant.moyennes if evolution.avant else None
    for nom, champ in zip((*evolution.noms, "Écart"), ("entree", "sortie", "ecart"), strict=True):
        yield [f"Moyenne, {nom.lower()}", getattr(evolution.moyennes, champ), "", getattr(avant, champ, ""), ""]


def _passages(evolution: EvolutionCompilee) -> Iterator[list[Any]]:
    for ligne in evolution.lignes:
        for colonne, passage in zip(evolution.colonnes, ligne.passages, strict=True):
            yield [f"{ligne.libelle} → {colonne}", _effectif(passage.effectif), "", "", ""]


def _effectif(effectif: int | None) -> int | str:
    return MASQUE if effectif is None else effectif


def _arrondi(part: float | None) -> float | str:
    return "" if part is None else round(part, 1)
