"""What the terminal says at the end: each run, each level, how to see more and do it again."""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from .options import Options
from .trial import Trial

_COLOURS = {"passed": "green", "void": "yellow", "undecided": "yellow", "skipped": "yellow"}


@dataclass(frozen=True)
class Run:
    """What is told of one trial."""

    name: str
    faults: int
    bit: int
    operations: int
    done: int
    word: str
    why: str
    wrong: bool  # it should have passed
    command: str
    notes: list[str]
    levels: list[dict[str, Any]]

    @staticmethod
    def of(trial: Trial) -> "Run":
        return Run(
            name=trial.folder.scenario.removeprefix("test_").replace("_", " "),
            faults=len(trial.entries),
            bit=sum(entry.bit for entry in trial.entries),
            operations=sum(progress.total for progress in trial.progress),
            done=sum(progress.done for progress in trial.progress),
            word=trial.result.word,
            why=trial.result.why,
            wrong=not trial.result.passed and trial.expects == "passed",
            command=trial.folder.command,
            notes=list(trial.folder.notes),
            levels=trial.verdict.get("levels", []),
        )


@dataclass
class Told:
    """Of all trials of a process, or of several."""

    seed: int
    backend: str
    out: str
    runs: list[Run] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)  # reasons

    @staticmethod
    def of(trials: Sequence[Trial], skipped: Sequence[str], options: Options) -> "Told":
        runs = [Run.of(trial) for trial in trials if not trial.skipped]
        return Told(options.seed, options.backend, str(options.out), runs, list(skipped))

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def tell_all(files: Iterable[Path]) -> None:
    """As one, what several processes wrote by Told.as_json."""
    read = [json.loads(file.read_text()) for file in files]
    if not read:
        return
    all_of_it = Told(read[0]["seed"], read[0]["backend"], read[0]["out"])
    for one in read:
        all_of_it.runs += [Run(**run) for run in one["runs"]]
        all_of_it.skipped += one["skipped"]
    tell(all_of_it)


def tell(told: Told) -> None:
    wide = None if sys.stdout.isatty() else 140
    console = Console(width=wide, highlight=False)
    if told.runs:
        console.print(_runs(told.runs))
    if any(run.levels for run in told.runs):
        console.print(_levels(told.runs))
    for run in told.runs:
        if run.notes:
            console.print(run.name + ":")
        for note in run.notes:
            console.print(f"  {note}", markup=False)
        if run.wrong:
            console.print(f"[bold red]{run.word}[/] {escape(run.name)}", end=": ")
            console.print(run.why, markup=False)
            console.print(f"  again: {run.command}", markup=False)
    for reason in sorted(set(told.skipped)):
        console.print("[bold yellow]SKIPPED[/] ", end="")
        console.print(reason, markup=False)
    console.print(f"seed {told.seed}, backend {told.backend}; reports under {told.out}")


def _runs(runs: Sequence[Run]) -> Table:
    table = Table(title="Runs", title_justify="left")
    for name in ("scenario", "faults that bit", "operations", "done", "result"):
        table.add_column(name, justify="left" if name in ("scenario", "result") else "right")
    for run in runs:
        table.add_row(
            escape(run.name),
            f"{run.bit} of {run.faults}",
            f"{run.operations:,}",
            f"{run.done:,}",
            f"[{_COLOURS.get(run.word, 'bold red')}]{run.word}[/]",
        )
    return table


def _levels(runs: Sequence[Run]) -> Table:
    """One row for each mode and pair of levels, over all runs."""
    rows: dict[tuple[str, str, str, str], list[int]] = {}
    words: dict[tuple[str, str, str, str], set[str]] = {}
    for level in (level for run in runs for level in run.levels):
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
