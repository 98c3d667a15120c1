"""The containers of deploy/compose, with a network for each pair of nodes laid over the file."""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import http
from ..containers import project, shared
from ..containers.cli import Docker
from ..containers.daemon import Daemon, bridge_name
from ..containers.free_ports import free_first_digits
from ..containers.project import Project
from ..errors import ChaosError, Unsupported
from ..process import Process
from .addresses import Addresses, free_prefix
from .base import Backend, ClusterSpec, Joiner
from .compose_network import Cables, pair_name

NODES_MAX = 5
PREFIX = "quoratechaos"  # of projects' names
PORTS = {"client": 7400, "peer": 7401, "http": 7402}
DATA = Path("/var/lib/quorate")  # in the container
LOG_SECONDS = 5  # for docker to hand over a dead container's last lines
STATES = {"running": "running", "paused": "paused"}


class ComposeBackend(Backend):
    """Data lies in the run's folder, as the conductor's own user, so that faults can reach it."""

    name = "compose"
    network: Cables
    back_seconds = 5.0

    def __init__(self, spec: ClusterSpec) -> None:
        super().__init__(spec)
        self._addresses = Addresses(spec.names, free_prefix())
        self._docker: Docker | None = None
        self._project: Project | None = None
        self._containers: dict[str, str] = {}
        self._stale: set[str] = set()  # nodes without a container of their newest settings
        self._logs: dict[str, Process] = {}
        self.network = Cables(self._addresses, lambda node: self.http_get(node, "/metrics"))

    @classmethod
    def why_not(cls) -> str:
        return Daemon.why_not()

    def open(self) -> None:
        if self.spec.nodes not in (3, NODES_MAX):
            raise Unsupported(f"{self.spec.nodes} nodes: deploy/compose has three or five")
        for node in self.spec.names:
            self.data_dir(node).mkdir(parents=True)
            self.log_file(node).touch()
        self._docker = shared.docker_with_image(self.spec.binaries)
        project.sweep(self._docker, PREFIX)
        env = {
            "QUORATE_TAG": shared.TAG,
            "QUORATE_CLUSTER_ID": "chaos",
            # Nobody asks there: the harness comes by the containers' own addresses.
            "QUORATE_PORTS": str(free_first_digits()),
        }
        profiles = ["five"] if self.spec.nodes == NODES_MAX else []
        override = self.spec.folder / "compose.json"
        self._project = Project(self._docker, f"{PREFIX}{os.getpid()}", override, env, profiles)
        self._project.clear()
        self._project.say(self._override())
        self._stale = set(self.spec.names)
        self.network.opened(self._docker, self._container, self._project.network)

    def admit(self, node: str, joiner: Joiner) -> None:
        raise Unsupported("in containers no node joins: deploy/compose has three or five")

    def close(self) -> None:
        self.network.closed()
        for follower in self._logs.values():
            follower.kill()
        self._logs.clear()
        if self._project:
            self._project.clear()
            self._project = None
        self._containers.clear()

    # --- what is different from the compose file

    def _override(self) -> dict[str, Any]:
        return {
            "services": {node: self._service(node) for node in self.spec.names},
            "networks": self._networks(),
        }

    def _service(self, node: str) -> dict[str, Any]:
        networks: dict[str, Any] = {"clients": {"ipv4_address": self._addresses.for_clients(node)}}
        # By docker's own names whoever is dead is unknown, and asked after for seconds.
        hosts = [f"{node}.pair:127.0.0.1"]
        for pair in self._addresses.pairs:
            if node in pair:
                address = self._addresses.in_pair(pair, node)
                networks[pair_name(pair)] = {"ipv4_address": address}
                other = next(end for end in pair if end != node)
                hosts.append(f"{other}.pair:{self._addresses.in_pair(pair, other)}")
        flags = {
            f"KVD_{name.upper().replace('-', '_')}": value
            for name, value in self.spec.flags.items()
        }
        bootstrap = ",".join(self._member(member) for member in self.spec.names)
        return {
            "environment": {"KVD_BOOTSTRAP": bootstrap, **flags, **self._env.get(node, {})},
            "volumes": self._mounts(node),
            "user": f"{os.getuid()}:{os.getgid()}",
            "healthcheck": {"disable": True},  # nobody asks for it here, and it takes processor
            "restart": "no",  # who is dead stays dead until it is started
            "extra_hosts": hosts,
            "networks": networks,
        }

    def _member(self, node: str) -> str:
        client = f"{self._addresses.for_clients(node)}:{PORTS['client']}"
        zone = self.spec.zone(node)
        return f"{node[1:]}={client}/{node}.pair:{PORTS['peer']}" + (f"/{zone}" if zone else "")

    def _mounts(self, node: str) -> list[str]:
        """Its disk; its folder and what is preloaded, by the same paths as outside."""
        folder = self.node_folder(node).resolve()
        preloaded = [
            path for path in self._env.get(node, {}).get("LD_PRELOAD", "").split(":") if path
        ]
        return [
            f"{self.data_dir(node).resolve()}:{DATA}",
            f"{folder}:{folder}",
            *(f"{path}:{path}:ro" for path in preloaded),
        ]

    def _networks(self) -> dict[str, Any]:
        subnets = {"clients": self._addresses.clients_subnet}
        subnets |= {
            pair_name(pair): self._addresses.pair_subnet(pair) for pair in self._addresses.pairs
        }
        networks: dict[str, Any] = {}
        for index, name in enumerate([*subnets, "peers"]):
            option = {"com.docker.network.bridge.name": bridge_name(100 + index)}
            networks[name] = {"driver_opts": option}
            if name in subnets:
                networks[name]["ipam"] = {"config": [{"subnet": subnets[name]}]}
        return networks

    # --- nodes

    def start(self, node: str) -> None:
        docker = self._needs_docker()
        self.data_dir(node).mkdir(exist_ok=True)  # not made anew by docker, as root's
        if node in self._stale:
            self._make(node)
        else:
            docker.run("start", self._container(node))
        began = docker.inspect(self._container(node), "{{.State.StartedAt}}")
        follow = ["docker", "logs", "--follow", "--since", began, self._container(node)]
        self._follow_ends(node)
        self._logs[node] = Process(docker.with_env(follow, {}), self.log_file(node))

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

    def state(self, node: str) -> str:
        if node not in self._containers:
            return "gone"
        status = self._needs_docker().inspect(self._container(node), "{{.State.Status}}")
        if status not in STATES:
            self._follow_ends(node)
        return STATES.get(status, "gone")

    def exit_code(self, node: str) -> int | None:
        form = "{{.State.Status}} {{.State.ExitCode}}"
        status, code = self._needs_docker().inspect(self._container(node), form).split()
        return int(code) if status == "exited" else None

    def set_env(self, node: str, env: Mapping[str, str]) -> None:
        super().set_env(node, env)
        self._stale.add(node)

    def clear_env(self, node: str, names: Iterable[str]) -> None:
        super().clear_env(node, names)
        self._stale.add(node)

    def endpoint(self, node: str) -> str:
        return f"{self._addresses.for_clients(node)}:{PORTS['client']}"

    def environment(self, node: str) -> list[str]:
        """What its container was made with, as NAME=VALUE."""
        form = "{{range .Config.Env}}{{println .}}{{end}}"
        return self._needs_docker().inspect(self._container(node), form).splitlines()

    def http_get(self, node: str, path: str) -> str | None:
        return http.get(self._addresses.for_clients(node), PORTS["http"], path)

    def client_command(self, command: Sequence[str]) -> list[str]:
        return list(command)

    def data_dir(self, node: str) -> Path:
        return self.node_folder(node) / "data"

    def data_dir_inside(self, node: str) -> Path:
        return DATA

    def _make(self, node: str) -> None:
        """A new container with the newest settings, started: compose joins networks only then."""
        assert self._project
        self._project.say(self._override())
        self._project.up(node)
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
