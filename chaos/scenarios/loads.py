"""The jobs that scenarios put on a cluster, by what they are about."""

from typing import Any

from quorate_chaos.load import Job


def _job(defaults: dict[str, Any], changes: dict[str, Any]) -> Job:
    return Job(**{**defaults, **changes})


def register(read: str = "LINEARIZABLE", write: str = "QUORUM", **changes: Any) -> Job:
    """Reads, writes and conditional writes of few hot keys, under the one order of mode raft."""
    return _job({"name": "register", "workload": "register", "read": read, "write": write}, changes)


def ballots(**changes: Any) -> Job:
    """The same without a leader: registers of mode quorum."""
    job = {"name": "ballots", "workload": "register", "mode": "quorum", "policy": "register"}
    return _job({**job, "read": "LINEARIZABLE", "write": "LINEARIZABLE"}, changes)


def newest(read: str = "QUORUM", write: str = "QUORUM", **changes: Any) -> Job:
    """Mode quorum, where of concurrent writes the newest wins."""
    job = {"name": "newest", "workload": "register", "mode": "quorum", "policy": "lww"}
    return _job({**job, "read": read, "write": write}, changes)


def elements(read: str = "LINEARIZABLE", write: str = "QUORUM", **changes: Any) -> Job:
    """Elements added one by one: nothing acknowledged is lost."""
    return _job({"name": "elements", "workload": "set", "read": read, "write": write}, changes)


def merged_elements(**changes: Any) -> Job:
    """The same in sets that merge."""
    job = {"name": "merged", "workload": "set", "mode": "quorum", "policy": "set"}
    return _job({**job, "read": "QUORUM", "write": "QUORUM"}, changes)


def counter(**changes: Any) -> Job:
    """Additions, each of which counts once."""
    job = {"name": "counter", "workload": "counter"}
    return _job({**job, "read": "LINEARIZABLE", "write": "QUORUM"}, changes)


def merged_counter(**changes: Any) -> Job:
    """Additions at one replica each, that add up everywhere."""
    job = {"name": "votes", "workload": "counter", "mode": "quorum", "policy": "counter"}
    return _job({**job, "read": "QUORUM", "write": "QUORUM"}, changes)


def lists(**changes: Any) -> Job:
    """Lists that are only appended to: one order of everything, read back."""
    job = {"name": "lists", "workload": "append"}
    return _job({**job, "read": "LINEARIZABLE", "write": "QUORUM"}, changes)


def batches(**changes: Any) -> Job:
    """Several keys of one tag at once: all or none."""
    job = {"name": "batches", "workload": "batch"}
    return _job({**job, "read": "LINEARIZABLE", "write": "QUORUM"}, changes)


def sessions(**changes: Any) -> Job:
    """Clients that carry a session from node to node."""
    job = {"name": "sessions", "workload": "session", "pin": False}
    return _job({**job, "read": "SESSION", "write": "QUORUM"}, changes)


def bounded(bound: str = "500ms", **changes: Any) -> Job:
    """Reads of a state that is known to be no older."""
    job = {"name": "bounded", "workload": "bounded", "read": f"BOUNDED({bound})"}
    return _job({**job, "write": "QUORUM"}, changes)


def siblings(**changes: Any) -> Job:
    """Mode quorum, where all concurrent writes are kept until somebody has read them."""
    job = {"name": "siblings", "workload": "siblings", "mode": "quorum", "policy": "siblings"}
    return _job({**job, "read": "QUORUM", "write": "QUORUM"}, changes)


def merging(**changes: Any) -> Job:
    """Sets changed on both sides of whatever falls apart; they are equal once it is whole."""
    job = {"name": "merging", "workload": "crdt", "mode": "quorum", "policy": "set"}
    return _job({**job, "read": "ONE", "write": "ONE"}, changes)


def expiring(**changes: Any) -> Job:
    """Values that live for a while: not gone early, and not there for long afterwards."""
    job = {"name": "expiring", "workload": "expiry"}
    return _job({**job, "read": "LINEARIZABLE", "write": "QUORUM"}, changes)


def one_order() -> list[Job]:
    """What mode raft promises by default, in every shape."""
    return [register(clients=4), elements(clients=3), counter(clients=2), lists(clients=2)]


def no_leader() -> list[Job]:
    """What mode quorum promises by quorums, in every shape."""
    return [ballots(clients=4), newest(clients=3), merged_elements(clients=2), siblings(clients=2)]
