"""The containers of deploy/compose, with a network for each pair of nodes laid over the file."""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import http
from ..containers import project, shared
from ..containers.cli import Docker
from ..containers.daemon import Daemon
from ..containers.free_ports import free_first_digits
from ..containers.project import Project
from ..errors import ChaosError, Unsupported
from ..process import Process
from .addresses import NODES_MAX, free_addresses, number_of, pairs_among
from .base import Backend, ClusterSpec, Joiner
from .compose_network import Cables
from .compose_services import DATA, PORTS, Node, Services

PREFIX = "quoratechaos"  # of projects' names
LOG_SECONDS = 5  # for docker to hand over a dead container's last lines
STATES = {"running": "running", "paused": "paused"}


class ComposeBackend(Backend):
    """Data lies in the run's folder, as the conductor's own user, so that faults can reach it."""

    name = "compose"
    network: Cables
    back_seconds = 3.0
    late_seconds = 5.0

    def __init__(self, spec: ClusterSpec) -> None:
        super().__init__(spec)
        self._addresses = free_addresses()
        self._docker: Docker | None = None
        self._project: Project | None = None
        self._containers: dict[str, str] = {}
        self._stale: set[str] = set()  # nodes without a container of their newest settings
        self._doors: dict[str, str] = {}  # of those that join: whom their containers ask
        self._logs: dict[str, Process] = {}
        self.network = Cables(self._addresses, lambda node: self.http_get(node, "/metrics"))

    @classmethod
    def why_not(cls) -> str:
        return Daemon.why_not()

    def open(self) -> None:
        for node in self.spec.names:
            self._make_folder(node)
        self._docker = shared.docker_with_image(self.spec.binaries)
        project.sweep(self._docker, PREFIX)
        env = {
            "QUORATE_TAG": shared.TAG,
            # Nobody asks there: the harness comes by the containers' own addresses.
            "QUORATE_PORTS": str(free_first_digits()),
        }
        override = self.spec.folder / "compose.json"
        self._project = Project(self._docker, f"{PREFIX}{os.getpid()}", override, env)
        self._project.clear()
        self._stale = set(self.spec.names)
        self.network.opened(self._docker, self._container, self._project)
        self.network.lay(pairs_among(self.spec.names))

    def _make_folder(self, node: str) -> None:
        self.data_dir(node).mkdir(parents=True)
        self.log_file(node).touch()

    def admit(self, node: str, joiner: Joiner) -> None:
        """Whoever is there has the address already; now it gets the network to it."""
        if number_of(node) > NODES_MAX:
            raise Unsupported(f"there are addresses for {NODES_MAX} containers, and all had one")
        self._make_folder(node)
        self.network.admit(node, self._names(), self._containers)
        self.joiners[node] = joiner
        self._doors[node] = joiner.by
        self._stale.add(node)

    def close(self) -> None:
        self.network.closed()
        for follower in self._logs.values():
            follower.kill()
        self._logs.clear()
        if self._project:
            self._project.clear()
            self._project = None
        self._containers.clear()

    def _override(self) -> dict[str, Any]:
        assert self._project
        image = f"quorate:{shared.TAG}"
        told = Services(image, self._addresses, self._project.network, self.spec.flags)
        return told.override([self._node(name) for name in self._names()])

    def _node(self, name: str) -> Node:
        own = self._programs.get(name, "kvd") != "kvd"
        joiner = self.joiners.get(name)
        return Node(
            name, self.node_folder(name), self.data_dir(name), self._env.get(name, {}),
            self.program(name) if own else "", self.zone(name),
            joiner.weight if joiner else 100, self._doors.get(name, ""),
        )

    def _names(self) -> list[str]:
        return [*self.spec.names, *self.joiners]

    # --- nodes

    def start(self, node: str) -> None:
        self.start_together([node])

    def start_together(self, nodes: Sequence[str]) -> None:
        """By one command each: where nodes are soon taken for dead, no founder may be late."""
        docker = self._needs_docker()
        for node in nodes:
            self.data_dir(node).mkdir(exist_ok=True)  # not made anew by docker, as root's
            self._choose_door(node)
        stale = [node for node in nodes if node in self._stale]
        made = [self._container(node) for node in nodes if node not in self._stale]
        if stale:
            self._make(stale)
        if made:
            docker.run("start", *made)
        for node in nodes:
            began = docker.state(self._container(node))["StartedAt"]
            follow = ["docker", "logs", "--follow", "--since", began, self._container(node)]
            self._follow_ends(node)
            self._logs[node] = Process(docker.with_env(follow, {}), self.log_file(node))

    def _choose_door(self, node: str) -> None:
        """Of one that joins: if whom it asked is gone, it asks another."""
        before = self._doors.get(node)
        if before and before != (door := self.door(node, before)):
            self._doors[node] = door
            self._stale.add(node)

    def _follow_ends(self, node: str) -> None:
        """Until the log file has all that a dead container said."""
        follower = self._logs.pop(node, None)
        if follower and follower.wait(LOG_SECONDS) is None:
            follower.kill()

    def kill(self, node: str) -> None:
        if self.state(node) != "gone":
            self._needs_docker().run("kill", self._container(node))

    def terminate(self, node: str, seconds: float = 20) -> int | None:
        docker = self._needs_docker()
        docker.run("stop", "--time", str(int(seconds)), self._container(node), seconds=seconds + 30)
        code = self.exit_code(node)
        return None if code == 137 else code

    def pause(self, node: str) -> None:
        self._needs_docker().run("pause", self._container(node))

    def resume(self, node: str) -> None:
        if self.state(node) == "paused":
            self._needs_docker().run("unpause", self._container(node))

    def strike(self, node: str) -> None:
        self._signal(node, "SIGUSR1")

    def hold(self, node: str) -> None:
        self._signal(node, "SIGUSR2")

    def _signal(self, node: str, name: str) -> None:
        """To kvd: the image's process 1 hands it on."""
        self._needs_docker().run("kill", "--signal", name, self._container(node))

    def state(self, node: str) -> str:
        if node not in self._containers:
            return "gone"
        status = self._needs_docker().state(self._container(node))["Status"]
        if status not in STATES:
            self._follow_ends(node)
        return STATES.get(status, "gone")

    def exit_code(self, node: str) -> int | None:
        if node not in self._containers:
            return None
        state = self._needs_docker().state(self._container(node))
        return int(state["ExitCode"]) if state["Status"] == "exited" else None

    def set_env(self, node: str, env: Mapping[str, str]) -> None:
        super().set_env(node, env)
        self._stale.add(node)

    def clear_env(self, node: str, names: Iterable[str]) -> None:
        super().clear_env(node, names)
        self._stale.add(node)

    def set_program(self, node: str, program: str) -> None:
        super().set_program(node, program)
        self._stale.add(node)

    def endpoint(self, node: str) -> str:
        return f"{self._addresses.for_clients(node)}:{PORTS['client']}"

    def inspect(self, node: str, form: str) -> str:
        """What its container was made with."""
        return self._needs_docker().inspect(self._container(node), form)

    def http_get(self, node: str, path: str) -> str | None:
        return http.get(self._addresses.for_clients(node), PORTS["http"], path)

    def client_command(self, command: Sequence[str]) -> list[str]:
        return list(command)

    def data_dir(self, node: str) -> Path:
        return self.node_folder(node) / "data"

    def data_dir_inside(self, node: str) -> Path:
        return DATA

    def _make(self, nodes: Sequence[str]) -> None:
        """New containers with the newest settings, started: compose joins networks only then."""
        assert self._project
        self._project.say(self._override())
        self._project.up(*nodes)
        for node in nodes:
            found = self._project.container(node)
            if not found:
                raise ChaosError(f"compose has made no container of {node}")
            self._containers[node] = found
            self._stale.discard(node)
            self.network.again(node)

    def _container(self, node: str) -> str:
        return self._containers[node]

    def _needs_docker(self) -> Docker:
        assert self._docker, "open() comes first"
        return self._docker
