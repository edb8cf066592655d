"""The small HTTP side of the simulated Solis, on this machine alone: what it received, where each flow is, its faults.

`/` is a page, `/etat.json` the same as data, `POST /pannes` has a fault at the next turn.
"""

import html
import http.server
import json
import queue
import threading
from typing import Any
from urllib.parse import parse_qs

import msgspec

from viesion_solis.simulateur.etat import Etat
from viesion_solis.simulateur.scenario import Genre
from viesion_solis.simulateur.sorties import CLES

_TAILLE = 10_000
_DERNIERS = 40
_STYLE = """body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#161616}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}table{border-collapse:collapse;width:100%}
caption,.aide{text-align:left;color:#555}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ccc;
vertical-align:top}.large{overflow-x:auto}td.n,th.n{text-align:right}code{font-size:.9em}
button{font:inherit;padding:.35rem .8rem;margin:0 .4rem .4rem 0;min-height:2.75rem}
@media(prefers-color-scheme:dark){body{background:#161616;color:#eee}caption,.aide{color:#bbb}th,td{border-color:#444}
a{color:#9bf}}"""


class Demande(msgspec.Struct, frozen=True):
    """A fault that somebody asks for."""

    genre: Genre
    flux: str


class Page:
    """Serves the state as it was at the end of the last turn, from its own thread."""

    def __init__(self, port: int) -> None:
        self._octets = b"{}"
        self.demandes: queue.SimpleQueue[Demande] = queue.SimpleQueue()
        self._serveur = http.server.ThreadingHTTPServer(("127.0.0.1", port), _poignee(self))
        self._serveur.daemon_threads = True
        self.port = int(self._serveur.server_address[1])
        threading.Thread(target=self._serveur.serve_forever, daemon=True).start()

    @property
    def adresse(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}/"

    def publier(self, etat: Etat) -> None:
        """Show a state."""
        self._octets = json.dumps(vue(etat), ensure_ascii=False).encode()

    def lire(self) -> bytes:
        """Return what is shown, as JSON."""
        return self._octets

    def fermer(self) -> None:
        """Stop."""
        self._serveur.shutdown()
        self._serveur.server_close()


def vue(etat: Etat) -> dict[str, Any]:
    """Return what the page shows of a state."""
    envoyes = {
        flux: {
            "rang": suite.seq,
            "pris": sum(a["etat"] == "TRAITE" for a in suite.accuses.values()),
            "sans_reponse": suite.attendent(),
            "accuses": [{"rang": int(seq), **accuse} for seq, accuse in list(suite.accuses.items())[-_DERNIERS:]],
        }
        for flux, suite in (("ALLOC", etat.alloc), ("AFFECT", etat.affect))
    }
    recus = {
        flux: {
            "objets": len(etat.recu(flux)),
            "effets": sum(r.effets for r in etat.recu(flux).values()),
            "doubles": sum(r.doubles for r in etat.recu(flux).values()),
            "derniers": [
                {"cle": cle, **msgspec.to_builtins(recu)} for cle, recu in list(etat.recu(flux).items())[-_DERNIERS:]
            ],
        }
        for flux in CLES
    }
    return {
        "tour": etat.tour,
        "envoyes": envoyes,
        "recus": recus,
        "affectations": [msgspec.to_builtins(a) for a in list(etat.affectations.values())[-_DERNIERS:]],
        "reservations": [msgspec.to_builtins(r) for r in list(etat.reservations.values())[-_DERNIERS:]],
        "pannes": etat.pannes,
        "recit": etat.recit[::-1],
    }


