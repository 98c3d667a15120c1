"""Moments in which the bugs of registers show: slow syncs open a window between their rounds."""

from moments import (
    begins,
    ends,
    from_to,
    gets,
    leaderless,
    slow_syncs,
    to_from,
    warmed,
)

from quorate_chaos.faults.base import Fault
from quorate_chaos.faults.kills import KillThese
from quorate_chaos.hand import Hand, Told, Writer
from quorate_chaos.trial import Trial

OTHERS = ["n2", "n3"]
REGISTER = "register"


def _accepted_at_one(
    trial: Trial, hand: Hand, key: str, writer: Writer | None = None, seconds: float = 2.0
) -> tuple[Told, Fault]:
    """A write that only its own node has accepted; and the cut that keeps it there.

    Promises come late, as they are synced, and what follows on them finds the links cut.
    """
    slow = slow_syncs(trial, OTHERS, 1000)
    if hand.job.workload == "counter":
        write = hand.begin_add("n1", key, 1, writer=writer, seconds=seconds)
    else:
        write = hand.begin_put("n1", key, "v", absent=True, writer=writer, seconds=seconds)
    trial.calm(0.4)
    begins(trial, mute := from_to("n1", OTHERS))
    trial.calm(1.2)
    ends(trial, *slow)
    return write, mute


def never_without_asking(trial: Trial) -> None:
    """What one acceptor has, others may yet get from it."""
    hand = warmed(trial, leaderless(REGISTER))
    for turn in range(3):
        key = f"k{turn}"
        writer = hand.writer("n1", key)
        put, mute = _accepted_at_one(trial, hand, key, writer)
        _ = put.answer
        ends(trial, mute)
        fate = hand.resolve("n1", writer, 1)
        trial.note(f"told {fate}")
        put.settle(fate)
        trial.calm(0.5)
        gets(hand, "n1", key)


def told_by_one(trial: Trial) -> None:
    """What one acceptor has may never be: it dies, and the others know nothing of it."""
    hand = warmed(trial, leaderless(REGISTER))
    writer = hand.writer("n1", "k")
    put, mute = _accepted_at_one(trial, hand, "k", writer)
    _ = put.answer
    put.settle(hand.resolve("n1", writer, 1, seconds=1))
    begins(trial, dead := KillThese("n1"))
    ends(trial, mute)
    gets(hand, "n2", "k")
    ends(trial, dead)


def answered_too_early(trial: Trial) -> None:
    """A condition fails by a value that one acceptor has, and nobody ever reads again."""
    hand = warmed(trial, leaderless(REGISTER))
    for turn in range(3):
        key = f"k{turn}"
        put, mute = _accepted_at_one(trial, hand, key)
        _ = put.answer
        begins(trial, away := KillThese("n3"))
        ends(trial, mute)
        hand.put("n2", key, "w", absent=True, seconds=2)
        begins(trial, dead := KillThese("n1"))
        ends(trial, away)
        gets(hand, "n3", key)
        ends(trial, dead)
        trial.cluster.wait_ready(trial.cluster.nodes)


def proposed_once_more(trial: Trial) -> None:
    """A value is chosen though its proposer does not hear of it, and then written over."""
    hand = warmed(trial, leaderless(REGISTER))
    slow = slow_syncs(trial, OTHERS, 1000)
    put = hand.begin_put("n1", "k", "v", absent=True, seconds=8)
    trial.calm(1.5)
    begins(trial, deaf := to_from("n1", OTHERS))
    trial.calm(1)
    ends(trial, *slow)
    gets(hand, "n2", "k")
    hand.until(lambda: hand.put("n2", "k", "w"))
    gets(hand, "n2", "k")
    ends(trial, deaf)
    _ = put.answer
    trial.calm(0.5)
    gets(hand, "n2", "k")


def begun_after_never(trial: Trial) -> None:
    """A conditional write waits for promises while its fate is asked."""
    hand = warmed(trial, leaderless(REGISTER))
    for turn in range(4):
        key = f"k{turn}"
        writer = hand.writer("n1", key)
        begins(trial, deaf := to_from("n1", OTHERS))
        put = hand.begin_put("n1", key, "v", absent=True, writer=writer, seconds=6)
        trial.calm(0.2)
        hand.resolve("n1", writer, 1, seconds=0.5)
        ends(trial, deaf)
        fate = hand.resolve("n1", writer, 1)
        _ = put.answer
        trial.note(f"told {fate}, then {put.answer.reason or 'done'}")
        put.settle(fate)
        gets(hand, "n2", key)


def promised_and_overrun(trial: Trial) -> None:
    """A read brings an older value to one that has promised a newer ballot; that goes on, too."""
    hand = warmed(trial, leaderless(REGISTER))
    for turn in range(3):
        key = f"k{turn}"
        put, mute = _accepted_at_one(trial, hand, key)
        _ = put.answer
        slow = slow_syncs(trial, ["n3"], 1000)
        begins(trial, apart := from_to("n2", ["n1"]))
        cas = hand.begin_put("n2", key, "w", absent=True, seconds=8)
        trial.calm(0.4)
        begins(trial, held_back := from_to("n2", ["n3"]))
        trial.calm(1.2)
        ends(trial, *slow, mute)
        begins(trial, mute := from_to("n1", ["n2"]))
        hand.get("n1", key, seconds=1)
        ends(trial, held_back)
        _ = cas.answer
        ends(trial, mute, apart)
        gets(hand, "n2", key)


def overtaken_and_tried_again(trial: Trial) -> None:
    """An addition is overtaken, and told never to be while its node has yet to hear of that."""
    hand = warmed(trial, leaderless(REGISTER, workload="counter"))
    for turn in range(3):
        key = f"k{turn}"
        hand.until(lambda key=key: hand.add("n1", key, 1))  # type: ignore[misc]
        writer = hand.writer("n1", key)
        add, mute = _accepted_at_one(trial, hand, key, writer, seconds=12)
        hand.until(lambda key=key: hand.add("n2", key, 1))  # type: ignore[misc]
        begins(trial, deaf := to_from("n1", ["n3"]))  # one refusal is not enough
        ends(trial, mute)
        fate = hand.resolve("n2", writer, 1)
        ends(trial, deaf)
        told = add.answer.reason or "done"
        trial.note(f"told {fate}, then {told}")
        add.settle(fate)
        gets(hand, "n2", key)
