"""Disk faults under three real nodes: each takes hold, and nothing acknowledged is lost."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from quorate_chaos.backend.base import ClusterSpec
from quorate_chaos.backend.loopback import LoopbackBackend
from quorate_chaos.binaries import Binaries
from quorate_chaos.clock import eventually
from quorate_chaos.cluster import Cluster
from quorate_chaos.faults import disk_shim
from quorate_chaos.faults.disk_full import FullDisk
from quorate_chaos.faults.disk_syncs import FailedSync, FailingSyncs, SlowSyncs
from quorate_chaos.faults.disk_unsynced import PowerCut
from store import DONE, UNAVAILABLE, Store, three_nodes

RESERVE = 16 << 20
SMALL = {"log-segment-bytes": "1MiB", "disk-reserve-bytes": "16MiB", "memtable-bytes": "256KiB",
         "log-flush-bytes": "1MiB"}
ARM = partial(disk_shim.arm, track_unsynced=True)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with three_nodes(tmp_path, ARM, SMALL) as store:
        yield store


@pytest.fixture
def heedless(tmp_path: Path) -> Iterator[Store]:
    """Nodes that keep nothing of their disks in reserve: they run into the end of it."""
    with three_nodes(tmp_path, ARM, SMALL | {"disk-reserve-bytes": "0"}) as store:
        yield store


def test_nodes_without_the_shim_cannot_have_disk_faults(tmp_path):
    cluster = Cluster(LoopbackBackend(ClusterSpec(3, tmp_path, Binaries.default())))
    assert "libdiskfaults.so" in SlowSyncs().possible(cluster)
    assert "libdiskfaults.so" in PowerCut().possible(cluster)


def test_a_leader_that_cannot_write_down_is_replaced(store):
    old = store.cluster.leader("k")
    fault = store.begin(SlowSyncs(old, slow_ms=6000))
    store.put_until(lambda: store.cluster.leaders("k").get(min(store.cluster.leaders("k"))) != old)
    assert "syncs slowed" in store.end(fault)


@pytest.mark.parametrize("seed", range(3))
def test_a_node_whose_sync_failed_ends_and_comes_back_with_all_it_acknowledged(store, seed):
    for _ in range(5):
        assert store.put() == DONE
    node = store.cluster.leader("k")
    fault = store.begin(FailedSync(node), seed)
    store.put_until(lambda: store.cluster.is_gone(node))
    assert "DISK_ERROR" in store.end(fault)


def test_a_node_whose_syncs_all_fail_ends_and_comes_back_when_the_disk_is_mended(store):
    node = store.cluster.others([store.cluster.leader("k")])[0]
    fault = store.begin(FailingSyncs(node))
    store.put_until(lambda: store.cluster.is_gone(node))
    assert "DISK_ERROR" in store.end(fault)


def test_a_full_disk_is_noticed_and_the_node_goes_on_when_there_is_room(store):
    node = store.cluster.leader("k")
    fault = store.begin(FullDisk(node, room_bytes=0))
    store.put_until(lambda: fault.step(store.cluster) or fault.noticed)
    assert "it noticed" in store.end(fault)


def fill(store: Store, room_bytes: int) -> list[FullDisk]:
    """All disks, and all nodes have noticed."""
    faults = [store.begin(FullDisk(node, room_bytes)) for node in store.cluster.nodes]
    for fault in faults:
        assert eventually(lambda f=fault: f.step(store.cluster) or f.noticed, 15, every=0.1)
    return faults


def refused_as_full(store: Store) -> tuple[int, bool]:
    refused = store.cluster.kvctl("put", "k", "one-more", "x", "--timeout", "3s")
    return refused.returncode, "DISK_NEARLY_FULL" in refused.stderr


def test_with_little_room_on_all_disks_writes_are_refused_and_deletes_go_on(store):
    for _ in range(5):
        assert store.put() == DONE
    faults = fill(store, RESERVE // 2)
    assert refused_as_full(store) == (UNAVAILABLE, True)
    assert store.cluster.kvctl("del", "k", "k1").returncode == DONE
    del store.acknowledged["k1"]
    assert store.lost() == []
    store.end(*faults)


def test_with_no_room_on_any_disk_reads_go_on_and_writes_do_when_there_is_some(store):
    for _ in range(5):
        assert store.put() == DONE
    faults = fill(store, 0)
    assert store.put() == UNAVAILABLE
    assert store.lost() == []
    store.end(*faults)


def test_with_no_room_on_any_disk_writes_are_refused_and_deletes_go_on(store):
    for _ in range(5):
        assert store.put() == DONE
    faults = fill(store, 0)
    assert refused_as_full(store) == (UNAVAILABLE, True)
    assert store.cluster.kvctl("del", "k", "k1", "--timeout", "3s").returncode == DONE
    del store.acknowledged["k1"]
    assert store.lost() == []
    store.end(*faults)


@pytest.mark.parametrize("room_bytes", [1 << 16, 1 << 20])
def test_a_node_that_runs_into_the_end_of_its_disk_loses_nothing(heedless, room_bytes):
    store = heedless
    fault = store.begin(FullDisk(store.cluster.leader("k"), room_bytes))
    page = disk_shim.page_of(store.cluster.backend, fault.nodes[0])
    store.put_until(lambda: page["growths_refused"] > 0 or store.put(60_000) < 0)
    assert "growths refused" in store.end(fault)


def test_a_cluster_that_runs_into_the_end_of_all_disks_loses_nothing(heedless):
    store = heedless
    faults = [store.begin(FullDisk(node, 1 << 16)) for node in store.cluster.nodes]
    pages = [disk_shim.page_of(store.cluster.backend, node) for node in store.cluster.nodes]
    for _ in range(60):
        if store.put(60_000) != DONE:
            break
    assert all(page["growths_refused"] for page in pages)
    store.end(*faults)


def test_power_cuts_of_all_nodes_lose_nothing_acknowledged(store):
    for seed in range(3):
        for _ in range(12):
            assert store.put(30_000) == DONE
        fault = store.begin(PowerCut(store.cluster.nodes), seed)
        assert "lost" in store.end(fault)


def test_an_engine_that_flushed_to_files_outlives_power_cuts_of_one_node(store):
    node = store.cluster.leader("k")
    data = store.cluster.backend.data_dir(node) / "data"
    store.put_until(lambda: any(data.glob("*.sst")) or store.put(60_000) < 0)
    store.end(store.begin(PowerCut([node])))
