"""Processes that die at a named point of the code: what a crash there leaves is met on purpose."""

import time
from collections.abc import Iterable, Mapping
from random import Random
from subprocess import run as run_program

from ..backend.base import Backend
from ..binaries import Binaries
from ..clock import eventually
from ..cluster import Cluster
from .base import Fault, Proof
from .kills import KILLED

PROGRAM = "kvd_broken"  # kvd itself cannot be armed
VARIABLES = ("KVD_CRASH_AT", "KVD_CRASH_AFTER")
BY_SIGNAL = "KVD_ARMED_BY_SIGNAL"
DIES_SECONDS = 15.0  # after the fault's time is over, for what provokes it to come to an end


def crash_points(binaries: Binaries) -> list[str]:
    """All points there are, by name."""
    command = [binaries.path(PROGRAM), "--crash-at=help"]
    told = run_program(command, capture_output=True, text=True, check=True)
    return told.stdout.split()


def arm(backend: Backend, nodes: Iterable[str], variables: Mapping[str, str]) -> None:
    """From their next start on these nodes have a point that strike() lets strike."""
    for node in nodes:
        backend.set_program(node, PROGRAM)
        backend.set_env(node, {**variables, BY_SIGNAL: "true"})


def arm_at_once(backend: Backend, node: str, point: str) -> None:
    """From its next start on the node dies at the first pass of the point, until disarm()."""
    backend.set_program(node, PROGRAM)
    backend.set_env(node, dict(zip(VARIABLES, (point, "1"), strict=True)))


def disarm(backend: Backend, node: str) -> None:
    backend.set_program(node, "kvd")
    backend.clear_env(node, VARIABLES)


class CrashAt(Fault):
    """A node is restarted so that it kills itself at the n-th pass of a point; then back as it was.

    Something else may have to provoke the point: a snapshot is sent to who was away.
    """

    name = "crash-at"
    lasts = (0.5, 1.0)

    def __init__(self, point: str, passes: int = 0, away: float = 0.0) -> None:
        """`passes`: by chance if 0; `away`: for how long the node is down before it is armed."""
        super().__init__()
        self._point, self._passes, self._away = point, passes, away
        self._code: int | None = None

    def begin(self, cluster: Cluster, random: Random) -> None:
        running = [node for node in cluster.nodes if not cluster.is_gone(node)]
        node = random.choice(running)
        passes = self._passes or random.choice([1, 2, 10, 50])
        self.nodes = [node]
        self.what = f"{node} dies at pass {passes} of {self._point}"
        backend = cluster.backend
        backend.kill(node)
        if self._away:
            time.sleep(self._away)
        backend.set_program(node, PROGRAM)
        backend.set_env(node, dict(zip(VARIABLES, (self._point, str(passes)), strict=True)))
        backend.start(node)

    def end(self, cluster: Cluster) -> None:
        if not self.nodes:
            return
        node, backend = self.nodes[0], cluster.backend
        died = eventually(lambda: cluster.is_gone(node), DIES_SECONDS)
        backend.kill(node)  # of one that dies already, it waits for the last of its threads
        if died:
            self._code = backend.exit_code(node)
        backend.set_program(node, "kvd")
        backend.clear_env(node, VARIABLES)
        cluster.restart([node])

    def proof(self, cluster: Cluster) -> Proof:
        if self._code != KILLED:
            ended = "it lived on" if self._code is None else f"it ended with {self._code}"
            return Proof(False, f"{self._point} was not passed so often: {ended}")
        return Proof(True, f"ended by SIGKILL of its own at {self._point}, and back")
