"""Versioned reference lists: the nomenclatures and the communes of the Hérault, loaded from data files."""
