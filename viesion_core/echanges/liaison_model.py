"""How the exchanges with the partner's server go, and what to do when they fail, in plain words. Pure."""

import datetime as dt
import enum
import errno
import socket

import msgspec

SFTP = "SFTP"


class Panne(enum.StrEnum):
    """Why the files were not exchanged."""

    NOM = "NOM"
    INJOIGNABLE = "INJOIGNABLE"
    SERVEUR = "SERVEUR"
    COMPTE = "COMPTE"
    CLE = "CLE"
    DROITS = "DROITS"
    PLACE = "PLACE"
    TAILLE = "TAILLE"
    COUPURE = "COUPURE"
    AUTRE = "AUTRE"


PHRASES = {
    Panne.NOM: (
        "Le nom du serveur de Solis n'existe pas",
        "Faites vérifier le réglage VIESION_SFTP_HOTE par l'administration de VieSion.",
    ),
    Panne.INJOIGNABLE: (
        "Le serveur de Solis ne répond pas",
        "Demandez à l'équipe de Solis s'il est arrêté ; sinon faites vérifier l'adresse (VIESION_SFTP_HOTE, "
        "VIESION_SFTP_PORT) et le pare-feu.",
    ),
    Panne.SERVEUR: (
        "Le serveur qui répond n'est pas celui que VieSion connaît",
        "Demandez à l'équipe de Solis si elle a changé la clé de son serveur. Si oui, faites mettre la nouvelle dans "
        "VIESION_SFTP_CLE_HOTE ; sinon, prévenez la sécurité : un autre serveur prend peut-être sa place.",
    ),
    Panne.COMPTE: (
        "Le serveur de Solis refuse le compte de VieSion",
        "Faites vérifier VIESION_SFTP_UTILISATEUR, et demandez à l'équipe de Solis d'admettre la clé publique de "
        "VieSion.",
    ),
    Panne.CLE: (
        "La clé de VieSion ne se lit pas",
        "Faites vérifier le fichier que nomme VIESION_SFTP_CLE, et VIESION_SFTP_CLE_HOTE.",
    ),
    Panne.DROITS: (
        "Le serveur de Solis ne laisse pas lire ou écrire dans le dossier d'échange",
        "Demandez à l'équipe de Solis d'ouvrir in, out, ack, rejets et archive au compte de VieSion (dossier de "
        "VIESION_SFTP_DOSSIER).",
    ),
    Panne.PLACE: (
        "Il n'y a plus de place pour les fichiers",
        "Faites libérer de la place là où VieSion garde ses fichiers, ou demandez-en à l'équipe de Solis.",
    ),
    Panne.TAILLE: (
        "Un fichier de Solis est trop grand pour être pris",
        "Demandez à l'équipe de Solis de le couper en plusieurs : 2 Go au plus pour chacun.",
    ),
    Panne.COUPURE: (
        "La liaison s'est coupée pendant l'échange",
        "VieSion recommence au même fichier. Si cela dure, prévenez l'équipe de Solis.",
    ),
    Panne.AUTRE: (
        "Les fichiers n'ont pas pu être échangés",
        "Donnez à l'administration de VieSion l'heure de cet échec : le détail est dans le journal du serveur.",
    ),
}
"""What happened, and what to do. Nothing is lost meanwhile: the files stay where they are."""


class Bilan(msgspec.Struct):
    """How many files an exchange has moved so far; a `.ctl` goes with its file."""

    recus: int = 0
    envoyes: int = 0

    @property
    def total(self) -> int:
        """Both ways."""
        return self.recus + self.envoyes


class EchecLiaison(OSError):
    """The files were not all exchanged: why, and what was moved before."""

    def __init__(self, panne: Panne, detail: str, bilan: Bilan) -> None:
        super().__init__(f"SFTP : {detail}")
        self.panne = panne
        self.bilan = bilan


class Liaison(msgspec.Struct, frozen=True, kw_only=True):
    """How the last exchanges went. `recus`, `envoyes`: the files of the last exchange that moved any."""

    nom: str
    essayee_le: dt.datetime
    erreur: str
    echecs: int
    echoue_depuis: dt.datetime | None
    reussie_le: dt.datetime | None
    fichiers_le: dt.datetime | None
    recus: int
    envoyes: int

    @property
    def phrase(self) -> str:
        """What happened, "" when the last exchange went well."""
        return PHRASES[Panne(self.erreur)][0] if self.erreur else ""

    @property
    def conseil(self) -> str:
        """What to do."""
        return PHRASES[Panne(self.erreur)][1] if self.erreur else ""


def panne_locale(erreur: OSError) -> Panne:
    """Return why an exchange failed, of what the system says."""
    if isinstance(erreur, socket.gaierror):
        return Panne.NOM
    if isinstance(erreur, TimeoutError | ConnectionRefusedError) or erreur.errno in (
        errno.EHOSTUNREACH,
        errno.ENETUNREACH,
        errno.ECONNREFUSED,
    ):
        return Panne.INJOIGNABLE
    if isinstance(erreur, ConnectionError):
        return Panne.COUPURE
    if erreur.errno in (errno.ENOSPC, errno.EDQUOT):
        return Panne.PLACE
    if isinstance(erreur, PermissionError):
        return Panne.DROITS
    return Panne.AUTRE
