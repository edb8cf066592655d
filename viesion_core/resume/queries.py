"""The reads of the identity band: two queries, whatever the size of the base."""

import datetime as dt

from viesion_core.acces.perimetre import condition_perimetre
from viesion_core.contexte import Contexte
from viesion_core.db import convertir, lire, lire_un
from viesion_core.difficultes.model import natures_sensibles
from viesion_core.erreurs import Introuvable
from viesion_core.nomenclatures.model import definitions_caracteristiques
from viesion_core.resume.model import Bandeau, ReferentCourant

_REQUISES = ", ".join(f"'{d.code}'" for d in definitions_caracteristiques() if d.requise)
_NOMBRE_REQUISES = sum(d.requise for d in definitions_caracteristiques())
VALIDITE = dt.timedelta(days=365)

_SANTE = ", ".join(f"'{code}'" for code in sorted(natures_sensibles()))


def _requete(difficultes: str) -> str:
    """Return the band's query; `difficultes` is a condition more on the difficultés that it counts."""
    return f"""SELECT b.numero, b.version, b.civilite, b.nom_naissance, b.nom_usage, b.prenom, b.date_naissance,
    coalesce(c.nom, '') AS commune, b.telephone, b.etat_droit, b.soumis_droits_devoirs,
    (SELECT e.debut FROM entree_dispositif e WHERE e.beneficiaire = b.numero AND e.fin IS NULL
        ORDER BY e.debut DESC LIMIT 1) AS entree,
    {_NOMBRE_REQUISES} AS caracteristiques_requises,
    (SELECT count(*) FROM caracteristique k WHERE k.beneficiaire = b.numero AND k.fin IS NULL
        AND k.code IN ({_REQUISES})) AS caracteristiques_presentes,
    (SELECT count(*) FROM caracteristique k WHERE k.beneficiaire = b.numero AND k.fin IS NULL
        AND k.code IN ({_REQUISES}) AND k.actualisee_le < {{}}) AS caracteristiques_anciennes,
    (SELECT count(*) FROM etape e WHERE e.beneficiaire = b.numero) AS etapes,
    (SELECT count(*) FROM etape e WHERE e.beneficiaire = b.numero AND e.fin_reelle IS NULL) AS etapes_ouvertes,
    (SELECT count(*) FROM entretien e WHERE e.beneficiaire = b.numero) AS entretiens,
    (SELECT count(*) FROM entretien e WHERE e.beneficiaire = b.numero AND e.realisation = 'PREVU'
        AND e.debut < {{}}) AS entretiens_a_realiser,
    (SELECT count(*) FROM entree_dispositif e WHERE e.beneficiaire = b.numero) AS entrees,
    (SELECT count(*) FROM contrat k WHERE k.beneficiaire = b.numero) AS contrats,
    (SELECT k.fin FROM contrat k WHERE k.beneficiaire = b.numero ORDER BY k.fin DESC LIMIT 1) AS contrat_fin,
    (SELECT count(*) FROM bilan x WHERE x.beneficiaire = b.numero) AS bilans,
    (SELECT count(*) FROM difficulte d WHERE d.beneficiaire = b.numero{difficultes}) AS difficultes,
    (SELECT count(*) FROM difficulte d WHERE d.beneficiaire = b.numero AND d.fin IS NULL{difficultes})
        AS difficultes_ouvertes,
    (SELECT count(*) FROM document d WHERE d.beneficiaire = b.numero) AS documents
FROM beneficiaire b LEFT JOIN commune c ON c.code_insee = b.commune
WHERE b.numero = {{}} AND """


_BANDEAU = _requete("")
_BANDEAU_SANS_SANTE = _requete(f" AND d.nature NOT IN ({_SANTE})")


async def bandeau(ctx: Contexte, numero: int) -> Bandeau:
    """Return the identity band and the menu counts of a dossier; Introuvable outside the perimeter.

    Health difficultés are not counted for who may not read them: a count would say that there are some.
    """
    condition, parametres = condition_perimetre(ctx)
    requete = _BANDEAU if ctx.sensible else _BANDEAU_SANS_SANTE
    ligne = await lire_un(requete + condition, ctx.aujourdhui - VALIDITE, ctx.maintenant, numero, *parametres)
    if ligne is None:
        raise Introuvable
    referents = await lire(
        """SELECT a.referent AS utilisateur, u.nom, u.prenom, o.nom AS organisme_nom, a.nature, a.debut
        FROM affectation a JOIN utilisateur u ON u.id = a.referent JOIN organisme o ON o.id = u.organisme
        WHERE a.beneficiaire = {} AND a.debut <= {} AND (a.fin IS NULL OR a.fin >= {})
        ORDER BY a.nature DESC, a.debut LIMIT 20""",
        numero,
        ctx.aujourdhui,
        ctx.aujourdhui,
    )
    courants = [convertir(ReferentCourant, referent) for referent in referents]
    return convertir(Bandeau, {**ligne, "referents": courants})
