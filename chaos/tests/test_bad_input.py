"""What cannot be done is said in one plain message, and the exit code is not zero."""

import os
import re
import socket
from pathlib import Path

import pytest
from conductor import Conductor

from quorate_chaos.backend.netns import NetnsBackend
from quorate_chaos.binaries import Binaries
from quorate_chaos.errors import ChaosError
from quorate_chaos.progress import lacking, read_progress

WITH_LOAD = """
from loads import register

def test_something(trial):
    trial.under(register())
    trial.passes()
"""
WITHOUT_LOAD = """
def test_something(trial):
    trial.under()
    trial.passes()
"""


LOSSY = """
from loads import register
from quorate_chaos.faults.links import Lossy

def test_something(trial):
    trial.under(register())
    trial.skip_unless(Lossy())
    trial.passes()
"""


def test_what_a_backend_cannot_do_is_skipped_and_says_why(tmp_path: Path) -> None:
    code, said = Conductor(tmp_path, LOSSY).run("--backend", "loopback")
    assert code == 0, said
    assert "1 skipped" in said
    assert re.search(r"^SKIPPED lossy-links: \S", said, re.M), said


def test_a_scenario_without_operations_is_refused(tmp_path: Path) -> None:
    code, said = Conductor(tmp_path, WITHOUT_LOAD).run("--backend", "loopback")
    assert code == 7, said
    assert "a run without operations shows nothing" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("missing", ["kvd", "kvctl", "kvload", "kvcheck"])
def test_a_missing_binary_is_named_with_what_builds_it(tmp_path: Path, missing: str) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in {"kvd", "kvctl", "kvload", "kvcheck"} - {missing}:
        (folder / name).symlink_to(Binaries.default().path(name))
    code, said = Conductor(tmp_path, WITH_LOAD, folder).run("--backend", "loopback")
    assert code == 2, said
    assert said == f"error: {folder / missing} does not exist; build it: ./dev build {missing}\n"


def test_a_port_in_use_is_named_with_a_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setenv("QUORATE_CHAOS_PORT", str(port - 2))
        code, said = Conductor(tmp_path, WITH_LOAD).run("--backend", "loopback")
    assert code == 7, said
    assert f"port {port} is in use by another program" in said
    assert f"QUORATE_CHAOS_PORT={port + 198}" in said
    assert "Traceback" not in said


def _without_rights_for_namespaces() -> list[str]:
    if NetnsBackend.why_not():
        pytest.skip("there are none here anyway")
    forbid = 'echo 0 > /proc/sys/user/max_user_namespaces; exec "$@"'
    return ["unshare", "--user", "--map-root-user", "sh", "-c", forbid, "sh"]


def test_no_rights_for_namespaces_are_told_and_another_backend_is_not_taken_unasked(
    tmp_path: Path,
) -> None:
    before = _without_rights_for_namespaces()
    code, said = Conductor(tmp_path, WITH_LOAD).run("--backend", "netns", before=before)
    assert code == 2, said
    assert "backend netns is not to be had here: no rights for network namespaces" in said
    assert "Traceback" not in said


def test_where_nothing_was_asked_the_lack_of_namespaces_is_told_and_loopback_taken(
    tmp_path: Path,
) -> None:
    before = _without_rights_for_namespaces()
    code, said = Conductor(tmp_path, WITH_LOAD).run("--list", before=before)
    assert code == 0, said
    assert "SKIPPED backend netns: no rights for network namespaces" in said


def test_a_scenario_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    code, said = Conductor(tmp_path, WITH_LOAD).run("--backend", "loopback", "--scenario", "nope")
    assert code == 2, said
    assert "no scenario is called 'nope'" in said


@pytest.mark.parametrize("text", ["", "10", "-1s", "1 h", "0s", "soon"])
def test_a_duration_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    code, said = Conductor(tmp_path, WITH_LOAD).run(f"--duration={text}", "--list")
    assert code == 2, said
    assert "is no duration" in said


def test_a_folder_that_is_no_run_is_left_alone(tmp_path: Path) -> None:
    precious = tmp_path / "runs" / "test_something-3"
    precious.mkdir(parents=True)
    (precious / "thesis.txt").write_text("years of work")
    code, said = Conductor(tmp_path, WITH_LOAD).run("--backend", "loopback", "--seed", "3")
    assert code == 7, said
    assert "is no folder of a run: it is left alone" in said
    assert (precious / "thesis.txt").read_text() == "years of work"


def test_a_history_with_a_malformed_line_is_refused_with_file_and_line(tmp_path: Path) -> None:
    file = tmp_path / "lin.jsonl"
    file.write_text('{"history":2,"job":"lin"}\n{"op":"get"\n')
    with pytest.raises(ChaosError, match=rf"{file}:2: not an operation"):
        read_progress([file])


def test_a_history_without_operations_is_no_progress(tmp_path: Path) -> None:
    file = tmp_path / "lin.jsonl"
    file.write_text('{"history":2,"job":"lin"}\n')
    assert lacking(read_progress([file]), 0) == "lin: no operation at all"
    assert lacking([], 0) == "no operation at all"


def test_the_environment_of_tests_names_binaries_that_are_there() -> None:
    for name in ("kvd", "kvctl", "kvload", "kvcheck"):
        assert os.access(Binaries.default().path(name), os.X_OK)
