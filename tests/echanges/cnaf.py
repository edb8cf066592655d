"""The flow of the CNAF as the tests write it: foyers of invented people, in the shape of VRSB0801."""

import os
import pathlib
from collections.abc import Iterable

from tests.echanges.aides import _lettres
from viesion_core.testing import MAINTENANT


def personne(rang: int = 1, **valeurs: str) -> str:
    """Return a « Personne » in capitals, « ESSAI<rang> CAMILLE »; `valeurs` replace those of its tags."""
    v = {
        "QUAL": "MME",
        "NOM": f"ESSAI{_lettres(rang).upper()}",
        "NOMNAI": f"ESSAI{_lettres(rang).upper()}",
        "PRENOM": "CAMILLE",
        "NOMCOMNAI": "BEZIERS",
        "DTNAI": f"{1960 + rang % 40}-{1 + rang % 12:02d}-{1 + rang % 28:02d}",
        "NIR": "",
        "SEXE": "2",
        "ROLEPERS": "DEM",
        "TOPPERSDRODEVORSA": "1",
        **valeurs,
    }
    identite = "".join(f"<{b}>{v[b]}</{b}>" for b in list(v)[:8])
    roles = "".join(
        f"<Prestations><NATPREST>{nature}</NATPREST><ROLEPERS>{role}</ROLEPERS><TOPCHAPERS>1</TOPCHAPERS></Prestations>"
        for nature, role in (("PFA", "RDO"), ("RSA", v["ROLEPERS"]))
    )
    return f"""<Personne><Identification>{identite}</Identification>
<DossierCAF><TOPRESPDOS>1</TOPRESPDOS><DDRATDOS>2007-05-15</DDRATDOS></DossierCAF>{roles}
<MontantCalculDroitRSAPersonne><TOPPERSDRODEVORSA>{v["TOPPERSDRODEVORSA"]}</TOPPERSDRODEVORSA></MontantCalculDroitRSAPersonne>
</Personne>"""


def foyer(rang: int = 1, *personnes: str, suite: str = "", **valeurs: str) -> str:
    """Return an « InfosFoyerRSA » of one adult unless `personnes` are given."""
    v = {
        "FONORG": "CAF  ",
        "MATRICULE": f"{rang:07d}00000000",
        "NUMDEMRSA": f"{rang:011d}",
        "DTDEMRSA": "2026-09-01",
        "NUMCOM": "34172",
        "NOMVOIE": "DE L'ESSAI",
        "ETATDOSRSA": "2",
        "TOPSANSDOMFIXE": "0",
        **valeurs,
    }
    return f"""<InfosFoyerRSA><IdentificationRSA>
<Organisme><FONORG>{v["FONORG"]}</FONORG><NUMORG>342</NUMORG><MATRICULE>{v["MATRICULE"]}</MATRICULE></Organisme>
<Partenaire><TYPEPARTE>CG  </TYPEPARTE><IDEPARTE>034</IDEPARTE></Partenaire>
<DemandeRSA><DTDEMRSA>{v["DTDEMRSA"]}</DTDEMRSA><NUMDEMRSA>{v["NUMDEMRSA"]}</NUMDEMRSA></DemandeRSA>
</IdentificationRSA>{"".join(personnes) or personne(rang)}
<DonneesAdministratives><SituationFamille><SITFAM>CEL</SITFAM><DDSITFAM>1994-10-27</DDSITFAM></SituationFamille>
<Adresse><TroncCommunAdresse><RGADR>01</RGADR><PAYS>FRA</PAYS><TYPEADR>D</TYPEADR><ETATADR>CO</ETATADR></TroncCommunAdresse>
<AdresseDetailleeFrance><COMPLIDEADR/><COMPLADR>BAT B</COMPLADR><NUMVOIE>1</NUMVOIE><LIBTYPEVOIE>RUE</LIBTYPEVOIE>
<NOMVOIE>{v["NOMVOIE"]}</NOMVOIE><LIEUDIST/><NUMCOM>{v["NUMCOM"]}</NUMCOM><CODEPOS>34000</CODEPOS><NOMCOM>MONTPELLIER</NOMCOM>
</AdresseDetailleeFrance></Adresse></DonneesAdministratives>
<PrestationRSA><SituationDossierRSA><EtatDossierRSA><ETATDOSRSA>{v["ETATDOSRSA"]}</ETATDOSRSA></EtatDossierRSA></SituationDossierRSA>
<DetailDroitRSA><TroncCommunDroitRSA><TOPSANSDOMFIXE>{v["TOPSANSDOMFIXE"]}</TOPSANSDOMFIXE><ORIDEMRSA>DEM</ORIDEMRSA></TroncCommunDroitRSA></DetailDroitRSA>
</PrestationRSA>{suite}</InfosFoyerRSA>
"""


def entete(jour: str = "2026-11-20", encodage: str = "windows-1252") -> str:
    """Return what precedes the foyers."""
    return f"""<?xml version="1.0" encoding="{encodage}"?>
<Racine xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><IdentificationFlux>
<APPLIEME>CRI</APPLIEME><NUMVERSIONAPPLIEME>6200</NUMVERSIONAPPLIEME><TYPEFLUX>M</TYPEFLUX><NATFLUX>D</NATFLUX>
<DTCREAFLUX>{jour}</DTCREAFLUX><HEUCREAFLUX>01:18:36.0000</HEUCREAFLUX><DTREF>{jour}</DTREF></IdentificationFlux>
"""


def pied(nombre: int) -> str:
    """Return what follows the foyers."""
    return f"""<TransmissionFlux><NBTOTDOSRSATRANSM>{nombre:08d}</NBTOTDOSRSATRANSM>
<NBTOTDOSRSATRANSMANO>00000000</NBTOTDOSRSATRANSMANO></TransmissionFlux></Racine>
"""


def flux(*foyers: str, jour: str = "2026-11-20", encodage: str = "windows-1252") -> bytes:
    """Return a whole flow."""
    return (entete(jour, encodage) + "".join(foyers) + pied(len(foyers))).encode(encodage)


def ecrire(chemin: pathlib.Path, foyers: Iterable[str], nombre: int) -> None:
    """Write a long flow foyer by foyer."""
    with chemin.open("w", encoding="windows-1252") as sortie:
        sortie.write(entete())
        sortie.writelines(foyers)
        sortie.write(pied(nombre))


def deposer(dossier: pathlib.Path, octets: bytes, nom: str = "RSABEM.xml") -> pathlib.Path:
    """Lay a flow in « in »."""
    chemin = dossier / "in" / nom
    chemin.parent.mkdir(parents=True, exist_ok=True)
    chemin.write_bytes(octets)
    depuis = MAINTENANT.timestamp() - 3_600
    os.utime(chemin, (depuis, depuis))
    return chemin
