"""What a note is: values, and who may read and change it."""

import datetime as dt
import uuid

import msgspec

from viesion_core.contexte import Contexte, Role

LONGUEUR_MAXIMALE = 4_000


class SaisieNote(msgspec.Struct, frozen=True, kw_only=True):
    """What the form of a note gives; `partagee` with the organism, `beneficiaire` the dossier it is about."""

    texte: str
    rappel_le: dt.date | None = None
    partagee: bool = False
    beneficiaire: int | None = None


class NoteResume(msgspec.Struct, frozen=True, kw_only=True):
    """A note as the accueil and the dossier show it.

    `beneficiaire` and its name are given only inside the perimeter; `hors_perimetre`: it is about somebody whom
    the reader no longer follows. `modifiable`: the reader may change or delete it; any reader may mark it done.
    """

    id: uuid.UUID
    auteur: uuid.UUID
    auteur_nom: str
    organisme: uuid.UUID
    beneficiaire: int | None
    beneficiaire_nom: str
    texte: str
    rappel_le: dt.date | None
    partagee: bool
    faite_le: dt.date | None
    created_at: dt.datetime
    version: int
    hors_perimetre: bool = False
    modifiable: bool = False

    @property
    def faite(self) -> bool:
        """Whether it is done."""
        return self.faite_le is not None

    def a_rappeler(self, jour: dt.date) -> bool:
        """Whether its reminder has come."""
        return not self.faite and self.rappel_le is not None and self.rappel_le <= jour


def modifiable(ctx: Contexte, auteur: uuid.UUID, organisme: uuid.UUID, *, partagee: bool) -> bool:
    """Whether the user may change a note: its author; the director too when the organism shares it."""
    return auteur == ctx.utilisateur or (partagee and ctx.role is Role.DIRECTEUR and organisme == ctx.organisme)


def defauts_note(saisie: SaisieNote) -> dict[str, str]:
    """Check what is typed: French messages by field."""
    texte = saisie.texte.strip()
    if not texte:
        return {"texte": "Écrivez la note."}
    if len(texte) > LONGUEUR_MAXIMALE:
        return {"texte": f"{len(texte)} caractères : {LONGUEUR_MAXIMALE} au plus."}
    return {}
