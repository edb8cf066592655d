"""What an offre de service brings, and what it is shown of a dossier."""
