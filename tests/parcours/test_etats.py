"""Whatever is typed, in whatever order: contracts never overlap, one référent de parcours, étapes in a dispositif."""

import asyncio
import contextlib
import datetime as dt
import itertools
from collections.abc import Coroutine
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from viesion_core.actes import annuler_acte
from viesion_core.db import definir_base, lire, ouvrir_base
from viesion_core.dossiers.actions_dispositif import clore_entree, modifier_entree, ouvrir_entree
from viesion_core.dossiers.model import SaisieEntree
from viesion_core.dossiers.queries import entrees
from viesion_core.erreurs import ErreurMetier
from viesion_core.journal.actions import vider
from viesion_core.nomenclatures.model import nomenclature
from viesion_core.parcours.actions import enregistrer_contrat, supprimer_contrat
from viesion_core.parcours.actions_etapes import enregistrer_etape, supprimer_etape
from viesion_core.parcours.actions_referents import affecter_referent, supprimer_affectation, terminer_affectation
from viesion_core.parcours.model import SaisieAffectation, SaisieContrat, SaisieEtape
from viesion_core.parcours.queries import affectations, contrats, entrees_dispositif, etapes
from viesion_core.testing import Monde, creer_monde

DEBUT = dt.date(2026, 1, 1)
jours = st.integers(0, 120).map(lambda n: DEBUT + dt.timedelta(days=n))
durees = st.integers(0, 60)
MOTIF = "ABANDON"
EXEMPLES = {"sqlite": 200, "postgresql": 25}
SORTIE = next(iter(nomenclature("MOTIF_SORTIE").codes()))


