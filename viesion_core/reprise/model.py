"""The fields that a column may give, how headings name them, and a row read into the command of a person."""

import datetime as dt
import difflib
import hashlib
import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from viesion_core.dossiers.model import SaisieIdentite
from viesion_core.echanges.model import Action, Commande, Flux, LigneRefusee
from viesion_core.nomenclatures.model import cle, communes, communes_par_code, nomenclature
from viesion_core.reprise.tableur import SANS_RESULTAT

T = TypeVar("T")
CHAMPS: Mapping[str, tuple[str, str]] = {
    "nom_naissance": ("Nom de naissance", "nom|nom famille|nom patronymique|nom jeune fille|nom beneficiaire"),
    "nom_usage": ("Nom d'usage", "nom usage|nom marital|nom epouse|nom usuel"),
    "prenom": ("Prénom", "prenoms|prenom usuel|prenom beneficiaire"),
    "date_naissance": ("Date de naissance", "naissance|ne le|nee le|ne e le|dtnai|ddn|date naiss"),
    "civilite": ("Civilité", "sexe|genre|titre|qualite"),
    "nir": ("NIR", "numero securite sociale|n ss|secu|num secu"),
    "matricule": ("Numéro d'allocataire", "matricule|n allocataire|numero caf|n caf|allocataire|n msa"),
    "role_foyer": ("Rôle dans le foyer", "role|rolepers"),
    "organisme_payeur": ("CAF ou MSA", "organisme payeur|caisse|fonorg"),
    "numero_demande": ("Numéro de demande RSA", "numdemrsa|n demande|demande rsa"),
    "id_individu": ("Identifiant Solis", "id solis|solis|numero individu|n individu|id individu"),
    "adresse": ("Adresse", "rue|voie|adresse postale|adresse 1"),
    "code_postal": ("Code postal", "cp|c p"),
    "commune": ("Commune", "ville|localite|code insee|insee"),
    "telephone": ("Téléphone", "tel|portable|mobile|telephone portable|gsm|n telephone"),
    "courriel": ("Courriel", "mail|email|e mail|adresse mail|adresse electronique|mel"),
    "date_ouverture": ("Ouverture du droit RSA", "date ouverture|ouverture droit|debut rsa"),
    "etat_droit": ("État du droit RSA", "etat droit|droit rsa|etat dossier|etatdosrsa"),
    "entree": ("Entrée dans le dispositif", "date entree|entree|date entree dispositif|debut accompagnement"),
    "referent": ("Référent de parcours", "referent|referent unique|ru|conseiller|accompagnateur"),
    "referent_debut": ("Début du référent", "date referent|debut referent|date affectation"),
    "contrat_type": ("Type de contrat", "contrat|nature contrat"),
    "contrat_debut": ("Début du contrat", "debut contrat|date debut contrat|debut cer|date contrat"),
    "contrat_fin": ("Fin du contrat", "fin contrat|date fin contrat|fin cer|echeance contrat"),
    "contrat_signature": ("Signature du contrat", "signature|date signature|signe le"),
    "contrat_numero": ("Numéro du contrat", "n contrat|numero contrat"),
    "etape_offre": ("Offre de l'étape", "offre|action|offre de service|prestation|etape"),
    "etape_debut": ("Début réel de l'étape", "debut etape|debut action|date debut action|date debut"),
    "etape_fin": ("Fin réelle de l'étape", "fin etape|fin action|date fin action|date fin|date sortie"),
    "etape_motif": ("Motif de fin de l'étape", "motif fin|motif sortie|motif de sortie|motif"),
}  # fmt: skip
"""Each field: its label and the headings that name it."""
REQUIS = ("nom_naissance", "prenom", "date_naissance")
DATES = ("entree", *(c for c in CHAMPS if c.startswith("date_") or c.endswith(("_debut", "_fin", "_signature"))))
_COMMANDE = ("id_message", "version", "cle", "action", "organisme")
COLONNES = (*_COMMANDE, *CHAMPS)
_SUITE = tuple(list(CHAMPS)[list(CHAMPS).index("entree") :])
_CIVILITES = {
    "": "", "M": "M", "MR": "M", "MONSIEUR": "M", "H": "M", "HOMME": "M", "MASCULIN": "M", "1": "M", "MME": "MME",
    "MADAME": "MME", "MLLE": "MME", "MADEMOISELLE": "MME", "F": "MME", "FEMME": "MME", "FEMININ": "MME", "2": "MME",
}  # fmt: skip
_ROLES = {
    "": "", "DEM": "DEM", "DEMANDEUR": "DEM", "ALLOCATAIRE": "DEM", "CJT": "CJT", "CONJOINT": "CJT", "CONJOINTE": "CJT",
}  # fmt: skip
_NIR = re.compile(r"[1-478]\d{2}\d{2}(?:\d{2}|2[AB])\d{6}(?:\d{2})?", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?", re.ASCII)
_FRANCAISE = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})(?: 00:00(?::00)?)?", re.ASCII)
_SERIE = re.compile(r"\d{5}", re.ASCII)
_ERREURS_TABLEUR = ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#VALEUR!", "#NOM?")
_ABIME = re.compile("[\\x00-\\x1f\\x7f-\\x9f\N{REPLACEMENT CHARACTER}]|Ã[\\x80-\\xbf©¨ª«§´¢®¯¹»¼]|â€")


