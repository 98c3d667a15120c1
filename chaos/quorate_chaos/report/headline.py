"""The top of the page: what came out, in one sentence, and how to have it again."""

from __future__ import annotations

from html import escape

from .model import DONE, FAILED, UNKNOWN, Run
from .numbers import count, duration, plural
from .tables import badge

MEANING = {
    "passed": "Every level kept its promise.",
    "anomaly": "A promise was broken.",
    "undecided": "The judge gave up on part of it, which counts as not passed.",
    "no-progress": "Too little was done: nothing is shown by it.",
    "not-converged": "After healing the replicas did not become equal.",
    "void": "Nothing is shown by it: a fault did not take hold, or nothing was checked.",
    "error": "The run itself went wrong.",
}


def headline(run: Run) -> str:
    about = run.about
    title = str(about.get("title") or about.get("scenario") or run.path.name)
    why = str(about.get("why") or "")
    command = str(about.get("command") or "")
    again = (
        f'<div class="again"><span>run it again</span><code id="command">{escape(command)}</code>'
        '<button type="button" id="copy">copy</button></div>' if command else ""
    )
    return (
        f'<header class="{escape(run.result)}"><p class="verdict">{badge(run.result)} '
        f"{escape(MEANING.get(run.result, ''))}</p><h1>{escape(title)}</h1>"
        + (f'<p class="why">{escape(why)}</p>' if why else "")
        + f"<p>{escape(sentence(run))}</p>{again}{_facts(run)}</header>"
    )


def sentence(run: Run) -> str:
    """Load and faults in words."""
    told = {outcome: 0 for outcome in (DONE, FAILED, UNKNOWN)}
    for op in run.ops:
        told[op.outcome] += 1
    seconds = max(1e-6, (run.end - run.begin) / 1e6)
    if not run.ops:
        load = "No operation was recorded"
    else:
        load = (
            f"{plural(len(run.ops), 'operation')} in {duration(run.end - run.begin)} "
            f"({count(round(len(run.ops) / seconds))}/s): {count(told[DONE])} done, "
            f"{count(told[FAILED])} failed, {count(told[UNKNOWN])} unknown"
        )
    bit = sum(fault.bit for fault in run.faults)
    if not run.faults:
        return f"{load}. No faults."
    void = len(run.faults) - bit
    tail = f"; {count(void)} did not" if void else ""
    return f"{load}. {plural(len(run.faults), 'fault')}, of which {count(bit)} took hold{tail}."


def _facts(run: Run) -> str:
    about = run.about
    machine = about.get("machine") or {}
    facts = {
        "scenario": about.get("scenario"),
        "seed": about.get("seed"),
        "backend": about.get("backend"),
        "nodes": ", ".join(run.nodes),
        "version": about.get("version"),
        "machine": ", ".join(
            str(part)
            for part in (
                machine.get("cores") and f"{machine['cores']} cores",
                machine.get("memory_gib") and f"{machine['memory_gib']} GiB",
                machine.get("kernel"),
            )
            if part
        ),
    }
    told = "".join(
        f"<div><dt>{name}</dt><dd>{escape(str(value))}</dd></div>"
        for name, value in facts.items()
        if value not in (None, "")
    )
    return f'<dl class="facts">{told}</dl>'
