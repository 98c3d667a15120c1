"""Moments in which a replica of mode raft gives its place to another, or is sent a whole state."""

from itertools import count

from moments import Cut, begins, ends, gets, lead, ordered
from move_steps import Moving, cast_moving, has_moved, led_by, moves

from quorate_chaos.clock import eventually
from quorate_chaos.cluster import links_between
from quorate_chaos.faults.kills import KillThese
from quorate_chaos.faults.late_frames import LateFrames
from quorate_chaos.hand import Hand, Told
from quorate_chaos.trial import Trial

NEAR = "n1"  # leads, and what it sends comes late
LISTENS_SECONDS = 1.0  # by then all know that somebody listens who is to vote
SAYS_SECONDS = 1.0
HEALED_SECONDS = 5.0
PIECES = 40
PIECE_BYTES = 10_000
MOVED_SECONDS = 10.0


def _put_by_these(hand: Hand, cast: Moving, value: str) -> None:
    """Whichever of those that are left alone is elected."""
    nodes, numbers = [cast.other, cast.leaver], count()

    def put() -> Told:
        number = next(numbers)
        return hand.put(nodes[number % 2], cast.key, f"{value}.{number}", seconds=SAYS_SECONDS)

    hand.until(put, 15)


def counted_in_two_sets(trial: Trial) -> None:
    """A leader is alone with who is to vote; those that are to stay and to go elect another."""
    hand = trial.hand(ordered(partitions=8))
    cast = cast_moving(trial, hand, NEAR)
    led_by(trial, cast.partition, NEAR)
    hand.until(lambda: hand.put(NEAR, cast.key, "old"))
    begins(trial, late := LateFrames(cast.joiner))
    moves(trial, cast, known_at=[NEAR, cast.joiner])
    trial.calm(LISTENS_SECONDS)
    sides = [NEAR, cast.joiner, cast.bystander], [cast.other, cast.leaver]
    begins(trial, apart := Cut(links_between(*sides)))
    ends(trial, late)
    put = hand.put(NEAR, cast.key, "near", seconds=SAYS_SECONDS)
    trial.note(f"{NEAR}, alone with {cast.joiner}: {put.answer.reason or 'done'}")
    _put_by_these(hand, cast, "far")
    hand.get(NEAR, cast.key, seconds=SAYS_SECONDS)
    ends(trial, apart)
    # Of two logs that differ in what both have committed, one side may answer nothing any more.
    eventually(lambda: hand.get(cast.other, cast.key, seconds=1).answer.ok, HEALED_SECONDS)


def _put_pieces(hand: Hand, node: str) -> list[str]:
    puts = [
        hand.begin_put(node, f"piece{number}", f"{number}.".ljust(PIECE_BYTES, "x"), seconds=9)
        for number in range(PIECES)
    ]
    return [put.line["key"] for put in puts if put.answer.ok]


def joined_from_pieces(trial: Trial) -> None:
    """Who joins is sent a state of many pieces, and has all of them when it votes."""
    hand = trial.hand(ordered())
    cast = cast_moving(trial, hand)
    lead(trial, cast.near)
    keys = _put_pieces(hand, cast.near)
    trial.calm(1)
    moves(trial, cast, known_at=[cast.near])
    moved = eventually(lambda: has_moved(trial, cast, cast.joiner), MOVED_SECONDS, every=0.1)
    trial.note(f"{cast.joiner} has taken the place: {moved}")
    trial.calm(0.5)
    for key in keys:
        gets(hand, cast.joiner, key)


def deleted_while_away(trial: Trial) -> None:
    """Who was away is sent a state, which does not name what was deleted meanwhile."""
    hand = trial.hand(ordered())
    lead(trial, "n1")
    hand.until(lambda: hand.put("n1", "k", "v", level="ALL"))
    begins(trial, dead := KillThese("n3"))
    hand.until(lambda: hand.delete("n1", "k"))
    for _ in range(4):
        _put_pieces(hand, "n1")
    trial.calm(2)
    ends(trial, dead)
    trial.cluster.wait_ready(["n3"])
    gets(hand, "n3", "k")
    hand.read_replicas()
