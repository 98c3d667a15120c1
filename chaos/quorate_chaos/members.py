"""Who is in a cluster and who holds what, as it says itself; and nodes that come."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .backend.base import Joiner
from .clock import eventually, now_us
from .cluster import Cluster
from .errors import ChaosError

JOURNAL = "moves.jsonl"
LOOK_SECONDS = 0.1


@dataclass(frozen=True)
class Census:
    """What the cluster said at one moment."""

    nodes: list[str]
    leaving: list[str]
    meta: list[str]  # the nodes of the meta group
    held: Counter[str]  # replicas on each node, that group's included
    lacking: list[int]  # partitions that have not as many replicas as they should

    def holders(self) -> int:
        return sum(self.held.values())


def _name(node: int) -> str:
    return f"n{node}"


def census(cluster: Cluster, node: str | None = None) -> Census | None:
    """As that node knows it, or whoever answers. None if nobody can say it."""
    told = cluster.kvctl_json("cluster", "topology", "--timeout", "2s", node=node)
    if not told:
        return None
    meta = [_name(node) for node in told["meta"]["replicas"]]
    held, lacking = Counter(meta), []
    for keyspace in told["keyspaces"]:
        for partition in keyspace["partitions"]:
            held.update(_name(node) for node in partition["replicas"])
            if len(partition["replicas"]) != keyspace["replicas"]:
                lacking.append(partition["partition"])
    nodes = [_name(node["node"]) for node in told["nodes"]]
    leaving = [_name(node["node"]) for node in told["nodes"] if node["leaving"]]
    return Census(nodes, leaving, meta, held, lacking)


def watch(cluster: Cluster) -> None:
    """From now on what moves is looked at and written down."""
    cluster.moves.begin(cluster.backend.spec.folder / JOURNAL)


def moving(cluster: Cluster) -> bool:
    """A replica is on its way now."""
    told = cluster.moves.look()
    return bool(told and told["moves"])


def settled(cluster: Cluster) -> bool:
    """Nothing is on its way, and nothing has yet to be; False also while nobody can say it."""
    told = cluster.moves.look()
    return told is not None and not told["moves"] and told["waiting"] == 0


def await_census(
    cluster: Cluster, what: str, so: Callable[[Census], bool], seconds: float
) -> Census:
    """Until nothing moves any more and it is so. Raises ChaosError after that time."""
    last: Census | None = None

    def over() -> bool:
        nonlocal last
        if not settled(cluster):
            return False
        last = census(cluster)
        return last is not None and so(last)

    if eventually(over, seconds, every=LOOK_SECONDS) and last:
        return last
    raise ChaosError(f"{what}: not so after {seconds:g} s; {state_of(cluster)}")


def state_of(cluster: Cluster) -> str:
    """For whoever reads that something did not come about."""
    told: Any = cluster.moves.look()
    found = census(cluster)
    if told is None or found is None:
        return "nobody says who is there, and what moves"
    moves = [f"p{m['partition']} {m['from']}>{m['to']}" for m in told["moves"]]
    return (
        f"nodes {' '.join(found.nodes)}, leaving: {' '.join(found.leaving) or 'none'}, on their "
        f"way: {', '.join(moves) or 'none'}, waiting: {told['waiting']}"
    )


def next_name(cluster: Cluster) -> str:
    """Of a node that was never there."""
    backend = cluster.backend
    return _name(len(backend.spec.names) + len(backend.joiners) + 1)


def begin_join(cluster: Cluster, node: str, joiner: Joiner) -> None:
    """Starts one more node, which asks to be let in."""
    watch(cluster)
    cluster.backend.admit(node, joiner)
    cluster.prepare(node)
    cluster.coming.add(node)
    cluster.nodes.append(node)
    cluster.came_us[node] = now_us()
    cluster.backend.start(node)


def meta_leader(cluster: Cluster, seconds: float = 15) -> str:
    """Who leads the group that says who is there."""
    found: list[str] = []

    def elected() -> bool:
        told = cluster.kvctl_json("cluster", "status", "--timeout", "2s") or {}
        found[:] = [_name(told["meta_leader"])] if told.get("meta_leader") else []
        return bool(found)

    if not eventually(elected, seconds, every=0.1):
        raise ChaosError(f"nobody leads the meta group after {seconds:g} s")
    return found[0]
