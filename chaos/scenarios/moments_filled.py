"""Moments in which a replica of mode quorum gives its place to another.

Two of three replicas have acknowledged something; of those, one goes, and the two that are left
hear nothing of each other: who comes must stand for who goes.
"""

from moments import Cut, alone, begins, ends, gets, leaderless
from move_steps import Moving, cast_moving, has_moved, moves

from quorate_chaos.clock import eventually
from quorate_chaos.cluster import links_between
from quorate_chaos.trial import Trial

TOO_SOON_SECONDS = 7.0  # twice as long as a leaver is waited for that cannot be heard
FILLED_SECONDS = 1.5  # within this a joiner has the few records there are; its move takes 5 s
LET_GO_SECONDS = 2.0


def _halves(cast: Moving, with_joiner: bool) -> Cut:
    """One that stays, from the other and the leaver; all hear the bystander."""
    near = [cast.near, cast.joiner] if with_joiner else [cast.near]
    return Cut(links_between(near, [cast.other, cast.leaver]))


def _await_moved(trial: Trial, cast: Moving) -> None:
    what = f"{cast.joiner} has not taken the place"
    trial.until(lambda: has_moved(trial, cast, cast.near), what)


def read_beside_a_joiner(trial: Trial) -> None:
    """Who stays is alone with who joins, and neither has what the two others acknowledged."""
    hand = trial.hand(leaderless())
    cast = cast_moving(trial, hand)
    begins(trial, apart := _halves(cast, with_joiner=True))
    hand.until(lambda: hand.put(cast.other, "k", "v"))
    moves(trial, cast, known_at=[cast.near, cast.joiner])
    answered = eventually(
        lambda: hand.get(cast.near, "k", seconds=0.5).answer.ok, TOO_SOON_SECONDS, every=0.1
    )
    trial.note(f"{cast.near} answers, alone with {cast.joiner}: {answered}")
    ends(trial, apart)
    gets(hand, cast.near, "k")


def deleted_before_it_joined(trial: Trial) -> None:
    """Who stays has what was deleted elsewhere before; who joins has heard both."""
    hand = trial.hand(leaderless())
    cast = cast_moving(trial, hand)
    begins(trial, apart := _halves(cast, with_joiner=False))
    hand.until(lambda: hand.put(cast.near, "k", "v", level="ONE"))
    trial.calm(0.2)
    hand.until(lambda: hand.delete(cast.other, "k"))
    moves(trial, cast, known_at=[cast.joiner])
    _await_moved(trial, cast)
    gets(hand, cast.near, "k")
    ends(trial, apart)
    trial.calm(1)
    hand.read_replicas()


def deleted_while_it_joins(trial: Trial) -> None:
    """Who joins has all; then a key is deleted that it hears nothing of, and it is back."""
    hand = trial.hand(leaderless())
    cast = cast_moving(trial, hand)
    hand.until(lambda: hand.put(cast.near, "k", "v", level="ALL"))
    moves(trial, cast, known_at=[cast.near, cast.joiner])
    trial.calm(FILLED_SECONDS)
    begins(trial, apart := alone(cast.joiner, trial.cluster.others([cast.joiner])))
    hand.until(lambda: hand.delete(cast.near, "k"))
    trial.calm(LET_GO_SECONDS)
    ends(trial, apart)
    trial.calm(LET_GO_SECONDS)
    hand.read_replicas()


def overwritten_before_it_joined(trial: Trial) -> None:
    """Who joins gets what there is, and of what that took the place of only that it was seen."""
    hand = trial.hand(leaderless())
    cast = cast_moving(trial, hand)
    for value in ("v1", "v2", "v3"):
        hand.until(lambda value=value: hand.put(cast.near, "k", value, level="ALL"))  # type: ignore
    trial.calm(LET_GO_SECONDS)
    moves(trial, cast, known_at=[])
    _await_moved(trial, cast)
    gets(hand, cast.near, "k")

