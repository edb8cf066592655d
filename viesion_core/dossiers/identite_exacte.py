"""Beyond the perimeter: a person is found only by their exact identity, and shows a minimal card.

Each lookup is journalled and counted: 30 an hour for a user, so that nobody goes through the département.
"""

import datetime as dt
from typing import Any

from viesion_core.acces.perimetre import condition_perimetre, exiger_ecriture
from viesion_core.actes import Acte, acte
from viesion_core.contexte import PARIS, Contexte
from viesion_core.db import lire, lire_un, transaction
from viesion_core.dossiers.model import CarteMinimale
from viesion_core.dossiers.tables import Rattachement
from viesion_core.erreurs import ErreurMetier, ErreurSaisie, Interdit, Introuvable
from viesion_core.formats import heure
from viesion_core.journal import journaliser_lecture
from viesion_core.nomenclatures.model import cle

LECTURES_PAR_HEURE = 30
MOTIF_MINIMAL, MOTIF_MAXIMAL = 10, 300
_HEURE = dt.timedelta(hours=1)


async def chercher_hors_perimetre(ctx: Contexte, nom: str, prenom: str, naissance: dt.date) -> list[CarteMinimale]:
    """Return the minimal cards of the people who bear exactly this identity, in the perimeter or not.

    `nom` is the nom de naissance or the nom d'usage; accents, case and hyphens do not count, letters do.
    Raises Interdit for whoever follows nobody, ErreurSaisie for an incomplete identity, ErreurMetier beyond
    30 lookups in an hour.
    """
    exiger_ecriture(ctx)
    _exiger_identite(nom, prenom)
    await compter_lecture(ctx)
    numeros = await _numeros_exacts(nom, prenom, naissance)
    trouvees = await cartes(ctx, numeros)
    for carte in trouvees:
        journaliser_lecture(ctx, "identite.rechercher", "dossier", str(carte.numero))
    return trouvees


async def rattacher_par_identite(
    ctx: Contexte, numero: int, nom: str, prenom: str, naissance: dt.date, motif: str
) -> Acte:
    """Attach to the user's organism a dossier found by exact identity, for a reason that the journal keeps.

    The identity is checked again: knowing the number is not enough. Raises ErreurSaisie (`motif`, `nom`,
    `prenom`), Introuvable when the identity is not that of the dossier, ErreurMetier when it is already attached
    or beyond 30 lookups in an hour.
    """
    exiger_ecriture(ctx)
    if ctx.organisme is None:
        raise Interdit
    _exiger_identite(nom, prenom)
    raison = " ".join(motif.split())
    if not MOTIF_MINIMAL <= len(raison) <= MOTIF_MAXIMAL:
        regle = f"de {MOTIF_MINIMAL} à {MOTIF_MAXIMAL} caractères"
        raise ErreurSaisie({"motif": f"Dites pourquoi vous rattachez ce dossier ({regle}) : le journal le garde."})
    await compter_lecture(ctx)
    if numero not in await _numeros_exacts(nom, prenom, naissance):
        raise Introuvable
    async with acte(ctx, "dossier.rattacher", "Dossier rattaché par identité", beneficiaire=numero) as a:
        a.motif = raison
        ligne = await lire_un(
            "SELECT id, fin, version FROM rattachement WHERE organisme = {} AND beneficiaire = {}",
            ctx.organisme,
            numero,
        )
        valeurs: dict[str, Any] = {"nature": "IDENTITE", "motif": raison, "debut": ctx.aujourdhui, "fin": None}
        if ligne is None:
            await a.inserer(Rattachement, {**valeurs, "beneficiaire": numero, "organisme": ctx.organisme})
        elif ligne["fin"] is not None and ligne["fin"] < ctx.aujourdhui:
            await a.modifier(Rattachement, ligne["id"], valeurs, version=ligne["version"])
        else:
            raise ErreurMetier("Ce dossier est déjà dans votre périmètre.")
    return a


