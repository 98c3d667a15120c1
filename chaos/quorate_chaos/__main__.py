"""`./dev chaos`: chooses scenarios and a backend, and hands them to pytest."""

import argparse
import os
import sys

import pytest

from . import interrupts, lanes
from .backend.registry import NAMES, backend_class
from .binaries import ROOT, Binaries
from .errors import ChaosError
from .options import seconds_of

USAGE = 2
PROGRAMS = ("kvd", "kvctl", "kvload", "kvcheck")
SCENARIOS = ROOT / "chaos" / "scenarios"


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev chaos", description=__doc__)
    parser.add_argument("files", nargs="*", default=[str(SCENARIOS)])
    parser.add_argument("--backend", choices=[*NAMES, "all"])
    parser.add_argument("--scenario", default="", help="those whose names hold this")
    parser.add_argument("--duration", default="60s")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--soak", action="store_true")
    parser.add_argument("--bugs", action="store_true")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--out", default=str(ROOT / ".cache" / "chaos"))
    parser.add_argument("--lanes", type=int, help="so many scenarios side by side")
    parser.add_argument("--list", action="store_true")
    return parser.parse_args(arguments)


def choose_backend(asked: str | None) -> list[str]:
    """What was asked for, or the best that this machine offers. Raises ChaosError if it does not."""
    if asked == "all":
        return list(NAMES)
    name = asked or "netns"
    reason = backend_class(name).why_not()
    if not reason:
        return [name]
    if asked:
        raise ChaosError(f"backend {name} is not to be had here: {reason}")
    print(f"SKIPPED backend {name}: {reason}; going on with loopback", file=sys.stderr)
    return ["loopback"]


def choose_lanes(asked: argparse.Namespace, backend: str) -> int:
    """What was asked for; else several where there is much to do and nothing is in the way."""
    if asked.lanes is not None:
        if asked.lanes < 1:
            raise ChaosError(f"--lanes {asked.lanes}: there must be one at least")
        return int(asked.lanes)
    of_all = asked.files == [str(SCENARIOS)] and not asked.scenario
    some = asked.soak or asked.list or backend == "compose"
    return lanes.as_many_as_fit() if of_all and not some else 1


def pytest_arguments(asked: argparse.Namespace, backend: str) -> list[str]:
    chosen = ["-k", asked.scenario] if asked.scenario else []
    marks = ["short"] if asked.short else []
    marks.append("soak" if asked.soak else "not soak")
    marks += ["bugs"] if asked.bugs else [] if asked.short else ["not bugs"]
    arguments = [
        *(*asked.files, "-c", str(ROOT / "chaos" / "pytest.ini"), "-p", "quorate_chaos.plugin"),
        *("-v", "-rN", "--no-header", "--tb=short", "-m", " and ".join(marks)),
        *(f"--backend={backend}", f"--duration={asked.duration}", f"--out={asked.out}", *chosen),
    ]
    # One for all lanes.
    seed = int.from_bytes(os.urandom(3)) if asked.seed is None else asked.seed
    arguments.append(f"--seed={seed}")
    if asked.keep:
        arguments.append("--keep")
    if asked.list:
        arguments.append("--collect-only")
    return arguments


def run_scenarios(arguments: list[str], side_by_side: int) -> int:
    if side_by_side == 1:
        return int(pytest.main(arguments))
    # One lane knows nothing of how much the others have done.
    return lanes.run([*arguments, "-o", "console_output_style=classic"], side_by_side)


def main() -> int:
    interrupts.catch()
    try:
        code = run()
    except KeyboardInterrupt:
        code = interrupts.EXIT_CODE
    # Before pytest knows of the plugin, it has a code of its own for it.
    return interrupts.EXIT_CODE if interrupts.came() else code


def run() -> int:
    asked = parse(sys.argv[1:])
    try:
        seconds_of(asked.duration)
        for program in PROGRAMS:
            Binaries.default().path(program)
        backends = choose_backend(asked.backend)
        side_by_side = [choose_lanes(asked, backend) for backend in backends]
    except ChaosError as error:
        print(f"error: {error}", file=sys.stderr)
        return USAGE
    worst = 0
    for backend, count in zip(backends, side_by_side, strict=True):
        code = run_scenarios(pytest_arguments(asked, backend), count)
        if code == pytest.ExitCode.NO_TESTS_COLLECTED:
            print(
                f"error: no scenario is called '{asked.scenario}'; --list names them",
                file=sys.stderr,
            )
            return USAGE
        if interrupts.came():
            return code
        worst = worst or code
    return worst


if __name__ == "__main__":
    sys.exit(main())
