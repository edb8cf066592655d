"""The person: identity, caractéristiques, dispositif, perimeter, search."""

# Whoever can undo an act on a person knows their table, hence this room: the index of the search must follow too.
from viesion_core.dossiers import indexation as indexation
