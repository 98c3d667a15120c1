"""Faults, each of which proves that it took hold."""
