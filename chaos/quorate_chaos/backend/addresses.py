"""Addresses of one compose cluster: a /22 that nothing on this machine routes to.

A plan for every node that may ever come: who is there first knows where later ones will be.
"""

import itertools
import os
from collections.abc import Iterable

from ..errors import ChaosError
from ..process import run

NODES_MAX = 16  # n1 to n16, those that have gone counted as well
CLIENTS_PREFIX, PAIR_PREFIX = 26, 29
FIRST_HOST, FIRST_PAIR, PAIR_SIZE = 10, 64, 8
BLOCK = 4  # so many /24

Pair = tuple[str, str]


def pair_of(one: str, other: str) -> Pair:
    first, second = sorted((one, other), key=number_of)
    return first, second


def pairs_among(nodes: Iterable[str]) -> list[Pair]:
    return [pair_of(*two) for two in itertools.combinations(nodes, 2)]


def number_of(node: str) -> int:
    return int(node[1:])


def pair_number(pair: Pair) -> int:
    """From 0; it does not depend on how many nodes there are."""
    first, second = (number_of(node) for node in pair)
    return (second - 1) * (second - 2) // 2 + first - 1


class Addresses:
    """Clients' network first, then one small network for each pair of nodes."""

    def __init__(self, second: int, third: int) -> None:
        """Of 10.SECOND.THIRD.0/22."""
        self._second, self._third = second, third

    @property
    def clients_subnet(self) -> str:
        return f"{self._at(0)}/{CLIENTS_PREFIX}"

    def for_clients(self, node: str) -> str:
        return self._at(FIRST_HOST + number_of(node))

    def pair_subnet(self, pair: Pair) -> str:
        return f"{self._at(self._base(pair))}/{PAIR_PREFIX}"

    def in_pair(self, pair: Pair, node: str) -> str:
        return self._at(self._base(pair) + 2 + pair.index(node))  # 1 is the bridge's

    def _base(self, pair: Pair) -> int:
        return FIRST_PAIR + PAIR_SIZE * pair_number(pair)

    def _at(self, offset: int) -> str:
        return f"10.{self._second}.{self._third + offset // 256}.{offset % 256}"


def free_addresses() -> Addresses:
    """Others for other conductors."""
    routes = run(["/usr/sbin/ip", "-4", "route", "show", "table", "all"]).stdout
    for offset in range(256):
        number = (os.getpid() + offset * 251) % (0x4000 // BLOCK)
        second, third = 192 + number * BLOCK // 256, number * BLOCK % 256
        if not any(f"10.{second}.{third + part}." in routes for part in range(BLOCK)):
            return Addresses(second, third)
    raise ChaosError("every network that a compose cluster could have is in use on this machine")
