"""The people of the simulated Solis: obviously invented, the same for a seed and a rank."""

import random
import uuid

from viesion_solis.alloc import COLONNES

_PRENOMS = ("Alix", "Camille", "Dominique", "Eden", "Maxime", "Noa", "Sacha", "Yael")
_SYLLABES = ("bal", "cor", "dim", "fer", "gal", "lor", "mer", "nol", "pri", "sor", "tal", "ver")
_COMMUNES = (("34172", "34000"), ("34032", "34500"), ("34301", "34200"), ("34003", "34300"))


def individu(rang: int) -> str:
    """Return the identifier of the n-th person (from 1)."""
    return f"SIM-{rang:06d}"


def ligne(graine: int, rang: int, version: int) -> dict[str, str]:
    """Return what Solis says of a person at a version: opened by the first one, moved house by each later one."""
    r = random.Random(f"{graine}/{rang}")  # noqa: S311  # invented people: nothing is secret
    ici = random.Random(f"{graine}/{rang}/{version}")  # noqa: S311  # invented people: nothing is secret
    commune, postal = ici.choice(_COMMUNES)
    valeurs = {
        "id_message": str(uuid.uuid5(uuid.NAMESPACE_OID, f"simulateur/{graine}/{rang}/{version}")),
        "version": str(version),
        "horodatage": "2026-01-01T08:00:00+01:00",
        "action": "C" if version == 1 else "M",
        "id_individu": individu(rang),
        "matricule": f"{8_000_000 + rang:07d}",
        "fonorg": "CAF",
        "role": "DEM",
        "civilite": r.choice(("M", "MME")),
        "nom_naissance": "".join(r.choice(_SYLLABES) for _ in range(4)).capitalize(),
        "prenom": r.choice(_PRENOMS),
        "date_naissance": f"{r.randint(1965, 2004)}-{r.randint(1, 12):02d}-{r.randint(1, 28):02d}",
        "adresse": f"{ici.randint(1, 99)} rue de l'Essai",
        "code_insee": commune,
        "code_postal": postal,
        "date_demande": "2026-01-05",
        "date_ouverture": "2026-01-05",
        "etat_dossier": "2",
        "soumis_dd": "1",
    }
    return {**dict.fromkeys(COLONNES, ""), **valeurs}
