"""Disks whose syncs are slow or fail."""

from random import Random

from ..clock import eventually
from ..cluster import Cluster
from ..errors import ChaosError
from .base import Fault, Proof
from .disk_page import LEAVES_ALL, LOG, NO_LIMIT, STATE
from .disk_shim import page_of, why_not_armed

ENDS_SECONDS = 2  # after a sync failed; that of a spare file it outlives


class DiskFault(Fault):
    """One node's disk; subclasses say what is ordered of it and what proves it."""

    kind = "disk"
    counts = ""  # the page's count that grows when it takes hold

    def __init__(self, node: str = "") -> None:
        """`node`: whose; empty: by chance."""
        super().__init__()
        self._node = node
        self._before = self._grown = 0

    def possible(self, cluster: Cluster) -> str:
        return next((why for node in cluster.nodes if (why := why_not_armed(cluster, node))), "")

    def victim(self, cluster: Cluster, random: Random) -> str:
        return self._node or random.choice(cluster.nodes)

    def begin(self, cluster: Cluster, random: Random) -> None:
        node = self.victim(cluster, random)
        self.nodes = [node]
        self._before = page_of(cluster.backend, node)[self.counts]
        self.what = f"{node}: {self.order(cluster, node, random)}"

    def order(self, cluster: Cluster, node: str, random: Random) -> str:
        """Orders it; what it is, in words."""
        raise NotImplementedError

    def end(self, cluster: Cluster) -> None:
        for node in self.nodes:
            page = page_of(cluster.backend, node)
            page.calm()
            self._grown = page[self.counts] - self._before


class SlowSyncs(DiskFault):
    """Each sync of the log takes so long; a leader must not keep what it can't write down."""

    name = "slow-syncs"
    lasts = (2.0, 4.0)
    counts = "syncs_slowed"

    def __init__(self, node: str = "", slow_ms: int = 0) -> None:
        super().__init__(node)
        self._slow_ms = slow_ms

    def order(self, cluster: Cluster, node: str, random: Random) -> str:
        slow_ms = self._slow_ms or random.choice([20, 100, 400, 1500])
        page = page_of(cluster.backend, node)
        page["where"] = LOG
        page["slow_us"] = slow_ms * 1000
        return f"syncs take {slow_ms} ms more"

    def proof(self, cluster: Cluster) -> Proof:
        return Proof(self._grown > 0, f"{self._grown} syncs slowed")


class SlowLeaderSyncs(SlowSyncs):
    name = "slow-syncs-leader"

    def victim(self, cluster: Cluster, random: Random) -> str:
        return cluster.some_leader(random)


class FailedSync(DiskFault):
    """One sync of the log fails, and what it was to write may be there, in part, or not. A node
    that goes on after that has told others what it may not have: it has to end."""

    name = "failed-sync"
    lasts = (1.0, 2.0)
    counts = "syncs_failed"
    failures = 1
    where = LOG

    def __init__(self, node: str = "") -> None:
        super().__init__(node)
        self._said = ""

    def order(self, cluster: Cluster, node: str, random: Random) -> str:
        page = page_of(cluster.backend, node)
        page["where"] = self.where
        page["fail_leaves"] = random.randint(0, LEAVES_ALL)
        page["fail_syncs"] = self.failures
        left = ("nothing", "its first block", "all")[page["fail_leaves"]]
        syncs = "all syncs fail" if self.failures == NO_LIMIT else "one sync fails"
        return f"{syncs} and {left} of it is written"

    def end(self, cluster: Cluster) -> None:
        super().end(cluster)
        for node in self.nodes:
            self._restart(cluster, node)

    def _restart(self, cluster: Cluster, node: str) -> None:
        backend = cluster.backend
        if self._grown:
            eventually(lambda: cluster.is_gone(node), ENDS_SECONDS)
        if not cluster.is_gone(node):
            self._said = "it goes on"
            return
        code = backend.exit_code(node)
        log = backend.log_file(node).read_text(errors="replace").splitlines()
        if not any("DISK_ERROR" in line for line in log[-20:]):
            raise ChaosError(cluster.end_of(node, "ended and named no DISK_ERROR"))
        self._said = f"it ended with {code}, DISK_ERROR"
        cluster.restart([node])

    def proof(self, cluster: Cluster) -> Proof:
        return Proof(self._grown > 0, f"{self._grown} syncs failed; {self._said}")


class FailingSyncs(FailedSync):
    """All of its syncs fail, of state too, until the disk is mended."""

    name = "failing-syncs"
    failures = NO_LIMIT
    where = LOG | STATE
