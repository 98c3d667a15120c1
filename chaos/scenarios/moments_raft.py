"""Moments in which the bugs of mode raft show."""

from collections.abc import Sequence
from itertools import count

from moments import (
    Cut,
    PauseThis,
    alone,
    begins,
    claims_to_lead,
    ends,
    gets,
    lead,
    lose_connections,
    ordered,
    strike,
    to_from,
)

from quorate_chaos.clock import eventually
from quorate_chaos.cluster import links_between
from quorate_chaos.faults import clock_shim, crash_points
from quorate_chaos.faults.clock_page import ClockState
from quorate_chaos.faults.kills import KillThese
from quorate_chaos.hand import Hand, Told
from quorate_chaos.trial import Trial

OTHERS = ["n2", "n3"]


def written_elsewhere(
    hand: Hand, value: str, seconds: float = 8, nodes: Sequence[str] = OTHERS
) -> None:
    """By whoever leads now, of those that are not cut off."""
    numbers = count()

    def put() -> Told:
        number = next(numbers)
        return hand.put(nodes[number % len(nodes)], "k", f"{value}.{number}", seconds=1)

    hand.until(put, seconds)


def told_to_campaign(trial: Trial) -> None:
    """A leader hands over and hears no more; another is elected within its lease."""
    hand = trial.hand(ordered(lease_drift="1%"))
    for turn in range(3):
        lead(trial, "n1")
        hand.until(lambda turn=turn: hand.put("n1", "k", f"old{turn}"))  # type: ignore[misc]
        gets(hand, "n1", "k", "LEASE")
        begins(trial, deaf := to_from("n1", OTHERS))
        partition = min(trial.cluster.replicas("hand"))
        words = ("partition", "transfer-leader", f"p{partition}", "--to", "n2")
        trial.cluster.kvctl(*words, "--timeout", "300ms", node="n1")
        written_elsewhere(hand, f"new{turn}")
        hand.get("n1", "k", "LEASE", seconds=0.5)
        ends(trial, deaf)
        trial.calm(1)


def clock_that_stood_still(trial: Trial) -> None:
    """A machine is paused, and its monotonic clock with it; others have elected meanwhile."""
    hand = trial.hand(ordered(lease_drift="1%"))
    for turn in range(3):
        lead(trial, "n1")
        hand.until(lambda turn=turn: hand.put("n1", "k", f"old{turn}"))  # type: ignore[misc]
        gets(hand, "n1", "k", "LEASE")
        page = clock_shim.page_of(trial.cluster.backend, "n1")
        begins(trial, deaf := to_from("n1", OTHERS), still := PauseThis("n1"))
        wall, monotonic = page.now()
        page.set(wall, ClockState(monotonic.ahead_ns, -(10**9)))
        written_elsewhere(hand, f"new{turn}")
        wall, monotonic = page.now()
        page.set(wall, ClockState(monotonic.ahead_ns))
        ends(trial, still)
        hand.get("n1", "k", "LEASE", seconds=0.5)
        ends(trial, deaf)
        trial.calm(1)


def connections_that_break(trial: Trial) -> None:
    """Followers lose the connection to a leader to whom they have made a promise."""
    hand = trial.hand(ordered(lease_drift="1%"))
    for turn in range(3):
        lead(trial, "n1")
        hand.until(lambda turn=turn: hand.put("n1", "k", f"old{turn}"))  # type: ignore[misc]
        gets(hand, "n1", "k", "LEASE")
        begins(trial, apart := alone("n1", OTHERS))
        lose_connections(trial, "n1")
        written_elsewhere(hand, f"new{turn}")
        hand.get("n1", "k", "LEASE", seconds=0.5)
        ends(trial, apart)
        trial.calm(1)


def fenced_on_its_way(trial: Trial) -> None:
    """A write waits at a follower while its fate is asked; then it goes on to the leader."""
    hand = trial.hand(ordered())
    for turn in range(3):
        lead(trial, "n1")
        writer = hand.writer("n1", f"k{turn}")
        strike(trial, "n2")
        put = hand.begin_put("n2", f"k{turn}", "v", writer=writer, seconds=5)
        trial.calm(0.3)
        fate = hand.resolve("n1", writer, 1, seconds=1.5)
        _ = put.answer
        trial.note(f"told {fate}, then {put.answer.reason or 'done'}")
        put.settle(fate)
        gets(hand, "n1", f"k{turn}")


def ladder_down(trial: Trial) -> None:
    """A node that is alone answers by the lower rung of a ladder, and has to say so."""
    hand = trial.hand(ordered())
    lead(trial, "n2")
    hand.until(lambda: hand.put("n2", "k", "old"))
    begins(trial, apart := alone("n1", OTHERS))
    written_elsewhere(hand, "new")
    trial.calm(0.3)
    rungs = [("LINEARIZABLE", 0.5), ("ONE", 1.0)]
    hand.get("n1", "k", ladder=rungs, seconds=3)
    ends(trial, apart)


