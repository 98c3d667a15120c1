"""Ratios beside their goals: how far each is on which side."""

from __future__ import annotations

from html import escape

from quorate_chaos.report.svg import LogScale, drawing, line, rect
from quorate_chaos.report.tables import note, section, table

from .words import goal_of, goal_words, spread, verdict

WIDTH, HEIGHT = 260.0, 18.0
FARTHEST = 8.0  # times the goal, to either side


def ratios_of(results: dict) -> list[dict]:
    """The suite's and the curves'."""
    return [
        ratio for part in ("suite", "curves") for ratio in results.get(part, {}).get("ratios") or []
    ]


def ratio_section(results: dict) -> str:
    ratios = ratios_of(results)
    if not ratios:
        return ""
    rows = [
        [escape(ratio["name"]), spread(ratio["value"]), goal_words(ratio), _strip(ratio),
         verdict(ratio)]
        for ratio in sorted(ratios, key=lambda ratio: goal_of(ratio) is None)
    ]
    return section(
        "Ratios", "ratios",
        note("Each is formed within a round; the median over the rounds, with their range. In the "
             "strip the line is the goal and the right is better, each mark twice as far from it."),
        table(["ratio", "median, range", "goal", "", ""], rows, "ratios", (1, 2)),
    )


def _strip(ratio: dict) -> str:
    goal = goal_of(ratio)
    if goal is None:
        return ""
    limit, at_most = goal
    value = ratio["value"]

    def times(measured: float) -> float:
        """By how much it is better than the goal."""
        if measured <= 0:
            return FARTHEST if at_most else 1 / FARTHEST
        return limit / measured if at_most else measured / limit

    scale = LogScale(1 / FARTHEST, FARTHEST, 4, WIDTH - 4)
    middle = HEIGHT / 2
    ends = sorted(scale(times(value[key])) for key in ("low", "high"))
    css = "met" if ratio["goal"]["reached"] else "unmet"
    marks = [line(scale(2.0**power), 5, scale(2.0**power), HEIGHT - 5, "grid")
             for power in (-3, -2, -1, 1, 2, 3)]
    parts = [
        *marks,
        rect(ends[0], middle - 3, max(2, ends[1] - ends[0]), 6, f"span {css}"),
        line(scale(1), 0, scale(1), HEIGHT, "axis"),
        rect(scale(times(value["median"])) - 2.5, middle - 6, 5, 12, f"median {css}"),
    ]
    label = f"{ratio['name']}: {value['median']:.3g}, goal {limit:.3g}"
    return drawing(WIDTH, HEIGHT, label, parts, "strip")
