"""The nightly reconciliation of the exchanges: what was compared and what differs, a row a day.

`echange_version.rang`: the rank of the last file that spoke of a key, so that those whom the latest stock leaves out
are known. Keys of before are at 0; nobody is told absent before a stock has been taken since.
"""

from viesion_core.db.migrations import Migration

MIGRATION = Migration(
    nom="0045_reconciliation",
    commun=[
        """CREATE TABLE echange_reconciliation (
            jour DATE PRIMARY KEY,
            faite_le TIMESTAMPTZ NOT NULL,
            rapport JSON NOT NULL
        )""",
        "ALTER TABLE echange_version ADD COLUMN rang INTEGER",
        "UPDATE echange_version SET rang = 0",
    ],
)
