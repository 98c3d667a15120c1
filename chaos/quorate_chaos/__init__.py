"""Starts real clusters, loads them, breaks them, heals them, and judges what they promised."""
