"""What administrators do, and callers in their thousands, while clients are at work."""

import pytest
from loads import ballots, elements, no_leader, one_order, register

from quorate_chaos.faults.changes import ChangeKeyspaces, TransferLeaders
from quorate_chaos.faults.kills import Kill
from quorate_chaos.faults.overload import Overload
from quorate_chaos.faults.partitions import IsolateLeader
from quorate_chaos.trial import Trial

# Small, so that a flood is one on any machine.
QUEUES = {"queued-requests-max": "256", "uncommitted-bytes-max": "1MiB"}


@pytest.mark.short
def test_leaders_handed_over_under_load_lose_nothing(trial: Trial) -> None:
    trial.under(register(), elements(clients=3))
    trial.suffers(TransferLeaders())
    trial.suffers(TransferLeaders(), Kill())
    trial.passes()


def test_keyspaces_that_come_and_go_disturb_no_other(trial: Trial) -> None:
    trial.under(*one_order(), *no_leader())
    trial.suffers(ChangeKeyspaces())
    trial.suffers(ChangeKeyspaces(), Kill())
    trial.suffers(ChangeKeyspaces(), IsolateLeader())
    trial.suffers(ChangeKeyspaces(), TransferLeaders())
    trial.passes()


def test_a_flood_is_refused_in_part_and_nobody_is_told_wrong(trial: Trial) -> None:
    trial.under(register(), elements(clients=3), ballots(clients=3), settings=QUEUES)
    trial.suffers(Overload())
    trial.suffers(Overload(), Kill(), seconds=4)
    trial.passes()
