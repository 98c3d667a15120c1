"""Nodes that come, go, die for good and are replaced, while all goes on.

Each ends when the cluster says that the change is over. What is lost on the way to it is the
business of the checkers, and of the faults that come meanwhile.
"""

from abc import abstractmethod
from random import Random

from ..backend.base import Joiner
from ..clock import eventually, now_us
from ..cluster import Cluster, links_between
from ..errors import ChaosError
from ..members import Census, await_census, begin_join, census, next_name, state_of, watch
from .base import Fault, Proof
from .kills import KILLED

OVER_SECONDS = 90.0  # for a change to be over once nothing is broken any more, where all is quick
ASKED_SECONDS = 30.0  # for an order to be taken
AGAIN_SECONDS = 0.2
TOLD_SECONDS = 15.0
FOR_GOOD = ("TOO_FEW_NODES", "CANNOT_MOVE", "NODE_NOT_FOUND", "KEYSPACE_NOT_FOUND")


class Change(Fault):
    """What changes who is there, or who holds what."""

    kind = "members"
    lasts = (1.0, 2.0)

    def __init__(self) -> None:
        super().__init__()
        self._began_us = self._over_us = 0

    def begin(self, cluster: Cluster, random: Random) -> None:
        watch(cluster)
        self._began_us = now_us()
        self.order(cluster, random)

    @abstractmethod
    def order(self, cluster: Cluster, random: Random) -> None:
        """Has it begun; sets `what` and `nodes`."""

    def end(self, cluster: Cluster) -> None:
        if not self.nodes:
            return  # it was never ordered
        self.await_over(cluster)
        self._over_us = now_us()

    @abstractmethod
    def await_over(self, cluster: Cluster) -> None:
        """Raises ChaosError if it does not come to its end in time."""

    def limit(self, cluster: Cluster) -> float:
        """Where nodes are long in coming back, scenarios have less sent in a second."""
        return OVER_SECONDS * (1 + cluster.backend.late_seconds) / 2

    @property
    def seconds(self) -> str:
        return f"{(self._over_us - self._began_us) / 1e6:.1f} s"

    def sent(self, cluster: Cluster, node: str = "") -> str:
        """What was seen to be sent, to that node or to all."""
        sent = {name: n for name, n in cluster.moves.sent.items() if node in ("", name[2])}
        return f"{len(sent)} moves seen so far, {sum(sent.values()) / 1024:.0f} KiB sent"


def _order(cluster: Cluster, *words: str) -> None:
    """Until it is taken: a leader may be missing just now, or a node still be heard of. Raises
    ChaosError if it never is."""
    said, done = "", False

    def over() -> bool:
        nonlocal said, done
        ran = cluster.kvctl(*words, "--timeout", "5s", "--no-input")
        said, done = ran.stderr.strip(), ran.returncode == 0
        return done or any(reason in said for reason in FOR_GOOD)

    eventually(over, ASKED_SECONDS, every=AGAIN_SECONDS)
    if not done:
        raise ChaosError(f"kvctl {' '.join(words)} is not taken: {said}")


def _lacks_nobody(found: Census) -> bool:
    return not found.lacking


class Join(Change):
    """One more node comes in, and gets its share. Where it is refused it is started again."""

    name = "join"

    def __init__(self, zone: str = "", weight: int = 100, holds: bool = True) -> None:
        """`holds`: there is something for it to hold."""
        super().__init__()
        self._zone, self._weight, self._holds = zone, weight, holds
        self._refused = self._held = 0

    def order(self, cluster: Cluster, random: Random) -> None:
        up = [node for node in cluster.nodes if not cluster.is_gone(node)]
        node, by = next_name(cluster), random.choice(up)
        self.nodes, self.what = [node], f"{node}, let in by {by}"
        begin_join(cluster, node, Joiner(by, self._zone, self._weight))

    def step(self, cluster: Cluster) -> None:
        node = self.nodes[0] if self.nodes else ""
        if node not in cluster.coming:
            return
        if cluster.is_gone(node) and cluster.backend.exit_code(node) != KILLED:
            self._refused += 1
            cluster.backend.start(node)
        elif cluster.is_ready(node):
            cluster.coming.discard(node)
            cluster.backend.serves_again(node)

    def await_over(self, cluster: Cluster) -> None:
        node = self.nodes[0]
        if node not in cluster.nodes:
            return  # it died for good: somebody else's business

        def ready() -> bool:
            self.step(cluster)
            return cluster.is_ready(node)

        limit = self.limit(cluster)
        if not eventually(ready, limit, every=AGAIN_SECONDS):
            raise ChaosError(cluster.end_of(node, f"is not in after {limit:g} s"))
        found = await_census(
            cluster, f"{node} is in and has its share",
            lambda now: node in now.nodes and (now.held[node] > 0 or not self._holds),
            limit,
        )
        self._held = found.held[node]

    def proof(self, cluster: Cluster) -> Proof:
        node = self.nodes[0]
        if node not in cluster.nodes:
            return Proof(True, f"{node} came in and is gone again; {self.sent(cluster, node)}")
        again = f"; refused and started again {self._refused} times" if self._refused else ""
        held = f"in with {self._held} replicas after {self.seconds}"
        return Proof(
            self._held > 0 or not self._holds, f"{held}; {self.sent(cluster, node)}{again}"
        )


