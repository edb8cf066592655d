"""Convocations by mail: the person's agreement, « Envoyer la convocation »."""

import uuid
from typing import Any

from litestar import Controller, Response, post
from litestar.params import FromPath

from viesion_core.convocations.actions import convoquer, recueillir_accord, retirer_accord
from web.ecrans.dossier_commun import retour_local
from web.formulaire import lire_formulaire
from web.page import PageCourante
from web.politiques import DOSSIER_ECRITURE, politique


class ConvocationController(Controller):
    """The mails of a person's entretiens."""

    path = "/beneficiaires/{numero:int}/entretiens"
    opt = politique(DOSSIER_ECRITURE)

    @post("/accord-courriel")
    async def accepter(self, page: PageCourante, numero: FromPath[int]) -> Response[Any]:
        """Note that the person agrees; the toast undoes it."""
        fait = await recueillir_accord(page.ctx, numero)
        return page.rediriger(f"/beneficiaires/{numero}/entretiens", acte=fait.id)

    @post("/accord-courriel/retirer")
    async def refuser(self, page: PageCourante, numero: FromPath[int]) -> Response[Any]:
        """Note that the person takes no more mails."""
        f = await lire_formulaire(page.requete)
        version = f.entier("version", requis=True) or 0
        f.verifier()
        fait = await retirer_accord(page.ctx, numero, version=version)
        return page.rediriger(f"/beneficiaires/{numero}/entretiens", acte=fait.id)

    @post("/{identifiant:uuid}/convoquer")
    async def convoquer(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """« Envoyer la convocation »: the mail leaves in a minute, the toast stops it until then."""
        f = await lire_formulaire(page.requete)
        fait = await convoquer(page.ctx, numero, identifiant)
        defaut = f"/beneficiaires/{numero}/entretiens#e-{identifiant}"
        return page.rediriger(retour_local(numero, f.texte("retour", maximum=300), defaut), acte=fait.id)
