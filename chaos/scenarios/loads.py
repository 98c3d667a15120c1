"""The jobs that scenarios put on a cluster, by what they are about."""

from quorate_chaos.load import Job


def register(read: str = "LINEARIZABLE", **changes) -> Job:
    """Reads, writes and conditional writes of few hot keys, under the one order of mode raft."""
    job = {"name": "register", "workload": "register", "read": read, "write": "QUORUM"}
    return Job(**{**job, **changes})


def ballots(**changes) -> Job:
    """The same without a leader: registers of mode quorum."""
    job = {"name": "ballots", "workload": "register", "mode": "quorum", "policy": "register"}
    levels = {"read": "LINEARIZABLE", "write": "LINEARIZABLE"}
    return Job(**{**job, **levels, **changes})
