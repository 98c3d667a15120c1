"""The folder of a run, and its run.json."""

import json
import os
import platform
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .clock import now_us
from .errors import ChaosError
from .judge import Result


@dataclass
class RunFolder:
    """What was run and what came of it, as docs/chaos.md says."""

    path: Path
    scenario: str
    title: str
    seed: int
    backend: str
    command: str
    nodes: list[dict[str, Any]] = field(default_factory=list)
    phases: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)
    version: str = ""
    begin_us: int = 0

    def make(self) -> None:
        """Empty: what an earlier run left here is gone, if it was a run."""
        if self.path.exists():
            if not (self.path / "run.json").exists() and any(self.path.iterdir()):
                raise ChaosError(f"{self.path} is no folder of a run: it is left alone")
            shutil.rmtree(self.path)
        self.path.mkdir(parents=True)
        self.begin_us = now_us()
        self.write(Result("error", "it has not come to its end"))

    def phase(self, name: str) -> None:
        """The phase before ends here."""
        now = now_us()
        if self.phases:
            self.phases[-1]["end_us"] = now
        self.phases.append({"name": name, "begin_us": now, "end_us": now})

    def write(self, result: Result) -> None:
        now = now_us()
        if self.phases:
            self.phases[-1]["end_us"] = now
        told = {
            "scenario": self.scenario,
            "seed": self.seed,
            "backend": self.backend,
            "title": self.title,
            "command": self.command,
            "begin_us": self.begin_us,
            "end_us": now,
            "nodes": self.nodes,
            "phases": self.phases,
            "machine": _machine(),
            "version": self.version,
            "settings": self.settings,
            "notes": self.notes,
            "result": result.word,
            "why": result.why,
        }
        # In place in one piece: whoever reads meanwhile sees the one or the other.
        new = self.path / "run.json.new"
        new.write_text(json.dumps(told, indent=1) + "\n")
        new.rename(self.path / "run.json")


def _machine() -> dict[str, Any]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory / 2**30, 1),
        "kernel": platform.release(),
    }
