"""Latency against load, both logarithmic: one drawing for a quantile, a line for a contestant."""

from __future__ import annotations

import math
from html import escape

from quorate_chaos.report.numbers import count, duration
from quorate_chaos.report.svg import LogScale, drawing, line, n, path, text

WIDTH, HEIGHT = 372.0, 300.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 12.0, 26.0, 34.0


def quantile_chart(curves: list[dict], key: str, title: str, frame: Frame) -> str:
    """`curves`: with their colour's class as `css`."""
    parts = [text(LEFT, 14, title, "series-name"), *frame.grid()]
    for curve in curves:
        parts += _line(curve, key, frame)
    names = ", ".join(curve["name"] for curve in curves)
    return drawing(WIDTH, HEIGHT, f"{title} against load: {names}", parts, "curve")


class Frame:
    """The scales that the drawings of a row share."""

    def __init__(self, curves: list[dict]) -> None:
        loads = [p["due_per_second"]["median"] for c in curves for p in c["points"]]
        latencies = [
            value
            for c in curves
            for p in c["points"]
            for value in (p["p50_us"]["median"], p["p999_us"]["median"])
        ]
        self.loads = _around([load for load in loads if load > 0])
        self.latencies = _around([latency for latency in latencies if latency > 0])
        self.x = LogScale(*self.loads, LEFT, WIDTH - RIGHT)
        self.y = LogScale(*self.latencies, HEIGHT - BOTTOM, TOP)

    def grid(self) -> list[str]:
        parts = []
        for value, named in _round_values(*self.latencies):
            y = self.y(value)
            parts.append(line(LEFT, y, WIDTH - RIGHT, y, "grid"))
            if named:
                told = duration(value).replace(".0", "")
                parts.append(text(LEFT - 5, y + 4, told, "tick", "end"))
        for value, named in _round_values(*self.loads):
            x = self.x(value)
            parts.append(line(x, TOP, x, HEIGHT - BOTTOM, "grid"))
            if named:
                parts.append(text(x, HEIGHT - BOTTOM + 14, _rate(value), "tick", "middle"))
        parts.append(line(LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM, "axis"))
        parts.append(text(WIDTH - RIGHT, HEIGHT - 4, "operations due a second", "tick", "end"))
        return parts


def _line(curve: dict, key: str, frame: Frame) -> list[str]:
    points = [point for point in curve["points"] if point[key]["median"] > 0]
    if not points:
        return []
    xs = [frame.x(point["due_per_second"]["median"]) for point in points]
    ys = [frame.y(point[key]["median"]) for point in points]
    lows = [frame.y(point[key]["low"] or 1e-3) for point in points]
    highs = [frame.y(point[key]["high"]) for point in points]
    css = curve["css"]
    band = "M" + "L".join(
        f"{n(x)} {n(y)}" for x, y in [*zip(xs, highs), *zip(xs[::-1], lows[::-1])]
    )
    parts = [path(band + "z", f"band {css}") if len(points) > 1 else ""]
    parts.append(path("M" + "L".join(f"{n(x)} {n(y)}" for x, y in zip(xs, ys)), f"line {css}"))
    for point, x, y in zip(points, xs, ys):
        told = (
            f"{curve['name']} at {100 * point['share']:.0f} % of its peak, "
            f"{count(round(point['due_per_second']['median']))}/s: "
            f"{duration(point[key]['median'])} "
            f"({duration(point[key]['low'])} to {duration(point[key]['high'])})"
        )
        half = " half" if point["share"] == 0.5 else ""
        parts.append(
            f'<circle cx="{n(x)}" cy="{n(y)}" r="{5 if half else 3}" class="dot {css}{half}">'
            f"<title>{escape(told)}</title></circle>"
        )
    return parts


def _around(values: list[float]) -> tuple[float, float]:
    """Bounds with a little air."""
    if not values:
        return 1.0, 10.0
    low, high = min(values) / 1.25, max(values) * 1.25
    return (low, high) if high / low > 2 else (low / 2, high * 2)


def _round_values(low: float, high: float) -> list[tuple[float, bool]]:
    """1, 2 and 5 of each power of ten; which of them get a name."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    wide = math.log10(high / low) > 2.6
    return [
        (factor * 10.0**power, factor == 1 or not wide)
        for power in powers
        for factor in (1, 2, 5)
        if low <= factor * 10.0**power <= high
    ]


def _rate(value: float) -> str:
    return f"{value / 1000:g}k" if value >= 1000 else f"{value:g}"
