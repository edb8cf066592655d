"""The frise: one picture of the parcours on a time axis. Pure layout: elements in, places out, no drawing.

Places along the axis are percentages, so that the picture takes the width it is given; heights are pixels. Distances
between marks are judged at the narrowest drawing (`ETROITE`): what is apart there is apart everywhere. Each bar has a
text for the narrow drawing and one for the wide (`LARGE`).
"""

import datetime as dt
from collections.abc import Iterable, Sequence

import msgspec

from viesion_core.entretiens.model import PRESENCE, jour_de
from viesion_core.resume.elements import LIBELLE_FORME, PERIODES, Element, Voie

ETROITE, LARGE = 640, 780
"""Widths of the drawing, in pixels: `frise.css` never draws narrower, and takes the long texts from the second on."""
ENTETE = 62
HAUTEUR_BARRE, ENTRE_BARRES, MARGE_VOIE = 26, 4, 9
CIBLE = 24
"""Two marks of a row are never nearer than this (pixels): each can be pointed at."""
RANGS_MAXIMUM = 3
"""Marks too near go to another row; when three rows do not part them, they become one with a number."""
PASSE_MAXIMAL = dt.timedelta(days=15 * 365)
AVENIR_MAXIMAL = dt.timedelta(days=3 * 365)
UN_JOUR = dt.timedelta(days=1)
SEMAINES = 120
"""Up to that many days, the axis is in months and weeks; beyond, in years and months."""

MOIS = ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."]
MOIS_ENTIERS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)


class Graduation(msgspec.Struct, frozen=True):
    """A line of the axis and its label, at `x` per cent; `largeur` until the next one."""

    x: float
    largeur: float
    texte: str


class Texte(msgspec.Struct, frozen=True):
    """What is written on a bar, or in the free place after it; "" when nothing fits."""

    texte: str = ""
    dehors: bool = False


class Barre(msgspec.Struct, frozen=True, kw_only=True):
    """A period: from `x` for `largeur` per cent, at `y` pixels.

    `suite`: per cent after it that are not certain (no end yet). `etroit`, `large`: its text, by width of drawing.
    """

    element: Element
    etat: str
    x: float
    largeur: float
    y: int
    suite: float = 0.0
    etroit: Texte = Texte()
    large: Texte = Texte()


class Marque(msgspec.Struct, frozen=True, kw_only=True):
    """One event, or several that are too near to be told apart (`elements`), at `x` per cent and `y` pixels."""

    elements: tuple[Element, ...]
    forme: str
    x: float
    y: int

    @property
    def nombre(self) -> int:
        """How many events it stands for."""
        return len(self.elements)

    @property
    def presences(self) -> float:
        """The share of « Présence » among its entretiens, from 0 to 1."""
        return sum(e.etat == PRESENCE for e in self.elements) / len(self.elements)


class Tige(msgspec.Struct, frozen=True):
    """The length of a difficulté, from its mark to its end or to today."""

    x: float
    fin: float
    y: int
    ouverte: bool


class VoieDessinee(msgspec.Struct, frozen=True):
    """A lane: its top and its height in pixels, and how many elements it has."""

    voie: Voie
    y: int
    hauteur: int
    nombre: int


class Frise(msgspec.Struct, frozen=True, kw_only=True):
    """The whole picture; `aujourdhui` in per cent."""

    debut: dt.date
    fin: dt.date
    hauteur: int
    aujourdhui: float
    voies: tuple[VoieDessinee, ...]
    majeures: tuple[Graduation, ...]
    mineures: tuple[Graduation, ...]
    barres: tuple[Barre, ...]
    tiges: tuple[Tige, ...]
    marques: tuple[Marque, ...]

    @property
    def formes(self) -> list[tuple[str, str]]:
        """The legend: the shapes that are on the picture, with their French names."""
        presentes = {marque.forme for marque in self.marques if marque.nombre == 1}
        return [(forme, texte) for forme, texte in LIBELLE_FORME.items() if forme in presentes]

    @property
    def groupes(self) -> bool:
        """Whether some marks stand for several entretiens."""
        return any(m.nombre > 1 and m.elements[0].voie is Voie.ENTRETIEN for m in self.marques)


class _Axe(msgspec.Struct, frozen=True):
    debut: dt.date
    fin: dt.date

    def x(self, jour: dt.date) -> float:
        """Return where the morning of a day is, in per cent, kept inside the axis."""
        total = (self.fin - self.debut).days
        return round(min(max((jour - self.debut).days / total * 100, 0.0), 100.0), 2)

    def pixels(self, part: float) -> float:
        """Return a share of the axis (per cent) in pixels of the narrowest drawing."""
        return part * ETROITE / 100


