"""Series of ateliers changed afterwards: a créneau says what it is; a convocation, what place and title it told."""

from viesion_core.db.migrations import Migration

MIGRATION = Migration(
    nom="0042_series",
    commun=[
        "ALTER TABLE creneau ADD COLUMN titre VARCHAR(80) NOT NULL DEFAULT ''",
        "ALTER TABLE creneau ADD COLUMN type VARCHAR(60) NOT NULL DEFAULT ''",
        "ALTER TABLE creneau ADD COLUMN lieu VARCHAR(60) NOT NULL DEFAULT ''",
        "ALTER TABLE creneau ADD COLUMN adresse VARCHAR(160) NOT NULL DEFAULT ''",
        """UPDATE creneau SET
            titre = (SELECT p.titre FROM plage p WHERE p.id = creneau.plage),
            type = (SELECT p.type FROM plage p WHERE p.id = creneau.plage),
            lieu = (SELECT p.lieu FROM plage p WHERE p.id = creneau.plage),
            adresse = (SELECT p.adresse FROM plage p WHERE p.id = creneau.plage)""",
        "ALTER TABLE convocation ADD COLUMN adresse VARCHAR(160) NOT NULL DEFAULT ''",
        "ALTER TABLE convocation ADD COLUMN titre VARCHAR(80) NOT NULL DEFAULT ''",
        """UPDATE convocation SET
            adresse = coalesce((SELECT k.adresse FROM entretien e JOIN creneau k ON k.id = e.creneau
                WHERE e.id = convocation.entretien), ''),
            titre = coalesce((SELECT k.titre FROM entretien e JOIN creneau k ON k.id = e.creneau
                WHERE e.id = convocation.entretien), '')""",
    ],
)
