"""The guard of free texts: what a text should not hold is said before it is saved; the author decides."""
