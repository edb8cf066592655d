"""The core of VieSion: dossier, étape and bilan, usable without the web and without any plugin."""
