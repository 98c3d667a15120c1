"""Wrong clocks under three real nodes: the others see them, and nothing acknowledged is lost."""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from subprocess import CompletedProcess

import pytest
from quorate_chaos.backend.base import ClusterSpec
from quorate_chaos.backend.loopback import LoopbackBackend
from quorate_chaos.binaries import Binaries
from quorate_chaos.clock import eventually
from quorate_chaos.cluster import Cluster
from quorate_chaos.faults import clock_shim
from quorate_chaos.faults.clocks import Drift, Jumps, MonotonicDrift, Skew
from store import DONE, NOT_FOUND, UNAVAILABLE, Store, three_nodes

SEEN_SECONDS = 20  # nodes tell their time once a second, and of eight tellings the latest counts
MODES = {"raft": (), "lww": ("--mode", "quorum", "--conflict", "lww"),
         "register": ("--mode", "quorum", "--conflict", "register")}


@pytest.fixture
def mode() -> str:
    return "raft"


@pytest.fixture
def store(mode: str, tmp_path: Path) -> Iterator[Store]:
    with three_nodes(tmp_path, clock_shim.arm, {}, *MODES[mode]) as store:
        yield store


def test_nodes_without_the_library_cannot_have_clock_faults(tmp_path):
    cluster = Cluster(LoopbackBackend(ClusterSpec(3, tmp_path, Binaries.default())))
    assert "libclockfaults.so" in Skew().possible(cluster)


@pytest.mark.parametrize(("mode", "seconds"), [("raft", -3600), ("lww", 3), ("register", 3)])
def test_a_skew_is_seen_by_the_others_and_loses_nothing(store, seconds):
    fault = store.begin(Skew("n1", seconds))

    def is_seen() -> bool:
        store.put()
        seen = clock_shim.skew_seen(store.cluster, "n1")
        return seen is not None and abs(seen - seconds) < 0.5

    assert eventually(is_seen, SEEN_SECONDS)
    assert "the others saw" in store.end(fault)


@pytest.mark.parametrize(
    ("mode", "fault"),
    [("raft", Jumps), ("raft", Drift), ("lww", Jumps), ("register", MonotonicDrift)],
)
def test_a_clock_that_is_not_steady_is_read_and_loses_nothing(store, fault):
    fault = store.begin(fault("n1"))
    for _ in range(15):
        fault.step(store.cluster)
        store.put()
    assert "read wrong" in store.end(fault)


def test_nodes_whose_clocks_run_at_other_paces_go_on(store):
    for percent in (-90, 400):
        fault = store.begin(MonotonicDrift("n1", percent))
        store.put_until(lambda: store.put() == DONE, most=10)
        store.end(fault)


def test_a_clock_that_is_set_is_seen_at_once(store):
    def set_off() -> float:
        page = store.cluster.metrics("n1") or ""
        name = "quorate_clock_set_off_seconds "
        return next(float(line.removeprefix(name)) for line in page.splitlines()
                    if line.startswith(name))

    def has_heard_all() -> bool:
        return (store.cluster.metrics("n1") or "").count("quorate_clock_skew_seconds{") == 2

    assert eventually(has_heard_all, SEEN_SECONDS)
    assert set_off() == 0
    fault = store.begin(Skew("n1", 3600))
    assert set_off() < -3590
    store.end(fault)
    fault = store.begin(Skew("n1", -3600))
    assert set_off() > 3590
    store.end(fault)


@pytest.mark.parametrize(
    ("mode", "seconds"),
    [("raft", 3600), ("lww", 3600), ("lww", -3600), ("register", 3600), ("register", -3600)],
)
def test_a_clock_an_hour_wrong_does_no_harm(mode, store, seconds):
    # In mode raft what its leader stamps counts.
    wrong = store.cluster.leader("k") if mode == "raft" else "n1"
    fault = store.begin(Skew(wrong, seconds))
    for _ in range(10):
        for node in store.cluster.nodes:
            assert store.put(node=node) == DONE
            assert store.lost(node=node) == []
    assert eventually(lambda: clock_shim.skew_seen(store.cluster, wrong), SEEN_SECONDS)
    store.end(fault)
    for node in store.cluster.nodes:
        assert store.put(node=node) == DONE


@pytest.mark.parametrize("mode", ["lww"])
def test_who_starts_alone_an_hour_ahead_writes_into_nobodys_way(store):
    """Nobody can tell it: so it is believed, until the others are back."""
    cluster = store.cluster
    assert store.put() == DONE
    for node in cluster.nodes:
        cluster.backend.kill(node)
    fault = Skew("n1", 3600)
    fault.begin(cluster, Random(1))
    cluster.restart(["n1"])

    def put_at_n1(key: str, level: str) -> CompletedProcess[str]:
        return cluster.kvctl("put", "k", key, "x", "--level", level, "--timeout", "3s", node="n1")

    assert eventually(lambda: put_at_n1("ahead", "ONE").returncode == DONE, SEEN_SECONDS)
    fault.end(cluster)
    cluster.restart(["n2", "n3"])
    cluster.wait_ready(cluster.nodes)

    def says_why() -> bool:
        refused = put_at_n1("other", "QUORUM")
        return refused.returncode == UNAVAILABLE and "CLOCK_AHEAD" in refused.stderr

    assert eventually(says_why, SEEN_SECONDS)
    for node in cluster.nodes:
        read = cluster.kvctl("get", "k", "ahead", "--timeout", "3s", node=node)
        assert read.returncode == NOT_FOUND, "no quorum has it, and it is in nobody's way"
        assert cluster.kvctl("scan", "k", "--timeout", "3s", node=node).returncode == DONE
        assert store.lost(node=node) == []
    assert cluster.kvctl("get", "k", "ahead", "--level", "ONE", node="n1").stdout.strip() == "x"
    assert store.put(node="n2") == DONE


@pytest.mark.parametrize("mode", ["lww"])
def test_who_starts_with_a_wrong_clock_asks_the_others_before_it_writes(store):
    cluster = store.cluster
    cluster.backend.kill("n1")
    fault = Skew("n1", 3600)
    fault.begin(cluster, Random(1))
    cluster.restart(["n1"])
    assert eventually(lambda: store.put(node="n1") == DONE, SEEN_SECONDS)
    for _ in range(5):
        assert store.put(node="n1") == DONE
    fault.end(cluster)
    assert store.put(node="n1") == DONE
    assert store.lost() == []
