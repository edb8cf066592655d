"""The dossier at one glance: identity band, counts, chips, frise of the parcours. Reads across the rooms."""
