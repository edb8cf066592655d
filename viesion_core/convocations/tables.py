"""The tables of the convocations room; their DDL, checks and indexes are in the migrations."""

from piccolo.columns import UUID, Boolean, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.base import OnDelete

from viesion_core.db import Table
from viesion_core.dossiers.tables import Beneficiaire
from viesion_core.organismes.tables import Organisme


class AccordCourriel(Table, tablename="accord_courriel"):
    """The person agrees to receive convocations and reminders by mail; no row: they do not."""

    beneficiaire = ForeignKey(Beneficiaire, primary_key=True, null=False, on_delete=OnDelete.cascade)
    recueilli_le = Timestamptz()
    version = Integer()


class Convocation(Table, tablename="convocation"):
    """A convocation by mail, as it left last: what the entretien has since is compared with it.

    `entretien` has no link in the base: an entretien that is deleted must still be cancelled in a calendar.
    """

    entretien = UUID(primary_key=True)
    beneficiaire = ForeignKey(Beneficiaire, null=False, on_delete=OnDelete.cascade, index=True)
    organisme = ForeignKey(Organisme, null=False, on_delete=OnDelete.restrict, index=True)
    uid = UUID()
    sequence = Integer()
    debut = Timestamptz()
    duree = Integer()
    lieu = Varchar(length=60)
    adresse = Varchar(length=160)
    titre = Varchar(length=80)
    demandee_le = Timestamptz()
    partie_le = Timestamptz(null=True, default=None)
    annulee = Boolean()
    version = Integer()
