"""What a Word template is, and what its fields are: values only."""

import msgspec


class ChampFusion(msgspec.Struct, frozen=True):
    """A field that a template may use: `beneficiaire.nom`, what it holds in French, an example."""

    nom: str
    libelle: str
    exemple: str = ""


class ModeleFusion(msgspec.Struct, frozen=True, kw_only=True):
    """A Word template shipped by a plugin: its bytes, and the questionnaire that it prints ("" for none).

    `champs`: the fields that the plugin's own `completer_fusion` adds to those of the core.
    """

    code: str
    libelle: str
    contenu: bytes
    questionnaire: str = ""
    offre: str = ""
    champs: tuple[ChampFusion, ...] = ()
