"""One run of one scenario, as the scenario says it: under a load, suffers faults, passes."""

import shutil
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

from . import knobs, members, process
from .backend.base import Backend, ClusterSpec
from .backend.registry import backend_class
from .clock import now_us
from .cluster import Cluster
from .errors import ChaosError, Unsupported
from .faults import clock_shim, crash_points, disk_shim
from .faults.base import Fault
from .faults.mixture import Maker, Mixture
from .folder import RunFolder
from .hand import Hand
from .judge import Result, check, judge
from .load import Job, Load
from .nemesis import Entry, Nemesis
from .options import Options
from .progress import Progress, lacking, read_progress
from .report import write_report
from .sides import Side, told

# Of many faults by chance, some meet others that leave them nothing to break.
IDLE_OF_MIXTURES = 0.05
CALM_SECONDS = 2.0  # after the last fault, for work to be seen to go on
MEMBERS_SECONDS = 90.0  # for the nodes to be those that should be there
LOOK_SECONDS = 0.05
LOAD_SECONDS_MAX = 24 * 3600


class Failed(AssertionError):
    """The result of a run that did not pass."""


class Trial:
    """under(), suffers() as often as wanted, passes(). Whoever makes it calls close()."""

    def __init__(self, options: Options, scenario: str, title: str) -> None:
        self.options = options
        self.random = Random(f"{options.seed} {scenario}")
        path = options.out / f"{scenario}-{options.seed}"
        command = options.command(scenario)
        self.folder = RunFolder(path, scenario, title, options.seed, options.backend, command)
        self.result = Result("error", "it has not come to its end")
        self.verdict: dict[str, Any] = {}
        self.progress: list[Progress] = []
        self.skipped = ""
        self.expects = "passed"  # or what a kvd that is broken on purpose may come to
        self._backend: Backend | None = None
        self._cluster: Cluster | None = None
        self._load: Load | None = None
        self._nemesis: Nemesis | None = None
        self._idle_max = 0
        self._hands: list[Hand] = []
        self._found: list[str] = []

    # --- what scenarios say

    def under(
        self,
        *jobs: Job,
        nodes: int = 3,
        zones: Sequence[str] = (),
        settings: dict[str, str] | None = None,
        disks: bool = False,
        clocks: bool = False,
        points: Mapping[str, str] | None = None,
    ) -> Cluster:
        """Starts a cluster and the load. `settings` of kvd go over those that chance turns.

        `disks`, `clocks`: of every node can be broken, by what is loaded before its program.
        `points`: kvd_broken's variables for a point in its code that strikes on order.
        """
        self.folder.make()
        flags = {**knobs.settings(self.random), **(settings or {})}
        spec = ClusterSpec(nodes, self.folder.path, self.options.binaries, zones, flags)
        self._note_cluster(spec)
        self._backend = backend_class(self.options.backend)(spec)
        cluster = self._cluster = Cluster(self._backend)
        load = self._load = Load(cluster, self.folder.path, self.options.seed, jobs)
        self.folder.phase("start")
        cluster.prepare = lambda node: self._arm(node, disks, clocks, points or {})
        for node in cluster.nodes:
            cluster.prepare(node)
        cluster.start()
        journal = self.folder.path / "faults.jsonl"
        self._nemesis = Nemesis(cluster, journal, self.random, self._look_around)
        load.begin(LOAD_SECONDS_MAX)
        self.folder.phase("load")
        self.calm(1)
        return cluster

    def suffers(
        self, *faults: Fault, seconds: float | None = None, calm: float | None = None
    ) -> None:
        """These at once, for so long or as long as they choose; then some calm."""
        lasts = max(self.random.uniform(*fault.lasts) for fault in faults)
        self.nemesis.suffer(faults, lasts if seconds is None else seconds)
        self.calm(self.random.uniform(0.3, 1.5) if calm is None else calm)

    def suffers_amid(self, change: Fault, *faults: Fault, seconds: float = 1.0) -> None:
        """A change of who is there goes on while these come, one after the other: each meets
        replicas that are on their way."""
        self.nemesis.begin(change)
        for fault in faults:
            self.until(lambda: members.moving(self.cluster), f"{fault.name} meets nothing that moves")
            self.suffers(fault, seconds=seconds, calm=0.2)
        self.nemesis.end(change)
        self.calm(self.random.uniform(0.3, 1.5))

    def suffers_mixture(self, makers: Sequence[Maker], seconds: float | None = None) -> int:
        """Random faults, one draw after another; how many there were."""
        mixture = Mixture(self.cluster, self.random, makers)
        until = now_us() + (self.options.duration_s if seconds is None else seconds) * 1e6
        before = len(self.nemesis.entries)
        while now_us() < until:
            self.suffers(*mixture.draw(), calm=mixture.pause_seconds())
        drawn = len(self.nemesis.entries) - before
        self._idle_max += int(drawn * IDLE_OF_MIXTURES)
        return drawn

    def calm(self, seconds: float) -> None:
        self.nemesis.wait(seconds)

    def until(self, question: Callable[[], bool], what: str, seconds: float = 30) -> None:
        """What is on goes on meanwhile. Raises ChaosError if it does not come to it in time."""
        deadline = time.monotonic() + seconds
        while not question():
            if time.monotonic() > deadline:
                raise ChaosError(f"{what}, in {seconds:g} s")
            self.nemesis.wait(LOOK_SECONDS)

    def hand(self, job: Job) -> Hand:
        """A client that asks what the scenario says; it is judged with the load."""
        made = Hand(self.cluster, job)
        self._hands.append(made)
        return made

    def finds(self, text: str) -> None:
        """An anomaly that no history can show, as the scenario has seen it."""
        self._found.append(text)

    def skip_unless(self, *faults: Fault) -> None:
        """Raises Unsupported if this backend has not what the scenario is about."""
        for fault in faults:
            reason = fault.possible(self.cluster)
            if reason:
                raise Unsupported(f"{fault.name}: {reason}")

    def told(self, job: str, kind: str, nodes: Collection[str], after_seconds: float) -> Side:
        """What clients of these nodes were told in the last fault, so long after it began."""
        history = self.folder.path / "history" / f"{job}.jsonl"
        return told(history, kind, nodes, self.entries[-1], after_seconds)

    def note(self, text: str) -> None:
        """A sentence for whoever reads the report."""
        self.folder.notes.append(text)

    def level(self, job: str) -> dict[str, Any]:
        """The row of the verdict that is about a job; after passes()."""
        rows: list[dict[str, Any]] = self.verdict.get("levels", [])
        for row in rows:
            if row["job"] == job:
                return row
        raise ChaosError(f"the verdict says nothing of job {job}")

    def passes(self, least_done: int = 20) -> None:
        """Heals, goes on for a while, settles, judges. Raises Failed unless all is as promised."""
        self._judge(least_done)
        if not self.result.passed:
            raise Failed(f"{self.result.word}: {self.result.why}")

    def comes_to(self, least_done: int = 0) -> Result:
        """As passes(), for who expects something else: a node that ends by itself is a result."""
        try:
            self._judge(least_done)
        except ChaosError as error:
            self.error(str(error))
        return self.result

    @property
    def cluster(self) -> Cluster:
        assert self._cluster, "under() comes first"
        return self._cluster

    @property
    def back_seconds(self) -> float:
        """After so long a node that was killed is back; before under(), too."""
        return backend_class(self.options.backend).back_seconds

    @property
    def late_seconds(self) -> float:
        """Within this it is, beside much other work."""
        return backend_class(self.options.backend).late_seconds

    @property
    def nemesis(self) -> Nemesis:
        assert self._nemesis, "under() comes first"
        return self._nemesis

    @property
    def entries(self) -> list[Entry]:
        return self._nemesis.entries if self._nemesis else []

    # --- how it ends

    def _look_around(self) -> None:
        assert self._load, "under() comes first"
        self._load.check_alive()
        self.cluster.moves.look_if_due()

    def _judge(self, least_done: int) -> None:
        assert self._load, "under() comes first"
        self.folder.phase("heal")
        self.nemesis.end_all()
        self.cluster.network.heal()
        self.cluster.wait_ready(self.cluster.nodes)
        unmoved = self._await_members()
        healed_us = now_us()
        self.calm(CALM_SECONDS)
        self._load.end()
        self.folder.phase("settle")
        unsettled = self._load.settle()
        self.folder.phase("check")
        self._note_members()
        self._stop()
        histories = self._load.histories
        self.progress = read_progress(histories.glob("*.jsonl"))
        for hand in self._hands:
            hand.write_history(histories)
        verdict_file = self.folder.path / "verdict.json"
        flags = ["--disks-kept"] if self.nemesis.disks_kept else []
        self.verdict = check(self.options.binaries, histories, verdict_file, *flags)
        slow = lacking(self.progress, healed_us, least_done)
        self.folder.notes += self.nemesis.notes
        self.result = judge(
            self.verdict, unmoved or unsettled, slow, self.nemesis.entries, self._idle_max,
            by_hand=[hand.job.name for hand in self._hands],
        )
        if self._found:
            self.result = Result("anomaly", "; ".join(self._found))
        self.folder.write(self.result)

    def _await_members(self) -> str:
        """Empty once those are there that should be, nobody else, and all that was to move has."""
        if not self.cluster.moves.begun:
            return ""
        cluster = self.cluster

        def as_they_should(found: members.Census) -> bool:
            for node in list(cluster.leaving):
                cluster.has_left(node)
            return sorted(found.nodes) == sorted(cluster.nodes)

        what = f"nodes {' '.join(cluster.nodes)}"
        try:
            members.await_census(cluster, what, as_they_should, MEMBERS_SECONDS)
        except ChaosError as error:
            return str(error)
        return ""

    def _arm(self, node: str, disks: bool, clocks: bool, points: Mapping[str, str]) -> None:
        backend = self._backend
        assert backend, "under() has made it"
        if disks:
            disk_shim.arm(backend, [node], track_unsynced=True)
        if clocks:
            clock_shim.arm(backend, [node])
        if points:
            crash_points.arm(backend, [node], points)

    def _note_cluster(self, spec: ClusterSpec) -> None:
        self.folder.nodes = [{"name": name, "zone": spec.zone(name)} for name in spec.names]
        self.folder.settings = dict(spec.flags)
        version = process.run([spec.binaries.path("kvd"), "--version"]).stdout.strip()
        self.folder.version = version.removeprefix("kvd ")
        if self.options.backend == "loopback":
            self.folder.notes.append(
                "partitions by kvd's own switch (kvctl cluster cut): no packet was lost in the "
                "kernel, connections stayed up"
            )

    def error(self, text: str) -> None:
        """It ended before it could be judged, or what it was to show did not show."""
        self.result = Result("error", text)

    def close(self) -> None:
        """Leaves nothing but the folder; tells what came of it there."""
        self._note_members()
        self._stop()
        if not self.folder.path.exists():
            return
        self.folder.write(self.result)
        if not self.options.keep and self.result.passed:
            for data in self.folder.path.glob("nodes/*/data*"):
                shutil.rmtree(data, ignore_errors=True)
        if self.result.why != "interrupted":
            write_report(self.folder.path)

    def _note_members(self) -> None:
        """Who came, and who went."""
        if not self._backend or not self._cluster:
            return
        came = {node: {"from_us": at_us} for node, at_us in self._cluster.came_us.items()}
        went = {node: {"until_us": at_us} for node, at_us in self._cluster.went_us.items()}
        self.folder.nodes = [
            {"name": node, "zone": self._backend.zone(node), **came.get(node, {}),
             **went.get(node, {})}
            for node in [*self._backend.spec.names, *self._backend.joiners]
        ]

    def _stop(self) -> None:
        if self._load:
            self._load.kill()
        for hand in self._hands:
            hand.close()
        if self._backend:
            self._backend.close()
            self._backend = None

    @property
    def report_file(self) -> Path:
        return self.folder.path / "report.html"
