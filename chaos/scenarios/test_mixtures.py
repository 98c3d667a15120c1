"""Random mixtures of faults, from a seed."""

import time
from collections.abc import Callable, Iterator

import pytest
from loads import (
    ballots,
    batches,
    bounded,
    counter,
    elements,
    lists,
    merged_counter,
    merged_elements,
    merging,
    newest,
    register,
    sessions,
    siblings,
)

from quorate_chaos.faults.members import some_change
from quorate_chaos.faults.mixture import EVERYTHING, NETWORK, PROCESSES
from quorate_chaos.load import Job
from quorate_chaos.trial import Trial


ROUND_SECONDS = 240
AMID_SECONDS = 20.0  # of each change of who is there


def raft_jobs(**changes: int) -> list[Job]:
    every = [register(), elements(), counter(), lists(), batches(), sessions(), bounded()]
    return [Job(**{**vars(job), "clients": 3, **changes}) for job in every]


def quorum_jobs(**changes: int) -> list[Job]:
    every = [ballots(), newest(), merged_elements(), merged_counter(), siblings(), merging()]
    return [Job(**{**vars(job), "clients": 3, **changes}) for job in every]


def test_mode_raft_keeps_its_promises_whatever_comes_together(trial: Trial) -> None:
    trial.under(*raft_jobs(), disks=True, clocks=True)
    trial.suffers_mixture(EVERYTHING)
    trial.passes()


def test_mode_quorum_keeps_its_promises_whatever_comes_together(trial: Trial) -> None:
    trial.under(*quorum_jobs(), disks=True, clocks=True)
    trial.suffers_mixture(EVERYTHING)
    trial.passes()


def test_five_nodes_keep_their_promises_whatever_comes_together(trial: Trial) -> None:
    trial.under(register(), elements(replicas=5), ballots(), newest(), nodes=5)
    trial.suffers_mixture([*NETWORK, *PROCESSES])
    trial.passes()


@pytest.mark.soak
def test_everything_for_as_long_as_is_wanted(rounds: Callable[[float], Iterator[Trial]]) -> None:
    for trial in rounds(ROUND_SECONDS):
        if trial.random.random() < 0.3:
            _nodes_come_and_go(trial)
            continue
        nodes = trial.random.choice([3, 5])
        # Not as fast as they can: an hour of histories is to be judged.
        replicas = trial.random.choice([3, nodes])
        jobs = [*raft_jobs(rate=60, replicas=replicas), *quorum_jobs(rate=60, replicas=replicas)]
        trial.under(*jobs, nodes=nodes, disks=True, clocks=True)
        trial.suffers_mixture(EVERYTHING)
        trial.passes()


def _nodes_come_and_go(trial: Trial) -> None:
    """Both modes at once; each change meets whatever comes."""
    jobs = [*raft_jobs(rate=60), *quorum_jobs(rate=60)]
    trial.under(*[Job(**{**vars(job), "pin": False}) for job in jobs], nodes=4)
    until = time.monotonic() + trial.options.duration_s
    while time.monotonic() < until:
        trial.nemesis.begin(change := some_change(trial.cluster, trial.random))
        trial.suffers_mixture([*NETWORK, *PROCESSES], seconds=AMID_SECONDS)
        trial.nemesis.end(change)
    trial.passes()