def named_though_away(trial: Trial) -> None:
    """A receipt names who has the write: not a node that is dead."""
    hand = trial.hand(ordered())
    lead(trial, "n1")
    begins(trial, dead := KillThese("n3"))
    put = hand.until(lambda: hand.put("n1", "k", "v"))
    if "n3" in put.answer.acked_by:
        trial.finds("a receipt names n3, which was dead")
    gets(hand, "n1", "k")
    ends(trial, dead)


def _big_writes(hand: Hand, number: int) -> None:
    """So much that state is flushed and the log before it goes."""
    puts = [
        hand.begin_put("n1", f"big{turn}", "x" * 60_000 + str(turn), seconds=9)
        for turn in range(number)
    ]
    for put in puts:
        _ = put.answer


def added_and_flushed(trial: Trial) -> None:
    """State is on disk further than it says; additions without a writer are not known again."""
    hand = trial.hand(ordered("counter"))
    other = trial.hand(ordered(name="big"))
    lead(trial, "n1")
    for turn in range(3):
        for _ in range(40 + 5 * turn):
            hand.add("n1", f"k{turn}", 1)
        _big_writes(other, 60)
        trial.calm(1)
        begins(trial, dead := KillThese("n1", "n2", "n3"))
        ends(trial, dead)
        trial.cluster.wait_ready(trial.cluster.nodes)
        gets(hand, "n1", f"k{turn}")
    gets(other, "n1", "big0")


def written_after_a_snapshot(trial: Trial) -> None:
    """A writer goes on after one node had its state from a snapshot; all must know it."""
    hand = trial.hand(ordered())
    lead(trial, "n1")
    writer = hand.writer("n1", "k")
    begins(trial, dead := KillThese("n3"))
    hand.until(lambda: hand.put("n1", "k", "v", writer=writer))
    _big_writes(hand, 200)
    trial.calm(2)
    ends(trial, dead)
    trial.cluster.wait_ready(["n3"])
    trial.calm(1)
    put = hand.put("n1", "k", "later", writer=writer, sequence=2)
    trial.note(f"after the snapshot: {put.answer.reason or 'done'}")
    gets(hand, "n1", "k")
    hand.read_replicas()


def voted_and_died(trial: Trial) -> None:
    """A node dies when it has voted, before it has heard of whom it elected, and is asked again."""
    hand = trial.hand(ordered())
    backend = trial.cluster.backend
    for turn in range(3):
        hand.until(lambda turn=turn: hand.put("n1", "k", f"old{turn}"))  # type: ignore[misc]
        begins(trial, apart := alone("n2", ["n3"]), dead := KillThese("n1"))
        crash_points.arm_at_once(backend, "n1", "raft-before-append")
        backend.start("n1")
        died = eventually(lambda: trial.cluster.is_gone("n1"), 12)
        crash_points.disarm(backend, "n1")
        elected = [node for node in OTHERS if claims_to_lead(trial, node)]
        trial.note(f"died: {died}; elected: {elected}")
        puts = [hand.begin_put(node, "k", f"a{turn}", seconds=9) for node in elected]
        begins(trial, unheard := alone("n1", elected))
        ends(trial, dead)
        numbers = count()
        for node in [other for other in OTHERS if elected and other not in elected]:
            hand.until(lambda node=node: hand.put(  # type: ignore[misc]
                node, "k", f"b{turn}.{next(numbers)}", seconds=1))
        ends(trial, apart, unheard)
        for put in puts:
            _ = put.answer
        gets(hand, "n2", "k")
        gets(hand, "n3", "k")
    trial.calm(1)
    hand.read_replicas()


def acknowledged_by_learners(trial: Trial) -> None:
    """A leader is alone with those that have no vote; those that have one elect another."""
    hand = trial.hand(ordered(replicas=5))
    members = min(trial.cluster.replicas("hand").items())[1]
    first, voters, learners = members[0], members[1:3], members[3:]
    lead(trial, first)
    hand.until(lambda: hand.put(first, "k", "old"))
    begins(trial, apart := Cut(links_between([first, *learners], voters)))
    put = hand.begin_put(first, "lost", "v", seconds=3)
    trial.note(f"{first}, alone with {', '.join(learners)}: {put.answer.reason or 'done'}")
    written_elsewhere(hand, "new", nodes=voters)
    ends(trial, apart)
    trial.calm(1)
    gets(hand, voters[0], "lost")
    gets(hand, voters[0], "k")
    hand.read_replicas()