def proposer(entetes: Sequence[str], connues: Mapping[str, str]) -> dict[str, str]:
    """Return the field that each heading gives, "" for none: as it was said last time, else by its words.

    Accents, capitals and signs do not count; each field is given once, by the heading that is nearest to it.
    """
    proposees: dict[str, str] = {entete: connues.get(_mots(entete), "") for entete in entetes}
    prises = set(proposees.values()) - {""}
    candidats: list[tuple[float, int, str, str]] = []
    for rang, entete in enumerate(entetes):
        if proposees[entete] or _mots(entete) in connues:
            continue
        for champ, (libelle, synonymes) in CHAMPS.items():
            noms = [libelle, champ.replace("_", " "), *synonymes.split("|")]
            note = max(_ressemblance(_mots(entete), _mots(nom)) for nom in noms)
            if note >= 0.86:
                candidats.append((-note, rang, entete, champ))
    for _, _, entete, champ in sorted(candidats):
        if not proposees[entete] and champ not in prises:
            proposees[entete] = champ
            prises.add(champ)
    return proposees


def memoire(correspondance: Mapping[str, str]) -> dict[str, str]:
    """Return what is kept of a correspondance for the next time: headings without accents nor capitals."""
    return {_mots(entete): champ for entete, champ in correspondance.items()}


def defauts_correspondance(correspondance: Mapping[str, str]) -> dict[str, str]:
    """Check a correspondance: the identity is given, no field twice."""
    defauts = {}
    choisis = [champ for champ in correspondance.values() if champ]
    for rang, (_, champ) in enumerate(correspondance.items()):
        if champ and choisis.count(champ) > 1:
            defauts[f"colonne_{rang}"] = f"Deux colonnes donnent « {CHAMPS[champ][0]} » : n'en gardez qu'une."
    manquants = [CHAMPS[champ][0] for champ in REQUIS if champ not in choisis]
    if manquants:
        defauts["correspondance"] = f"Dites quelle colonne donne : {', '.join(manquants).lower()}."
    return defauts


def mettre_en_ligne(
    rang: int, cases: Mapping[str, str], correspondance: Mapping[str, str], organisme: uuid.UUID, version: int
) -> dict[str, str]:
    """Return the line of the flow of a row: the fields of its columns, the key of the person in this organism."""
    ligne = dict.fromkeys(COLONNES, "")
    for entete, champ in correspondance.items():
        if champ:
            ligne[champ] = cases.get(entete, "")
    qui = [cle(ligne["nom_naissance"]), cle(ligne["prenom"]), _date_iso(ligne)]
    empreinte = hashlib.sha256("|".join([str(organisme), *qui]).encode()).hexdigest()
    ligne |= {
        "cle": f"R-{empreinte[:18]}",
        "version": str(version),
        "action": "C",
        "organisme": str(organisme),
        "id_message": str(uuid.uuid5(organisme, f"{empreinte}|{version}|{rang}")),
    }
    return ligne


