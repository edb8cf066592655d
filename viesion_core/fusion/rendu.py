"""Checking and filling a Word template with docxtpl. Runs only in the confined process of `ouvrier.py`."""

import io
import re
import zipfile
from collections.abc import Mapping
from typing import Any

from docx.opc.exceptions import OpcError
from docxtpl import DocxTemplate
from jinja2 import TemplateError
from lxml import etree

from viesion_core.fusion.analyse import Environnement, ModeleRefuse
from viesion_core.fusion.model import Defaut
from viesion_core.fusion.paquet import FichierRefuse, verifier_docx
from viesion_core.fusion.schema import inattendus, manquants

_PARTIES_FUSIONNEES = re.compile(r"word/(document|header\d*|footer\d*|footnotes)\.xml$")
_BALISE = re.compile(r"\{\{|\{%")
_ILLISIBLES = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MAL_FORME = (
    "Le modèle donne un document que Word ne pourrait pas ouvrir : une boucle ou une condition commence dans un "
    "paragraphe et finit dans un autre. Écrivez {%p if … %} seul dans son paragraphe, {%tr for … %} seul dans sa ligne "
    "de tableau."
)


class _Modele(DocxTemplate):  # type: ignore[misc]  # docxtpl is not typed
    """A docxtpl template that never repairs a broken document in silence."""

    def fix_tables(self, xml: str) -> Any:
        """Refuse what is not well formed: docxtpl would drop the rest of the document."""
        _exiger_bien_forme(xml)
        return super().fix_tables(xml)

    def render_xml_part(self, *arguments: Any, **options: Any) -> str:
        """Render a header, a footer, the notes or the body, refused when the result is not well formed."""
        xml: str = super().render_xml_part(*arguments, **options)
        _exiger_bien_forme(xml)
        return xml

    def render_properties(self, context: Mapping[str, Any], jinja_env: Any = None) -> None:
        """Leave the properties alone: `_proprietes` writes them."""


def controler(contenu: bytes, arbre: dict[str, Any], essais: list[dict[str, Any]]) -> list[str]:
    """Return the fields that a template uses; FichierRefuse or ModeleRefuse when it cannot be used.

    It is filled with each of the trial values: what no condition hides is rendered at least once.
    """
    parties = verifier_docx(contenu)
    utilises: set[str] = set()
    for valeurs in essais:
        _, champs = _remplir(contenu, arbre, valeurs)
        utilises |= champs
    perdus = [
        Defaut("Un champ est placé où la fusion ne va pas (commentaire, note de fin, propriété) : déplacez-le.", nom)
        for nom, partie in parties.items()
        if nom.startswith("word/") and not _PARTIES_FUSIONNEES.match(nom) and _BALISE.search(_texte(partie))
    ]
    if perdus:
        raise ModeleRefuse(perdus)
    return sorted(utilises)


def fusionner(
    contenu: bytes, arbre: dict[str, Any], valeurs: dict[str, Any], *, titre: str, auteur: str
) -> tuple[bytes, list[str]]:
    """Return the document and the fields used; ModeleRefuse names what is unknown or unanswered: nothing is made."""
    verifier_docx(contenu)
    document, champs = _remplir(contenu, arbre, valeurs)
    _proprietes(document, titre, auteur)
    sortie = io.BytesIO()
    document.save(sortie)
    return sortie.getvalue(), sorted(champs)


def _remplir(contenu: bytes, arbre: dict[str, Any], valeurs: dict[str, Any]) -> tuple[_Modele, set[str]]:
    environnement = Environnement(arbre)
    document = _Modele(io.BytesIO(contenu))
    propres = _nettoyer(valeurs)
    try:
        document.render(propres, environnement, autoescape=True)
    except TemplateError as erreur:
        absents = manquants(propres, environnement.utilises)
        detail = f" : {', '.join(absents)}" if absents else f" ({type(erreur).__name__})"
        raise ModeleRefuse([Defaut(f"Des champs de ce modèle n'ont pas reçu de valeur{detail}.")]) from erreur
    except (OpcError, KeyError, AttributeError, ValueError, IndexError, zipfile.BadZipFile) as erreur:
        raise FichierRefuse("Ce document est incomplet : réenregistrez-le avec Word, puis déposez-le.") from erreur
    defauts = [f"Le champ « {nom} » n'a pas reçu de valeur." for nom in manquants(propres, environnement.utilises)]
    defauts += [f"Le champ « {nom} » n'a pas reçu la valeur attendue." for nom in inattendus(propres, arbre)]
    if defauts:
        raise ModeleRefuse([Defaut(message) for message in defauts])
    return document, environnement.utilises


def _exiger_bien_forme(xml: str) -> None:
    try:
        etree.fromstring(xml.encode(), etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    except etree.XMLSyntaxError as erreur:
        raise ModeleRefuse([Defaut(_MAL_FORME)]) from erreur


def _proprietes(document: _Modele, titre: str, auteur: str) -> None:
    """Sign the document for what it is: nothing of whoever wrote the template stays in it."""
    proprietes = document.docx.core_properties
    proprietes.title, proprietes.author, proprietes.last_modified_by = titre[:200], auteur[:200], auteur[:200]
    for champ in ("comments", "keywords", "subject", "category", "content_status", "identifier"):
        setattr(proprietes, champ, "")
    proprietes.language, proprietes.revision = "fr-FR", 1


def _nettoyer(valeur: Any) -> Any:
    """Return plain values whose texts hold only what XML can carry: no control character, no lone surrogate."""
    if isinstance(valeur, Mapping):
        return {str(cle): _nettoyer(element) for cle, element in valeur.items()}
    if isinstance(valeur, list):
        return [_nettoyer(element) for element in valeur]
    return _ILLISIBLES.sub("", valeur.replace("\r\n", "\n").replace("\t", " ")) if isinstance(valeur, str) else valeur


def _texte(partie: bytes) -> str:
    """Return the words of an XML part."""
    return re.sub(r"<[^>]*>", "", partie.decode("utf-8", "replace"))
