"""Values as a French reader expects them: pure functions, for the screens and for the documents."""

import datetime as dt

from viesion_core.contexte import PARIS

INSECABLE = "\u00a0"
FINE = "\u202f"  # narrow no-break space: between thousands, before ; ? !

MOIS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
JOURS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


def date(valeur: dt.date | None) -> str:
    """Return « 24/11/2026 »; an instant is given its date in Paris; nothing for nothing."""
    if valeur is None:
        return ""
    if isinstance(valeur, dt.datetime):
        valeur = _a_paris(valeur)
    return f"{valeur:%d/%m/%Y}"


def date_longue(valeur: dt.date | None) -> str:
    """Return « mardi 24 novembre 2026 », « dimanche 1er mars 2026 »."""
    if valeur is None:
        return ""
    if isinstance(valeur, dt.datetime):
        valeur = _a_paris(valeur)
    quantieme = "1er" if valeur.day == 1 else str(valeur.day)
    return f"{JOURS[valeur.weekday()]} {quantieme} {MOIS[valeur.month - 1]} {valeur.year}"


def heure(valeur: dt.datetime | dt.time | None) -> str:
    """Return « 10 h 30 », « 9 h » on the hour; an instant is shown at the time of Paris."""
    if valeur is None:
        return ""
    if isinstance(valeur, dt.datetime):
        valeur = _a_paris(valeur).time()
    minutes = f"{INSECABLE}{valeur.minute:02d}" if valeur.minute else ""
    return f"{valeur.hour}{INSECABLE}h{minutes}"


def instant(valeur: dt.datetime | None) -> str:
    """Return « 24/11/2026 à 10 h 30 » at the time of Paris (`valeur` is UTC, as stored)."""
    if valeur is None:
        return ""
    return f"{date(valeur)} à{INSECABLE}{heure(valeur)}"


def nombre(valeur: int | float | None, decimales: int | None = None) -> str:
    """Return « 1 234 » or « 1 234,5 », thousands parted by a narrow no-break space."""
    if valeur is None:
        return ""
    texte = f"{valeur:,}" if decimales is None else f"{valeur:,.{decimales}f}"
    return texte.replace(",", FINE).replace(".", ",").replace("-", "\u2212")


def age(naissance: dt.date | None, aujourdhui: dt.date) -> str:
    """Return « 41 ans », « 1 an »; « 7 mois » under one year."""
    if naissance is None:
        return ""
    mois = (aujourdhui.year - naissance.year) * 12 + aujourdhui.month - naissance.month
    mois -= aujourdhui.day < naissance.day
    annees = mois // 12
    return f"{annees}{INSECABLE}{pluriel(annees, 'an', 'ans')}" if annees > 0 else f"{max(mois, 0)}{INSECABLE}mois"


def pluriel(n: int | float, singulier: str, au_pluriel: str | None = None) -> str:
    """Return the word that suits `n`: in French the plural begins at 2."""
    return (au_pluriel or singulier + "s") if abs(n) >= 2 else singulier


def compte(n: int, singulier: str, au_pluriel: str | None = None) -> str:
    """Return the number and its word: « 1 contrat », « 1 234 contrats », « Aucun » is left to the gabarit."""
    return f"{nombre(n)}{INSECABLE}{pluriel(n, singulier, au_pluriel)}"


def duree(minutes: int | None) -> str:
    """Return a length given in minutes: « 30 min », « 1 h », « 1 h 30 »."""
    if minutes is None:
        return ""
    heures, reste = divmod(minutes, 60)
    if not heures:
        return f"{reste}{INSECABLE}min"
    return (
        heure(dt.time(heures, reste))
        if heures < 24
        else f"{heures}{INSECABLE}h" + (f"{INSECABLE}{reste:02d}" if reste else "")
    )


def periode(debut: dt.date | None, fin: dt.date | None) -> str:
    """Return « du 01/02/2026 au 31/07/2026 », « depuis le 01/02/2026 », « jusqu'au 31/07/2026 »."""
    if debut and fin:
        return f"du {date(debut)} au {date(fin)}"
    if debut:
        return f"depuis le {date(debut)}"
    return f"jusqu'au {date(fin)}" if fin else ""


def taille(octets: int) -> str:
    """Return the size of a file in French units: « 850 o », « 42 ko », « 1,4 Mo »."""
    if octets < 1000:
        return f"{octets}{INSECABLE}o"
    if octets < 1_000_000:
        return f"{nombre(round(octets / 1000))}{INSECABLE}ko"
    return f"{nombre(octets / 1_000_000, 1)}{INSECABLE}Mo"


def iso(valeur: dt.date | dt.datetime | None) -> str:
    """Return what `<time datetime>` expects: 2026-11-24, 2026-11-24T09:42:00+00:00."""
    return "" if valeur is None else valeur.isoformat()


def heure_saisie(valeur: dt.datetime | dt.time | None) -> str:
    """Return an hour as it is typed in a field: 10:30, at the time of Paris."""
    if valeur is None:
        return ""
    if isinstance(valeur, dt.datetime):
        valeur = _a_paris(valeur).time()
    return f"{valeur:%H:%M}"


def _a_paris(valeur: dt.datetime) -> dt.datetime:
    """Return the instant at the time of Paris; a naive one is UTC, as the base keeps it."""
    return (valeur if valeur.tzinfo else valeur.replace(tzinfo=dt.UTC)).astimezone(PARIS)
