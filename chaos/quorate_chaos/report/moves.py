"""Replicas on their way, as they were seen at each look (moves.jsonl)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

META = "(meta)"  # the keyspace of the meta group's partition


@dataclass(slots=True)
class Move:
    """One replica that comes to a node, or goes from one, or both. Times as those of the run."""

    keyspace: str
    partition: int
    source: str  # empty: it only comes
    target: str  # empty: it only goes
    begin: int  # when it was seen first
    end: int = 0  # when it was seen no more
    sent: list[tuple[int, int]] = field(default_factory=list)  # at, bytes so far

    @property
    def name(self) -> str:
        """p3 → n4."""
        way = f"→ {self.target}" if self.target else f"from {self.source}"
        return f"p{self.partition} {way}"

    @property
    def bytes(self) -> int:
        return max((sent for _, sent in self.sent), default=0)

    def rates(self) -> list[tuple[int, int, float]]:
        """From, to, bytes a second; of each stretch between two looks in which something came."""
        found = []
        at, before = self.begin, 0
        for now, sent in self.sent:
            if sent < before:
                before = 0  # the sender has begun anew
            if now > at and sent > before:
                found.append((at, now, (sent - before) * 1e6 / (now - at)))
            at, before = now, sent
        return found


def moves_of(looks: Iterable[dict[str, Any]]) -> list[Move]:
    """By begin. A move lasts from the first look that shows it to the first that does not."""
    under_way: dict[tuple[Any, ...], Move] = {}
    found: list[Move] = []
    for look in sorted(looks, key=lambda look: int(look["at_us"])):
        at = int(look["at_us"])
        seen = set()
        for told in look.get("moves") or ():
            key = (told.get("keyspace"), told.get("partition"), told.get("from"), told.get("to"))
            seen.add(key)
            if key not in under_way:
                under_way[key] = _move(told, at)
                found.append(under_way[key])
            move = under_way[key]
            move.end = at
            if told.get("sent_bytes") is not None:
                move.sent.append((at, int(told["sent_bytes"])))
        for key in [key for key in under_way if key not in seen]:
            under_way.pop(key).end = at
    return found


def _move(told: dict[str, Any], at: int) -> Move:
    keyspace = str(told.get("keyspace") or META)
    source, target = str(told.get("from") or ""), str(told.get("to") or "")
    return Move(keyspace, int(told.get("partition") or 0), source, target, at, at)


def total_rates(moves: Iterable[Move], begin: int, end: int, bins: int) -> list[float]:
    """Bytes a second of all together, in stretches of equal length."""
    width = (end - begin) / bins
    found = [0.0] * bins
    for move in moves:
        for since, until, rate in move.rates():
            first = max(0, int((since - begin) / width))
            last = min(bins - 1, int((until - begin) / width))
            for index in range(first, last + 1):
                low, high = begin + index * width, begin + (index + 1) * width
                found[index] += rate * max(0.0, min(until, high) - max(since, low)) / width
    return found
