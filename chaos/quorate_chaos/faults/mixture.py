"""Random mixtures of faults from a seed, at a pace that hits recovery too."""

from collections.abc import Callable, Sequence
from random import Random

from ..cluster import Cluster
from .base import Fault
from .changes import ChangeKeyspaces, TransferLeaders
from .clocks import Drift, Jumps, Skew
from .damage import BitFlip, Truncated, Wiped
from .disk_full import FullDisk
from .disk_syncs import FailedSync, FailingSyncs, SlowLeaderSyncs, SlowSyncs
from .disk_unsynced import PowerCut
from .kills import (
    Kill,
    KillAll,
    KillInRecovery,
    KillLeader,
    KillMajority,
    KillMinority,
    RollingRestart,
)
from .links import Lossy, Slow
from .overload import Overload
from .partitions import (
    Bridge,
    ClientsCutOff,
    Flapping,
    Halves,
    Isolate,
    IsolateLeader,
    MajorityRing,
    OneWay,
    Swizzle,
)
from .pauses import Pause, PauseLeader, PauseMajority

Maker = Callable[[], Fault]

PROCESSES: list[Maker] = [
    *(Kill, KillLeader, KillMinority, KillMajority, KillAll, KillInRecovery, RollingRestart),
    *(Pause, PauseLeader, PauseMajority),
]
NETWORK: list[Maker] = [
    *(Isolate, IsolateLeader, Halves, MajorityRing, Bridge, OneWay, Flapping, Swizzle),
    *(Slow, Lossy, ClientsCutOff),
]
ADMIN: list[Maker] = [TransferLeaders, ChangeKeyspaces]
DISKS: list[Maker] = [SlowSyncs, SlowLeaderSyncs, FailedSync, FailingSyncs, FullDisk, PowerCut]
# Not a monotonic clock that drifts: LEASE and BOUNDED rest on it, and may be wrong then.
CLOCKS: list[Maker] = [Skew, Jumps, Drift]
DAMAGE: list[Maker] = [Wiped, BitFlip, Truncated]
LOAD: list[Maker] = [Overload]
# Of those that go together with everything. Disks and clocks must have been armed, else a cluster
# has none; damage takes a node away from a majority for longer than it lasts.
EVERYTHING: list[Maker] = [*PROCESSES, *NETWORK, *ADMIN, *DISKS, *CLOCKS]


class Mixture:
    """Endless draws of one to three faults that go together, each of another kind."""

    def __init__(self, cluster: Cluster, random: Random, makers: Sequence[Maker]) -> None:
        self._random = random
        self._makers = [make for make in makers if not make().possible(cluster)]
        self._unused: list[Maker] = []

    def draw(self) -> list[Fault]:
        """Every fault comes up once before any comes up twice."""
        first = self._next()
        faults = [first]
        for _ in range(self._random.choice([0, 0, 1, 1, 2])):
            other = self._random.choice(self._makers)()
            if goes_with(other, faults):
                faults.append(other)
        self._random.shuffle(faults)
        return faults

    def _next(self) -> Fault:
        if not self._unused:
            self._unused = list(self._makers)
            self._random.shuffle(self._unused)
        return self._unused.pop()()

    def pause_seconds(self) -> float:
        """Between one draw and the next: mostly too short for a full recovery, at times ample."""
        return self._random.choice([0.05, 0.2, 0.5, 1.0, 2.5])


def goes_with(other: Fault, faults: Sequence[Fault]) -> bool:
    ends = {"process", "disk"}
    taken = {kind for fault in faults for kind in (ends if fault.kind in ends else {fault.kind})}
    if any(fault.silences for fault in faults):
        taken.add("network")
    if any(fault.hides for fault in faults):
        taken |= ends
    if other.hides and taken & ends:
        return False
    return other.kind not in taken and not (other.silences and "network" in taken)
