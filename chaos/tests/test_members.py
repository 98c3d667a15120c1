"""Nodes that come and go under the harness: what it asks, believes and writes down."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from quorate_chaos.backend.base import Backend, ClusterSpec, Joiner
from quorate_chaos.backend.registry import backend_class
from quorate_chaos.binaries import Binaries
from quorate_chaos.cluster import Cluster, links_between
from quorate_chaos.errors import ChaosError, Unsupported
from quorate_chaos.faults.base import Fault
from quorate_chaos.faults.members import AlterReplicas, Decommission, DieForGood, Join, Replace
from quorate_chaos.members import await_census, census
from quorate_chaos.move_watch import MoveWatch

FLAGS = {"log-segment-bytes": "1MiB", "dead-after": "2s", "tick": "20ms"}
PATIENT = {**FLAGS, "dead-after": "1m"}  # nobody is given up who is killed and comes back


def _cluster(
    name: str, folder: Path, nodes: int, flags: Mapping[str, str] = FLAGS
) -> Iterator[Cluster]:
    chosen = backend_class(name)
    if chosen.why_not():
        pytest.skip(f"backend {name}: {chosen.why_not()}")
    backend = chosen(ClusterSpec(nodes, folder, Binaries.default(), flags=flags))
    try:
        cluster = Cluster(backend)
        cluster.start()
        yield cluster
    finally:
        backend.close()


@pytest.fixture
def packets(tmp_path: Path) -> Iterator[Cluster]:
    yield from _cluster("netns", tmp_path, 3, PATIENT)


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Cluster]:
    yield from _cluster("loopback", tmp_path, 3)


def _suffer(cluster: Cluster, fault: Fault, seed: int = 1) -> str:
    fault.begin(cluster, Random(seed))
    fault.end(cluster)
    proof = fault.proof(cluster)
    assert proof.bit, proof.text
    return proof.text


def test_a_node_joins_can_be_cut_off_and_killed_and_leaves(packets: Cluster) -> None:
    cluster = packets
    cluster.make_keyspace("k", "--partitions", "4")
    cluster.fill("k", 40, 1000)
    assert "in with" in _suffer(cluster, Join(zone="hall-b"))
    assert cluster.nodes == ["n1", "n2", "n3", "n4"] and cluster.backend.zone("n4") == "hall-b"
    cluster.network.block(links_between(["n4"], ["n1", "n2", "n3"]))
    cluster.backend.kill("n4")
    cluster.restart(["n4"])
    cluster.network.heal()
    cluster.wait_ready(["n4"])
    assert "ended with 0" in _suffer(cluster, Decommission("n2"))
    assert cluster.nodes == ["n1", "n3", "n4"]
    found = census(cluster)
    assert found and found.nodes == ["n1", "n3", "n4"] and not found.lacking
    assert set(cluster.endpoints()) == {"n1", "n3", "n4"}


def test_who_dies_for_good_is_let_go_and_copies_come_and_go(plain: Cluster) -> None:
    plain.make_keyspace("k", "--partitions", "2", "--replicas", "1")
    assert "5 replicas in all before, 9 now" in _suffer(plain, AlterReplicas("k", 3))
    _suffer(plain, Join())
    assert "none is missing" in _suffer(plain, DieForGood("n3"))
    _suffer(plain, Join())
    assert "none is missing" in _suffer(plain, Replace("n4"))
    assert plain.nodes == ["n1", "n2", "n5"]
    found = census(plain)
    assert found and found.held.keys() == {"n1", "n2", "n5"}


def test_what_does_not_come_about_says_how_it_stands(plain: Cluster) -> None:
    with pytest.raises(ChaosError, match="nodes n1 n2 n3, leaving: none, on their way: none"):
        await_census(plain, "n9 is there", lambda found: "n9" in found.nodes, 0.3)
    plain.make_keyspace("k", "--partitions", "1", "--replicas", "3")
    with pytest.raises(ChaosError, match="TOO_FEW_NODES"):
        Decommission("n3").begin(plain, Random(1))


def test_containers_say_when_they_have_no_more_addresses(tmp_path: Path) -> None:
    backend = backend_class("compose")(ClusterSpec(3, tmp_path, Binaries.default()))
    with pytest.raises(Unsupported, match="addresses for 16"):
        backend.admit("n17", Joiner("n1"))


@pytest.mark.parametrize(("name", "seconds"), [("netns", 90), ("compose", 270)])
def test_a_change_may_take_longer_where_less_is_sent_in_a_second(name: str, seconds: int) -> None:
    cluster: Any = SimpleNamespace(backend=backend_class(name))
    assert Join().limit(cluster) == seconds


def test_loopback_says_when_it_has_no_more_ports(tmp_path: Path) -> None:
    backend: Backend = backend_class("loopback")(ClusterSpec(3, tmp_path, Binaries.default()))
    backend.admit("n10", Joiner("n1"))
    with pytest.raises(Unsupported, match="ports for 10"):
        backend.admit("n11", Joiner("n1"))


def _move(sent: int | None) -> dict[str, Any]:
    return {"partition": 3, "keyspace": "k", "from": 1, "to": 4, "sent_bytes": sent,
            "total_bytes": None, "since_ms": 1}


def test_what_moves_is_written_while_something_does_and_once_when_it_has(tmp_path: Path) -> None:
    told = [[], [_move(None)], [_move(700)], None, [], []]
    looks = iter(told)

    def ask() -> Any:
        moves = next(looks)
        return None if moves is None else {"moves": moves, "waiting": 0}

    watch = MoveWatch(ask)
    watch.begin(tmp_path / "moves.jsonl")
    for _ in told:
        watch.look()
    lines = [json.loads(line) for line in (tmp_path / "moves.jsonl").read_text().splitlines()]
    assert [[move["sent_bytes"] for move in line["moves"]] for line in lines] == [[None], [700], []]
    assert lines[0]["moves"][0]["to"] == "n4"
    assert watch.sent == {("k", 3, "n4"): 700}


def test_nobody_is_asked_what_moves_where_nothing_can(tmp_path: Path) -> None:
    def ask() -> Any:
        raise AssertionError("asked")

    MoveWatch(ask).look_if_due()


def test_a_node_that_ended_in_order_has_left_only_if_it_was_to() -> None:
    backend: Any = SimpleNamespace(
        spec=SimpleNamespace(names=["n1", "n2"]), state=lambda node: "gone",
        exit_code=lambda node: 0)
    cluster = Cluster(backend)
    assert not cluster.may_be_gone("n2")
    cluster.leaving.add("n2")
    assert cluster.may_be_gone("n2") and cluster.nodes == ["n1"]
    assert not cluster.may_be_gone("n1")
