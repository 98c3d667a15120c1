"""A fault: something that breaks, lasts, ends, and proves that it took hold."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..cluster import Cluster


@dataclass(frozen=True)
class Proof:
    """Whether the fault took hold, and what shows it: "312 packets dropped"."""

    bit: bool
    text: str


class Fault(ABC):
    """One fault, used once: begin(), step() now and then, end(), proof().

    A fault whose proof says that it did not take hold makes the run void. `begin` chooses its
    victims by `random` alone, so that a seed repeats it, and sets `what` and `nodes`.
    """

    name: str = ""  # a word or two with a dash, as faults.jsonl has it
    # process, disk, network, clock, admin, load: two of a kind are never on at once, nor one of
    # process and one of disk, as both may end a node.
    kind: str = "process"
    takes_disk: bool = False  # what was synced on it may be gone
    silences: bool = False  # hardly anybody is left to send what a fault of the network could lose
    hides: bool = False  # whom it hits the conductor cannot ask either, nor wait for it to be back
    lasts: tuple[float, float] = (1.5, 3.0)  # seconds, from and to, unless a scenario says

    def __init__(self) -> None:
        self.what = ""  # for people: "n1 | n2 n3"
        self.nodes: list[str] = []  # whom it hits, for the timeline

    def possible(self, cluster: "Cluster") -> str:
        """Empty, or why this cluster cannot have it; asked before begin()."""
        return ""

    @abstractmethod
    def begin(self, cluster: "Cluster", random: Random) -> None:
        """Breaks it. What its proof needs later is measured here."""

    def step(self, cluster: "Cluster") -> None:
        """Called every 50 ms or so while it lasts, by faults that go on doing something."""

    @abstractmethod
    def end(self, cluster: "Cluster") -> None:
        """Mends it, as far as it is this fault's to mend. Always called, even if begin() failed."""

    @abstractmethod
    def proof(self, cluster: "Cluster") -> Proof:
        """After end()."""
