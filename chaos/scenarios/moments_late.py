"""Moments in which a message comes that was sent before a crash, a deletion or a question."""

from moments import (
    begins,
    ends,
    from_to,
    gets,
    leaderless,
    lose_connections,
    slow_syncs,
    to_from,
    warmed,
)

from quorate_chaos.clock import eventually
from quorate_chaos.errors import ChaosError
from quorate_chaos.faults.base import Fault
from quorate_chaos.faults.disk_unsynced import PowerCut
from quorate_chaos.faults.late_frames import LateFrames
from quorate_chaos.hand import Hand, Told, Writer
from quorate_chaos.metrics import total
from quorate_chaos.trial import Trial

REGISTER = "register"
OTHERS = ["n2", "n3"]


def _sent_and_forgotten(trial: Trial, hand: Hand, writer: Writer) -> tuple[Told, LateFrames]:
    """A write that its node loses with its power; on its way to n3, and to nobody else."""
    begins(trial, mute := from_to("n1", ["n2"]), late := LateFrames("n3"))
    slow = slow_syncs(trial, ["n1"], 4000)
    put = hand.begin_put("n1", "k", "v", writer=writer, seconds=3)
    trial.calm(0.6)
    put.forget()
    begins(trial, dark := PowerCut(["n1"]))
    ends(trial, *slow, mute)
    return put, late, dark


def sent_in_an_earlier_life(trial: Trial) -> None:
    """All know of a node's next life and say that a write will never be; then it comes."""
    hand = warmed(trial, leaderless())
    hand.until(lambda: hand.put("n1", "k", "known", level="ALL"))
    writer = hand.writer("n1", "k")
    trial.calm(0.5)
    put, late, dark = _sent_and_forgotten(trial, hand, writer)
    ends(trial, dark)
    trial.cluster.wait_ready(["n1"])
    fate = hand.resolve("n2", writer, 1)
    ends(trial, late)
    trial.note(f"told {fate}")
    put.settle(fate)
    trial.calm(0.5)
    gets(hand, "n3", "k")
    hand.read_replicas()


def sent_before_the_question(trial: Trial) -> None:
    """Who is asked for the fate of a write has not heard of its node's next life; then it comes."""
    hand = warmed(trial, leaderless())
    writer = hand.writer("n1", "k")
    trial.calm(0.5)
    put, late, dark = _sent_and_forgotten(trial, hand, writer)
    # Its answer is under way until n1 has given its own.
    slow = slow_syncs(trial, ["n3"], 5000)
    asked = hand.begin_resolve("n2", writer, 1, seconds=14)
    trial.calm(0.3)
    begins(trial, apart := from_to("n2", ["n3"]))
    ends(trial, dark)
    fate = asked.answer.fate
    ends(trial, late)
    trial.note(f"told {fate}")
    put.settle(fate)
    ends(trial, *slow, apart)
    trial.calm(0.5)
    gets(hand, "n3", "k")
    hand.read_replicas()


def sent_before_the_deletion(trial: Trial) -> None:
    """All have forgotten that a key was deleted; then the write comes once more that made it."""
    hand = warmed(trial, leaderless(REGISTER))
    begins(trial, late := LateFrames("n3"))
    hand.until(lambda: hand.put("n1", "k", "v"))
    lose_connections(trial, "n1", to="n3")
    hand.until(lambda: hand.delete("n2", "k"))
    _await_all_covered(trial)
    gets(hand, "n2", "k")
    ends(trial, late)
    trial.calm(0.5)
    gets(hand, "n3", "k")
    gets(hand, "n2", "k")


def _await_all_covered(trial: Trial) -> None:
    """Nothing is left that not all replicas are known to have, so that tombstones go."""
    cluster = trial.cluster

    def covered() -> bool:
        pages = [cluster.metrics(node) for node in cluster.nodes]
        return all(page and total(page, "quorate_dots_uncovered") == 0 for page in pages)

    if not eventually(covered, 10):
        raise ChaosError("writes are left of which not all replicas know that all have them")


def never_and_once_more(trial: Trial) -> None:
    """An addition is overtaken, and told never to be while its node has yet to hear of that."""
    hand = warmed(trial, leaderless(REGISTER, workload="counter"))
    for turn in range(3):
        key = f"k{turn}"
        hand.until(lambda key=key: hand.add("n1", key, 1))  # type: ignore[misc]
        writer = hand.writer("n1", key)
        add, mute = _accepted_at_one(trial, hand, key, writer)
        hand.until(lambda key=key: hand.add("n2", key, 1))  # type: ignore[misc]
        begins(trial, deaf := to_from("n1", ["n3"]))
        ends(trial, mute)
        fate = hand.resolve("n2", writer, 1)
        ends(trial, deaf)
        told = add.answer.reason or "done"
        trial.note(f"told {fate}, then {told}")
        add.settle(fate)
        gets(hand, "n2", key)


def _accepted_at_one(
    trial: Trial, hand: Hand, key: str, writer: Writer
) -> tuple[Told, Fault]:
    """An addition that only its own node has accepted; and the cut that keeps it there."""
    slow = slow_syncs(trial, OTHERS, 1000)
    add = hand.begin_add("n1", key, 1, writer=writer, seconds=12)
    trial.calm(0.4)
    begins(trial, mute := from_to("n1", OTHERS))
    trial.calm(1.2)
    ends(trial, *slow)
    return add, mute
