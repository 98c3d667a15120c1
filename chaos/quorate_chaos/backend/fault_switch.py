"""Partitions on loopback: every node is told whom it no longer reaches (--fault-switch).

Connections stay up and nothing is lost in the kernel: kvd itself throws away what it has for those
nodes. That is the logic of a partition without its TCP; the netns backend has both.
"""

from collections import Counter
from collections.abc import Callable, Iterable

import grpc

from .. import metrics
from ..errors import ChaosError, Unsupported
from .base import CLIENTS, Link, Network


class FaultSwitch(Network):
    """`endpoint` and `page` ask a node for its address and its /metrics; `up`, if it can answer."""

    unit = "times seen cut"
    cannot = {
        "clients": "on loopback clients cannot be cut off: kvd's switch is for peers",
        "loss": "on loopback nothing gets lost by chance",
        "delay": "on loopback nothing comes late",
    }

    def __init__(
        self,
        nodes: Iterable[str],
        endpoint: Callable[[str], str],
        page: Callable[[str], str | None],
        up: Callable[[str], bool],
    ) -> None:
        self._nodes = list(nodes)
        self._endpoint, self._page, self._up = endpoint, page, up
        self._cut: set[Link] = set()
        self._coming: set[str] = set()  # nodes that cannot be told of a cut yet
        self._seen: Counter[Link] = Counter()

    def block(self, links: Iterable[Link]) -> None:
        links = set(links)
        if any(CLIENTS in link for link in links):
            raise Unsupported(self.cannot["clients"])
        self._tell(self._cut | links)

    def unblock(self, links: Iterable[Link]) -> None:
        self._look()
        self._tell(self._cut - set(links))

    def heal(self) -> None:
        self._look()
        self._tell(set())

    def admit(self, node: str) -> None:
        """One more node, which answers only once again() has been called for it."""
        self._nodes.append(node)
        self._coming.add(node)

    def again(self, node: str) -> None:
        """A node that was restarted knows nothing of the cut."""
        self._coming.discard(node)
        if any(source == node for source, _ in self._cut):
            self._set(node, self._cut)

    def dropped(self) -> dict[Link, int]:
        self._look()
        return dict(self._seen)

    def _look(self) -> None:
        """Who is at the far end of a cut link and misses somebody counts it as cut."""
        misses = {
            node: metrics.total(self._page(node), "quorate_peers_unreachable") > 0
            for node in {target for _, target in self._cut}
        }
        self._seen.update(link for link in self._cut if misses[link[1]])

    def _tell(self, cut: set[Link]) -> None:
        before, self._cut = self._cut, cut
        for node in self._nodes:
            if {t for s, t in before if s == node} != {t for s, t in cut if s == node}:
                self._set(node, cut)

    def _set(self, node: str, cut: set[Link]) -> None:
        if node in self._coming or not self._up(node):
            return  # again() tells it when it is back
        targets = bytes(int(target[1:]) for source, target in cut if source == node)
        # SetFaultsRequest{cut_off}: a packed list of numbers below 128, field 1.
        request = b"\x0a" + bytes([len(targets)]) + targets if targets else b""
        with grpc.insecure_channel(self._endpoint(node)) as channel:
            call = channel.unary_unary("/quorate.v1.Admin/SetFaults")
            try:
                call(request, timeout=5)
            except grpc.RpcError as error:
                if self._page(node) is None:
                    self._coming.add(node)  # it has begun just now: again() tells it
                elif self._up(node):
                    raise ChaosError(f"{node} does not take the cut: {error.details()}") from error
