"""Each node in a network namespace of its own: real packets, really lost."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from .. import http
from . import namespaces, socket_broker
from .base import CLIENTS, ClusterSpec, Joiner, Link, Network
from .local import HTTP_PORT, LocalBackend
from .namespaces import Tree
from .nftables import Drops, Host, Runner
from .slow_links import SlowLinks

FIRST_PORT = 7400
CLIENTS_NUMBER = 100


def address_of(host: str) -> str:
    return f"10.77.0.{CLIENTS_NUMBER if host == CLIENTS else int(host[1:])}"


class PacketNetwork(Network):
    """Drops by nftables where packets arrive, delay by a program in the wire."""

    def __init__(self, tree: Tree, hosts: Sequence[str], folder: Path) -> None:
        self._tree = tree
        self._drops = Drops(self._host(name) for name in hosts)
        self._slow = SlowLinks(tree, address_of(CLIENTS), folder)

    def _host(self, name: str) -> Host:
        return Host(name, address_of(name), self._runner(name))

    def _runner(self, name: str) -> Runner:
        return lambda command, text: self._tree.hosts[name].run(command, text)

    def prepare(self) -> None:
        self._drops.prepare()

    def admit(self, node: str) -> None:
        self._drops.admit(self._host(node))

    def block(self, links: Iterable[Link]) -> None:
        self._drops.set(links, 100)

    def unblock(self, links: Iterable[Link]) -> None:
        self._drops.clear(links)

    def lose(self, links: Iterable[Link], percent: int) -> None:
        self._drops.set(links, percent)

    def delay(self, nodes: Iterable[str], delay_ms: float, jitter_ms: float) -> None:
        self._slow.begin(nodes, delay_ms, jitter_ms)

    def undelay(self, nodes: Iterable[str]) -> None:
        self._slow.end(nodes)

    def delayed(self) -> int:
        return self._slow.delayed()

    def heal(self) -> None:
        self._drops.clear()
        self._slow.end()

    def dropped(self) -> dict[Link, int]:
        return self._drops.counts()

    def close(self) -> None:
        self._slow.close()


class NetnsBackend(LocalBackend):
    name = "netns"
    network: PacketNetwork

    def __init__(self, spec: ClusterSpec) -> None:
        super().__init__(spec)
        self._tree = Tree(spec.folder)
        self._broker: socket_broker.Broker | None = None
        self.network = PacketNetwork(self._tree, [*spec.names, CLIENTS], spec.folder)

    @classmethod
    def why_not(cls) -> str:
        return namespaces.why_not()

    def open(self) -> None:
        super().open()
        self._tree.open()
        for node in self.spec.names:
            self._tree.add(node, address_of(node))
        self._broker = socket_broker.Broker()
        serve = [sys.executable, "-S", socket_broker.__file__]
        self._tree.add(CLIENTS, address_of(CLIENTS), serve, stdin=self._broker.theirs)
        self.network.prepare()

    def admit(self, node: str, joiner: Joiner) -> None:
        super().admit(node, joiner)
        self._tree.add(node, address_of(node))
        self.network.admit(node)

    def close(self) -> None:
        self.network.close()
        super().close()
        self._tree.close()
        if self._broker:
            self._broker.close()
            self._broker = None

    def extra_flags(self) -> dict[str, str]:
        return {"insecure": "true"}  # nobody else is in that network

    def address(self, node: str, port: int) -> str:
        return f"{address_of(node)}:{FIRST_PORT + port}"

    def node_command(self, node: str, command: Sequence[str]) -> list[str]:
        return self._tree.hosts[node].enter(command)

    def client_command(self, command: Sequence[str]) -> list[str]:
        return self._tree.hosts[CLIENTS].enter(command)

    def http_get(self, node: str, path: str) -> str | None:
        if not self._broker:
            return None
        return http.get(address_of(node), FIRST_PORT + HTTP_PORT, path, self._broker.connect)
