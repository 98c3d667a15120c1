"""What perf recorded: for each sample the process, the thread and the frames, outermost first."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .layers import Frame

_HEAD = re.compile(r"^(?P<comm>.+?)\s+(?P<pid>\d+)/(?P<tid>\d+)\s")
_FRAME = re.compile(r"^\s+[0-9a-f]+ (?P<function>.+) \((?P<library>[^()]*)\)$")


@dataclass(frozen=True)
class Sample:
    pid: int
    thread: str
    frames: tuple[Frame, ...]


def read(data: Path) -> Iterator[Sample]:
    """Raises subprocess.CalledProcessError where perf cannot read its file."""
    command = ["perf", "script", "-i", str(data), "--no-inline", "-F", "comm,pid,tid,ip,sym,dso"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    yield from parse(text)


def parse(text: str) -> Iterator[Sample]:
    for block in text.split("\n\n"):
        lines = block.strip("\n").splitlines()
        head = _HEAD.match(lines[0] + " ") if lines else None
        if head is None:
            continue
        found = [match for match in map(_FRAME.match, lines[1:]) if match]
        frames = [Frame(_plain(match["function"]), match["library"]) for match in found]
        if frames:
            yield Sample(int(head["pid"]), head["comm"].strip(), tuple(reversed(frames)))


def _plain(function: str) -> str:
    return re.sub(r"\+0x[0-9a-f]+$", "", function)
