"""The shortcuts of the keyboard: one list, for the page « Raccourcis clavier ».

`seule`: a shortcut of one character, that can be turned off (WCAG 2.1.4).
"""

import msgspec


class Raccourci(msgspec.Struct, frozen=True):
    """Keys pressed together, or one or the other with `ou`; what they do."""

    touches: tuple[str, ...]
    effet: str
    seule: bool = False
    ou: bool = False


RACCOURCIS: tuple[tuple[str, tuple[Raccourci, ...]], ...] = (
    (
        "De partout",
        (
            Raccourci(("Ctrl", "K"), "Chercher une personne, un acte ou un écran"),
            Raccourci(("/",), "La même chose, hors d'un champ", seule=True),
            Raccourci(("?",), "Cette page, hors d'un champ", seule=True),
            Raccourci(("Tab",), "Dès l'ouverture d'une page\u00a0: « Aller au contenu »"),
        ),
    ),
    (
        "Dans une liste qui s'ouvre",
        (
            Raccourci(("↑", "↓"), "Choisir", ou=True),
            Raccourci(("Entrée",), "Ouvrir"),
            Raccourci(("Ctrl", "Entrée"), "Ouvrir dans un autre onglet"),
            Raccourci(("Échap",), "Fermer la liste, le menu"),
        ),
    ),
    (
        "Dans un formulaire",
        (
            Raccourci(("Entrée",), "Enregistrer\u00a0; dans un texte, aller à la ligne"),
            Raccourci(("Ctrl", "Entrée"), "Enregistrer, de n'importe quel champ"),
            Raccourci(("Échap",), "Quitter, après confirmation si quelque chose est saisi"),
            Raccourci(("Ctrl", "V"), "Dans « Signaler une anomalie », coller une capture d'écran"),
        ),
    ),
    (
        "Dans l'agenda",
        (
            Raccourci(("←", "→"), "Période précédente, suivante", seule=True, ou=True),
            Raccourci(("T",), "Aujourd'hui", seule=True),
            Raccourci(("Maj", "← ↑ ↓ →"), "Déplacer l'entretien prévu qui a le focus"),
        ),
    ),
)
