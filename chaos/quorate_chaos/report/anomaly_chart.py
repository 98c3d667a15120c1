"""The smallest set of operations that shows an anomaly, as intervals by client. Time is drawn in
order but not to scale: what matters is which ended before which began, and gaps of seconds between
calls of microseconds would hide it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from .model import DONE, FAILED, UNKNOWN, Run
from .svg import drawing, line, rect, text, text_width

LEFT, RIGHT, ROW, BAR = 96, 24, 46, 16
MIN_GAP, PER_DECADE = 14.0, 9.0  # pixels between moments
OPEN_END = 110  # room for what never returned
MOST_OPERATIONS = 60


@dataclass(frozen=True, slots=True)
class Interval:
    client: int
    begin: int
    end: int | None
    outcome: str
    words: str
    key: str
    asked: str
    wrong: bool  # what no order explains


def intervals_of(anomaly: dict[str, Any]) -> list[Interval]:
    found = [
        Interval(
            client=int(op.get("client", 0)),
            begin=int(op["invoke_us"]),
            end=None if op.get("return_us") is None else int(op["return_us"]),
            outcome=str(op.get("outcome", DONE)),
            words=("✗ " if index == anomaly.get("wrong") else "") + words(op),
            key=str(op.get("key", "")),
            asked=str(op.get("node") or op.get("target") or ""),
            wrong=index == anomaly.get("wrong"),
        )
        for index, op in enumerate(anomaly.get("operations") or ())
        if isinstance(op, dict) and "invoke_us" in op
    ]
    return sorted(found, key=lambda each: each.begin)[:MOST_OPERATIONS]


def words(op: dict[str, Any]) -> str:
    """The operation and what it was told: `put y if v1 → refused`."""
    verb = str(op.get("op", "?"))
    if verb == "put":
        verb += f" {_bytes(op.get('value'))}"
    elif verb == "add":
        verb += f" {int(op.get('delta', 0)):+d}"
    for what, value in (op.get("if") or {}).items():
        verb += f" if {what}" if value is True else f" if {what} {_bytes(value)}"
    return f"{verb} → {_told(op)}"


def _told(op: dict[str, Any]) -> str:
    result = op.get("result") or {}
    if op.get("outcome") == UNKNOWN:
        return "no answer"
    if op.get("outcome") == FAILED:
        return "failed"
    if "sum" in result:
        answer = str(result["sum"])
    elif "success" in result:
        answer = "ok" if result["success"] else "refused"
    elif op.get("op") in ("put", "delete", "add"):
        answer = "ok"
    elif "value" in result:
        answer = _bytes(result["value"])
    else:
        answer = "found" if result.get("found") else "nothing"
    return f"{answer} (v{result['version']})" if "version" in result else answer


def _bytes(value: Any) -> str:
    told = value if isinstance(value, str) else str(value.get("b64", value)) if isinstance(
        value, dict) else str(value)
    return told if len(told) <= 24 else told[:22] + "…"


def anomaly_chart(run: Run, intervals: list[Interval]) -> str:
    """Empty if there is nothing to draw."""
    if not intervals:
        return ""
    clients = list(dict.fromkeys(each.client for each in intervals))
    place, width = _places(intervals)
    height = 26 + ROW * len(clients) + 20
    parts = _faults(run, intervals, place, height - 20)
    for row, client in enumerate(clients):
        y = 26 + row * ROW
        parts.append(text(0, y + 27, f"client {client}", "lane-name"))
        parts.append(line(LEFT, y + 31, width - RIGHT, y + 31, "grid"))
        for each in intervals:
            if each.client == client:
                parts += _bar(each, place, y, width)
    parts += _clock(run, intervals, place, height - 6)
    label = "; ".join(f"client {each.client}: {each.words}" for each in intervals)
    return drawing(width, height, label, parts, "anomaly")


def _places(intervals: list[Interval]) -> tuple[dict[int, float], float]:
    """Where each moment is drawn: in order, no two too near, room for each operation's words
    before its client's next one; and how wide all is."""
    moments = sorted({at for each in intervals for at in (each.begin, each.end) if at is not None})
    begins: dict[int, list[Interval]] = {}
    for each in intervals:
        begins.setdefault(each.begin, []).append(each)
    place: dict[int, float] = {}
    taken: dict[int, float] = {}  # by client, up to where its words reach
    x, last = float(LEFT) - MIN_GAP, moments[0]
    for at in moments:
        x += MIN_GAP + PER_DECADE * math.log10(1 + (at - last) / 10)
        for each in begins.get(at, ()):
            x = max(x, taken.get(each.client, 0.0) + 10)
        place[at] = x
        for each in begins.get(at, ()):
            taken[each.client] = x + text_width(each.words, 12)
        last = at
    open_ended = any(each.end is None for each in intervals)
    return place, max([x + (OPEN_END if open_ended else 40), *taken.values()]) + RIGHT


def _bar(each: Interval, place: dict[int, float], y: float, width: float) -> list[str]:
    x = place[each.begin]
    last = width - RIGHT if each.end is None else place[each.end]
    asked = f", asked {each.asked}" if each.asked else ""
    title = f"{each.words} ({each.outcome}{asked})"
    css = f"op {each.outcome}-op" + (" wrong-op" if each.wrong else "")
    parts = [
        rect(x, y + 23, max(3.0, last - x), BAR, css, title),
        text(x, y + 17, each.words, "op-words"),
    ]
    if each.end is None:
        parts.append(text(last - 4, y + 35, "never returned", "tick", "end"))
    return parts


def _faults(run: Run, intervals: list[Interval], place: dict[int, float],
            height: float) -> list[str]:
    """Faults at work between the first and the last moment drawn."""
    moments = sorted(place)
    parts = []
    for fault in run.faults:
        if not fault.bit or fault.end < moments[0] or fault.begin > moments[-1]:
            continue
        first, last = _between(fault.begin, place), _between(fault.end, place)
        parts.append(rect(first, 18, max(2.0, last - first), height - 18, "shade"))
        parts.append(text(first + 2, 12, f"{fault.kind} {fault.what}", "tick"))
    return parts


def _between(at: int, place: dict[int, float]) -> float:
    moments = sorted(place)
    if at <= moments[0]:
        return place[moments[0]] - 8
    for early, late in zip(moments, moments[1:]):
        if at <= late:
            share = (at - early) / (late - early)
            return place[early] + share * (place[late] - place[early])
    return place[moments[-1]] + 30


def _clock(run: Run, intervals: list[Interval], place: dict[int, float], y: float) -> list[str]:
    moments = sorted(place)
    first, last = moments[0], moments[-1]
    return [
        text(place[first], y, f"{run.seconds(first):.6f} s", "tick"),
        text(place[last], y, f"{run.seconds(last):.6f} s", "tick"),
    ]
