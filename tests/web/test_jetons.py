"""The tokens keep their promises: contrast of every pair used, in light and in dark (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re

import pytest

from web.statique import DOSSIER

TEXTE, TRAIT = 4.5, 3.0
FONDS = ("bureau", "feuille", "feuille-2", "creux")
PAIRES = [
    *[(encre, fond, TEXTE) for encre in ("encre", "encre-2") for fond in FONDS],
    *[("encre-3", fond, TEXTE) for fond in ("bureau", "feuille", "feuille-2", "creux")],
    *[("accent", fond, TEXTE) for fond in (*FONDS, "accent-pale")],
    *[("accent-fort", fond, TEXTE) for fond in (*FONDS, "accent-pale")],
    ("sur-accent", "accent", TEXTE),
    ("sur-accent", "accent-fort", TEXTE),
    ("bureau", "encre", TEXTE),
    *[
        (ton, fond, TEXTE)
        for ton in ("bloque", "attend", "fait")
        for fond in ("bureau", "feuille", "feuille-2", f"{ton}-pale")
    ],
    *[("trait-fort", fond, TRAIT) for fond in ("bureau", "feuille", "feuille-2")],
]


def couleurs(theme: int) -> dict[str, str]:
    texte = (DOSSIER / "css" / "jetons.css").read_text()
    return {
        nom: choix[theme]
        for nom, *choix in re.findall(r"--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", texte)
    }


def luminance(couleur: str) -> float:
    canaux = [int(couleur[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    rouge, vert, bleu = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in canaux)
    return 0.2126 * rouge + 0.7152 * vert + 0.0722 * bleu


def contraste(une: str, autre: str) -> float:
    claire, sombre = sorted((luminance(une), luminance(autre)), reverse=True)
    return (claire + 0.05) / (sombre + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["clair", "sombre"])
def test_contrastes(theme: int) -> None:
    palette = couleurs(theme)
    faibles = [
        f"{encre} sur {fond} : {contraste(palette[encre], palette[fond]):.2f} < {seuil}"
        for encre, fond, seuil in PAIRES
        if contraste(palette[encre], palette[fond]) < seuil
    ]
    assert faibles == []


def test_une_seule_feuille_nomme_les_couleurs() -> None:
    """A colour written elsewhere would escape the dark theme; paper and the logo's light are the two exceptions."""
    for feuille in (DOSSIER / "css").glob("*.css"):
        if feuille.name not in ("jetons.css", "impression.css"):
            couleurs_ecrites = set(re.findall(r"#[0-9a-fA-F]{3,8}\b", feuille.read_text())) - {
                "#fff2",
                "#0002",
                "#d9952b",
            }
            assert couleurs_ecrites == set(), feuille.name
