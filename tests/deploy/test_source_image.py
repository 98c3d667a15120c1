"""The image as a newcomer builds it: from source. Long, so only where it is asked for."""

import json
import os

import pytest

from quorate_chaos.binaries import ROOT
from quorate_chaos.clock import eventually
from quorate_chaos.containers.cli import Docker

from cluster import TAG

BUILD_SECONDS = 5400
READY_SECONDS = 60


@pytest.mark.skipif(
    not os.environ.get("QUORATE_FROM_SOURCE"),
    reason="compiles everything once more: ./dev compose --from-source",
)
def test_the_image_builds_from_source_and_a_container_of_it_serves(docker: Docker) -> None:
    image, name = f"quorate:{TAG}-source", f"quorate-{TAG}"
    docker.run(
        *("build", "--network", "host", "--tag", image),
        *("--file", str(ROOT / "deploy" / "Dockerfile"), str(ROOT)),
        seconds=BUILD_SECONDS,
    )
    # No network: a cluster of one needs none, and a daemon of the test's own has none.
    docker.run("run", "--detach", "--name", name, "--network", "none", image)
    try:
        healthy = ("inspect", "--format", "{{.State.Health.Status}}", name)
        assert eventually(
            lambda: (docker.attempt(*healthy) or "").strip() == "healthy", READY_SECONDS, 0.5
        ), docker.run("logs", name)
        kvctl = ("exec", name, "kvctl")
        docker.run(*kvctl, "keyspace", "create", "ks", "--replicas", "1")
        docker.run(*kvctl, "put", "ks", "k", "v")
        got = json.loads(docker.run(*kvctl, "--output", "json", "get", "ks", "k"))
        assert got["value"] == "v", got
        docker.run("stop", name)
        code = docker.run("inspect", "--format", "{{.State.ExitCode}}", name)
        assert code.strip() == "0", docker.run("logs", name)
    finally:
        docker.attempt("rm", "--force", "--volumes", name)
        docker.attempt("rmi", image)
