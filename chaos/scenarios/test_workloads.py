"""Promises that are about more than one key, one read or one moment."""

import pytest
from loads import (
    batches,
    bounded,
    counter,
    expiring,
    lists,
    merged_counter,
    merging,
    sessions,
    siblings,
)

from quorate_chaos.faults.base import Fault
from quorate_chaos.faults.kills import Kill, KillAll, KillLeader
from quorate_chaos.faults.partitions import Halves, Isolate, IsolateLeader
from quorate_chaos.faults.pauses import PauseLeader
from quorate_chaos.load import Job
from quorate_chaos.trial import Trial


def some_of_each() -> list[Fault]:
    return [IsolateLeader(), KillLeader(), PauseLeader(), KillAll()]


def test_batches_are_done_as_a_whole_or_not_at_all(trial: Trial) -> None:
    _each_at(trial, batches(), lists())


def test_sessions_read_what_they_wrote_and_never_go_back(trial: Trial) -> None:
    quorum = sessions(name="sessions-lww", mode="quorum", policy="lww", write="ONE")
    registers = sessions(
        name="sessions-register", mode="quorum", policy="register", write="LINEARIZABLE"
    )
    _each_at(trial, sessions(), quorum, registers)


def test_bounded_reads_are_no_older_than_their_bound(trial: Trial) -> None:
    quorum = bounded(name="bounded-lww", mode="quorum", policy="lww")
    registers = bounded(
        name="bounded-register", mode="quorum", policy="register", write="LINEARIZABLE"
    )
    _each_at(trial, bounded(), bounded("3s", name="bounded-long"), quorum, registers)


def test_additions_count_once_whatever_became_of_their_answers(trial: Trial) -> None:
    registers = counter(
        name="counter-register", mode="quorum", policy="register", write="LINEARIZABLE"
    )
    _each_at(trial, counter(), registers, merged_counter())


@pytest.mark.short
def test_what_was_changed_on_both_sides_of_a_cut_is_merged_once_they_meet(trial: Trial) -> None:
    trial.under(
        siblings(clients=3),
        merging(clients=3),
        merging(name="fields", policy="map", clients=3),
        merging(name="sums", policy="counter", clients=3),
    )
    trial.suffers(Isolate())
    trial.suffers(Halves(), Kill(), seconds=2)
    trial.passes()


def test_what_lives_for_a_while_is_gone_then_and_not_before(trial: Trial) -> None:
    quorum = expiring(name="expiring-lww", mode="quorum", policy="lww", read="QUORUM")
    _each_at(trial, expiring(), quorum)


def test_what_expires_while_nobody_leads_is_late_by_no_more_than_that(trial: Trial) -> None:
    trial.under(expiring(clients=9, keys=8))
    for _ in range(3):
        trial.suffers(KillAll(), seconds=3.5)
    trial.passes()


def _each_at(trial: Trial, *jobs: Job) -> None:
    trial.under(*jobs)
    for fault in some_of_each():
        trial.suffers(fault)
    trial.passes()
