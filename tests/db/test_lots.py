"""What bulk writers use: keys in order, rows by the dozen, readings of many values."""

import datetime as dt
import itertools
import uuid

from viesion_core.db import Base, en_json, executer, identifiants, inserer_rangees, lire, lire_parmi, transaction
from viesion_core.testing import MAINTENANT, Monde

_ACTE = (
    "id", "nature", "libelle", "utilisateur", "auteur", "organisme", "beneficiaire", "at", "annule", "annule_par",
)  # fmt: skip


def test_the_keys_are_uuids_of_version_7_in_increasing_order(base: Base) -> None:
    trouves = [uuid.UUID(str(cle)) for cle in itertools.islice(identifiants(MAINTENANT), 1_000)]
    assert trouves == sorted(set(trouves))
    assert {(u.version, u.variant) for u in trouves} == {(7, uuid.RFC_4122)}
    assert {u.int >> 80 for u in trouves} == {int(MAINTENANT.timestamp() * 1000)}
    assert next(identifiants(MAINTENANT)) != next(identifiants(MAINTENANT))


async def test_rows_go_in_whatever_their_number_and_come_back_as_values(base: Base) -> None:
    colonnes = ("id", "acte", "nom", "donnees", "at", "livre_le", "tentatives", "prochain_essai", "erreur")
    for nombre in (0, 1, 7, 8, 63, 64, 65, 200):
        cles = identifiants(MAINTENANT + dt.timedelta(seconds=nombre))
        actes = [(next(cles), "essai", "Essai", None, "A", None, None, MAINTENANT, None, None) for _ in range(nombre)]
        async with transaction():
            await inserer_rangees(
                "acte",
                _ACTE,
                actes,
            )
            await inserer_rangees(
                "evenement",
                colonnes,
                [
                    (
                        next(cles),
                        a[0],
                        "e",
                        en_json({"n": n}),
                        MAINTENANT,
                        MAINTENANT if n % 2 else None,
                        n,
                        MAINTENANT,
                        "",
                    )
                    for n, a in enumerate(actes)
                ],
            )
        lus = await lire("SELECT * FROM evenement ORDER BY tentatives")
        assert [li["donnees"] for li in lus] == [{"n": n} for n in range(nombre)]
        assert all((li["livre_le"] == MAINTENANT) is bool(li["tentatives"] % 2) for li in lus)
        assert all(isinstance(li["acte"], uuid.UUID) and li["at"] == MAINTENANT for li in lus)
        async with transaction():
            await executer("DELETE FROM acte")


async def test_many_values_are_looked_for_at_once(monde: Monde) -> None:
    numero, _ = await monde.dossier(nom="Essaib", prenom="Camille")
    (ligne,) = await lire("SELECT date_naissance, prenom_cle FROM beneficiaire WHERE numero = {}", numero)
    naissance, prenom = ligne["date_naissance"], ligne["prenom_cle"]
    autre = naissance + dt.timedelta(days=1)
    requete = "SELECT b.numero FROM {parmi} p CROSS JOIN beneficiaire b WHERE "
    par_date = requete + "b.date_naissance = p.v1 AND b.prenom_cle = p.v2 AND b.numero = {}"
    for valeurs, attendu in (
        ([(naissance, prenom), (autre, prenom)], [numero]),
        ([(autre, prenom)], []),
        ([(naissance, "PERSONNE")], []),
        ([], []),
    ):
        assert [li["numero"] for li in await lire_parmi(par_date, valeurs, numero)] == attendu
    assert [li["numero"] for li in await lire_parmi(requete + "b.numero = p.v1", [(numero,), (0,)])] == [numero]
    avec = [(prenom,), ("l'œuvre ; {}",), ('"',)]
    assert [li["numero"] for li in await lire_parmi(requete + "b.prenom_cle = p.v1", avec)] == [numero]
