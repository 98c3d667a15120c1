"""What moves as bands over time: each with its rate, and all together under every latency."""

from __future__ import annotations

from .model import Run
from .moves import Move, total_rates
from .numbers import bytes_told, duration, plural
from .rows import take_row
from .svg import Scale, box, drawing, line, path, rect, text, text_width
from .timeframe import AXIS_HEIGHT, GUTTER, RIGHT, WIDTH, Timeframe

ROW = 18
BAND = ROW - 4
MOST_ROWS = 16  # beyond, bands are drawn over each other and have no names
STRIP = 16
BINS = 156


def move_chart(run: Run, frame: Timeframe) -> str:
    """A band for each move, in the first row where it has room."""
    parts = [text(0, 16, "moves", "lane-name")]
    most = _most_rate(run.moves)
    if most:
        parts.append(text(0, 31, f"up to {bytes_told(most)}/s each", "note"))
    rows: list[float] = []
    for move in run.moves:
        parts += _band(move, frame, rows, most)
    height = 4 + max(2, len(rows)) * ROW + 4
    parts += frame.axis(height)
    label = f"{plural(len(run.moves), 'move')} of replicas over time"
    return drawing(WIDTH, height + AXIS_HEIGHT, label, parts, "time")


def _most_rate(moves: list[Move]) -> float:
    return max((rate for move in moves for _, _, rate in move.rates()), default=0.0)


def _band(move: Move, frame: Timeframe, rows: list[float], most: float) -> list[str]:
    x, until = frame.x(move.begin), frame.x(move.end)
    width = max(1.5, until - x)
    long = text_width(move.name, 11)
    inside = long + 8 < width
    end = x + width if inside else x + width + long + 8
    row, named = take_row(rows, x, end, MOST_ROWS)
    top = 4.0 + row * ROW
    bottom = top + BAND
    parts = [rect(x, top, width, BAND, "move", _told(move))]
    scale = Scale(0, most or 1.0, 0, BAND)
    rates = [
        box(frame.x(since), bottom - scale(rate), frame.x(to) - frame.x(since), scale(rate))
        for since, to, rate in move.rates()
    ]
    parts.append(path("".join(rates), "move-rate"))
    if named:
        parts.append(text(x + 4 if inside else x + width + 4, bottom - 3, move.name, "bar-name"))
    return parts


def _told(move: Move) -> str:
    source = f"{move.source} → " if move.source and move.target else ""
    way = f"{source}{move.target}" if move.target else f"from {move.source}"
    sent = f"{bytes_told(move.bytes)} sent" if move.sent else "from the log, or nothing yet"
    return f"{move.keyspace} p{move.partition} {way}: {duration(move.end - move.begin)}; {sent}"


def move_strip(run: Run, frame: Timeframe, top: float) -> list[str]:
    """Under a latency: when anything moved, and how much of all together."""
    bottom = top + STRIP
    rates = total_rates(run.moves, run.begin, run.end, BINS)
    most = max(rates, default=0.0)
    scale = Scale(0, most or 1.0, 0, STRIP)
    width = (WIDTH - RIGHT - GUTTER) / BINS
    bands = [
        rect(frame.x(begin), top, max(1.5, frame.x(end) - frame.x(begin)), STRIP, "move")
        for begin, end in stretches(run.moves)
    ]
    bars = [
        box(GUTTER + index * width, bottom - scale(rate), width, scale(rate))
        for index, rate in enumerate(rates)
        if rate
    ]
    told = f"moves: {bytes_told(most)}/s" if most else "moves"
    return [
        *bands,
        path("".join(bars), "move-rate"),
        line(GUTTER, bottom, WIDTH - RIGHT, bottom, "axis"),
        text(GUTTER - 6, bottom - 4, told, "tick", "end"),
    ]


def stretches(moves: list[Move]) -> list[tuple[int, int]]:
    """From when to when anything moved."""
    found: list[tuple[int, int]] = []
    for move in sorted(moves, key=lambda move: move.begin):
        if found and move.begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], move.end))
        else:
            found.append((move.begin, move.end))
    return found


def move_caption(run: Run) -> str:
    partitions = len({(move.keyspace, move.partition) for move in run.moves})
    sent = sum(move.bytes for move in run.moves)
    return (
        f"Blue bands: {plural(len(run.moves), 'move')} of {plural(partitions, 'partition')}, "
        f"{bytes_told(sent)} seen to be sent; the solid part of a band is its rate. They were "
        "looked at a few times a second: what was shorter is not there."
    )
