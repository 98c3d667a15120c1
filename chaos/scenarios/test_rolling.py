"""All nodes are restarted, one after the other, and no client notices."""

import pytest
from loads import ballots, counter, elements, newest, register

from quorate_chaos.faults.kills import RollingRestart
from quorate_chaos.faults.upgrade import Upgrade, as_older_build
from quorate_chaos.load import Job
from quorate_chaos.trial import Trial

READY_SECONDS = 30.0  # for each node, before the next one goes


# Nobody is elected because others are slow: leaderships are handed over, or they are missed.
CALM = {"tick": "50ms", "election-ticks": "20", "rebalance-interval": "300ms"}


def patient() -> list[Job]:
    """Clients that ask any node, and again until their deadline."""
    jobs = [register(), elements(), counter(), ballots(), newest()]
    own = {"pin": False, "timeout_ms": 10_000, "rate": 100}
    return [Job(**{**vars(job), "clients": min(job.clients, 2), **own}) for job in jobs]


@pytest.mark.short
def test_restarting_all_nodes_one_by_one_fails_no_request(trial: Trial) -> None:
    trial.under(*patient(), settings=CALM)
    for _ in range(2):
        trial.suffers(RollingRestart(READY_SECONDS))
    _passes_without_a_failure(trial)


def test_upgrading_all_nodes_one_by_one_fails_no_request(trial: Trial) -> None:
    trial.under(*patient(), settings=CALM, points=as_older_build())
    trial.suffers(Upgrade(READY_SECONDS))
    trial.suffers(RollingRestart(READY_SECONDS))
    _passes_without_a_failure(trial)


def _passes_without_a_failure(trial: Trial) -> None:
    trial.passes()
    for progress in trial.progress:
        failed = progress.total - progress.done - progress.under_way
        assert failed == 0, f"{progress.job}: {progress.outcomes}"
