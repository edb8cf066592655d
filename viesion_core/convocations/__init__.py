"""Convocations by mail, kept in step with their entretien, and the reminders of the day before."""
