"""A docker daemon: the machine's where one answers, else one of our own that ends with us."""

import os
import re
import shutil
import tempfile
from pathlib import Path

from ..clock import eventually
from ..errors import ChaosError, Unsupported
from ..process import Process, run
from . import compose
from .cli import Docker, program

START_SECONDS = 40
STOP_SECONDS = 20
# In the names of whatever of ours could stay behind: of temporary folders, bridges and cgroups.
MARK = "qkd"


class Daemon:
    """Own daemons live in mount and pid namespaces of their own, which end with this process.

    No docker0 and no rules in the machine's packet filter: networks that compose makes are bridges,
    reached from here at once, and ports are published by docker's own proxy.
    """

    def __init__(self) -> None:
        self.docker = Docker()
        self._process: Process | None = None
        self._folder: Path | None = None

    @staticmethod
    def why_not() -> str:
        """Empty, or why no daemon can be had here."""
        try:
            docker = Docker()
            compose.either(docker)
            if docker.answers():
                return ""
            program("dockerd")
        except Unsupported as missing:
            return str(missing)
        return "" if os.geteuid() == 0 else "no docker daemon answers, and only root can start one"

    @property
    def own(self) -> bool:
        return self._process is not None

    def open(self) -> None:
        sweep()
        if self.docker.answers():
            return
        # Short, as the paths of sockets below it have to be.
        self._folder = Path(tempfile.mkdtemp(prefix=f"{MARK}{os.getpid()}-", dir="/tmp"))
        socket = self._folder / "s"
        self.docker = Docker(f"unix://{socket}")
        self._process = Process(self._command(socket), self._folder / "log")
        up = eventually(lambda: not self._process.running or self._up(socket), START_SECONDS, 0.1)
        if not up or not self._process.running:
            log = (self._folder / "log").read_text(errors="replace").splitlines()
            raise ChaosError("dockerd does not start; its log ends:\n" + "\n".join(log[-10:]))

    def _command(self, socket: Path) -> list[str]:
        assert self._folder
        return [
            *(program("unshare"), "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"),
            program("dockerd"),
            f"--host=unix://{socket}",
            f"--data-root={self._folder / 'data'}",
            f"--exec-root={self._folder / 'x'}",
            f"--pidfile={self._folder / 'pid'}",
            f"--cgroup-parent=/{MARK}{os.getpid()}",
            *("--bridge=none", "--iptables=false", "--ip6tables=false"),
            *("--ip-forward=false", "--ip-masq=false"),
        ]

    def _up(self, socket: Path) -> bool:
        return socket.exists() and self.docker.answers()

    def close(self) -> None:
        """Ends an own daemon and removes what it had. Harmless twice, and at any moment.

        Killed, not asked: with its namespaces go containers and mounts, and data is not kept.
        """
        if self._process:
            inner = _children(self._process.pid)
            self._process.kill()
            eventually(
                lambda: not any(Path(f"/proc/{pid}").exists() for pid in inner), STOP_SECONDS
            )
            self._process = None
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None
            _remove_leftovers(os.getpid())
            sweep()  # bridges of programs that used it and were killed
        self.docker = Docker()


def sweep() -> None:
    """Removes what daemons of conductors left that were killed."""
    for pid in {_owner(name) for name in leftovers()}:
        if pid is not None and not Path(f"/proc/{pid}").exists():
            _remove_leftovers(pid)


def leftovers() -> list[str]:
    """Folders, bridges and cgroups by our name that exist on this machine."""
    names = [*Path("/tmp").glob(f"{MARK}[0-9]*"), *Path("/sys/class/net").glob(f"{MARK}[0-9]*")]
    return [str(name) for name in [*names, *Path("/sys/fs/cgroup").glob(f"**/{MARK}[0-9]*")]]


def bridge_name(index: int) -> str:
    """Of one of our networks; the kernel allows fifteen characters."""
    return f"{MARK}{os.getpid()}x{index}"


def _owner(name: str) -> int | None:
    """The conductor's pid in the name of what it made."""
    match = re.match(rf"{MARK}(\d+)", Path(name).name)
    return int(match[1]) if match else None


def _remove_leftovers(pid: int) -> None:
    for name in leftovers():
        if _owner(name) != pid:
            continue
        if name.startswith("/sys/class/net/"):
            run(["/usr/sbin/ip", "link", "delete", Path(name).name])
        elif name.startswith("/sys/fs/cgroup/"):
            run(["/usr/bin/find", name, "-depth", "-type", "d", "-delete"])
        else:
            shutil.rmtree(name, ignore_errors=True)


def _children(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # gone meanwhile
        if int(fields[1]) == pid:
            found.append(int(stat.parent.name))
    return found
