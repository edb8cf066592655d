"""Interviews: planning, themes, réalisation."""
