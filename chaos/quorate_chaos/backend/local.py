"""What backends share whose nodes are plain child processes of the conductor."""

import os
import shutil
import signal
from abc import abstractmethod
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..process import Process, state_of
from .base import Backend, ClusterSpec, Joiner

CLIENT_PORT, PEER_PORT, HTTP_PORT = 0, 1, 2  # offsets from a node's first port


class LocalBackend(Backend):
    """kvd as a child process; subclasses say at which addresses, and in which namespace."""

    def __init__(self, spec: ClusterSpec) -> None:
        super().__init__(spec)
        self._processes: dict[str, Process] = {}

    @abstractmethod
    def address(self, node: str, port: int) -> str:
        """host:port of its client, peer or HTTP port."""

    @abstractmethod
    def node_command(self, node: str, command: Sequence[str]) -> list[str]:
        """The command so that it runs where the node lives."""

    def extra_flags(self) -> dict[str, str]:
        return {}

    def open(self) -> None:
        self.spec.binaries.path("kvd")
        for node in self.spec.names:
            self.node_folder(node).mkdir(parents=True, exist_ok=True)

    def admit(self, node: str, joiner: Joiner) -> None:
        self.node_folder(node).mkdir(parents=True, exist_ok=True)
        self.joiners[node] = joiner

    def close(self) -> None:
        for process in self._processes.values():
            process.kill()
        self._processes.clear()

    def command_line(self, node: str) -> list[str]:
        flags = {
            "node-id": node[1:],
            "cluster-id": "chaos",
            "data-dir": str(self.data_dir(node)),
            "listen": self.address(node, CLIENT_PORT),
            "peer-listen": self.address(node, PEER_PORT),
            "http-listen": self.address(node, HTTP_PORT),
            **self._beginning(node),
            **self.extra_flags(),
            **self.spec.flags,
        }
        return [self.program(node), *(f"--{k}={v}" for k, v in flags.items())]

    def _beginning(self, node: str) -> dict[str, str]:
        """How it gets into its cluster; once it is in, its folder says so and this does no harm."""
        joiner = self.joiners.get(node)
        if joiner is None:
            return {"bootstrap": ",".join(self._member(member) for member in self.spec.names)}
        own = {"weight": str(joiner.weight), **({"zone": joiner.zone} if joiner.zone else {})}
        return {"join": self.address(self.door(node), CLIENT_PORT), **own}

    def _member(self, node: str) -> str:
        zone = self.spec.zone(node)
        addresses = f"{self.address(node, CLIENT_PORT)}/{self.address(node, PEER_PORT)}"
        return f"{node[1:]}={addresses}" + (f"/{zone}" if zone else "")

    def start(self, node: str) -> None:
        command = self.node_command(node, self.command_line(node))
        self._processes[node] = Process(command, self.log_file(node), self._env.get(node))

    def kill(self, node: str) -> None:
        if node in self._processes:
            self._processes[node].kill()

    def terminate(self, node: str, seconds: float = 20) -> int | None:
        process = self._processes.get(node)
        if process is None:
            return None
        process.signal(signal.SIGTERM)
        code = process.wait(seconds)
        process.kill()
        return code

    def pause(self, node: str) -> None:
        self._processes[node].signal(signal.SIGSTOP)

    def resume(self, node: str) -> None:
        self._processes[node].signal(signal.SIGCONT)

    def strike(self, node: str) -> None:
        self._processes[node].signal(signal.SIGUSR1)

    def hold(self, node: str) -> None:
        self._processes[node].signal(signal.SIGUSR2)

    def state(self, node: str) -> str:
        process = self._processes.get(node)
        # While its last threads end it is a zombie that has no exit code yet: not gone.
        if process is None or not process.running:
            return "gone"
        return "paused" if state_of(process.pid) in ("T", "t") else "running"

    def exit_code(self, node: str) -> int | None:
        process = self._processes.get(node)
        return process.exit_code if process else None

    def pid(self, node: str) -> int | None:
        process = self._processes.get(node)
        return process.pid if process and process.running else None

    def endpoint(self, node: str) -> str:
        return self.address(node, CLIENT_PORT)

    def data_dir(self, node: str) -> Path:
        return self.node_folder(node) / "data"

    def forget_data(self, nodes: Iterable[str]) -> None:
        """Their disks are not kept: only logs stay in the run's folder."""
        for node in nodes:
            shutil.rmtree(self.data_dir(node), ignore_errors=True)


def environment_of(pid: int) -> dict[str, str]:
    """What a process was started with, to prove that an LD_PRELOAD got there."""
    try:
        raw = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return {}
    pairs = (os.fsdecode(item).partition("=") for item in raw.split(b"\0") if item)
    return {name: value for name, _, value in pairs}
