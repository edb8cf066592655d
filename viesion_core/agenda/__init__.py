"""Plages and créneaux: the slots that a référent publishes, that a colleague or Solis books for a person."""
