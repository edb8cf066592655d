"""« L'allocataire sort de l'action »: the deck's checklist, and the closing of an étape. Reads across the rooms."""
