"""Figures as people read them."""

from __future__ import annotations

from quorate_chaos.report.numbers import count
from quorate_chaos.report.tables import badge


def number(value: float) -> str:
    """Three digits that count: `0.053`, `1.8`, `42`, `12 300`."""
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return count(round(value))
    return f"{value:.3g}" if "e" not in f"{value:.3g}" else f"{value:.2e}"


def spread(value: dict[str, float], unit: str = "") -> str:
    """The median, and the range behind it, smaller."""
    tail = f"&#8239;{unit}" if unit else ""
    shown = f"{number(value['median'])}{tail}"
    if value["low"] == value["high"]:
        return shown
    return f'{shown} <span class="range">{number(value["low"])} to {number(value["high"])}</span>'


def goal_of(measured: dict) -> tuple[float, bool] | None:
    """Its limit, and whether less is better."""
    goal = measured.get("goal")
    if not goal:
        return None
    if "at_most" in goal:
        return goal["at_most"], True
    return goal["at_least"], False


def goal_words(measured: dict) -> str:
    goal = goal_of(measured)
    if goal is None:
        return ""
    limit, at_most = goal
    return f"{'≤' if at_most else '≥'}&#8239;{number(limit)}"


def verdict(measured: dict) -> str:
    if goal_of(measured) is None:
        return ""
    return REACHED if measured["goal"]["reached"] else MISSED


REACHED = badge("passed").replace("passed", "reached")
MISSED = badge("failed").replace("failed", "missed")
