"""What nodes send stays in the network while they go on by another connection, and comes late."""

from collections.abc import Mapping
from random import Random

from ..clock import eventually
from ..cluster import Cluster
from ..errors import ChaosError
from ..metrics import total
from .base import Fault, Proof

AWAITED_SECONDS = 5.0


def held_from(*nodes: str, later_streams: bool = False) -> Mapping[str, str]:
    """Variables of kvd_broken for who is to suffer LateFrames: whose messages those are.

    `later_streams`: also what comes on connections that they open meanwhile.
    """
    variables = {"KVD_HOLD_FROM": ",".join(node[1:] for node in nodes)}
    return {**variables, **({"KVD_HOLD_LATER_STREAMS": "true"} if later_streams else {})}


class LateFrames(Fault):
    """What comes to a node on connections that are open is held until the end: of some nodes.

    It is kvd_broken that holds it, before it looks at any of it (src/rpc/held_frames.h).
    """

    name = "late-frames"
    kind = "network"

    def __init__(self, node: str) -> None:
        super().__init__()
        self._node = node
        self._held = 0

    def held(self, cluster: Cluster) -> int:
        return int(total(cluster.metrics(self._node), "quorate_peer_held"))

    def begin(self, cluster: Cluster, random: Random) -> None:
        self.nodes, self.what = [self._node], f"what is sent to {self._node} comes late"
        self._turn(cluster)
        if not eventually(lambda: self.held(cluster) > 0, AWAITED_SECONDS):
            raise ChaosError(f"nothing comes to {self._node} that could be held")

    def end(self, cluster: Cluster) -> None:
        self._held = self.held(cluster)
        self._turn(cluster)
        if not eventually(lambda: self.held(cluster) == 0, AWAITED_SECONDS):
            raise ChaosError(f"{self._node} does not hand on what it held")

    def proof(self, cluster: Cluster) -> Proof:
        return Proof(self._held > 0, f"{self._held} messages came late")

    def _turn(self, cluster: Cluster) -> None:
        cluster.backend.hold(self._node)
