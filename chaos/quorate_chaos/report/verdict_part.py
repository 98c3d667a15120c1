"""The verdicts by level, and each anomaly with its drawing."""

from __future__ import annotations

from html import escape
from typing import Any

from .anomaly_chart import anomaly_chart, intervals_of
from .model import Run
from .numbers import count
from .tables import badge, note, section, table

MOST_ANOMALIES = 12


def verdict_section(run: Run) -> str:
    levels = [level for level in run.verdict.get("levels") or () if isinstance(level, dict)]
    if not levels:
        return section("Verdict by level", "verdict",
                       note("Nothing was judged: verdict.json is missing or names no level."))
    head = ["verdict", "keyspace", "mode", "read", "write", "promise", "checked", "anomalies",
            "allowed, and what"]
    rows = [_row(level) for level in levels]
    return section("Verdict by level", "verdict", table(head, rows, "verdicts", numbers=(6, 7)),
                   note("“Allowed” counts what a level does not promise and was seen to lack."))


def _row(level: dict[str, Any]) -> list[str]:
    def told(name: str) -> str:
        return escape(str(level.get(name) or "–"))

    anomalies = int(level.get("anomalies") or 0)
    allowed = int(level.get("allowed") or 0)
    what = f"{count(allowed)} {level.get('allowed_what') or ''}" if allowed else "–"
    return [
        badge(str(level.get("verdict", "unknown"))), told("job"), told("mode"), told("read"),
        told("write"), told("promise"), count(int(level.get("checked") or 0)),
        f'<strong class="bad-text">{count(anomalies)}</strong>' if anomalies else "0", escape(what),
    ]


def anomaly_section(run: Run) -> str:
    """Empty if there was none."""
    anomalies = [each for each in run.verdict.get("anomalies") or () if isinstance(each, dict)]
    if not anomalies:
        return ""
    shown = anomalies[:MOST_ANOMALIES]
    parts = [_anomaly(run, each, number) for number, each in enumerate(shown, 1)]
    if len(anomalies) > MOST_ANOMALIES:
        parts.append(note(f"{len(anomalies) - MOST_ANOMALIES} more are in verdict.json."))
    return section("Anomalies", "anomalies", *parts)


def _anomaly(run: Run, anomaly: dict[str, Any], number: int) -> str:
    kind = str(anomaly.get("kind") or "anomaly")
    where = ", ".join(
        f"{name} {anomaly[name]}" for name in ("job", "key", "read", "write") if anomaly.get(name)
    )
    intervals = intervals_of(anomaly)
    drawn = anomaly_chart(run, intervals)
    told = f'<pre class="told">{escape(str(anomaly["text"]))}</pre>' if anomaly.get("text") else ""
    drawing = (
        f'<div class="scroll framed">{drawn}</div>'
        + note("Each bar is an operation from call to return, in the order of time but not to "
               "scale; an open end never returned; ✗ is what no order explains. Shaded: faults.")
        if drawn
        else note("The verdict names no operations to draw.")
    )
    return (
        f'<article class="anomaly-card"><h3>{number} · {escape(kind)}</h3>'
        f"<p>{escape(where)}</p>{told}{drawing}</article>"
    )
