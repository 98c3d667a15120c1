"""What every backend offers: nodes that can be broken, and a network that can be."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..binaries import Binaries
from ..errors import Unsupported

# From whom, to whom, by node names; CLIENTS stands for kvload and kvctl.
Link = tuple[str, str]
CLIENTS = "clients"


@dataclass(frozen=True)
class ClusterSpec:
    """The cluster that is wanted. Names are n1, n2, ...; `zones` is empty or one for each node."""

    nodes: int
    folder: Path  # of the run; the backend owns nodes/ in it
    binaries: Binaries
    zones: Sequence[str] = ()
    flags: Mapping[str, str] = field(default_factory=dict)  # of every kvd, without dashes

    @property
    def names(self) -> list[str]:
        return [f"n{number}" for number in range(1, self.nodes + 1)]

    def zone(self, node: str) -> str:
        return self.zones[int(node[1:]) - 1] if self.zones else ""


@dataclass(frozen=True)
class Joiner:
    """A node that is to come into a running cluster: whom it asks, and what it says of itself."""

    by: str  # a node; another one, once this is gone
    zone: str = ""
    weight: int = 100


class Network(ABC):
    """The links between nodes. All is well at first; faults add up until heal()."""

    unit: str = "packets dropped"  # of what dropped() counts
    # Why not, by what faults ask for: "nodes" (one node from all others), "pairs" (some links of
    # a node), "one-way", "clients" (from nodes), "loss", "delay". What is not named can be had.
    cannot: Mapping[str, str] = {}

    @abstractmethod
    def block(self, links: Iterable[Link]) -> None:
        """From now on, nothing that the first sends reaches the second. Links are one-way.

        Raises Unsupported for what this network cannot do.
        """

    @abstractmethod
    def unblock(self, links: Iterable[Link]) -> None:
        """Ends block() of these links alone."""

    @abstractmethod
    def heal(self) -> None:
        """Ends everything. Harmless where all is well."""

    @abstractmethod
    def dropped(self) -> dict[Link, int]:
        """What was lost on each link since the cluster was opened; it only grows.

        The growth is a fault's proof that it took hold. Packets where they are counted; else how
        often a link was seen cut by the nodes themselves, at calls of this and before it ended.
        """

    def lose(self, links: Iterable[Link], percent: int) -> None:
        """So many of a hundred packets are lost, by chance; counted in dropped()."""
        raise Unsupported(f"{type(self).__name__} has no lossy links")

    def delay(self, nodes: Iterable[str], delay_ms: float, jitter_ms: float) -> None:
        """What these nodes exchange with other nodes comes so much later, each way."""
        raise Unsupported(f"{type(self).__name__} has no slow links")

    def undelay(self, nodes: Iterable[str]) -> None:
        """Ends delay() of these nodes alone."""

    def delayed(self) -> int:
        """How many packets delay() has held back so far: the proof that it took hold."""
        return 0


class Backend(ABC):
    """A cluster's life. open() first, close() last, also after a failed or interrupted open().

    Everything is called from the main thread. Signals interrupt it anywhere: what was begun must
    be known to close() before it exists, or vanish by itself with the conductor.
    """

    name: str = ""
    network: Network
    # Who is killed and started again at once is heard of after so long, beside much other work
    # within `late_seconds`.
    back_seconds: float = 1.0
    late_seconds: float = 1.0

    def __init__(self, spec: ClusterSpec) -> None:
        self.spec = spec
        self.joiners: dict[str, Joiner] = {}
        self._env: dict[str, dict[str, str]] = {}
        self._wrap: dict[str, list[str]] = {}
        self._programs: dict[str, str] = {}

    @classmethod
    @abstractmethod
    def why_not(cls) -> str:
        """Empty: this machine can offer it. Else the reason, for whoever reads that it skips."""

    @abstractmethod
    def open(self) -> None:
        """Makes what nodes need (ports, namespaces, images, folders). Starts no node yet."""

    @abstractmethod
    def close(self) -> None:
        """Ends all of it and leaves nothing but nodes/. May be called twice, at any moment."""

    @abstractmethod
    def start(self, node: str) -> None:
        """Starts or restarts it on the disk it has; does not wait until it is ready."""

    def start_together(self, nodes: Sequence[str]) -> None:
        """The same of several, none of which waits for another."""
        for node in nodes:
            self.start(node)

    def admit(self, node: str, joiner: Joiner) -> None:
        """A place for a node that is none of the spec's; start() then has it join. After open()."""
        raise Unsupported(f"backend {self.name}: a cluster has the nodes that it was made with")

    def door(self, node: str, first: str | None = None) -> str:
        """Whom one that joins asks: `first` or who was told to be asked, else whoever is up."""
        by = first or self.joiners[node].by
        others = (one for one in [by, *self.spec.names, *self.joiners] if one != node)
        return next((one for one in others if self.state(one) == "running"), by)

    def serves_again(self, node: str) -> None:
        """Called when a restarted node answers: what the network must tell it anew."""

    @abstractmethod
    def kill(self, node: str) -> None:
        """SIGKILL; returns when the process is gone. Harmless if it is."""

    @abstractmethod
    def terminate(self, node: str, seconds: float = 20) -> int | None:
        """SIGTERM; its exit code, or None if it had to be killed after that time."""

    @abstractmethod
    def pause(self, node: str) -> None:
        """SIGSTOP (or the container's freezer); returns when it has stopped."""

    @abstractmethod
    def resume(self, node: str) -> None:
        """SIGCONT."""

    @abstractmethod
    def strike(self, node: str) -> None:
        """The point with which it was armed strikes when it is passed next."""

    @abstractmethod
    def hold(self, node: str) -> None:
        """What others have sent it comes to it no more; asked again, all of it does."""

    @abstractmethod
    def state(self, node: str) -> str:
        """`running`, `paused` or `gone`, as the kernel says, not as we remember."""

    @abstractmethod
    def exit_code(self, node: str) -> int | None:
        """Of its last process, as shells tell it; None while it runs or if it never did."""

    @abstractmethod
    def endpoint(self, node: str) -> str:
        """host:port of its API, as programs under client_command() reach it."""

    @abstractmethod
    def http_get(self, node: str, path: str) -> str | None:
        """The body of /readyz, /metrics, ...; None unless it answers 200 within a second."""

    @abstractmethod
    def client_command(self, command: Sequence[str]) -> list[str]:
        """The same command so that it reaches endpoints (and its files by the same paths)."""

    @abstractmethod
    def data_dir(self, node: str) -> Path:
        """Its data folder as the conductor reaches it, for truncating, flipping bits, wiping."""

    def data_dir_inside(self, node: str) -> Path:
        """The same folder by the name that the node itself has for it."""
        return self.data_dir(node).resolve()

    def log_file(self, node: str) -> Path:
        return self.node_folder(node) / "log"

    def node_folder(self, node: str) -> Path:
        return self.spec.folder / "nodes" / node

    def set_env(self, node: str, env: Mapping[str, str]) -> None:
        """Variables from its next start on, over those before: LD_PRELOAD, KVD_LOG_LEVEL."""
        self._env.setdefault(node, {}).update(env)

    def clear_env(self, node: str, names: Iterable[str]) -> None:
        """Without them from its next start on."""
        for name in names:
            self._env.get(node, {}).pop(name, None)

    def set_program(self, node: str, program: str) -> None:
        """What it runs from its next start on: `kvd`, or what is broken on purpose."""
        self._programs[node] = program

    def program(self, node: str) -> str:
        return self.spec.binaries.path(self._programs.get(node, "kvd"))

    def zone(self, node: str) -> str:
        return self.joiners[node].zone if node in self.joiners else self.spec.zone(node)
