"""The image of deploy/Dockerfile, from programs that were built on this machine."""

import fcntl
import shutil
from contextlib import contextmanager
from pathlib import Path

from ..binaries import ROOT, Binaries
from ..errors import ChaosError, Unsupported
from ..process import run
from .cli import Docker, program

BASE = "debian:bookworm-slim"
CACHE = ROOT / ".cache" / "image"
PROGRAMS = ("kvd", "kvctl")


@contextmanager
def _cache_locked():
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def ensure_base(docker: Docker) -> bool:
    """Gets the image that others stand on; True if it was made here, under that same tag.

    From a registry where one can be reached, else by debootstrap, once for this checkout.
    """
    if docker.has_image(BASE) or docker.attempt("pull", BASE, seconds=300) is not None:
        return False
    tar = CACHE / "bookworm-slim.tar"
    with _cache_locked():
        if not tar.exists():
            _debootstrap(tar)
    docker.run("import", "--change", 'CMD ["bash"]', str(tar), BASE, seconds=300)
    return True


def _debootstrap(tar: Path) -> None:
    try:
        program("debootstrap")
    except Unsupported:
        raise Unsupported(f"no registry has {BASE}, and debootstrap is not installed") from None
    made = run([str(ROOT / "deploy" / "base-image.sh"), str(tar)], seconds=600)
    if made.returncode != 0:
        raise ChaosError(f"no registry has {BASE}, nor can it be made:\n{made.stderr[-2000:]}")


@contextmanager
def prebuilt(binaries: Binaries):
    """While it lasts, these programs are those that BINARIES=prebuilt takes."""
    with _cache_locked():
        shutil.rmtree(CACHE / "bin", ignore_errors=True)
        (CACHE / "bin").mkdir()
        for name in PROGRAMS:
            path = binaries.path(name)
            stripped = run([program("strip"), "-o", str(CACHE / "bin" / name), path])
            if stripped.returncode != 0:
                raise ChaosError(f"{path} is no program: {stripped.stderr.strip()}")
        yield


def build(docker: Docker, tag: str, binaries: Binaries) -> None:
    """Packages are fetched by this machine's network: a daemon of ours has none of its own."""
    with prebuilt(binaries):
        docker.run(
            *("build", "--quiet", "--network", "host", "--build-arg", "BINARIES=prebuilt"),
            *("--tag", tag, "--file", str(ROOT / "deploy" / "Dockerfile"), str(ROOT)),
            seconds=600,
        )
