"""The whole page: one file that needs nothing else."""

from __future__ import annotations

from html import escape
from pathlib import Path

from .binned import bin_run
from .client_chart import client_chart
from .fault_chart import fault_chart
from .folder import read_run
from .headline import headline
from .model import Run
from .move_chart import move_caption, move_chart
from .numbers import plural
from .outage_part import fault_section
from .series_chart import caption, series_chart
from .side_part import side_section
from .tables import note, section
from .timeframe import Timeframe
from .verdict_part import anomaly_section, verdict_section

BINS = 156
ASSETS = Path(__file__).parent


def write_report(folder: Path) -> Path:
    """Draws the report of the run in `folder` into it; where it is."""
    page = folder / "report.html"
    page.write_text(page_of(read_run(folder)), encoding="utf-8")
    return page


def page_of(run: Run) -> str:
    title = f"{run.result}: {run.about.get('title') or run.path.name}"
    parts = [
        headline(run),
        _problems(run),
        verdict_section(run),
        anomaly_section(run),
        _through_the_faults(run),
        fault_section(run),
        side_section(run),
        _clients(run),
    ]
    style = (ASSETS / "style.css").read_text(encoding="utf-8")
    script = (ASSETS / "script.js").read_text(encoding="utf-8")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{style}</style></head><body>{_PATTERNS}"
        f'<main>{"".join(parts)}</main><div id="tip" role="status" hidden></div>'
        f"<script>{script}</script></body></html>\n"
    )


def _problems(run: Run) -> str:
    if not run.problems:
        return ""
    items = "".join(f"<li>{escape(problem)}</li>" for problem in run.problems)
    found = plural(len(run.problems), "thing is", "things are")
    return (
        f'<aside class="problems"><h2>{found} missing or wrong in the folder</h2>'
        f"<ul>{items}</ul></aside>"
    )


def _through_the_faults(run: Run) -> str:
    if not run.ops and not run.faults and not run.moves:
        return ""
    frame = Timeframe(run)
    binned = bin_run(run, BINS)
    charts = [series_chart(key, bins, binned, frame) for key, bins in binned.by_series.items()]
    moves = [move_chart(run, frame)] if run.moves else []
    inner = "".join([fault_chart(run, frame), *moves, *charts])
    notes = [note(caption(binned) if charts else "No operations.")]
    notes += [note(move_caption(run))] if run.moves else []
    return section(
        "Through the faults", "through", *notes,
        f'<div class="scroll timed" {frame.attributes()}>{inner}</div>',
    )


def _clients(run: Run) -> str:
    if not run.ops:
        return ""
    frame = Timeframe(run)
    chart, told = client_chart(run, frame)
    legend = (
        '<p class="legend"><span><i class="s-done low"></i>done</span>'
        '<span><i class="s-failed middle"></i>failed: certainly no effect</span>'
        '<span><i class="s-unknown"></i>unknown: may have had an effect</span>'
        '<span><i class="s-shade"></i>a fault in force</span></p>'
    )
    return section(
        "Clients", "clients", note(told), legend,
        f'<div class="scroll timed" {frame.attributes()}>{chart}</div>',
    )


_PATTERNS = (
    '<svg width="0" height="0" aria-hidden="true" class="patterns"><defs>'
    '<pattern id="hatch" width="4" height="4" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="4" height="4" class="hatch-ground"/>'
    '<rect width="2" height="4" class="hatch-line"/></pattern>'
    '<pattern id="void" width="6" height="6" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(-45)"><rect width="1.5" height="6" class="void-line"/></pattern>'
    "</defs></svg>"
)
