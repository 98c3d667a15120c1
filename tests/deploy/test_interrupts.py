"""Whatever ends a program with a compose cluster, and whenever: nothing of it is left."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from quorate_chaos.backend import compose
from quorate_chaos.backend.compose_services import bridge_of
from quorate_chaos.binaries import ROOT
from quorate_chaos.clock import eventually
from quorate_chaos.containers import project
from quorate_chaos.containers.cli import Docker
from quorate_chaos.containers.daemon import MARK, leftovers, sweep
from quorate_chaos.process import TIED, run

from cluster import PROGRAMS

HERE = Path(__file__).parent
SECONDS = 120


class Program:
    """interrupted.py, tied to us as well."""

    def __init__(self, folder: Path, docker_host: str | None) -> None:
        env = os.environ | {"PYTHONPATH": str(ROOT / "chaos"), "QUORATE_BIN": str(PROGRAMS.folder)}
        if docker_host:
            env["DOCKER_HOST"] = docker_host
        command = [*TIED, sys.executable, str(HERE / "interrupted.py"), str(folder)]
        self._log = folder / "log"
        with self._log.open("wb") as log:
            self._child = subprocess.Popen(command, env=env, stderr=log, process_group=0)
        self.pid = self._child.pid

    def ends_by(self, number: int, when: "Moment") -> None:
        try:
            reached = eventually(lambda: when(self) or self._child.poll() is not None, SECONDS)
            assert reached and self._child.poll() is None, self._log.read_text()
            self._child.send_signal(number)
            self._child.wait(SECONDS)
        finally:
            self._child.kill()  # where the test itself was interrupted
            self._child.wait()

    def left(self) -> list[str]:
        return [name for name in leftovers() if f"{MARK}{self.pid}" in name]


class Moment:
    """When something of it exists."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern

    def __call__(self, program: Program) -> bool:
        root, pattern = self._pattern.format(pid=program.pid).lstrip("/").split("/", 1)
        return any(Path("/", root).glob(pattern))


FIRST_BRIDGE = f"/sys/class/net/{MARK}{{pid}}x*"
# Of a pair one of which is about to join.
JOINERS_BRIDGE = f"/sys/class/net/{bridge_of(('n2', 'n4'))}".replace(str(os.getpid()), "{pid}")
MOMENTS = {"early": FIRST_BRIDGE, "joining": JOINERS_BRIDGE, "late": "{folder}/started-n4"}


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS)
def test_ctrl_c_takes_the_cluster_away(
    docker: Docker, images: None, tmp_path: Path, moment: str
) -> None:
    program = Program(tmp_path, docker.host)
    program.ends_by(signal.SIGINT, Moment(moment.replace("{folder}", str(tmp_path))))
    assert of_project(docker, program) == []
    assert program.left() == []
    assert f"chaos{program.pid}" not in docker.run("images", "--format", "{{.Tag}}")


def test_what_a_killed_program_left_is_removed_by_the_next(
    docker: Docker, images: None, tmp_path: Path
) -> None:
    program = Program(tmp_path, docker.host)
    program.ends_by(signal.SIGKILL, Moment(f"{tmp_path}/started-n4"))
    assert of_project(docker, program) != []
    project.sweep(docker, compose.PREFIX)
    assert of_project(docker, program) == []
    docker.attempt("rmi", f"quorate:chaos{program.pid}")


def of_project(docker: Docker, program: Program) -> list[str]:
    """What the program's cluster has."""
    label = f"label={project.LABEL}={compose.PREFIX}{program.pid}"
    listed = [docker.run(*kind, "--quiet", "--filter", label) for kind, _ in project.KINDS]
    return "".join(listed).split()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["SIGINT", "SIGKILL"])
def test_a_daemon_of_its_own_ends_with_it(tmp_path: Path, number: signal.Signals) -> None:
    if os.geteuid() != 0 or Docker().answers():
        pytest.skip("a docker daemon answers here, or none may be started")
    program = Program(tmp_path, None)
    moment = f"/tmp/{MARK}{{pid}}-*/s" if number == signal.SIGINT else FIRST_BRIDGE
    program.ends_by(number, Moment(moment))
    gone = lambda: run(["/usr/bin/pgrep", "--full", f"/tmp/{MARK}{program.pid}-"]).stdout == ""
    assert eventually(gone, 20), "dockerd, containerd or a container"
    if number == signal.SIGKILL:
        sweep()  # as the next daemon of ours does; a killed program cannot
    assert program.left() == []
