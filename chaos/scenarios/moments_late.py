"""Moments in which a message comes that was sent before a crash, a deletion or a question."""

from moments import (
    begins,
    ends,
    from_to,
    gets,
    leaderless,
    lose_connections,
    slow_syncs,
    warmed,
)

from quorate_chaos.clock import eventually
from quorate_chaos.errors import ChaosError
from quorate_chaos.faults.disk_unsynced import PowerCut
from quorate_chaos.faults.late_frames import LateFrames
from quorate_chaos.hand import Hand, Told, Writer
from quorate_chaos.trial import Trial

FORGOTTEN_SECONDS = 20


def _sent_and_forgotten(
    trial: Trial, hand: Hand, writer: Writer
) -> tuple[Told, LateFrames, PowerCut]:
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
    slow = slow_syncs(trial, ["n3"], 4000)
    asked = hand.begin_resolve("n2", writer, 1, seconds=10)
    trial.calm(0.3)
    begins(trial, apart := from_to("n2", ["n3"]))
    ends(trial, dark)
    told = asked.answer
    ends(trial, late, *slow, apart)
    fate = told.fate or hand.resolve("n2", writer, 1, seconds=8)
    trial.note(f"told {told.fate or told.reason}, then {fate}")
    put.settle(fate)
    trial.calm(0.5)
    gets(hand, "n3", "k")
    hand.read_replicas()


def sent_before_the_deletion(trial: Trial) -> None:
    """All have forgotten that a key was deleted; then the write comes once more that made it."""
    hand = warmed(trial, leaderless("register"))
    begins(trial, late := LateFrames("n3"))
    hand.until(lambda: hand.put("n1", "k", "v"))
    lose_connections(trial, "n1", to="n3")
    hand.until(lambda: hand.delete("n2", "k"))
    _await_all_forgotten(trial)
    gets(hand, "n2", "k")
    ends(trial, late)
    trial.calm(0.5)
    gets(hand, "n3", "k")
    gets(hand, "n2", "k")


def _await_all_forgotten(trial: Trial) -> None:
    """Nothing is left that not all replicas are known to have, so that tombstones are gone."""
    cluster = trial.cluster

    def forgotten() -> bool:
        lag = cluster.kvctl_json("keyspace", "lag", "hand") or {}
        kept = [replica["writes_not_everywhere"] for replica in lag.get("replicas", [])]
        return kept == [0] * len(cluster.nodes)

    if not eventually(forgotten, FORGOTTEN_SECONDS, every=0.1):
        raise ChaosError("writes are left of which not all replicas know that all have them")
