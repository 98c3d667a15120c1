"""Child processes that cannot outlive the conductor, however it ends."""

import os
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from .errors import ChaosError

# The kernel kills the child when the thread that started it ends, so children are
# started by the main thread only: the conductor has no other.
TIED = ["/usr/bin/setpriv", "--pdeathsig", "KILL"]


class Process:
    """One child; its output is appended to a file. Not thread-safe, and main thread only."""

    def __init__(
        self,
        command: Sequence[str],
        output: Path,
        env: Mapping[str, str] | None = None,
        stdin: socket.socket | None = None,
    ) -> None:
        self.command = list(command)
        environment = {**os.environ, **env} if env else None
        with output.open("ab") as out:
            # A group of its own: a Ctrl-C at the terminal is the conductor's to pass on.
            self._child = subprocess.Popen(
                [*TIED, *command],
                stdin=stdin.fileno() if stdin else subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=environment,
                process_group=0,
            )

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def running(self) -> bool:
        return self._child.poll() is None

    @property
    def exit_code(self) -> int | None:
        """As shells tell it, 128 and the signal; None while it runs."""
        code = self._child.poll()
        return 128 - code if code is not None and code < 0 else code

    def signal(self, number: int) -> None:
        """A stopped process answers nothing more once this returns."""
        if not self.running:
            return
        os.kill(self.pid, number)
        if number == signal.SIGSTOP:
            os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self._child.wait()

    def wait(self, seconds: float) -> int | None:
        """Its exit code; None if it still runs."""
        try:
            self._child.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        return self.exit_code


def state_of(pid: int) -> str:
    """The letter of /proc: R, S, D, T (stopped), Z; empty if there is no such process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[0]


def run(command: Sequence[str], seconds: float = 30) -> subprocess.CompletedProcess[str]:
    """Runs a command to its end, in a session of its own, tied to this process likewise."""
    try:
        return subprocess.run(
            [*TIED, *command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            process_group=0,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ChaosError(f"{' '.join(command)} took more than {seconds:g} s") from error
