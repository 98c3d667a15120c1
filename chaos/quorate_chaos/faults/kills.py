"""Processes that die without a goodbye, and come back."""

from random import Random

from ..clock import eventually, now_us
from ..cluster import Cluster
from ..members import meta_leader
from .base import Fault, Proof

KILLED = 137  # as shells tell SIGKILL
READY_SECONDS = 3


class Kill(Fault):
    """kill -9 of some nodes at once, and their restart when it ends."""

    name = "kill"

    def __init__(self, count: int = 1) -> None:
        super().__init__()
        self._count = count
        self._codes: dict[str, int | None] = {}

    def victims(self, cluster: Cluster, random: Random) -> list[str]:
        return cluster.choose(random, self._count)

    def begin(self, cluster: Cluster, random: Random) -> None:
        # One that has just been refused, or has left, is gone already.
        self.nodes = [
            node for node in self.victims(cluster, random)
            if not (cluster.is_gone(node) and cluster.may_be_gone(node))
        ]
        self.what = f"kill -9 {' '.join(self.nodes)}"
        for node in self.nodes:
            cluster.backend.kill(node)
        self._codes = {node: cluster.backend.exit_code(node) for node in self.nodes}

    def end(self, cluster: Cluster) -> None:
        cluster.restart(node for node in self.nodes if cluster.backend.state(node) == "gone")

    def proof(self, cluster: Cluster) -> Proof:
        killed = [node for node, code in self._codes.items() if code == KILLED]
        back = [
            node for node in killed
            if cluster.backend.state(node) == "running" or cluster.has_left(node)
        ]
        text = f"{' '.join(killed) or 'nobody'} ended by SIGKILL, {' '.join(back) or 'nobody'} back"
        return Proof(bool(self.nodes) and killed == back == self.nodes, text)


class KillLeader(Kill):
    name = "kill-leader"

    def victims(self, cluster: Cluster, random: Random) -> list[str]:
        return [cluster.some_leader(random)]


class KillThese(Kill):
    """Nodes that are chosen already."""

    def __init__(self, *nodes: str) -> None:
        super().__init__()
        self._these = list(nodes)

    def victims(self, cluster: Cluster, random: Random) -> list[str]:
        return self._these


class KillMetaLeader(Kill):
    """Who leads the group that says who is there, and begins all moves."""

    name = "kill-meta-leader"

    def victims(self, cluster: Cluster, random: Random) -> list[str]:
        return [meta_leader(cluster)]


class KillReceiver(Kill):
    """Who is being filled with a replica."""

    name = "kill-receiver"

    def victims(self, cluster: Cluster, random: Random) -> list[str]:
        told = cluster.moves.look() or {}
        to = sorted({f"n{move['to']}" for move in told.get("moves", []) if move["to"]})
        return [random.choice([node for node in to if node in cluster.nodes] or cluster.nodes)]


class KillMinority(Kill):
    """As many as may be gone with a majority left."""

    name = "kill-minority"

    def victims(self, cluster: Cluster, random: Random) -> list[str]:
        return cluster.choose(random, len(cluster.nodes) - cluster.majority)


class KillMajority(Kill):
    name = "kill-majority"
    silences = True

    def victims(self, cluster: Cluster, random: Random) -> list[str]:
        return cluster.choose(random, cluster.majority)


class KillAll(Kill):
    """As when the power fails everywhere."""

    name = "kill-all"
    silences = True
    lasts = (0.5, 1.5)

    def victims(self, cluster: Cluster, random: Random) -> list[str]:
        return list(cluster.nodes)


class KillInRecovery(Fault):
    """One node dies again and again, some moments after it was started: in the midst of recovery."""

    name = "kill-in-recovery"
    lasts = (2.0, 3.0)

    def __init__(self) -> None:
        super().__init__()
        self._kills = 0
        self._due_us = 0
        self._random = Random(0)

    def begin(self, cluster: Cluster, random: Random) -> None:
        self._random = Random(random.random())
        self.nodes = cluster.choose(random, 1)
        self.what = f"kill -9 {self.nodes[0]} while it starts"
        self._again(cluster)

    def step(self, cluster: Cluster) -> None:
        if now_us() >= self._due_us:
            self._again(cluster)

    def _again(self, cluster: Cluster) -> None:
        node = self.nodes[0]
        cluster.backend.kill(node)
        self._kills += cluster.backend.exit_code(node) == KILLED
        cluster.backend.start(node)
        self._due_us = now_us() + int(self._random.uniform(0.03, 0.5) * 1e6)

    def end(self, cluster: Cluster) -> None:
        """The last start is let be."""
        for node in self.nodes:
            cluster.wait_live(node)

    def proof(self, cluster: Cluster) -> Proof:
        return Proof(self._kills >= 2, f"ended by SIGKILL {self._kills} times")


class RollingRestart(Fault):
    """Every node in turn is asked to end, ends in order, and is back before the next one.

    Whether it is ready by then is waited for, but not long: another fault may cut it off.
    """

    name = "rolling-restart"
    lasts = (1.0, 1.0)

    def __init__(self, ready_seconds: float = READY_SECONDS) -> None:
        super().__init__()
        self._ready_seconds = ready_seconds
        self._left: list[str] = []
        self._codes: dict[str, int | None] = {}

    def begin(self, cluster: Cluster, random: Random) -> None:
        self.nodes = cluster.choose(random, len(cluster.nodes))
        random.shuffle(self.nodes)
        self._left = list(self.nodes)
        self.what = f"SIGTERM and restart: {', then '.join(self.nodes)}"

    def step(self, cluster: Cluster) -> None:
        if self._left:
            node = self._left.pop(0)
            # One that has just been started to join may not listen to signals yet.
            eventually(lambda: cluster.is_live(node), self._ready_seconds)
            self._codes[node] = cluster.backend.terminate(node)
            self.between(cluster, node)
            cluster.restart([node])
            eventually(lambda: cluster.is_ready(node), self._ready_seconds)

    def between(self, cluster: Cluster, node: str) -> None:
        """It has ended, and is about to be started."""

    def end(self, cluster: Cluster) -> None:
        while self._left:
            self.step(cluster)
        cluster.restart(node for node in self.nodes if cluster.backend.state(node) == "gone")

    def proof(self, cluster: Cluster) -> Proof:
        wrong = {node: code for node, code in self._codes.items() if code != 0}
        if wrong:
            return Proof(False, f"did not end in order at SIGTERM: {wrong}")
        return Proof(len(self._codes) == len(self.nodes), f"{len(self._codes)} ended with 0")
