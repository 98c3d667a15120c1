"""The compose backend of the chaos harness does what every backend has to do."""

import importlib.util
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from quorate_chaos.backend.base import CLIENTS, Backend, Joiner
from quorate_chaos.backend.compose import ComposeBackend
from quorate_chaos.binaries import ROOT
from quorate_chaos.clock import eventually
from quorate_chaos.cluster import Cluster, links_between
from quorate_chaos.containers.cli import Docker
from quorate_chaos.errors import Unsupported
from quorate_chaos.faults import clock_shim, disk_shim
from quorate_chaos.faults.base import Fault
from quorate_chaos.faults.clocks import Skew
from quorate_chaos.faults.disk_syncs import SlowSyncs
from quorate_chaos.members import begin_join


def _suite(name: str):
    """Of chaos/tests, which holds what backends have in common."""
    path = ROOT / "chaos" / "tests" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"suite_of_{name}", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_SUITE, _MEMBERS = _suite("test_backends"), _suite("test_members")
test_killed = _SUITE.test_a_killed_node_is_gone_and_comes_back_with_what_it_had
test_asked_to_end = _SUITE.test_a_node_that_is_asked_to_end_does_so_in_order
test_paused = _SUITE.test_a_paused_node_answers_nothing_until_it_goes_on
test_cut_off = _SUITE.test_a_leader_cut_off_refuses_and_the_others_go_on_until_it_is_healed
test_clients_cut_off = _SUITE.test_clients_can_be_cut_off_from_a_node_that_others_reach


def armed(backend: Backend) -> None:
    disk_shim.arm(backend, backend.spec.names)
    clock_shim.arm(backend, backend.spec.names)


@contextmanager
def _found_by_the_backend(docker: Docker) -> Iterator[None]:
    """The daemon of these tests, as any other would be."""
    before = os.environ.get("DOCKER_HOST")
    if docker.host:
        os.environ["DOCKER_HOST"] = docker.host
    try:
        yield
    finally:
        if docker.host:
            del os.environ["DOCKER_HOST"]
        if before:
            os.environ["DOCKER_HOST"] = before


@pytest.fixture(scope="module")
def cluster(docker: Docker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with _found_by_the_backend(docker):
        yield from _SUITE._started("compose", tmp_path_factory.mktemp("compose"), armed)


@pytest.fixture
def growing(docker: Docker, tmp_path: Path) -> Iterator[Cluster]:
    with _found_by_the_backend(docker):
        yield from _MEMBERS._cluster("compose", tmp_path, 3, _MEMBERS.PATIENT)


@pytest.fixture(scope="module")
def packets(cluster: Cluster) -> Cluster:
    return cluster


def test_a_variable_reaches_the_next_start_and_no_later_one(cluster: Cluster) -> None:
    assert isinstance(cluster.backend, ComposeBackend)
    for wanted in (True, False):
        if wanted:
            cluster.backend.set_env("n1", {"KVD_REQUEST_TIMEOUT": "4s"})
        else:
            cluster.backend.clear_env("n1", ["KVD_REQUEST_TIMEOUT"])
        cluster.backend.kill("n1")
        cluster.restart(["n1"])
        told = cluster.backend.inspect("n1", "{{range .Config.Env}}{{println .}}{{end}}")
        assert ("KVD_REQUEST_TIMEOUT=4s" in told.splitlines()) == wanted
    cluster.wait_ready(["n1"])


@pytest.mark.parametrize(
    "fault", [SlowSyncs("n2", slow_ms=20), Skew("n2", seconds=2)], ids=lambda fault: fault.name
)
def test_a_containers_disk_and_its_clock_can_be_broken(cluster: Cluster, fault: Fault) -> None:
    assert fault.possible(cluster) == ""
    fault.begin(cluster, Random(0))
    assert cluster.kvctl("put", "k", "slowly", "v", "--level", "ALL").returncode == 0
    fault.end(cluster)
    assert fault.proof(cluster).bit


def test_any_pair_can_be_unplugged_and_stays_so_over_a_restart(cluster: Cluster) -> None:
    before = cluster.network.dropped()
    pair = links_between(["n1"], ["n2"])
    cluster.network.block(pair)

    def grown() -> bool:
        now = cluster.network.dropped()
        return all(now.get(link, 0) > before.get(link, 0) for link in pair)

    assert eventually(grown, 10, 0.1)
    cluster.backend.set_env("n1", {"KVD_REQUEST_TIMEOUT": "4s"})  # its container is made anew
    cluster.backend.kill("n1")
    cluster.restart(["n1"])
    cut = cluster.network.dropped()
    assert eventually(lambda: cluster.network.dropped() != cut, 10, 0.1), "it is whole again"
    cluster.network.heal()
    cluster.wait_ready(cluster.nodes)


def test_a_node_joins_can_be_cut_off_and_killed_and_leaves(growing: Cluster) -> None:
    _MEMBERS.test_a_node_joins_can_be_cut_off_and_killed_and_leaves(growing)


def test_a_node_that_the_compose_file_has_not_is_as_those_that_it_has(growing: Cluster) -> None:
    backend = growing.backend
    assert isinstance(backend, ComposeBackend)
    backend.kill("n1")
    backend.pause("n2")
    begin_join(growing, "n6", Joiner("n1"))  # it asks n3, as the others cannot answer
    backend.resume("n2")
    growing.restart(["n1"])
    growing.wait_live("n6")  # refused, while there was no majority, it is started again
    growing.wait_ready(["n6", "n1"])
    same = ("CapDrop", "SecurityOpt", "ReadonlyRootfs", "Tmpfs")
    form = " ".join(f"{{{{json .HostConfig.{name}}}}}" for name in same)
    assert backend.inspect("n6", form) == backend.inspect("n1", form)


def test_compose_says_what_it_cannot_do(cluster: Cluster) -> None:
    for attempt in (
        lambda: cluster.network.block([("n1", "n2")]),
        lambda: cluster.network.block([(CLIENTS, "n1")]),
        lambda: cluster.network.lose([("n1", "n2")], 10),
        lambda: cluster.network.delay(["n1"], 10, 1),
    ):
        with pytest.raises(Unsupported):
            attempt()
