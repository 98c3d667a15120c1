"""Throughput and latency of one series through the faults."""

from __future__ import annotations

import json
from html import escape

from .binned import Bin, Binned
from .model import Series
from .move_chart import STRIP, move_strip
from .numbers import count, duration, plural
from .svg import LogScale, Scale, box, drawing, line, n, path, rect, text
from .timeframe import AXIS_HEIGHT, GUTTER, RIGHT, WIDTH, Timeframe

RATE_HEIGHT, OTHER_HEIGHT, LATENCY_HEIGHT = 54, 26, 78
LATENCY_LOW, LATENCY_HIGH = 100.0, 10e6  # microseconds


def series_chart(series: Series, bins: list[Bin], binned: Binned, frame: Timeframe) -> str:
    others = any(part.failed or part.unknown for part in bins)
    rate_bottom = 8.0 + RATE_HEIGHT
    latency_top = rate_bottom + (OTHER_HEIGHT if others else 0) + 12
    strip_top = latency_top + LATENCY_HEIGHT + 4
    bottom = strip_top + STRIP if frame.run.moves else latency_top + LATENCY_HEIGHT
    parts = frame.shades(8, bottom - 8)
    parts += _names(series, bins, latency_top)
    parts += _rates(bins, binned, rate_bottom)
    if others:
        parts += _others(bins, binned, rate_bottom)
    parts += _latencies(bins, latency_top)
    if frame.run.moves:
        parts += move_strip(frame.run, frame, strip_top)
    parts += frame.axis(bottom)
    label = f"throughput and latency of {series.name} over time"
    told = [[b.done, b.failed, b.unknown, round(b.p50), round(b.p99)] for b in bins]
    data = escape(json.dumps(told, separators=(",", ":")))
    chart = drawing(WIDTH, bottom + AXIS_HEIGHT, label, parts, "time")
    return chart.replace("<svg ", f'<svg data-bins="{data}" ', 1)


def _names(series: Series, bins: list[Bin], latency_top: float) -> list[str]:
    done, failed = sum(b.done for b in bins), sum(b.failed for b in bins)
    unknown = sum(b.unknown for b in bins)
    parts = [
        text(0, 20, series.level or "no level told", "series-name"),
        text(0, 36, f"{series.kind}s, {series.mode}" if series.mode else f"{series.kind}s", "note"),
        text(0, latency_top + 14, f"{count(done)} done", "note"),
    ]
    for row, (number, word) in enumerate(((failed, "failed"), (unknown, "unknown"))):
        if number:
            parts.append(text(0, latency_top + 30 + 16 * row, f"{count(number)} {word}", "note"))
    return parts


def _columns(bins: list[Bin]) -> list[float]:
    width = (WIDTH - RIGHT - GUTTER) / len(bins)
    return [GUTTER + index * width for index in range(len(bins) + 1)]


def _rates(bins: list[Bin], binned: Binned, bottom: float) -> list[str]:
    xs = _columns(bins)
    most = max(part.done for part in bins) or 1
    scale = Scale(0, most, bottom, bottom - RATE_HEIGHT)
    bars = "".join(
        box(xs[i], scale(part.done), xs[i + 1] - xs[i] - 0.5, bottom - scale(part.done))
        for i, part in enumerate(bins)
        if part.done
    )
    top_rate = f"{count(round(binned.per_second(most)))}/s"
    return [
        line(GUTTER, bottom, WIDTH - RIGHT, bottom, "axis"),
        text(GUTTER - 6, bottom - RATE_HEIGHT + 9, top_rate, "tick", "end"),
        path(bars, "done"),
    ]


def _others(bins: list[Bin], binned: Binned, top: float) -> list[str]:
    """What failed and what is unknown hangs below the line, on a scale of its own: refusals come
    much faster than answers and would flatten them."""
    xs = _columns(bins)
    most = max(part.failed + part.unknown for part in bins)
    scale = Scale(0, most, 0, OTHER_HEIGHT - 2)
    failed, unknown = [], []
    for i, part in enumerate(bins):
        width = xs[i + 1] - xs[i] - 0.5
        if part.unknown:
            unknown.append(box(xs[i], top + 1, width, max(1.5, scale(part.unknown))))
        if part.failed:
            y = top + 1 + (max(1.5, scale(part.unknown)) if part.unknown else 0)
            failed.append(box(xs[i], y, width, max(1.5, scale(part.failed))))
    rate = f"not done: {count(round(binned.per_second(most)))}/s"
    return [
        path("".join(failed), "failed"),
        path("".join(unknown), "unknown"),
        text(GUTTER - 6, top + OTHER_HEIGHT, rate, "tick", "end"),
    ]


def _latencies(bins: list[Bin], top: float) -> list[str]:
    bottom = top + LATENCY_HEIGHT
    scale = LogScale(LATENCY_LOW, LATENCY_HIGH, bottom, top)
    parts = []
    for value in (1e2, 1e3, 1e4, 1e5, 1e6, 1e7):
        y = scale(value)
        parts.append(line(GUTTER, y, WIDTH - RIGHT, y, "grid"))
        if value in (1e3, 1e5, 1e7):
            parts.append(text(GUTTER - 6, y + 4, duration(value).replace(".0", ""), "tick", "end"))
    xs = _columns(bins)
    for run in _stretches(bins):
        upper = [((xs[i] + xs[i + 1]) / 2, scale(bins[i].p99)) for i in run]
        lower = [((xs[i] + xs[i + 1]) / 2, scale(bins[i].p50)) for i in run]
        if len(run) == 1:
            (x, high), (_, low) = upper[0], lower[0]
            parts.append(rect(x - 1, high, 2, max(2, low - high), "latency-alone"))
            continue
        parts.append(path(_polyline(upper + lower[::-1]) + "z", "latency-band"))
        parts.append(path(_polyline(upper), "latency-p99"))
        parts.append(path(_polyline(lower), "latency-p50"))
    return parts


def _stretches(bins: list[Bin]) -> list[list[int]]:
    """Bins next to each other in which something was done; a line through a gap would lie."""
    found: list[list[int]] = []
    for index, part in enumerate(bins):
        if not part.latencies:
            continue
        if found and found[-1][-1] == index - 1:
            found[-1].append(index)
        else:
            found.append([index])
    return found


def _polyline(points: list[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{n(x)} {n(y)}" for x, y in points)


def caption(binned: Binned) -> str:
    return (
        f"Bars: done in each {duration(binned.width_us)}; below the line, on a scale of its own, "
        "what failed (hatched) and what is unknown (solid). Band: latency of what was done, from "
        "the median (thick) to the 99th percentile (thin), logarithmic. No band: nothing was done. "
        f"{plural(len(binned.by_series), 'series', 'series')}."
    )
