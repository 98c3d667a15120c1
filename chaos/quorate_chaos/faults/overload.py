"""Far more than the nodes take on: refused, not lost, and not at the others' cost for ever."""

from random import Random
from typing import NamedTuple

from .. import metrics
from ..cluster import Cluster
from ..process import Process
from .base import Fault, Proof

FLOOD = "flood"


class Counts(NamedTuple):
    """What a node counted since it started."""

    answered: float  # writes
    refused: float  # those of them that were too many


def counts(page: str | None) -> Counts:
    of = "quorate_requests_total"
    return Counts(metrics.total(page, of), metrics.total(page, of, code="RESOURCE_EXHAUSTED"))


def added(before: dict[str, Counts], after: dict[str, Counts]) -> Counts:
    """By all nodes; who was restarted meanwhile has counted from nothing."""
    answered = refused = 0.0
    for node, now in after.items():
        was = before.get(node, Counts(0, 0))
        if now.answered < was.answered:
            was = Counts(0, 0)
        answered += now.answered - was.answered
        refused += now.refused - was.refused
    return Counts(answered, refused)


class Overload(Fault):
    """A flood of large writes from thousands of callers, in a keyspace of its own."""

    name = "overload"
    kind = "load"
    lasts = (3.0, 5.0)

    def __init__(self, callers: int = 4000, value_bytes: int = 16384) -> None:
        super().__init__()
        self._callers, self._value_bytes = callers, value_bytes
        self._flood: Process | None = None
        self._before: dict[str, Counts] = {}
        self._after: dict[str, Counts] = {}

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

    def _counts(self, cluster: Cluster) -> dict[str, Counts]:
        return {node: counts(cluster.metrics(node)) for node in cluster.nodes}

    def proof(self, cluster: Cluster) -> Proof:
        answered, refused = added(self._before, self._after)
        return Proof(refused > 0, f"{refused:.0f} of {answered:.0f} requests refused as too many")
