"""Alert rules tried for good: they explain themselves, stay inside the perimeter and are quick on a demo base."""

import datetime as dt
import pathlib
import re
import time
from collections.abc import Sequence

from viesion_core.alertes.model import RegleAlerte, lier, valeurs_de
from viesion_core.alertes.queries import compter, expliquer, lignes_alerte
from viesion_core.contexte import Contexte, Role
from viesion_core.db import Base, base_courante, convertir, definir_base, lire, ouvrir_base
from viesion_core.demo import Parametres, construire_demo
from viesion_core.extensions import Registre
from viesion_core.installation import mettre_a_niveau
from viesion_core.kit.model import Manquement

PERSONNES = 300
LIMITE_MS = 60.0
"""What a rule may take to count a whole demo base, in milliseconds (the fastest of five)."""
_ECRITURE = re.compile(
    r";|--|/\*|\b(insert|update|delete|drop|alter|create|attach|detach|pragma|copy|grant|truncate|vacuum)\b",
    re.IGNORECASE,
)
_PERSONNE = re.compile(r"\b(b\.\w|s\.\w)")
_CORRELE = re.compile(r"\b(b\.numero|s\.beneficiaire)\b")
_DE = re.compile(r"\b(from|join)\b", re.IGNORECASE)


async def juger_regles(registre: Registre, travail: pathlib.Path, limite_ms: float | None) -> list[Manquement]:
    """Return what is wrong with the rules of a plugin; what can be read is judged before a base is built."""
    regles = registre.regles_alerte()
    sensibles = {offre.code for offre in registre.offres() if offre.sensible}
    trouves: list[Manquement] = []
    saines = []
    for regle in regles:
        lus = [*_explications(regle), *_perimetre(regle, regle.offre in sensibles)]
        trouves += lus
        if not lus:
            saines.append(regle)
    if not saines:
        return trouves
    precedente = _base_en_cours()
    maintenant = dt.datetime.now(dt.UTC)
    base = await ouvrir_base(f"sqlite:///{travail / 'contrat.sqlite'}")
    try:
        await mettre_a_niveau(registre, maintenant)
        await construire_demo(Parametres(beneficiaires=PERSONNES, maintenant=maintenant), registre)
        return trouves + await _essayer(saines, maintenant, LIMITE_MS if limite_ms is None else limite_ms)
    finally:
        await base.fermer()
        definir_base(precedente)


def _base_en_cours() -> Base | None:
    try:
        return base_courante()
    except RuntimeError:
        return None


def _explications(regle: RegleAlerte) -> list[Manquement]:
    manques = []
    if not regle.titre.strip() or not regle.description.strip() or not regle.rubrique.strip():
        manques.append("il manque un titre, une description ou une rubrique.")
    if not regle.criteres:
        manques.append("elle n'a aucun critère.")
    if any(not critere.libelle.strip() for critere in regle.criteres):
        manques.append("un critère n'a pas de phrase : « pourquoi cette personne ? » resterait sans réponse.")
    if any(bool(critere.nom) != bool(critere.valeur) for critere in regle.criteres):
        manques.append("un critère a un nom sans valeur, ou une valeur sans nom.")
    if regle.criteres and not any(critere.valeur for critere in regle.criteres):
        manques.append("aucun critère ne dit ce que la personne a (nom et valeur).")
    return [Manquement("explications", f"{regle.code} : {manque}") for manque in manques]


