"""The cluster as scenarios and faults see it: its nodes, its leaders, its network."""

import json
import random
from collections.abc import Callable, Iterable, Sequence
from subprocess import CompletedProcess
from typing import Any

from . import process
from .backend.base import Backend, Link, Network
from .clock import eventually, now_us
from .errors import ChaosError
from .move_watch import MoveWatch

READY_SECONDS = 30


class Cluster:
    """Nodes n1, n2, ... on some backend. Main thread only.

    Which nodes there are may change (members.py): whoever asks must not keep the list.
    """

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.nodes = backend.spec.names
        self.raft_keyspaces: list[str] = []
        self.coming: set[str] = set()  # not in yet: a process that is refused ends by itself
        self.leaving: set[str] = set()  # once empty, the process ends by itself
        self.came_us: dict[str, int] = {}  # when one that was not there from the first was started
        self.went_us: dict[str, int] = {}  # when it was seen to be a node no more
        self.prepare: Callable[[str], None] = lambda node: None  # of one that is to join
        self.moves = MoveWatch(lambda: self.kvctl_json("cluster", "moves", "--timeout", "1s"))

    @property
    def network(self) -> Network:
        return self.backend.network

    @property
    def election_seconds(self) -> float:
        """Within this, nodes notice that another is gone and have begun to elect."""
        flags = self.backend.spec.flags
        tick_ms = float(flags.get("tick", "50ms").removesuffix("ms"))
        return 2 * tick_ms * float(flags.get("election-ticks", "10")) / 1000

    @property
    def majority(self) -> int:
        return len(self.nodes) // 2 + 1

    def start(self) -> None:
        """All nodes, ready to serve when it returns."""
        self.backend.open()
        self.backend.start_together(self.nodes)
        self.wait_ready(self.nodes)

    def restart(self, nodes: Iterable[str]) -> None:
        """Starts nodes that are gone; they answer when it returns, but need not be ready."""
        nodes = list(nodes)
        self.backend.start_together(nodes)
        for node in nodes:
            self.wait_live(node)

    def wait_live(self, node: str) -> None:
        """Until a node that was started anew answers; it need not be ready."""
        while not self._comes_to(node, self.is_live, READY_SECONDS):
            if self.has_left(node):
                return
            if node in self.coming and self.is_gone(node):
                self.backend.start(node)  # whom it asked could not let it in just then
                continue
            raise ChaosError(self.end_of(node, "does not start"))
        self.backend.serves_again(node)

    def wait_ready(self, nodes: Iterable[str], seconds: float = READY_SECONDS) -> None:
        """Until every one of them says that it can serve."""
        for node in list(nodes):
            if not self._comes_to(node, self.is_ready, seconds) and not self.has_left(node):
                raise ChaosError(self.end_of(node, f"is not ready after {seconds:g} s"))

    def _comes_to(self, node: str, state: Callable[[str], bool], seconds: float) -> bool:
        """False: the node has ended, or not come to it in time."""
        seen = False

        def over() -> bool:
            nonlocal seen
            seen = state(node)
            return seen or self.is_gone(node)

        eventually(over, seconds)
        return seen

    def is_ready(self, node: str) -> bool:
        return self.backend.http_get(node, "/readyz") is not None

    def is_live(self, node: str) -> bool:
        return self.backend.http_get(node, "/livez") is not None

    def has_left(self, node: str) -> bool:
        """It was asked to leave, and has: its process has ended in order. It is then forgotten."""
        if node in self.leaving and self.is_gone(node) and self.backend.exit_code(node) == 0:
            self.forget(node)
        return node not in self.nodes

    def forget(self, node: str) -> None:
        """It is no node of this cluster any more, and nothing is asked of it."""
        self.nodes.remove(node)
        self.went_us[node] = now_us()
        self.leaving.discard(node)
        self.coming.discard(node)

    def may_be_gone(self, node: str) -> bool:
        """It has left, or has not come in: nobody else had to end it."""
        return self.has_left(node) or node in self.coming

    def is_gone(self, node: str) -> bool:
        return self.backend.state(node) == "gone"

    def end_of(self, node: str, what: str) -> str:
        code = self.backend.exit_code(node)
        ended = "" if code is None else f" (it ended with {code})"
        lines = self.backend.log_file(node).read_text(errors="replace").splitlines()[-5:]
        return f"{node} {what}{ended}; its log ends:\n" + "\n".join(lines)

    def metrics(self, node: str) -> str | None:
        return self.backend.http_get(node, "/metrics")

    def endpoints(self) -> dict[str, str]:
        return {node: self.backend.endpoint(node) for node in self.nodes}

    def kvctl(
        self, *arguments: str, node: str | None = None, seconds: float = 30
    ) -> CompletedProcess[str]:
        """Runs kvctl; `node`: asks that one and no other."""
        endpoints = self.endpoints()
        where = ["--endpoints", endpoints[node] if node else ",".join(endpoints.values())]
        if node:
            where.append("--only-endpoints")
        command = [self.backend.spec.binaries.path("kvctl"), *where, *arguments]
        return process.run(self.backend.client_command(command), seconds)

    def kvctl_json(self, *arguments: str, node: str | None = None) -> Any:
        """What kvctl says in JSON, or None if it fails."""
        ran = self.kvctl("--output", "json", *arguments, node=node)
        try:
            return json.loads(ran.stdout) if ran.returncode in (0, 10) else None
        except json.JSONDecodeError:
            return None

    def make_keyspace(self, name: str, *flags: str, raft: bool = True) -> None:
        made = self.kvctl("keyspace", "create", name, "--if-not-exists", *flags)
        if made.returncode != 0:
            raise ChaosError(f"keyspace {name} cannot be made: {made.stderr.strip()}")
        if raft:
            self.raft_keyspaces.append(name)

    def fill(self, keyspace: str, count: int, bytes_each: int) -> None:
        """So many records beside those of the load, so that moving them takes its time."""
        records = self.backend.spec.folder / f"fill-{keyspace}.jsonl"
        with records.open("w") as out:
            for number in range(count):
                value = f"{number}.".ljust(bytes_each, "x")
                out.write(json.dumps({"key": f"fill/{number}", "value": value}) + "\n")
        filled = self.kvctl("import", keyspace, str(records))
        if filled.returncode != 0:
            raise ChaosError(f"keyspace {keyspace} cannot be filled: {filled.stderr.strip()}")

    def leaders(self, keyspace: str) -> dict[int, str]:
        """By partition, who leads it as far as the nodes that answer know."""
        told = self._described(keyspace)
        newest: dict[int, tuple[int, str]] = {}
        for replica in told.get("replica_states", []):
            if replica["role"] == "leader":
                claim = (replica["term"], f"n{replica['node']}")
                newest[replica["partition"]] = max(newest.get(replica["partition"], claim), claim)
        return {partition: node for partition, (_, node) in newest.items()}

    def replicas(self, keyspace: str) -> dict[int, list[str]]:
        """By partition, which nodes hold it; empty while nobody can be asked."""
        partitions = self._described(keyspace).get("partitions", [])
        return {p["partition"]: [f"n{node}" for node in p["replicas"]] for p in partitions}

    def _described(self, keyspace: str) -> dict[str, Any]:
        return self.kvctl_json("keyspace", "describe", keyspace, "--timeout", "2s") or {}

    def leader(self, keyspace: str, seconds: float = 15) -> str:
        """Who leads its first partition. Raises ChaosError if nobody does in time."""
        found: dict[int, str] = {}

        def elected() -> bool:
            found.update(self.leaders(keyspace))
            return bool(found)

        if not eventually(elected, seconds, every=0.1):
            raise ChaosError(f"nobody leads keyspace {keyspace} after {seconds:g} s")
        return found[min(found)]

    def some_leader(self, chance: random.Random) -> str:
        """Of some partition; just some node where nobody leads anything or can be asked."""
        leaders = []
        if self.raft_keyspaces:
            leaders = sorted(self.leaders(chance.choice(self.raft_keyspaces)).items())
        return chance.choice(leaders)[1] if leaders else chance.choice(self.nodes)

    def others(self, nodes: Iterable[str]) -> list[str]:
        apart = set(nodes)
        return [node for node in self.nodes if node not in apart]

    def choose(self, chance: random.Random, count: int) -> list[str]:
        return sorted(chance.sample(self.nodes, count))


def links_between(one: Sequence[str], other: Sequence[str]) -> list[Link]:
    """Both directions of every pair."""
    return [link for a in one for b in other for link in ((a, b), (b, a))]
