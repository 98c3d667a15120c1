"""Networks that fall apart."""

import pytest
from loads import register
from quorate_chaos.faults.partitions import IsolateLeader


@pytest.mark.short
def test_a_leader_cut_off_answers_nothing_stale(trial):
    trial.under(register())
    for _ in range(2):
        trial.suffers(IsolateLeader())
    trial.passes()
