"""The two programs that are called compose: docker's plugin, and docker-compose."""

import fcntl
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..binaries import ROOT
from ..errors import ChaosError, Unsupported
from ..process import run
from .cli import Docker, program

CACHE = ROOT / ".cache" / "compose-plugin"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
MIRROR = "http://deb.debian.org/debian"


@dataclass(frozen=True)
class Compose:
    """How one of them is called."""

    command: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)


def either(docker: Docker) -> Compose:
    """`docker compose` where this machine has it, else docker-compose. Raises Unsupported."""
    return plugin_here(docker) or standalone()


def standalone() -> Compose:
    """`docker-compose`. Raises Unsupported if it is not installed."""
    return Compose((program("docker-compose"),))


def plugin(docker: Docker) -> Compose:
    """`docker compose`: this machine's, else Debian 13's, which runs on Debian 12 as it is.

    Raises Unsupported, which says why it cannot be had.
    """
    here = plugin_here(docker)
    if here:
        return here
    return Compose((program("docker"), "compose"), {"DOCKER_CONFIG": str(_fetched())})


def plugin_here(docker: Docker) -> Compose | None:
    if docker.attempt("compose", "version", seconds=20) is None:
        return None
    return Compose((program("docker"), "compose"))


def _fetched() -> Path:
    """A folder of settings for docker, with the plugin in it; made once for this checkout."""
    settings = CACHE / "config"
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not settings.exists():
            with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
                _fetch(Path(scratch)).rename(settings)
    return settings


def _fetch(scratch: Path) -> Path:
    """By an apt with lists of its own, which checks signatures; nothing of it is installed."""
    _apt_get(scratch, "update")
    _apt_get(scratch, "download", "docker-compose")
    for package in scratch.glob("*.deb"):
        _run([program("dpkg-deb"), "--extract", str(package), str(scratch / "unpacked")])
    plugins = scratch / "config" / "cli-plugins"
    plugins.mkdir(parents=True)
    there = scratch / "unpacked/usr/libexec/docker/cli-plugins/docker-compose"
    if not there.exists():
        raise Unsupported("docker has no plugin compose, and Debian 13's package has none either")
    there.rename(plugins / there.name)
    return plugins.parent


def _apt_get(scratch: Path, *arguments: str) -> None:
    sources = scratch / "debian13.sources"
    mirror = os.environ.get("DEBIAN_MIRROR", MIRROR)
    sources.write_text(
        f"Types: deb\nURIs: {mirror}\nSuites: trixie\nComponents: main\nSigned-By: {KEYRING}\n"
    )
    for folder in ("state/lists/partial", "cache/archives/partial"):
        (scratch / folder).mkdir(parents=True, exist_ok=True)
    options = {
        "Dir::Etc::sourcelist": sources,
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State": scratch / "state",
        "Dir::State::status": "/dev/null",
        "Dir::Cache": scratch / "cache",
        "APT::Sandbox::User": "",  # which could not write here
        "APT::Update::Error-Mode": "any",
        "Acquire::Retries": "1",
        "Acquire::http::Timeout": "20",
    }
    own = [f"--option={name}={value}" for name, value in options.items()]
    # What it downloads goes where it is.
    there = ["/usr/bin/env", f"--chdir={scratch}"]
    _run([*there, program("apt-get"), "--quiet", *own, *arguments])


def _run(command: list[str]) -> None:
    """Raises Unsupported with what it complains of."""
    try:
        ran = run(command, seconds=180)
        failed = ran.stderr.strip()[-500:] if ran.returncode else ""
    except ChaosError as late:
        failed = str(late)
    if failed:
        raise Unsupported(f"docker has no plugin compose, nor can Debian 13's be had: {failed}")
