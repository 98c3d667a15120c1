"""What administrators do while clients are at work."""

from random import Random

from ..clock import now_us
from ..cluster import Cluster
from .base import Fault, Proof

WAKE_US = 15_000_000
DONE_MIN = 2


class TransferLeaders(Fault):
    """Leaderships are handed to other nodes, one after the other."""

    name = "transfer-leaders"
    kind = "admin"
    lasts = (2.0, 4.0)

    def __init__(self) -> None:
        super().__init__()
        self._random = Random(0)
        self._asked = self._moved = 0
        self._due_us = 0

    def possible(self, cluster: Cluster) -> str:
        return "" if cluster.raft_keyspaces else "there is no keyspace of mode raft"

    def begin(self, cluster: Cluster, random: Random) -> None:
        self._random = Random(random.random())
        self.what = "leaderships handed over"

    def step(self, cluster: Cluster) -> None:
        if now_us() >= self._due_us:
            self._due_us = now_us() + 400_000
            self._transfer(cluster)

    def _transfer(self, cluster: Cluster) -> None:
        keyspace = self._random.choice(cluster.raft_keyspaces)
        leaders = cluster.leaders(keyspace)
        if not leaders:
            return
        partition = self._random.choice(sorted(leaders))
        replicas = cluster.replicas(keyspace).get(partition, cluster.nodes)
        to = self._random.choice([node for node in replicas if node != leaders[partition]])
        told = cluster.kvctl(
            *("partition", "transfer-leader", f"p{partition}", "--to", to, "--timeout", "2s")
        )
        self._asked += 1
        self._moved += told.returncode == 0
        self.nodes = sorted({*self.nodes, leaders[partition], to})

    def end(self, cluster: Cluster) -> None:
        """Where nothing could be moved under other faults, something is in their wake."""
        until = now_us() + WAKE_US
        while not self._moved and now_us() < until:
            self._transfer(cluster)

    def proof(self, cluster: Cluster) -> Proof:
        return Proof(self._moved > 0, f"{self._moved} of {self._asked} leaderships moved")


class ChangeKeyspaces(Fault):
    """Keyspaces are made, written to, altered and dropped."""

    name = "change-keyspaces"
    kind = "admin"
    lasts = (2.0, 4.0)
    _made = 0  # over all runs of this process: no name comes twice

    def __init__(self) -> None:
        super().__init__()
        self._random = Random(0)
        self._done = self._asked = 0
        self._plan: list[list[str]] = []

    def begin(self, cluster: Cluster, random: Random) -> None:
        self._random = Random(random.random())
        self.what = "keyspaces made, altered, dropped"

    def step(self, cluster: Cluster) -> None:
        if not self._plan:
            self._plan = self._next()
        ran = cluster.kvctl(*self._plan.pop(0), "--timeout", "2s", "--no-input")
        self._asked += 1
        self._done += ran.returncode == 0

    def _next(self) -> list[list[str]]:
        ChangeKeyspaces._made += 1
        name = f"passing{ChangeKeyspaces._made}"
        mode = self._random.choice([["raft"], ["quorum", "--conflict", "lww"]])
        return [
            ["keyspace", "create", name, "--partitions", "2", "--mode", *mode],
            ["put", name, "k", "v"],
            ["keyspace", "alter", name, "--default-ttl", "1h"],
            ["keyspace", "drop", name, "--confirm", name],
        ]

    def end(self, cluster: Cluster) -> None:
        """Where little could be done under other faults, something is in their wake."""
        until = now_us() + WAKE_US
        while self._plan or (self._done < DONE_MIN and now_us() < until):
            self.step(cluster)

    def proof(self, cluster: Cluster) -> Proof:
        return Proof(self._done >= DONE_MIN, f"{self._done} of {self._asked} changes done")
