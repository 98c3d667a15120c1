"""A moment in which a replica has gone from its node and comes back, and is asked for its vote."""

from dataclasses import dataclass

from moments import begins, ends, from_to, gets, ordered, to_from
from move_steps import (
    STEP_SECONDS,
    begins_to_leave,
    hand_over,
    key_in,
    leads,
    leads_meta,
    led_by,
    members_at,
    planned,
    state_of,
    until,
)

from quorate_chaos.backend.base import Joiner
from quorate_chaos.clock import eventually
from quorate_chaos.errors import ChaosError
from quorate_chaos.faults.late_frames import LateFrames
from quorate_chaos.hand import Hand
from quorate_chaos.members import begin_join, next_name, watch
from quorate_chaos.trial import Trial

LATE = "n1"  # whose question comes late
LEADS_SECONDS = 2.0


@dataclass(frozen=True)
class Cast:
    """Who plays what in one partition, and a key in it."""

    partition: int
    key: str
    asked: str  # who has the replica that goes and comes back
    leader: str  # whom it elects
    fourth: str  # has none


def _cast(trial: Trial, hand: Hand) -> Cast:
    """A partition that LATE has, of which a node that joins is to get another one's replica."""
    cluster = trial.cluster
    held = cluster.replicas("hand")
    for partition, asked, _ in planned(trial, "--add"):
        members = held.get(partition, [])
        if asked == LATE or LATE not in members:
            continue
        (leader,) = (node for node in members if node not in (asked, LATE))
        (fourth,) = cluster.others(members)
        return Cast(partition, key_in(hand, partition), asked, leader, fourth)
    raise ChaosError(f"no partition of {LATE} would give a replica of another's to a new node")


def _take_places(trial: Trial, cast: Cast) -> None:
    """LATE leads nothing; who is asked leads the partition, and the meta group."""
    cluster = trial.cluster
    for partition, leader in cluster.leaders("hand").items():
        if partition != cast.partition and leader == LATE:
            members = cluster.replicas("hand")[partition]
            led_by(trial, partition, next(node for node in members if node != LATE))
    led_by(trial, cast.partition, cast.asked)
    leads_meta(trial, cast.asked)


def _two_campaign(trial: Trial, cast: Cast) -> bool:
    """LATE and another in one term; the vote goes to the other. False: it was another term."""
    hand_over(trial, cast.partition, LATE, at=cast.asked)
    until(lambda: state_of(trial, LATE, cast.partition)[0] == "candidate", f"{LATE} campaigns")
    hand_over(trial, cast.partition, cast.leader, at=cast.asked)
    until(lambda: leads(trial, cast.leader, cast.partition), f"{cast.leader} is elected")
    late, elected = (state_of(trial, node, cast.partition) for node in (LATE, cast.leader))
    trial.note(f"{LATE} is {late[0]} in term {late[1]}, {cast.leader} leads in {elected[1]}")
    return late == ("candidate", elected[1])


def _moves_away(trial: Trial, cast: Cast) -> str:
    """To a node that joins; its name."""
    cluster = trial.cluster
    guest = next_name(cluster)
    begin_join(cluster, guest, Joiner(cast.leader))

    def gone() -> bool:
        members, _ = members_at(trial, cast.partition, cast.leader)
        moves = cluster.kvctl_json("cluster", "moves", node=cast.asked) or {"moves": [None]}
        return guest in members and not moves["moves"] and not moves["waiting"]

    until(gone, f"p{cast.partition} goes from {cast.asked} to {guest}")
    cluster.coming.discard(guest)
    return guest


def _comes_back(trial: Trial, cast: Cast, guest: str) -> None:
    """Because the node leaves that has it. Who leads it is not heard there yet."""
    begins_to_leave(trial, guest, cast.asked)
    until(
        lambda: members_at(trial, cast.partition, cast.asked)[1] == cast.asked,
        f"p{cast.partition} comes back to {cast.asked}",
    )


def voted_and_moved(trial: Trial) -> None:
    """A replica votes, goes to another node and comes back; then it is asked again in that term."""
    watch(trial.cluster)
    hand = trial.hand(ordered(partitions=8))
    cast = _cast(trial, hand)
    trial.note(
        f"p{cast.partition}: {cast.asked} votes for {cast.leader}, and is asked again by {LATE}"
    )
    _take_places(trial, cast)
    hand.until(lambda: hand.put(cast.asked, cast.key, "old"))
    trial.calm(0.5)
    others = [cast.leader, cast.fourth]
    begins(trial, late := LateFrames(cast.asked))
    begins(trial, mute := from_to(LATE, others), deaf := to_from(LATE, others))
    if not _two_campaign(trial, cast):
        return
    guest = _moves_away(trial, cast)
    hand.until(lambda: hand.put(cast.leader, cast.key, "new"))
    begins(trial, unheard := from_to(cast.leader, [cast.asked]))
    _comes_back(trial, cast, guest)
    ends(trial, late)
    both = eventually(lambda: leads(trial, LATE, cast.partition), LEADS_SECONDS, every=0.1)
    trial.note(f"{LATE} is elected, too: {both}")
    if both:
        eventually(lambda: hand.get(LATE, cast.key, seconds=2).answer.ok, STEP_SECONDS)
    ends(trial, unheard, mute, deaf)
    gets(hand, cast.leader, cast.key)
