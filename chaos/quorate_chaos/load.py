"""The load of a run: jobs for kvload, and kvload itself."""

import json
import signal
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from .cluster import Cluster
from .errors import ChaosError
from .process import Process

ENDS_SECONDS = 30  # after SIGTERM: operations under way may take their whole time-out
SETTLES_SECONDS = 120
NOT_EQUAL = 10  # kvload's exit code
FILL_BYTES = 4096


@dataclass(frozen=True)
class Job:
    """Clients that do one kind of work in a keyspace of its own, at one pair of levels."""

    name: str  # also of the keyspace
    workload: str
    read: str
    write: str
    mode: str = "raft"
    policy: str = ""
    clients: int = 6
    keys: int = 4
    rotate_after: int = 300
    pin: bool = True
    rate: int = 0
    timeout_ms: int = 2000
    partitions: int = 2
    replicas: int = 3  # but no more than there are nodes
    lease_drift: str = ""  # for reads at LEASE: by how much clocks may drift apart
    fill: int = 0  # so many records of 4 KiB lie in the keyspace beside what the load writes

    def keyspace_flags(self, nodes: int) -> list[str]:
        flags = ["--mode", self.mode, "--partitions", str(self.partitions)]
        flags += ["--replicas", str(min(self.replicas, nodes))]
        flags += ["--lease-drift", self.lease_drift] if self.lease_drift else []
        return flags + (["--conflict", self.policy] if self.policy else [])

    def told(self) -> dict[str, object]:
        """As load.json has it: the keyspace is the conductor's business."""
        told = asdict(self)
        for own in ("mode", "policy", "partitions", "replicas", "lease_drift", "fill"):
            del told[own]
        return {**told, "keyspace": self.name}


class Load:
    """kvload at work on a cluster. begin(), then end() and settle()."""

    def __init__(self, cluster: Cluster, folder: Path, seed: int, jobs: Sequence[Job]) -> None:
        if not jobs:
            raise ChaosError(
                "a run without operations shows nothing: give it a load, e.g. "
                "trial.under(register())"
            )
        self._cluster, self._folder, self.jobs = cluster, folder, list(jobs)
        self._told = {"seed": seed, "jobs": [job.told() for job in jobs]}
        self._process: Process | None = None
        self.histories = folder / "history"

    def begin(self, at_most_seconds: float) -> None:
        nodes = len(self._cluster.nodes)
        for job in self.jobs:
            flags = job.keyspace_flags(nodes)
            self._cluster.make_keyspace(job.name, *flags, raft=job.mode == "raft")
            if job.fill:
                self._cluster.fill(job.name, job.fill, FILL_BYTES)
        self.histories.mkdir(exist_ok=True)
        self._process = self._kvload("run", "load.json", int(at_most_seconds * 1000))

    def _kvload(self, verb: str, file: str, duration_ms: int) -> Process:
        """Who is there may have changed since it was told before."""
        endpoints = self._cluster.endpoints()
        told = {**self._told, "endpoints": endpoints, "duration_ms": duration_ms}
        plan = self._folder / file
        plan.write_text(json.dumps(told, indent=1) + "\n")
        kvload = self._cluster.backend.spec.binaries.path("kvload")
        command = [kvload, verb, str(plan), "--out", str(self.histories)]
        return Process(self._cluster.backend.client_command(command), self._log)

    @property
    def _log(self) -> Path:
        return self._folder / "kvload.log"

    def check_alive(self) -> None:
        """Raises ChaosError if kvload has ended though it should not have."""
        if self._process and not self._process.running:
            raise ChaosError(self._ended("kvload ended by itself", self._process))

    def end(self) -> None:
        """No new operations; returns when the last have come back."""
        process, self._process = self._process, None
        if process is None:
            return
        process.signal(signal.SIGTERM)
        if process.wait(ENDS_SECONDS) is None:
            process.kill()
            raise ChaosError(f"kvload did not end within {ENDS_SECONDS} s of SIGTERM")
        if process.exit_code != 0:
            raise ChaosError(self._ended("kvload failed", process))

    def settle(self) -> str:
        """Empty once all replicas are equal and were read; else why that did not come about."""
        process = self._process = self._kvload("settle", "settle.json", 1)
        code = process.wait(SETTLES_SECONDS)
        process.kill()
        self._process = None
        if code == 0:
            return ""
        if code is None:
            return f"the replicas were not read within {SETTLES_SECONDS} s"
        if code == NOT_EQUAL:
            return self._ended("the replicas do not become equal", process)
        raise ChaosError(self._ended("kvload settle failed", process))

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process = None

    def _ended(self, what: str, process: Process) -> str:
        lines = self._log.read_text(errors="replace").splitlines()[-3:]
        return f"{what} (exit code {process.exit_code}): " + " / ".join(lines)
