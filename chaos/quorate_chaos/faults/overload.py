"""Far more than the nodes take on: refused, not lost, and not at the others' cost for ever."""

from random import Random

from .. import metrics
from ..cluster import Cluster
from ..process import Process
from .base import Fault, Proof

FLOOD = "flood"


class Overload(Fault):
    """A flood of large writes from thousands of callers, in a keyspace of its own."""

    name = "overload"
    kind = "load"
    lasts = (3.0, 5.0)

    def __init__(self, callers: int = 4000, value_bytes: int = 16384) -> None:
        super().__init__()
        self._callers, self._value_bytes = callers, value_bytes
        self._flood: Process | None = None
        self._before = (0.0, 0.0)
        self._after = (0.0, 0.0)

    def begin(self, cluster: Cluster, random: Random) -> None:
        self.nodes = list(cluster.nodes)
        self.what = f"{self._callers} callers write {self._value_bytes} bytes each, all at once"
        cluster.make_keyspace(FLOOD, "--partitions", "4", raft=False)
        self._before = self._counts(cluster)
        command = [
            *(cluster.backend.spec.binaries.path("kvctl"), "bench", "--keyspace", FLOOD),
            *("--endpoints", ",".join(cluster.endpoints().values())),
            *("--concurrency", str(self._callers), "--read-ratio", "0", "--duration", "10m"),
            *("--value-bytes", str(self._value_bytes), "--keys", "2000"),
        ]
        output = cluster.backend.spec.folder / "flood.log"
        self._flood = Process(cluster.backend.client_command(command), output)

    def end(self, cluster: Cluster) -> None:
        if self._flood:
            self._after = self._counts(cluster)
            self._flood.kill()

    def _counts(self, cluster: Cluster) -> tuple[float, float]:
        """Writes answered, and those of them that were refused for being too many."""
        pages = [cluster.metrics(node) for node in cluster.nodes]
        of = "quorate_requests_total"
        every = sum(metrics.total(page, of) for page in pages)
        refused = sum(metrics.total(page, of, code="RESOURCE_EXHAUSTED") for page in pages)
        return every, refused

    def proof(self, cluster: Cluster) -> Proof:
        answered = self._after[0] - self._before[0]
        refused = self._after[1] - self._before[1]
        return Proof(refused > 0, f"{refused:.0f} of {answered:.0f} requests refused as too many")
