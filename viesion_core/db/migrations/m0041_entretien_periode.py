"""The index of the entretiens of a period begins with their date.

The one that began with the réalisation (0027) was taken, on a SQLite base never analysed, by the triggers that look
for the last presence of one person: they then read the entretiens of everybody.
"""

from viesion_core.db.migrations import Migration

MIGRATION = Migration(
    nom="0041_entretien_periode",
    commun=[
        "DROP INDEX entretien_realisation",
        "CREATE INDEX entretien_periode ON entretien (debut, realisation, organisme)",
    ],
)
