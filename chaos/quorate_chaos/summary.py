"""What the terminal says at the end: each run, each level, how to see more and do it again."""

import sys
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from .options import Options
from .trial import Trial

_COLOURS = {"passed": "green", "void": "yellow", "undecided": "yellow", "skipped": "yellow"}


def tell(trials: Sequence[Trial], skipped: Sequence[str], options: Options) -> None:
    wide = None if sys.stdout.isatty() else 140
    console = Console(width=wide, highlight=False)
    ran = [trial for trial in trials if not trial.skipped]
    if ran:
        console.print(_runs(ran))
    if any(trial.verdict.get("levels") for trial in ran):
        console.print(_levels(ran))
    for trial in ran:
        if trial.folder.notes:
            console.print(trial.folder.scenario.removeprefix("test_").replace("_", " ") + ":")
        for note in trial.folder.notes:
            console.print(f"  {note}", markup=False)
        if not trial.result.passed and trial.expects == "passed":
            console.print(f"[bold red]{trial.result.word}[/] {escape(trial.folder.scenario)}", end=": ")
            console.print(trial.result.why, markup=False)
            console.print(f"  again: {trial.folder.command}", markup=False)
    for reason in skipped:
        console.print("[bold yellow]SKIPPED[/] ", end="")
        console.print(reason, markup=False)
    console.print(f"seed {options.seed}, backend {options.backend}; reports under {options.out}")


def _runs(trials: Sequence[Trial]) -> Table:
    table = Table(title="Runs", title_justify="left")
    for name in ("scenario", "faults that bit", "operations", "done", "result"):
        table.add_column(name, justify="left" if name in ("scenario", "result") else "right")
    for trial in trials:
        entries = trial.entries
        word = trial.result.word
        table.add_row(
            escape(trial.folder.scenario.removeprefix("test_").replace("_", " ")),
            f"{sum(entry.bit for entry in entries)} of {len(entries)}",
            f"{sum(progress.total for progress in trial.progress):,}",
            f"{sum(progress.done for progress in trial.progress):,}",
            f"[{_COLOURS.get(word, 'bold red')}]{word}[/]",
        )
    return table


def _levels(trials: Sequence[Trial]) -> Table:
    """One row for each mode and pair of levels, over all runs."""
    rows: dict[tuple[str, str, str, str], list[int]] = {}
    words: dict[tuple[str, str, str, str], set[str]] = {}
    for trial in trials:
        for level in trial.verdict.get("levels", []):
            row = (level["mode"], level["read"], level["write"], level["promise"])
            sums = rows.setdefault(row, [0, 0, 0])
            for i, name in enumerate(("checked", "anomalies", "allowed")):
                sums[i] += level.get(name, 0)
            words.setdefault(row, set()).add(level["verdict"])
    table = Table(title="Levels", title_justify="left")
    for name in ("mode", "read", "write", "promise"):
        table.add_column(name)
    for name in ("checked", "anomalies", "allowed"):
        table.add_column(name, justify="right")
    table.add_column("verdict")
    for row, sums in sorted(rows.items()):
        verdict = " ".join(sorted(words[row]))
        colour = _COLOURS.get(verdict, "bold red")
        table.add_row(*row, *(f"{number:,}" for number in sums), f"[{colour}]{verdict}[/]")
    return table
