"""What the plugin of the offre says before an étape is saved: a mistake blocks, a warning is read once."""

from viesion_core.erreurs import ErreurSaisie
from viesion_core.offres.queries import dossier_vu
from viesion_core.parcours.model import SaisieEtape
from web.page import Page


class ControleEtape:
    """Asks the plugin (hook `controler_etape`) as `enregistrer_etape` wants it.

    `lus`: the warnings that the form showed when it was posted, one a line. Those it did not show stop the save once,
    in `a_lire`: posted again with them, the form passes.
    """

    def __init__(self, page: Page, numero: int, lus: str) -> None:
        self._page = page
        self._numero = numero
        self._lus = set(lus.split("\n"))
        self.a_lire: list[str] = []
        self._autres: list[str] = []

    def avertir(self, messages: list[str]) -> None:
        """Add warnings of the house to those of the plugin."""
        self._autres += messages

    async def __call__(self, offre: str, saisie: SaisieEtape) -> list[str]:
        """Return what the plugin refuses; raise ErreurSaisie for warnings that nobody has read yet."""
        if self._page.registre.offre(offre) is None:
            return []
        vu = await dossier_vu(self._page.ctx, self._numero)
        constats = await self._page.registre.controler_etape(offre, vu, saisie)
        refus = [constat.message for constat in constats if constat.bloque]
        avertissements = [*self._autres, *(constat.message for constat in constats if not constat.bloque)]
        if not refus and set(avertissements) - self._lus:
            self.a_lire = avertissements
            raise ErreurSaisie({}, "À vérifier avant d'enregistrer.")
        return refus
