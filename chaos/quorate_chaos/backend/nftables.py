"""Real packet loss: rules in each node's namespace that drop what comes from another."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from subprocess import CompletedProcess

from ..errors import ChaosError
from .base import Link

Runner = Callable[[Sequence[str], str], CompletedProcess[str]]
TABLE = "inet chaos"


@dataclass(frozen=True)
class Host:
    """A namespace with an address; `run` runs a command there, with text for its stdin."""

    name: str
    address: str
    run: Runner


class Drops:
    """Which links lose what: all (100) or some of a hundred packets. Counts go on for ever."""

    def __init__(self, hosts: Iterable[Host]) -> None:
        self._hosts = {host.name: host for host in hosts}
        self._percent: dict[Link, int] = {}

    def prepare(self) -> None:
        """One chain and a counter for each sender, in every namespace. Harmless if called again."""
        for host in self._hosts.values():
            lines = [f"add table {TABLE}"]
            lines += [f"add counter {TABLE} from_{name}" for name in self._hosts]
            # Before connection tracking or anything else could have a say.
            hook = "{ type filter hook input priority -300; }"
            lines.append(f"add chain {TABLE} input {hook}")
            self._nft(host, "\n".join(lines) + "\n")

    def admit(self, host: Host) -> None:
        """One more, after prepare()."""
        self._hosts[host.name] = host
        self.prepare()

    def set(self, links: Iterable[Link], percent: int) -> None:
        links = list(links)
        self._percent.update({link: percent for link in links})
        self._write({target for _, target in links})

    def clear(self, links: Iterable[Link] | None = None) -> None:
        links = list(self._percent if links is None else links)
        for link in links:
            self._percent.pop(link, None)
        self._write({target for _, target in links})

    def counts(self) -> dict[Link, int]:
        """Packets lost on each link since prepare()."""
        counts: dict[Link, int] = {}
        for host in self._hosts.values():
            listed = host.run(["nft", "--json", "list", "counters"], "")
            if listed.returncode != 0:
                continue
            for item in json.loads(listed.stdout)["nftables"]:
                counter = item.get("counter")
                if counter and counter["packets"]:
                    counts[(counter["name"].removeprefix("from_"), host.name)] = counter["packets"]
        return counts

    def _write(self, targets: Iterable[str]) -> None:
        """A host's rules are replaced in one transaction: no moment without them."""
        for target in sorted(set(targets)):
            rules = [f"flush chain {TABLE} input"]
            for (source, to), percent in sorted(self._percent.items()):
                if to != target:
                    continue
                chance = "" if percent >= 100 else f" numgen random mod 100 < {percent}"
                rules.append(
                    f"add rule {TABLE} input ip saddr {self._hosts[source].address}{chance}"
                    f" counter name from_{source} drop"
                )
            self._nft(self._hosts[target], "\n".join(rules) + "\n")

    def _nft(self, host: Host, script: str) -> None:
        ran = host.run(["nft", "-f", "-"], script)
        if ran.returncode != 0:
            raise ChaosError(f"nft in the namespace of {host.name}: {ran.stderr.strip()}")
