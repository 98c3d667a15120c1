"""Nodes that come back as a newer build, one after the other, until the cluster uses what it can."""

from collections.abc import Mapping
from random import Random

from ..clock import eventually
from ..cluster import Cluster
from ..errors import ChaosError
from .base import Proof
from .crash_points import BY_SIGNAL
from .kills import RollingRestart

OLDER = 1  # the protocol of the build before
RAISED_SECONDS = 30.0


def as_older_build() -> Mapping[str, str]:
    """Variables of kvd_broken for a cluster that begins as a build before this one."""
    return {"KVD_PROTOCOL_VERSION": str(OLDER)}


class Upgrade(RollingRestart):
    """A rolling restart in which each comes back as kvd; then the protocol is raised."""

    name = "upgrade"

    def __init__(self, ready_seconds: float) -> None:
        super().__init__(ready_seconds)
        self._before = self._after = 0

    def begin(self, cluster: Cluster, random: Random) -> None:
        super().begin(cluster, random)
        self.what = f"another build: {', then '.join(self.nodes)}"
        self._before = _protocol(cluster)

    def between(self, cluster: Cluster, node: str) -> None:
        cluster.backend.set_program(node, "kvd")
        cluster.backend.clear_env(node, [*as_older_build(), BY_SIGNAL])

    def end(self, cluster: Cluster) -> None:
        super().end(cluster)

        def raised() -> bool:
            cluster.kvctl("cluster", "upgrade", "--finalize", "--no-input")
            self._after = _protocol(cluster)
            return self._after > OLDER

        if not eventually(raised, RAISED_SECONDS, every=0.2):
            raise ChaosError(f"the protocol stays at {self._after} though all are upgraded")

    def proof(self, cluster: Cluster) -> Proof:
        ended = super().proof(cluster)
        text = f"{ended.text}; protocol {self._before}, then {self._after}"
        return Proof(ended.bit and self._before == OLDER < self._after, text)


def _protocol(cluster: Cluster) -> int:
    told = cluster.kvctl_json("cluster", "topology", "--timeout", "2s") or {}
    return int(told.get("protocol", 0))
