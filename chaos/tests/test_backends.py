"""What every backend of plain processes must do, and what only real packets can."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from quorate_chaos.backend.base import CLIENTS, Backend, ClusterSpec
from quorate_chaos.backend.local import LocalBackend, environment_of
from quorate_chaos.backend.registry import backend_class
from quorate_chaos.binaries import Binaries
from quorate_chaos.clock import eventually
from quorate_chaos.cluster import Cluster, links_between
from quorate_chaos.errors import Unsupported


def _started(
    name: str, folder: Path, prepare: Callable[[Backend], None] = lambda _: None
) -> Iterator[Cluster]:
    chosen = backend_class(name)
    if chosen.why_not():
        pytest.skip(f"backend {name}: {chosen.why_not()}")
    # A leader that is handed over to balance them would leave a write's outcome open.
    flags = {"log-segment-bytes": "1MiB", "rebalance-interval": "1h"}
    backend = chosen(ClusterSpec(3, folder, Binaries.default(), flags=flags))
    cluster = Cluster(backend)
    try:
        prepare(backend)
        cluster.start()
        cluster.make_keyspace("k", "--partitions", "1", "--replicas", "3")
        yield cluster
    finally:
        backend.close()


@pytest.fixture(scope="module", params=["loopback", "netns"])
def cluster(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    yield from _started(request.param, tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="module")
def packets(tmp_path_factory: pytest.TempPathFactory):
    yield from _started("netns", tmp_path_factory.mktemp("packets"))


def test_a_killed_node_is_gone_and_comes_back_with_what_it_had(cluster: Cluster) -> None:
    assert cluster.kvctl("put", "k", "kept", "v", "--level", "ALL").returncode == 0
    cluster.backend.kill("n2")
    assert cluster.backend.state("n2") == "gone"
    assert cluster.backend.exit_code("n2") == 137
    cluster.restart(["n2"])
    cluster.wait_ready(["n2"])
    assert cluster.backend.state("n2") == "running"
    read = cluster.kvctl("--output", "raw", "get", "k", "kept", "--level", "ONE", node="n2")
    assert read.stdout == "v"


def test_a_node_that_is_asked_to_end_does_so_in_order(cluster: Cluster) -> None:
    assert cluster.backend.terminate("n1") == 0
    cluster.restart(["n1"])
    cluster.wait_ready(["n1"])


def test_a_paused_node_answers_nothing_until_it_goes_on(cluster: Cluster) -> None:
    cluster.backend.pause("n3")
    assert cluster.backend.state("n3") == "paused"
    assert cluster.backend.http_get("n3", "/livez") is None
    cluster.backend.resume("n3")
    assert eventually(lambda: cluster.is_live("n3"), 5)
    cluster.wait_ready(["n3"])


def test_a_variable_reaches_the_next_start_and_no_later_one(cluster: Cluster) -> None:
    assert isinstance(cluster.backend, LocalBackend)
    for wanted in ("debug", None):
        if wanted:
            cluster.backend.set_env("n1", {"KVD_LOG_LEVEL": wanted})
        else:
            cluster.backend.clear_env("n1", ["KVD_LOG_LEVEL"])
        cluster.backend.kill("n1")
        cluster.restart(["n1"])
        pid = cluster.backend.pid("n1")
        assert pid and environment_of(pid).get("KVD_LOG_LEVEL") == wanted
    cluster.wait_ready(["n1"])


def test_a_leader_cut_off_refuses_and_the_others_go_on_until_it_is_healed(
    cluster: Cluster,
) -> None:
    leader = cluster.leader("k")
    others = cluster.others([leader])
    cluster.network.block(links_between([leader], others))
    linearizable = ("get", "k", "kept", "--level", "LINEARIZABLE", "--timeout", "8s")
    assert cluster.kvctl(*linearizable, node=leader).returncode == 5
    assert eventually(lambda: cluster.kvctl(*linearizable, node=others[0]).returncode == 0, 10)
    assert cluster.network.dropped()
    cluster.network.heal()
    assert eventually(lambda: cluster.kvctl(*linearizable, node=leader).returncode == 0, 10)


def test_a_link_cut_one_way_loses_one_way(packets: Cluster) -> None:
    before = packets.network.dropped()
    packets.network.block([("n1", "n2")])
    grown = lambda link: packets.network.dropped().get(link, 0) - before.get(link, 0)  # noqa: E731
    assert eventually(lambda: grown(("n1", "n2")) > 5, 10)
    assert grown(("n2", "n1")) == 0
    packets.network.unblock([("n1", "n2")])
    packets.wait_ready(packets.nodes)


def test_lossy_links_lose_a_part(packets: Cluster) -> None:
    before = packets.network.dropped().get(("n2", "n3"), 0)
    packets.network.lose([("n2", "n3")], 50)
    assert eventually(lambda: packets.network.dropped().get(("n2", "n3"), 0) > before, 10)
    packets.network.heal()
    packets.wait_ready(packets.nodes)


def test_slow_links_hold_packets_back_and_heal(packets: Cluster) -> None:
    packets.network.delay(["n1"], 40, 10)
    assert eventually(lambda: packets.network.delayed() > 20, 10)
    assert packets.is_live("n1"), "clients are not slowed"
    packets.network.undelay(["n1"])
    held = packets.network.delayed()
    packets.wait_ready(packets.nodes)
    assert packets.network.delayed() == held
    assert eventually(lambda: packets.kvctl("put", "k", "a", "b").returncode == 0, 10)


def test_clients_can_be_cut_off_from_a_node_that_others_reach(packets: Cluster) -> None:
    packets.network.block(links_between([CLIENTS], ["n1"]))
    assert packets.backend.http_get("n1", "/livez") is None
    assert packets.is_ready("n2"), "it still hears of n1"
    packets.network.heal()
    assert eventually(lambda: packets.is_live("n1"), 10)


def test_loopback_says_what_it_cannot_do(tmp_path: Path) -> None:
    backend = backend_class("loopback")(ClusterSpec(3, tmp_path, Binaries.default()))
    for attempt in (
        lambda: backend.network.block(links_between([CLIENTS], ["n1"])),
        lambda: backend.network.lose([("n1", "n2")], 10),
        lambda: backend.network.delay(["n1"], 10, 1),
    ):
        with pytest.raises(Unsupported):
            attempt()
