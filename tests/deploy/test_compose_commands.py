"""What deploy/README.md says to type works by `docker compose` and by docker-compose alike."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from quorate_chaos.containers import compose, image
from quorate_chaos.containers.cli import Docker
from quorate_chaos.containers.compose import Compose
from quorate_chaos.containers.free_ports import free_first_digits
from quorate_chaos.errors import Unsupported

from cluster import PROGRAMS, ComposeCluster, running

COMMANDS = {"docker compose": compose.plugin, "docker-compose": lambda docker: compose.standalone()}


@pytest.fixture(scope="module", params=COMMANDS)
def by(docker: Docker, request: pytest.FixtureRequest) -> Compose:
    try:
        return COMMANDS[request.param](docker)
    except Unsupported as missing:
        pytest.skip(str(missing))


@pytest.fixture
def cluster(
    docker: Docker, images: None, by: Compose, tmp_path: Path
) -> Iterator[ComposeCluster]:
    """Of an image that this very compose has built, most of which was there already."""
    made = ComposeCluster(docker, tmp_path, free_first_digits(), by=by, monitoring=False)
    with image.prebuilt(PROGRAMS):
        made.project.run("build", "n1", seconds=600)
    yield from running(made)


def test_a_cluster_comes_up_works_and_goes_without_a_trace(cluster: ComposeCluster) -> None:
    cluster.kvctl("keyspace", "create", "orders", "--mode", "raft", "--replicas", "3")
    cluster.kvctl("put", "orders", "42", "paid")
    inside = ("exec", "-T", "n2", "kvctl", "--endpoints", "n1:7400")
    assert "healthy: all 3 nodes answer" in cluster.project.run(*inside, "cluster", "status")
    cluster.project.run("stop", "n3")
    assert cluster.state("n3") == "exited"
    assert cluster.project.run(*inside, "get", "orders", "42").strip() == "paid"
    cluster.project.run("start", "n3")
    cluster.wait_ready("n3")


def test_the_file_of_five_makes_it_five(
    docker: Docker, images: None, by: Compose, tmp_path: Path
) -> None:
    five = ComposeCluster(docker, tmp_path, free_first_digits(), nodes=5, by=by)
    try:
        five.project.run("up", "--no-start", "--no-build")
        assert [five.state(node) for node in five.nodes] == ["created"] * 5
    finally:
        five.project.clear()
