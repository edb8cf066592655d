"""Offre de service C-PARTI of VieSion: a plugin."""
