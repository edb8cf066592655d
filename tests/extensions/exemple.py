"""The example: a bridge (it brings no offre) that keeps a notebook of all that it hears, in a table of its own."""

from typing import Any

from viesion_core.api import Constat, DossierVu, Gravite, Migration, SaisieEtape, hookimpl

ENTENDUS: list[tuple[str, int, dict[str, Any]]] = []


@hookimpl
def declarer_migrations() -> list[Migration]:
    """A table of its own, beside those of the core."""
    return [Migration(nom="0001_carnet", commun=["CREATE TABLE carnet (id INTEGER PRIMARY KEY, quoi TEXT)"])]


@hookimpl
def controler_etape(dossier: DossierVu, etape: SaisieEtape) -> list[Constat]:
    """Say something about any étape."""
    return [Constat("Une étape est notée au carnet.", Gravite.AVERTISSEMENT)]


@hookimpl
def dossier_ouvert(beneficiaire: int, donnees: dict[str, Any]) -> None:
    ENTENDUS.append(("dossier_ouvert", beneficiaire, donnees))


@hookimpl
def dossier_modifie(beneficiaire: int, donnees: dict[str, Any]) -> None:
    ENTENDUS.append(("dossier_modifie", beneficiaire, donnees))


@hookimpl
def contrat_enregistre(beneficiaire: int, donnees: dict[str, Any]) -> None:
    ENTENDUS.append(("contrat_enregistre", beneficiaire, donnees))


@hookimpl
def referent_affecte(beneficiaire: int, donnees: dict[str, Any]) -> None:
    ENTENDUS.append(("referent_affecte", beneficiaire, donnees))


@hookimpl
async def etape_ouverte(beneficiaire: int, donnees: dict[str, Any]) -> None:
    ENTENDUS.append(("etape_ouverte", beneficiaire, donnees))


@hookimpl
def etape_close(beneficiaire: int, donnees: dict[str, Any]) -> None:
    ENTENDUS.append(("etape_close", beneficiaire, donnees))


@hookimpl
def entretien_enregistre(beneficiaire: int, donnees: dict[str, Any]) -> None:
    ENTENDUS.append(("entretien_enregistre", beneficiaire, donnees))


@hookimpl
def bilan_enregistre(beneficiaire: int, donnees: dict[str, Any]) -> None:
    ENTENDUS.append(("bilan_enregistre", beneficiaire, donnees))
