"""Difficultés: spotted during the étapes, most of them followed to their end."""

import functools

from viesion_core.demo.dossier import Dossier, EtapeDemo
from viesion_core.demo.lot import Moment
from viesion_core.demo.model import entre, jours, mots, tirer
from viesion_core.difficultes.tables import Difficulte
from viesion_core.nomenclatures.model import nomenclature

_NOMBRE = ((0, 0.32), (1, 0.40), (2, 0.19), (3, 0.09))
"""By étape: 80,000 difficulties for 80,000 étapes."""
_CLOSES = (
    ("LEVEE", 0.42),
    ("PARTIELLEMENT_LEVEE", 0.20),
    ("ORIENTEE_VERS_UN_PARTENAIRE", 0.18),
    ("NON_LEVEE", 0.14),
    ("REFUSEE_PAR_LA_PERSONNE", 0.03),
    ("", 0.03),
)
_OUVERTES = (("IDENTIFIEE", 0.45), ("EN_COURS_DE_TRAITEMENT", 0.50), ("", 0.05))
_FAMILLES = (
    ("Mobilité", 0.20),
    ("Santé", 0.19),
    ("Emploi", 0.16),
    ("Logement", 0.13),
    ("Finances", 0.12),
    ("Administratif, juridique", 0.08),
    ("Famille", 0.06),
    ("Numérique", 0.03),
    ("Savoirs de base", 0.02),
    ("Activité indépendante", 0.01),
)
_PART_OUBLIEE = 0.06
"""Closed étapes whose difficulty was left open: the exit checklist finds them."""


def reperer(d: Dossier) -> None:
    """Write the difficulties of each étape."""
    vues: set[str] = set()
    for etape in d.etapes:
        for _ in range(tirer(d.r, _NOMBRE)):
            nature = _nature(d)
            if nature not in vues:
                vues.add(nature)
                _ecrire(d, etape, nature)


@functools.cache
def _natures() -> dict[str, tuple[str, ...]]:
    familles = nomenclature("DIFFICULTE").familles()
    return {nom: tuple(element.code for element in elements) for nom, elements in familles.items()}


def _nature(d: Dossier) -> str:
    natures = _natures()
    famille = natures.get(tirer(d.r, _FAMILLES)) or next(iter(natures.values()))
    return famille[entre(d.r, 0, len(famille) - 1)]


def _ecrire(d: Dossier, etape: EtapeDemo, nature: str) -> None:
    limite = etape.fin or d.aujourdhui
    debut = etape.debut + jours(entre(d.r, 0, (limite - etape.debut).days // 2))
    compte = etape.referent
    nom = nomenclature("DIFFICULTE").libelle_de(nature)
    phrases = mots().phrases["difficulte"]
    ligne = {
        "id": d.cle(),
        "beneficiaire": d.numero,
        "etape": etape.id,
        "organisme": compte.organisme.id,
        "nature": nature,
        "debut": debut,
        "fin": None,
        "realisation": tirer(d.r, _OUVERTES),
        "commentaire": phrases[entre(d.r, 0, len(phrases) - 1)],
        "actualisee_le": debut,
    }
    moments = [Moment(d.instant(debut, 11), compte, "difficulte.ajouter", f"{nom} : ajout")]
    if etape.fin is not None and d.r.random() >= _PART_OUBLIEE:
        valeurs = {"fin": etape.fin, "realisation": tirer(d.r, _CLOSES), "actualisee_le": etape.fin}
        moments.append(Moment(d.instant(etape.fin, 15), compte, "difficulte.modifier", nom, valeurs))
    d.lot.ecrire(d.r, Difficulte, ligne, d.numero, moments)
