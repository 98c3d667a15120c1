"""Rates and latencies of each series over time, in bins of equal length."""

from __future__ import annotations

from dataclasses import dataclass, field

from .model import DONE, FAILED, READ, UNKNOWN, Op, Run, Series
from .numbers import quantile


@dataclass(slots=True)
class Bin:
    """What came to an end within one stretch of time."""

    done: int = 0
    failed: int = 0
    unknown: int = 0
    latencies: list[int] = field(default_factory=list)  # microseconds, of done ones
    p50: float = 0.0
    p99: float = 0.0


@dataclass(slots=True)
class Binned:
    width_us: float
    by_series: dict[Series, list[Bin]]

    def per_second(self, number: int) -> float:
        return number * 1e6 / self.width_us


def series_order(series: Series) -> tuple[bool, str, str, bool]:
    """Raft first; reads and writes of a level next to each other."""
    return (series.mode != "raft", series.mode, series.level, series.kind != READ)


def bin_run(run: Run, bins: int) -> Binned:
    """An operation counts where it returned, so that an outage shows as one and is followed by
    the latencies it caused; one that never returned counts where it began."""
    width = (run.end - run.begin) / bins
    found: dict[Series, list[Bin]] = {}
    for op in run.ops:
        if op.series not in found:
            found[op.series] = [Bin() for _ in range(bins)]
        at = op.begin if op.end is None else op.end
        _count(op, found[op.series][min(bins - 1, int((at - run.begin) / width))])
    for series_bins in found.values():
        for part in series_bins:
            if part.latencies:
                part.latencies.sort()
                part.p50 = quantile(part.latencies, 0.5)
                part.p99 = quantile(part.latencies, 0.99)
    return Binned(width, {key: found[key] for key in sorted(found, key=series_order)})


def _count(op: Op, part: Bin) -> None:
    if op.outcome == DONE:
        part.done += 1
        if op.end is not None:
            part.latencies.append(op.end - op.begin)
    elif op.outcome == FAILED:
        part.failed += 1
    elif op.outcome == UNKNOWN:
        part.unknown += 1
