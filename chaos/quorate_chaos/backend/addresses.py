"""Addresses of one compose cluster: a /24 that nothing on this machine routes to."""

import itertools
import os

from ..errors import ChaosError
from ..process import run

CLIENTS_PREFIX, PAIR_PREFIX = 26, 29
FIRST_HOST, FIRST_PAIR, PAIR_SIZE = 10, 64, 8


class Addresses:
    """Clients' network in the first quarter, then one small network for each pair of nodes."""

    def __init__(self, nodes: list[str], prefix: str) -> None:
        self._nodes, self._prefix = nodes, prefix
        self._pairs = list(itertools.combinations(nodes, 2))

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return self._pairs

    @property
    def clients_subnet(self) -> str:
        return f"{self._prefix}.0/{CLIENTS_PREFIX}"

    def for_clients(self, node: str) -> str:
        return f"{self._prefix}.{FIRST_HOST + int(node[1:])}"

    def pair_subnet(self, pair: tuple[str, str]) -> str:
        return f"{self._prefix}.{self._base(pair)}/{PAIR_PREFIX}"

    def in_pair(self, pair: tuple[str, str], node: str) -> str:
        return f"{self._prefix}.{self._base(pair) + 2 + pair.index(node)}"  # 1 is the bridge's

    def _base(self, pair: tuple[str, str]) -> int:
        return FIRST_PAIR + PAIR_SIZE * self._pairs.index(pair)


def free_prefix() -> str:
    """Three numbers, others for other conductors."""
    routes = run(["/usr/sbin/ip", "-4", "route", "show", "table", "all"]).stdout
    for offset in range(256):
        number = (os.getpid() + offset * 251) % 0x4000
        prefix = f"10.{192 + number // 256}.{number % 256}"
        if f"{prefix}." not in routes:
            return prefix
    raise ChaosError("every network that a compose cluster could have is in use on this machine")
