"""A small Solis, for the demo, the tests and whoever develops a bridge: it sends, it takes, it fails as told.

It is a program apart (`viesion solis simuler`): it knows VieSion by its folder and by its API alone. The same seed and
the same scenario send the same messages. What it knows is one JSON file, so that it starts again where it was.
"""
