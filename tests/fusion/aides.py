"""Word files made for the tests: ordinary ones, and those that somebody with bad intentions would send."""

import io
import zipfile
from collections.abc import Callable, Mapping

import docx
from docx.document import Document

ARBRE = {
    "beneficiaire": {"nom": "", "prenom": "", "commune": ""},
    "aujourdhui": "",
    "entretiens": [{"date": "", "themes": [{"libelle": ""}]}],
}
VALEURS = {
    "beneficiaire": {"nom": "EXEMPLE & <FILS>", "prenom": "Camille", "commune": "Béziers\nCentre"},
    "aujourdhui": "24/11/2026",
    "entretiens": [
        {"date": "01/09/2026", "themes": [{"libelle": "Santé"}, {"libelle": "Mobilité"}]},
        {"date": "15/09/2026", "themes": []},
    ],
}


def word(*paragraphes: str, completer: Callable[[Document], None] | None = None) -> bytes:
    """Return a Word document with these paragraphs."""
    document = docx.Document()
    for texte in paragraphes:
        document.add_paragraph(texte)
    if completer is not None:
        completer(document)
    sortie = io.BytesIO()
    document.save(sortie)
    return sortie.getvalue()


def refaire(
    contenu: bytes,
    *,
    remplacer: Mapping[str, bytes] | None = None,
    ajouter: Mapping[str, bytes] | None = None,
    methode: int = zipfile.ZIP_DEFLATED,
    changer: Callable[[zipfile.ZipInfo], None] | None = None,
) -> bytes:
    """Return the archive with other parts."""
    sortie = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(contenu)) as source, zipfile.ZipFile(sortie, "w", methode) as cible:
        parties = {nom: source.read(nom) for nom in source.namelist()}
        for nom, partie in {**parties, **(remplacer or {}), **(ajouter or {})}.items():
            info = zipfile.ZipInfo(nom)
            info.compress_type = methode
            if changer is not None:
                changer(info)
            cible.writestr(info, partie)
    return sortie.getvalue()


def partie(contenu: bytes, nom: str) -> bytes:
    """Return one part of an archive."""
    with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
        return archive.read(nom)


def substituer(contenu: bytes, nom: str, avant: str, apres: str) -> bytes:
    """Return the archive with a piece of one part replaced; the piece must be there."""
    texte = partie(contenu, nom).decode()
    assert avant in texte, (avant, texte[:400])
    return refaire(contenu, remplacer={nom: texte.replace(avant, apres, 1).encode()})


def ouvrir(contenu: bytes) -> Document:
    """Return a Word document opened again."""
    return docx.Document(io.BytesIO(contenu))


def textes(contenu: bytes) -> list[str]:
    """Return the paragraphs of a Word document that say something."""
    return [p.text for p in ouvrir(contenu).paragraphs if p.text]