def dessiner(elements: Sequence[Element], maintenant: dt.datetime) -> Frise | None:
    """Return the picture of a parcours at an instant; None when nothing has happened yet."""
    if not elements:
        return None
    aujourdhui = jour_de(maintenant)
    axe = _etendue(elements, aujourdhui)
    voies: list[VoieDessinee] = []
    barres: list[Barre] = []
    marques: list[Marque] = []
    tiges: list[Tige] = []
    y = ENTETE
    for voie in Voie:
        siens = sorted((e for e in elements if e.voie is voie), key=lambda e: (e.debut, str(e.instant), str(e.id)))
        if not siens:
            continue
        if voie in PERIODES:
            posees, rangs = _barres(axe, siens, aujourdhui, y + MARGE_VOIE)
            barres += posees
            hauteur = 2 * MARGE_VOIE + rangs * HAUTEUR_BARRE + (rangs - 1) * ENTRE_BARRES
        else:
            posees_ici, rangs = _marques(axe, siens, maintenant, y + MARGE_VOIE)
            marques += posees_ici
            hauteur = 2 * MARGE_VOIE + rangs * CIBLE
            if voie is Voie.DIFFICULTE:
                tiges += _tiges(axe, posees_ici, aujourdhui)
        voies.append(VoieDessinee(voie, y, hauteur, len(siens)))
        y += hauteur
    majeures, mineures = graduations(axe.debut, axe.fin)
    return Frise(
        debut=axe.debut,
        fin=axe.fin,
        hauteur=y,
        aujourdhui=axe.x(aujourdhui + UN_JOUR),
        voies=tuple(voies),
        majeures=tuple(majeures),
        mineures=tuple(mineures),
        barres=tuple(barres),
        tiges=tuple(tiges),
        marques=tuple(marques),
    )


