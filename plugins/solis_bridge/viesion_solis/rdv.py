"""RDV: what became of a rendez-vous that Solis took, worded for Solis."""

from viesion_core.api import FluxSortant, Message
from viesion_solis.contrat import inerte
from viesion_solis.correspondance import code, colonnes

COLONNES = (
    "id_message", "version", "horodatage", "uuid_resa", "uuid_creneau", "id_individu", "etat", "statut", "debut",
    "duree", "reporte_au",
)  # fmt: skip
"""The header, in this order (exchange contract, schema 1). `duree` in minutes; the instants carry their offset."""


def rediger(message: Message) -> dict[str, str]:
    """Return the line of a rendez-vous; Solis orders the messages about a `uuid_resa` by `version`."""
    rdv = message.donnees
    valeurs = (
        str(message.id_message),
        str(message.version),
        message.horodatage.isoformat(timespec="seconds"),
        rdv["uuid_resa"],
        rdv["uuid_creneau"],
        message.id_individu,
        rdv["etat"],
        code("statut_rdv", rdv["statut"]),
        rdv["debut"],
        str(rdv["duree"]),
        rdv["reporte_au"],
    )
    return dict(zip(colonnes(COLONNES), map(inerte, valeurs), strict=True))


FLUX = FluxSortant(
    destinataire="SOLIS",
    code="RDV",
    libelle="Réalisation des rendez-vous",
    colonnes=colonnes(COLONNES),
    redacteur="viesion_solis.rdv:rediger",
)
