"""What fills an agenda beside entretiens: réunions, formations, congés, déplacements."""
