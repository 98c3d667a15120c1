"""Every operation of every client over time. Outcomes differ by height as well as by colour."""

from __future__ import annotations

from .lanes import pack, spans, thin_out
from .model import Run
from .numbers import plural
from .svg import box, drawing, line, path, text
from .timeframe import AXIS_HEIGHT, GUTTER, RIGHT, WIDTH, Timeframe

MOST_LANES = 72
BINS = WIDTH - GUTTER - RIGHT  # a pixel each
LANE = 9
HEIGHTS = {1: 3.0, 2: 5.5, 3: 8.0}  # by severity
CLASSES = {1: "done", 2: "failed", 3: "unknown"}


def client_chart(run: Run, frame: Timeframe) -> tuple[str, str]:
    """The drawing and what is to be said below it."""
    packed = pack(run)
    lanes = thin_out(packed, MOST_LANES)
    parts: list[str] = []
    boxes: dict[int, list[str]] = {1: [], 2: [], 3: []}
    y, last_job, last_asked = 0.0, None, None
    for lane in lanes:
        if lane.job != last_job:
            y += 20
            parts.append(text(0, y - 5, lane.job, "series-name"))
            last_job, last_asked = lane.job, None
        if lane.asked != last_asked:
            if last_asked is not None:
                y += 3
            asked = f"asking {lane.asked}" if lane.asked else "asking any node"
            parts.append(text(GUTTER - 8, y + 8, asked, "tick", "end"))
            parts.append(line(GUTTER, y - 0.5, WIDTH - RIGHT, y - 0.5, "grid"))
            last_asked = lane.asked
        for first, past, severity in spans(lane, run.begin, run.end, BINS):
            height = HEIGHTS[severity]
            boxes[severity].append(
                box(GUTTER + first, y + LANE - 1 - height, past - first, height)
            )
        y += LANE
    shades = frame.shades(0, y)
    outcomes = [path("".join(boxes[severity]), CLASSES[severity]) for severity in (1, 2, 3)]
    chart = drawing(
        WIDTH,
        y + AXIS_HEIGHT,
        f"operations of {len(lanes)} clients over time, by outcome",
        shades + parts + outcomes + frame.axis(y),
        "time",
    )
    clients = len({(op.job, op.client) for op in run.ops})
    at_once = plural(len(packed), "was", "were")
    note = f"{plural(clients, 'client')}, of whom {at_once} at work at once"
    note += f"; {len(lanes)} of these lanes are shown." if len(lanes) < len(packed) else "."
    return chart, note