def _perimetre(regle: RegleAlerte, offre_sensible: bool) -> list[Manquement]:
    manques = []
    for critere in regle.criteres:
        for sql in (critere.sql, critere.valeur, critere.ensemble):
            if _ECRITURE.search(sql):
                manques.append("son SQL lit, et rien d'autre : ni écriture, ni commentaire, ni « ; ».")
            try:
                lier(
                    sql, valeurs_de(regle.parametre, None, dt.date(2026, 1, 1), dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
                )
            except KeyError as erreur:
                manques.append(f"son SQL nomme :{erreur.args[0]}, qui n'existe pas.")
        if not _PERSONNE.search(critere.sql) or (_DE.search(critere.sql) and not _CORRELE.search(critere.sql)):
            manques.append("un critère ne parle pas de la personne (b.numero) : il vaudrait pour tout le monde.")
        if _DE.search(critere.valeur) and not _CORRELE.search(critere.valeur):
            manques.append("la valeur d'un critère n'est pas celle de la personne (b.numero).")
    lit_reponses = any(re.search(r"\breponse\b", critere.sql + critere.valeur) for critere in regle.criteres)
    if offre_sensible and lit_reponses and not regle.sensible:
        manques.append("elle lit des réponses de santé : déclarez-la sensible.")
    return [Manquement("perimetre", f"{regle.code} : {manque}") for manque in dict.fromkeys(manques)]


async def _essayer(regles: Sequence[RegleAlerte], maintenant: dt.datetime, limite_ms: float) -> list[Manquement]:
    """Count, list and explain each rule for a pilote and for a directeur of an organism."""
    pilote, directeur = await _contexte(Role.PILOTE, maintenant), await _contexte(Role.DIRECTEUR, maintenant)
    rattaches = await lire("SELECT beneficiaire FROM rattachement WHERE organisme = {}", directeur.organisme)
    siens = {ligne["beneficiaire"] for ligne in rattaches}
    trouves: list[Manquement] = []
    for regle in regles:
        try:
            comptes = [await _compter(ctx, regle) for ctx in (pilote, directeur)]
            for ctx, attendu in zip((pilote, directeur), comptes, strict=True):
                lignes, total = await lignes_alerte(ctx, regle, None, par_page=PERSONNES)
                numeros = [ligne.numero for ligne in lignes]
                if total != attendu or len(set(numeros)) != total:
                    trouves.append(Manquement("perimetre", f"{regle.code} : la liste et le compte diffèrent."))
                if ctx is directeur and not set(numeros) <= siens:
                    trouves.append(Manquement("perimetre", f"{regle.code} : elle montre d'autres dossiers."))
                expliques = await expliquer(ctx, regle, None, numeros[:20])
                if any(not constat.rempli for e in expliques for constat in e.constats):
                    trouves.append(Manquement("explications", f"{regle.code} : l'explication contredit la liste."))
            duree = await _duree_ms(pilote, regle)
        except Exception as erreur:  # whatever the base refuses is what the author must read
            trouves.append(Manquement("perimetre", f"{regle.code} : la base refuse son SQL, {erreur}."))
            continue
        if duree > limite_ms:
            message = f"{regle.code} : {duree:.0f} ms pour {PERSONNES} personnes, {limite_ms:.0f} ms au plus."
            trouves.append(Manquement("vitesse", message))
    return trouves


async def _compter(ctx: Contexte, regle: RegleAlerte) -> int:
    return int((await compter(ctx, [regle], {}))[regle.code] or 0)


async def _duree_ms(ctx: Contexte, regle: RegleAlerte) -> float:
    durees = []
    for _ in range(5):
        depart = time.perf_counter()
        await _compter(ctx, regle)
        durees.append((time.perf_counter() - depart) * 1000)
    return min(durees)


async def _contexte(role: Role, maintenant: dt.datetime) -> Contexte:
    """Return the context of an active account of the demo, of the organism that follows the most people."""
    comptes = await lire(
        """SELECT u.id AS utilisateur, u.nom, u.organisme FROM utilisateur u WHERE u.role = {} AND u.actif
        ORDER BY (SELECT count(*) FROM rattachement r WHERE r.organisme = u.organisme) DESC, u.id LIMIT 1""",
        str(role),
    )
    return convertir(Contexte, {**comptes[0], "role": str(role), "maintenant": maintenant, "sensible": True})
