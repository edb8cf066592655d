"""How the journal says an operation to a reader: « dossier.consulter » is « Dossier : consultation »."""

_FAMILLES = {
    "alerte": "Alerte", "anomalie": "Anomalie",
    "beneficiaires": "Liste des bénéficiaires", "bilan": "Bilan", "caracteristique": "Caractéristique",
    "cle": "Clé d'API", "rdv": "Rendez-vous d'un partenaire",
    "contrat": "Contrat", "difficulte": "Difficulté", "dispositif": "Dispositif", "document": "Document",
    "dossier": "Dossier", "entretien": "Entretien", "envoi": "Envoi à un partenaire",
    "etape": "Étape", "identite": "Hors périmètre",
    "journal": "Journal", "nir": "NIR", "modele": "Modèle de fusion", "note": "Note", "offre": "Offre de service",
    "organisme": "Organisme", "orientation": "Orientation", "pilotage": "Pilotage",
    "portefeuille": "Affectation d'un partenaire",
    "rejet": "Rejet d'échange", "referent": "Référent",
    "utilisateur": "Utilisateur",
}  # fmt: skip
_VERBES = {
    "abandonner": "abandon", "accepter": "acceptation", "prendre": "prise en charge", "recevoir": "réception",
    "refuser": "refus", "activer": "activation", "actualiser": "actualisation", "affecter": "affectation",
    "ajouter": "ajout",
    "changer_date": "changement de date", "clore": "clôture", "completer": "saisie", "consulter": "consultation",
    "creer": "création", "deposer": "dépôt", "desactiver": "désactivation", "detailler": "modification détaillée",
    "diagnostiquer": "diagnostic conjoint", "notifier": "notification",
    "doublon": "doublon probable montré", "enregistrer": "enregistrement", "entrer": "entrée",
    "expliquer": "explication",
    "exporter": "export", "historiser": "actualisation avec historique", "inviter": "invitation",
    "marquer": "faite ou à faire", "modifier": "modification", "montrer": "affichage",
    "ouvrir": "ouverture", "rafraichir": "rafraîchissement",
    "rattacher": "rattachement", "reactiver": "réactivation", "realiser": "réalisation",
    "rejouer": "rejeu",
    "rechercher": "recherche par identité", "repondre": "réponse", "reporter": "report", "rouvrir": "réouverture",
    "renvoyer": "renvoi", "transmettre": "transmission",
    "retirer": "retrait", "signaler": "signalement à l'assistance",
    "revoquer": "révocation",
    "sortir": "sortie", "supprimer": "suppression", "telecharger": "téléchargement",
    "terminer": "fin",
}  # fmt: skip


def libelle_operation(operation: str) -> str:
    """Return the French label of an operation; its own code when a plugin or a later version has named it."""
    if operation == "annulation":
        return "Annulation"
    famille, _, verbe = operation.partition(".")
    if famille not in _FAMILLES or verbe not in _VERBES:
        return operation
    return f"{_FAMILLES[famille]}\u00a0: {_VERBES[verbe]}"
