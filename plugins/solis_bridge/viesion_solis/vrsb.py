"""VRSB: the beneficiary flow of the CNAF (VRSB0801, XML), monthly or daily, read foyer by foyer.

Each adult of a foyer (demandeur, conjoint) is a line; children are none. The file is read whole before anything is
carried out: it is refused by name when its XML, its tags or its count are not what the CNAF's schema says. No DTD, no
entity, no network; memory is that of one foyer.
"""

import datetime as dt
import functools
import pathlib
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO

from lxml import etree

from viesion_core.api import FichierRefuse
from viesion_solis.correspondance import correspondance

COLONNES = (
    "id_message", "version", "cle", "action", "anomalie", "numdemrsa", "date_demande", "fonorg", "numorg", "matricule",
    "role", "nir", "civilite", "nom", "nom_naissance", "prenom", "date_naissance", "lieu_naissance", "adresse",
    "code_insee", "code_postal", "etat_dossier", "soumis_dd", "sans_domicile",
)  # fmt: skip
"""What a line keeps of an adult."""
FIN = b"</Racine>"
REPETEE = "La personne figure deux fois dans ce foyer"
CLOS = ("1", "5", "6")
"""ETATDOSRSA that end or refuse the right."""
ENCODAGES = ("utf-8", "windows-1252", "iso-8859-1", "iso-8859-15", "us-ascii")
_MORCEAU = 1 << 16
FOYER_MAXIMUM = 1 << 21
"""Bytes of one foyer: beyond, the file is not what it says."""
TEXTE_MAXIMUM = 4_000
_PROLOGUE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml\s[^>]*?\?>)?(?:\s|<!--(?:(?!-->).)*-->|<\?(?:(?!\?>).)*\?>)*<([A-Za-z_!][\w.:-]*)",
    re.DOTALL,
)
_ENCODAGE = re.compile(rb"""<\?xml\s[^>]*?encoding\s*=\s*["']([\w.-]{1,40})["']""")
_AN_2000 = dt.datetime(2000, 1, 1)
_ROLES_SANS_DOSSIER = ("ENF", "AUT")
_SEXES = {"1": "M", "2": "MME"}
_DROIT = "PrestationRSA/SituationDossierRSA/EtatDossierRSA/ETATDOSRSA"
_SANS_DOMICILE = "PrestationRSA/DetailDroitRSA/TroncCommunDroitRSA/TOPSANSDOMFIXE"


