"""Nodes that come and go, die for good and are replaced, while clients are at work."""

import time
from typing import Any

import pytest
from loads import ballots, counter, elements, merged_elements, newest, register

from quorate_chaos.faults.kills import KillLeader, KillMetaLeader, KillReceiver, KillThese
from quorate_chaos.faults.members import (
    AlterReplicas,
    Decommission,
    DieForGood,
    GiveUp,
    Join,
    Replace,
    some_change,
)
from quorate_chaos.faults.mixture import NETWORK, PROCESSES
from quorate_chaos.faults.partitions import Halves, Isolate, IsolateLeader
from quorate_chaos.load import Job
from quorate_chaos.members import census, moving
from quorate_chaos.trial import Trial

MOVED_KIB = 384  # of each sender, while a killed node is away for a second and until it is back

AMID_SECONDS = 6.0  # of each change other things come

# Those whose replicas move, and the job of each whose keyspace gets more and fewer.
MODES = ["raft", "quorum"]
FIRST_JOB = {"raft": "register", "quorum": "ballots"}


def slow_moves(trial: Trial, mode: str = "raft") -> dict[str, str]:
    """Whole replicas are sent, slowly, so that whatever comes meets them on their way."""
    # In mode quorum several send the whole, and all wait for clients: it is long in coming anyway.
    rate = MOVED_KIB / (1 + (trial.back_seconds if mode == "raft" else 1))
    return {
        "move-rate": f"{rate:.0f}KiB", "snapshot-chunk-bytes": "4KiB", "log-cache-bytes": "4KiB",
        "log-segment-bytes": "256KiB", "memtable-bytes": "256KiB", "moves-at-once": "2",
    }


def soon_dead(trial: Trial, mode: str = "raft") -> dict[str, str]:
    """Who is gone is soon taken for dead, but nobody who is killed and comes back."""
    return {**slow_moves(trial, mode), "dead-after": f"{3 * trial.late_seconds:g}s"}


def moved(mode: str, **changes: Any) -> list[Job]:
    """Clients of one node each, and such that go on elsewhere when theirs has left."""
    if mode == "quorum":
        return [
            ballots(**{"clients": 4, "partitions": 8, "fill": 500, **changes}),
            merged_elements(clients=3, pin=False, rate=200),
            newest(clients=2, pin=False, rate=100),
        ]
    return [
        register(**{"clients": 4, "partitions": 8, "fill": 500, **changes}),
        elements(clients=3, pin=False, rate=200),
        counter(clients=2, pin=False, rate=100),
    ]


@pytest.mark.parametrize("mode", MODES)
def test_nodes_join_amid_cuts_and_deaths_of_leaders(trial: Trial, mode: str) -> None:
    trial.under(*moved(mode), settings=slow_moves(trial, mode))
    trial.suffers_amid(Join(), KillLeader(), IsolateLeader(), KillThese("n4"), Isolate("n4"))
    trial.suffers_amid(Join(weight=200), Halves(), KillMetaLeader(), KillReceiver())
    trial.passes()


@pytest.mark.parametrize("mode", MODES)
def test_a_node_leaves_though_it_and_those_that_take_over_die(trial: Trial, mode: str) -> None:
    trial.under(*moved(mode), nodes=5, settings=slow_moves(trial, mode))
    trial.suffers_amid(Decommission("n2"), KillThese("n2"), KillReceiver(), KillMetaLeader())
    trial.suffers_amid(Decommission("n4"), Isolate("n4"), KillLeader())
    trial.passes()


@pytest.mark.parametrize("mode", MODES)
def test_what_a_dead_node_held_is_made_anew_by_itself(trial: Trial, mode: str) -> None:
    trial.under(*moved(mode), nodes=5, settings=soon_dead(trial, mode))
    trial.suffers_amid(DieForGood("n2"), KillMetaLeader(), KillReceiver(), IsolateLeader())
    trial.suffers(DieForGood("n5"))
    trial.passes()


@pytest.mark.parametrize("mode", MODES)
def test_a_dead_node_is_replaced_and_another_takes_its_share(trial: Trial, mode: str) -> None:
    trial.under(*moved(mode), nodes=4, settings=slow_moves(trial, mode))
    trial.suffers_amid(Replace("n3"), KillMetaLeader(), KillReceiver())
    trial.suffers_amid(Join(), KillLeader())
    trial.passes()


@pytest.mark.parametrize("mode", MODES)
def test_who_dies_for_good_while_it_is_filled_is_given_up(trial: Trial, mode: str) -> None:
    trial.under(*moved(mode), settings=soon_dead(trial, mode))
    for node in ("n4", "n5"):
        trial.nemesis.begin(join := Join())
        trial.until(lambda: moving(trial.cluster), f"nothing comes to {node}")
        trial.suffers(DieForGood(node), KillLeader())
        trial.nemesis.end(join)
    trial.passes()


@pytest.mark.parametrize("mode", MODES)
def test_copies_go_from_three_to_five_and_back(trial: Trial, mode: str) -> None:
    trial.under(*moved(mode), nodes=5, settings=slow_moves(trial, mode))
    keyspace = FIRST_JOB[mode]
    trial.suffers_amid(AlterReplicas(keyspace, 5), KillLeader(), KillReceiver())
    trial.suffers(AlterReplicas(keyspace, 3), KillMetaLeader())
    trial.suffers(AlterReplicas(keyspace, 5), IsolateLeader())
    trial.suffers(AlterReplicas(keyspace, 3))
    trial.passes()


def test_the_meta_group_grows_from_one_to_five_and_shrinks_to_three(trial: Trial) -> None:
    # Who knows one node only finds the others by it, and goes on without it.
    trial.under(*moved("raft", pin=False, fill=200), nodes=1, settings=slow_moves(trial))
    sizes = [_meta_size(trial)]
    for faults in ([], [KillMetaLeader()], [KillThese("n4")], [IsolateLeader()]):
        trial.suffers_amid(Join(), *faults)
        sizes.append(_meta_size(trial))
        if len(sizes) == 3:
            trial.suffers(AlterReplicas("register", 3), KillLeader())
    for node in ("n1", "n4"):
        trial.suffers_amid(Decommission(node), KillMetaLeader())
        sizes.append(_meta_size(trial))
    assert sizes == [1, 2, 3, 4, 5, 4, 3]
    trial.passes()


def test_who_is_back_after_it_was_given_up_is_told_and_ends(trial: Trial) -> None:
    trial.under(*moved("raft", pin=False), nodes=4, settings=soon_dead(trial))
    trial.nemesis.begin(given_up := GiveUp("n2"))
    trial.nemesis.end(given_up)
    trial.passes()


def test_nodes_come_and_go_whatever_comes_together(trial: Trial) -> None:
    trial.under(*moved("raft", pin=False), nodes=4, settings=slow_moves(trial))
    until = time.monotonic() + trial.options.duration_s
    changes = 0
    while time.monotonic() < until or changes < 3:
        trial.nemesis.begin(change := some_change(trial.cluster, trial.random))
        trial.suffers_mixture([*NETWORK, *PROCESSES], seconds=AMID_SECONDS)
        trial.nemesis.end(change)
        changes += 1
    trial.passes()


def _meta_size(trial: Trial) -> int:
    found = census(trial.cluster)
    return len(found.meta) if found else 0
