"""What scenarios make their moments of: leaders in their places, one-way cuts, lost connections."""

import ctypes
import os
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import grpc

from quorate_chaos.backend.base import Link
from quorate_chaos.backend.local import PEER_PORT, LocalBackend
from quorate_chaos.clock import eventually
from quorate_chaos.cluster import Cluster, links_between
from quorate_chaos.errors import ChaosError
from quorate_chaos.faults.base import Fault, Proof
from quorate_chaos.faults.disk_syncs import SlowSyncs
from quorate_chaos.faults.pauses import Pause
from quorate_chaos.hand import Hand, Told, wire
from quorate_chaos.load import Job
from quorate_chaos.trial import Trial

LEADS_SECONDS = 20


def leaderless(policy: str = "lww", **changes: object) -> Job:
    """A keyspace of one partition for a hand, in mode quorum."""
    level = "LINEARIZABLE" if policy == "register" else "QUORUM"
    workload = {"counter": "counter", "siblings": "siblings", "set": "set"}.get(policy, "register")
    job = {"name": "hand", "workload": workload, "mode": "quorum", "policy": policy}
    return Job(**{**job, "read": level, "write": level, "partitions": 1, **changes})  # type: ignore


def ordered(workload: str = "register", **changes: object) -> Job:
    """The same in mode raft."""
    job = {"name": "hand", "workload": workload, "read": "LINEARIZABLE", "write": "QUORUM"}
    return Job(**{**job, "partitions": 1, **changes})  # type: ignore


class Cut(Fault):
    """These links, one-way each, for as long as the scenario says: others show what it did."""

    name = "cut"
    kind = "network"

    def __init__(self, links: Iterable[Link]) -> None:
        super().__init__()
        self._links = set(links)
        self._cut = False

    def begin(self, cluster: Cluster, random: Random) -> None:
        self.nodes = sorted({source for source, _ in self._links})
        self.what = ", ".join(f"{source} to {target}" for source, target in sorted(self._links))
        cluster.network.block(self._links)
        self._cut = True

    def end(self, cluster: Cluster) -> None:
        cluster.network.unblock(self._links)

    def proof(self, cluster: Cluster) -> Proof:
        return Proof(self._cut, "ordered, and for a moment only")


def from_to(source: str, targets: Sequence[str]) -> Cut:
    return Cut((source, target) for target in targets)


def to_from(target: str, sources: Sequence[str]) -> Cut:
    return Cut((source, target) for source in sources)


def alone(node: str, others: Sequence[str]) -> Cut:
    return Cut(links_between([node], others))


class PauseThis(Pause):
    """Of a node that is chosen already, for as long as the scenario says."""

    def __init__(self, node: str) -> None:
        super().__init__()
        self._node = node

    def victims(self, cluster: Cluster, random: Random) -> list[str]:
        return [self._node]

    def proof(self, cluster: Cluster) -> Proof:
        return Proof(self._stopped_us > 0, super().proof(cluster).text)


def slow_syncs(trial: Trial, nodes: Sequence[str], slow_ms: int) -> list[Fault]:
    """From now on, until ends() of them."""
    faults: list[Fault] = [SlowSyncs(node, slow_ms=slow_ms) for node in nodes]
    for fault in faults:
        trial.nemesis.begin(fault)
    return faults


def begins(trial: Trial, *faults: Fault) -> None:
    for fault in faults:
        trial.nemesis.begin(fault)


def ends(trial: Trial, *faults: Fault) -> None:
    for fault in faults:
        trial.nemesis.end(fault)


def gets(hand: Hand, node: str, key: str, level: str = "", seconds: float = 10) -> Told:
    """Asks until there is an answer."""
    return hand.until(lambda: hand.get(node, key, level), seconds)


def warmed(trial: Trial, job: Job) -> Hand:
    """A hand in whose keyspace every node has written before: it has a reserve of time on disk."""
    hand = trial.hand(job)
    for node in trial.cluster.nodes:
        if job.workload == "counter":
            hand.until(lambda node=node: hand.add(node, "warm", 1))  # type: ignore[misc]
        else:
            hand.until(lambda node=node: hand.put(node, f"w{node}", node))  # type: ignore[misc]
    trial.calm(0.3)
    return hand


def lead(trial: Trial, node: str, keyspace: str = "hand") -> None:
    """Hands the leadership of its one partition to a node. Raises ChaosError if it is not taken."""
    cluster = trial.cluster

    def leads() -> bool:
        leaders = cluster.leaders(keyspace)
        if not leaders:
            return False
        partition = min(leaders)
        if leaders[partition] == node:
            return True
        words = ("partition", "transfer-leader", f"p{partition}", "--to", node)
        cluster.kvctl(*words, "--timeout", "1s")
        return False

    if not eventually(leads, LEADS_SECONDS, every=0.1):
        raise ChaosError(f"{node} does not come to lead keyspace {keyspace}")


@dataclass(frozen=True)
class Replica:
    """What a node says of its own; nothing if it does not answer."""

    leads: bool = False
    last: int = 0  # entry
    commit: int = 0


def replica_of(trial: Trial, node: str, keyspace: str = "hand") -> Replica:
    """Of its one partition, at once: a moment may be shorter than kvctl's start."""
    with grpc.insecure_channel(trial.cluster.backend.endpoint(node)) as channel:
        describe = channel.unary_unary("/quorate.v1.Admin/DescribeKeyspace")
        try:
            told = wire.decode(describe(wire.encode([(1, keyspace)]), timeout=2))
        except grpc.RpcError:
            return Replica()
    for raw in wire.all_data(told, 2):
        one = wire.decode(raw)
        if f"n{wire.number(one, 2)}" == node:
            leads = wire.data(one, 3) == b"leader"
            return Replica(leads, wire.number(one, 6), wire.number(one, 7))
    return Replica()


def claims_to_lead(trial: Trial, node: str, keyspace: str = "hand") -> bool:
    """As that node itself says."""
    return replica_of(trial, node, keyspace).leads


def strike(trial: Trial, node: str) -> None:
    """The point that its nodes are armed with strikes there when it is passed next."""
    trial.cluster.backend.strike(node)


def lose_connections(trial: Trial, node: str, to: str = "") -> int:
    """Shuts every connection of one node down from without, as a reset would; how many.

    `to`: only those on which it sends to that node. The process lives on and is not asked: its
    descriptors are duplicated (pidfd_getfd).
    """
    libc = ctypes.CDLL(None, use_errno=True)
    pid = trial.cluster.backend.pid(node)  # type: ignore[attr-defined]
    handle = os.pidfd_open(pid)
    only = _peer_port(trial, to) if to else 0
    lost = 0
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            if not os.readlink(entry).startswith("socket:"):
                continue
        except OSError:
            continue
        descriptor = libc.syscall(438, handle, int(entry.name), 0)  # pidfd_getfd
        if descriptor < 0:
            continue
        with socket.socket(fileno=descriptor) as copy:
            try:
                if only not in (0, copy.getpeername()[1]):
                    continue
                copy.shutdown(socket.SHUT_RDWR)
                lost += 1
            except OSError:
                continue  # one that listens
    os.close(handle)
    return lost


def _peer_port(trial: Trial, node: str) -> int:
    backend = trial.cluster.backend
    assert isinstance(backend, LocalBackend)
    return int(backend.address(node, PEER_PORT).rpartition(":")[2])
