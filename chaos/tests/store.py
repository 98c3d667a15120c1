"""Three real nodes, a keyspace, and what was acknowledged of it."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from random import Random

from quorate_chaos.backend.base import Backend, ClusterSpec
from quorate_chaos.backend.loopback import LoopbackBackend
from quorate_chaos.binaries import Binaries
from quorate_chaos.clock import eventually
from quorate_chaos.cluster import Cluster
from quorate_chaos.faults.base import Fault

# kvctl's exit codes.
DONE, NOT_FOUND, UNAVAILABLE, UNKNOWN, PARTIAL = 0, 3, 5, 6, 8
SERVES_SECONDS = 30  # after a fault


class Store:
    """Remembers each write that kvctl called done."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.acknowledged: dict[str, str] = {}
        self._next = 0

    def put(self, bytes_each: int = 20, node: str | None = None) -> int:
        """One more key, through that node alone if one is named; kvctl's exit code."""
        self._next += 1
        key, value = f"k{self._next}", f"v{self._next}".ljust(bytes_each, "x")
        ran = self.cluster.kvctl("put", "k", key, value, "--timeout", "5s", node=node)
        code = ran.returncode
        if code == DONE:
            self.acknowledged[key] = value
        return code

    def put_until(self, question: Callable[[], object], most: int = 100) -> None:
        for _ in range(most):
            if question():
                return
            self.put()
        raise AssertionError(f"not so after {most} writes")

    def lost(self, node: str | None = None) -> list[str]:
        """Keys that were acknowledged and are not there, to a read at the keyspace's level."""
        assert self.acknowledged, "nothing was acknowledged, so nothing is shown"
        rows = self.cluster.kvctl("mget", "k", *self.acknowledged, "--output", "json", node=node)
        assert rows.returncode in (DONE, NOT_FOUND, PARTIAL), rows.stderr
        there = {row["key"]: row.get("value") for row in map(json.loads, rows.stdout.splitlines())}
        return [key for key, value in self.acknowledged.items() if there.get(key) != value]

    def begin(self, fault: Fault, seed: int = 1) -> Fault:
        assert fault.possible(self.cluster) == ""
        fault.begin(self.cluster, Random(seed))
        return fault

    def end(self, *faults: Fault) -> str:
        """All is well again, and shown to be; the proof of the last."""
        for fault in faults:
            fault.end(self.cluster)
            proof = fault.proof(self.cluster)
            assert proof.bit, proof.text
        self.cluster.wait_ready(self.cluster.nodes)
        assert eventually(lambda: self.put() == DONE, SERVES_SECONDS)
        assert self.lost() == []
        return proof.text


@contextmanager
def three_nodes(folder: Path, arm: Callable[[Backend, list[str]], None],
                flags: Mapping[str, str], *keyspace: str) -> Iterator[Store]:
    backend = LoopbackBackend(ClusterSpec(3, folder, Binaries.default(), flags=flags))
    cluster = Cluster(backend)
    try:
        arm(backend, cluster.nodes)
        cluster.start()
        cluster.make_keyspace("k", "--partitions", "1", *keyspace)
        yield Store(cluster)
    finally:
        backend.close()
