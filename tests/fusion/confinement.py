"""What is left to a process once it is confined: tried from inside, in a process of its own."""

import json
import subprocess
import sys

_ESSAIS = """
import json, os, socket, tempfile
from viesion_core.fusion import ouvrier

def essai(fonction):
    try:
        fonction()
    except (OSError, MemoryError) as erreur:
        return "refused"
    return "allowed"

dossier = tempfile.gettempdir()
ouvrier._confiner()
print(json.dumps({
    "open": essai(lambda: open("/etc/passwd")),
    "write": essai(lambda: open(os.path.join(dossier, "essai"), "w")),
    "socket": essai(socket.socket),
    "fork": essai(os.fork),
    "memory": essai(lambda: bytearray(400 * 2**20)),
}))
"""


def essayer() -> dict[str, str]:
    """Return, for each thing tried, "refused" or "allowed"."""
    resultat = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-I", "-c", _ESSAIS], capture_output=True, check=True, timeout=60
    )
    lu: dict[str, str] = json.loads(resultat.stdout)
    return lu
