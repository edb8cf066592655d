"""The process that opens Word files: `python -I -m viesion_core.fusion.ouvrier`, started by `atelier.py`.

It imports docxtpl once, then forks for each request. The fork reads its request itself, works without file, network,
process nor much memory or time, answers and ends: nothing of a dossier outlives it, and whatever a template would
have broken ends with it. The parent process never holds a byte of a request.
"""

import io
import os
import resource
import struct
import sys
from typing import Any

import docx
import msgspec

from viesion_core.fusion.analyse import ModeleRefuse
from viesion_core.fusion.model import Defaut
from viesion_core.fusion.paquet import FichierRefuse
from viesion_core.fusion.reconnaissance import reconnaitre
from viesion_core.fusion.rendu import controler, fusionner

MEMOIRE = 256 * 2**20
"""Address space of a request, in bytes, what the interpreter itself takes included (60 MiB)."""
PROCESSEUR = 4
"""Seconds of CPU of a request."""
PERSONNE = 65534
"""The account « nobody »: what a request becomes when VieSion runs as root, whom no limit holds."""
TROP = "Ce fichier demande trop de mémoire pour être traité : il est refusé."
ENTETE = struct.Struct(">I")


class Demande(msgspec.Struct, kw_only=True):
    """What is asked: `operation` is controler, fusionner or reconnaitre."""

    operation: str
    contenu: bytes
    arbre: dict[str, Any] = {}
    valeurs: list[dict[str, Any]] = []
    titre: str = ""
    auteur: str = ""


class Reponse(msgspec.Struct, kw_only=True):
    """What is answered: the result, or why not; `memoire` in KiB and `processeur` in seconds are what it took."""

    contenu: bytes = b""
    champs: tuple[str, ...] = ()
    mime: str = ""
    defauts: tuple[Defaut, ...] = ()
    memoire: int = 0
    processeur: float = 0.0


def traiter(demande: Demande) -> Reponse:
    """Return the answer to one request; what is refused is an answer too."""
    try:
        return _faire(demande)
    except ModeleRefuse as refus:
        return Reponse(defauts=tuple(refus.defauts))
    except FichierRefuse as refus:
        message = str(refus)
    except (MemoryError, RecursionError, OverflowError):
        message = TROP
    except Exception as erreur:
        message = f"Ce fichier ne peut pas être traité ({type(erreur).__name__})."
    return Reponse(defauts=(Defaut(message),))


def _faire(demande: Demande) -> Reponse:
    if demande.operation == "reconnaitre":
        return Reponse(mime=reconnaitre(demande.contenu))
    if demande.operation == "controler":
        return Reponse(champs=tuple(controler(demande.contenu, demande.arbre, demande.valeurs)))
    contenu, champs = fusionner(
        demande.contenu, demande.arbre, demande.valeurs[0], titre=demande.titre, auteur=demande.auteur
    )
    return Reponse(contenu=contenu, champs=tuple(champs))


def main() -> None:
    """Serve the requests of the standard input until it closes; end at the first fork that ends badly."""
    _prechauffer()
    while entete := _lire(0, ENTETE.size):
        pid = os.fork()
        if pid == 0:
            _servir(ENTETE.unpack(entete)[0])
        _, etat = os.waitpid(pid, 0)
        if etat != 0:
            sys.exit(1)


def _servir(longueur: int) -> None:
    """Answer one request in this fork, then end."""
    corps = _lire(0, longueur)
    _confiner()
    reponse = traiter(msgspec.msgpack.decode(corps, type=Demande))
    mesure = resource.getrusage(resource.RUSAGE_SELF)
    reponse.memoire = mesure.ru_maxrss // (1024 if sys.platform == "darwin" else 1)
    reponse.processeur = mesure.ru_utime + mesure.ru_stime
    rendu = msgspec.msgpack.encode(reponse)
    _ecrire(1, ENTETE.pack(len(rendu)) + rendu)
    os._exit(0)


def _confiner() -> None:
    """Take away from this process all that a document does not need: memory, time, files, network, children."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(PERSONNE)
        os.setuid(PERSONNE)
    for limite, valeur in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CPU, PROCESSEUR),
        (resource.RLIMIT_NOFILE, 3),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(limite, (valeur, valeur))
    if sys.platform == "linux":  # other systems refuse a limit under what is already mapped
        resource.setrlimit(resource.RLIMIT_AS, (MEMOIRE, MEMOIRE))


def _prechauffer() -> None:
    """Fill a document of our own, so that all that is imported late is there before the files are out of reach."""
    sortie = io.BytesIO()
    document = docx.Document()
    document.add_paragraph("{{ a.b }}{% for c in d %}{{ c.e | majuscules }}{% endfor %}")
    document.add_paragraph("{% if a.b == 'é' and 1 < 2.5 %}oui{% endif %}")
    document.add_table(1, 1)
    document.sections[0].footer.paragraphs[0].text = "{{ a.b }}"
    document.save(sortie)
    arbre = {"a": {"b": ""}, "d": [{"e": ""}]}
    valeurs = {"a": {"b": "é & <"}, "d": [{"e": "x"}]}
    reponse = traiter(Demande(operation="fusionner", contenu=sortie.getvalue(), arbre=arbre, valeurs=[valeurs]))
    traiter(Demande(operation="controler", contenu=sortie.getvalue()[:-9], arbre=arbre, valeurs=[valeurs]))
    traiter(Demande(operation="controler", contenu=sortie.getvalue(), arbre={}, valeurs=[{}]))
    traiter(Demande(operation="controler", contenu=sortie.getvalue(), arbre=arbre, valeurs=[{"a": {}}]))
    if reponse.defauts:
        sys.exit(1)


def _lire(descripteur: int, longueur: int) -> bytes:
    """Return exactly that many bytes; b"" at the end of the stream."""
    morceaux = bytearray()
    while len(morceaux) < longueur:
        morceau = os.read(descripteur, min(longueur - len(morceaux), 2**20))
        if not morceau:
            return b""
        morceaux += morceau
    return bytes(morceaux)


def _ecrire(descripteur: int, contenu: bytes) -> None:
    reste = memoryview(contenu)
    while reste:
        reste = reste[os.write(descripteur, reste) :]


if __name__ == "__main__":
    main()
