"""What many dossiers say together: compiled bilans and the counts of pilotage; no name ever leaves this room."""
