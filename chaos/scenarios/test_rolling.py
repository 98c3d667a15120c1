"""All nodes are restarted, one after the other, and no client notices."""

import pytest
from loads import ballots, counter, elements, newest, register

from quorate_chaos.faults.kills import RollingRestart
from quorate_chaos.load import Job
from quorate_chaos.trial import Trial

READY_SECONDS = 30.0  # for each node, before the next one goes


def patient() -> list[Job]:
    """Clients that ask any node, and again until their deadline."""
    jobs = [register(clients=4), elements(clients=2), counter(clients=2)]
    jobs += [ballots(clients=2), newest(clients=2)]
    return [Job(**{**vars(job), "pin": False, "timeout_ms": 5000}) for job in jobs]


@pytest.mark.short
def test_restarting_all_nodes_one_by_one_fails_no_request(trial: Trial) -> None:
    trial.under(*patient(), settings={"rebalance-interval": "300ms"})
    for _ in range(2):
        trial.suffers(RollingRestart(READY_SECONDS))
    trial.passes()
    for progress in trial.progress:
        assert progress.total == progress.done, f"{progress.job}: {progress.outcomes}"
