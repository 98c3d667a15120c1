"""A node that dies at a named point, and what is told of points that are none."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from store import Store, three_nodes

from quorate_chaos.binaries import Binaries
from quorate_chaos.clock import eventually
from quorate_chaos.faults import crash_points
from quorate_chaos.faults.crash_points import PROGRAM, CrashAt


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with three_nodes(tmp_path, lambda backend, nodes: None, {}) as made:
        yield made


def _kvd_broken(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [Binaries.default().path(PROGRAM), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def test_a_node_dies_at_the_point_it_was_armed_for_and_comes_back(store: Store) -> None:
    fault = CrashAt("log-after-sync", passes=3)
    store.begin(fault)
    (node,) = fault.nodes
    assert eventually(lambda: store.put() >= 0 and store.cluster.is_gone(node), 15)
    assert store.end(fault) == "ended by SIGKILL of its own at log-after-sync, and back"
    log = store.cluster.backend.log_file(node).read_text()
    assert "BROKEN ON PURPOSE: crash-at log-after-sync, at pass 3" in log


def test_a_point_that_nobody_passed_is_no_fault(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crash_points, "DIES_SECONDS", 0.5)
    fault = CrashAt("snapshot-before-install", passes=1)
    fault.begin(store.cluster, Random(1))
    fault.end(store.cluster)
    proof = fault.proof(store.cluster)
    assert not proof.bit
    assert proof.text == "snapshot-before-install was not passed so often: it lived on"


def test_all_points_and_bugs_are_listed_when_asked_for() -> None:
    points = crash_points.crash_points(Binaries.default())
    assert len(points) > 20
    assert {"log-before-write", "apply-after", "snapshot-before-install"} <= set(points)
    bugs = _kvd_broken("--bug=help")
    assert bugs.returncode == 0
    assert "skip-read-index-round: reads are served without asking a quorum" in bugs.stdout


@pytest.mark.parametrize(
    ("flag", "said"),
    [
        ("--bug=nonsense", "bug: no bug 'nonsense'; there are ack-before-sync, "),
        ("--crash-at=nonsense", "crash-at: no crash point 'nonsense'; there are"),
        ("--hold-from=n1", "hold-from: numbers of nodes, as in 1,2"),
    ],
)
def test_a_name_that_is_none_is_an_error(tmp_path: Path, flag: str, said: str) -> None:
    ran = _kvd_broken(flag, f"--data-dir={tmp_path}")
    assert ran.returncode == 2, ran.stderr
    assert said in ran.stderr


def test_kvd_itself_knows_nothing_of_bugs() -> None:
    command = [Binaries.default().path("kvd"), "--bug=ack-before-sync", "--check-config"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert ran.returncode == 2
    assert "bug" in ran.stderr