class Dossier(RuleBasedStateMachine):
    """One person, two référents, and all that may be done to their parcours."""

    boucle: asyncio.Runner
    monde: Monde

    def __init__(self) -> None:
        super().__init__()
        self.numero, self.entree = self.faire(self.monde.dossier(entree=DEBUT))
        self.actes: list[Any] = []

    def faire(self, travail: Coroutine[Any, Any, Any]) -> Any:
        return self.boucle.run(travail)

    def tenter(self, travail: Coroutine[Any, Any, Any]) -> None:
        """Carry out a use case; what it refuses leaves no trace, which the invariants check."""
        with contextlib.suppress(ErreurMetier):
            self.actes.append(self.faire(travail))

    @rule(debut=jours, duree=durees, veille=st.booleans(), edite=st.booleans(), rang=st.integers(0, 5))
    def contracter(self, debut: dt.date, duree: int, veille: bool, edite: bool, rang: int) -> None:
        saisie = SaisieContrat(type="CER", debut=debut, fin=debut + dt.timedelta(days=duree))
        existants = self.faire(contrats(self.monde.referent, self.numero))
        vise = existants[rang % len(existants)] if edite and existants else None
        self.tenter(
            enregistrer_contrat(
                self.monde.referent,
                self.numero,
                saisie,
                identifiant=vise.id if vise else None,
                version=vise.version if vise else None,
                terminer_precedent=veille,
            )
        )

    @rule(rang=st.integers(0, 5))
    def supprimer(self, rang: int) -> None:
        existants = self.faire(contrats(self.monde.referent, self.numero))
        if existants:
            vise = existants[rang % len(existants)]
            self.tenter(supprimer_contrat(self.monde.referent, self.numero, vise.id, version=vise.version))

    @rule(debut=jours, duree=st.none() | durees, moi=st.booleans(), nature=st.sampled_from(["PARCOURS", "ETAPE"]))
    def affecter(self, debut: dt.date, duree: int | None, moi: bool, nature: str) -> None:
        qui = self.monde.referent if moi else self.monde.collegue
        assert qui.utilisateur is not None
        saisie = SaisieAffectation(
            referent=qui.utilisateur,
            nature=nature,
            dispositif=self.entree,
            debut=debut,
            fin=None if duree is None else debut + dt.timedelta(days=duree),
        )
        self.tenter(affecter_referent(self.monde.referent, self.numero, saisie))

    @rule(rang=st.integers(0, 5), fin=jours, efface=st.booleans())
    def finir(self, rang: int, fin: dt.date, efface: bool) -> None:
        existantes = self.faire(affectations(self.monde.referent, self.numero))
        if existantes:
            visee = existantes[rang % len(existantes)]
            if efface:
                travail = supprimer_affectation(self.monde.referent, self.numero, visee.id, version=visee.version)
            else:
                travail = terminer_affectation(self.monde.referent, self.numero, visee.id, fin, version=visee.version)
            self.tenter(travail)

    @rule(
        debut=st.integers(-30, 120),
        duree=st.none() | durees,
        motif=st.sampled_from(["", MOTIF]),
        rang=st.integers(0, 5),
        edite=st.booleans(),
        entree=st.integers(0, 3),
    )
    def accompagner(self, debut: int, duree: int | None, motif: str, rang: int, edite: bool, entree: int) -> None:
        premier = DEBUT + dt.timedelta(days=debut)
        entrees = self.faire(entrees_dispositif(self.monde.referent, self.numero))
        existantes = self.faire(etapes(self.monde.referent, self.numero))
        visee = existantes[rang % len(existantes)] if edite and existantes else None
        if not entrees:
            return
        saisie = SaisieEtape(
            offre_de_service=self.monde.offre_de_service,
            dispositif=entrees[entree % len(entrees)].id,
            debut_reel=premier,
            fin_reelle=None if duree is None else premier + dt.timedelta(days=duree),
            motif_fin=motif,
        )
        self.tenter(
            enregistrer_etape(
                self.monde.referent,
                self.numero,
                saisie,
                identifiant=visee.id if visee else None,
                version=visee.version if visee else None,
            )
        )

    @rule(rang=st.integers(0, 5), duree=durees)
    def clore(self, rang: int, duree: int) -> None:
        ouvertes = [e for e in self.faire(etapes(self.monde.referent, self.numero)) if e.ouverte]
        if ouvertes:
            visee = ouvertes[rang % len(ouvertes)]
            saisie = SaisieEtape(
                offre_de_service=visee.offre_de_service,
                dispositif=visee.dispositif,
                debut_reel=visee.debut_reel,
                fin_reelle=visee.debut_reel + dt.timedelta(days=duree),
                motif_fin=MOTIF,
            )
            travail = enregistrer_etape(
                self.monde.referent, self.numero, saisie, identifiant=visee.id, version=visee.version
            )
            self.tenter(travail)

    @rule(jour=jours)
    def sortir(self, jour: dt.date) -> None:
        for entree in self.faire(entrees(self.monde.referent, self.numero)):
            if entree.fin is None:
                travail = clore_entree(
                    self.monde.referent, self.numero, entree.id, jour, SORTIE, version=entree.version
                )
                self.tenter(travail)

    @rule(rang=st.integers(0, 5))
    def effacer_etape(self, rang: int) -> None:
        existantes = self.faire(etapes(self.monde.referent, self.numero))
        if existantes:
            visee = existantes[rang % len(existantes)]
            self.tenter(supprimer_etape(self.monde.referent, self.numero, visee.id, version=visee.version))

    @rule(debut=jours, duree=st.none() | durees, rang=st.integers(0, 3), revient=st.booleans())
    def traverser_le_dispositif(self, debut: dt.date, duree: int | None, rang: int, revient: bool) -> None:
        """Enter the dispositif again, or move the dates of an entry."""
        fin = None if duree is None else debut + dt.timedelta(days=duree)
        saisie = SaisieEntree(debut=debut, fin=fin, motif_fin="" if fin is None else SORTIE)
        if revient:
            self.tenter(ouvrir_entree(self.monde.referent, self.numero, saisie))
            return
        if connues := self.faire(entrees(self.monde.referent, self.numero)):
            visee = connues[rang % len(connues)]
            travail = modifier_entree(self.monde.referent, self.numero, visee.id, saisie, version=visee.version)
            self.tenter(travail)

    @precondition(lambda self: self.actes)
    @rule(rang=st.integers(1, 5))
    def annuler(self, rang: int) -> None:
        fait = self.actes.pop(max(len(self.actes) - rang, 0))
        self.tenter(annuler_acte(self.monde.referent, fait.id))

    @invariant()
    def les_contrats_ne_se_chevauchent_jamais(self) -> None:
        suite = sorted(self.faire(contrats(self.monde.referent, self.numero)), key=lambda c: c.debut)
        for premier, second in itertools.pairwise(suite):
            assert premier.debut <= premier.fin < second.debut

    @invariant()
    def un_seul_referent_de_parcours(self) -> None:
        liens = self.faire(affectations(self.monde.referent, self.numero))
        parcours = sorted((lien for lien in liens if lien.nature == "PARCOURS"), key=lambda lien: lien.debut)
        for premier, second in itertools.pairwise(parcours):
            assert premier.fin is not None
            assert premier.debut <= premier.fin < second.debut

    @invariant()
    def les_etapes_restent_dans_leur_dispositif(self) -> None:
        connues = {e.id: e for e in self.faire(entrees_dispositif(self.monde.referent, self.numero))}
        for etape in self.faire(etapes(self.monde.referent, self.numero)):
            entree = connues[etape.dispositif]
            assert etape.debut_reel >= entree.debut
            assert (etape.fin_reelle is None) == (etape.motif_fin == "")
            assert etape.fin_reelle is None or etape.fin_reelle >= etape.debut_reel
            assert entree.fin is None or (etape.fin_reelle is not None and etape.fin_reelle <= entree.fin)

    @invariant()
    def chaque_ligne_a_ses_revisions(self) -> None:
        """The version of every row is the one of its last revision: nothing was written beside the acts."""
        ecarts = self.faire(
            lire(
                """SELECT k.id FROM contrat k WHERE k.beneficiaire = {} AND k.version <>
                (SELECT max(r.version) FROM revision r WHERE r.nom_table = 'contrat' AND r.cle = CAST(k.id AS TEXT))""",
                self.numero,
            )
        )
        assert ecarts == []


@pytest.mark.lent
def test_the_parcours_holds_whatever_is_typed(adresse_base: str) -> None:
    async def ouvrir() -> Any:
        base = await ouvrir_base(adresse_base, pool=3)
        return base, await creer_monde()

    with asyncio.Runner() as boucle:
        base, Dossier.monde = boucle.run(ouvrir())
        Dossier.boucle = boucle
        try:
            run_state_machine_as_test(
                Dossier,
                settings=settings(
                    max_examples=EXEMPLES[base.dialecte],
                    stateful_step_count=20,
                    deadline=None,
                    derandomize=True,
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            boucle.run(vider())
            boucle.run(base.fermer())
            definir_base(None)
