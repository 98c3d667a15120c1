"""Draws the report of a run from what lies in its folder, and from nothing else."""

from .page import write_report

__all__ = ["write_report"]
