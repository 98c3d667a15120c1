"""How faults are drawn, begun, ended and written down; without a cluster."""

import json
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from quorate_chaos.backend.base import Network
from quorate_chaos.errors import ChaosError
from quorate_chaos.faults.base import Fault, Proof
from quorate_chaos.faults.clocks import Skew
from quorate_chaos.faults.disk_unsynced import PowerCut
from quorate_chaos.faults.kills import Kill, KillAll
from quorate_chaos.faults.mixture import EVERYTHING, Mixture, goes_with
from quorate_chaos.faults.partitions import ClientsCutOff, Isolate
from quorate_chaos.faults.pauses import PauseMajority
from quorate_chaos.nemesis import Nemesis


def _cluster(nodes: int = 5, cannot: dict[str, str] | None = None) -> Any:
    """What drawing needs of a cluster, and no more."""
    names = [f"n{number}" for number in range(1, nodes + 1)]
    return SimpleNamespace(
        nodes=names,
        network=SimpleNamespace(cannot=cannot or Network.cannot),
        raft_keyspaces=["k"],
        others=lambda apart: [name for name in names if name not in set(apart)],
        is_gone=lambda node: False,
        may_be_gone=lambda node: False,
        backend=SimpleNamespace(node_folder=lambda node: Path("/nowhere") / node),
    )


def _names(seed: int, draws: int, cluster: Any) -> list[list[str]]:
    mixture = Mixture(cluster, Random(seed), EVERYTHING)
    return [[fault.name for fault in mixture.draw()] for _ in range(draws)]


def test_a_seed_gives_the_same_faults_again_and_another_seed_others() -> None:
    assert _names(7, 40, _cluster()) == _names(7, 40, _cluster())
    assert _names(7, 40, _cluster()) != _names(8, 40, _cluster())


def test_every_fault_comes_up_in_as_many_draws_as_there_are_faults() -> None:
    cluster = _cluster()
    drawn = {name for names in _names(3, len(EVERYTHING), cluster) for name in names}
    assert drawn == {make().name for make in EVERYTHING if not make().possible(cluster)}
    assert len(drawn) > 20


def test_no_two_faults_of_a_kind_are_on_at_once_and_some_are_on_together() -> None:
    mixture = Mixture(_cluster(), Random(5), EVERYTHING)
    together = 0
    for _ in range(200):
        kinds = [fault.kind for fault in mixture.draw()]
        assert len(set(kinds)) == len(kinds)
        together += len(kinds) > 1
    assert together > 50


def test_what_may_end_a_node_is_never_on_twice() -> None:
    assert not goes_with(PowerCut(), [Kill()])
    assert not goes_with(Kill(), [Skew(), PowerCut()])
    assert goes_with(Skew(), [Kill(), Isolate()])


def test_nobody_is_awaited_who_cannot_be_asked() -> None:
    assert not goes_with(ClientsCutOff(), [Kill()])
    assert not goes_with(Kill(), [Skew(), ClientsCutOff()])
    assert goes_with(ClientsCutOff(), [Skew()])


def test_a_network_is_not_broken_while_nobody_is_left_to_notice() -> None:
    assert goes_with(Isolate(), [Kill()])
    assert not goes_with(Isolate(), [KillAll()])
    assert not goes_with(PauseMajority(), [Isolate()])


def test_what_a_cluster_cannot_have_is_never_drawn() -> None:
    cluster = _cluster(nodes=3, cannot={"delay": "no", "one-way": "no"})
    drawn = {name for names in _names(3, 100, cluster) for name in names}
    assert not drawn & {"slow-links", "one-way", "majority-ring"}
    assert "isolate" in drawn


class Told(Fault):
    """Writes down what is done to it; fails where it is told to."""

    name = "told"

    def __init__(self, fails_at: str = "", bit: bool = True) -> None:
        super().__init__()
        self.calls: list[str] = []
        self._fails_at, self._bit = fails_at, bit

    def _do(self, call: str) -> None:
        self.calls.append(call)
        if call == self._fails_at:
            raise ChaosError(f"{call} failed")

    def begin(self, cluster: Any, random: Random) -> None:
        self.what, self.nodes = "something", ["n1"]
        self._do("begin")

    def step(self, cluster: Any) -> None:
        self.calls.append("step")

    def end(self, cluster: Any) -> None:
        self._do("end")

    def proof(self, cluster: Any) -> Proof:
        return Proof(self._bit, "seen")


def _nemesis(folder: Path) -> Nemesis:
    return Nemesis(_cluster(), folder / "faults.jsonl", Random(1), lambda: None)


def _journal(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "faults.jsonl").read_text().splitlines()]


def test_a_fault_is_begun_stepped_ended_and_written_down_once(tmp_path: Path) -> None:
    fault = Told()
    _nemesis(tmp_path).suffer([fault], 0.12)
    assert fault.calls[0] == "begin" and fault.calls[-1] == "end"
    assert fault.calls.count("end") == 1 and fault.calls.count("step") >= 2
    (line,) = _journal(tmp_path)
    assert {**line, "begin_us": 0, "end_us": 0} == {
        **{"fault": "told", "what": "something", "nodes": ["n1"], "begin_us": 0, "end_us": 0},
        **{"bit": True, "proof": "seen", "change": False},
    }
    assert line["begin_us"] <= line["end_us"] - 100_000


def test_a_fault_that_could_not_begin_is_ended_all_the_same(tmp_path: Path) -> None:
    fault, nemesis = Told(fails_at="begin"), _nemesis(tmp_path)
    with pytest.raises(ChaosError, match="begin failed"):
        nemesis.suffer([fault], 0.1)
    nemesis.end_all()
    assert fault.calls == ["begin", "end"]


def test_a_fault_that_cannot_be_ended_is_written_down_as_not_bit(tmp_path: Path) -> None:
    nemesis = _nemesis(tmp_path)
    with pytest.raises(ChaosError, match="end failed"):
        nemesis.suffer([Told(fails_at="end")], 0)
    (line,) = _journal(tmp_path)
    assert line["bit"] is False and line["proof"] == "end failed"


def test_it_is_remembered_that_a_disk_was_damaged(tmp_path: Path) -> None:
    nemesis = _nemesis(tmp_path)
    nemesis.suffer([Told()], 0)
    assert nemesis.disks_kept
    damage = Told()
    damage.takes_disk = True
    nemesis.suffer([damage], 0)
    assert not nemesis.disks_kept


def test_whoever_ends_by_itself_is_noticed_but_not_whom_a_fault_has_hit(tmp_path: Path) -> None:
    cluster = _cluster()
    cluster.is_gone = lambda node: node == "n1"
    cluster.end_of = lambda node, what: f"{node} {what}"
    nemesis = Nemesis(cluster, tmp_path / "faults.jsonl", Random(1), lambda: None)
    nemesis.suffer([Told()], 0.1)
    with pytest.raises(ChaosError, match="n1 ended by itself"):
        nemesis.wait(0.1)


def test_nodes_come_back_before_the_network_does_and_administrators_have_the_last_word(
    tmp_path: Path,
) -> None:
    ended: list[str] = []
    faults = [Told(), Told(), Told()]
    for fault, kind in zip(faults, ("admin", "network", "process"), strict=True):
        fault.kind = kind
        fault.end = lambda cluster, kind=kind: ended.append(kind)  # type: ignore[assignment]
    _nemesis(tmp_path).suffer(faults, 0)
    assert ended == ["process", "network", "admin"]