async def cartes(ctx: Contexte, numeros: list[int], raisons: dict[int, str] | None = None) -> list[CarteMinimale]:
    """Return the minimal cards of some dossiers, in this order, whatever the perimeter: the caller has the right.

    The organisms are those of an open étape or of a current référent.
    """
    if not numeros:
        return []
    marques = ", ".join("{}" for _ in numeros)
    perimetre, parametres = condition_perimetre(ctx)
    lignes = await lire(
        f"""SELECT b.numero, b.nom_naissance, b.nom_usage, b.prenom, b.date_naissance,
            coalesce(c.nom, '') AS commune, CASE WHEN {perimetre} THEN 1 ELSE 0 END AS accessible
        FROM beneficiaire b LEFT JOIN commune c ON c.code_insee = b.commune WHERE b.numero IN ({marques})""",
        *parametres,
        *numeros,
    )
    suivis = await lire(
        f"""SELECT s.beneficiaire, o.nom FROM (
            SELECT e.beneficiaire, e.organisme FROM etape e
            WHERE e.fin_reelle IS NULL AND e.beneficiaire IN ({marques})
            UNION SELECT a.beneficiaire, u.organisme FROM affectation a JOIN utilisateur u ON u.id = a.referent
            WHERE a.debut <= {{}} AND (a.fin IS NULL OR a.fin >= {{}}) AND a.beneficiaire IN ({marques})
        ) s JOIN organisme o ON o.id = s.organisme ORDER BY o.nom""",
        *numeros,
        ctx.aujourdhui,
        ctx.aujourdhui,
        *numeros,
    )
    par_numero = {
        ligne["numero"]: CarteMinimale(
            **{**ligne, "accessible": bool(ligne["accessible"])},
            organismes=tuple(s["nom"] for s in suivis if s["beneficiaire"] == ligne["numero"]),
            raison=(raisons or {}).get(ligne["numero"], ""),
        )
        for ligne in lignes
    }
    return [par_numero[numero] for numero in numeros if numero in par_numero]


async def compter_lecture(ctx: Contexte) -> None:
    """Count a lookup beyond the perimeter; ErreurMetier when the user has used those of the hour."""
    if ctx.utilisateur is None:
        return
    compteur = f"identite:{ctx.utilisateur}"
    async with transaction():
        ligne = await lire_un(
            """INSERT INTO tentative (cle, echecs, derniere, prochaine) VALUES ({}, 1, {}, {})
            ON CONFLICT (cle) DO UPDATE SET
                echecs = CASE WHEN tentative.prochaine <= excluded.derniere THEN 1 ELSE tentative.echecs + 1 END,
                prochaine = CASE WHEN tentative.prochaine <= excluded.derniere
                    THEN excluded.prochaine ELSE tentative.prochaine END,
                derniere = excluded.derniere
            RETURNING echecs, prochaine""",
            compteur,
            ctx.maintenant,
            ctx.maintenant + _HEURE,
        )
    if ligne is not None and ligne["echecs"] > LECTURES_PAR_HEURE:
        quand = ligne["prochaine"].astimezone(PARIS)
        raise ErreurMetier(
            f"Vous avez fait {LECTURES_PAR_HEURE} recherches par identité en une heure : reprenez à {heure(quand)}."
        )


def _exiger_identite(nom: str, prenom: str) -> None:
    erreurs = {}
    if not cle(nom):
        erreurs["nom"] = "Le nom est requis."
    if not cle(prenom):
        erreurs["prenom"] = "Le prénom est requis."
    if erreurs:
        raise ErreurSaisie(erreurs)


async def _numeros_exacts(nom: str, prenom: str, naissance: dt.date) -> list[int]:
    """Return the dossiers of exactly this identity: few are born on one day."""
    lignes = await lire(
        """SELECT numero, nom_naissance, nom_usage FROM beneficiaire
        WHERE date_naissance = {} AND prenom_cle = {} ORDER BY numero LIMIT 500""",
        naissance,
        cle(prenom),
    )
    return [li["numero"] for li in lignes if cle(nom) in (cle(li["nom_naissance"]), cle(li["nom_usage"]))]
