"""Runs the conductor as its users do, in a process of its own, and finds what it leaves behind."""

import os
import subprocess
import sys
import uuid
from collections.abc import Sequence
from pathlib import Path

from quorate_chaos.binaries import ROOT, Binaries
from quorate_chaos.clock import eventually

MARK = "QUORATE_CHAOS_TEST"
HEAD = "from loads import register\nfrom quorate_chaos.faults import *  # noqa: F403\n"


class Conductor:
    """One run of `python3 -m quorate_chaos` on a scenario file written for it."""

    def __init__(self, folder: Path, scenario: str, binaries: Path | None = None) -> None:
        self.folder = folder
        self.mark = uuid.uuid4().hex
        self.file = folder / "test_written.py"
        self.file.write_text(scenario)
        self._binaries = binaries or Binaries.default().folder

    def start(self, *arguments: str, before: Sequence[str] = ()) -> subprocess.Popen[str]:
        """`before`: a command that runs it, such as unshare."""
        env = {
            **os.environ,
            **{MARK: self.mark, "QUORATE_BIN": str(self._binaries)},
            **{"PYTHONDONTWRITEBYTECODE": "1", "GRPC_ENABLE_FORK_SUPPORT": "0"},
            "PYTHONPATH": f"{ROOT / 'chaos'}:{ROOT / 'chaos' / 'scenarios'}",
        }
        command = [*before, sys.executable, "-m", "quorate_chaos", str(self.file), *arguments]
        return subprocess.Popen(
            [*command, "--out", str(self.folder / "runs")],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
        )

    def run(self, *arguments: str, before: Sequence[str] = ()) -> tuple[int, str]:
        """Its exit code and all it said."""
        process = self.start(*arguments, before=before)
        said, _ = process.communicate(timeout=120)
        return process.returncode, said

    def left(self) -> list[str]:
        """Processes that came of it and still are there; a moment to die is granted.

        Namespaces and mounts of the conductor live in processes, so none is left without one.
        """
        eventually(lambda: not self._alive(), 3, every=0.05)
        return self._alive()

    def _alive(self) -> list[str]:
        mark = f"{MARK}={self.mark}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                if mark in (entry / "environ").read_bytes():
                    words = (entry / "cmdline").read_bytes().split(b"\0")
                    found.append(b" ".join(words).decode(errors="replace"))
            except OSError:
                continue
        return found

    def mounts(self) -> list[str]:
        table = Path("/proc/self/mounts").read_text().splitlines()
        return [line for line in table if str(self.folder) in line]
