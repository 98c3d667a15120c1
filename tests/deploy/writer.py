"""A client that writes key after key and remembers which were acknowledged."""

import json
import subprocess
import time
from pathlib import Path

from quorate_chaos.process import TIED

from cluster import ComposeCluster

PER_SECOND = 400


class Writer:
    """One `kvctl import` that is fed as long as somebody waits for it. Use with `with`."""

    def __init__(self, cluster: ComposeCluster, keyspace: str, folder: Path) -> None:
        self._report = folder / f"report-{keyspace}.jsonl"
        self._report.unlink(missing_ok=True)
        command = ["import", keyspace, "-", "--quiet", "--report", str(self._report)]
        self._cluster, self._keyspace = cluster, keyspace
        self._child = subprocess.Popen(
            [*TIED, *cluster.kvctl_command(*command)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            process_group=0,
        )
        self.fed = 0

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, *_: object) -> None:
        self._child.kill()
        self._child.wait()

    def feed_until_acknowledged(self, more: int, seconds: float = 40) -> None:
        """Goes on writing until so many more are acknowledged."""
        wanted = len(self.acknowledged()) + more
        deadline = time.monotonic() + seconds
        while len(self.acknowledged()) < wanted:
            assert (
                time.monotonic() < deadline
            ), f"{len(self.acknowledged())} of {wanted} acknowledged"
            self.feed(PER_SECOND // 20)
            time.sleep(1 / 20)

    def feed(self, count: int) -> None:
        assert self._child.stdin
        assert self._child.poll() is None, f"kvctl import has ended: {self._child.stderr.read()}"
        for _ in range(count):
            self.fed += 1
            line = {"key": f"key-{self.fed}", "value": f"written as number {self.fed}"}
            self._child.stdin.write(json.dumps(line) + "\n")
        self._child.stdin.flush()

    def finish(self) -> None:
        """No more; returns when every answer has come."""
        assert self._child.stdin
        self._child.stdin.close()
        self._child.wait(60)

    def acknowledged(self) -> set[str]:
        return self._with_outcome("acknowledged")

    def outcomes(self) -> dict[str, int]:
        return {
            what: len(self._with_outcome(what)) for what in ("acknowledged", "failed", "unknown")
        }

    def _with_outcome(self, outcome: str) -> set[str]:
        text = self._report.read_text() if self._report.exists() else ""
        lines = [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]
        return {line["key"] for line in lines if line["outcome"] == outcome}

    def missing(self) -> set[str]:
        """What was acknowledged and is not there, with the right value."""
        records = self._cluster.kvctl("export", self._keyspace).splitlines()
        found = {record["key"]: record["value"] for record in map(json.loads, records)}
        wrong = {
            key for key in self.acknowledged() if found.get(key) != f"written as number {key[4:]}"
        }
        return wrong