def _etendue(elements: Iterable[Element], aujourdhui: dt.date) -> _Axe:
    """Return the axis: everything, today with some room after it, whole weeks or months.

    A date typed 15 years too early or years too late does not crush the picture: its bar is cut at the edge.
    """
    jours = [aujourdhui]
    for e in elements:
        jours += [date for date in (e.debut, e.fin, e.prevue) if date is not None]
    debut = max(min(jours), aujourdhui - PASSE_MAXIMAL)
    fin = min(max(jours), aujourdhui + AVENIR_MAXIMAL)
    marge = max(7, (fin - debut).days // 40)
    debut -= dt.timedelta(days=marge // 2)
    fin = max(fin + UN_JOUR, aujourdhui + dt.timedelta(days=max(7, (fin - debut).days // 14)))
    fin += dt.timedelta(days=marge // 2)
    if (fin - debut).days <= SEMAINES:
        return _Axe(debut - dt.timedelta(days=debut.weekday()), fin + dt.timedelta(days=-fin.weekday() % 7))
    return _Axe(debut.replace(day=1), _mois_suivant(fin) if fin.day > 1 else fin)


def _barres(axe: _Axe, elements: Sequence[Element], aujourdhui: dt.date, haut: int) -> tuple[list[Barre], int]:
    """Place periods in as few rows as their overlaps ask; return them and the number of rows."""
    rangs: list[list[Barre]] = []
    for element in elements:
        x = axe.x(element.debut)
        certaine = element.fin + UN_JOUR if element.fin else max(aujourdhui, element.debut) + UN_JOUR
        largeur = max(axe.x(certaine) - x, 100 * 6 / ETROITE)
        suite = 0.0
        if element.fin is None:
            jusqu_a = axe.x(element.prevue) if element.prevue and element.prevue > aujourdhui else 100.0
            suite = max(jusqu_a - x - largeur, 0.0)
        rang = next((r for r, barres in enumerate(rangs) if _bout(barres[-1]) <= x + 0.01), len(rangs))
        if rang == len(rangs):
            rangs.append([])
        etat = "avenir" if element.debut > aujourdhui else "courant" if element.courant(aujourdhui) else "passe"
        y = haut + rang * (HAUTEUR_BARRE + ENTRE_BARRES)
        barre = Barre(element=element, etat=etat, x=x, largeur=round(largeur, 2), y=y, suite=round(suite, 2))
        rangs[rang].append(barre)
    return [_nommee(barres, n) for barres in rangs for n in range(len(barres))], len(rangs)


def _bout(barre: Barre) -> float:
    return barre.x + barre.largeur + barre.suite


def _nommee(barres: Sequence[Barre], n: int) -> Barre:
    """Return the nth bar of a row with its texts."""
    barre = barres[n]
    libre = (barres[n + 1].x if n + 1 < len(barres) else 100.0) - barre.x - barre.largeur
    return msgspec.structs.replace(barre, etroit=_texte(barre, libre, ETROITE), large=_texte(barre, libre, LARGE))


def _texte(barre: Barre, libre: float, largeur: int) -> Texte:
    """Return the longest of its labels that fits on a bar, else after it (`libre` per cent), else nothing."""
    for part, marge, dehors in ((barre.largeur, 18, False), (libre, 14, True)):
        for texte in barre.element.libelles:
            if largeur_texte(texte) <= part * largeur / 100 - marge:
                return Texte(texte, dehors)
    return Texte()


def _marques(axe: _Axe, elements: Sequence[Element], maintenant: dt.datetime, haut: int) -> tuple[list[Marque], int]:
    """Place events in up to three rows; when that does not part them, gather the nearest in one row."""
    groupes, rangs = _en_rangs(axe, elements) or (_groupes(axe, elements), 1)
    marques = [
        Marque(
            elements=tuple(dedans),
            forme=_forme([element.forme(maintenant) for element in dedans]),
            x=round(sum(axe.x(e.debut) for e in dedans) / len(dedans), 2),
            y=haut + rang * CIBLE + CIBLE // 2,
        )
        for rang, dedans in groupes
    ]
    return marques, rangs


def _en_rangs(axe: _Axe, elements: Sequence[Element]) -> tuple[list[tuple[int, list[Element]]], int] | None:
    """Return each element alone with its row, and the number of rows; None when three are not enough."""
    derniers: list[float] = []
    places = []
    for element in elements:
        x = axe.x(element.debut)
        rang = next((r for r, d in enumerate(derniers) if axe.pixels(x - d) >= CIBLE), len(derniers))
        if rang == RANGS_MAXIMUM:
            return None
        derniers[rang : rang + 1] = [x]
        places.append((rang, [element]))
    return places, len(derniers)


def _groupes(axe: _Axe, elements: Sequence[Element]) -> list[tuple[int, list[Element]]]:
    """Return the elements in groups whose centres can be told apart."""
    groupes: list[tuple[int, list[Element]]] = []
    for element in elements:
        if groupes:
            dedans = groupes[-1][1]
            centre = sum(axe.x(e.debut) for e in dedans) / len(dedans)
            if axe.pixels(axe.x(element.debut) - centre) < CIBLE:
                dedans.append(element)
                continue
        groupes.append((0, [element]))
    return groupes


def _forme(formes: Sequence[str]) -> str:
    """Return the shape of a group: what waits is seen first, else the most frequent."""
    if "a-renseigner" in formes:
        return "a-renseigner"
    return max(LIBELLE_FORME, key=formes.count)


def _tiges(axe: _Axe, marques: Iterable[Marque], aujourdhui: dt.date) -> list[Tige]:
    return [
        Tige(axe.x(e.debut), axe.x(e.fin or aujourdhui), marque.y, e.fin is None)
        for marque in marques
        for e in marque.elements
        if axe.x(e.fin or aujourdhui) > axe.x(e.debut)
    ]


def graduations(debut: dt.date, fin: dt.date) -> tuple[list[Graduation], list[Graduation]]:
    """Return the two rows of the axis: years over months, or months over weeks when it is short."""
    axe = _Axe(debut, fin)
    if (fin - debut).days <= SEMAINES:
        mois = _debuts(debut, fin, 1)
        lundis = [debut + dt.timedelta(days=7 * n) for n in range((fin - debut).days // 7 + 1)]
        majeures = _graduer(axe, mois, [f"{MOIS_ENTIERS[m.month - 1]} {m.year}" for m in mois])
        return majeures, _graduer(axe, lundis, [str(lundi.day) for lundi in lundis])
    annees = _debuts(debut, fin, 12)
    majeures = _graduer(axe, annees, [str(a.year) for a in annees])
    for pas in (1, 2, 3, 6):
        mois = _debuts(debut, fin, pas)
        if axe.pixels(axe.x(debut + dt.timedelta(days=30 * pas))) >= 40:
            return majeures, _graduer(axe, mois, [MOIS[m.month - 1] for m in mois])
    return majeures, []


def _debuts(debut: dt.date, fin: dt.date, pas: int) -> list[dt.date]:
    """Return the start of the axis, then the first days of every `pas` months of the calendar."""
    mois = debut.replace(month=(debut.month - 1) // pas * pas + 1, day=1)
    trouves = []
    while mois < fin:
        trouves.append(max(mois, debut))
        mois = _mois_suivant(mois, pas)
    return trouves


def _graduer(axe: _Axe, jours: Sequence[dt.date], textes: Sequence[str]) -> list[Graduation]:
    """Return the graduations; one whose label has no room keeps its line alone."""
    suivants = [*jours[1:], axe.fin]
    traits = []
    for jour, suivant, texte in zip(jours, suivants, textes, strict=True):
        largeur = axe.x(suivant) - axe.x(jour)
        tient = largeur_texte(texte) + 2 <= axe.pixels(largeur)
        traits.append(Graduation(axe.x(jour), round(largeur, 2), texte if tient else ""))
    return traits


def _mois_suivant(jour: dt.date, pas: int = 1) -> dt.date:
    annee, mois = divmod(jour.year * 12 + jour.month - 1 + pas, 12)
    return dt.date(annee, mois + 1, 1)


def largeur_texte(texte: str) -> float:
    """Return a generous estimate of the width of a text of 13 px, in pixels: its letters are not all alike."""
    return sum(4.5 if c in "ijlft.,:;'’|!()- " else 11.5 if c in "mwMW" else 9.2 if c.isupper() else 7.4 for c in texte)
