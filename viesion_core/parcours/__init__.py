"""The path: contrats, étapes, référents, sortie."""
