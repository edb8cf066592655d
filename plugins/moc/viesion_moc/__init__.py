"""Offre de service MOC of VieSion: a plugin."""
