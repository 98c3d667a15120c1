"""Disks that are slow, full, fail, lose power, or come back as something else than they were."""

import pytest
from loads import ballots, elements, merged_elements, register

from quorate_chaos.faults.damage import BitFlip, Truncated, Wiped
from quorate_chaos.faults.disk_full import FullDisk
from quorate_chaos.faults.disk_syncs import FailedSync, FailingSyncs, SlowLeaderSyncs, SlowSyncs
from quorate_chaos.faults.disk_unsynced import PowerCut
from quorate_chaos.faults.partitions import IsolateLeader
from quorate_chaos.trial import Trial

# So that there are many files of it after some seconds.
SHORT_LOGS = {"log-segment-bytes": "64KiB", "log-flush-bytes": "64MiB"}


def test_an_empty_disk_under_an_old_node_is_noticed(trial: Trial) -> None:
    trial.under(register(), elements(clients=3), ballots(clients=3))
    for _ in range(3):
        trial.suffers(Wiped())
    trial.passes()


def test_a_flipped_bit_is_never_served(trial: Trial) -> None:
    trial.under(register(), merged_elements(clients=3), ballots(clients=3), settings=SHORT_LOGS)
    for _ in range(4):
        trial.suffers(BitFlip())
    trial.passes()


def test_a_file_that_ends_too_soon_is_noticed_or_harmless(trial: Trial) -> None:
    trial.under(register(), merged_elements(clients=3), ballots(clients=3), settings=SHORT_LOGS)
    for _ in range(4):
        trial.suffers(Truncated())
    trial.passes()


# Little in reserve: the shim's disk has no room left long before the machine's.
NO_ROOM = {"disk-reserve-bytes": "16MiB", "log-segment-bytes": "1MiB", "memtable-bytes": "256KiB"}


@pytest.mark.short
def test_a_power_cut_takes_only_what_nobody_was_promised(trial: Trial) -> None:
    trial.under(register(), elements(clients=3), ballots(clients=3), disks=True)
    for _ in range(3):
        trial.suffers(PowerCut())
    trial.passes()


def test_a_leader_whose_disk_is_slow_leads_no_longer_and_nothing_is_wrong(trial: Trial) -> None:
    trial.under(register(), elements(clients=3), ballots(clients=3), disks=True)
    for slow_ms in (100, 1500, 400):
        trial.suffers(SlowLeaderSyncs(slow_ms=slow_ms))
    trial.suffers(SlowSyncs(slow_ms=1500), IsolateLeader())
    trial.passes()


def test_a_sync_that_failed_is_never_taken_for_one_that_did_not(trial: Trial) -> None:
    trial.under(register(), elements(clients=3), ballots(clients=3), disks=True)
    for _ in range(3):
        trial.suffers(FailedSync())
    trial.suffers(FailingSyncs())
    trial.passes()


def test_a_full_disk_refuses_and_loses_nothing(trial: Trial) -> None:
    trial.under(register(), elements(clients=3), ballots(clients=3), disks=True, settings=NO_ROOM)
    for _ in range(3):
        trial.suffers(FullDisk())
    trial.passes()
