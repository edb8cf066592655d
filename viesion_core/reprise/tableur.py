"""A spreadsheet read into texts, whatever it is: XLSX or CSV, its encoding, its separator; what it is not is named.

A formula gives the value that it had when the file was saved; a date is written AAAA-MM-JJ. Nothing is carried out.
"""

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from viesion_core.erreurs import ErreurSaisie

TAILLE_MAXIMALE = 10 * 2**20
"""Bytes of a spreadsheet."""
DEPLIE_MAXIMUM = 200 * 2**20
PARTIES_MAXIMUM = 2_000
LIGNES_MAXIMUM = 20_000
COLONNES_MAXIMUM = 80
CASE_MAXIMUM = 4_000
SANS_RESULTAT = "#FORMULE"
"""What a formula without a saved value is read as: the cell is refused by name."""
_ENTETE_DANS = 15
_SEPARATEURS = ";\t,|"
_SIGNATURES = {
    b"\xd0\xcf\x11\xe0": "Le classeur est en .xls, ou protégé : enregistrez-le en .xlsx, sans mot de passe.",
    b"%PDF": "C'est un PDF : enregistrez le tableau en .xlsx ou en .csv.",
    b"\x89PNG": "C'est une image : enregistrez le tableau en .xlsx ou en .csv.",
    b"\xff\xd8\xff": "C'est une image : enregistrez le tableau en .xlsx ou en .csv.",
    b"\x1f\x8b": "Le fichier est compressé (gzip) : déposez-le décompressé.",
    b"7z\xbc\xaf": "Le fichier est compressé (7z) : déposez-le décompressé.",
    b"<?xm": "C'est un fichier XML : enregistrez le tableau en .xlsx ou en .csv.",
    b"{\\rt": "C'est un document texte : enregistrez le tableau en .xlsx ou en .csv.",
}  # fmt: skip
_MARQUES = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_PARTIE_XML = re.compile(r"\.(?:xml|rels)$")
_FUSION = re.compile(rb'<mergeCell ref="([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})"')


class Tableau(msgspec.Struct, frozen=True, kw_only=True):
    """The table of a file: its headings, its rows with their rank in the file, and what deserves attention."""

    feuille: str
    entetes: tuple[str, ...]
    rangees: tuple[tuple[int, tuple[str, ...]], ...]
    avertissements: tuple[str, ...] = ()


def lire_tableur(octets: bytes) -> Tableau:
    """Return the table of a file, told by its content and never by its name; ErreurSaisie (`fichier`) names a fault."""
    if not octets.strip(b"\x00 \r\n\t"):
        raise _refus("Le fichier est vide.")
    if len(octets) > TAILLE_MAXIMALE:
        raise _refus(f"Le fichier dépasse {TAILLE_MAXIMALE // 2**20} Mo : coupez-le en plusieurs.")
    for signature, message in _SIGNATURES.items():
        if octets.startswith(signature):
            raise _refus(message)
    if octets.startswith(b"PK"):
        return _lire_xlsx(octets)
    return _tableau("", _lire_csv(octets), [])


def _lire_csv(octets: bytes) -> Iterator[tuple[int, list[str]]]:
    texte = _decoder(octets)
    if "\x00" in texte:
        raise _refus("Le fichier contient des caractères nuls : ce n'est pas un tableau CSV.")
    separateur = _separateur(texte)
    lecteur = csv.reader(io.StringIO(texte, newline=""), delimiter=separateur)
    try:
        for rangee in lecteur:
            yield lecteur.line_num, [case.strip() for case in rangee]
    except csv.Error as erreur:
        raise _refus(f"Ligne {lecteur.line_num} : le CSV est mal formé, ou une case est démesurée.") from erreur


def _decoder(octets: bytes) -> str:
    """Return the text of a CSV: by its mark, else UTF-8, else windows-1252."""
    encodage = next((nom for marque, nom in _MARQUES.items() if octets.startswith(marque)), "")
    if not encodage and octets[:200].count(b"\x00") > 20:
        encodage = "utf-16-le" if octets[1:2] == b"\x00" else "utf-16-be"
    for essai in (encodage,) if encodage else ("utf-8", "cp1252"):
        try:
            return octets.decode(essai)
        except UnicodeDecodeError:
            continue
    raise _refus("L'encodage du fichier n'est pas reconnu : enregistrez-le en « CSV UTF-8 ».")


