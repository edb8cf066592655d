"""Difficulties: nature, dates, réalisation, commentaire."""
