"""One compose project: containers, volumes and networks that come and go together."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..binaries import ROOT
from .cli import Docker
from .compose import Compose, either

COMPOSE_FILE = ROOT / "deploy" / "compose" / "docker-compose.yml"
LABEL = "com.docker.compose.project"
# How each kind of thing that a project has is listed, and removed.
KINDS = (
    (("ps", "--all"), ("rm", "--force", "--volumes")),
    (("volume", "ls"), ("volume", "rm", "--force")),
    (("network", "ls"), ("network", "rm")),
)


class Project:
    """Of the compose file, with what `override` says over it."""

    def __init__(
        self,
        docker: Docker,
        name: str,
        override: Path,
        env: Mapping[str, str],
        profiles: Sequence[str] = (),
        by: Compose | None = None,
        options: Sequence[str] = (),
    ) -> None:
        """`by`: which compose; the best that there is, unless told. `options`: of its own."""
        self.docker, self.name = docker, name
        self._compose = by or either(docker)
        self._override = override
        self._options = list(options)
        chosen = {"COMPOSE_PROFILES": ",".join(profiles)} if profiles else {}
        self._env = {**env, **chosen}

    def say(self, override: Mapping[str, Any]) -> None:
        """What is different from the compose file; JSON is YAML too."""
        self._override.write_text(json.dumps(override, indent=1))

    def run(self, *arguments: str, seconds: float = 120) -> str:
        files = [*("--file", str(COMPOSE_FILE)), *("--file", str(self._override))]
        options = ["--project-name", self.name, *self._options]
        command = [*self._compose.command, *options, *files, *arguments]
        return self.docker.command(command, {**self._env, **self._compose.env}, seconds)

    def up(self, *services: str) -> None:
        self.run("up", "--detach", "--no-build", *(["--no-deps"] if services else []), *services)

    def down(self, volumes: bool) -> None:
        self.run("down", "--remove-orphans", *(["--volumes"] if volumes else []))

    def container(self, service: str) -> str | None:
        """Its id, also when it is stopped."""
        label = f"label=com.docker.compose.service={service}"
        ids = self._list("ps", "--all", "--no-trunc", "--filter", label)
        return ids[0] if ids else None

    def network(self, name: str) -> str:
        return f"{self.name}_{name}"

    def volume(self, name: str) -> str:
        return f"{self.name}_{name}"

    def leftovers(self) -> list[str]:
        """All containers, volumes and networks of this project."""
        return [thing for kind, _ in KINDS for thing in _things(self.docker, kind, self.name)]

    def clear(self) -> None:
        """Removes it, whatever compose thinks of it, in whatever state it is."""
        clear(self.docker, self.name)

    def _list(self, *what: str) -> list[str]:
        return _things(self.docker, what, self.name)


def clear(docker: Docker, project: str) -> None:
    for kind, remove in KINDS:
        things = _things(docker, kind, project)
        if things:
            docker.run(*remove, *things)


def sweep(docker: Docker, prefix: str) -> None:
    """Removes projects of that prefix and a process's number, if that process is no more."""
    form = f'{{{{.Label "{LABEL}"}}}}'
    names = {name for kind, _ in KINDS for name in docker.run(*kind, "--format", form).split()}
    for name in sorted(names):
        pid = name.removeprefix(prefix)
        if name.startswith(prefix) and pid.isdigit() and not Path(f"/proc/{pid}").exists():
            clear(docker, name)


def _things(docker: Docker, what: Sequence[str], project: str) -> list[str]:
    ours = ("--quiet", "--filter", f"label={LABEL}={project}")
    return docker.run(*what, *ours).split()
