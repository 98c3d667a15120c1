"""Moments in which the bugs of mode quorum show: scripts of a hand, of disks and of cuts."""

import json

from moments import (
    alone,
    begins,
    ends,
    from_to,
    gets,
    leaderless,
    slow_syncs,
    warmed,
)

from quorate_chaos.faults.disk_unsynced import PowerCut
from quorate_chaos.faults.kills import KillThese
from quorate_chaos.trial import Trial


def acknowledged_and_lost(trial: Trial) -> None:
    """No disk has synced what was written when the power fails everywhere."""
    hand = warmed(trial, leaderless())
    nodes = trial.cluster.nodes
    slow = slow_syncs(trial, nodes, 2500)
    puts = [hand.begin_put(node, f"k{node}", f"v{node}", seconds=1.5) for node in nodes]
    trial.calm(1)
    begins(trial, dark := PowerCut(list(nodes)))
    ends(trial, *slow, dark)
    trial.cluster.wait_ready(nodes)
    for put in puts:
        gets(hand, "n1", put.line["key"])


def told_and_lost(trial: Trial) -> None:
    """All have a write, as they say; one of them has it on no disk, and its power fails."""
    hand = warmed(trial, leaderless())
    slow = slow_syncs(trial, ["n1"], 9000)
    puts = [hand.begin_put("n2", f"k{number}", "v") for number in range(20)]
    trial.calm(2.5)
    begins(trial, dark := PowerCut(["n1"]))
    ends(trial, *slow, dark)
    trial.cluster.wait_ready(["n1"])
    for put in puts:
        gets(hand, "n2", put.line["key"])
    hand.read_replicas()


def named_and_lost(trial: Trial) -> None:
    """A receipt is taken at its word: whom it names has the write after a power cut."""
    hand = warmed(trial, leaderless())
    slow = slow_syncs(trial, ["n1"], 4000)
    put = hand.put("n1", "k", "v", seconds=3)
    begins(trial, apart := alone("n1", ["n2", "n3"]), dark := PowerCut(["n1"]))
    ends(trial, *slow, dark)
    got = gets(hand, "n1", "k", "ONE")
    if "n1" in put.answer.acked_by and not got.answer.found:
        trial.finds("a receipt names n1, whose disk never had the write")
    ends(trial, apart)


def asked_of_those_who_are_left(trial: Trial) -> None:
    """The answer is lost, and so is all that the node that was asked had of it."""
    hand = warmed(trial, leaderless())
    writer = hand.writer("n1", "k")
    trial.calm(0.5)
    slow = slow_syncs(trial, ["n1"], 4000)
    put = hand.put("n1", "k", "v", writer=writer, seconds=3)
    put.forget()
    begins(trial, dark := PowerCut(["n1"]))
    ends(trial, *slow, dark)
    trial.cluster.wait_ready(["n1"])
    trial.calm(0.5)
    put.settle(hand.resolve("n2", writer, 1))
    gets(hand, "n2", "k")


def sent_again_to_who_forgot(trial: Trial) -> None:
    """A node has passed an addition on, loses it with its power, and gets it once more."""
    hand = warmed(trial, leaderless("counter"))
    writer = hand.writer("n1", "k")
    trial.calm(0.5)
    slow = slow_syncs(trial, ["n1"], 4000)
    first = hand.begin_add("n1", "k", 1, writer=writer, level="ONE", seconds=3)
    trial.calm(0.5)
    first.forget()
    begins(trial, apart := alone("n1", ["n2", "n3"]), dark := PowerCut(["n1"]))
    ends(trial, *slow, dark)
    again = hand.begin_add("n1", "k", 1, writer=writer, level="ONE", again=first, seconds=3)
    trial.note(f"sent again: {again.answer.reason or 'done'}")
    ends(trial, apart)
    trial.calm(1)
    gets(hand, "n2", "k")


def never_and_then_a_crash(trial: Trial) -> None:
    """Whoever was told that a write will never be, still knows it after a crash."""
    hand = warmed(trial, leaderless())
    hand.put("n1", "other", "o")
    trial.calm(3)
    writer = hand.writer("n2", "k")
    fate = hand.resolve("n2", writer, 1)
    begins(trial, dead := KillThese("n1"))
    ends(trial, dead)
    trial.cluster.wait_ready(["n1"])
    put = hand.put("n1", "k", "v", writer=writer)
    trial.note(f"told {fate}, then {put.answer.reason or 'done'}")
    put.settle(fate)
    gets(hand, "n2", "k")


def conflicts_in_silence(trial: Trial) -> None:
    """A write that nobody heard of loses where it is; whoever looks in the journals finds it."""
    hand = warmed(trial, leaderless())
    lost = [f"k{number}" for number in range(5)]
    for key in lost:
        begins(trial, mute := from_to("n1", ["n2", "n3"]))
        hand.until(lambda key=key: hand.put("n1", key, "old", level="ONE"))  # type: ignore[misc]
        hand.until(lambda key=key: hand.put("n2", key, "new"))  # type: ignore[misc]
        trial.calm(0.2)
        ends(trial, mute)
        gets(hand, "n1", key)
    listed = trial.cluster.kvctl("--output", "json", "conflicts", "list", "hand", "--limit", "1000")
    for key in lost:
        if json.dumps(key) not in listed.stdout:
            trial.finds(f"{key} was overwritten unseen, and no journal knows of it")
            return


def unseen_is_kept(trial: Trial) -> None:
    """A write in place of what was read leaves what was not read."""
    hand = trial.hand(leaderless("siblings"))
    for turn in range(3):
        key = f"k{turn}"
        hand.until(lambda key=key: hand.put("n1", key, "a", replaced=[]))  # type: ignore[misc]
        seen = gets(hand, "n1", key)
        hand.until(lambda key=key: hand.put("n1", key, "b", replaced=[]))  # type: ignore[misc]
        context = seen.answer.context
        hand.put("n1", key, "c", context=context, replaced=["a"])
        gets(hand, "n2", key)


def numbers_used_again(trial: Trial) -> None:
    """A write is passed on and lost with its node's power; the next one must not pass for it."""
    hand = warmed(trial, leaderless())
    slow = slow_syncs(trial, ["n1"], 4000)
    hand.put("n1", "a", "passed on")
    begins(trial, apart := alone("n1", ["n2", "n3"]), dark := PowerCut(["n1"]))
    ends(trial, *slow, dark)
    hand.until(lambda: hand.put("n1", "b", "later", level="ONE"))
    ends(trial, apart)
    trial.calm(2)
    gets(hand, "n2", "a")
    hand.read_replicas()


def read_while_it_is_behind(trial: Trial) -> None:
    """A node missed a write, has heard of it, and is not sent it at once."""
    hand = warmed(trial, leaderless(workload="bounded", read="BOUNDED(10ms)"))
    for turn in range(8):
        key = f"k{turn}"
        hand.until(lambda key=key: hand.put("n2", key, "old"))  # type: ignore[misc]
        gets(hand, "n3", key)
        begins(trial, unheard := from_to("n2", ["n3"]))
        hand.until(lambda key=key: hand.put("n2", key, "new"))  # type: ignore[misc]
        ends(trial, unheard)
        hand.get("n3", key)
