"""Settings: `VIESION_*` variables of the environment, read once into one frozen Struct."""

import contextlib
import datetime as dt
import os
import pathlib
import re
import secrets
import tempfile
from collections.abc import Callable, Mapping

import msgspec
from cryptography.fernet import Fernet

MODES = ("production", "demo", "test")
FICHIER, API, LES_DEUX = "fichier", "api", "les-deux"
_ENVOIS = re.compile(rf"[A-Z_]{{2,20}}=(?:{FICHIER}|{API}|{LES_DEUX})")


class ErreurReglage(Exception):
    """A setting is missing or wrong; the message is a French sentence that names the variable."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How this VieSion runs.

    `base`: `sqlite:///chemin` or `postgresql://…`. `donnees`: the folder of the documents. `url_publique`: the
    address that mails carry, never taken from a request. `secret` signs and digests; `cle_echanges` encrypts the
    files of partners that are kept (several keys parted by commas: the first encrypts, all decrypt). `sftp_…`: the
    server where partners lay and find their files, our private key (a file), the public key of the server, the folder
    there. `envois`: how each flow goes to the partners (« CONTRAT=api,AFFECT=fichier »), both ways unless it says.
    `hote`, `port`: where the server listens. Durations of sessions are idle and absolute.
    """

    base: str = "sqlite:///donnees/viesion.sqlite"
    donnees: pathlib.Path = pathlib.Path("donnees")
    mode: str = "production"
    hote: str = "127.0.0.1"
    port: int = 8000
    url_publique: str = "http://127.0.0.1:8000"
    secret: str = ""
    cle_echanges: str = ""
    sftp_hote: str = ""
    sftp_port: int = 22
    sftp_utilisateur: str = ""
    sftp_cle: pathlib.Path = pathlib.Path("")
    sftp_cle_hote: str = ""
    sftp_dossier: str = "."
    envois: str = ""
    smtp_hote: str = ""
    smtp_port: int = 587
    smtp_utilisateur: str = ""
    smtp_mot_de_passe: str = ""
    smtp_tls: bool = True
    expediteur: str = "VieSion <ne-pas-repondre@viesion.invalid>"
    adresse_anomalies: str = "viesion@herault.fr"
    session_inactive_minutes: int = 120
    session_absolue_heures: int = 10
    processus: int = 1
    pool: int = 10
    mesure: bool = False

    @property
    def fichier_base(self) -> pathlib.Path | None:
        """The SQLite file; None on PostgreSQL."""
        return pathlib.Path(self.base.removeprefix("sqlite:///")) if self.base.startswith("sqlite:///") else None

    @property
    def dossier_courriels(self) -> pathlib.Path:
        """Where mails are written when no SMTP server is set."""
        return self.donnees / "courriels"

    @property
    def dossier_documents(self) -> pathlib.Path:
        """Where the files of dossiers are kept, outside anything served statically."""
        return self.donnees / "documents"

    @property
    def dossier_echanges(self) -> pathlib.Path:
        """Where partners lay their files (in) and find the answers (ack, rejets, archive)."""
        return self.donnees / "echanges"

    def part_par(self, flux: str, voie: str) -> bool:
        """Whether the messages of a flow go to the partners that way (FICHIER, API)."""
        choisies = dict(choix.split("=") for choix in self.envois.replace(" ", "").split(",") if choix)
        return choisies.get(flux, LES_DEUX) in (voie, LES_DEUX)

    @property
    def duree_session_inactive(self) -> dt.timedelta:
        """After how long without a request a session ends."""
        return dt.timedelta(minutes=self.session_inactive_minutes)

    @property
    def duree_session_absolue(self) -> dt.timedelta:
        """After how long a session ends whatever happens."""
        return dt.timedelta(hours=self.session_absolue_heures)


