"""Processes that die at every point at which we could think that it might hurt."""

from collections.abc import Callable

from loads import ballots, counter, elements, merged_elements, register

from quorate_chaos.faults.base import Fault
from quorate_chaos.faults.changes import ChangeKeyspaces, TransferLeaders
from quorate_chaos.faults.crash_points import CrashAt, crash_points
from quorate_chaos.faults.kills import Kill
from quorate_chaos.faults.partitions import Isolate
from quorate_chaos.trial import Trial

# So that segments fill, state is flushed and whoever was away for a second needs a snapshot, each
# within seconds.
TINY = {
    "log-segment-bytes": "64KiB",
    "log-spare-segments": "1",
    "log-flush-bytes": "1MiB",
    "log-cache-bytes": "4KiB",
    "memtable-bytes": "64KiB",
    "snapshot-chunk-bytes": "1KiB",
    "rebalance-interval": "300ms",
}
AWAY_SECONDS = 2.0


def _on_a_laggard(point: str) -> list[Fault]:
    return [CrashAt(point, passes=1, away=AWAY_SECONDS)]


def _while_another_lags(point: str) -> list[Fault]:
    return [Kill(), CrashAt(point, passes=1)]


def _amid_keyspaces(point: str) -> list[Fault]:
    return [CrashAt(point, passes=1), ChangeKeyspaces()]


def _amid_elections(point: str) -> list[Fault]:
    return [CrashAt(point, passes=1), TransferLeaders()]


def _at_once(point: str) -> list[Fault]:
    return [CrashAt(point, passes=1)]


# By what a point's name begins with, what it takes to pass it; the others are passed all the time.
PROVOKED: dict[str, Callable[[str], list[Fault]]] = {
    "snapshot-before-send": _while_another_lags,
    "snapshot-": _on_a_laggard,
    "meta-": _amid_keyspaces,
    "raft-after-vote": _amid_elections,
    "start-": _at_once,
    "engine-": _at_once,
    "log-before-next-segment": _at_once,
    "log-after-next-segment": _at_once,
    "log-before-segment": _at_once,
    "log-after-segment": _at_once,
    "log-after-spare": _at_once,
    "leaderless-": _at_once,
}


def _faults(point: str) -> list[Fault]:
    for begin, provoked in PROVOKED.items():
        if point.startswith(begin):
            return provoked(point)
    return [CrashAt(point)]


def test_a_crash_at_any_point_loses_nothing_and_is_recovered_from(trial: Trial) -> None:
    trial.under(
        *(register(clients=3), elements(clients=3), counter(clients=2)),
        *(ballots(clients=2), merged_elements(clients=2)),
        settings=TINY,
    )
    points = crash_points(trial.options.binaries)
    trial.random.shuffle(points)
    for point in points:
        faults = _faults(point)
        trial.suffers(*faults, seconds=3 if len(faults) > 1 else None, calm=0.3)
    trial.passes()


def test_who_was_cut_off_until_the_others_have_compacted_is_sent_the_state(trial: Trial) -> None:
    trial.under(register(), elements(), settings={**TINY, "log-cache-bytes": "4KiB"})
    for _ in range(3):
        trial.suffers(Isolate(), seconds=5)
        # Whoever sends or takes a part of it dies, and it is begun anew.
        trial.suffers(*_on_a_laggard("snapshot-before-install"))
    trial.passes()
