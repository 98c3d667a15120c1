"""The whole page: one file that needs nothing else."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from pathlib import Path

from quorate_chaos.report.numbers import bytes_told, plural
from quorate_chaos.report.tables import note, section, table

from .curve_part import curve_section
from .ratio_part import ratio_section, ratios_of
from .suite_part import suite_section, sustained_section
from .words import goal_of, goal_words, number, spread, verdict


def page_of(results: dict) -> str:
    style = files("quorate_chaos.report").joinpath("style.css").read_text(encoding="utf-8")
    style += (Path(__file__).parent / "style.css").read_text(encoding="utf-8")
    parts = [
        _headline(results),
        _missing(results),
        ratio_section(results),
        curve_section(results),
        suite_section(results),
        sustained_section(results),
        *(_experiment(experiment) for experiment in results.get("experiments", [])),
        _settings(results),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Quorate, measured</title><style>{style}</style></head><body>"
        f'<main>{"".join(parts)}</main></body></html>\n'
    )


def _figures(results: dict) -> list[dict]:
    """All that may have goals."""
    experiments = results.get("experiments", [])
    return ratios_of(results) + [
        figure for experiment in experiments for figure in experiment.get("figures") or []
    ]


def _headline(results: dict) -> str:
    goals = [figure for figure in _figures(results) if goal_of(figure)]
    reached = sum(figure["goal"]["reached"] for figure in goals)
    machine = results["machine"]
    memory = machine.get("memory_bytes")
    facts = {
        "began": results.get("began", "").replace("T", " ").replace("+00:00", " UTC"),
        "machine": f"{machine['cores']} × {machine['processor']}",
        "memory": bytes_told(memory) if memory else "",
        "kernel": machine.get("kernel", ""),
        "load average as it began": f"{machine['load_average']:.2f}",
    }
    told = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(fact)}</dd></div>"
        for name, fact in facts.items()
        if fact
    )
    words = f"{reached} of {plural(len(goals), 'goal')} reached" if goals else "No goals"
    css = "passed" if reached == len(goals) else "missed"
    return (
        f'<header class="{css}"><p class="verdict">Quorate, measured</p><h1>{words}</h1>'
        f'<dl class="facts">{told}</dl></header>'
    )


def _missing(results: dict) -> str:
    missing = results.get("missing") or []
    if not missing:
        return ""
    items = "".join(f"<li>{escape(why)}</li>" for why in missing)
    return f'<aside class="problems"><h2>Left out</h2><ul>{items}</ul></aside>'


def _experiment(experiment: dict) -> str:
    if experiment["title"] == "mixes":
        return _mixes(experiment)
    rows = [
        [escape(figure["name"]), spread(figure["value"], escape(figure["unit"])),
         number(len(figure["values"])), goal_words(figure), verdict(figure)]
        for figure in experiment.get("figures") or []
    ]
    return section(
        experiment["title"].capitalize(), experiment["title"], note(experiment["method"]),
        table(["", "median, range", "of", "goal", ""], rows, "", (1, 2, 3)),
    )


def _mixes(experiment: dict) -> str:
    """Its figures are named `A in mode raft: p99`: a row for a mix, a column for what follows."""
    rows: dict[str, dict[str, str]] = {}
    for figure in experiment["figures"]:
        mix, what = figure["name"].split(": ", 1)
        head = what if figure["unit"] in what else f"{what}, {figure['unit']}"
        rows.setdefault(mix, {})[head] = spread(figure["value"])
    head = list(next(iter(rows.values())))
    cells = [[escape(mix), *(row.get(what, "") for what in head)] for mix, row in rows.items()]
    return section("Mixes", "mixes", note(experiment["method"]),
                   table(["", *map(escape, head)], cells, "", range(1, len(head) + 1)))


def _settings(results: dict) -> str:
    programs = results.get("programs") or []
    if not programs:
        return ""
    rows = [
        [escape(program["name"]), escape(program["what"]), escape(program["version"]),
         f"<code>{escape(program['command'])}</code>" if program["command"] else ""]
        for program in programs
    ]
    return section("Who took part", "programs",
                   table(["", "", "version", "its first process"], rows, "programs"))
