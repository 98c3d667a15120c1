"""pytest's side: options, the fixture `trial`, results, exit codes, and the end of everything."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from . import summary
from .backend.registry import backend_class
from .binaries import ROOT
from .errors import ChaosError, Unsupported
from .judge import EXIT_CODES
from .options import Options, seconds_of
from .trial import Failed, Trial

INTERRUPTED = 130
_TRIALS = pytest.StashKey[list[Trial]]()
_OPTIONS = pytest.StashKey[Options]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("chaos")
    group.addoption("--backend", default="loopback")
    group.addoption("--seed", type=int, default=None)
    group.addoption("--duration", default="60s", help="of each random mixture")
    group.addoption("--out", default=str(ROOT / ".cache" / "chaos"))
    group.addoption("--keep", action="store_true", help="keep the nodes' data")


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
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)


def _interrupt(number: int, frame: object) -> None:
    """As Ctrl-C: every fixture gets its end."""
    raise KeyboardInterrupt


@contextmanager
def undisturbed() -> Iterator[None]:
    """Cleaning up is not interrupted: whoever is impatient presses Ctrl-C many times."""
    asked = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in asked}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@pytest.fixture
def trial(request: pytest.FixtureRequest) -> Iterator[Trial]:
    """One run of the scenario that asks for it."""
    options = request.config.stash[_OPTIONS]
    reason = backend_class(options.backend).why_not()
    if reason:
        pytest.skip(f"backend {options.backend}: {reason}")
    title = request.node.name.removeprefix("test_").replace("_", " ")
    made = Trial(options, request.node.name, title)
    request.config.stash[_TRIALS].append(made)
    try:
        yield made
    finally:
        with undisturbed():
            made.close()


@pytest.hookimpl(hookwrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Iterator[None]:
    """What went wrong with the harness itself is the run's result as well; what is not to be had
    is skipped, with its reason."""
    outcome = yield
    error = outcome.excinfo[1] if outcome.excinfo else None
    made = pyfuncitem.funcargs.get("trial")
    if not isinstance(made, Trial) or error is None or isinstance(error, Failed):
        return
    if isinstance(error, Unsupported):
        made.skipped = str(error)
        outcome.force_exception(pytest.skip.Exception(str(error)))
    elif isinstance(error, KeyboardInterrupt):
        made.error("interrupted")
    elif not isinstance(error, pytest.skip.Exception):
        made.error(f"{type(error).__name__}: {error}" if not isinstance(error, ChaosError) else str(error))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """A failed run needs no stack of frames: its message says what is wrong."""
    outcome = yield
    if call.excinfo and isinstance(call.excinfo.value, Failed | ChaosError):
        outcome.get_result().longrepr = f"{item.name}: {call.excinfo.value}"


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if exitstatus == pytest.ExitCode.INTERRUPTED:
        session.exitstatus = INTERRUPTED
    elif exitstatus == pytest.ExitCode.TESTS_FAILED:
        worst = [EXIT_CODES[made.result.word] for made in session.config.stash[_TRIALS]]
        session.exitstatus = min((code for code in worst if code), default=1)


def pytest_terminal_summary(terminalreporter, config: pytest.Config) -> None:
    skipped = {
        str(report.longrepr[2]).removeprefix("Skipped: ")
        for report in terminalreporter.stats.get("skipped", [])
        if isinstance(report.longrepr, tuple)
    }
    summary.tell(config.stash[_TRIALS], sorted(skipped), config.stash[_OPTIONS])
