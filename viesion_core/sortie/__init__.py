"""« L'allocataire sort de l'action »: the checklist of the deck, and the closing of an étape. Reads across the rooms."""
