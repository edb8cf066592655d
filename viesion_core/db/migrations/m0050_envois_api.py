"""The outbox read by pages through the API, and a message that is for one partner alone."""

from viesion_core.db.migrations import Migration

MIGRATION = Migration(
    nom="0050_envois_api",
    commun=[
        "ALTER TABLE echange_envoi ADD COLUMN destinataire VARCHAR(20) NOT NULL DEFAULT ''",
        """CREATE INDEX echange_envoi_a_lire ON echange_envoi (flux, cree_le, version_message, id)
            WHERE etat IN ('A_ENVOYER', 'ENVOYE')""",
    ],
)
