"""Offre de service PSME of VieSion: a plugin."""
