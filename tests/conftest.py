"""The fixtures of every test: `base` on both engines, `monde` in it."""

pytest_plugins = ["viesion_core.testing"]
