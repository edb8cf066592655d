"""The MOS offre de service (Module d'Orientation Santé)."""
