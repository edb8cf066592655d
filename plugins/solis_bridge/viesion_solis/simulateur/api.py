"""The API of VieSion seen from Solis: a key, JSON, and answers that may be lost."""

import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

import msgspec

DELAI = 30.0


class Reponse(msgspec.Struct, frozen=True):
    """What VieSion answered; `statut` 0 when nothing came."""

    statut: int
    corps: Any = None

    @property
    def dit(self) -> str:
        """« 409 DEJA_TRAITE », « sans réponse »."""
        code = self.corps.get("code", "") if isinstance(self.corps, dict) else ""
        return f"{self.statut} {code}".strip() if self.statut else "sans réponse"


class Api:
    """The routes of VieSion under `adresse` (…/api/v1/solis), with a key; `panne` loses the answers."""

    def __init__(self, adresse: str, cle: str) -> None:
        if not adresse.startswith(("http://", "https://")):
            msg = "L'adresse de l'API commence par https:// (ou http:// en local)."
            raise ValueError(msg)
        self.adresse = adresse.rstrip("/")
        self.cle = cle
        self.panne = False
        self._ouvrir = urllib.request.build_opener(urllib.request.ProxyHandler({})).open

    def lire(self, chemin: str, **parametres: str) -> Reponse:
        """GET."""
        suite = f"?{urllib.parse.urlencode(parametres)}" if parametres else ""
        return self._appeler(urllib.request.Request(f"{self.adresse}{chemin}{suite}"))  # noqa: S310  # http(s) only

    def envoyer(self, chemin: str, corps: Any, idempotence: str = "") -> Reponse:
        """POST, with an Idempotency-Key unless the message is idempotent by itself."""
        demande = urllib.request.Request(  # noqa: S310  # http(s) only, checked when it is made
            f"{self.adresse}{chemin}", data=json.dumps(corps).encode(), method="POST"
        )
        demande.add_header("Content-Type", "application/json")
        if idempotence:
            demande.add_header("Idempotency-Key", idempotence)
        return self._appeler(demande)

    def _appeler(self, demande: urllib.request.Request) -> Reponse:
        demande.add_header("Authorization", f"Bearer {self.cle}")
        try:
            with self._ouvrir(demande, timeout=DELAI) as recu:
                reponse = Reponse(recu.status, json.loads(recu.read()))
        except urllib.error.HTTPError as refus:
            with refus:
                brut = refus.read()
            reponse = Reponse(refus.code, json.loads(brut) if brut.startswith(b"{") else None)
        except OSError:
            reponse = Reponse(0)
        return Reponse(500) if self.panne else reponse
