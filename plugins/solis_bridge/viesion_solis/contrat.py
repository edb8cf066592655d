"""CONTRAT: a contract of VieSion worded for Solis. The codes and the names of the columns are in `correspondance`."""

from viesion_core.api import FluxSortant, Message
from viesion_solis.correspondance import code, colonnes

COLONNES = (
    "id_message", "version", "horodatage", "uuid_contrat", "id_individu", "type", "numero", "debut", "fin",
    "signature", "statut", "heures_hebdo", "dispense", "siret", "referent",
)  # fmt: skip
"""The header, in this order (exchange contract, schema 1)."""


def rediger(message: Message) -> dict[str, str]:
    """Return the line of a contract; Solis orders the messages about a `uuid_contrat` by `version`."""
    contrat = message.donnees
    heures = contrat["heures_hebdo"]
    valeurs = (
        str(message.id_message),
        str(message.version),
        message.horodatage.isoformat(timespec="seconds"),
        str(message.cle),
        message.id_individu,
        code("type_contrat", contrat["type"]),
        contrat["numero"],
        contrat["debut"],
        contrat["fin"],
        contrat["signature"],
        code("statut_contrat", contrat["statut"]),
        "" if heures is None else str(heures),
        code("dispense", contrat["dispense"]) if contrat["dispense"] else "",
        contrat["siret"],
        contrat["referent"],
    )
    return dict(zip(colonnes(COLONNES), map(inerte, valeurs), strict=True))


def inerte(texte: str) -> str:
    """Return a text that a spreadsheet does not take for a formula, on one line."""
    texte = " ".join(texte.split())
    return f"'{texte}" if texte.startswith(("=", "+", "-", "@")) else texte


FLUX = FluxSortant(
    destinataire="SOLIS",
    code="CONTRAT",
    libelle="Remontée des dates de contrats",
    colonnes=colonnes(COLONNES),
    redacteur="viesion_solis.contrat:rediger",
)
