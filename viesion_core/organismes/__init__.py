"""Organisms and the offres de service they are conventioned for."""
