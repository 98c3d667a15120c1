"""Whatever ends the conductor, and whenever: nothing of it is left."""

import signal
import time
from pathlib import Path

import pytest
from conductor import Conductor

from quorate_chaos.backend.registry import backend_class

SCENARIO = """
from loads import register
from quorate_chaos.faults.kills import KillLeader
from quorate_chaos.faults.links import Slow
from quorate_chaos.faults.partitions import IsolateLeader
from quorate_chaos.faults.pauses import PauseLeader

def test_something_that_takes_its_time(trial):
    trial.under(register())
    if trial.options.backend == "netns":
        trial.suffers(Slow(), PauseLeader(), seconds=1.5)
    for _ in range(9):
        trial.suffers(IsolateLeader(), PauseLeader(), seconds=1)
        trial.suffers(KillLeader(), seconds=1)
    trial.passes()
"""


# From before anything exists until in the midst of faults; all within the first seconds.
@pytest.mark.parametrize("seconds", [0.25, 0.6, 0.9, 1.2, 1.6, 2.4, 3.5, 5.0])
@pytest.mark.parametrize("backend", ["loopback", "netns"])
def test_ctrl_c_leaves_nothing_behind(tmp_path: Path, backend: str, seconds: float) -> None:
    code = _interrupted(tmp_path, backend, [signal.SIGINT], seconds)
    assert code in (130, -signal.SIGINT), "it says that it was interrupted"


@pytest.mark.parametrize("seconds", [1.0, 3.0])
@pytest.mark.parametrize("backend", ["loopback", "netns"])
def test_sigterm_leaves_nothing_behind(tmp_path: Path, backend: str, seconds: float) -> None:
    code = _interrupted(tmp_path, backend, [signal.SIGTERM], seconds)
    assert code in (130, -signal.SIGTERM), "it says that it was interrupted"


@pytest.mark.parametrize("backend", ["loopback", "netns"])
def test_an_impatient_ctrl_c_leaves_nothing_behind(tmp_path: Path, backend: str) -> None:
    assert _interrupted(tmp_path, backend, [signal.SIGINT] * 5, 2.5) != 0


# Nothing of ours can run then: the kernel ends its children, and with them their namespaces.
@pytest.mark.parametrize("seconds", [1.1, 3.0])
@pytest.mark.parametrize("backend", ["loopback", "netns"])
def test_even_sigkill_leaves_nothing_behind(tmp_path: Path, backend: str, seconds: float) -> None:
    assert _interrupted(tmp_path, backend, [signal.SIGKILL], seconds) == -signal.SIGKILL


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_lanes_leave_nothing_behind(tmp_path: Path, number: int) -> None:
    again = SCENARIO[SCENARIO.index("def test_") :].replace("_time(", "_time_again(")
    code = _interrupted(tmp_path, "loopback", [number], 3.0, SCENARIO + again, "--lanes", "2")
    assert code in (130, -number)


def _interrupted(
    folder: Path,
    backend: str,
    signals: list[int],
    seconds: float,
    scenario: str = SCENARIO,
    *more: str,
) -> int:
    reason = backend_class(backend).why_not()
    if reason:
        pytest.skip(f"backend {backend}: {reason}")
    conductor = Conductor(folder, scenario)
    process = conductor.start("--backend", backend, "--seed", "1", *more)
    time.sleep(seconds)
    assert process.poll() is None, process.communicate()[0]
    for number in signals:
        process.send_signal(number)
        time.sleep(0.05)
    process.communicate(timeout=30)
    assert conductor.left() == []
    assert conductor.mounts() == []
    return process.returncode
