"""The filters of the gabarits: values as a French reader expects them (`viesion_core.formats`)."""

from viesion_core.formats import (
    age,
    compte,
    date,
    date_longue,
    duree,
    heure,
    heure_saisie,
    instant,
    iso,
    nombre,
    periode,
    pluriel,
    taille,
)

FILTRES = {
    fonction.__name__: fonction
    for fonction in (
        date, date_longue, heure, instant, nombre, age, pluriel, compte, duree, periode, taille, iso,
        heure_saisie,
    )
}  # fmt: skip

__all__ = [
    "FILTRES",
    "age",
    "compte",
    "date",
    "date_longue",
    "duree",
    "heure",
    "heure_saisie",
    "instant",
    "iso",
    "nombre",
    "periode",
    "pluriel",
    "taille",
]
