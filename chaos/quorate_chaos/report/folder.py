"""Reads a run's folder. Whatever is missing or malformed becomes a plain message, never an end:
a run that went wrong is the one whose report is wanted most."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .model import OUTCOMES, READ, WRITE, Fault, Op, Run, Series
from .moves import Move, moves_of


def read_run(path: Path) -> Run:
    """The run in folder `path`. Raises FileNotFoundError only if there is no such folder."""
    if not path.is_dir():
        raise FileNotFoundError(f"{path} is no folder of a run")
    run = Run(path)
    run.about = _object(run, "run.json")
    run.load = _object(run, "load.json")
    run.verdict = _object(run, "verdict.json")
    run.faults = sorted(_faults(run), key=lambda fault: (fault.begin, fault.end))
    run.moves = _moves(run)
    histories = sorted((path / "history").glob("*.jsonl"))
    if not histories:
        run.problems.append("history/ holds no histories: no operation was recorded.")
    for file in histories:
        _read_history(run, file)
    run.ops.sort(key=lambda op: op.begin)
    _bound(run)
    return run


def _object(run: Run, name: str) -> dict[str, Any]:
    file = run.path / name
    try:
        value = json.loads(file.read_text(encoding="utf-8", errors="replace"))
    except FileNotFoundError:
        run.problems.append(f"{name} is missing.")
        return {}
    except ValueError as error:
        run.problems.append(f"{name} is not JSON: {error}.")
        return {}
    if not isinstance(value, dict):
        run.problems.append(f"{name} is not a JSON object.")
        return {}
    return value


def _lines(run: Run, file: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file of JSON lines; lines that are none are counted and told."""
    bad, first = 0, 0
    with file.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                value = json.loads(line)
            except ValueError:
                value = None
            if isinstance(value, dict):
                yield value
            else:
                bad, first = bad + 1, first or number
    if bad:
        name = file.relative_to(run.path)
        run.problems.append(f"{name}: {bad} lines can't be read, the first is line {first}.")


def _faults(run: Run) -> Iterator[Fault]:
    file = run.path / "faults.jsonl"
    if not file.is_file():
        run.problems.append("faults.jsonl is missing: no fault is known.")
        return
    for line in _lines(run, file):
        begin = int(line.get("begin_us") or 0)
        yield Fault(
            kind=str(line.get("fault", "fault")),
            what=str(line.get("what", "")),
            nodes=tuple(str(node) for node in line.get("nodes") or ()),
            begin=begin,
            end=max(begin, int(line.get("end_us") or begin)),
            bit=bool(line.get("bit")),
            proof=str(line.get("proof", "")),
            change=bool(line.get("change")),
        )


def _moves(run: Run) -> list[Move]:
    """None where nodes neither came nor went."""
    file = run.path / "moves.jsonl"
    if not file.is_file():
        return []
    try:
        return moves_of(_lines(run, file))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        run.problems.append(f"moves.jsonl: not what moved at each look: {error!r}.")
        return []


def _read_history(run: Run, file: Path) -> None:
    job, mode = file.stem, ""
    levels = _levels_of(run, job)
    series: dict[tuple[str, str], Series] = {}
    skipped = 0
    for line in _lines(run, file):
        if "history" in line:
            mode = str(line.get("mode", ""))
            job = str(line.get("job", job))
            levels = _levels_of(run, job)
        elif "replica" in line:
            run.final_reads += 1
        elif "replicas" in line:
            continue  # of one key
        elif "invoke_us" not in line or line.get("outcome") not in OUTCOMES:
            skipped += 1
        else:
            kind = READ if line.get("op") in ("get", "scan") else WRITE
            level = str(line.get("level") or levels[kind])
            if (kind, level) not in series:
                series[kind, level] = Series(mode, kind, level)
            try:
                run.ops.append(_operation(line, job, series[kind, level]))
            except (TypeError, ValueError):
                skipped += 1
    if skipped:
        run.problems.append(
            f"{file.relative_to(run.path)}: {skipped} lines are neither operations nor final reads."
        )


def _operation(line: dict[str, Any], job: str, series: Series) -> Op:
    end = line.get("return_us")
    key = line.get("key", "")
    return Op(
        job=job,
        client=int(line.get("client", 0)),
        series=series,
        asked=str(line.get("target") or ""),
        key=key if isinstance(key, str) else json.dumps(key),
        begin=int(line["invoke_us"]),
        end=None if end is None else int(end),
        outcome=line["outcome"],
    )


def _levels_of(run: Run, job: str) -> dict[str, str]:
    for told in run.load.get("jobs") or ():
        if isinstance(told, dict) and told.get("name") == job:
            return {READ: str(told.get("read", "")), WRITE: str(told.get("write", ""))}
    return {READ: "", WRITE: ""}


def _bound(run: Run) -> None:
    """From when to when: as told, but never so that something lies outside."""
    seen = [at for op in run.ops for at in (op.begin, op.end) if at is not None]
    seen += [at for fault in run.faults for at in (fault.begin, fault.end)]
    seen += [at for move in run.moves for at in (move.begin, move.end)]
    seen += [int(at) for name in ("begin_us", "end_us") if (at := run.about.get(name))]
    run.begin, run.end = (min(seen), max(seen)) if seen else (0, 0)
    run.end = max(run.end, run.begin + 1)
