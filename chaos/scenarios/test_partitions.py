"""Networks that fall apart, and what is promised all the same."""

import pytest
from loads import (
    ballots,
    elements,
    merged_elements,
    merging,
    newest,
    no_leader,
    one_order,
    register,
)

from quorate_chaos.faults.kills import KillLeader
from quorate_chaos.faults.links import Lossy, Slow
from quorate_chaos.faults.partitions import (
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
from quorate_chaos.trial import Trial


@pytest.mark.short
def test_a_leader_cut_off_answers_nothing_stale(trial: Trial) -> None:
    trial.under(register(), ballots())
    for _ in range(2):
        trial.suffers(IsolateLeader())
    trial.passes()


def test_nothing_acknowledged_is_lost_when_the_network_falls_into_halves(trial: Trial) -> None:
    trial.under(elements(), merged_elements(), register(clients=3))
    for _ in range(4):
        trial.suffers(Halves())
    trial.passes()


def test_four_nodes_in_two_halves_decide_nothing_and_lose_nothing(trial: Trial) -> None:
    trial.under(register(replicas=4), elements(replicas=4), ballots(replicas=4), nodes=4)
    for _ in range(3):
        trial.suffers(Halves())
    trial.passes()


@pytest.mark.short
def test_links_that_work_one_way_only_make_nobody_wrong(trial: Trial) -> None:
    trial.under(register(), newest(clients=3))
    trial.skip_unless(OneWay())
    for _ in range(2):
        trial.suffers(OneWay())
    trial.passes()


def test_rings_of_majorities_agree_on_one_history(trial: Trial) -> None:
    trial.under(register(), ballots(replicas=5), nodes=5)
    trial.skip_unless(MajorityRing())
    for _ in range(4):
        trial.suffers(MajorityRing())
    trial.passes()


def test_two_sides_with_one_bridge_between_them_agree_on_one_history(trial: Trial) -> None:
    trial.under(register(replicas=5), ballots(), elements(), nodes=5)
    trial.skip_unless(Bridge())
    for _ in range(4):
        trial.suffers(Bridge())
    trial.passes()


def test_a_node_that_comes_and_goes_disturbs_but_does_not_confuse(trial: Trial) -> None:
    trial.under(*one_order())
    for _ in range(3):
        trial.suffers(Flapping())
    trial.passes()


def test_nodes_cut_off_one_by_one_and_let_go_in_another_order_agree(trial: Trial) -> None:
    trial.under(register(), *no_leader())
    for _ in range(3):
        trial.suffers(Swizzle())
    trial.passes()


def test_a_partition_that_heals_into_the_death_of_the_new_leader_loses_nothing(
    trial: Trial,
) -> None:
    trial.under(register(), elements())
    for _ in range(4):
        trial.suffers(IsolateLeader(), calm=0)
        trial.suffers(KillLeader(), seconds=1)
    trial.passes()


def test_slow_links_cost_time_and_nothing_else(trial: Trial) -> None:
    trial.under(*one_order(), ballots(clients=3))
    trial.skip_unless(Slow())
    for count in (1, 2, 3):
        trial.suffers(Slow(count=count))
    trial.passes()


def test_links_that_lose_packets_cost_time_and_nothing_else(trial: Trial) -> None:
    trial.under(*one_order(), ballots(clients=3))
    trial.skip_unless(Lossy())
    for percent in (10, 30, 60):
        trial.suffers(Lossy(percent))
    trial.passes()


def test_clients_that_cannot_reach_a_leader_are_served_by_others(trial: Trial) -> None:
    # Some ask whoever answers; some go on asking their node, and are heard by nobody.
    trial.under(register(pin=False), elements(pin=False), newest(), ballots())
    trial.skip_unless(ClientsCutOff())
    for _ in range(3):
        trial.suffers(ClientsCutOff())
    trial.passes()


def test_what_both_sides_changed_is_merged_once_they_meet(trial: Trial) -> None:
    trial.under(merging(), merged_elements(), newest(read="ONE", write="ONE"))
    for _ in range(3):
        trial.suffers(Isolate())
    trial.passes()
