"""pytest's side: options, the fixture `trial`, results, exit codes, and the end of everything."""

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from . import interrupts, lanes, summary
from .backend.registry import backend_class
from .binaries import ROOT
from .errors import ChaosError, Unsupported
from .judge import EXIT_CODES
from .options import Options, seconds_of
from .trial import Failed, Trial

_TRIALS: pytest.StashKey[list[Trial]] = pytest.StashKey()
_OPTIONS: pytest.StashKey[Options] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("chaos")
    group.addoption("--backend", default="loopback")
    group.addoption("--seed", type=int, default=None)
    group.addoption("--duration", default="60s", help="of each random mixture")
    group.addoption("--out", default=str(ROOT / ".cache" / "chaos"))
    group.addoption("--keep", action="store_true", help="keep the nodes' data")
    group.addoption("--claims", type=Path, help="where lanes tell each other what they have begun")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "short: of the suite that ./dev test runs")
    config.stash[_TRIALS] = []
    seed = config.getoption("--seed")
    try:
        config.stash[_OPTIONS] = Options(
            backend=config.getoption("--backend"),
            seed=seed if seed is not None else int.from_bytes(os.urandom(3)),
            duration_s=seconds_of(config.getoption("--duration")),
            out=Path(config.getoption("--out")).resolve(),
            keep=config.getoption("--keep"),
        )
    except ChaosError as error:
        raise pytest.UsageError(str(error)) from error
    interrupts.catch()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> bool | None:
    """What another lane has begun is that one's; nothing is told of it here."""
    claims = item.config.getoption("--claims")
    if claims is None:
        return None
    if lanes.claim(claims, f"{item.path}:{item.name}"):
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        # Which one is next here nobody knows: nothing is kept for it.
        runtestprotocol(item, nextitem=None)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


@pytest.fixture
def trial(request: pytest.FixtureRequest) -> Iterator[Trial]:
    """One run of the scenario that asks for it."""
    with _trial(request, request.config.stash[_OPTIONS]) as made:
        yield made


@contextmanager
def _trial(request: pytest.FixtureRequest, options: Options) -> Iterator[Trial]:
    reason = backend_class(options.backend).why_not()
    if reason:
        pytest.skip(f"backend {options.backend}: {reason}")
    title = request.node.name.removeprefix("test_").replace("_", " ")
    made = Trial(options, request.node.name, title)
    request.config.stash[_TRIALS].append(made)
    try:
        yield made
    finally:
        with interrupts.undisturbed():
            made.close()


@pytest.fixture
def rounds(request: pytest.FixtureRequest) -> Callable[[float], Iterator[Trial]]:
    """For soaks: runs of so many seconds, each with the next seed, until the duration is over.

    Round N of seed S is repeated by seed S + N - 1 and a duration of one round.
    """

    def each(seconds: float) -> Generator[Trial, None, None]:
        options = request.config.stash[_OPTIONS]
        for number in range(max(1, round(options.duration_s / seconds))):
            own = replace(options, seed=options.seed + number, duration_s=seconds)
            with _trial(request, own) as made:
                yield made

    def begin(seconds: float) -> Iterator[Trial]:
        begun = each(seconds)
        # A scenario that fails leaves the last round open.
        request.addfinalizer(begun.close)
        return begun

    return begin


@pytest.fixture
def tries(request: pytest.FixtureRequest) -> Callable[[str, int, str], Iterator[Trial]]:
    """The same scenario with one seed after another, on a kvd that has a deliberate bug; `backend`:
    on which, if only one will do."""

    def each(bug: str, count: int, backend: str) -> Iterator[Trial]:
        options = request.config.stash[_OPTIONS]
        options = replace(options, backend=backend or options.backend)
        binaries = replace(options.binaries, kvd="kvd_broken") if bug else options.binaries
        for number in range(count):
            own = replace(options, seed=options.seed + number, binaries=binaries)
            with _trial(request, own) as made:
                made.folder.command += " --bugs"
                made.expects = "anomaly" if bug else "passed"
                yield made

    def begin(bug: str, count: int, backend: str = "") -> Iterator[Trial]:
        begun = each(bug, count, backend)
        request.addfinalizer(begun.close)
        return begun

    return begin


@pytest.hookimpl(hookwrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, Any, None]:
    """What went wrong with the harness itself is the run's result as well."""
    outcome = yield
    error = outcome.excinfo[1] if outcome.excinfo else None
    made = pyfuncitem.config.stash[_TRIALS][-1:]
    if not made or error is None or isinstance(error, Failed | pytest.skip.Exception):
        return
    if isinstance(error, Unsupported):
        made[0].skipped = str(error)
    elif isinstance(error, KeyboardInterrupt):
        made[0].error("interrupted")
    else:
        kind = "" if isinstance(error, ChaosError) else f"{type(error).__name__}: "
        made[0].error(f"{kind}{error}")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, Any, None]:
    """A failed run needs no stack of frames: its message says what is wrong. What is not to be had
    is skipped, with its reason."""
    outcome = yield
    error = call.excinfo.value if call.excinfo else None
    if isinstance(error, Unsupported):
        report = outcome.get_result()
        report.outcome, where = "skipped", item.location
        report.longrepr = (where[0], where[1] or 0, f"Skipped: {error}")
    elif isinstance(error, Failed | ChaosError):
        outcome.get_result().longrepr = f"{item.name}: {error}"


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if interrupts.came():
        session.exitstatus = interrupts.EXIT_CODE
    elif exitstatus == pytest.ExitCode.TESTS_FAILED:
        worst = [EXIT_CODES[made.result.word] for made in session.config.stash[_TRIALS]]
        session.exitstatus = min((code for code in worst if code), default=1)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    skipped = {
        str(report.longrepr[2]).removeprefix("Skipped: ")
        for report in terminalreporter.stats.get("skipped", [])
        if isinstance(report.longrepr, tuple)
    }
    told = summary.Told.of(config.stash[_TRIALS], sorted(skipped), config.stash[_OPTIONS])
    claims = config.getoption("--claims")
    if claims is None:
        summary.tell(told)
    else:
        lanes.tell(claims, told)
