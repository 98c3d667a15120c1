"""Scenarios side by side: a lane is a process of its own, which takes what no other has begun."""

import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from . import interrupts, summary
from .process import TIED

# Of two cores each has about one; more of them would be in each other's way.
LANES_MAX = 2


def as_many_as_fit() -> int:
    return min(LANES_MAX, len(os.sched_getaffinity(0)))


def run(arguments: Sequence[str], lanes: int) -> int:
    """Runs pytest with these in each lane; one summary of all, and the exit code of the worst."""
    with tempfile.TemporaryDirectory(prefix="quorate-lanes-") as claims:
        command = [*TIED, sys.executable, "-m", __name__, *arguments, f"--claims={claims}"]
        started = [_start(command) for _ in range(lanes)]
        try:
            _pass_on(started)
        except KeyboardInterrupt:
            with interrupts.undisturbed():
                for lane in started:
                    lane.send_signal(signal.SIGINT)
                _pass_on(started)
        codes = [lane.wait() for lane in started]
        summary.tell_all(sorted(Path(claims).glob("told-*.json")))
    worse = [code for code in codes if code not in (0, pytest.ExitCode.NO_TESTS_COLLECTED)]
    return min(worse, default=min(codes))


def claim(folder: Path, item: str) -> bool:
    """True for one of all who ask, the first."""
    try:
        (folder / item.replace("/", "|")).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        process_group=0,
    )


def _pass_on(lanes: Sequence[subprocess.Popen[bytes]]) -> None:
    """What they say, whole lines of it, until all have ended."""
    with selectors.DefaultSelector() as waiting:
        for lane in lanes:
            assert lane.stdout, "it is a pipe"
            if not lane.stdout.closed:
                waiting.register(lane.stdout, selectors.EVENT_READ)
        rest: dict[int, bytes] = {}
        while waiting.get_map():
            for key, _ in waiting.select():
                said = os.read(key.fd, 65536)
                lines, ended, begun = (rest.pop(key.fd, b"") + said).rpartition(b"\n")
                sys.stdout.write((lines + ended).decode(errors="replace"))
                sys.stdout.flush()
                rest[key.fd] = begun
                if not said:
                    waiting.unregister(key.fileobj)


def tell(folder: Path, told: summary.Told) -> None:
    (folder / f"told-{os.getpid()}.json").write_text(json.dumps(told.as_json()))


def main() -> int:
    interrupts.catch()
    try:
        code = int(pytest.main(sys.argv[1:]))
    except KeyboardInterrupt:
        code = interrupts.EXIT_CODE
    return interrupts.EXIT_CODE if interrupts.came() else code


if __name__ == "__main__":
    sys.exit(main())
