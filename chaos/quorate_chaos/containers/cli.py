"""The docker and docker-compose commands, against one daemon."""

import json
import os
import shutil
import socket
from collections.abc import Mapping, Sequence
from subprocess import TimeoutExpired
from typing import Any

from .. import http
from ..errors import ChaosError, Unsupported
from ..process import run

# Before other programs of that name: a later docker from elsewhere may lack what it builds with.
PATH = "/usr/bin:/usr/sbin:/bin:/sbin:" + os.environ.get("PATH", "")

UNIX = "unix://"
ANSWER_SECONDS = 5.0


def program(name: str) -> str:
    """Its path; raises Unsupported, which names it, if it is not installed."""
    found = shutil.which(name, path=PATH)
    if not found:
        raise Unsupported(f"{name} is not installed")
    return found


class Docker:
    """Runs commands. `host` is the daemon's socket; None: the one that docker finds by itself."""

    def __init__(self, host: str | None = None) -> None:
        self.host = host
        self._address: str | None = None

    def run(self, *arguments: str, seconds: float = 60) -> str:
        """What docker says. Raises ChaosError with its complaint if it fails."""
        return self.command([program("docker"), *arguments], {}, seconds)

    def attempt(self, *arguments: str, seconds: float = 60) -> str | None:
        """What docker says, or None if it fails."""
        try:
            return self.run(*arguments, seconds=seconds)
        except ChaosError:
            return None

    def command(self, command: Sequence[str], env: Mapping[str, str], seconds: float) -> str:
        full = self.with_env(command, env)
        words = " ".join([os.path.basename(command[0]), *command[1:]])
        try:
            ran = run(full, seconds)
        except TimeoutExpired:
            raise ChaosError(f"'{words}' has not ended after {seconds:g} s") from None
        if ran.returncode != 0:
            raise ChaosError(
                f"'{words}' failed with {ran.returncode}:\n{ran.stderr[-4000:].strip()}"
            )
        return ran.stdout

    def with_env(self, command: Sequence[str], env: Mapping[str, str]) -> list[str]:
        """The command with the variables that lead it to this daemon."""
        ours = {"PATH": PATH, "DOCKER_BUILDKIT": "1", "COMPOSE_DOCKER_CLI_BUILD": "1", **env}
        if self.host:
            ours["DOCKER_HOST"] = self.host
        return ["/usr/bin/env", *(f"{name}={value}" for name, value in ours.items()), *command]

    def answers(self) -> bool:
        return self.attempt("version", "--format", "{{.Server.Version}}", seconds=10) is not None

    def has_image(self, tag: str) -> bool:
        return self.attempt("image", "inspect", "--format", "{{.Id}}", tag) is not None

    def state(self, container: str) -> Mapping[str, Any]:
        """Status, ExitCode, StartedAt. It is asked for many times a second, so without a program
        where the daemon's socket is here."""
        told = http.get("docker", 80, f"/containers/{container}/json", self._connect)
        if told is not None:
            return json.loads(told)["State"]
        return json.loads(self.inspect(container, "{{json .State}}"))

    def _connect(self, host: str, port: int) -> socket.socket:
        if self._address is None:
            form = "{{.Endpoints.docker.Host}}"
            found = self.host or self.attempt("context", "inspect", "--format", form) or ""
            self._address = found.strip()
        if not self._address.startswith(UNIX):
            raise OSError(f"{self._address} is no socket of this machine")
        made = socket.socket(socket.AF_UNIX)
        made.settimeout(ANSWER_SECONDS)
        try:
            made.connect(self._address.removeprefix(UNIX))
        except OSError:
            made.close()
            raise
        return made

    def inspect(self, thing: str, form: str) -> str:
        return self.run("inspect", "--format", form, thing).strip()
