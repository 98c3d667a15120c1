"""What nodes send is held in the network, and comes late."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from store import DONE, Store, three_nodes

from quorate_chaos.faults import crash_points
from quorate_chaos.faults.late_frames import LateFrames, held_from


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    variables = held_from("n1")
    with three_nodes(tmp_path, lambda backend, nodes: crash_points.arm(backend, nodes, variables),
                     {}) as made:
        yield made


def test_what_is_sent_to_a_node_comes_late_and_the_cluster_goes_on(store: Store) -> None:
    late = LateFrames("n3")
    store.begin(late)
    held = late.held(store.cluster)
    store.put_until(lambda: late.held(store.cluster) > held)
    assert store.put(node="n2") == DONE
    assert re.fullmatch(r"\d+ messages came late", store.end(late))
    log = store.cluster.backend.log_file("n3").read_text()
    assert "BROKEN ON PURPOSE: holds what comes" in log
    assert re.search(r"BROKEN ON PURPOSE: handed on \d+ messages", log)
