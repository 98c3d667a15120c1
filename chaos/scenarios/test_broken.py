"""The harness tests itself: a kvd with a bug does not get by, and without it does."""

from collections.abc import Callable, Iterator

import pytest
from broken import SHOWN
from shown import Shown

from quorate_chaos.binaries import Binaries
from quorate_chaos.errors import ChaosError
from quorate_chaos.judge import Result
from quorate_chaos.process import run
from quorate_chaos.trial import Failed, Trial

Tries = Callable[[str, int, str], Iterator[Trial]]

CAUGHT = ("anomaly", "not-converged")
OWN_CHECKS = ("ended by itself", "OLD_DISK_IMAGE", "LOG_TAIL_LOST")


def _is_caught(result: Result) -> bool:
    """By the judge, or by a node whose own checks end it, or let it not begin."""
    return result.word in CAUGHT or any(words in result.why for words in OWN_CHECKS)


def _comes_to(trial: Trial, shown: Shown, bug: str) -> Result:
    settings = {**shown.settings, **({"bug": bug} if bug else {})}
    try:
        trial.under(
            *shown.jobs,
            nodes=shown.nodes,
            settings=settings,
            disks=shown.disks,
            clocks=shown.clocks,
            points=shown.points,
        )
        shown.steps(trial)
    except ChaosError as error:
        trial.error(str(error))
        return trial.result
    return trial.comes_to()


def _named(cases: list[Shown]) -> list[object]:
    marks = {True: [pytest.mark.bugs, pytest.mark.short], False: [pytest.mark.bugs]}
    return [pytest.param(case, id=case.bug, marks=marks[case.quick]) for case in cases]


@pytest.mark.parametrize("shown", _named(SHOWN))
def test_it_is_noticed_when_a_node(shown: Shown, tries: Tries) -> None:
    came_to = []
    for trial in tries(shown.bug, shown.tries, shown.backend):
        result = _comes_to(trial, shown, shown.bug)
        if _is_caught(result):
            return
        came_to.append(f"{result.word} {result.why}".strip())
    raise Failed(f"nobody noticed a node that {shown.sentence}: {'; '.join(came_to)}")


@pytest.mark.bugs
@pytest.mark.parametrize("shown", [pytest.param(one, id=one.bug) for one in SHOWN])
def test_the_same_is_passed_by_a_sound_node(shown: Shown, tries: Tries) -> None:
    for trial in tries("", 1, shown.backend):
        result = _comes_to(trial, shown, "")
        if not result.passed:
            raise Failed(f"{result.word}: {result.why}")


@pytest.mark.bugs
def test_no_deliberate_bug_is_without_a_scenario() -> None:
    told = run([Binaries.default().path("kvd_broken"), "--bug=help"]).stdout
    assert {line.partition(":")[0].strip() for line in told.splitlines()} == {
        shown.bug for shown in SHOWN
    }
