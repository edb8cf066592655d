"""The screens of a référent and of the pilote: server time until the first byte, and queries."""

from collections.abc import AsyncIterator
from urllib.parse import urlencode

from tests.bench.mesures import Banc, Mesure
from viesion_core.db import lire
from web.ecrans.beneficiaires import MANQUES

RECHERCHE, DOSSIER = 10.0, 25.0
"""The bars of the issue, in milliseconds at 45,000 people on SQLite."""
ONGLETS = (
    "identite", "caracteristiques", "parcours", "entretiens", "dispositif", "contrats", "bilans", "employabilite",
    "difficultes", "documents", "sortie",
)  # fmt: skip


async def recherche(banc: Banc) -> AsyncIterator[Mesure]:
    """Search as one types: name, first letters, number, birth date, a typing error, two words in any order."""
    ctx = await banc.compte("pilote")
    gens = await banc.gens(ctx, 60)
    formes = {
        "nom": [p["nom_naissance"] for p in gens],
        "trois lettres": [p["nom_naissance"][:3] for p in gens],
        "prénom et nom": [f"{p['prenom']} {p['nom_naissance']}" for p in gens],
        "nom et naissance": [f"{p['nom_naissance']} {p['date_naissance']:%d/%m/%Y}" for p in gens],
        "n° dossier": [str(p["numero"]) for p in gens],
        "une faute de frappe": [p["nom_naissance"][:2] + p["nom_naissance"][3:] for p in gens],
    }
    async with banc.client(ctx) as client:
        client.headers["HX-Request"] = "true"  # as the field asks while one types
        for forme, textes in formes.items():
            adresses = ["/recherche?" + urlencode({"q": texte}) for texte in textes]
            yield await banc.pages(client, f"recherche, {forme}", adresses, barre=RECHERCHE)


async def dossier(banc: Banc) -> AsyncIterator[Mesure]:
    """Open the dossiers of one's organism, then each of their tabs."""
    ctx = await banc.compte("referent.mos")
    numeros = [p["numero"] for p in await banc.gens(ctx, 60)]
    async with banc.client(ctx) as client:
        adresses = [f"/beneficiaires/{numero}" for numero in numeros]
        yield await banc.pages(client, "dossier, résumé", adresses, barre=DOSSIER)
        for onglet in ONGLETS:
            yield await banc.pages(client, f"dossier, {onglet}", [f"{adresse}/{onglet}" for adresse in adresses])
        bilans = await lire(
            f"""SELECT b.id, b.beneficiaire FROM bilan b
            WHERE b.beneficiaire IN ({", ".join("{}" for _ in numeros)}) LIMIT 20""",
            *numeros,
        )
        adresses = [f"/beneficiaires/{b['beneficiaire']}/bilans/{b['id']}" for b in bilans]
        if adresses:
            yield await banc.pages(client, "bilan", adresses)


async def listes(banc: Banc) -> AsyncIterator[Mesure]:
    """Read the accueil, the list with each filter, the alerts: in an organism, then in the département."""
    for compte in ("referent.mos", "pilote"):
        async with banc.client(await banc.compte(compte)) as client:
            yield await banc.pages(client, f"accueil, {compte}", ["/"])
            yield await banc.pages(client, f"alertes, {compte}", ["/infocentre/alertes"])
            yield await banc.pages(client, f"liste, {compte}", ["/beneficiaires"])
            for nom, _, libelle in MANQUES:
                yield await banc.pages(client, f"liste, {libelle.lower()}, {compte}", [f"/beneficiaires?{nom}=1"])


SUJETS = [recherche, dossier, listes]
