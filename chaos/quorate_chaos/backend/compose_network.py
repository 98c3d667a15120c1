"""Partitions of containers: each pair of nodes has a docker network, to be unplugged from.

A pair that is cut has its one end disconnected: its interface is gone, and connections hang as they
do when a cable is pulled.
"""

from collections import Counter
from collections.abc import Callable, Container, Iterable

from .. import metrics
from ..containers.cli import Docker
from ..containers.project import LABEL, Project
from ..errors import ChaosError, Unsupported
from .addresses import Addresses, Pair, pair_of
from .base import CLIENTS, Link, Network
from .compose_services import bridge_of, pair_name

Plug = tuple[str, str]  # a docker network, and the node whose end is pulled


class Cables(Network):
    """`docker`, `container` and `project` are known once the cluster is open."""

    unit = "times seen cut"
    cannot = {
        "one-way": "docker's networks are cut in both directions or not at all",
        "loss": "docker's networks lose nothing by chance",
        "delay": "docker's networks bring nothing late",
    }

    def __init__(self, addresses: Addresses, page: Callable[[str], str | None]) -> None:
        self._addresses, self._page = addresses, page
        self._cut: set[Link] = set()
        self._pulled: set[Plug] = set()
        self._seen: Counter[Link] = Counter()
        self._docker: Docker | None = None
        self._container: Callable[[str], str] = str
        self._project: Project | None = None

    def opened(self, docker: Docker, container: Callable[[str], str], project: Project) -> None:
        self._docker, self._container, self._project = docker, container, project

    def lay(self, pairs: Iterable[Pair]) -> None:
        """Makes their networks; nobody is plugged into one yet."""
        for pair in pairs:
            bridge = f"com.docker.network.bridge.name={bridge_of(pair)}"
            how = ["--subnet", self._addresses.pair_subnet(pair), "--opt", bridge]
            whose = ["--label", f"{LABEL}={self._of_project().name}"]
            self._run("create", *how, *whose, self._network(pair_name(pair)))

    def admit(self, node: str, others: Iterable[str], with_containers: Container[str]) -> None:
        """One comes. Containers that are there get their ends, the others as they are made."""
        for other in others:
            pair = pair_of(node, other)
            self.lay([pair])
            if other in with_containers:
                self._plug_in((pair_name(pair), other))

    def closed(self) -> None:
        self._docker = None

    def block(self, links: Iterable[Link]) -> None:
        links = self._cut | set(links)
        if any((target, source) not in links for source, target in links):
            raise Unsupported(self.cannot["one-way"])
        self._become(links)

    def unblock(self, links: Iterable[Link]) -> None:
        self._look()
        self._become(self._cut - set(links))

    def heal(self) -> None:
        self._look()
        self._become(set())

    def again(self, node: str) -> None:
        """A container that was made anew has all its cables in."""
        lost = {plug for plug in self._pulled if plug[1] == node}
        self._pulled -= lost
        self._become(self._cut)

    def dropped(self) -> dict[Link, int]:
        self._look()
        return dict(self._seen)

    def _look(self) -> None:
        """Who misses somebody at the far end of a link counts it as cut; so do we, as clients."""
        pages = {node: self._page(node) for link in self._cut for node in link if node != CLIENTS}
        for source, target in self._cut:
            if CLIENTS in (source, target):
                cut = pages[target if source == CLIENTS else source] is None
            else:
                cut = metrics.total(pages[target], "quorate_peers_unreachable") > 0
            self._seen[(source, target)] += cut

    def _become(self, cut: set[Link]) -> None:
        self._cut = cut
        wanted = {self._plug(link) for link in cut}
        for plug in sorted(self._pulled - wanted):
            self._plug_in(plug)
        for plug in sorted(wanted - self._pulled):
            self._pull(plug)

    def _plug(self, link: Link) -> Plug:
        if CLIENTS in link:
            return "clients", next(end for end in link if end != CLIENTS)
        pair = pair_of(*link)
        return pair_name(pair), pair[0]

    def _pull(self, plug: Plug) -> None:
        network, node = plug
        self._pulled.add(plug)
        self._run("disconnect", "--force", self._network(network), self._container(node))

    def _plug_in(self, plug: Plug) -> None:
        network, node = plug
        if network == "clients":
            how = ["--ip", self._addresses.for_clients(node), "--alias", node]
        else:
            pair = pair_of(*network.split("-"))
            how = ["--ip", self._addresses.in_pair(pair, node)]
        self._run("connect", *how, self._network(network), self._container(node))
        self._pulled.discard(plug)

    def _network(self, name: str) -> str:
        return self._of_project().network(name)

    def _of_project(self) -> Project:
        assert self._project, "open() comes first"
        return self._project

    def _run(self, *arguments: str) -> None:
        if self._docker is None:
            raise ChaosError("the network's containers are gone: open() comes first")
        self._docker.run("network", *arguments)
