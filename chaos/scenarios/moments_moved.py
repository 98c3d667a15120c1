"""A moment in which a replica has gone from its node and comes back, and is asked for its vote."""

from collections.abc import Callable
from dataclasses import dataclass

from moments import begins, ends, from_to, gets, ordered, to_from

from quorate_chaos.backend.base import Joiner
from quorate_chaos.clock import eventually
from quorate_chaos.errors import ChaosError
from quorate_chaos.faults.late_frames import LateFrames
from quorate_chaos.hand import Hand
from quorate_chaos.members import begin_join, next_name, watch
from quorate_chaos.trial import Trial

LATE = "n1"  # whose question comes late
LOOK_SECONDS = 0.05
STEP_SECONDS = 20.0
ELECTED_SECONDS = 45.0  # twice the longest time-out, and some
LEADS_SECONDS = 2.0


@dataclass(frozen=True)
class Cast:
    """Who plays what in one partition, and a key in it."""

    partition: int
    key: str
    asked: str  # who has the replica that goes and comes back
    leader: str  # whom it elects
    fourth: str  # has none


def _until(question: Callable[[], bool], what: str) -> None:
    if not eventually(question, STEP_SECONDS, every=LOOK_SECONDS):
        raise ChaosError(f"not in {STEP_SECONDS:g} s: {what}")


def _cast(trial: Trial, hand: Hand) -> Cast:
    """A partition that LATE has, of which a node that joins is to get another one's replica."""
    cluster = trial.cluster
    held = cluster.replicas("hand")
    plan = cluster.kvctl_json("cluster", "plan", "--add") or {}
    for move in plan.get("moves", []):
        partition, asked = move["partition"], f"n{move['from']}"
        members = held.get(partition, [])
        if move["keyspace"] != "hand" or asked == LATE or LATE not in members:
            continue
        (leader,) = (node for node in members if node not in (asked, LATE))
        (fourth,) = cluster.others(members)
        return Cast(partition, _key_in(hand, partition), asked, leader, fourth)
    raise ChaosError(f"no partition of {LATE} would give a replica of another's to a new node")


def _key_in(hand: Hand, partition: int) -> str:
    for number in range(200):
        if hand.writer("n2", f"k{number}", ELECTED_SECONDS).partition == partition:
            return f"k{number}"
    raise ChaosError(f"no key in p{partition}")


def _state(trial: Trial, node: str, partition: int) -> tuple[str, int]:
    """Role and term of its replica, as the node says itself."""
    told = trial.cluster.kvctl_json("keyspace", "describe", "hand", "--timeout", "1s", node=node)
    for one in (told or {}).get("replica_states", []):
        if one["partition"] == partition and f"n{one['node']}" == node:
            return one["role"], one["term"]
    return "", 0


def _leads(trial: Trial, node: str, partition: int) -> bool:
    return _state(trial, node, partition)[0] == "leader"


def _hand_over(trial: Trial, partition: int, to: str, at: str | None = None) -> None:
    words = ("partition", "transfer-leader", f"p{partition}", "--to", to, "--timeout", "500ms")
    trial.cluster.kvctl(*words, node=at)


def _led_by(trial: Trial, partition: int, node: str) -> None:
    def leads() -> bool:
        if _leads(trial, node, partition):
            return True
        _hand_over(trial, partition, node)
        return False

    _until(leads, f"{node} leads p{partition}")


def _take_places(trial: Trial, cast: Cast) -> None:
    """LATE leads nothing; who is asked leads the partition, and the meta group."""
    cluster = trial.cluster
    for partition, leader in cluster.leaders("hand").items():
        if partition != cast.partition and leader == LATE:
            members = cluster.replicas("hand")[partition]
            _led_by(trial, partition, next(node for node in members if node != LATE))
    _led_by(trial, cast.partition, cast.asked)

    def leads_meta() -> bool:
        told = cluster.kvctl_json("cluster", "status") or {}
        if f"n{told.get('meta_leader')}" == cast.asked:
            return True
        _hand_over(trial, 1, cast.asked)
        return False

    _until(leads_meta, f"{cast.asked} leads the meta group")


def _two_campaign(trial: Trial, cast: Cast) -> bool:
    """LATE and another in one term; the vote goes to the other. False: it was another term."""
    _hand_over(trial, cast.partition, LATE, at=cast.asked)
    _until(lambda: _state(trial, LATE, cast.partition)[0] == "candidate", f"{LATE} campaigns")
    _hand_over(trial, cast.partition, cast.leader, at=cast.asked)
    _until(lambda: _leads(trial, cast.leader, cast.partition), f"{cast.leader} is elected")
    late, elected = (_state(trial, node, cast.partition) for node in (LATE, cast.leader))
    trial.note(f"{LATE} is {late[0]} in term {late[1]}, {cast.leader} leads in {elected[1]}")
    return late == ("candidate", elected[1])


def _members(trial: Trial, cast: Cast, node: str) -> tuple[list[str], str]:
    """Of the partition, and who joins it, as that node knows."""
    told = trial.cluster.kvctl_json("cluster", "topology", node=node) or {}
    for keyspace in told.get("keyspaces", []):
        for one in keyspace["partitions"]:
            if one["partition"] == cast.partition:
                return [f"n{member}" for member in one["replicas"]], f"n{one['joining']}"
    return [], ""


def _moves_away(trial: Trial, cast: Cast) -> str:
    """To a node that joins; its name."""
    cluster = trial.cluster
    guest = next_name(cluster)
    begin_join(cluster, guest, Joiner(cast.leader))

    def gone() -> bool:
        members, _ = _members(trial, cast, cast.leader)
        moves = cluster.kvctl_json("cluster", "moves", node=cast.asked) or {"moves": [None]}
        return guest in members and not moves["moves"] and not moves["waiting"]

    _until(gone, f"p{cast.partition} goes from {cast.asked} to {guest}")
    cluster.coming.discard(guest)
    return guest


def _comes_back(trial: Trial, cast: Cast, guest: str) -> None:
    """Because the node leaves that has it. Who leads it is not heard there yet."""
    trial.cluster.leaving.add(guest)
    words = ("node", "decommission", guest, "--confirm", guest, "--timeout", "3s")
    trial.cluster.kvctl(*words, node=cast.asked)
    _until(
        lambda: _members(trial, cast, cast.asked)[1] == cast.asked,
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
    both = eventually(lambda: _leads(trial, LATE, cast.partition), LEADS_SECONDS, every=0.1)
    trial.note(f"{LATE} is elected, too: {both}")
    if both:
        eventually(lambda: hand.get(LATE, cast.key, seconds=2).answer.ok, STEP_SECONDS)
    ends(trial, unheard, mute, deaf)
    gets(hand, cast.leader, cast.key)
