"""The malicious corpus: templates that try to run code, to exhaust the machine, to read or to reach elsewhere."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator

from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from tests.fusion.aides import partie, refaire, substituer, word

_DOCUMENT = "word/document.xml"
_LIENS = "word/_rels/document.xml.rels"
_FIN_LIENS = "</Relationships>"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

JINJA = {
    "class-attribute": "{{ beneficiaire.__class__ }}",
    "class-item": "{{ beneficiaire['__class__'] }}",
    "mro-subclasses": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "globals-of-a-loop": "{% for e in entretiens %}{{ loop.__init__.__globals__ }}{% endfor %}",
    "self-context": "{{ self._TemplateReference__context }}",
    "cycler-globals": "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "lipsum-globals": "{{ lipsum.__globals__['os'].system('id') }}",
    "namespace": "{{ namespace.__init__ }}",
    "format-string": "{{ '{0.__class__}'.format(aujourdhui) }}",
    "format-filter": "{{ '%s' | format(beneficiaire.nom) }}",
    "attr-filter": "{{ beneficiaire | attr('__class__') }}",
    "map-attribute": "{{ entretiens | map(attribute='__class__') | list }}",
    "huge-string": "{{ 'x' * 10**9 }}",
    "huge-power": "{{ 10 ** 10 ** 9 }}",
    "huge-range": "{% for i in range(10**9) %}x{% endfor %}",
    "huge-constant-list": "{{ [0] * 10**9 }}",
    "string-iteration": "{% for c in beneficiaire.nom %}{% for d in beneficiaire.nom %}{{ c }}{% endfor %}{% endfor %}",
    "huge-concatenation": "{{ aujourdhui ~ aujourdhui }}",
    "include": "{% include '/etc/passwd' %}",
    "import": "{% import 'os' as os %}{{ os }}",
    "extends": "{% extends '/etc/passwd' %}",
    "macro-recursion": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "call-block": "{% call(x) beneficiaire() %}{% endcall %}",
    "set-mutation": "{% set beneficiaire = 1 %}{{ beneficiaire }}",
    "method-call": "{{ entretiens.append(1) }}",
    "recursive-loop": "{% for e in entretiens recursive %}{{ loop(e.themes) }}{% endfor %}",
    "do-extension": "{% do entretiens.clear() %}",
    "filter-block": "{% filter upper %}x{% endfilter %}",
    "deep-nesting": "{{ " + "(" * 4000 + "aujourdhui" + ")" * 4000 + " }}",
    "deep-not": "{{ " + "not " * 20000 + "aujourdhui }}",
    "deep-if": "{% if aujourdhui %}" * 3000 + "x" + "{% endif %}" * 3000,
    "long-constant": "{{ '" + "x" * 100_000 + "' }}",
    "nested-loops": "".join(f"{{% for e{n} in entretiens %}}" for n in range(8)) + "x" + "{% endfor %}" * 8,
    "trim-tags": "{% set x %}" + "a" * 1000 + "{% endset %}" + "{{ x * 10**6 }}",
    "cellbg": "{% cellbg 'x' * 10**9 %}",
    "private-name": "{{ _ }}{{ __builtins__ }}",
    "test-callable": "{{ beneficiaire is callable }}",
    "debug": "{% debug %}",
    "autoescape-off": "{% autoescape false %}{{ beneficiaire.nom }}{% endautoescape %}",
    "unknown-field": "{{ beneficiaire.nir }}",
}


def fichiers() -> Iterator[tuple[str, bytes]]:
    """Yield (name, bytes) of every file that must be refused before anything of it is rendered."""
    sain = word("{{ beneficiaire.nom }}")
    yield "empty", b""
    yield "not-a-zip", b"Bonjour, ceci n'est pas un document." * 50
    yield "html", b"<html><body>{{ beneficiaire.nom }}</body></html>"
    yield "old-doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 4096
    yield "zip-signature-only", b"PK\x03\x04" + b"\x00" * 200
    yield "truncated", sain[: len(sain) // 2]
    yield "truncated-tail", sain[:-30]
    yield "flipped-bytes", _abimer(sain)
    yield "plain-zip", _archive({"bonjour.txt": b"x"})
    yield "no-document", _archive({"[Content_Types].xml": partie(sain, "[Content_Types].xml")})
    yield "no-content-types", _sans(sain, "[Content_Types].xml")
    yield from _bombes(sain)
    yield from _noms(sain)
    yield from _entites(sain)
    yield from _code(sain)
    yield from _ailleurs(sain)


def _bombes(sain: bytes) -> Iterator[tuple[str, bytes]]:
    texte = partie(sain, _DOCUMENT)
    yield "zip-bomb", refaire(sain, ajouter={"word/media/a.png": b"\x00" * 60 * 2**20})
    yield "zip-bomb-in-xml", refaire(sain, ajouter={"word/bombe.xml": b"<a>" + b" " * 30 * 2**20 + b"</a>"})
    yield "ratio", refaire(sain, ajouter={"word/media/a.png": b"\x00" * 20 * 2**20})
    yield "many-entries", refaire(sain, ajouter={f"word/media/{n}.png": b"x" for n in range(5000)})
    yield "overlapping-entries", _recouvrements()
    yield "lying-size", _taille_mentie(sain)
    yield "huge-paragraph", refaire(sain, remplacer={_DOCUMENT: texte.replace(b"beneficiaire.nom", _bruit(9 * 2**20))})
    profond = b"<w:r>" * 5000 + b"</w:r>" * 5000
    yield "deep-xml", refaire(sain, remplacer={_DOCUMENT: texte.replace(b"<w:sectPr", profond + b"<w:sectPr", 1)})
    yield "nested-zip", refaire(sain, ajouter={"word/embeddings/a.docx": sain})


def _noms(sain: bytes) -> Iterator[tuple[str, bytes]]:
    for nom, chemin in (
        ("path-traversal", "../../../../etc/cron.d/x"),
        ("absolute-path", "/etc/cron.d/x"),
        ("windows-path", "word\\..\\..\\x.xml"),
        ("drive-path", "C:/x.xml"),
    ):
        yield nom, refaire(sain, ajouter={chemin: b"x"})
    yield "duplicate-entry", _double(sain)
    yield "encrypted-entry", _chiffre(sain)
    yield "lzma-entry", refaire(sain, methode=zipfile.ZIP_LZMA)


def _entites(sain: bytes) -> Iterator[tuple[str, bytes]]:
    entete = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    texte = partie(sain, _DOCUMENT).decode().partition("?>")[2]
    xxe = f'{entete}<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>{texte.replace("{{ ", "&x;{{ ")}'
    yield "xxe", refaire(sain, remplacer={_DOCUMENT: xxe.encode()})
    rires = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bombe = f'{entete}<!DOCTYPE r [<!ENTITY l0 "ha">{rires}]>{texte.replace("{{ ", "&l11;{{ ")}'
    yield "billion-laughs", refaire(sain, remplacer={_DOCUMENT: bombe.encode()})
    yield "doctype-only", refaire(sain, remplacer={_DOCUMENT: f"{entete}<!DOCTYPE r>{texte}".encode()})
    distant = f'{entete}<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd">{texte}'
    yield "remote-dtd", refaire(sain, remplacer={_DOCUMENT: distant.encode()})
    utf16 = xxe.replace("UTF-8", "UTF-16").encode("utf-16")
    yield "xxe-in-utf-16", refaire(sain, remplacer={_DOCUMENT: utf16})
    utf7 = entete.replace("UTF-8", "UTF-7") + "+ADwAIQ-DOCTYPE r+AD4-" + texte
    yield "doctype-in-utf-7", refaire(sain, remplacer={_DOCUMENT: utf7.encode()})
    yield "doctype-in-styles", refaire(sain, remplacer={"word/styles.xml": b"<!DOCTYPE a><a/>"})


def _code(sain: bytes) -> Iterator[tuple[str, bytes]]:
    yield "vba-project", refaire(sain, ajouter={"word/vbaProject.bin": b"\xd0\xcf\x11\xe0"})
    yield (
        "macro-content-type",
        substituer(sain, "[Content_Types].xml", "document.main+xml", "document.macroEnabled.main+xml"),
    )
    yield "active-x", refaire(sain, ajouter={"word/activeX/activeX1.xml": b"<a/>"})
    yield "ole-object", refaire(sain, ajouter={"word/embeddings/oleObject1.bin": b"\xd0\xcf\x11\xe0"})
    yield "custom-ui", refaire(sain, ajouter={"customUI/customUI.xml": b"<a/>"})
    for nom, code in (
        ("dde-field", "DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe"),
        ("include-text", 'INCLUDETEXT "file:///etc/passwd"'),
        ("include-picture", 'INCLUDEPICTURE "http://127.0.0.1:9/x.png"'),
        ("macro-button", "MACROBUTTON x y"),
        ("quoted-field", "QUOTE 68 68 69"),
    ):
        yield nom, word("{{ beneficiaire.nom }}", completer=_champ_word(code))
        yield f"{nom}-in-pieces", word("{{ beneficiaire.nom }}", completer=_champ_word(code, morceaux=True))


def _ailleurs(sain: bytes) -> Iterator[tuple[str, bytes]]:
    for nom, nature, cible in (
        ("external-template", "attachedTemplate", "http://127.0.0.1:9/x.dotm"),
        ("external-image", "image", "http://127.0.0.1:9/x.png"),
        ("external-object", "oleObject", "file:///c:/x"),
        ("external-frame", "frame", "http://127.0.0.1:9/"),
        ("file-hyperlink", "hyperlink", "file:///etc/passwd"),
        ("script-hyperlink", "hyperlink", "javascript:alert(1)"),
        ("unc-hyperlink", "hyperlink", "\\\\127.0.0.1\\x"),
    ):
        lien = f'<Relationship Id="rIdX" Type="{_REL}/{nature}" Target="{cible}" TargetMode="External"/>'
        yield nom, substituer(sain, _LIENS, _FIN_LIENS, lien + _FIN_LIENS)
    evade = f'<Relationship Id="rIdX" Type="{_REL}/image" Target="../../../../../etc/passwd"/>'
    yield "internal-traversal", substituer(sain, _LIENS, _FIN_LIENS, evade + _FIN_LIENS)
    perdu = f'<Relationship Id="rIdX" Type="{_REL}/image" Target="media/absente.png"/>'
    yield "dangling-part", substituer(sain, _LIENS, _FIN_LIENS, perdu + _FIN_LIENS)
    yield "alt-chunk", substituer(sain, _DOCUMENT, "<w:sectPr", '<w:altChunk r:id="rIdX"/><w:sectPr')


def _champ_word(code: str, *, morceaux: bool = False) -> Callable[[Document], None]:
    def completer(document: Document) -> None:
        if not morceaux:
            echappe = code.replace('"', "&quot;")
            xml = f'<w:p {nsdecls("w")}><w:fldSimple w:instr="{echappe}"><w:r><w:t>x</w:t></w:r></w:fldSimple></w:p>'
        else:
            lettres = "".join(f'<w:r><w:instrText xml:space="preserve">{c}</w:instrText></w:r>' for c in code)
            bornes = [f'<w:r><w:fldChar w:fldCharType="{b}"/></w:r>' for b in ("begin", "separate", "end")]
            xml = f"<w:p {nsdecls('w')}>{bornes[0]}{lettres}{bornes[1]}<w:r><w:t>x</w:t></w:r>{bornes[2]}</w:p>"
        document.element.body.insert(0, parse_xml(xml))

    return completer


def _archive(parties: dict[str, bytes]) -> bytes:
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as archive:
        for nom, contenu in parties.items():
            archive.writestr(nom, contenu)
    return sortie.getvalue()


def _sans(contenu: bytes, nom: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
        return _archive({n: archive.read(n) for n in archive.namelist() if n != nom})


def _abimer(contenu: bytes) -> bytes:
    milieu = bytearray(contenu)
    for rang in range(60, len(milieu) - 2000, 7):
        milieu[rang] ^= 0x55
    return bytes(milieu)


def _double(contenu: bytes) -> bytes:
    sortie = io.BytesIO(contenu)
    info = zipfile.ZipInfo("word/Document.xml")
    with zipfile.ZipFile(sortie, "a") as archive:
        archive.writestr(info, b"<a/>")
    return sortie.getvalue()


def _chiffre(contenu: bytes) -> bytes:
    """Raise the encryption flag of the first entry in the central directory."""
    rang = contenu.index(b"PK\x01\x02")
    return contenu[: rang + 8] + struct.pack("<H", 1) + contenu[rang + 10 :]


def _bruit(taille: int) -> bytes:
    """Return text that does not compress to nothing."""
    return b" ".join(b"%d" % (n * 2654435761 % 2**32) for n in range(taille // 10))


def _taille_mentie(contenu: bytes) -> bytes:
    """Declare 100 bytes for a part that unpacks to 30 MiB."""
    bombe = zlib.compressobj(9, zlib.DEFLATED, -15)
    corps = bombe.compress(b" " * 30 * 2**20) + bombe.flush()
    sortie = io.BytesIO(contenu)
    info = zipfile.ZipInfo("word/media/menti.xml")
    info.compress_type = zipfile.ZIP_STORED
    with zipfile.ZipFile(sortie, "a") as archive:
        archive.writestr(info, corps)
    octets = bytearray(sortie.getvalue())
    local = octets.rindex(b"PK\x03\x04")
    central = octets.rindex(b"PK\x01\x02")
    for debut in (local + 8, central + 10):
        octets[debut : debut + 2] = struct.pack("<H", zipfile.ZIP_DEFLATED)
    for debut in (local + 22, central + 24):
        octets[debut : debut + 4] = struct.pack("<I", 100)
    return bytes(octets)


def _recouvrements() -> bytes:
    """Return an archive whose 280 entries are all the same compressed bytes, 1 MiB each once unpacked."""
    bombe = zlib.compressobj(9, zlib.DEFLATED, -15)
    brut = _bruit(2**20)
    corps = bombe.compress(brut) + bombe.flush()
    nom = b"word/media/a.bin"
    local = struct.pack(
        "<IHHHHHIIIHH", 0x04034B50, 20, 0, 8, 0, 0, zlib.crc32(brut), len(corps), len(brut), len(nom), 0
    )
    debut = local + nom + corps
    centrale = b""
    for rang in range(280):
        autre = b"word/media/%d.bin" % rang
        centrale += struct.pack(
            "<IHHHHHHIIIHHHHHII",
            0x02014B50, 20, 20, 0, 8, 0, 0, zlib.crc32(brut), len(corps), len(brut), len(autre), 0, 0, 0, 0, 0, 0,
        ) + autre  # fmt: skip
    fin = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 280, 280, len(centrale), len(debut), 0)
    return debut + centrale + fin
