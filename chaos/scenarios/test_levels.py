"""What each level promises, what it does not, and what is still to be had on a minority's side."""

from collections.abc import Iterable

import pytest
from loads import ballots, bounded, newest, register, sessions

from quorate_chaos.faults.kills import KillLeader
from quorate_chaos.faults.partitions import Halves, Isolate, IsolateLeader
from quorate_chaos.faults.pauses import PauseLeader
from quorate_chaos.load import Job
from quorate_chaos.sides import Side
from quorate_chaos.trial import Trial

NOTICED_SECONDS = 2.5  # by then a node says of the others that they are not there
REFUSED_WITHIN_MS = 500  # mostly; the time-out of a request is 2 s


@pytest.mark.short
def test_one_may_be_stale_under_a_partition_while_linearizable_is_not(trial: Trial) -> None:
    trial.under(
        register(name="strong"),
        register("ONE", name="weak"),
        newest("ONE", "ONE", name="weakest"),
        ballots(clients=3),
    )
    trial.suffers(Isolate("n1"), seconds=6)
    trial.passes()
    assert trial.level("weak")["allowed"] > 0, "reads at ONE were stale, and may be"
    assert trial.level("weakest")["allowed"] > 0
    assert trial.level("strong")["allowed"] == 0, "a stale read here would be an anomaly"
    for job in ("weak", "weakest"):
        side = trial.told(job, "get", ["n1"], NOTICED_SECONDS)
        assert side.answered > 0 and side.refused == 0, "reads at ONE go on on the minority's side"
    assert trial.told("weakest", "put", ["n1"], NOTICED_SECONDS).answered > 0
    for job in ("strong", "ballots"):
        side = trial.told(job, "get", ["n1"], NOTICED_SECONDS)
        assert side.asked > 0 and side.answered == 0, "nobody can know there what is newest"
        assert side.refusal_ms < REFUSED_WITHIN_MS, "and it says so soon"


def test_the_minority_side_answers_what_needs_no_majority_and_refuses_the_rest_soon(
    trial: Trial,
) -> None:
    goes_on = [
        register("ONE", name="raft-one"),
        newest("ONE", "ONE", name="newest-one"),
        newest("ONE", "ANY", name="newest-any"),
    ]
    stops = [
        register("LINEARIZABLE", name="raft-linearizable"),
        register("LEASE", name="raft-lease", lease_drift="1%"),
        register("BOUNDED(500ms)", name="raft-bounded"),
        newest("QUORUM", "QUORUM", name="newest-quorum"),
        newest("ALL", "ALL", name="newest-all"),
        ballots(name="register-linearizable"),
    ]
    trial.under(*_few_clients([*goes_on, *stops]))
    trial.suffers(Isolate("n1"), seconds=8)
    trial.passes()
    for job in goes_on:
        side = _reads_alone(trial, job)
        assert side.answered > 0, f"{job.name} goes on"
        assert side.refused == 0, f"{job.name} goes on"
    for job in stops:
        side = _reads_alone(trial, job)
        assert side.asked > 0, job.name
        assert side.answered == 0, f"{job.name} cannot go on"
        assert side.refusal_ms < REFUSED_WITHIN_MS, f"{job.name} is refused soon"


def test_every_level_of_mode_raft_keeps_its_promise(trial: Trial) -> None:
    levels = [
        *(("LINEARIZABLE", "QUORUM"), ("QUORUM", "ALL"), ("LEASE", "QUORUM"), ("ONE", "QUORUM")),
        *(("BOUNDED(500ms)", "QUORUM"), ("SESSION", "QUORUM")),
    ]
    jobs = [
        register(read, write, name=f"raft-{number}", lease_drift="1%" if read == "LEASE" else "")
        for number, (read, write) in enumerate(levels)
    ]
    trial.under(*_few_clients([*jobs, sessions(), bounded()]))
    for fault in (IsolateLeader(), KillLeader(), PauseLeader(), Halves()):
        trial.suffers(fault)
    trial.passes()


def test_every_level_of_mode_quorum_keeps_its_promise(trial: Trial) -> None:
    levels = [
        *(("QUORUM", "QUORUM"), ("ONE", "ALL"), ("ALL", "ONE"), ("TWO", "TWO"), ("ONE", "ONE")),
        *(("LOCAL_QUORUM", "LOCAL_QUORUM"), ("QUORUM", "EACH_QUORUM"), ("ONE", "ANY")),
        *(("BOUNDED(500ms)", "QUORUM"), ("SESSION", "ONE")),
    ]
    jobs = [
        newest(read, write, name=f"quorum-{number}") for number, (read, write) in enumerate(levels)
    ]
    more = [
        sessions(name="sessions", mode="quorum", policy="lww", write="ONE"),
        bounded(name="bounded", mode="quorum", policy="lww"),
    ]
    trial.under(*_few_clients([*jobs, *more]), zones=["a", "a", "b"])
    for fault in (Isolate(), KillLeader(), PauseLeader(), Halves()):
        trial.suffers(fault)
    trial.passes()


def _reads_alone(trial: Trial, job: Job) -> Side:
    """What n1 told once it was alone and had noticed."""
    side = trial.told(job.name, "get", ["n1"], NOTICED_SECONDS)
    refused = f", the others refused after {side.refusal_ms:.1f} ms" if side.refused else ""
    trial.note(
        f"n1 alone, reads at {job.read} of {job.policy or job.mode}: {side.answered} of "
        f"{side.asked} answered{refused}"
    )
    return side


def _few_clients(jobs: Iterable[Job]) -> list[Job]:
    """One for each node: there are many jobs."""
    return [Job(**{**vars(job), "clients": 3}) for job in jobs]
