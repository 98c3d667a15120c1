"""Networks that fall apart, in the shapes that have hurt others."""

from abc import abstractmethod
from random import Random

from ..backend.base import CLIENTS, Link
from ..clock import eventually, now_us
from ..cluster import Cluster, links_between
from ..errors import ChaosError
from .base import Fault, Proof

TOLD_SECONDS = 15  # of where a keyspace is


class Partition(Fault):
    """Links that lose everything until it ends. Subclasses say which."""

    kind = "network"
    lasts = (1.5, 4.0)
    needs = "nodes"  # what the network must be able to do; a key of Network.cannot

    def __init__(self) -> None:
        super().__init__()
        self.links: set[Link] = set()
        self._before: dict[Link, int] = {}

    def possible(self, cluster: Cluster) -> str:
        return cluster.network.cannot.get(self.needs, "")

    @abstractmethod
    def shape(self, cluster: Cluster, random: Random) -> set[Link]:
        """The links to cut; sets `what` and `nodes`."""

    def begin(self, cluster: Cluster, random: Random) -> None:
        self._before = cluster.network.dropped()
        self.links = self.shape(cluster, random)
        cluster.network.block(self.links)

    def end(self, cluster: Cluster) -> None:
        cluster.network.unblock(self.links)

    def proof(self, cluster: Cluster) -> Proof:
        """Every link on which something was to be lost must have lost something."""
        now = cluster.network.dropped()
        lost = {link: now.get(link, 0) - self._before.get(link, 0) for link in self.links}
        silent = sorted(f"{source} to {target}" for (source, target), n in lost.items() if n <= 0)
        text = f"{sum(lost.values())} {cluster.network.unit} on {len(lost)} links"
        if silent:
            text += f"; nothing from {', '.join(silent)}"
        return Proof(bool(lost) and len(silent) * 2 < len(lost), text)


class Isolate(Partition):
    """One node hears nobody and nobody hears it."""

    name = "isolate"

    def __init__(self, node: str | None = None) -> None:
        super().__init__()
        self._node = node

    def victim(self, cluster: Cluster, random: Random) -> str:
        return self._node or cluster.choose(random, 1)[0]

    def shape(self, cluster: Cluster, random: Random) -> set[Link]:
        victim = self.victim(cluster, random)
        others = cluster.others([victim])
        self.nodes, self.what = [victim], f"{victim} | {' '.join(others)}"
        return set(links_between([victim], others))


class IsolateLeader(Isolate):
    name = "isolate-leader"

    def victim(self, cluster: Cluster, random: Random) -> str:
        return cluster.some_leader(random)


