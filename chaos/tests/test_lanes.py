"""Scenarios side by side: each once, all told of together, and nothing left behind."""

from pathlib import Path

import pytest
from conductor import Conductor

# Each waits until another is on as well, which no single process could see.
MEETING = """
import os, time
from pathlib import Path
import pytest

HERE = Path(__file__).parent

@pytest.mark.parametrize("number", range(6))
def test_meets(number):
    with (HERE / "begun").open("a") as begun:
        begun.write(f"{number} {os.getpid()}\\n")
    deadline = time.monotonic() + 30
    while len({line.split()[1] for line in (HERE / "begun").read_text().splitlines()}) < 2:
        assert time.monotonic() < deadline, "nobody else came"
        time.sleep(0.01)
"""

# One passes, one has seen something wrong.
RUNS = """
from loads import register
from quorate_chaos.faults.kills import KillLeader

def test_that_passes(trial):
    trial.under(register(rate=200))
    trial.suffers(KillLeader(), seconds=0.5)
    trial.passes()

def test_that_is_never_content(trial):
    trial.under(register(rate=200))
    trial.finds("it could be better")
    trial.passes()
"""


def test_each_scenario_is_begun_once_by_whoever_is_free(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / f"test_{name}.py").write_text(MEETING)
    conductor = Conductor(tmp_path, MEETING)
    files = [str(tmp_path / f"test_{name}.py") for name in ("a", "b", "c")]
    code, said = conductor.run(*files, "--lanes", "2")
    assert code == 0, said
    begun = [line.split() for line in (tmp_path / "begun").read_text().splitlines()]
    assert sorted(number for number, _ in begun) == sorted([*"012345"] * 4)
    assert len({process for _, process in begun}) == 2


def test_what_lanes_have_found_is_told_as_one(tmp_path: Path) -> None:
    conductor = Conductor(tmp_path, RUNS)
    code, said = conductor.run("--backend", "loopback", "--lanes", "2", "--seed", "7")
    assert code == 1, said
    assert "anomaly that is never content: it could be better" in said
    assert said.count("┏") == 2, "one table of runs, one of levels"
    assert "that passes" in said and "that is never content" in said
    assert "--scenario test_that_is_never_content --seed 7" in said
    assert conductor.left() == []


@pytest.mark.parametrize("lanes", ["0", "-1"])
def test_no_lanes_are_no_way_to_run(tmp_path: Path, lanes: str) -> None:
    code, said = Conductor(tmp_path, MEETING).run("--lanes", lanes)
    assert code == 2
    assert f"--lanes {lanes}: there must be one at least" in said
