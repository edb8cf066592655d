"""The use cases of notes: write, change, mark done or not, delete. Labels of acts never repeat the text."""

import uuid
from typing import Any

from viesion_core.acces.perimetre import exiger_dossier, exiger_ecriture
from viesion_core.actes import Acte, acte
from viesion_core.contexte import Contexte
from viesion_core.erreurs import ErreurSaisie, Interdit
from viesion_core.notes.model import NoteResume, SaisieNote, defauts_note
from viesion_core.notes.queries import note
from viesion_core.notes.tables import Note


async def creer_note(ctx: Contexte, saisie: SaisieNote) -> Acte:
    """Write a note, personal or shared with the organism, about a person or not.

    Raises ErreurSaisie (`texte`), Introuvable when the person is outside the perimeter.
    """
    if ctx.utilisateur is None or ctx.organisme is None:
        raise Interdit
    await _controler(ctx, saisie, None)
    async with acte(ctx, "note.creer", "Note ajoutée", beneficiaire=saisie.beneficiaire) as a:
        await a.inserer(
            Note,
            {
                **_colonnes(saisie),
                "auteur": ctx.utilisateur,
                "organisme": ctx.organisme,
                "created_at": ctx.maintenant,
            },
        )
    return a


async def modifier_note(ctx: Contexte, identifiant: uuid.UUID, saisie: SaisieNote, *, version: int) -> Acte:
    """Change a note known at `version`; only who wrote it, or the director for a shared one.

    A note about somebody whom the author no longer follows stays about them.
    """
    actuelle = await _a_modifier(ctx, identifiant)
    await _controler(ctx, saisie, actuelle)
    async with acte(ctx, "note.modifier", "Note modifiée", beneficiaire=saisie.beneficiaire) as a:
        valeurs = _colonnes(saisie)
        if actuelle.hors_perimetre and saisie.beneficiaire is None:
            del valeurs["beneficiaire"]
        await a.modifier(Note, identifiant, valeurs, version=version)
    return a


async def marquer_note(ctx: Contexte, identifiant: uuid.UUID, *, faite: bool, version: int) -> Acte:
    """Mark a note done today, or to do again; a colleague may, when it is shared."""
    actuelle = await note(ctx, identifiant)
    libelle = "Note faite" if faite else "Note remise à faire"
    async with acte(ctx, "note.marquer", libelle, beneficiaire=actuelle.beneficiaire) as a:
        if faite != actuelle.faite:
            await a.modifier(Note, identifiant, {"faite_le": ctx.aujourdhui if faite else None}, version=version)
    return a


async def supprimer_note(ctx: Contexte, identifiant: uuid.UUID, *, version: int) -> Acte:
    """Delete a note (undoable)."""
    actuelle = await _a_modifier(ctx, identifiant)
    async with acte(ctx, "note.supprimer", "Note supprimée", beneficiaire=actuelle.beneficiaire) as a:
        await a.supprimer(Note, identifiant, version=version)
    return a


async def _a_modifier(ctx: Contexte, identifiant: uuid.UUID) -> NoteResume:
    actuelle = await note(ctx, identifiant)
    if not actuelle.modifiable:
        raise Interdit("Seul l'auteur de cette note, ou son directeur, peut la modifier.")
    return actuelle


async def _controler(ctx: Contexte, saisie: SaisieNote, actuelle: NoteResume | None) -> None:
    """Raise what forbids the note: its text, and the dossier it names (the one it already had stays)."""
    if erreurs := defauts_note(saisie):
        raise ErreurSaisie(erreurs)
    if saisie.beneficiaire is not None and (actuelle is None or saisie.beneficiaire != actuelle.beneficiaire):
        exiger_ecriture(ctx)
        await exiger_dossier(ctx, saisie.beneficiaire)


def _colonnes(saisie: SaisieNote) -> dict[str, Any]:
    return {
        "texte": saisie.texte.strip(),
        "rappel_le": saisie.rappel_le,
        "partagee": saisie.partagee,
        "beneficiaire": saisie.beneficiaire,
    }
