"""One client led by hand: what it asks of whom and when is the scenario's to say.

kvload asks much and at random; some bugs show only in one moment that has to be made. What is asked
here is recorded as kvload's is, and kvcheck judges it.
"""

from .hand import Hand, Told, Writer

__all__ = ["Hand", "Told", "Writer"]
