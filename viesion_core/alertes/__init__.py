"""Alerts: who is being forgotten, by which rule, and the act that clears it."""