def transcrire(source: BinaryIO) -> Iterator[dict[str, str]]:
    """Yield a line for each adult; FichierRefuse names what the file is not."""
    debut = source.read(_MORCEAU)
    _exiger_prologue(debut)
    lecteur = etree.XMLPullParser(
        events=("end",),
        tag=("IdentificationFlux", "InfosFoyerRSA", "TransmissionFlux", "Racine"),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    flux = _Flux()
    morceau, depuis, queue = debut, 0, b""
    while morceau:
        queue = (queue + morceau)[-200:]
        try:
            lecteur.feed(morceau)
        except etree.XMLSyntaxError as erreur:
            raise _mal_forme(lecteur, coupe=False) from erreur
        depuis += len(morceau)
        for _, element in lecteur.read_events():
            depuis = 0
            yield from flux.lire(element)
        if depuis > FOYER_MAXIMUM:
            raise _refus("Un foyer, ou un texte, est démesuré : ce fichier n'est pas un flux de la CNAF.")
        morceau = source.read(_MORCEAU)
    try:
        lecteur.close()
    except etree.XMLSyntaxError as erreur:
        raise _mal_forme(lecteur, coupe=not queue.rstrip().endswith(FIN)) from erreur
    flux.finir()


class _Flux:
    """What is known of the flow as it is read."""

    def __init__(self) -> None:
        self.version = ""
        self.foyers = 0
        self.annonces: set[int] | None = None

    def lire(self, element: Any) -> Iterator[dict[str, str]]:
        """Yield the lines of an element that has just ended, and let it go."""
        for balise in element.iter():
            if balise.tag not in _balises():
                raise _refus(
                    f"Ligne {balise.sourceline} : la balise <{str(balise.tag)[:40]}> est inconnue de VRSB0801."
                )
            if balise.text is not None and len(balise.text) > TEXTE_MAXIMUM:
                raise _refus(f"Ligne {balise.sourceline} : le texte de <{balise.tag}> est démesuré.")
        if element.tag == "IdentificationFlux":
            self.version = _version(element)
        elif element.tag == "TransmissionFlux":
            self.annonces = _annonces(element)
        elif element.tag == "InfosFoyerRSA":
            if not self.version:
                raise _refus("L'identification du flux (IdentificationFlux) manque avant le premier foyer.")
            self.foyers += 1
            yield from _lignes(element, self.version)
        if element.tag != "Racine":
            element.getparent().remove(element)

    def finir(self) -> None:
        """Check the end: the count that the CNAF announces is that of the foyers."""
        if not self.version:
            raise _refus("L'identification du flux (IdentificationFlux) manque.")
        if self.annonces is None:
            raise _refus("La fin du flux (TransmissionFlux) manque : le fichier est coupé.")
        if self.foyers not in self.annonces:
            nombre = max(self.annonces)
            message = f"Le fichier compte {self.foyers} foyers, la CNAF en annonce {nombre}."
            raise FichierRefuse("EMPREINTE", message)


def _exiger_prologue(debut: bytes) -> None:
    """Refuse, before any parsing, what is no XML, has a DTD, another root or an encoding that hides them."""
    if debut.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in debut[:64]:
        raise _refus("Le fichier est en UTF-16 : la CNAF écrit en windows-1252 ou en UTF-8.")
    trouve = _PROLOGUE.match(debut)
    if trouve is None:
        raise _refus("Le fichier n'est pas du XML.")
    racine = trouve[1]
    if racine.startswith(b"!"):
        raise _refus("Le fichier déclare une DTD ou des entités : un flux de la CNAF n'en a pas.")
    if racine != b"Racine":
        raise _refus(f"La racine est <{racine[:40].decode('ascii', 'replace')}> au lieu de <Racine>.")
    encodage = _ENCODAGE.match(debut.removeprefix(b"\xef\xbb\xbf").lstrip())
    if encodage is not None and encodage[1].decode().lower() not in ENCODAGES:
        raise _refus(f"L'encodage {encodage[1].decode()} n'est pas l'un de ceux de la CNAF ({', '.join(ENCODAGES)}).")


def _mal_forme(lecteur: Any, *, coupe: bool) -> FichierRefuse:
    """Return what the first fault of the XML is, in French; `coupe`: the file has not its end."""
    premiere = next(iter(lecteur.feed_error_log), None)
    texte, ligne = (premiere.message.lower(), premiere.line) if premiere is not None else ("", 1)
    if "encod" in texte or "conversion" in texte or "invalid bytes" in texte:
        return _refus(f"Ligne {ligne} : un caractère n'est pas dans l'encodage que le fichier déclare.")
    if "entity" in texte:
        return _refus(f"Ligne {ligne} : le fichier emploie une entité, qu'un flux de la CNAF n'a pas.")
    return _refus("Le fichier est coupé : sa fin manque." if coupe else f"Ligne {ligne} : le XML est mal formé.")


def _version(identification: Any) -> str:
    """Return the instant of the flow in seconds since 2000: what orders the messages about a person."""
    jour, heure = _texte(identification, "DTCREAFLUX"), _texte(identification, "HEUCREAFLUX")[:8]
    try:
        instant = dt.datetime.fromisoformat(f"{jour}T{heure or '00:00:00'}")
    except ValueError as erreur:
        raise _refus("La date de création du flux (DTCREAFLUX, HEUCREAFLUX) n'existe pas.") from erreur
    secondes = int((instant.replace(tzinfo=None) - _AN_2000).total_seconds())
    if not 0 <= secondes < 2**31:
        raise _refus("La date de création du flux (DTCREAFLUX) n'est pas plausible.")
    return str(secondes)


def _annonces(transmission: Any) -> set[int]:
    """Return the counts that may be those of the foyers here: all, those without anomaly, those with one."""
    total, anomalies = (_texte(transmission, b) or "0" for b in ("NBTOTDOSRSATRANSM", "NBTOTDOSRSATRANSMANO"))
    if not (total.isascii() and total.isdigit() and anomalies.isascii() and anomalies.isdigit()):
        raise _refus("Le nombre de dossiers annoncé (TransmissionFlux) n'est pas un nombre.")
    return {int(total), int(total) - int(anomalies), int(anomalies)} if int(anomalies) else {int(total)}


def _lignes(foyer: Any, version: str) -> Iterator[dict[str, str]]:
    commun = _commun(foyer)
    anomalie = f"CNAF : {_texte(foyer, 'Anomalie/LIBANO')[:200]}" if foyer.find("Anomalie") is not None else ""
    vues: set[object] = set()
    for personne in foyer.iterfind("Personne"):
        role = next(
            (_texte(p, "ROLEPERS") for p in personne.iterfind("Prestations") if _texte(p, "NATPREST") == "RSA"), ""
        )
        if role in _ROLES_SANS_DOSSIER:
            continue
        ligne = {**commun, **_personne(personne), "role": role}
        prenom = re.sub(r"[^A-Z]", "", ligne["prenom"].upper())[:4]
        cle = f"{ligne['numdemrsa'][:11] or '?'}-{role[:3]}-{prenom}"
        siennes = {(ligne["nom_naissance"], ligne["prenom"], ligne["date_naissance"]), ligne["nir"][:13] or cle}
        yield {
            **ligne,
            "id_message": str(uuid.uuid5(uuid.NAMESPACE_OID, f"VRSB {version} {cle} {len(vues)}")),
            "version": version,
            "cle": cle,
            "action": "F" if ligne["etat_dossier"] in CLOS else "C",
            "anomalie": anomalie or (REPETEE if siennes & vues else ""),
        }
        vues |= siennes


def _commun(foyer: Any) -> dict[str, str]:
    """Return what a foyer says of all its adults."""
    identification = foyer.find("IdentificationRSA")
    organisme = _texte(identification, "Organisme/FONORG")
    matricule = _texte(identification, "Organisme/MATRICULE")
    if organisme == "CAF" and len(matricule) == 15 and matricule.endswith("00000000"):
        matricule = matricule[:7]  # the CAF pads its 7 digits with zeros
    adresses = list(foyer.iterfind("DonneesAdministratives/Adresse"))
    actuelle = next((a for a in adresses if _texte(a, "TroncCommunAdresse/RGADR").lstrip("0") == "1"), None)
    if actuelle is None and adresses:
        actuelle = adresses[0]
    france = actuelle.find("AdresseDetailleeFrance") if actuelle is not None else None
    postal = _texte(france, "CODEPOS")
    return {
        "numdemrsa": _texte(identification, "DemandeRSA/NUMDEMRSA"),
        "date_demande": _texte(identification, "DemandeRSA/DTDEMRSA"),
        "fonorg": organisme,
        "numorg": _texte(identification, "Organisme/NUMORG"),
        "matricule": matricule,
        "adresse": _adresse(france),
        "code_insee": _texte(france, "NUMCOM"),
        "code_postal": postal.zfill(5) if postal else "",
        "etat_dossier": _texte(foyer, _DROIT),
        "sans_domicile": _texte(foyer, _SANS_DOMICILE),
    }


def _adresse(france: Any) -> str:
    """Return the street, then what completes it while it holds in 160 characters."""
    voie = " ".join(filter(None, (_texte(france, b) for b in ("NUMVOIE", "LIBTYPEVOIE", "NOMVOIE"))))
    texte = " ".join(voie.split())
    for balise in ("COMPLIDEADR", "COMPLADR", "LIEUDIST"):
        plus = ", ".join(filter(None, (texte, " ".join(_texte(france, balise).split()))))
        texte = plus if len(plus) <= 160 else texte
    return texte


def _personne(personne: Any) -> dict[str, str]:
    identite = personne.find("Identification")
    qual, nom, naissance = (_texte(identite, b) for b in ("QUAL", "NOM", "NOMNAI"))
    return {
        "nir": _texte(identite, "NIR"),
        "civilite": {"MR": "M", "MLE": "MME"}.get(qual, qual) or _SEXES.get(_texte(identite, "SEXE"), ""),
        "nom": nom,
        "nom_naissance": naissance or nom,
        "prenom": _texte(identite, "PRENOM"),
        "date_naissance": _texte(identite, "DTNAI"),
        "lieu_naissance": _texte(identite, "NOMCOMNAI"),
        "soumis_dd": _texte(personne, "MontantCalculDroitRSAPersonne/TOPPERSDRODEVORSA"),
    }


def _texte(element: Any, chemin: str) -> str:
    """Return the text of a tag without its padding; "" when it is absent."""
    trouve = element.findtext(chemin) if element is not None else None
    return trouve.strip() if trouve else ""


def _refus(message: str) -> FichierRefuse:
    return FichierRefuse("SCHEMA_INVALIDE", message)


@functools.cache
def _balises() -> frozenset[str]:
    """Return the tags that are read or left, those that the département adds included."""
    texte = pathlib.Path(__file__).with_name("vrsb0801.txt").read_text(encoding="utf-8")
    connues = (mot for ligne in texte.splitlines() if not ligne.startswith("#") for mot in ligne.split())
    return frozenset([*connues, *_propres(correspondance())])


def _propres(tables: Mapping[str, Mapping[str, str]]) -> Iterable[str]:
    return tables["vrsb_balises"]
