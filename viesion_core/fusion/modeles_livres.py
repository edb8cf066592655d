"""The Word templates that the core ships; those of an offre come with its plugin."""

import importlib.resources

from viesion_core.fusion.model import ModeleFusion

_DOSSIER = importlib.resources.files("viesion_core.fusion") / "modeles"
CONVOCATION = "CONVOCATION"


def modeles_du_coeur() -> list[ModeleFusion]:
    """Return the convocation letter."""
    return [
        ModeleFusion(
            code=CONVOCATION,
            libelle="Convocation à un entretien",
            contenu=(_DOSSIER / "convocation.docx").read_bytes(),
        )
    ]
