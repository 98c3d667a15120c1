"""How replicas are brought on their way where and when a moment wants them to be."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from quorate_chaos.clock import eventually
from quorate_chaos.errors import ChaosError
from quorate_chaos.hand import Hand
from quorate_chaos.members import watch
from quorate_chaos.trial import Trial

LOOK_SECONDS = 0.05
STEP_SECONDS = 20.0
WRITER_SECONDS = 45.0  # twice the longest time-out of an election, and some
META = 1  # the partition that says who is there


@dataclass(frozen=True)
class Moving:
    """A partition of three of five nodes, one of which is to give its replica to another."""

    partition: int
    key: str  # in it
    near: str
    other: str
    leaver: str
    joiner: str
    bystander: str  # has none


def until(question: Callable[[], bool], what: str) -> None:
    if not eventually(question, STEP_SECONDS, every=LOOK_SECONDS):
        raise ChaosError(f"not in {STEP_SECONDS:g} s: {what}")


def key_in(hand: Hand, partition: int) -> str:
    for number in range(200):
        if hand.writer("n2", f"k{number}", WRITER_SECONDS).partition == partition:
            return f"k{number}"
    raise ChaosError(f"no key in p{partition}")


def planned(trial: Trial, *change: str) -> list[tuple[int, str, str]]:
    """What a change of nodes would move of the hand's keyspace: partition, from whom, to whom."""
    plan = trial.cluster.kvctl_json("cluster", "plan", *change) or {}
    return [
        (move["partition"], f"n{move['from']}", f"n{move['to']}")
        for move in plan.get("moves", [])
        if move["keyspace"] == "hand"
    ]


def cast_moving(trial: Trial, hand: Hand, near: str = "") -> Moving:
    """`near`: who is to have a replica that stays; else whoever has one. From now on moves are
    watched, and the bystander leads the meta group."""
    watch(trial.cluster)
    cast = _moving(trial, hand, near)
    trial.note(
        f"p{cast.partition} of {cast.near}, {cast.other} and {cast.leaver} moves from "
        f"{cast.leaver} to {cast.joiner}"
    )
    leads_meta(trial, cast.bystander)
    return cast


def _moving(trial: Trial, hand: Hand, near: str) -> Moving:
    cluster = trial.cluster
    held = cluster.replicas("hand")
    for leaver in reversed(cluster.nodes):
        for partition, origin, joiner in planned(trial, "--decommission", leaver):
            stay = [node for node in held.get(partition, []) if node != origin]
            if origin != leaver or (near and near not in stay) or joiner == near:
                continue
            first = near or stay[0]
            (other,) = (node for node in stay if node != first)
            (bystander,) = cluster.others([*stay, leaver, joiner])
            key = key_in(hand, partition) if len(held) > 1 else "k"
            return Moving(partition, key, first, other, leaver, joiner, bystander)
    raise ChaosError(f"no replica of the hand's keyspace would move as it should: {held}")


def state_of(trial: Trial, node: str, partition: int) -> tuple[str, int]:
    """Role and term of its replica, as the node says itself."""
    told = trial.cluster.kvctl_json("keyspace", "describe", "hand", "--timeout", "1s", node=node)
    for one in (told or {}).get("replica_states", []):
        if one["partition"] == partition and f"n{one['node']}" == node:
            return one["role"], one["term"]
    return "", 0


def leads(trial: Trial, node: str, partition: int) -> bool:
    return state_of(trial, node, partition)[0] == "leader"


def hand_over(trial: Trial, partition: int, to: str, at: str | None = None) -> None:
    words = ("partition", "transfer-leader", f"p{partition}", "--to", to, "--timeout", "500ms")
    trial.cluster.kvctl(*words, node=at)


def led_by(trial: Trial, partition: int, node: str) -> None:
    def led() -> bool:
        if leads(trial, node, partition):
            return True
        hand_over(trial, partition, node)
        return False

    until(led, f"{node} leads p{partition}")


def leads_meta(trial: Trial, node: str) -> None:
    def led() -> bool:
        told = trial.cluster.kvctl_json("cluster", "status") or {}
        if f"n{told.get('meta_leader')}" == node:
            return True
        hand_over(trial, META, node)
        return False

    until(led, f"{node} leads the meta group")


def members_at(trial: Trial, partition: int, node: str) -> tuple[list[str], str]:
    """Of the partition, and who joins it, as that node knows."""
    told = trial.cluster.kvctl_json("cluster", "topology", node=node) or {}
    for keyspace in told.get("keyspaces", []):
        for one in keyspace["partitions"]:
            if one["partition"] == partition:
                return [f"n{member}" for member in one["replicas"]], f"n{one['joining']}"
    return [], ""


def begins_to_leave(trial: Trial, node: str, at: str) -> None:
    """All that it holds is to go elsewhere; `at`: who is told so."""
    trial.cluster.leaving.add(node)
    words = ("node", "decommission", node, "--confirm", node, "--timeout", "3s")
    trial.cluster.kvctl(*words, node=at)


def moves(trial: Trial, cast: Moving, known_at: Sequence[str]) -> None:
    """The leaver is told to go; the replica is on its way, or was, when it returns, and these
    know it."""
    begins_to_leave(trial, cast.leaver, cast.bystander)
    for node in known_at:
        _until_known(trial, cast, node)


def _until_known(trial: Trial, cast: Moving, node: str) -> None:
    def known() -> bool:
        members, joining = members_at(trial, cast.partition, node)
        return cast.joiner in [*members, joining]

    what = f"{node} does not know that p{cast.partition} goes to {cast.joiner}"
    trial.until(known, what, STEP_SECONDS)


def has_moved(trial: Trial, cast: Moving, node: str) -> bool:
    """As that node knows."""
    members, _ = members_at(trial, cast.partition, node)
    return cast.joiner in members and cast.leaver not in members
