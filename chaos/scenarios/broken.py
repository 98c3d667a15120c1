"""The deliberate bugs that real processes can show: for each, what load and faults show it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from hint_steps import (
    KEPT,
    REFUSED_ALONE,
    keepers_die,
    keepers_die_and_whom_they_asked_stays_away,
    replicas_die_unheard,
    writes_are_kept,
)
from loads import (
    ballots,
    counter,
    elements,
    expiring,
    merged_counter,
    merging,
    newest,
    register,
    sessions,
    siblings,
)

from quorate_chaos.cluster import Cluster
from quorate_chaos.faults.base import Fault
from quorate_chaos.faults.clocks import Skew
from quorate_chaos.faults.disk_syncs import SlowSyncs
from quorate_chaos.faults.kills import Kill, KillAll, KillLeader
from quorate_chaos.faults.partitions import Isolate, IsolateLeader
from quorate_chaos.faults.pauses import Pause, PauseLeader
from quorate_chaos.load import Job
from quorate_chaos.trial import Trial

Steps = Callable[[Trial], None]


def suffering(*makers: Callable[[], Fault], times: int = 2, seconds: float | None = None) -> Steps:
    """These together, and some calm; so many times."""

    def steps(trial: Trial) -> None:
        for _ in range(times):
            trial.suffers(*(make() for make in makers), seconds=seconds)

    return steps


def power_fails_while_syncs_are_slow(trial: Trial) -> None:
    """What waits for the disk is lost. Whoever told of it before has told too much."""
    for _ in range(2):
        slow = [SlowSyncs(node, slow_ms=400) for node in trial.cluster.nodes]
        for one in slow:
            trial.nemesis.begin(one)
        trial.calm(1.5)
        trial.nemesis.begin(dark := KillAll())
        for one in slow:
            trial.nemesis.end(one)
        trial.nemesis.end(dark)
        trial.calm(1)


class PauseThis(Pause):
    """Of a node that is chosen already."""

    def __init__(self, node: str) -> None:
        super().__init__()
        self._node = node

    def victims(self, cluster: Cluster, random: Random) -> list[str]:
        return [self._node]


def leaders_wake_up_alone(trial: Trial) -> None:
    """A leader stands still, another is elected, and when it goes on nobody can tell it."""
    for _ in range(3):
        trial.nemesis.begin(alone := IsolateLeader())
        trial.nemesis.begin(still := PauseThis(alone.nodes[0]))
        trial.calm(1.2)
        trial.nemesis.end(still)
        trial.calm(1)
        trial.nemesis.end(alone)
        trial.calm(1)


def clocks_differ(trial: Trial) -> None:
    trial.suffers(Skew(trial.random.choice(trial.cluster.nodes), seconds=-4), seconds=5)


@dataclass(frozen=True)
class Shown:
    """A bug, and the scenario that shows it within so many tries."""

    bug: str
    sentence: str  # of the scenario's name: a node that ...
    jobs: list[Job]
    steps: Steps
    nodes: int = 3
    tries: int = 3
    settings: dict[str, str] = field(default_factory=dict)
    disks: bool = False  # can be broken
    clocks: bool = False
    quick: bool = False  # of the short suite


# So that an election is over long before a client gives up.
SHORT_TICKS = {"tick": "20ms", "election-ticks": "8"}

SHOWN = [
    Shown(
        "ack-before-sync", "acknowledges before it has synced",
        [elements(), register(clients=3)], power_fails_while_syncs_are_slow, disks=True,
    ),
    Shown(
        "skip-read-index-round", "answers reads though it is deposed",
        [register(clients=9, keys=2)], leaders_wake_up_alone, tries=6, settings=SHORT_TICKS,
    ),
    Shown(
        "count-unreachable", "counts who is not there, so that quorums do not meet",
        [newest(clients=9)], suffering(Isolate), quick=True,
    ),
    Shown(
        "read-unapplied", "reads what it has not applied yet",
        [register(clients=9, keys=2)], suffering(Kill), quick=True,
    ),
    Shown(
        "ignore-session", "reads without what the session has seen",
        [sessions()], suffering(PauseLeader),
    ),
    Shown(
        "session-ignored-without-leader", "without a leader reads without what the session has seen",
        [sessions(mode="quorum", policy="lww", write="ONE")], suffering(Isolate),
    ),
    Shown(
        "register-reads-any", "reads a register at one replica",
        [ballots(clients=9)], suffering(Isolate),
    ),
    Shown(
        "merge-by-adding", "merges two counters by adding",
        [merged_counter()], suffering(Isolate),
    ),
    Shown(
        "apply-known-writes-again", "does a write again that comes twice",
        [counter(clients=9)], suffering(KillLeader, times=3),
    ),
    Shown(
        "hint-counts", "counts itself for a replica that it keeps a write for",
        [REFUSED_ALONE], writes_are_kept, nodes=5,
    ),
    Shown(
        "forget-hints", "forgets with its death what it keeps for others",
        [KEPT], keepers_die, nodes=5,
    ),
    Shown(
        "hints-forget-holder", "forgets with its death whom it asked to take a write",
        [KEPT], keepers_die_and_whom_they_asked_stays_away, nodes=5, tries=5,
    ),
    Shown(
        "hints-forget-number", "forgets with its death which kept writes it has taken",
        [KEPT], replicas_die_unheard, nodes=5,
    ),
    Shown(
        "ttl-from-local-clock", "lets keys expire by its own clock",
        [expiring()], clocks_differ, clocks=True,
    ),
    Shown(
        "drop-tombstones-early", "forgets what was deleted before all know",
        [newest(clients=6), siblings(clients=6)], suffering(Isolate, times=3),
    ),
    Shown(
        "raise-past-hole", "takes a write for seen that never came",
        [merging(clients=6), newest("ONE", "ONE")], suffering(Isolate, Kill, times=3),
    ),
]
