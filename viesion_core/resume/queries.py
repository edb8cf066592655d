"""The reads of the résumé: the identity band in one query, everything that has happened in another."""

import datetime as dt
from typing import Any

from viesion_core.acces.perimetre import condition_perimetre
from viesion_core.contexte import Contexte
from viesion_core.db import convertir, en_instant, lire
from viesion_core.difficultes.model import natures_sensibles
from viesion_core.entretiens.model import jour_de
from viesion_core.erreurs import Introuvable
from viesion_core.nomenclatures.model import definitions_caracteristiques
from viesion_core.resume.elements import CLOS, NON_SIGNE, Element
from viesion_core.resume.model import Bandeau, ReferentCourant

_REQUISES = ", ".join(f"'{d.code}'" for d in definitions_caracteristiques() if d.requise)
_NOMBRE_REQUISES = sum(d.requise for d in definitions_caracteristiques())
VALIDITE = dt.timedelta(days=365)

_BANDEAU = f"""WITH bandeau AS MATERIALIZED (SELECT b.numero, b.version, b.civilite, b.nom_naissance, b.nom_usage,
    b.prenom, b.date_naissance,
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
    (SELECT count(*) FROM difficulte d WHERE d.beneficiaire = b.numero{{sauf}}) AS difficultes,
    (SELECT count(*) FROM difficulte d WHERE d.beneficiaire = b.numero AND d.fin IS NULL{{sauf}})
        AS difficultes_ouvertes,
    (SELECT count(*) FROM atout t WHERE t.beneficiaire = b.numero) AS atouts,
    (SELECT count(*) FROM document d WHERE d.beneficiaire = b.numero) AS documents
FROM beneficiaire b LEFT JOIN commune c ON c.code_insee = b.commune
WHERE b.numero = {{}} AND {{condition}})
SELECT bandeau.*, a.referent AS utilisateur, u.nom AS referent_nom, u.prenom AS referent_prenom,
    o.nom AS organisme_nom, a.nature, a.debut
FROM bandeau LEFT JOIN affectation a
    ON a.beneficiaire = bandeau.numero AND a.debut <= {{}} AND (a.fin IS NULL OR a.fin >= {{}})
LEFT JOIN utilisateur u ON u.id = a.referent LEFT JOIN organisme o ON o.id = u.organisme
ORDER BY a.nature DESC, a.debut LIMIT 20"""

