"""Disks that come back as something else than they were."""

from loads import ballots, elements, merged_elements, register

from quorate_chaos.faults.damage import BitFlip, Truncated, Wiped
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
