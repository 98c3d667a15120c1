"""Links that work badly: slow ones, and ones that lose a part."""

from random import Random

from ..backend.base import Link
from ..cluster import Cluster, links_between
from .base import Fault, Proof
from .partitions import Partition


class Slow(Fault):
    """What some nodes exchange with the others comes late; clients are not slowed."""

    name = "slow-links"
    kind = "network"
    lasts = (2.0, 4.0)

    def __init__(self, delay_ms: float = 0, count: int = 1) -> None:
        super().__init__()
        self._delay_ms, self._count = delay_ms, count
        self._before = self._delayed = 0

    def possible(self, cluster: Cluster) -> str:
        return cluster.network.cannot.get("delay", "")

    def begin(self, cluster: Cluster, random: Random) -> None:
        self.nodes = cluster.choose(random, self._count)
        delay_ms = self._delay_ms or random.choice([20, 60, 150])
        self.what = f"{' '.join(self.nodes)}: {delay_ms:g} ms each way"
        self._before = cluster.network.delayed()
        cluster.network.delay(self.nodes, delay_ms, delay_ms / 3)

    def end(self, cluster: Cluster) -> None:
        cluster.network.undelay(self.nodes)
        self._delayed = cluster.network.delayed() - self._before

    def proof(self, cluster: Cluster) -> Proof:
        return Proof(self._delayed > 0, f"{self._delayed} packets held back")


class Lossy(Partition):
    """Every link of one node loses a part of its packets."""

    name = "lossy-links"
    needs = "loss"
    lasts = (2.0, 4.0)

    def __init__(self, percent: int = 0) -> None:
        super().__init__()
        self._percent = percent

    def shape(self, cluster: Cluster, random: Random) -> set[Link]:
        victim = cluster.choose(random, 1)[0]
        self._percent = self._percent or random.choice([15, 30, 50])
        self.nodes, self.what = [victim], f"{victim} loses {self._percent} of 100 packets"
        return set(links_between([victim], cluster.others([victim])))

    def begin(self, cluster: Cluster, random: Random) -> None:
        self._before = cluster.network.dropped()
        self.links = self.shape(cluster, random)
        cluster.network.lose(self.links, self._percent)
