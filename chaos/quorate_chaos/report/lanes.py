"""The operations as lanes over time. A client whose outcome is unknown ends and another takes its
place, so there may be thousands of clients; a lane is such a place, and holds one at a time."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from .model import DONE, FAILED, UNKNOWN, Op, Run

SEVERITY = {DONE: 1, FAILED: 2, UNKNOWN: 3}


@dataclass(slots=True)
class Lane:
    job: str
    asked: str
    free_at: int = 0
    ops: list[Op] = field(default_factory=list)


def pack(run: Run) -> list[Lane]:
    """All operations, dealt to lanes; sorted by job, then by the node asked."""
    clients: dict[tuple[str, int], list[Op]] = defaultdict(list)
    for op in run.ops:
        clients[op.job, op.client].append(op)
    lanes: dict[tuple[str, str], list[Lane]] = defaultdict(list)
    for (job, _), ops in clients.items():  # by each client's first operation
        targets = {op.asked for op in ops}
        asked = targets.pop() if len(targets) == 1 else ""
        end = max(op.begin if op.end is None else op.end for op in ops)
        lane = next((l for l in lanes[job, asked] if l.free_at <= ops[0].begin), None)
        if lane is None:
            lane = Lane(job, asked)
            lanes[job, asked].append(lane)
        lane.ops += ops
        lane.free_at = end
    return [lane for key in sorted(lanes) for lane in lanes[key]]


def thin_out(lanes: list[Lane], most: int) -> list[Lane]:
    """At most `most` lanes, taken evenly, so that each job and node keeps its share."""
    if len(lanes) <= most:
        return lanes
    return [lanes[index * len(lanes) // most] for index in range(most)]


def spans(lane: Lane, begin: int, end: int, bins: int) -> list[tuple[int, int, int]]:
    """Stretches of bins (first, one past last, severity): of what falls into a bin, the worst."""
    width = (end - begin) / bins
    worst = bytearray(bins)
    for op in lane.ops:
        severity = SEVERITY[op.outcome]
        first = min(bins - 1, int((op.begin - begin) / width))
        last = first if op.end is None else min(bins - 1, int((op.end - begin) / width))
        for index in range(first, last + 1):
            if worst[index] < severity:
                worst[index] = severity
    found: list[tuple[int, int, int]] = []
    start = 0
    for index in range(1, bins + 1):
        if index == bins or worst[index] != worst[start]:
            if worst[start]:
                found.append((start, index, worst[start]))
            start = index
    return found
