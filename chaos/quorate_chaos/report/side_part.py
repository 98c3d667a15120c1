"""Both sides of the cuts: which levels went on, which refused, and how fast they said so."""

from __future__ import annotations

from html import escape

from .binned import series_order
from .model import DONE, FAILED, UNKNOWN, Run, Series
from .numbers import count, duration, share
from .sides import MAJORITY, MINORITY, Told, told_by_side
from .tables import note, section, table


def side_section(run: Run) -> str:
    """Empty if the run had no cut with a smaller side."""
    found = told_by_side(run)
    if not found:
        return ""
    series = sorted({*found[MINORITY], *found[MAJORITY]}, key=series_order)
    parts = [note("Operations begun while a cut was in force, by the side of the node asked. A "
                  "level that needs a quorum has to refuse on the smaller side; what counts is how "
                  "fast, and that it knows (failed) rather than leaves open (unknown). “Last answered” "
                  "is how far into a cut the last operation was begun that succeeded: a cut counts "
                  "from when its making began, so the first ones may still get through.")]
    for side, title in ((MINORITY, "Smaller side"), (MAJORITY, "Greater side")):
        rows = [_row(key, found[side][key]) for key in series if key in found[side]]
        if not rows:
            parts.append(note(f"{title}: nobody asked. Pinned clients would have."))
            continue
        head = ["level", "asked", "answered", "", "refused", "unknown", "last answered",
                "time to answer", "time to refuse"]
        columns = (1, 2, *range(4, 9))
        parts.append(f"<h3>{title}</h3>" + table(head, rows, "sides", numbers=columns))
    return section("The two sides of a cut", "sides", *parts)


def _row(series: Series, told: Told) -> list[str]:
    done, failed, unknown = (told.outcomes[each] for each in (DONE, FAILED, UNKNOWN))
    return [
        escape(series.name), count(told.asked), share(done, told.asked), _split(told),
        share(failed, told.asked), share(unknown, told.asked),
        "–" if told.last_us is None else f"{duration(told.last_us)} in",
        _time(told, DONE), _time(told, FAILED),
    ]


def _split(told: Told) -> str:
    parts = "".join(
        f'<i class="{css}" style="width:{100 * told.outcomes[outcome] / told.asked:.1f}%"></i>'
        for outcome, css in ((DONE, "s-done"), (FAILED, "s-failed"), (UNKNOWN, "s-unknown"))
        if told.outcomes[outcome]
    )
    return f'<span class="split" aria-hidden="true">{parts}</span>'


def _time(told: Told, outcome: str) -> str:
    middle, high = told.time(outcome, 0.5), told.time(outcome, 0.99)
    if middle is None or high is None:
        return "–"
    return f'{duration(middle)}<br><span class="quiet">p99 {duration(high)}</span>'