def lire(ligne: Mapping[str, str]) -> Commande:
    """Return the command of a line; LigneRefusee names the field, never its value."""
    for champ, valeur in ligne.items():
        if valeur == SANS_RESULTAT:
            raise LigneRefusee("VALEUR_INVALIDE", champ, "La formule de cette case n'a pas de résultat enregistré.")
        if valeur.startswith(_ERREURS_TABLEUR):
            raise LigneRefusee("VALEUR_INVALIDE", champ, "Cette case contient une erreur du tableur.")
        if valeur.startswith(("=", "@", "+", "-")) and champ != "telephone":
            raise LigneRefusee("VALEUR_INVALIDE", champ, "La valeur commence comme une formule de tableur.")
        if _ABIME.search(valeur):
            raise LigneRefusee("VALEUR_INVALIDE", champ, "Des caractères sont abîmés (encodage).")
    for champ in REQUIS:
        if not ligne[champ].strip():
            raise LigneRefusee("CHAMP_OBLIGATOIRE", champ, "Ce champ est obligatoire.")
    dates = {champ: date(ligne, champ) for champ in DATES}
    naissance = dates["date_naissance"]
    assert naissance is not None  # noqa: S101 - required above
    try:
        organisme = str(uuid.UUID(ligne["organisme"]))
    except ValueError as erreur:
        raise LigneRefusee("ORGANISME_INCONNU", "organisme", "L'organisme n'est pas connu.") from erreur
    identifiant = ligne["id_individu"].strip()
    if len(identifiant) > 20:
        raise LigneRefusee("VALEUR_INVALIDE", "id_individu", "L'identifiant compte 20 caractères au plus.")
    code_postal = ligne["code_postal"].strip()
    return Commande(
        id_message=uuid.UUID(ligne["id_message"]),
        version=int(ligne["version"]),
        action=Action.CREER,
        id_individu=identifiant,
        cle=ligne["cle"][:20],
        complete=True,
        suite={
            **{champ: _iso(dates.get(champ), ligne[champ]) for champ in _SUITE},
            "entree": _entree(dates),
            "organisme": organisme,
        },
        nir=_nir(ligne["nir"]),
        identite=SaisieIdentite(
            nom_naissance=ligne["nom_naissance"],
            nom_usage=ligne["nom_usage"],
            prenom=ligne["prenom"],
            date_naissance=naissance,
            civilite=_choisir(ligne, "civilite", _CIVILITES),
            adresse=ligne["adresse"],
            code_postal=code_postal.zfill(5) if code_postal.isdigit() else code_postal,
            commune=_commune(ligne["commune"], code_postal),
            telephone=_telephone(ligne["telephone"]),
            courriel=ligne["courriel"],
            organisme_payeur=ligne["organisme_payeur"].strip().upper(),
            matricule=ligne["matricule"],
            role_foyer=_choisir(ligne, "role_foyer", _ROLES),
            numero_demande=ligne["numero_demande"],
            date_ouverture=dates["date_ouverture"],
            etat_droit=_element(ligne, "etat_droit", "ETAT_DROIT"),
        ),
    )


def compris_en_clair(commande: Commande) -> dict[str, str]:
    """Return the fields of a command as a person reads them: days of the French form, the name of the commune."""
    identite = {c: v for c, v in msgspec.structs.asdict(commande.identite).items() if c in CHAMPS and v}
    if commande.identite.commune is not None:
        identite["commune"] = communes_par_code()[commande.identite.commune].nom
    lus = {**identite, **{c: v for c, v in commande.suite.items() if c in CHAMPS and v}}
    for champ in DATES:
        if lus.get(champ):
            lus[champ] = f"{dt.date.fromisoformat(str(lus[champ])):%d/%m/%Y}"
    return {champ: str(valeur) for champ, valeur in lus.items()}


def date(ligne: Mapping[str, str], champ: str) -> dt.date | None:
    """Return a date written AAAA-MM-JJ, JJ/MM/AAAA or as the serial number of a spreadsheet; None for none."""
    texte = " ".join(ligne[champ].split())
    if not texte:
        return None
    if _SERIE.fullmatch(texte):
        return dt.date(1899, 12, 30) + dt.timedelta(days=int(texte))
    iso, francaise = _ISO.fullmatch(texte), _FRANCAISE.fullmatch(texte)
    if iso is None and francaise is None:
        raise LigneRefusee("DATES_INCOHERENTES", champ, "La date s'écrit JJ/MM/AAAA, l'année sur quatre chiffres.")
    morceaux = (iso[1], iso[2], iso[3]) if iso else (francaise[3], francaise[2], francaise[1]) if francaise else ()
    try:
        lue = dt.date(*map(int, morceaux))
    except ValueError as erreur:
        raise LigneRefusee("DATES_INCOHERENTES", champ, "Cette date n'existe pas.") from erreur
    if not 1900 <= lue.year <= 2100:
        raise LigneRefusee("DATES_INCOHERENTES", champ, "L'année est à vérifier.")
    return lue


