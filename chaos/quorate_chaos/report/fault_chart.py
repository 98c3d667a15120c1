"""The faults as bars over time, each with its name; those that did not take hold are marked so."""

from __future__ import annotations

from .model import Fault, Run
from .numbers import duration
from .rows import take_row
from .svg import drawing, rect, text, text_width
from .timeframe import AXIS_HEIGHT, GUTTER, RIGHT, WIDTH, Timeframe

ROW = 20
MOST_ROWS = 12  # beyond, names are left out rather than stacked higher


def fault_chart(run: Run, frame: Timeframe) -> str:
    parts: list[str] = []
    top = 4.0
    if run.about.get("phases"):
        parts += _phases(run, frame, top)
        top += ROW + 4
    rows: list[float] = []  # up to where each is taken
    if not run.faults:
        parts.append(text(GUTTER + 8, top + 14, "no faults", "note"))
        rows = [0.0]
    for fault in run.faults:
        parts += _bar(fault, frame, rows, top)
    height = top + len(rows) * ROW + 6
    parts.append(text(0, top + 14, "faults", "lane-name"))
    parts += frame.axis(height)
    label = f"{len(run.faults)} faults over time; the table of faults tells the same in words"
    return drawing(WIDTH, height + AXIS_HEIGHT, label, parts, "time")


def _phases(run: Run, frame: Timeframe, top: float) -> list[str]:
    parts = [text(0, top + 14, "phases", "lane-name")]
    for phase in run.about["phases"]:
        begin = int(phase.get("begin_us") or run.begin)
        end = int(phase.get("end_us") or run.end)
        first, last = frame.x(begin), frame.x(end)
        name = str(phase.get("name", ""))
        length = duration(end - begin)
        width = max(1.0, last - first)
        parts.append(rect(first, top, width, ROW - 3, "phase", f"{name}, {length}"))
        if text_width(name, 11) + 8 < last - first:
            parts.append(text(first + 5, top + 12.5, name, "bar-name"))
    return parts


def _bar(fault: Fault, frame: Timeframe, rows: list[float], top: float) -> list[str]:
    """The bar and its name, in the first row where both have room."""
    x, width = frame.stretch(fault)
    name = " ".join(part for part in (fault.kind, fault.what) if part)
    if not fault.bit:
        name = f"VOID {name}"
    long = text_width(name, 11.5)
    inside = long + 10 < width
    before = not inside and x + width + long + 8 > WIDTH - RIGHT
    begin = x - long - 8 if before else x
    end = x + width if inside or before else x + width + long + 8
    row, named = take_row(rows, begin, end, MOST_ROWS)
    y = top + row * ROW
    told = f"{name}: {duration(fault.end - fault.begin)}; {fault.proof or 'no proof told'}"
    css = "bar void" if not fault.bit else "bar change" if fault.change else "bar"
    bar = rect(x, y, width, ROW - 3, css, told)
    if not named:
        return [bar]
    at = x + 5 if inside else (x - 4 if before else x + width + 4)
    anchor = "end" if before and not inside else "start"
    return [bar, text(at, y + 13, name, "bar-name on-bar" if inside and fault.bit else "bar-name",
                      anchor)]
