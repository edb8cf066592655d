"""The use cases of alerts: a favourite added, taken away, moved; an X adjusted. Personal to each user."""

import uuid
from typing import Any

from viesion_core.actes import Acte, acte
from viesion_core.alertes.model import RegleAlerte
from viesion_core.alertes.model_listes import Reglage
from viesion_core.alertes.queries import reglages
from viesion_core.alertes.tables import AlerteReglage
from viesion_core.contexte import Contexte
from viesion_core.erreurs import ErreurSaisie, Interdit

FAVORIS_MAXIMUM = 12


async def marquer_favori(ctx: Contexte, regle: RegleAlerte, *, favori: bool) -> Acte:
    """« ajouter aux favoris » (last of the list), or take away from them.

    Raises ErreurSaisie beyond twelve favourites: the menu must stay readable.
    """
    choisis = await reglages(ctx)
    rangs = [choisi.rang for choisi in choisis.values() if choisi.rang is not None]
    deja = choisis.get(regle.code)
    if favori and (deja is None or deja.rang is None) and len(rangs) >= FAVORIS_MAXIMUM:
        raise ErreurSaisie({}, f"{FAVORIS_MAXIMUM} favoris au plus\u00a0: retirez-en un d'abord.")
    titre = regle.en_clair(regle.titre, deja.x if deja else None)
    libelle = f"Alerte «\u00a0{titre}\u00a0» {'ajoutée aux' if favori else 'retirée des'} favoris"
    async with acte(ctx, "alerte.favori", libelle) as a:
        if not favori:
            await _ecrire(a, regle.code, deja, {"rang": None})
        elif deja is None or deja.rang is None:
            await _ecrire(a, regle.code, deja, {"rang": max(rangs, default=-1) + 1})
    return a


async def deplacer_favori(ctx: Contexte, regle: RegleAlerte, *, vers_le_haut: bool) -> Acte:
    """Exchange a favourite with its neighbour above or below; nothing at the end of the list."""
    favoris = [choisi for choisi in (await reglages(ctx)).values() if choisi.rang is not None]
    favoris.sort(key=lambda choisi: (choisi.rang, choisi.code))
    codes = [choisi.code for choisi in favoris]
    async with acte(ctx, "alerte.favori", "Alertes favorites réordonnées") as a:
        if regle.code in codes:
            place = codes.index(regle.code)
            voisine = place - 1 if vers_le_haut else place + 1
            if 0 <= voisine < len(favoris):
                favoris[place], favoris[voisine] = favoris[voisine], favoris[place]
            for rang, choisi in enumerate(favoris):
                await _ecrire(a, choisi.code, choisi, {"rang": rang})
    return a


async def regler_x(ctx: Contexte, regle: RegleAlerte, x: int | None) -> Acte:
    """Adjust the X of a rule for the user; None goes back to the default. Raises ErreurSaisie (`x`) out of bounds."""
    parametre = regle.parametre
    if parametre is None:
        raise ErreurSaisie({"x": "Cette alerte n'a pas de paramètre."})
    if x is not None and not parametre.minimum <= x <= parametre.maximum:
        raise ErreurSaisie({"x": f"Un nombre de {parametre.minimum} à {parametre.maximum}."})
    deja = (await reglages(ctx)).get(regle.code)
    async with acte(ctx, "alerte.regler", f"Alerte réglée\u00a0: {regle.en_clair(regle.titre, x)}") as a:
        if deja is not None or x is not None:
            await _ecrire(a, regle.code, deja, {"x": x})
    return a


async def _ecrire(a: Acte, code: str, deja: Reglage | None, valeurs: dict[str, Any]) -> None:
    if a.ctx.utilisateur is None:
        raise Interdit
    if deja is None:
        cle: dict[str, Any] = {"id": uuid.uuid4(), "utilisateur": a.ctx.utilisateur, "code": code}
        await a.inserer(AlerteReglage, {**cle, **valeurs})
    else:
        await a.modifier(AlerteReglage, deja.id, valeurs, version=None)
