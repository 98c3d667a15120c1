"""The contestants side by side: in slices, and in runs that last."""

from __future__ import annotations

from html import escape

from quorate_chaos.report.tables import note, section, table

from . import counters
from .words import number, spread


def suite_section(results: dict) -> str:
    suite = results.get("suite")
    if not suite:
        return ""
    head = ["", "a second, range", "median µs", "p99 µs", *counters.HEAD]
    rows = [
        [escape(row["name"]), spread(row["per_second"]), number(row["p50_us"]["median"]),
         number(row["p99_us"]["median"]), *counters.cells(row)]
        for row in suite["results"]
    ]
    about = (
        f"{suite['rounds']} rounds of {suite['slice_seconds']:g} s, closed loop, but those at half "
        f"of a peak, in an order drawn anew each round; medians. {counters.ABOUT} The latency of "
        "a stream is a whole message’s."
    )
    return section("Loads side by side", "suite", note(about),
                   table(head, rows, "suite", range(1, len(head))))


def sustained_section(results: dict) -> str:
    sustained = results.get("sustained")
    if not sustained or not sustained["results"]:
        return ""
    head = ["", "a second", "its first third", "its last third", "last / first", "median µs",
            "p99 µs", "longest µs", *counters.HEAD]
    rows = [
        [escape(row["name"]), *(number(row[key]) for key in (
            "per_second", "first_third_per_second", "last_third_per_second")),
         _ratio(row["last_third_per_second"], row["first_third_per_second"]),
         *(number(row[key]) for key in ("p50_us", "p99_us", "max_us")), *counters.cells(row)]
        for row in sustained["results"]
    ]
    ratios = [[escape(ratio["name"]), number(ratio["value"]["median"])]
              for ratio in sustained["ratios"]]
    about = (
        f"Each by closed loop for {sustained['seconds']:g} s, one after another, so that what "
        f"writes cost later is paid while it is measured. {counters.ABOUT}"
    )
    return section(
        "Loads that last", "sustained", note(about),
        table(head, rows, "suite", range(1, len(head))),
        table(["ratio of throughputs", ""], ratios, "", (1,)) if ratios else "",
    )


def _ratio(above: float, below: float) -> str:
    return number(above / below) if below else ""
