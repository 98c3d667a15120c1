"""What a run's folder says, as plain values. The shapes are those of docs/chaos.md."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from .moves import Move

DONE, FAILED, UNKNOWN = "done", "failed", "unknown"
OUTCOMES = (DONE, FAILED, UNKNOWN)

READ, WRITE = "read", "write"


class Series(NamedTuple):
    """Operations that were promised the same: what the page compares."""

    mode: str
    kind: str  # READ or WRITE
    level: str

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.mode, self.kind, self.level) if part)


class Op(NamedTuple):
    """One operation. Times are microseconds of the machine's monotonic clock."""

    job: str
    client: int
    series: Series
    asked: str  # the node it was sent to; empty if the client chose
    key: str
    begin: int
    end: int | None  # None: it never returned
    outcome: str


@dataclass(frozen=True, slots=True)
class Fault:
    kind: str
    what: str
    nodes: tuple[str, ...]
    begin: int
    end: int
    bit: bool
    proof: str
    change: bool = False  # of who is there: nothing is broken by it

    @property
    def sides(self) -> list[frozenset[str]]:
        """The sides of a cut, told as `n1 | n2 n3`; none for faults of another kind."""
        if "|" not in self.what:
            return []
        return [frozenset(side.replace(",", " ").split()) for side in self.what.split("|")]


@dataclass(slots=True)
class Run:
    """A run's folder, read. What was missing or wrong in it is in `problems`."""

    path: Path
    about: dict[str, Any] = field(default_factory=dict)  # run.json
    load: dict[str, Any] = field(default_factory=dict)  # load.json
    verdict: dict[str, Any] = field(default_factory=dict)  # verdict.json
    faults: list[Fault] = field(default_factory=list)  # by begin
    moves: list[Move] = field(default_factory=list)  # by begin
    ops: list[Op] = field(default_factory=list)  # by begin
    final_reads: int = 0
    begin: int = 0
    end: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def result(self) -> str:
        return str(self.about.get("result") or "error")

    @property
    def nodes(self) -> list[str]:
        """Names of the nodes, from run.json or else from what was asked of whom."""
        told = [str(n.get("name", "")) for n in self.about.get("nodes", []) if isinstance(n, dict)]
        return told or sorted({op.asked for op in self.ops if op.asked})

    def nodes_at(self, at: int) -> list[str]:
        """Those that had come by then, and had not gone."""
        told = {str(n.get("name")): n for n in self.about.get("nodes", []) if isinstance(n, dict)}

        def there(name: str) -> bool:
            node = told.get(name, {})
            return int(node.get("from_us") or at) <= at <= int(node.get("until_us") or at)

        return [name for name in self.nodes if there(name)]

    def seconds(self, at: int) -> float:
        """Since the run began."""
        return (at - self.begin) / 1e6
