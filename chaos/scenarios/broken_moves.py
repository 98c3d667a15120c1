"""The deliberate bugs of replicas that move, or that are sent a whole state."""

from collections.abc import Mapping
from typing import Any

import moments_filled as filled
import moments_joined as joined
import moments_moved as moved
from loads import newest, register
from shown import LONG_LEASES, TINY_LOGS, Shown, Steps, by_hand

from quorate_chaos.faults.late_frames import held_from
from quorate_chaos.load import Job

# All that is to move does at once, and who leaves is not waited for if it is not heard.
MOVES_AT_ONCE = {"moves-at-once": "64", "dead-after": "3s"}
NEVER_DEAD = {"dead-after": "10m"}


# A load of little, of the mode that has not the bug: it moves as well. What does not overlap shows
# nothing in mode raft.
OF_RAFT = register(clients=4, keys=2, rate=200, pin=False)
OF_QUORUM = newest(clients=2, rate=20, pin=False)


def by_moves(
    bug: str, sentence: str, steps: Steps, load: Job, settings: Mapping[str, str] | None = None,
    **changes: Any,
) -> Shown:
    """A moment made on purpose, of a replica that moves: one of five nodes leaves."""
    own = {**MOVES_AT_ONCE, **(settings or {})}
    return by_hand(bug, sentence, steps, load=load, nodes=5, settings=own, **changes)


BROKEN_MOVES = [
    by_hand(
        "forget-vote-on-move", "forgets its vote with a replica that goes and comes back",
        moved.voted_and_moved, nodes=4,
        points=held_from(moved.LATE, later_streams=True),
        # A candidate waits for votes until all has happened.
        settings={
            "tick": "100ms", "election-ticks": "200", "heartbeat-ticks": "2",
            "moves-at-once": "64",
        },
    ),
    by_moves(
        "skip-joint", "counts new members by themselves at once",
        joined.counted_in_two_sets, OF_QUORUM, points=held_from(joined.NEAR),
        settings={**LONG_LEASES, **NEVER_DEAD},
    ),
    by_moves(
        "two-changes-at-once", "changes its members again before that is committed",
        joined.counted_in_two_sets, OF_QUORUM, points=held_from(joined.NEAR),
        settings={**LONG_LEASES, **NEVER_DEAD},
    ),
    by_moves(
        "serve-while-joining", "takes the first piece of a state for all of it",
        joined.joined_from_pieces, OF_QUORUM,
        settings={**TINY_LOGS, "snapshot-chunk-bytes": "16KiB"},
    ),
    by_hand(
        "forget-tombstone-in-stream", "keeps what a state that it is sent has not",
        joined.deleted_while_away, settings=TINY_LOGS,
    ),
    by_moves(
        "old-quorum-dropped-early", "counts the new replicas alone while one moves",
        filled.read_beside_a_joiner, OF_RAFT,
    ),
    by_moves(
        "joiner-counts-unfilled", "counts as a replica before it is filled",
        filled.read_beside_a_joiner, OF_RAFT,
    ),
    by_moves(
        "tombstones-left-behind", "is filled without what was deleted",
        filled.deleted_before_it_joined, OF_RAFT,
    ),
    by_moves(
        "cover-without-joiner", "lets go what one that joins does not have",
        filled.deleted_while_it_joins, OF_RAFT,
    ),
    by_moves(
        "clock-left-behind", "is filled without what its source has seen",
        filled.overwritten_before_it_joined, OF_RAFT,
    ),
]
