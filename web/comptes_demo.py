"""The accounts that the demo shows on its connexion page; nothing of this exists in the other modes."""

import msgspec

MOT_DE_PASSE = "Viesion-Demo-34!"


class CompteDemo(msgspec.Struct, frozen=True):
    """A demo account: whom it plays, and its identifier."""

    libelle: str
    identifiant: str


COMPTES = (
    CompteDemo("Référent MOS", "referent.mos@demo.test"),
    CompteDemo("Référent C-PARTI", "referent.cparti@demo.test"),
    CompteDemo("Directeur d'organisme", "directeur@demo.test"),
    CompteDemo("Pilote départemental", "pilote@demo.test"),
    CompteDemo("Administrateur", "admin@demo.test"),
)
