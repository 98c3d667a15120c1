"""Who injects faults, and keeps a journal of what they were and whether they took hold."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from .clock import now_us
from .cluster import Cluster
from .errors import ChaosError
from .faults.base import Fault

STEP_SECONDS = 0.05
BROKEN_SECONDS = 1.0  # so long a network stays broken for nodes that come back into it
STOOD_STILL_SECONDS = 5.0  # a sleep of one step that takes so much longer

_LAST = {"network": 1, "admin": 2, "members": 3}


@dataclass
class Entry:
    """One line of faults.jsonl."""

    fault: str
    what: str
    nodes: list[str]
    begin_us: int
    end_us: int
    bit: bool
    proof: str
    change: bool = False  # of who is there: nothing is broken by it


class Nemesis:
    """Faults begin, last and end here; `alive` is asked all the while and may raise."""

    def __init__(
        self, cluster: Cluster, journal: Path, random: Random, alive: Callable[[], None]
    ) -> None:
        self._cluster, self._journal, self._random, self._alive = cluster, journal, random, alive
        self._active: list[tuple[Fault, int]] = []
        self.entries: list[Entry] = []
        self.notes: list[str] = []  # what a reader of the report must know
        self.disks_kept = True
        journal.touch()

    def suffer(self, faults: Sequence[Fault], seconds: float) -> None:
        """All of them at once, for so long.

        What has hit nodes ends first, so that they come back into a network that is still broken;
        administrators last, who go on until something was done.
        """
        for fault in faults:
            self.begin(fault)
        self.wait(seconds)
        for fault in sorted(faults, key=lambda fault: _LAST.get(fault.kind, 0)):
            if fault.kind == "network" and len(faults) > 1:
                self.wait(BROKEN_SECONDS)
            self.end(fault)

    def begin(self, fault: Fault) -> None:
        reason = fault.possible(self._cluster)
        if reason:
            raise ChaosError(f"{fault.name} is not possible: {reason}")
        self._active.append((fault, now_us()))
        self.disks_kept = self.disks_kept and not fault.takes_disk
        fault.begin(self._cluster, self._random)

    def end(self, fault: Fault) -> None:
        for i, (active, begin_us) in enumerate(self._active):
            if active is fault:
                del self._active[i]
                self._finish(fault, begin_us)
                return

    def _finish(self, fault: Fault, begin_us: int) -> None:
        change = fault.kind == "members"
        entry = Entry(fault.name, fault.what, fault.nodes, begin_us, 0, False, "", change)
        try:
            fault.end(self._cluster)
            entry.end_us = now_us()
            proof = fault.proof(self._cluster)
            entry.bit, entry.proof = proof.bit, proof.text
        except ChaosError as error:
            entry.end_us, entry.proof = now_us(), str(error)
            raise
        finally:
            entry.what, entry.nodes = fault.what, fault.nodes
            self._write(entry)

    def _write(self, entry: Entry) -> None:
        self.entries.append(entry)
        with self._journal.open("a") as out:
            out.write(json.dumps(entry.__dict__) + "\n")

    def wait(self, seconds: float) -> None:
        """Time passes; what is on goes on."""
        until = time.monotonic() + seconds
        while True:
            self._check_alive()
            for fault, _ in self._active:
                fault.step(self._cluster)
            left = until - time.monotonic()
            if left <= 0:
                return
            self._sleep(min(STEP_SECONDS, left))

    def _sleep(self, seconds: float) -> None:
        """Says so if the machine, or somebody, has stopped this process meanwhile."""
        before = time.monotonic()
        time.sleep(seconds)
        late = time.monotonic() - before - seconds
        if late > STOOD_STILL_SECONDS:
            self.notes.append(f"the harness stood still for {late:.0f} s: something stopped it")

    def _check_alive(self) -> None:
        """Raises ChaosError if kvload or a node has ended that nobody ended."""
        self._alive()
        ends = ("process", "disk")  # kinds of faults that may end whom they hit
        hit = {node for fault, _ in self._active if fault.kind in ends for node in fault.nodes}
        for node in self._cluster.others(hit):
            if self._cluster.is_gone(node) and not self._cluster.may_be_gone(node):
                raise ChaosError(self._cluster.end_of(node, "ended by itself"))

    def end_all(self) -> None:
        """Whatever is on, the newest first."""
        while self._active:
            fault, begin_us = self._active.pop()
            self._finish(fault, begin_us)

    def without_proof(self) -> list[Entry]:
        return [entry for entry in self.entries if not entry.bit]