class Halves(Partition):
    """A minority and a majority; of an even number two halves, and nobody can decide."""

    name = "halves"

    def shape(self, cluster: Cluster, random: Random) -> set[Link]:
        one = cluster.choose(random, len(cluster.nodes) // 2)
        other = cluster.others(one)
        self.nodes, self.what = one, f"{' '.join(one)} | {' '.join(other)}"
        return set(links_between(one, other))


class ReplicasCutOff(Partition):
    """A keyspace's replicas hear each other only; the nodes that have none of it hear each other."""

    name = "replicas-cut-off"

    def __init__(self, keyspace: str) -> None:
        super().__init__()
        self._keyspace = keyspace
        self.replicas: list[str] = []  # partition by partition, each in the keyspace's own order

    def shape(self, cluster: Cluster, random: Random) -> set[Link]:
        eventually(lambda: self._find(cluster), TOLD_SECONDS)
        if not self.replicas:
            raise ChaosError(f"nobody tells the replicas of {self._keyspace}")
        others = cluster.others(self.replicas)
        self.nodes, self.what = others, f"{' '.join(self.replicas)} | {' '.join(others)}"
        return set(links_between(self.replicas, others))

    def _find(self, cluster: Cluster) -> bool:
        found = [node for all in cluster.replicas(self._keyspace).values() for node in all]
        self.replicas = list(dict.fromkeys(found))
        return bool(found)


class MajorityRing(Partition):
    """Everybody sees a majority, and no two the same one."""

    name = "majority-ring"
    needs = "pairs"

    def possible(self, cluster: Cluster) -> str:
        if len(cluster.nodes) < 5:
            return "a ring of majorities needs five nodes"
        return super().possible(cluster)

    def shape(self, cluster: Cluster, random: Random) -> set[Link]:
        ring = cluster.choose(random, len(cluster.nodes))
        random.shuffle(ring)
        sees = len(ring) // 4  # neighbours on each side that one still reaches
        self.nodes, self.what = ring, f"each sees its neighbours: {' '.join(ring)}"
        links: set[Link] = set()
        for i, node in enumerate(ring):
            near = {ring[(i + step) % len(ring)] for step in range(-sees, sees + 1)}
            links.update((node, other) for other in ring if other not in near)
        return links


class Bridge(Partition):
    """Two sides that only one node in the middle still reaches."""

    name = "bridge"
    needs = "pairs"

    def shape(self, cluster: Cluster, random: Random) -> set[Link]:
        order = cluster.choose(random, len(cluster.nodes))
        random.shuffle(order)
        middle, rest = order[0], order[1:]
        one, other = rest[: len(rest) // 2], rest[len(rest) // 2 :]
        self.nodes = order
        self.what = f"{' '.join(one)} | {' '.join(other)}, and {middle} reaches all"
        return set(links_between(one, other))


class OneWay(Partition):
    """What some leader sends arrives, what it is sent does not; or the other way about."""

    name = "one-way"
    needs = "one-way"

    def shape(self, cluster: Cluster, random: Random) -> set[Link]:
        victim = cluster.some_leader(random)
        others = cluster.others([victim])
        self.nodes = [victim]
        if random.random() < 0.5:
            self.what = f"nobody hears {victim}"
            return {(victim, other) for other in others}
        self.what = f"{victim} hears nobody"
        return {(other, victim) for other in others}


class Flapping(Isolate):
    """A node that comes and goes, each time for about as long as an election takes."""

    name = "flapping"
    lasts = (4.0, 6.0)

    def __init__(self, node: str | None = None) -> None:
        super().__init__(node)
        self._due_us = 0
        self._is_cut = True
        self._flaps = 0

    def begin(self, cluster: Cluster, random: Random) -> None:
        super().begin(cluster, random)
        self.what += ", on and off"
        self._due_us = now_us() + self._half_us(cluster)

    def step(self, cluster: Cluster) -> None:
        if now_us() < self._due_us:
            return
        self._is_cut = not self._is_cut
        self._flaps += not self._is_cut
        (cluster.network.block if self._is_cut else cluster.network.unblock)(self.links)
        self._due_us = now_us() + self._half_us(cluster)

    def _half_us(self, cluster: Cluster) -> int:
        return int((0.2 + 1.2 * cluster.election_seconds) * 1e6)

    def proof(self, cluster: Cluster) -> Proof:
        lost = super().proof(cluster)
        return Proof(lost.bit and self._flaps >= 1, f"{lost.text}; healed {self._flaps} times")


class Swizzle(Partition):
    """Some nodes are cut off one by one, and let go in another order."""

    name = "swizzle"
    lasts = (4.0, 6.0)

    def __init__(self) -> None:
        super().__init__()
        self._plan: list[tuple[bool, str]] = []
        self._due_us = 0
        self._every_us = 0

    def shape(self, cluster: Cluster, random: Random) -> set[Link]:
        self.nodes = cluster.choose(random, random.randint(2, len(cluster.nodes)))
        random.shuffle(self.nodes)
        back = list(self.nodes)
        random.shuffle(back)
        self.what = f"cut off: {' '.join(self.nodes)}; let go: {' '.join(back)}"
        # The last one is let go when the fault ends.
        self._plan = [(True, node) for node in self.nodes[1:]]
        self._plan += [(False, node) for node in back[:-1]]
        self._every_us = int(4e6 / (len(self._plan) + 1))
        self._due_us = now_us() + self._every_us
        return self._of(cluster, self.nodes[0])

    def _of(self, cluster: Cluster, node: str) -> set[Link]:
        return set(links_between([node], cluster.others([node])))

    def step(self, cluster: Cluster) -> None:
        if self._plan and now_us() >= self._due_us:
            cut, node = self._plan.pop(0)
            self._due_us = now_us() + self._every_us
            links = self._of(cluster, node)
            self.links |= links
            (cluster.network.block if cut else cluster.network.unblock)(links)


class ClientsCutOff(Partition):
    """Clients no longer reach one leader; the nodes reach each other."""

    name = "clients-cut-off"
    needs = "clients"
    hides = True

    def shape(self, cluster: Cluster, random: Random) -> set[Link]:
        victim = cluster.some_leader(random)
        self.nodes, self.what = [victim], f"clients | {victim}"
        return set(links_between([CLIENTS], [victim]))
