"""Opening organisms and enabling their offres de service (administration)."""

import datetime as dt
import re
import uuid
from typing import Any

from viesion_core.actes import Acte, acte
from viesion_core.contexte import Contexte, Role
from viesion_core.db import lire_valeur
from viesion_core.erreurs import ErreurSaisie, Interdit
from viesion_core.nomenclatures.model import cle
from viesion_core.organismes.model import defaut_siret, territoires
from viesion_core.organismes.tables import OffreDeService, Organisme


def exiger_administration(ctx: Contexte) -> None:
    """Raise Interdit unless the author is an administrator, or the system itself."""
    if ctx.utilisateur is not None and ctx.role is not Role.ADMINISTRATEUR:
        raise Interdit


async def enregistrer_organisme(
    ctx: Contexte, valeurs: dict[str, Any], *, identifiant: uuid.UUID | None = None, version: int = 0
) -> uuid.UUID:
    """Open an organism, or change it when `identifiant` is given; return its id.

    `valeurs`: nom, code (derived from the name if empty), siret, adresse, code_postal, commune, telephone,
    courriel, and nature (ORGANISME unless said otherwise).
    """
    exiger_administration(ctx)
    propre = _verifier(valeurs)
    pris = await lire_valeur(
        "SELECT id FROM organisme WHERE code = {} AND id <> {}",
        propre["code"],
        identifiant or uuid.UUID(int=0),
    )
    if pris is not None:
        raise ErreurSaisie({"code": f"Le code {propre['code']} est déjà celui d'un autre organisme."})
    nature = "organisme.modifier" if identifiant else "organisme.ouvrir"
    async with acte(ctx, nature, f"Organisme {propre['nom']}") as a:
        if identifiant:
            await a.modifier(Organisme, identifiant, propre, version=version)
            return identifiant
        ligne = await a.inserer(Organisme, {**propre, "ferme_le": None, "nature": valeurs.get("nature") or "ORGANISME"})
    return uuid.UUID(str(ligne["id"]))


async def activer_offre(
    ctx: Contexte,
    organisme: uuid.UUID,
    *,
    offre: str,
    libelle: str,
    territoire: str,
    debut: dt.date,
    fin: dt.date | None = None,
    capacite: int | None = None,
) -> uuid.UUID:
    """Enable an offre for an organism on a territory between dates: the convention. Raises ErreurSaisie by field."""
    exiger_administration(ctx)
    erreurs = {}
    if territoire not in territoires():
        erreurs["territoire"] = f"Le territoire est l'un de : {', '.join(territoires())}."
    if fin is not None and fin < debut:
        erreurs["fin"] = "La fin de la convention précède son début."
    if capacite is not None and not 1 <= capacite <= 100_000:
        erreurs["capacite"] = "La capacité est un nombre de personnes, d'au moins 1."
    deja = await lire_valeur(
        """SELECT id FROM offre_de_service WHERE organisme = {} AND offre = {} AND territoire = {}
        AND (fin IS NULL OR fin >= {}) AND debut <= {}""",
        organisme,
        offre,
        territoire,
        debut,
        fin or dt.date.max,
    )
    if deja is not None:
        erreurs["offre"] = "Cette offre a déjà une convention sur ce territoire à ces dates."
    if erreurs:
        raise ErreurSaisie(erreurs)
    async with acte(ctx, "offre.activer", f"Offre {offre} activée, {territoire}") as a:
        ligne = await a.inserer(
            OffreDeService,
            {
                "organisme": organisme,
                "offre": offre,
                "libelle": libelle,
                "territoire": territoire,
                "debut": debut,
                "fin": fin,
                "capacite": capacite,
            },
        )
    return uuid.UUID(str(ligne["id"]))


async def terminer_offre(ctx: Contexte, identifiant: uuid.UUID, *, fin: dt.date, version: int) -> Acte:
    """End a convention: nothing new is opened after `fin`, the dossiers stay readable."""
    exiger_administration(ctx)
    async with acte(ctx, "offre.terminer", "Fin d'une offre de service") as a:
        debut = await lire_valeur("SELECT debut FROM offre_de_service WHERE id = {}", identifiant)
        if debut is not None and fin < debut:
            raise ErreurSaisie({"fin": "La fin de la convention précède son début."})
        await a.modifier(OffreDeService, identifiant, {"fin": fin}, version=version)
    return a


def _verifier(valeurs: dict[str, Any]) -> dict[str, Any]:
    """Return the cleaned values of an organism, or raise ErreurSaisie."""
    champs = ("nom", "siret", "adresse", "code_postal", "commune", "telephone", "courriel")
    propre = {champ: str(valeurs.get(champ) or "").strip() for champ in champs}
    propre["siret"] = re.sub(r"\s", "", propre["siret"])
    propre["code"] = cle(str(valeurs.get("code") or propre["nom"])).replace(" ", "-")[:30].strip("-")
    erreurs = {}
    if not propre["nom"]:
        erreurs["nom"] = "Le nom de l'organisme est requis."
    if defaut := defaut_siret(propre["siret"]):
        erreurs["siret"] = defaut
    if propre["code_postal"] and not re.fullmatch(r"\d{5}", propre["code_postal"]):
        erreurs["code_postal"] = "Le code postal compte 5 chiffres."
    if erreurs:
        raise ErreurSaisie(erreurs)
    return propre
