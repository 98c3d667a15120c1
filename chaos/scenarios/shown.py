"""How a deliberate bug is shown: the load, what comes over it, and what all nodes are set to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from loads import newest

from quorate_chaos.load import Job
from quorate_chaos.trial import Trial

Steps = Callable[[Trial], None]


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
    points: Mapping[str, str] = field(default_factory=dict)  # in kvd_broken, that strike on order
    backend: str = ""  # the one that will do; empty: any
    quick: bool = False  # of the short suite


# So that an election is over long before a client gives up.
SHORT_TICKS = {"tick": "20ms", "election-ticks": "8"}

# A lease of two seconds, and groups that stay awake.
LONG_LEASES = {
    "tick": "100ms", "election-ticks": "20", "heartbeat-ticks": "1", "quiet-after-ticks": "600",
}

# A node that is not heard counts as there for four seconds.
PATIENT = {"tick": "50ms", "election-ticks": "80"}

# Whoever was away for seconds needs a snapshot.
TINY_LOGS = {
    "log-segment-bytes": "64KiB", "log-spare-segments": "1", "log-flush-bytes": "1MiB",
    "log-cache-bytes": "4KiB", "memtable-bytes": "64KiB",
}

# All that is written is in one file of the log, and not yet anywhere else.
ROOMY_LOGS = {"log-segment-bytes": "4MiB", "log-flush-bytes": "64MiB", "memtable-bytes": "32MiB"}


# Who leads is the scenario's to say; who is asked to hand over has no lease any more, either.
LED_BY_HAND = {"rebalance-interval": "1h"}


def by_hand(
    bug: str, sentence: str, steps: Steps, rate: int = 20, load: Job | None = None,
    settings: Mapping[str, str] | None = None, **changes: Any,
) -> Shown:
    """A moment made on purpose, beside a load of hardly anything."""
    jobs = [load or newest(clients=2, rate=rate)]
    own = {**LED_BY_HAND, **(settings or {})}
    return Shown(bug, sentence, jobs, steps, **{"backend": "loopback", "settings": own, **changes})
