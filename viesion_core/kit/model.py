"""What the quality contract says: its points, and what is found against them."""

import msgspec

POINTS = {
    "distribution": "La distribution se déclare : pyproject.toml, point d'entrée viesion.plugins",
    "imports": "L'extension n'importe de VieSion que viesion_core.api",
    "crochets": "Les crochets portent le nom et les arguments de hookspecs.py",
    "declarations": "L'extension se charge et ses déclarations ont le bon type",
    "codes": "Les codes sont uniques, dans l'extension et parmi celles qui sont installées",
    "questionnaires": "Les questionnaires sont valides",
    "modeles": "Chaque champ d'un modèle Word est fourni, chaque champ fourni est décrit",
    "explications": "Les règles d'alerte s'expliquent",
    "perimetre": "Les règles d'alerte restent dans le périmètre",
    "vitesse": "Les règles d'alerte sont rapides sur la base de démonstration",
    "libelles": "Les libellés sont en français et bien écrits",
}
"""The points of the contract, in the order in which they are checked."""


class Manquement(msgspec.Struct, frozen=True):
    """What is found against a point of the contract: where, and what to do, in French."""

    point: str
    message: str

    @property
    def phrase(self) -> str:
        """« codes : … »."""
        return f"{self.point} : {self.message}"
