"""Word templates, merge, documents."""
