"""The help of each screen: read once from `gabarits/aide/ecrans.toml`, found by the address or by words."""

import functools
import pathlib
import tomllib

import msgspec

from viesion_core.nomenclatures.model import cle

_FICHIER = pathlib.Path(__file__).parent / "gabarits" / "aide" / "ecrans.toml"


class AideEcran(msgspec.Struct, frozen=True):
    """The help of one screen: its paragraphs, and the beginnings of the addresses that it explains."""

    code: str
    titre: str
    chemins: tuple[str, ...]
    texte: tuple[str, ...]

    @property
    def url(self) -> str:
        """The address of this help."""
        return f"/aide/ecrans/{self.code}"


@functools.cache
def aides() -> tuple[AideEcran, ...]:
    """Return every help, in the order of the work; the punctuation keeps its no-break spaces."""
    brut = tomllib.loads(_FICHIER.read_text(encoding="utf-8"))["ecran"]
    for ecran in brut:
        ecran["texte"] = [_insecable(phrase) for phrase in ecran["texte"]]
        ecran["titre"] = _insecable(ecran["titre"])
    return msgspec.convert(brut, tuple[AideEcran, ...])


def aide_de(chemin: str) -> AideEcran | None:
    """Return the help of an address, the most precise one; None where there is none."""
    segments = _segments(chemin)
    trouvees = [
        (len(prefixe), aide)
        for aide in aides()
        for prefixe in map(_segments, aide.chemins)
        if len(prefixe) <= len(segments)
        and (prefixe or not segments)
        and all(attendu in ("*", lu) for attendu, lu in zip(prefixe, segments, strict=False))
    ]
    if segments[:1] == ["beneficiaires"] and segments[1:2] == ["nouveau"]:
        trouvees = [(n, aide) for n, aide in trouvees if aide.code == "nouveau-beneficiaire"]
    return max(trouvees, key=lambda trouvee: trouvee[0])[1] if trouvees else None


def chercher_aide(question: str) -> list[AideEcran]:
    """Return the helps that hold every word of a question, accents and capitals apart; all of them for ""."""
    voulus = cle(question).split()
    return [a for a in aides() if all(mot in cle(f"{a.titre} {' '.join(a.texte)}") for mot in voulus)]


def _segments(chemin: str) -> list[str]:
    return [segment for segment in chemin.split("/") if segment]


def _insecable(texte: str) -> str:
    for signe in ":;?!»":
        texte = texte.replace(f" {signe}", f"\u00a0{signe}")
    return texte.replace("« ", "«\u00a0")