class Decommission(Change):
    """A node gives all that it holds to others and goes; its process ends in order."""

    name = "decommission"

    def __init__(self, node: str) -> None:
        super().__init__()
        self._node = node
        self._held = 0

    def order(self, cluster: Cluster, random: Random) -> None:
        node = self._node
        before = census(cluster)
        self._held = before.held[node] if before else 0
        self.nodes, self.what = [node], f"{node} is to leave"
        cluster.leaving.add(node)  # before it is said: what becomes of an order may be unknown
        _order(cluster, "node", "decommission", node, "--confirm", node)

    def await_over(self, cluster: Cluster) -> None:
        node = self._node

        def left() -> bool:
            cluster.moves.look_if_due()
            return cluster.has_left(node)

        limit = self.limit(cluster)
        if not eventually(left, limit, every=AGAIN_SECONDS):
            said = f"has not left after {limit:g} s ({state_of(cluster)})"
            raise ChaosError(cluster.end_of(node, said))
        await_census(
            cluster, f"{node} has left, and others have what it had",
            lambda now: node not in now.nodes and _lacks_nobody(now), limit,
        )

    def proof(self, cluster: Cluster) -> Proof:
        code = cluster.backend.exit_code(self._node)
        text = f"{self._held} replicas went elsewhere; it ended with {code} after {self.seconds}"
        return Proof(self._held > 0 and code == 0, f"{text}; {self.sent(cluster)}")


class DieForGood(Change):
    """kill -9, and nobody starts it again: what it held is made anew elsewhere, by itself."""

    name = "die-for-good"

    def __init__(self, node: str) -> None:
        super().__init__()
        self._node = node
        self._held = 0
        self._code: int | None = None

    def order(self, cluster: Cluster, random: Random) -> None:
        node = self._node
        before = census(cluster)
        self._held = before.held[node] if before else 0
        self.nodes, self.what = [node], f"kill -9 {node}, for good"
        cluster.backend.kill(node)
        self._code = cluster.backend.exit_code(node)
        cluster.forget(node)

    def await_over(self, cluster: Cluster) -> None:
        await_census(
            cluster, f"{self._node} is let go, and others have what it had",
            lambda now: self._node not in now.nodes and _lacks_nobody(now),
            self.limit(cluster),
        )

    def proof(self, cluster: Cluster) -> Proof:
        text = f"ended by SIGKILL; of its {self._held} replicas none is missing {self.seconds} later"
        return Proof(self._code == KILLED, f"{text}; {self.sent(cluster)}")


class Replace(DieForGood):
    """The same, but an operator says that it will not come back."""

    name = "replace"

    def order(self, cluster: Cluster, random: Random) -> None:
        super().order(cluster, random)
        self.what = f"kill -9 {self._node}, and it is replaced"
        # Not before nobody hears of it any more.
        _order(cluster, "node", "replace", self._node, "--confirm", self._node)


class GiveUp(Change):
    """A node is cut off until it is taken for dead and let go; healed, it is told so, and ends."""

    name = "give-up"

    def __init__(self, node: str) -> None:
        super().__init__()
        self._node = node

    def order(self, cluster: Cluster, random: Random) -> None:
        node, others = self._node, cluster.others([self._node])
        self.nodes, self.what = [node], f"{node} | {' '.join(others)}, until it is let go"
        cluster.network.block(links_between([node], others))

    def await_over(self, cluster: Cluster) -> None:
        node, others = self._node, cluster.others([self._node])

        def gone() -> bool:
            found = census(cluster, others[0])
            return found is not None and node not in found.nodes

        limit = self.limit(cluster)
        if not eventually(gone, limit, every=AGAIN_SECONDS):
            raise ChaosError(f"{node} is not let go after {limit:g} s")
        cluster.leaving.add(node)
        cluster.network.unblock(links_between([node], others))
        if not eventually(lambda: cluster.has_left(node), TOLD_SECONDS, every=AGAIN_SECONDS):
            said = f"is not told within {TOLD_SECONDS:g} s that it was let go"
            raise ChaosError(cluster.end_of(node, said))
        await_census(cluster, f"others have what {node} had", _lacks_nobody, limit)

    def proof(self, cluster: Cluster) -> Proof:
        code = cluster.backend.exit_code(self._node)
        return Proof(code == 0, f"let go, and ended with {code} once healed, after {self.seconds}")


class AlterReplicas(Change):
    """A keyspace gets more copies or fewer."""

    name = "alter-replicas"

    def __init__(self, keyspace: str, replicas: int) -> None:
        super().__init__()
        self._keyspace, self._replicas = keyspace, replicas
        self._before = self._after = 0

    def order(self, cluster: Cluster, random: Random) -> None:
        before = census(cluster)
        self._before = before.holders() if before else 0
        self.nodes = list(cluster.nodes)
        self.what = f"{self._keyspace} to {self._replicas} replicas"
        words = ("keyspace", "alter", self._keyspace, "--replicas", str(self._replicas))
        _order(cluster, *words)

    def await_over(self, cluster: Cluster) -> None:
        found = await_census(cluster, self.what, _lacks_nobody, self.limit(cluster))
        self._after = found.holders()

    def proof(self, cluster: Cluster) -> Proof:
        text = f"{self._before} replicas in all before, {self._after} now, after {self.seconds}"
        return Proof(self._after not in (0, self._before), f"{text}; {self.sent(cluster)}")


def some_change(cluster: Cluster, random: Random) -> Change:
    """After which four to six nodes are there, of which one may die."""
    nodes = cluster.nodes
    if len(nodes) < 5 or (len(nodes) < 6 and random.random() < 0.5):
        return Join()
    # Not one that dies and is missed after some seconds: others are cut off for as long.
    maker: type[Replace | Decommission] = random.choice([Replace, Decommission])
    return maker(random.choice(nodes))