def _separateur(texte: str) -> str:
    """Return the separator that cuts the first lines into the most columns."""
    lignes = texte.splitlines()[:20]

    def largeur(separateur: str) -> int:
        try:
            rangees = list(csv.reader(lignes, delimiter=separateur))
        except csv.Error:
            return 0
        return sum(len(rangee) for rangee in rangees)

    return max(_SEPARATEURS, key=largeur)


def _lire_xlsx(octets: bytes) -> Tableau:
    avertissements = _controler_archive(octets)
    # Loaded by the first reprise alone: it costs every start a fifth of a second.
    from openpyxl import load_workbook  # noqa: PLC0415 - see above

    try:
        valeurs = load_workbook(io.BytesIO(octets), read_only=True, data_only=True, keep_links=False)
        formules = load_workbook(io.BytesIO(octets), read_only=True, data_only=False, keep_links=False)
        visibles = [page for page in valeurs.worksheets if page.sheet_state == "visible"]
        cachees = [page.title for page in valeurs.worksheets if page.sheet_state != "visible"]
        pleines = [page for page in visibles if next(_pleines(page), None) is not None]
        if not pleines:
            raise _refus("Aucune feuille visible du classeur ne contient de données.")
        page = pleines[0]
        if cachees:
            avertissements.append(f"Feuilles masquées, non lues : {', '.join(cachees)[:200]}.")
        if len(pleines) > 1:
            autres = ", ".join(autre.title for autre in pleines[1:])[:200]
            avertissements.append(f"Seule la feuille « {page.title} » est lue ; ne le sont pas : {autres}.")
        return _tableau(page.title, _rangees_xlsx(page, formules[page.title]), avertissements)
    except ErreurSaisie:
        raise
    except Exception as erreur:  # openpyxl raises what it finds: the file is refused, the page stays
        raise _refus("Le classeur est abîmé : ouvrez-le dans un tableur et enregistrez-le de nouveau.") from erreur


def _controler_archive(octets: bytes) -> list[str]:
    """Refuse what is no workbook, unfolds out of measure or holds a DTD; return what deserves attention."""
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            parties = archive.infolist()
            noms = {partie.filename for partie in parties}
            if "mimetype" in noms:
                raise _refus("C'est un classeur OpenDocument (.ods) : enregistrez-le en .xlsx ou en .csv.")
            if "xl/workbook.xml" not in noms:
                raise _refus("C'est une archive, pas un classeur : déposez le .xlsx ou le .csv qu'elle contient.")
            if "xl/vbaProject.bin" in noms:
                raise _refus("Le classeur contient des macros : enregistrez-le en .xlsx, sans macro.")
            if len(parties) > PARTIES_MAXIMUM or sum(partie.file_size for partie in parties) > DEPLIE_MAXIMUM:
                raise _refus("Le classeur se déplie démesurément : ce n'est pas un tableau de personnes.")
            if any(partie.flag_bits & 1 for partie in parties):
                raise _refus("Le classeur est protégé par mot de passe : retirez la protection.")
            fusions: list[str] = []
            for partie in parties:
                if not _PARTIE_XML.search(partie.filename):
                    continue
                contenu = archive.read(partie)
                if contenu.startswith((b"\xff\xfe", b"\xfe\xff")) or b"<!DOCTYPE" in contenu or b"<!ENTITY" in contenu:
                    raise _refus("Le classeur contient une DTD ou des entités XML : il est refusé.")
                if partie.filename.startswith("xl/worksheets/"):
                    fusions += [plage.decode() for plage in _FUSION.findall(contenu)]
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, RuntimeError, ValueError) as erreur:
        raise _refus("Le classeur est abîmé ou coupé : enregistrez-le de nouveau.") from erreur
    if not fusions:
        return []
    vues = ", ".join(fusions[:5]) + ("…" if len(fusions) > 5 else "")
    return [f"Cellules fusionnées ({vues}) : seule la première garde sa valeur, les autres sont lues vides."]


def _pleines(page: Any) -> Iterator[Any]:
    return (rangee for rangee in page.iter_rows(max_col=COLONNES_MAXIMUM, values_only=True) if any(rangee))


