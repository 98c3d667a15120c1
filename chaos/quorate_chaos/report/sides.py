"""What each side of a fault was told while it lasted: who went on, who refused, how fast."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from .model import DONE, FAILED, UNKNOWN, Fault, Run, Series
from .numbers import quantile

MINORITY, MAJORITY = "minority", "majority"


@dataclass(slots=True)
class Told:
    """Answers to operations that were begun within a fault, of one series on one side."""

    outcomes: dict[str, int] = field(default_factory=lambda: {DONE: 0, FAILED: 0, UNKNOWN: 0})
    times: dict[str, list[int]] = field(
        default_factory=lambda: {DONE: [], FAILED: [], UNKNOWN: []}
    )  # microseconds from begin to return
    last_us: int | None = None  # of those done: the last one's begin, since its cut's begin

    @property
    def asked(self) -> int:
        return sum(self.outcomes.values())

    def time(self, outcome: str, share: float) -> float | None:
        ordered = sorted(self.times[outcome])
        return quantile(ordered, share) if ordered else None


def minority_of(fault: Fault, nodes: list[str]) -> frozenset[str]:
    """The nodes of a cut that see no majority; none if it is no cut or each side sees one."""
    known = set(nodes)
    cut_off: set[str] = set()
    for side in fault.sides:
        if len(side & known) * 2 <= len(known):
            cut_off |= side & known
    return frozenset(cut_off)


def told_by_side(run: Run) -> dict[str, dict[Series, Told]]:
    """Over all cuts that took hold. Keys are MINORITY and MAJORITY; empty without any cut."""
    cuts = [
        (fault, minority)
        for fault in run.faults
        if fault.bit and (minority := minority_of(fault, run.nodes_at(fault.begin)))
    ]
    if not cuts:
        return {}
    found: dict[str, dict[Series, Told]] = {
        MINORITY: defaultdict(Told),
        MAJORITY: defaultdict(Told),
    }
    index = 0
    live: list[tuple[Fault, frozenset[str]]] = []
    for op in run.ops:
        while index < len(cuts) and cuts[index][0].begin <= op.begin:
            live.append(cuts[index])
            index += 1
        live = [cut for cut in live if op.begin < cut[0].end]
        if not live or not op.asked:
            continue
        cut = next((cut for cut, minority in live if op.asked in minority), None)
        told = found[MINORITY if cut else MAJORITY][op.series]
        told.outcomes[op.outcome] += 1
        if op.outcome == DONE:
            told.last_us = max(told.last_us or 0, op.begin - (cut or live[0][0]).begin)
        if op.end is not None:
            told.times[op.outcome].append(op.end - op.begin)
    return found
