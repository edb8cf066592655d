"""AFFECT: a line of Solis that assigns a person, read into a command; the answer of the organism, worded for Solis."""

from collections.abc import Mapping

from viesion_core.api import CommandeAffect, Flux, FluxSortant, LigneRefusee, Message
from viesion_solis.champs import date, date_requise, exiger_lisible, individu, requis, un_uuid, version
from viesion_solis.contrat import inerte
from viesion_solis.correspondance import code, colonnes, sens_inverse

COLONNES = (
    "id_message", "version", "horodatage", "uuid_affectation", "id_individu", "code_offre", "siret", "role",
    "referent", "debut", "fin", "motif",
)  # fmt: skip
"""The header of what Solis asks, in this order (exchange contract, schema 1)."""
LIBELLES = {
    "id_message": "Identifiant du message",
    "version": "Version",
    "horodatage": "Horodatage",
    "uuid_affectation": "Identifiant de l'affectation",
    "id_individu": "Identifiant Solis de la personne",
    "code_offre": "Offre de service (code)",
    "siret": "SIRET de l'organisme",
    "role": "Rôle demandé (RU ou ETAPE)",
    "referent": "Référent (identifiant ou courriel)",
    "debut": "Début (AAAA-MM-JJ)",
    "fin": "Fin (AAAA-MM-JJ)",
    "motif": "Motif",
}
REPONSE = (
    "id_message", "version", "horodatage", "uuid_affectation", "id_individu", "reponse", "motif", "date_premier_rdv",
    "referent",
)  # fmt: skip
"""The header of what is answered."""


def lire(ligne: Mapping[str, str]) -> CommandeAffect:
    """Return the command of a line; LigneRefusee names the column, never its value."""
    exiger_lisible(ligne)
    debut, fin = date_requise(ligne, "debut"), date(ligne, "fin")
    if fin is not None and fin < debut:
        raise LigneRefusee("DATES_INCOHERENTES", "fin", "La fin précède le début.")
    roles = sens_inverse("role_affectation")
    role = roles.get(requis(ligne, "role").upper())
    if role is None:
        raise LigneRefusee("CODE_INCONNU", "role", "Ce code n'est pas dans la liste.")
    return CommandeAffect(
        id_message=un_uuid(ligne, "id_message"),
        version=version(ligne),
        cle=un_uuid(ligne, "uuid_affectation"),
        id_individu=individu(ligne),
        siret=requis(ligne, "siret").replace(" ", ""),
        role=role,
        offre=ligne["code_offre"].strip(),
        referent=ligne["referent"].strip(),
        debut=debut,
        fin=fin,
        motif=ligne["motif"].strip(),
    )


def rediger(message: Message) -> dict[str, str]:
    """Return the line of an answer; Solis orders those about a `uuid_affectation` by `version`."""
    reponse = message.donnees
    valeurs = (
        str(message.id_message),
        str(message.version),
        message.horodatage.isoformat(timespec="seconds"),
        str(message.cle),
        message.id_individu,
        code("reponse_affectation", reponse["reponse"]),
        reponse["motif"],
        reponse["premier_rdv"],
        reponse["referent"],
    )
    return dict(zip(colonnes(REPONSE), map(inerte, valeurs), strict=True))


FLUX = Flux(
    emetteur="SOLIS",
    code="AFFECT",
    libelle="Affectation au portefeuille des opérateurs",
    colonnes=COLONNES,
    cle="uuid_affectation",
    action="role",
    lecteur="viesion_solis.affect:lire",
    libelles=LIBELLES,
)
REPONSES = FluxSortant(
    destinataire="SOLIS",
    code="AFFECT",
    libelle="Réponses aux affectations",
    colonnes=colonnes(REPONSE),
    redacteur="viesion_solis.affect:rediger",
)
