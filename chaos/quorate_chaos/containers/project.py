"""One compose project: containers, volumes and networks that come and go together."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..binaries import ROOT
from .cli import Docker

COMPOSE_FILE = ROOT / "deploy" / "compose" / "docker-compose.yml"
LABEL = "com.docker.compose.project"


class Project:
    """Of the compose file, with what `override` says over it."""

    def __init__(
        self,
        docker: Docker,
        name: str,
        override: Path,
        env: Mapping[str, str],
        profiles: Sequence[str] = (),
    ) -> None:
        self.docker, self.name = docker, name
        self._override = override
        self._env = {**env, "COMPOSE_PROFILES": ",".join(profiles)}

    def say(self, override: Mapping[str, Any]) -> None:
        """What is different from the compose file; JSON is YAML too."""
        self._override.write_text(json.dumps(override, indent=1))

    def run(self, *arguments: str, seconds: float = 120) -> str:
        files = [*("--file", str(COMPOSE_FILE)), *("--file", str(self._override))]
        command = [*self.docker.compose, "--project-name", self.name, *files, *arguments]
        return self.docker.command(command, self._env, seconds)

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
        kinds = (["ps", "--all"], ["volume", "ls"], ["network", "ls"])
        return [thing for kind in kinds for thing in self._list(*kind)]

    def _list(self, *what: str) -> list[str]:
        ours = ("--quiet", "--filter", f"label={LABEL}={self.name}")
        return self.docker.run(*what, *ours).split()

    def clear(self) -> None:
        """Removes it, whatever compose thinks of it, in whatever state it is."""
        for kind, remove in (
            (["ps", "--all"], ["rm", "--force", "--volumes"]),
            (["volume", "ls"], ["volume", "rm", "--force"]),
            (["network", "ls"], ["network", "rm"]),
        ):
            things = self._list(*kind)
            if things:
                self.docker.run(*remove, *things)
