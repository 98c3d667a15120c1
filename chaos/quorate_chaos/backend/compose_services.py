"""What a cluster of the harness has different from deploy/compose, container by container."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..containers.daemon import bridge_name
from .addresses import NODES_MAX, Addresses, Pair, number_of, pair_number, pair_of, pairs_among

PORTS = {"client": 7400, "peer": 7401, "http": 7402}
DATA = Path("/var/lib/quorate")  # in the container
PROGRAM = "/usr/local/bin/kvd"  # likewise
IN_FILE = 5  # n1 to n5 are services of the file
CLIENTS_BRIDGE, PEERS_BRIDGE, FIRST_PAIR_BRIDGE = 100, 101, 102


@dataclass(frozen=True)
class Node:
    """What one container is to be."""

    name: str
    folder: Path  # of the run
    data: Path
    env: Mapping[str, str]
    program: str = ""  # of this machine, instead of the image's kvd
    zone: str = ""
    weight: int = 100
    door: str = ""  # whom it asks to be let in; empty: it is there from the first


@dataclass(frozen=True)
class Services:
    """`network`: how docker calls the one that the project calls so."""

    image: str
    addresses: Addresses
    network: Callable[[str], str]
    flags: Mapping[str, str]  # of every kvd, without dashes

    def override(self, nodes: Sequence[Node]) -> dict[str, Any]:
        names = [node.name for node in nodes]
        founders = ",".join(self._member(node) for node in nodes if not node.door)
        return {
            "services": {node.name: self._service(node, names, founders) for node in nodes},
            "networks": self._networks(names),
        }

    def _service(self, node: Node, names: Sequence[str], founders: str) -> dict[str, Any]:
        addresses = self.addresses
        networks = {"clients": {"ipv4_address": addresses.for_clients(node.name)}}
        for pair in pairs_among(names):
            if node.name in pair:
                networks[pair_name(pair)] = {"ipv4_address": addresses.in_pair(pair, node.name)}
        flags = {f"KVD_{name.upper().replace('-', '_')}": v for name, v in self.flags.items()}
        beginning = self._joining(node) if node.door else {"KVD_BOOTSTRAP": founders}
        return {
            **({} if number_of(node.name) <= IN_FILE else self._not_in_file(node.name)),
            "environment": {"KVD_CLUSTER_ID": "chaos", **beginning, **flags, **node.env},
            "volumes": _mounts(node),
            "user": f"{os.getuid()}:{os.getgid()}",
            "healthcheck": {"disable": True},  # nobody asks for it here, and it takes processor
            "restart": "no",  # who is dead stays dead until it is started
            "extra_hosts": self._hosts(node.name),
            "networks": networks,
        }

    def _not_in_file(self, name: str) -> dict[str, Any]:
        """As the file's own."""
        return {
            "image": self.image, "hostname": name, "stop_grace_period": "20s",
            "cap_drop": ["ALL"], "security_opt": ["no-new-privileges:true"],
            "read_only": True, "tmpfs": ["/tmp"],
        }

    def _joining(self, node: Node) -> dict[str, str]:
        return {
            "KVD_BOOTSTRAP": "",
            "KVD_NODE_ID": node.name[1:],
            "KVD_JOIN": self._for_clients(node.door),
            "KVD_ADVERTISE": self._for_clients(node.name),
            "KVD_PEER_ADVERTISE": _for_peers(node.name),
            "KVD_WEIGHT": str(node.weight),
            **({"KVD_ZONE": node.zone} if node.zone else {}),
        }

    def _member(self, node: Node) -> str:
        addresses = f"{self._for_clients(node.name)}/{_for_peers(node.name)}"
        return f"{node.name[1:]}={addresses}" + (f"/{node.zone}" if node.zone else "")

    def _for_clients(self, name: str) -> str:
        return f"{self.addresses.for_clients(name)}:{PORTS['client']}"

    def _hosts(self, name: str) -> list[str]:
        """Of all that may ever come: the file is written when the container is made.

        By docker's own names whoever is dead is unknown, and asked after for seconds.
        """
        hosts = [f"{name}.pair:127.0.0.1"]
        for other in (f"n{number}" for number in range(1, NODES_MAX + 1)):
            if other != name:
                address = self.addresses.in_pair(pair_of(name, other), other)
                hosts.append(f"{other}.pair:{address}")
        return hosts

    def _networks(self, names: Sequence[str]) -> dict[str, Any]:
        """Those of pairs are made as nodes come, whatever compose is just asked for."""
        return {
            "clients": {
                **_on_bridge(CLIENTS_BRIDGE),
                "ipam": {"config": [{"subnet": self.addresses.clients_subnet}]},
            },
            "peers": _on_bridge(PEERS_BRIDGE),
            **{
                pair_name(pair): {"external": True, "name": self.network(pair_name(pair))}
                for pair in pairs_among(names)
            },
        }


def pair_name(pair: Pair) -> str:
    return "-".join(pair)


def bridge_of(pair: Pair) -> str:
    return bridge_name(FIRST_PAIR_BRIDGE + pair_number(pair))


def _on_bridge(number: int) -> dict[str, Any]:
    return {"driver_opts": {"com.docker.network.bridge.name": bridge_name(number)}}


def _for_peers(name: str) -> str:
    return f"{name}.pair:{PORTS['peer']}"


def _mounts(node: Node) -> list[str]:
    """Its disk; its folder and what is preloaded, by the same paths as outside."""
    folder = node.folder.resolve()
    preloaded = [path for path in node.env.get("LD_PRELOAD", "").split(":") if path]
    return [
        f"{node.data.resolve()}:{DATA}",
        f"{folder}:{folder}",
        *(f"{path}:{path}:ro" for path in preloaded),
        *([f"{Path(node.program).resolve()}:{PROGRAM}:ro"] if node.program else []),
    ]
