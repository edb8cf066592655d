"""Questionnaires (versioned), bilans, réponses."""
