"""Slow links by a program in the wire: between a node's veth and the bridge it copies frames, late.

The kernel's netem is missing in many; its filters (loss) are not. `wire.py` is the program.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from ..errors import ChaosError
from ..process import Process
from . import wire
from .namespaces import BRIDGE, Namespace, Tree


class SlowLinks:
    """Main thread only. end() puts every node back at the bridge."""

    def __init__(self, tree: Tree, clients: str, folder: Path) -> None:
        self._tree, self._clients, self._folder = tree, clients, folder
        self._wires: dict[str, Process] = {}
        self._before = 0  # held back by wires that have ended

    @property
    def _root(self) -> Namespace:
        assert self._tree.root, "the tree is closed"
        return self._tree.root

    def begin(self, nodes: Iterable[str], delay_ms: float, jitter_ms: float) -> None:
        """Clients' packets to and from these nodes go through at once."""
        for node in nodes:
            if node in self._wires:
                raise ChaosError(f"the link of {node} is slow already")
            self._splice(node)
            arguments = [f"v-{node}", f"w-{node}", self._clients, str(delay_ms), str(jitter_ms)]
            command = [sys.executable, "-S", wire.__file__, *arguments, str(self._count_file(node))]
            self._count_file(node).write_text("0")
            entered = self._root.enter(command)
            self._wires[node] = Process(entered, self._folder / "namespaces.log")

    def _splice(self, node: str) -> None:
        root = self._root
        peer = ["peer", "name", f"x-{node}"]
        root.must(["ip", "link", "add", f"w-{node}", "type", "veth", *peer])
        root.must(["ip", "link", "set", f"w-{node}", "up"])
        root.must(["ip", "link", "set", f"v-{node}", "nomaster"])
        root.must(["ip", "link", "set", f"x-{node}", "master", BRIDGE, "up"])

    def end(self, nodes: Iterable[str] | None = None) -> None:
        """Of those nodes, or all; nodes whose links are not slow are let be."""
        for node in list(self._wires if nodes is None else nodes):
            process = self._wires.get(node)
            if process is None:
                continue
            if not process.running:
                raise ChaosError(f"the slow link of {node} broke; see namespaces.log")
            process.kill()
            self._before += self._count(node)
            del self._wires[node]
            self._root.must(["ip", "link", "delete", f"w-{node}"])
            self._root.must(["ip", "link", "set", f"v-{node}", "master", BRIDGE])

    def close(self) -> None:
        """The namespace is about to go; only processes matter."""
        for process in self._wires.values():
            process.kill()
        self._wires.clear()

    def delayed(self) -> int:
        return self._before + sum(self._count(node) for node in self._wires)

    def _count_file(self, node: str) -> Path:
        return self._folder / f"delayed-{node}"

    def _count(self, node: str) -> int:
        try:
            return int(self._count_file(node).read_text() or 0)
        except (OSError, ValueError):
            return 0
