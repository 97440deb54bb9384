"""Bundles, trust and merge: how offices exchange their work without a network."""
