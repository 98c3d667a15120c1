"""Plain processes on 127.0.0.1: everywhere to be had; partitions by the nodes' own switch."""

import os
from collections.abc import Sequence

from .. import http
from ..errors import Unsupported
from .base import ClusterSpec, Joiner
from .fault_switch import FaultSwitch
from .local import HTTP_PORT, LocalBackend
from .ports import PER_CLUSTER, Ports

PER_NODE = 3


class LoopbackBackend(LocalBackend):
    name = "loopback"
    network: FaultSwitch

    def __init__(self, spec: ClusterSpec) -> None:
        super().__init__(spec)
        self._ports: Ports | None = None
        self.network = FaultSwitch(
            spec.names,
            self.endpoint,
            lambda node: self.http_get(node, "/metrics"),
            lambda node: self.state(node) == "running",
        )

    @classmethod
    def why_not(cls) -> str:
        return ""

    def open(self) -> None:
        super().open()
        self._check_room(self.spec.nodes)
        wanted = os.environ.get("QUORATE_CHAOS_PORT")
        self._ports = Ports(int(wanted) if wanted else None)

    def admit(self, node: str, joiner: Joiner) -> None:
        self._check_room(int(node[1:]))
        super().admit(node, joiner)
        self.network.admit(node)

    def _check_room(self, nodes: int) -> None:
        if nodes * PER_NODE > PER_CLUSTER:
            most = PER_CLUSTER // PER_NODE
            raise Unsupported(f"{nodes} nodes: loopback has ports for {most}")

    def close(self) -> None:
        super().close()
        if self._ports:
            self._ports.close()
            self._ports = None

    def serves_again(self, node: str) -> None:
        self.network.again(node)

    def extra_flags(self) -> dict[str, str]:
        return {"fault-switch": "true"}

    def address(self, node: str, port: int) -> str:
        return f"127.0.0.1:{self._port(node, port)}"

    def _port(self, node: str, port: int) -> int:
        assert self._ports, "open() comes first"
        return self._ports.first + PER_NODE * (int(node[1:]) - 1) + port

    def node_command(self, node: str, command: Sequence[str]) -> list[str]:
        return list(command)

    def client_command(self, command: Sequence[str]) -> list[str]:
        return list(command)

    def http_get(self, node: str, path: str) -> str | None:
        return http.get("127.0.0.1", self._port(node, HTTP_PORT), path)
