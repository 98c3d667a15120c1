"""Moments in which who led, or had the end of a log, must not count on it any more."""

from moments import (
    alone,
    begins,
    claims_to_lead,
    ends,
    from_to,
    gets,
    lead,
    ordered,
    replica_of,
    slow_syncs,
    to_from,
)
from moments_raft import OTHERS, written_elsewhere

from quorate_chaos.clock import eventually
from quorate_chaos.errors import ChaosError
from quorate_chaos.faults.damage import LostTail, last_record, marked_record
from quorate_chaos.faults.disk_unsynced import PowerCut
from quorate_chaos.faults.kills import KillThese
from quorate_chaos.trial import Trial

MARKED_SECONDS = 10
ELECTED_SECONDS = 30
ACKNOWLEDGED_SECONDS = 7
SLOW_MS = 1300  # two of them are shorter than an election's time-out
BIG = "x" * (1 << 20)  # so much goes in a message of its own


def log_that_lost_its_end(trial: Trial) -> None:
    """Two have a write; one of them loses it from its disk, and goes on with who never had it."""
    hand = trial.hand(ordered())
    lead(trial, "n1")
    begins(trial, away := KillThese("n3"))
    hand.until(lambda: hand.put("n1", "k", "old"))
    folder = trial.cluster.backend.data_dir("n2")
    kept = last_record(folder)
    for number in range(3):
        hand.until(lambda number=number: hand.put("n1", "k", f"v{number}"))  # type: ignore[misc]
    written = last_record(folder)
    eventually(lambda: marked_record(folder) >= written, MARKED_SECONDS)
    begins(trial, dead := KillThese("n1"), shorter := LostTail("n2", kept))
    ends(trial, away)
    hand.until(lambda: hand.get("n3", "k", "ONE"))
    eventually(lambda: trial.cluster.is_gone("n2") or trial.cluster.is_ready("n2"), 10)
    ends(trial, shorter)
    gets(hand, "n3", "k", seconds=20)
    ends(trial, dead)
    trial.calm(1)
    gets(hand, "n1", "k")


def promises_that_come_late(trial: Trial) -> None:
    """A promise is confirmed only after a sync, when most of its time is over."""
    hand = trial.hand(ordered(lease_drift="1%"))
    for turn in range(4):
        lead(trial, "n1")
        hand.until(lambda turn=turn: hand.put("n1", "k", f"old{turn}"))  # type: ignore[misc]
        gets(hand, "n1", "k", "LEASE")
        slow = slow_syncs(trial, OTHERS, 1900)
        put = hand.begin_put("n1", "other", f"{turn}", seconds=5)
        trial.calm(0.3)
        begins(trial, mute := from_to("n1", OTHERS))
        trial.calm(1.1)
        ends(trial, *slow)  # what is under way takes its time
        trial.calm(0.6)
        begins(trial, deaf := to_from("n1", OTHERS))
        written_elsewhere(hand, f"new{turn}")
        got = hand.get("n1", "k", "LEASE", seconds=0.5)
        trial.note(f"at LEASE: {got.answer.value.decode() or got.answer.reason}")
        ends(trial, mute, deaf)
        _ = put.answer
        trial.calm(1)


def _elected(trial: Trial, nodes: list[str]) -> str:
    """Who of them comes to lead; empty if none does."""
    found: list[str] = []

    def leads() -> bool:
        found[:] = [node for node in nodes if claims_to_lead(trial, node)]
        return bool(found)

    eventually(leads, ELECTED_SECONDS, every=0.02)
    return found[0] if found else ""


def _gets_entry(trial: Trial, node: str, index: int) -> bool:
    return eventually(lambda: replica_of(trial, node).last >= index, ELECTED_SECONDS, every=0.02)


def _elected_and_lost(trial: Trial) -> tuple[KillThese, str]:
    """Elects one of the others, whose first entry no other has; dead. And who elected it."""
    slow = slow_syncs(trial, OTHERS, SLOW_MS)
    second = _elected(trial, OTHERS)
    if not second:
        raise ChaosError("without n1 nobody is elected")
    third = next(node for node in OTHERS if node != second)
    begins(trial, dark := PowerCut([third]))
    trial.calm(3)  # for the entry to be on the disk of the one
    begins(trial, dead := KillThese(second))
    ends(trial, *slow, dark)
    return dead, third


def counted_in_an_older_term(trial: Trial) -> None:
    """Figure 8 of the paper: an older term's entry reaches a majority, and loses all the same."""
    hand = trial.hand(ordered())
    lead(trial, "n1")
    hand.until(lambda: hand.put("n1", "k", "old"))
    trial.calm(0.5)
    begins(trial, apart := alone("n1", OTHERS))
    put = hand.begin_put("n1", "lost", BIG, seconds=1)
    _ = put.answer
    lost = replica_of(trial, "n1").last
    dead, third = _elected_and_lost(trial)

    # The first is elected again. The third gets its older entry, and not what is behind it.
    slow = slow_syncs(trial, [third], SLOW_MS)
    ends(trial, apart)
    if not _elected(trial, ["n1"]) or not _gets_entry(trial, third, lost):
        trial.note(f"{third} was too quick: it has kept what it was to forget")
        return
    begins(trial, mute := from_to("n1", [third]))
    ends(trial, *slow)
    # Sound, it never does; or until it leads no more.
    committed = eventually(lambda: replica_of(trial, "n1").commit >= lost, ACKNOWLEDGED_SECONDS)
    begins(trial, deaf := to_from("n1", [third]))
    trial.note(f"elected {dead.nodes[0]}; n1 has committed what is lost: {committed}")
    hand.get("n1", "lost", "ONE")
    begins(trial, still_apart := alone("n1", OTHERS))
    ends(trial, dead)
    written_elsewhere(hand, "new", 20)
    ends(trial, mute, deaf, still_apart)
    trial.calm(1)
    gets(hand, "n2", "lost")
    hand.read_replicas()
