"""Latency against load: reads, writes, and their table."""

from __future__ import annotations

from html import escape

from quorate_chaos.report.numbers import duration
from quorate_chaos.report.tables import note, section, table

from . import counters
from .curve_chart import Frame, quantile_chart
from .words import number, spread

# In this order; a contestant's colour is the same wherever it appears.
COLOURS = ("raft", "quorum", "etcd", "stream", "echo", "other")
QUANTILES = (("p50_us", "median"), ("p99_us", "p99"), ("p999_us", "p99.9"))


def curve_section(results: dict) -> str:
    measured = results.get("curves")
    if not measured or not measured["curves"]:
        return ""
    curves = [{**curve, "css": _colour(curve["name"])} for curve in measured["curves"]]
    _make_distinct(curves)
    about = (
        f"{measured['rounds']} rounds of {measured['slice_seconds']:g} s. First each one's own peak "
        "by closed loop; then, at shares of it, operations fall due by chance, whatever became of "
        "those before, and a latency counts from when its operation was due, so that a stall shows "
        "in all that it held up. The large dots are half of the peak, the bands the rounds' range."
    )
    rows = [
        _row(title, [curve for curve in curves if is_of(curve["name"])])
        for title, is_of in (("Reads", _reads), ("Writes", lambda name: not _reads(name)))
    ]
    return section("Latency against load", "curves", note(about), *rows, _details(curves))


def _reads(name: str) -> bool:
    return "get" in name or name == "echo"


def _colour(name: str) -> str:
    if name.startswith(("etcd", "echo")):
        return name[:4]
    if "stream" in name:
        return "stream"
    return "quorum" if name.startswith("leaderless") else "raft"


def _make_distinct(curves: list[dict]) -> None:
    """Two of one colour among reads, or among writes, differ by dashes."""
    seen: dict[tuple[str, bool], int] = {}
    for curve in curves:
        key = (curve["css"], _reads(curve["name"]))
        seen[key] = seen.get(key, 0) + 1
        if seen[key] > 1:
            curve["css"] += f" dash{min(seen[key] - 1, 3)}"


def _row(title: str, curves: list[dict]) -> str:
    if not curves:
        return ""
    frame = Frame(curves)
    drawings = "".join(quantile_chart(curves, key, name, frame) for key, name in QUANTILES)
    legend = "".join(
        f'<span><svg width="26" height="10" aria-hidden="true"><path d="M1 5H25" '
        f'class="line {curve["css"]}"/></svg>{escape(curve["name"])}</span>'
        for curve in curves
    )
    return f'<h3>{title}</h3><p class="legend">{legend}</p><div class="panels">{drawings}</div>'


def _details(curves: list[dict]) -> str:
    rows = []
    for curve in curves:
        for point in curve["points"]:
            rows.append([
                escape(curve["name"]),
                spread(curve["peak_per_second"]),
                f"{100 * point['share']:.0f}&#8239;%",
                number(point["per_second"]["median"]),
                *(duration(point[key]["median"]) for key, _ in QUANTILES),
                *counters.cells(point),
            ])
    head = ["", "peak a second", "share of it", "answered a second", "median", "p99", "p99.9",
            *counters.HEAD]
    return (
        "<details><summary>As numbers</summary>"
        f"{note(counters.ABOUT)}{table(head, rows, 'suite', range(1, len(head)))}</details>"
    )
