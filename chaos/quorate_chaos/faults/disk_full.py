"""A disk with no room left: reads and deletes must go on, and all else when there is room again.

A node that keeps something in reserve refuses growth in good time. One that runs into the end
of its disk all the same keeps its state in memory and goes on: none may end over it.
"""

from random import Random

from .. import metrics
from ..clock import eventually
from ..cluster import Cluster
from ..errors import ChaosError
from .base import Proof
from .disk_page import NO_LIMIT
from .disk_shim import page_of
from .disk_syncs import DiskFault

TOLD_SECONDS = 15


class FullDisk(DiskFault):
    """Files of one node can grow by so many bytes more, and it is told so by the system."""

    name = "full-disk"
    lasts = (3.0, 5.0)
    counts = "growths_refused"

    def __init__(self, node: str = "", room_bytes: int | None = None) -> None:
        super().__init__(node)
        self._room_bytes = room_bytes
        self.noticed = False

    def order(self, cluster: Cluster, node: str, random: Random) -> str:
        room = random.choice([0, 0, 1 << 16, 1 << 20])
        if self._room_bytes is not None:
            room = self._room_bytes
        page_of(cluster.backend, node)["room_bytes"] = room
        return f"{room >> 10} KiB of its disk are left"

    def step(self, cluster: Cluster) -> None:
        if self.nodes and not self.noticed:
            self.noticed = _nearly_full(cluster, self.nodes[0])

    def end(self, cluster: Cluster) -> None:
        self.step(cluster)
        super().end(cluster)
        for node in self.nodes:
            page_of(cluster.backend, node)["room_bytes"] = NO_LIMIT
            if cluster.is_gone(node):
                raise ChaosError(cluster.end_of(node, "ended on a full disk"))
            if not eventually(lambda n=node: not _nearly_full(cluster, n), TOLD_SECONDS, 0.1):
                raise ChaosError(f"{node} has room again and does not notice")

    def proof(self, cluster: Cluster) -> Proof:
        said = "it noticed" if self.noticed else "it did not notice"
        return Proof(self._grown > 0 or self.noticed, f"{self._grown} growths refused; {said}")


def _nearly_full(cluster: Cluster, node: str) -> bool:
    return metrics.total(cluster.metrics(node), "quorate_disk_nearly_full") > 0
