"""APS Desktop: ASEAN cooperation projects on the desk, offline, and merged between offices."""

__version__ = "0.1.0"
