"""What the tests of deploy/ share: a docker daemon, its images, one cluster for all."""

import os
import signal
from collections.abc import Iterator

import pytest

from quorate_chaos.containers import image
from quorate_chaos.containers.cli import Docker
from quorate_chaos.containers.daemon import Daemon, leftovers
from quorate_chaos.containers.free_ports import free_first_digits
from quorate_chaos.errors import Unsupported
from quorate_chaos.process import run

from cluster import PROGRAMS, TAG, ComposeCluster, running


def pytest_configure(config: pytest.Config) -> None:
    # Asked to end, it ends as at Ctrl-C: nothing of it stays behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.fixture(scope="session")
def docker() -> Iterator[Docker]:
    """A daemon with the base image; at the end nothing of ours is left on the machine."""
    why_not = Daemon.why_not()
    if why_not:
        pytest.fail(f"no docker here: {why_not}; ./dev compose installs it")
    daemon = Daemon()
    made_base = False
    try:
        daemon.open()
        try:
            made_base = image.ensure_base(daemon.docker)
        except Unsupported as missing:
            pytest.fail(str(missing))
        yield daemon.docker
    finally:
        if not daemon.own:
            images = [f"quorate:{TAG}", f"quorate-prometheus:{TAG}"]
            daemon.docker.attempt("rmi", *images, *([image.BASE] if made_base else []))
        daemon.close()
    ours = [name for name in leftovers() if str(os.getpid()) in name]
    mounts = [line for line in open("/proc/mounts") if "/tmp/qkd" in line]
    processes = run(["/usr/bin/pgrep", "--full", f"/tmp/qkd{os.getpid()}-"]).stdout.split()
    assert (ours, mounts, processes) == ([], [], []), "left on the machine"


@pytest.fixture(scope="session")
def images(docker: Docker, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Built by compose from deploy/, with the programs of this checkout."""
    cluster = ComposeCluster(docker, tmp_path_factory.mktemp("build"), ports=0)
    with image.prebuilt(PROGRAMS):
        cluster.project.run("build", "n1", "prometheus", seconds=600)


@pytest.fixture(scope="session")
def cluster(docker: Docker, images: None, tmp_path_factory) -> Iterator[ComposeCluster]:
    yield from running(
        ComposeCluster(docker, tmp_path_factory.mktemp("three"), free_first_digits())
    )


@pytest.fixture
def five(docker: Docker, images: None, tmp_path) -> Iterator[ComposeCluster]:
    yield from running(ComposeCluster(docker, tmp_path, free_first_digits(), nodes=5))
