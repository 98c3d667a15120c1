"""Processes that die, stand still, or are asked to go."""

import pytest
from loads import ballots, counter, elements, no_leader, one_order, register

from quorate_chaos.faults.kills import (
    Kill,
    KillAll,
    KillInRecovery,
    KillLeader,
    KillMajority,
    KillMinority,
    RollingRestart,
)
from quorate_chaos.faults.partitions import Halves
from quorate_chaos.faults.pauses import Pause, PauseLeader, PauseMajority
from quorate_chaos.trial import Trial


@pytest.mark.short
def test_a_killed_leader_takes_nothing_acknowledged_with_it(trial: Trial) -> None:
    trial.under(register(clients=4), elements(clients=4), counter(clients=2))
    for _ in range(2):
        trial.suffers(KillLeader(), seconds=1.5)
    trial.passes()


@pytest.mark.short
def test_a_leader_paused_for_longer_than_an_election_serves_nothing_old(trial: Trial) -> None:
    trial.under(register(), ballots(clients=3))
    trial.suffers(PauseLeader())
    trial.suffers(PauseLeader())
    trial.passes()


@pytest.mark.short
def test_power_cuts_everywhere_lose_nothing_acknowledged(trial: Trial) -> None:
    trial.under(*one_order(), *no_leader())
    for _ in range(2):
        trial.suffers(KillAll(), calm=2)
    trial.passes()


def test_any_node_may_die_at_any_time(trial: Trial) -> None:
    trial.under(*one_order(), *no_leader())
    for _ in range(5):
        trial.suffers(Kill(), seconds=0.7)
    trial.passes()


def test_a_minority_that_dies_again_and_again_stops_nothing(trial: Trial) -> None:
    # Of three replicas a minority of the nodes may be two.
    trial.under(register(replicas=5), elements(replicas=5), ballots(replicas=5), nodes=5)
    for _ in range(5):
        trial.suffers(KillMinority(), seconds=0.7)
    trial.passes()


def test_a_majority_that_dies_stops_all_and_loses_nothing(trial: Trial) -> None:
    trial.under(*one_order(), *no_leader())
    for _ in range(4):
        trial.suffers(KillMajority())
    trial.passes()


def test_a_node_killed_while_it_recovers_recovers_all_the_same(trial: Trial) -> None:
    trial.under(*one_order(), *no_leader())
    for _ in range(4):
        trial.suffers(KillInRecovery())
    trial.passes()


def test_a_paused_majority_comes_back_to_one_history(trial: Trial) -> None:
    trial.under(register(), ballots(clients=3), elements(clients=3))
    for _ in range(3):
        trial.suffers(PauseMajority())
    trial.passes()


def test_pauses_across_a_partition_confuse_nobody(trial: Trial) -> None:
    trial.under(register(), ballots(clients=3))
    for _ in range(3):
        trial.suffers(Pause(), Halves())
    trial.passes()


def test_a_rolling_restart_loses_nothing(trial: Trial) -> None:
    trial.under(*one_order(), *no_leader())
    for _ in range(2):
        trial.suffers(RollingRestart())
    trial.passes()