def lire_settings(environ: Mapping[str, str]) -> Settings:
    """Return the settings of an environment; ErreurReglage names the variable that is wrong."""
    connus = {f"VIESION_{champ.upper()}": champ for champ in Settings.__struct_fields__}
    valeurs: dict[str, object] = {}
    for nom, texte in environ.items():
        if not nom.startswith("VIESION_") or nom.startswith("VIESION_TEST_"):
            continue
        if nom not in connus:
            raise ErreurReglage(
                f"{nom} n'est pas un réglage de VieSion. Réglages connus : {', '.join(sorted(connus))}."
            )
        valeurs[connus[nom]] = pathlib.Path(texte) if connus[nom] in ("donnees", "sftp_cle") else texte
    try:
        settings = msgspec.convert(valeurs, Settings, strict=False)
    except msgspec.ValidationError as erreur:
        champ = str(erreur).rpartition("$.")[2].rstrip("`")
        raise ErreurReglage(f"VIESION_{champ.upper()} n'a pas la forme attendue.") from erreur
    _verifier(settings)
    if not settings.secret:
        secret = _garde(settings.donnees, "secret", lambda: secrets.token_urlsafe(48))
        settings = msgspec.structs.replace(settings, secret=secret)
    if not settings.cle_echanges:
        cle = _garde(settings.donnees, "cle_echanges", lambda: Fernet.generate_key().decode())
        settings = msgspec.structs.replace(settings, cle_echanges=cle)
    return settings


def _verifier(settings: Settings) -> None:
    if settings.mode not in MODES:
        raise ErreurReglage(f"VIESION_MODE est l'un de : {', '.join(MODES)}.")
    if not settings.base.startswith(("sqlite:///", "postgresql://", "postgres://")):
        raise ErreurReglage("VIESION_BASE commence par sqlite:/// ou postgresql://.")
    if not settings.url_publique.startswith(("http://", "https://")):
        raise ErreurReglage("VIESION_URL_PUBLIQUE commence par https:// (ou http:// en local).")
    if settings.secret and len(settings.secret) < 32:
        raise ErreurReglage("VIESION_SECRET compte au moins 32 caractères.")
    if settings.cle_echanges and not all(_cle_valable(cle) for cle in settings.cle_echanges.split(",")):
        raise ErreurReglage(
            "VIESION_CLE_ECHANGES est une clé de 32 octets en base64 (44 caractères), ou plusieurs séparées par des "
            "virgules."
        )
    if settings.secret and settings.secret in settings.cle_echanges.split(","):
        raise ErreurReglage("VIESION_CLE_ECHANGES et VIESION_SECRET sont deux valeurs différentes.")
    if not all(_ENVOIS.fullmatch(choix) for choix in settings.envois.replace(" ", "").split(",") if choix):
        raise ErreurReglage(
            "VIESION_ENVOIS dit comment part chaque flux (fichier, api ou les-deux), par exemple "
            "CONTRAT=api,AFFECT=fichier."
        )
    if settings.sftp_hote:
        _verifier_sftp(settings)
    if not 1 <= settings.port <= 65_535:
        raise ErreurReglage("VIESION_PORT est un numéro de port, de 1 à 65535.")
    if settings.processus < 1:
        raise ErreurReglage("VIESION_PROCESSUS vaut 1 au moins.")
    if settings.base.startswith("sqlite") and settings.processus != 1:
        raise ErreurReglage("VIESION_PROCESSUS vaut 1 avec SQLite ; prenez PostgreSQL pour plusieurs processus.")


def _verifier_sftp(settings: Settings) -> None:
    if not settings.sftp_utilisateur:
        raise ErreurReglage("VIESION_SFTP_UTILISATEUR donne le compte du serveur SFTP.")
    if not settings.sftp_cle.is_file():
        raise ErreurReglage("VIESION_SFTP_CLE est le fichier de la clé privée de VieSion.")
    if not re.match(r"(ssh|ecdsa)-[a-z0-9-]+ [A-Za-z0-9+/=]{40,}", settings.sftp_cle_hote):
        raise ErreurReglage(
            "VIESION_SFTP_CLE_HOTE est la clé publique du serveur SFTP, « ssh-ed25519 AAAA… » : demandez-la au "
            "partenaire, VieSion n'en accepte pas d'autre."
        )
    if not 1 <= settings.sftp_port <= 65_535:
        raise ErreurReglage("VIESION_SFTP_PORT est un numéro de port, de 1 à 65535.")


def _cle_valable(cle: str) -> bool:
    try:
        Fernet(cle.strip())
    except ValueError:
        return False
    return True


def _garde(donnees: pathlib.Path, nom: str, faire: Callable[[], str]) -> str:
    """Return what is kept beside the data under that name (mode 600), made at the first start."""
    fichier = donnees / nom
    if not fichier.exists():
        donnees.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=donnees, prefix=f".{nom}.") as provisoire:
            provisoire.write(faire())
            provisoire.flush()
            with contextlib.suppress(FileExistsError):  # another process made it first: its value is the one
                os.link(provisoire.name, fichier)
    return fichier.read_text().strip()
