"""Clocks of one node that are wrong, jump, or run too fast or slow."""

from random import Random

from ..cluster import Cluster
from .base import Fault, Proof
from .clock_page import ClockState
from .clock_shim import page_of, skew_seen, why_not_armed


class ClockFault(Fault):
    """One node's wall clock; its monotonic one keeps its pace unless a subclass says."""

    kind = "clock"

    def __init__(self, node: str = "") -> None:
        """`node`: whose; empty: by chance."""
        super().__init__()
        self._node = node
        self._before = self._reads = 0
        self._seen: float | None = None
        self._ahead = 0.0  # seconds

    def possible(self, cluster: Cluster) -> str:
        return next((why for node in cluster.nodes if (why := why_not_armed(cluster, node))), "")

    def begin(self, cluster: Cluster, random: Random) -> None:
        node = self._node or random.choice(cluster.nodes)
        self.nodes = [node]
        self._before = page_of(cluster.backend, node).count("wall_reads")
        self.what = f"{node}: {self.order(cluster, node, random)}"

    def order(self, cluster: Cluster, node: str, random: Random) -> str:
        """Sets the clock; how, in words."""
        raise NotImplementedError

    def end(self, cluster: Cluster) -> None:
        """The wall clock is right again, at once; a monotonic one keeps what it has gained."""
        for node in self.nodes:
            page = page_of(cluster.backend, node)
            self._seen = skew_seen(cluster, node)
            wall, monotonic = page.now()
            self._ahead = wall.ahead_ns / 1e9
            page.set(ClockState(), ClockState(monotonic.ahead_ns))
            self._reads = page.count("wall_reads") - self._before

    def proof(self, cluster: Cluster) -> Proof:
        """That it was read wrong. The others hear of it, but of a clock set back only in time."""
        seen = "" if self._seen is None else f"; the others saw {self._seen:+.3f} s"
        text = f"wall clock at last {self._ahead:+.3f} s and read wrong {self._reads} times{seen}"
        return Proof(self._reads > 0, text)


class Skew(ClockFault):
    """Its wall clock is wrong by as much from beginning to end."""

    name = "clock-skew"
    lasts = (3.0, 5.0)

    def __init__(self, node: str = "", seconds: float = 0) -> None:
        super().__init__(node)
        self._seconds = seconds

    def order(self, cluster: Cluster, node: str, random: Random) -> str:
        # By chance never far ahead: who starts so, while other faults keep all others from it, is
        # believed, and what it wrote is refused by the others until that time has come.
        seconds = self._seconds or random.choice([-3600, -30, -4, -1, 1, 4, 8])
        page_of(cluster.backend, node).set_wall(seconds)
        return f"wall clock {seconds:+g} s"


class Jumps(ClockFault):
    """Its wall clock is set to and fro, as by an operator or a bad time server."""

    name = "clock-jumps"
    lasts = (3.0, 5.0)

    def __init__(self, node: str = "") -> None:
        super().__init__(node)
        self._random = Random(0)
        self._steps = self._jumps = 0

    def order(self, cluster: Cluster, node: str, random: Random) -> str:
        self._random = Random(random.random())
        self._jump(cluster, node)
        return "wall clock jumps by up to 10 s"

    def step(self, cluster: Cluster) -> None:
        """Every fifth time, which is four times a second."""
        self._steps += 1
        if self.nodes and self._steps % 5 == 0:
            self._jump(cluster, self.nodes[0])

    def _jump(self, cluster: Cluster, node: str) -> None:
        self._jumps += 1
        ahead = self._random.uniform(1, 10) * self._random.choice([-1, 1])
        page_of(cluster.backend, node).set_wall(ahead)

    def proof(self, cluster: Cluster) -> Proof:
        proof = super().proof(cluster)
        return Proof(proof.bit, f"{self._jumps} jumps; {proof.text}")


class Drift(ClockFault):
    """Its wall clock runs too fast or slow; a steered clock's worst, and ten times that."""

    name = "clock-drift"
    lasts = (4.0, 6.0)

    def order(self, cluster: Cluster, node: str, random: Random) -> str:
        percent = random.choice([-50, -20, 20, 50, 100])
        page_of(cluster.backend, node).set_wall(0, percent * 1e4)
        return f"wall clock gains {percent:+d} %"


class MonotonicDrift(ClockFault):
    """Both its clocks run too fast or slow: time-outs and leases are measured wrong.

    A level that rests on a bound on drift (LEASE) is within its rights to break beyond that bound;
    no other may.
    """

    name = "monotonic-drift"
    lasts = (4.0, 6.0)

    def __init__(self, node: str = "", percent: int = 0) -> None:
        super().__init__(node)
        self._percent = percent
        self._monotonic_reads = 0

    def order(self, cluster: Cluster, node: str, random: Random) -> str:
        percent = self._percent or random.choice([-50, -20, 20, 100])
        page_of(cluster.backend, node).set_pace(percent * 1e4)
        return f"both clocks gain {percent:+d} %"

    def begin(self, cluster: Cluster, random: Random) -> None:
        super().begin(cluster, random)
        self._monotonic_reads = -page_of(cluster.backend, self.nodes[0]).count("monotonic_reads")

    def end(self, cluster: Cluster) -> None:
        for node in self.nodes:
            self._monotonic_reads += page_of(cluster.backend, node).count("monotonic_reads")
        super().end(cluster)

    def proof(self, cluster: Cluster) -> Proof:
        proof = super().proof(cluster)
        read = f"{proof.text}; monotonic clock read wrong {self._monotonic_reads} times"
        return Proof(proof.bit and self._monotonic_reads > 0, read)
