"""Settings: `VIESION_*` variables of the environment, read once into one frozen Struct."""

import datetime as dt
import pathlib
import secrets
from collections.abc import Mapping

import msgspec

MODES = ("production", "demo", "test")


class ErreurReglage(Exception):
    """A setting is missing or wrong; the message is a French sentence that names the variable."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How this VieSion runs.

    `base`: `sqlite:///chemin` or `postgresql://…`. `donnees`: the folder of the documents. `url_publique`: the
    address that mails carry, never taken from a request. `hote`, `port`: where the server listens. Durations of
    sessions are idle and absolute.
    """

    base: str = "sqlite:///donnees/viesion.sqlite"
    donnees: pathlib.Path = pathlib.Path("donnees")
    mode: str = "production"
    hote: str = "127.0.0.1"
    port: int = 8000
    url_publique: str = "http://127.0.0.1:8000"
    secret: str = ""
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
        valeurs[connus[nom]] = pathlib.Path(texte) if connus[nom] == "donnees" else texte
    try:
        settings = msgspec.convert(valeurs, Settings, strict=False)
    except msgspec.ValidationError as erreur:
        champ = str(erreur).rpartition("$.")[2].rstrip("`")
        raise ErreurReglage(f"VIESION_{champ.upper()} n'a pas la forme attendue.") from erreur
    _verifier(settings)
    if not settings.secret:
        settings = msgspec.structs.replace(settings, secret=_secret_local(settings.donnees))
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
    if not 1 <= settings.port <= 65_535:
        raise ErreurReglage("VIESION_PORT est un numéro de port, de 1 à 65535.")
    if settings.processus < 1:
        raise ErreurReglage("VIESION_PROCESSUS vaut 1 au moins.")
    if settings.base.startswith("sqlite") and settings.processus != 1:
        raise ErreurReglage("VIESION_PROCESSUS vaut 1 avec SQLite ; prenez PostgreSQL pour plusieurs processus.")


def _secret_local(donnees: pathlib.Path) -> str:
    """Return the secret kept beside the data, made at the first start."""
    donnees.mkdir(parents=True, exist_ok=True)
    fichier = donnees / "secret"
    if not fichier.exists():
        fichier.touch(mode=0o600)
        fichier.write_text(secrets.token_urlsafe(48))
    return fichier.read_text().strip()
