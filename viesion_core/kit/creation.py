"""Writing a new offre: a whole distribution that installs, passes its own tests and works in the demo at once.

The files come from `squelette/` (suffix `.modele`), where `@nom@`, `@CODE@` and `@libelle@` stand for the names; the
Word template is made here, for Word to change afterwards.
"""

import importlib.resources
import io
import pathlib
import re
from importlib.resources.abc import Traversable

import docx
import msgspec
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from viesion_core.erreurs import ErreurMetier
from viesion_core.nomenclatures.model import cle

_SUFFIXE = ".modele"
_ACCENT = RGBColor(0x0B, 0x5F, 0x6B)


class Projet(msgspec.Struct, frozen=True):
    """The names of an offre: « mobilite » (package `viesion_mobilite`), MOBILITE, « Mobilité »."""

    nom: str
    code: str
    libelle: str


def projet(nom: str, libelle: str = "") -> Projet:
    """Return the names that come from one; ErreurMetier (French) when none can be made of it."""
    propre = cle(nom).replace(" ", "_")
    if not re.fullmatch(r"[A-Z][A-Z0-9_]{1,15}", propre):
        raise ErreurMetier(
            f"« {nom} » ne peut pas nommer une offre : une lettre, puis lettres et chiffres, 2 à 16 caractères."
        )
    clair = " ".join(libelle.split()) or nom.strip().replace("_", " ")
    if not re.fullmatch(r"[\w '’,.()&/-]{2,80}", clair):
        raise ErreurMetier(f"« {clair} » ne peut pas être le nom affiché : 2 à 80 lettres, sans guillemets.")
    return Projet(propre.lower(), propre, clair[0].upper() + clair[1:])


def creer(p: Projet, dossier: pathlib.Path) -> list[pathlib.Path]:
    """Write the distribution into a folder that does not exist or is empty; return its files, in order."""
    if dossier.exists() and (not dossier.is_dir() or any(dossier.iterdir())):
        raise ErreurMetier(f"{dossier} existe déjà et n'est pas vide : choisissez un autre dossier.")
    fichiers = {
        _remplacer(chemin, p): _remplacer(contenu, p).encode() for chemin, contenu in sorted(_squelette().items())
    }
    fichiers[f"viesion_{p.nom}/fusion/fiche_bilan.docx"] = fiche_bilan(p)
    ecrits = []
    for chemin, contenu in fichiers.items():
        cible = dossier / chemin
        cible.parent.mkdir(parents=True, exist_ok=True)
        cible.write_bytes(contenu)
        ecrits.append(cible)
    return ecrits


def fiche_bilan(p: Projet) -> bytes:
    """Return the Word template: letterhead, identity in a table, a conditional paragraph, the answers, page numbers."""
    document = docx.Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Calibri", Pt(11)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)
    entete = section.header.paragraphs[0]
    _gras(entete, "{{ organisme.nom }}")
    section.header.add_paragraph("{{ organisme.adresse_complete }}")
    pied = section.footer.paragraphs[0]
    pied.add_run("{{ beneficiaire.nom_complet }} - page ")
    _champ_word(pied, "PAGE")
    pied.add_run(" / ")
    _champ_word(pied, "NUMPAGES")
    titre = document.add_paragraph().add_run(f"Fiche bilan {p.libelle}")
    titre.bold, titre.font.size, titre.font.color.rgb = True, Pt(18), _ACCENT
    document.add_paragraph("Bilan du {{ bilan.date }}. {{ bilan.etat }}.")
    lignes = [
        ("Bénéficiaire", "{{ beneficiaire.nom_complet }}"),
        ("Étape", "{{ etape.nom }}, {{ etape.periode }}"),
        ("Durée de l'accompagnement", f"{{{{ {p.nom}.duree }}}}"),
        ("Rédigé par", "{{ auteur.nom_complet }}"),
    ]
    table = document.add_table(rows=0, cols=2, style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    table.columns[0].width, table.columns[1].width = Cm(5.5), Cm(11)
    for libelle, champ in lignes:
        gauche, droite = table.add_row().cells
        gauche.width, droite.width = Cm(5.5), Cm(11)
        _gras(gauche.paragraphs[0], libelle)
        droite.text = champ
    document.add_paragraph(f"{{%p if {p.nom}.conclusion %}}")
    _intertitre(document.add_paragraph(), "Conclusion")
    document.add_paragraph(f"{{{{ {p.nom}.conclusion }}}}")
    document.add_paragraph("{%p endif %}")
    document.add_paragraph("{%p for section in bilan.sections %}")
    _intertitre(document.add_paragraph(), "{{ section.titre }}")
    document.add_paragraph("{%p for question in section.questions %}")
    ligne = document.add_paragraph("{{ question.numero }}. {{ question.texte }} : {{ question.reponse }}")
    ligne.paragraph_format.space_after = Pt(3)
    document.add_paragraph("{%p endfor %}")
    document.add_paragraph("{%p endfor %}")
    document.add_paragraph("Fait le {{ aujourdhui_long }}.")
    tampon = io.BytesIO()
    document.save(tampon)
    return tampon.getvalue()


def _gras(paragraphe: Paragraph, texte: str) -> None:
    paragraphe.add_run(texte).bold = True


def _intertitre(paragraphe: Paragraph, texte: str) -> None:
    """Write a heading inside the page, apart from what precedes."""
    _gras(paragraphe, texte)
    paragraphe.runs[0].font.color.rgb = _ACCENT
    paragraphe.paragraph_format.space_before, paragraphe.paragraph_format.space_after = Pt(14), Pt(4)
    paragraphe.paragraph_format.keep_with_next = True


def _champ_word(paragraphe: Paragraph, instruction: str) -> None:
    """Add a field that Word computes (PAGE, NUMPAGES)."""
    element = OxmlElement("w:fldSimple")
    element.set(qn("w:instr"), instruction)
    paragraphe._p.append(element)


def _squelette() -> dict[str, str]:
    """Return the files of the skeleton by their path, still with the marks."""
    trouves: dict[str, str] = {}

    def visiter(dossier: Traversable, prefixe: str) -> None:
        for element in dossier.iterdir():
            if element.is_dir():
                visiter(element, f"{prefixe}{'viesion_@nom@' if element.name == 'plugin' else element.name}/")
            elif element.name.endswith(_SUFFIXE):
                trouves[prefixe + element.name.removesuffix(_SUFFIXE)] = element.read_text(encoding="utf-8")

    visiter(importlib.resources.files("viesion_core.kit") / "squelette", "")
    return trouves


def _remplacer(texte: str, p: Projet) -> str:
    return texte.replace("@nom@", p.nom).replace("@CODE@", p.code).replace("@libelle@", p.libelle)