def _poignee(page: Page) -> type[http.server.BaseHTTPRequestHandler]:
    class Poignee(http.server.BaseHTTPRequestHandler):
        """Answers whoever is on this machine, and names it by its own name: no other site's page reaches it."""

        def do_GET(self) -> None:
            """Show."""
            if not self._d_ici():
                self._rendre(403, "text/plain", b"Seulement depuis cette machine.")
            elif self.path == "/etat.json":
                self._rendre(200, "application/json", page.lire())
            elif self.path == "/":
                self._rendre(200, "text/html", document(json.loads(page.lire())).encode())
            else:
                self._rendre(404, "text/plain", "Rien à cette adresse.".encode())

        def do_POST(self) -> None:
            """Have a fault at the next turn (`genre`, `flux`)."""
            taille = self.headers.get("Content-Length", "")
            if not self._d_ici() or self.path != "/pannes" or not taille.isdigit() or int(taille) > _TAILLE:
                self._rendre(404, "text/plain", "Rien à cette adresse.".encode())
                return
            champs = parse_qs(self.rfile.read(int(taille)).decode("utf-8", "replace"))
            genre, flux = champs.get("genre", [""])[0], champs.get("flux", [""])[0]
            if genre not in set(Genre) or flux not in ("", "ALLOC", *CLES):
                connus = f"Pannes connues : {', '.join(Genre)}."
                self._rendre(422, "text/plain", connus.encode())
                return
            page.demandes.put(Demande(Genre(genre), flux))
            self.send_response(303)
            self.send_header("Location", "/")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _d_ici(self) -> bool:
            admis = {f"127.0.0.1:{page.port}", f"localhost:{page.port}"}
            origine = self.headers.get("Origin", "")
            return self.headers.get("Host", "") in admis and (not origine or origine.removeprefix("http://") in admis)

        def _rendre(self, statut: int, genre: str, corps: bytes) -> None:
            self.send_response(statut)
            self.send_header("Content-Type", f"{genre}; charset=utf-8")
            self.send_header("Content-Length", str(len(corps)))
            self.send_header("Cache-Control", "no-store")
            self.send_header(
                "Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"
            )
            self.end_headers()
            self.wfile.write(corps)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: what happens is in the account of the turns."""

    return Poignee


def document(v: dict[str, Any]) -> str:
    """Return the page of a view."""
    if not v:
        return _cadre("<p>Le premier tour n'est pas fini.</p>")
    envoyes = [
        (f, e["rang"], e["pris"], ", ".join(map(str, e["sans_reponse"])) or "aucun") for f, e in v["envoyes"].items()
    ]
    recus = [(f, r["objets"], r["effets"], r["doubles"]) for f, r in v["recus"].items()]
    messages = [
        (flux, cle["cle"], cle["version"], cle["effets"], "; ".join(f"{c} : {t}" for c, t in cle["dit"].items() if t))
        for flux, r in v["recus"].items()
        for cle in reversed(r["derniers"])
    ]
    affectations = [
        (a["individu"], a["siret"], a["reponse"] or "sans réponse", a["motif"] or a["premier_rdv"])
        for a in reversed(v["affectations"])
    ]
    reservations = [
        (r["id_individu"], r["etat"], r["statut"] or "sans réponse", r["uuid_resa"])
        for r in reversed(v["reservations"])
    ]
    boutons = "".join(f'<button name="genre" value="{g}">{g} ({v["pannes"].get(g, 0)})</button>' for g in Genre)
    return _cadre(
        f"<p>Tour {v['tour']}. Les mêmes données : <a href='/etat.json'>/etat.json</a>.</p>"
        + _tableau("Ce que Solis envoie", ("Flux", "Dernier rang", "Lots pris", "Rangs sans réponse"), envoyes)
        + _tableau("Ce que Solis a reçu", ("Flux", "Objets", "Versions prises", "Doublons ignorés"), recus)
        + "<h2>Pannes au prochain tour</h2><p class='aide'>Entre parenthèses, combien de fois déjà.</p>"
        + f"<form method='post' action='/pannes'>{boutons}</form>"
        + _tableau(
            "Personnes affectées", ("Personne", "Organisme", "Réponse", "Motif ou premier rendez-vous"), affectations
        )
        + _tableau("Rendez-vous", ("Personne", "Demande", "Réalisation", "Réservation"), reservations)
        + _tableau("Messages de VieSion", ("Flux", "Objet", "Version", "Effets", "Contenu"), messages)
        + "<h2>Ce qui s'est passé</h2><ol reversed>"
        + "".join(f"<li>{html.escape(texte)}</li>" for texte in v["recit"])
        + "</ol>"
    )


def _tableau(titre: str, colonnes: tuple[str, ...], lignes: list[tuple[Any, ...]]) -> str:
    if not lignes:
        return f"<h2>{titre}</h2><p class='aide'>Rien encore.</p>"
    entete = "".join(f'<th scope="col">{c}</th>' for c in colonnes)
    corps = "".join(
        "<tr>" + "".join(f"<td>{html.escape(str(valeur))}</td>" for valeur in ligne) + "</tr>" for ligne in lignes
    )
    return (
        f"<h2>{titre}</h2><div class='large' tabindex='0' role='region' aria-label='{titre}'><table>"
        f"<thead><tr>{entete}</tr></thead><tbody>{corps}</tbody></table></div>"
    )


def _cadre(contenu: str) -> str:
    return (
        "<!doctype html><html lang='fr'><head><meta charset='utf-8'><title>Solis simulé</title>"
        "<meta name='viewport' content='width=device-width,initial-scale=1'>"
        f"<style>{_STYLE}</style></head><body><main><h1>Solis simulé</h1>{contenu}</main></body></html>"
    )
