"""Clocks that are wrong, jump, or run too fast or slow."""

import pytest
from loads import ballots, bounded, elements, merging, newest, register, sessions

from quorate_chaos.faults.clocks import Drift, Jumps, MonotonicDrift, Skew
from quorate_chaos.faults.kills import Kill, KillLeader
from quorate_chaos.faults.partitions import Isolate, IsolateLeader
from quorate_chaos.trial import Trial


@pytest.mark.short
def test_wrong_calendars_make_no_register_wrong(trial: Trial) -> None:
    trial.under(register(), ballots(), clocks=True)
    trial.suffers(Skew(seconds=4), IsolateLeader(), seconds=3)
    trial.suffers(Jumps(), KillLeader(), seconds=3)
    trial.passes()


def starts_with_a_wrong_clock(trial: Trial, seconds: float) -> None:
    trial.nemesis.begin(dead := Kill())
    trial.nemesis.begin(wrong := Skew(dead.nodes[0], seconds))
    trial.nemesis.end(dead)
    trial.calm(3)
    trial.nemesis.end(wrong)
    trial.calm(1)


def test_a_clock_hours_wrong_is_not_followed(trial: Trial) -> None:
    trial.under(newest(), ballots(), elements(clients=3), merging(), clocks=True)
    for seconds in (3600, -3600):
        trial.suffers(Skew(seconds=seconds))
        trial.suffers(Skew(seconds=seconds), Isolate())
        starts_with_a_wrong_clock(trial, seconds)
    trial.passes()


def test_clocks_that_drift_make_no_register_wrong(trial: Trial) -> None:
    trial.under(register(), ballots(), elements(clients=3), clocks=True)
    for fault in (Drift(), MonotonicDrift(percent=100), MonotonicDrift(percent=-50)):
        trial.suffers(fault, IsolateLeader())
    trial.passes()


def test_leases_hold_whatever_the_calendar_says(trial: Trial) -> None:
    trial.under(register("LEASE", lease_drift="1%"), clocks=True)
    for fault in (Skew(seconds=3600), Skew(seconds=-3600), Jumps(), Drift()):
        trial.suffers(fault, IsolateLeader())
    trial.passes()


def test_sessions_and_bounds_hold_whatever_the_calendar_says(trial: Trial) -> None:
    trial.under(
        sessions(),
        bounded(),
        sessions(name="sessions-lww", mode="quorum", policy="lww", write="ONE"),
        bounded(name="bounded-lww", mode="quorum", policy="lww"),
        clocks=True,
    )
    for fault in (Skew(seconds=4), Skew(seconds=-30), Jumps()):
        trial.suffers(fault, IsolateLeader())
    trial.passes()


def test_the_newest_write_is_the_newest_though_clocks_differ(trial: Trial) -> None:
    trial.under(newest(), clocks=True)
    for seconds in (-4, 1, 4):
        trial.suffers(Skew(seconds=seconds))
    trial.passes()
