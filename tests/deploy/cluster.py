"""The compose cluster as its users have it: three containers, published ports, kvctl."""

import itertools
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from quorate_chaos import http
from quorate_chaos.binaries import ROOT, Binaries
from quorate_chaos.clock import eventually
from quorate_chaos.containers.cli import Docker
from quorate_chaos.containers.compose import Compose
from quorate_chaos.containers.daemon import bridge_name
from quorate_chaos.containers.project import Project
from quorate_chaos.process import run

COMPOSE = ROOT / "deploy" / "compose"
TAG = f"test{os.getpid()}"
HEALTHY_SECONDS = 60
_NUMBERS = itertools.count(1)  # of clusters, which may be there at once
PROGRAMS = Binaries.default()


class ComposeCluster:
    """`ports`: the first digits of its published ports. Main thread only."""

    def __init__(
        self,
        docker: Docker,
        folder: Path,
        ports: int,
        nodes: int = 3,
        by: Compose | None = None,
        monitoring: bool = True,
    ) -> None:
        """`by`: which compose. `monitoring`: with Prometheus, of three nodes."""
        self.docker, self.ports, self.monitoring = docker, ports, monitoring and nodes == 3
        self.nodes = [f"n{number}" for number in range(1, nodes + 1)]
        self._number = next(_NUMBERS)
        env = {
            "QUORATE_TAG": TAG,
            "QUORATE_BINARIES": "prebuilt",
            "QUORATE_PORTS": str(ports),
            "QUORATE_PROMETHEUS_PORT": f"{ports}90",
        }
        profiles = ["monitoring"] if self.monitoring else []
        self.project = Project(
            docker,
            f"quoratetest{os.getpid()}x{self._number}",
            folder / "over.json",
            env,
            profiles,
            by,
            ["--env-file", str(COMPOSE / "five.env")] if nodes == 5 else [],
        )
        self.project.say(self._override())

    def _override(self) -> dict:
        """What the test's daemon lacks: a network to build by, and bridges that it finds again."""
        services = {name: {"build": {"network": "host"}} for name in [*self.nodes, "prometheus"]}
        if len(self.nodes) == 5:
            del services["prometheus"]
        option = "com.docker.network.bridge.name"
        networks = {
            name: {"driver_opts": {option: bridge_name(10 * self._number + index)}}
            for index, name in enumerate(["clients", "peers"])
        }
        return {"services": services, "networks": networks}

    def container(self, node: str) -> str:
        found = self.project.container(node)
        assert found, f"there is no container of {node}"
        return found

    def state(self, node: str) -> str:
        return self.docker.inspect(self.container(node), "{{.State.Status}}")

    def health(self, node: str) -> str:
        return self.docker.inspect(self.container(node), "{{.State.Health.Status}}")

    def wait_healthy(self, *nodes: str) -> None:
        """Until docker itself says so, by the image's own check."""
        for node in nodes or self.nodes:
            if not eventually(lambda n=node: self.health(n) == "healthy", HEALTHY_SECONDS, 0.2):
                raise AssertionError(f"{node} is {self.health(node)}; its log:\n{self.log(node)}")

    def wait_ready(self, *nodes: str) -> None:
        for node in nodes or self.nodes:
            ready = eventually(lambda n=node: self.get(n, "/readyz") is not None, HEALTHY_SECONDS)
            assert ready, f"{node} is not ready; its log:\n{self.log(node)}"

    def log(self, node: str) -> str:
        command = self.docker.with_env(["docker", "logs", "--tail", "40", self.container(node)], {})
        return subprocess.run(command, capture_output=True, text=True, check=False).stderr

    def port(self, node: str, offset: int = 0) -> int:
        return self.ports * 100 + 10 * (int(node[1:]) - 1) + offset

    def endpoint(self, node: str) -> str:
        return f"127.0.0.1:{self.port(node)}"

    def get(self, node: str, path: str) -> str | None:
        return http.get("127.0.0.1", self.port(node, 2), path)

    def kvctl_command(self, *arguments: str) -> list[str]:
        endpoints = ",".join(self.endpoint(node) for node in self.nodes)
        return [PROGRAMS.path("kvctl"), "--endpoints", endpoints, *arguments]

    def kvctl(self, *arguments: str) -> str:
        """What it says; fails the test with its complaint if it fails."""
        ran = run(self.kvctl_command(*arguments))
        assert ran.returncode == 0, f"kvctl {' '.join(arguments)}:\n{ran.stderr}"
        return ran.stdout

    def kvctl_at(self, node: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Asks that node and no other."""
        where = ["--endpoints", self.endpoint(node), "--only-endpoints"]
        return run([PROGRAMS.path("kvctl"), *where, *arguments])

    def leader_of(self, keyspace: str) -> str:
        """Who leads the keyspace's only partition."""
        told = json.loads(self.kvctl("--output", "json", "keyspace", "describe", keyspace))
        led = [r for r in told["replica_states"] if r["role"] == "leader"]
        assert led, f"nobody leads {keyspace}"
        return f"n{max(led, key=lambda replica: replica['term'])['node']}"

    def others(self, node: str) -> list[str]:
        return [name for name in self.nodes if name != node]


def running(cluster: ComposeCluster) -> Iterator[ComposeCluster]:
    """A cluster for as long as it is used; then its containers, volumes and networks are gone."""
    try:
        cluster.project.up()
        cluster.wait_ready()
        yield cluster
        cluster.project.run("down", "--volumes", "--timeout", "0")  # nobody needs a handover
        assert cluster.project.leftovers() == []
    finally:
        cluster.project.clear()