def element(liste: str, texte: str) -> str | None:
    """Return the code of an element named by its code or its label; None when the list has none."""
    voulu = cle(texte)
    for un in nomenclature(liste).elements:
        if voulu in (cle(un.code), cle(un.libelle)):
            return un.code
    return None


FLUX = Flux(
    emetteur="IMPORT",
    code="REPRISE",
    libelle="Reprise d'un tableur",
    colonnes=COLONNES,
    cle="cle",
    action="action",
    lecteur="viesion_core.reprise.model:lire",
    ordonne=False,
    libelles={
        "id_message": "Identifiant de la ligne",
        "version": "Version",
        "cle": "Clé de la personne dans cette reprise",
        "action": "Action",
        "organisme": "Organisme (identifiant interne)",
        **{champ: libelle for champ, (libelle, _) in CHAMPS.items()},
    },
)


def _mots(texte: str) -> str:
    """Return the words of a heading without accents, capitals nor signs; « n° » and « numéro » are the same."""
    mots = re.sub(r"[^a-z0-9]+", " ", cle(texte.replace("°", " ")).lower()).split()
    return " ".join(
        "n" if mot in ("numero", "num", "no") else mot for mot in mots if mot not in ("de", "du", "la", "d", "l")
    )


def _ressemblance(un: str, autre: str) -> float:
    if un == autre:
        return 1.0
    return difflib.SequenceMatcher(None, un, autre).ratio() if len(un) > 4 < len(autre) else 0.0


def _date_iso(ligne: Mapping[str, str]) -> str:
    try:
        return str(date(ligne, "date_naissance") or "")
    except LigneRefusee:
        return ligne["date_naissance"]


def _iso(lue: dt.date | None, texte: str) -> str:
    return lue.isoformat() if lue is not None else " ".join(texte.split())


def _entree(dates: Mapping[str, dt.date | None]) -> str:
    """Return the day of the entry: the one that is given, else the first one that supposes it."""
    if dates["entree"] is not None:
        return dates["entree"].isoformat()
    connues = [d for d in (dates[c] for c in ("date_ouverture", "referent_debut", "etape_debut")) if d is not None]
    return min(connues).isoformat() if connues else ""


def _choisir(ligne: Mapping[str, str], champ: str, codes: Mapping[str, T]) -> T:
    valeur = re.sub(r"[^A-Z0-9]", "", cle(ligne[champ]))
    if valeur not in codes:
        raise LigneRefusee("CODE_INCONNU", champ, "Cette valeur n'est pas dans la liste.")
    return codes[valeur]


def _element(ligne: Mapping[str, str], champ: str, liste: str) -> str:
    texte = ligne[champ].strip()
    code = element(liste, texte) if texte else ""
    if code is None:
        raise LigneRefusee("CODE_INCONNU", champ, "Cette valeur n'est pas dans la liste.")
    return code


def _commune(texte: str, code_postal: str) -> str | None:
    """Return the INSEE code of a commune told by its code or its name, with its postal code when names are alike."""
    voulu = cle(texte.strip())
    if not voulu:
        return None
    trouvees = [c for c in communes() if voulu in (c.code_insee, cle(c.nom), cle(c.nom).replace("SAINT", "ST"))]
    if len(trouvees) > 1:
        trouvees = [c for c in trouvees if code_postal in c.codes_postaux.split("|")] or trouvees
    if not trouvees:
        raise LigneRefusee("CODE_INCONNU", "commune", "Cette commune n'est pas de l'Hérault, ou est mal écrite.")
    return trouvees[0].code_insee


def _telephone(texte: str) -> str:
    """Return a number to which a spreadsheet has taken its first zero."""
    return f"0{texte}" if re.fullmatch(r"[1-9]\d{8}", texte, re.ASCII) else texte


def _nir(texte: str) -> str:
    nir = re.sub(r"[\s.\-]", "", texte).upper()
    if not nir:
        return ""
    if not _NIR.fullmatch(nir):
        raise LigneRefusee("NIR_INVALIDE", "nir", "Le NIR n'a pas la forme attendue.")
    treize = nir[:13]
    if len(nir) == 15 and int(nir[13:]) != 97 - int(treize.replace("2A", "19").replace("2B", "18")) % 97:
        raise LigneRefusee("NIR_INVALIDE", "nir", "La clé du NIR est fausse.")
    return treize


def valeurs_json(texte: Any) -> Any:
    """Return a JSON column as a value, whichever the engine gave."""
    return msgspec.json.decode(texte) if isinstance(texte, str | bytes) else texte
