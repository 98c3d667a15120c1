"""Processes that stand still, as a paused machine's do, and then go on as if nothing were."""

from random import Random

from ..clock import now_us
from ..cluster import Cluster
from .base import Fault, Proof


class Pause(Fault):
    """SIGSTOP of one node, for longer than an election takes; then SIGCONT."""

    name = "pause"
    lasts = (2.0, 4.0)

    def __init__(self) -> None:
        super().__init__()
        self._began_us = self._stopped_us = 0

    def victims(self, cluster: Cluster, random: Random) -> list[str]:
        return cluster.choose(random, 1)

    def begin(self, cluster: Cluster, random: Random) -> None:
        self.nodes = self.victims(cluster, random)
        self.what = f"SIGSTOP {' '.join(self.nodes)}"
        for node in self.nodes:
            cluster.backend.pause(node)
        self._began_us = now_us()

    def end(self, cluster: Cluster) -> None:
        states = [cluster.backend.state(node) for node in self.nodes]
        if states and all(state == "paused" for state in states):
            self._stopped_us = now_us() - self._began_us
        for node in self.nodes:
            cluster.backend.resume(node)

    def proof(self, cluster: Cluster) -> Proof:
        seconds = self._stopped_us / 1e6
        bit = seconds > cluster.election_seconds
        return Proof(bit, f"stood still for {seconds:.1f} s, until SIGCONT")


class PauseLeader(Pause):
    name = "pause-leader"

    def victims(self, cluster: Cluster, random: Random) -> list[str]:
        return [cluster.some_leader(random)]


class PauseMajority(Pause):
    """Nobody can decide anything; afterwards all come back with old clocks and full queues."""

    name = "pause-majority"
    silences = True

    def victims(self, cluster: Cluster, random: Random) -> list[str]:
        return cluster.choose(random, cluster.majority)
