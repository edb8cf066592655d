"""What the accueil of a director and of the département counts."""

import uuid

import msgspec


class EtatFile(msgspec.Struct, frozen=True, kw_only=True):
    """The file active of a perimeter (in the dispositif today), and what waits in it."""

    file_active: int
    sans_referent: int
    sans_etape: int
    sans_contrat: int


class ChargeReferent(msgspec.Struct, frozen=True, kw_only=True):
    """A référent of the organism: whom they follow, what is not told yet, what is planned in the seven days."""

    id: uuid.UUID
    nom: str
    prenom: str
    portefeuille: int
    a_realiser: int
    a_venir: int

    @property
    def nom_complet(self) -> str:
        """« DURAND Camille », as the deck writes a collaborateur."""
        return f"{self.nom.upper()} {self.prenom}"


class ActiviteOrganisme(msgspec.Struct, frozen=True, kw_only=True):
    """An organism as the pilote sees it: open étapes, entretiens held in 30 days, those past and not told."""

    id: uuid.UUID
    nom: str
    referents: int
    etapes_ouvertes: int
    entretiens_tenus: int
    a_realiser: int
