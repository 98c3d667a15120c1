"""How long nothing succeeded after a fault began: by series, and by series and node asked."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from .model import DONE, Fault, Op, Run, Series

AFTERMATH_US = 5_000_000  # how long after a fault's end its traces are looked for


@dataclass(frozen=True, slots=True)
class Outage:
    """What one fault did to those who asked at or after its begin."""

    asked: int  # operations begun from the fault's begin to the end of the look
    first_us: int | None  # from the fault's begin to the first success; None: there was none
    silence_us: int  # the longest time without a success, from the fault's begin on
    only_healed: bool  # the first success came when the fault was over


class _Seen:
    """The operations of one group: when they began, and which returned well."""

    def __init__(self) -> None:
        self.begins: list[int] = []
        self.good: list[tuple[int, int]] = []  # (begin, end), by begin

    def add(self, op: Op) -> None:
        self.begins.append(op.begin)
        if op.outcome == DONE and op.end is not None:
            self.good.append((op.begin, op.end))

    def outage(self, fault: Fault, until: int) -> Outage:
        asked = bisect_right(self.begins, until) - bisect_left(self.begins, fault.begin)
        first = bisect_left(self.good, (fault.begin, 0))
        ends = sorted(end for begin, end in self.good[first:bisect_left(self.good, (until, 0))])
        if not ends:
            return Outage(asked, None, until - fault.begin, False)
        stops = [fault.begin, *ends]
        silence = max(late - early for early, late in zip(stops, stops[1:]))
        return Outage(asked, ends[0] - fault.begin, silence, ends[0] > fault.end)


@dataclass(slots=True)
class Outages:
    """`by_series[i]` belongs to the run's i-th fault."""

    by_series: list[dict[Series, Outage]]
    by_node: list[dict[tuple[Series, str], Outage]]


def find_outages(run: Run) -> Outages:
    by_series = _gather((op.series, op) for op in run.ops)
    by_node = _gather(((op.series, op.asked), op) for op in run.ops if op.asked)
    found = Outages([], [])
    for index, fault in enumerate(run.faults):
        until = _until(run, index)
        found.by_series.append({key: seen.outage(fault, until) for key, seen in by_series.items()})
        found.by_node.append({key: seen.outage(fault, until) for key, seen in by_node.items()})
    return found


def _gather(pairs: Iterable[tuple]) -> dict:
    groups: dict = defaultdict(_Seen)
    for key, op in pairs:  # by begin, as the run's operations are
        groups[key].add(op)
    return groups


def _until(run: Run, index: int) -> int:
    """Until the next fault that begins after this one's end, but not longer than an aftermath."""
    fault = run.faults[index]
    later = [other.begin for other in run.faults[index + 1 :] if other.begin >= fault.end]
    return min([fault.end + AFTERMATH_US, run.end, *later[:1]])