_RIEN = "CAST(NULL AS UUID)"
_ELEMENTS = f"""WITH p AS (SELECT b.numero FROM beneficiaire b WHERE b.numero = {{}} AND {{condition}})
SELECT 'DISPOSITIF' AS voie, d.id, d.debut, d.fin, CAST(NULL AS TIMESTAMPTZ) AS instant, CAST(NULL AS DATE) AS prevue,
    d.dispositif AS code, '' AS nom, '' AS prenom, d.motif_fin AS etat, {_RIEN} AS organisme, {_RIEN} AS etape,
    {_RIEN} AS personne, d.version
FROM entree_dispositif d JOIN p ON p.numero = d.beneficiaire
UNION ALL SELECT 'CONTRAT', k.id, k.debut, k.fin, NULL, NULL, k.type, '', '',
    CASE WHEN k.signature IS NULL THEN '{NON_SIGNE}' ELSE '' END, k.organisme, NULL, NULL, k.version
FROM contrat k JOIN p ON p.numero = k.beneficiaire
UNION ALL SELECT 'ETAPE', e.id, e.debut_reel, e.fin_reelle, NULL, e.fin_prevue, e.offre, o.nom, '', e.motif_fin,
    e.organisme, NULL, NULL, e.version
FROM etape e JOIN p ON p.numero = e.beneficiaire JOIN organisme o ON o.id = e.organisme
UNION ALL SELECT 'REFERENT', a.id, a.debut, a.fin, NULL, NULL, a.nature, u.nom, u.prenom, '', u.organisme, a.etape,
    a.referent, a.version
FROM affectation a JOIN p ON p.numero = a.beneficiaire JOIN utilisateur u ON u.id = a.referent
UNION ALL SELECT * FROM (SELECT 'ENTRETIEN', e.id, CAST(NULL AS DATE), CAST(NULL AS DATE), e.debut, CAST(NULL AS DATE),
    e.type, u.nom, u.prenom, e.realisation, e.organisme, e.etape, e.collaborateur, e.version
    FROM entretien e JOIN p ON p.numero = e.beneficiaire JOIN utilisateur u ON u.id = e.collaborateur
    ORDER BY e.debut DESC LIMIT 300) derniers
UNION ALL SELECT 'BILAN', x.id, x.date_bilan, x.clos_le, NULL, NULL, q.code,
    q.libelle || ', ' || CAST(x.nombre_reponses AS VARCHAR(9)) || ' / ' || CAST(x.nombre_questions AS VARCHAR(9)),
    '', CASE WHEN x.clos_le IS NULL THEN '' ELSE '{CLOS}' END, x.organisme, x.etape, NULL, x.version
FROM bilan x JOIN p ON p.numero = x.beneficiaire JOIN questionnaire q ON q.id = x.questionnaire
WHERE q.sensible IN ({{sensible}}, FALSE)
UNION ALL SELECT 'DIFFICULTE', d.id, d.debut, d.fin, NULL, NULL, d.nature, '', '', d.realisation, d.organisme, d.etape,
    NULL, d.version
FROM difficulte d JOIN p ON p.numero = d.beneficiaire WHERE 1 = 1{{sauf}}"""
_SANTE = f" AND d.nature NOT IN ({', '.join(repr(code) for code in sorted(natures_sensibles()))})"


async def bandeau(ctx: Contexte, numero: int) -> Bandeau:
    """Return the identity band and the menu counts of a dossier; Introuvable outside the perimeter.

    Health difficultés are not counted for who may not read them: a count would say that there are some.
    """
    requete, parametres = _composer(ctx, _BANDEAU)
    jour = ctx.aujourdhui
    lignes = await lire(requete, jour - VALIDITE, ctx.maintenant, numero, *parametres, jour, jour)
    if not lignes:
        raise Introuvable
    referents = [
        ReferentCourant(
            utilisateur=ligne["utilisateur"],
            nom=ligne["referent_nom"],
            prenom=ligne["referent_prenom"],
            organisme_nom=ligne["organisme_nom"],
            nature=ligne["nature"],
            debut=ligne["debut"],
        )
        for ligne in lignes
        if ligne["utilisateur"] is not None
    ]
    return convertir(Bandeau, {**lignes[0], "referents": referents})


async def elements(ctx: Contexte, numero: int) -> list[Element]:
    """Return what happened in a parcours, the latest first; nothing outside the perimeter.

    The 300 latest entretiens; health bilans and difficultés only for who may read them.
    """
    requete, parametres = _composer(ctx, _ELEMENTS)
    lignes = await lire(requete, numero, *parametres)
    return sorted((_element(ligne) for ligne in lignes), key=lambda e: (e.debut, str(e.instant)), reverse=True)


def _composer(ctx: Contexte, requete: str) -> tuple[str, list[Any]]:
    """Return a query within the perimeter and the rights of the reader, with the parameters of its perimeter."""
    condition, parametres = condition_perimetre(ctx)
    for nom, texte in (
        ("{condition}", condition),
        ("{sauf}", "" if ctx.sensible else _SANTE),
        ("{sensible}", "TRUE" if ctx.sensible else "FALSE"),
    ):
        requete = requete.replace(nom, texte)
    return requete, parametres


def _element(ligne: dict[str, Any]) -> Element:
    instant = en_instant(ligne["instant"])
    prenom = ligne.pop("prenom")
    nom = f"{ligne['nom'].upper()} {prenom}" if prenom else ligne["nom"]
    debut = jour_de(instant) if instant is not None else ligne["debut"]
    return convertir(Element, {**ligne, "instant": instant, "debut": debut, "nom": nom})
