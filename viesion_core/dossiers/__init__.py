"""The person: identity, caractéristiques, dispositif, perimeter, search."""
