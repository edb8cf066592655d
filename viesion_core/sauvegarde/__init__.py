"""Backup while people work, restore into an empty install: base, documents and secret in one verified archive."""