def _rangees_xlsx(valeurs: Any, formules: Any) -> Iterator[tuple[int, list[str]]]:
    paires = zip(
        valeurs.iter_rows(max_col=COLONNES_MAXIMUM, values_only=True),
        formules.iter_rows(max_col=COLONNES_MAXIMUM, values_only=True),
        strict=False,
    )
    for rang, (vues, ecrites) in enumerate(paires, 1):
        yield rang, [_texte(vue, ecrite) for vue, ecrite in zip(vues, ecrites, strict=False)]


def _texte(valeur: Any, ecrite: Any) -> str:
    """Return a cell as a text: a date is ISO, a whole number has no decimals."""
    if valeur is None:
        return SANS_RESULTAT if isinstance(ecrite, str) and ecrite.startswith("=") else ""
    if isinstance(valeur, bool):
        return "1" if valeur else "0"
    if isinstance(valeur, dt.datetime):
        return valeur.date().isoformat()
    if isinstance(valeur, float) and valeur.is_integer():
        return str(int(valeur))
    return str(valeur).strip()


def _tableau(feuille: str, lues: Iterable[tuple[int, list[str]]], avertissements: list[str]) -> Tableau:
    """Return the table: the headings are the first row that has the most texts among the first ones."""
    debut: list[tuple[int, list[str]]] = []
    rangees: list[tuple[int, tuple[str, ...]]] = []
    vides = 0
    for rang, cases in lues:
        if not any(cases):
            vides += bool(rangees or debut)
            continue
        if len(cases) > COLONNES_MAXIMUM:
            raise _refus(f"Ligne {rang} : plus de {COLONNES_MAXIMUM} colonnes.")
        if max(map(len, cases)) > CASE_MAXIMUM:
            raise _refus(f"Ligne {rang} : une case dépasse {CASE_MAXIMUM} caractères.")
        debut.append((rang, cases))
        if len(debut) > LIGNES_MAXIMUM + _ENTETE_DANS:
            raise _refus(f"Le fichier dépasse {LIGNES_MAXIMUM} lignes : coupez-le en plusieurs.")
    if not debut:
        raise _refus("Le fichier ne contient aucune ligne.")
    titre = max(range(min(_ENTETE_DANS, len(debut))), key=lambda i: (_titres(debut[i][1]), -i))
    corps = debut[titre + 1 :]
    largeur = max((rang + 1 for rang, case in enumerate(debut[titre][1]) if case), default=0)
    remplies = {i for _, cases in corps for i, case in enumerate(cases[:largeur]) if case}
    gardees = [i for i in range(largeur) if debut[titre][1][i] or i in remplies]
    entetes = [debut[titre][1][i] for i in gardees]
    for rang, cases in corps:
        pleine = [*cases, *[""] * largeur]
        rangees.append((rang, tuple(pleine[i] for i in gardees)))
    if not rangees:
        raise _refus("Le fichier n'a que des titres de colonnes, et aucune personne.")
    trop = [rang for rang, cases in corps if any(cases[largeur:])]
    plus = []
    if trop:
        plus.append(f"Lignes plus longues que les titres ({len(trop)}, d'abord la {trop[0]}) : leur fin n'est pas lue.")
    if vides:
        plus.append("Les lignes vides sont passées.")
    return Tableau(
        feuille=feuille,
        entetes=tuple(_nommer(entetes, gardees)),
        rangees=tuple(rangees),
        avertissements=(*avertissements, *plus),
    )


def _titres(cases: Sequence[str]) -> int:
    """Return how many cells of a row look like headings: words, none of them a number or a date."""
    return sum(bool(re.search(r"[^\W\d_]", case)) and not re.search(r"\d{3}|@", case) for case in cases)


def _nommer(entetes: Sequence[str], rangs: Sequence[int]) -> list[str]:
    """Return the headings, one that is empty or comes twice told by its letter."""
    noms: list[str] = []
    for rang, entete in zip(rangs, entetes, strict=True):
        nom = " ".join(entete.split())[:80]
        lettre = chr(65 + rang) if rang < 26 else chr(64 + rang // 26) + chr(65 + rang % 26)
        noms.append(f"Colonne {lettre}" if not nom else (f"{nom} ({lettre})" if nom in noms else nom))
    return noms


def _refus(message: str) -> ErreurSaisie:
    return ErreurSaisie({"fichier": message}, message)
