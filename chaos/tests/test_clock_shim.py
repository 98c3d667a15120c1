"""libclockfaults.so by itself, under a small program that asks what time it is."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from quorate_chaos.binaries import Binaries
from quorate_chaos.faults.clock_page import ClockPage, ClockState
from quorate_chaos.faults.preload import library

HOUR = 3600
CLOSE = 30  # seconds that a slow machine may take between two looks


class Program:
    """Answers expressions, one a line, for as long as it lives."""

    def __init__(self, page: ClockPage) -> None:
        env = {"LD_PRELOAD": str(library(Binaries.default(), "clock-faults")),
               "QUORATE_CLOCK_FAULTS": str(page.path)}
        code = ("import sys, time, json, ctypes, errno\n"
                "for line in sys.stdin: print(json.dumps(eval(line)), flush=True)")
        self._child = subprocess.Popen([sys.executable, "-c", code], env={**os.environ, **env},
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def says(self, expression: str):
        print(expression, file=self._child.stdin, flush=True)
        return json.loads(self._child.stdout.readline())

    def end(self) -> None:
        self._child.kill()
        self._child.communicate()


@pytest.fixture
def page(tmp_path: Path) -> ClockPage:
    return ClockPage(tmp_path / "clock-faults")


@pytest.fixture
def program(page: ClockPage):
    program = Program(page)
    yield program
    program.end()


def test_without_orders_all_clocks_are_true(program, page):
    assert abs(program.says("time.time()") - time.time()) < CLOSE
    assert abs(program.says("time.monotonic()") - time.monotonic()) < CLOSE
    assert (page.count("wall_reads"), page.count("monotonic_reads")) == (0, 0)


@pytest.mark.parametrize("seconds", [HOUR, -HOUR])
def test_a_skew_shows_in_the_wall_clock_alone_and_is_counted(program, page, seconds):
    page.set_wall(seconds)
    assert abs(program.says("time.time()") - time.time() - seconds) < CLOSE
    assert abs(program.says("time.monotonic()") - time.monotonic()) < CLOSE
    assert page.count("wall_reads") > 0
    assert page.count("monotonic_reads") == 0


def test_a_jump_takes_effect_while_it_runs_and_can_be_taken_back(program, page):
    before = program.says("time.time()")
    page.set_wall(HOUR)
    assert program.says("time.time()") > before + HOUR - CLOSE
    page.set_wall(0)
    assert program.says("time.time()") < before + CLOSE


def test_a_drift_adds_up_and_its_end_keeps_what_was_gained(program, page):
    page.set_pace(5e6)  # five seconds each second
    first, true_first = program.says("time.monotonic()"), time.monotonic()
    time.sleep(0.2)  # true time, so that there is something to gain
    gained = program.says("time.monotonic()") - first - (time.monotonic() - true_first)
    assert gained > 0.8
    _, monotonic = page.now()
    page.set(ClockState(), ClockState(monotonic.ahead_ns))
    assert program.says("time.monotonic()") - time.monotonic() > 0.8
    assert abs(program.says("time.time()") - time.time()) < CLOSE


def test_a_monotonic_clock_never_goes_back_though_its_pace_changes(program, page):
    last = 0.0
    for pace in [1e6, 0, 1e6, -5e5, 0] * 20:
        page.set_pace(pace)
        now = program.says("time.monotonic()")
        assert now >= last
        last = now


FUTEX = (
    "(lambda libc, word, at: (time.monotonic(), [0 for _ in iter(lambda: ("
    "libc.syscall(202, ctypes.byref(word), 9 | 128 | {flag}, 0, ctypes.byref(at), None, -1),"
    " ctypes.get_errno())[1] == errno.ETIMEDOUT, True)] and None, time.monotonic()))"
    "(ctypes.CDLL(None, use_errno=True), ctypes.c_int(0),"
    " (ctypes.c_long * 2)(*divmod(int(({clock} + 0.3) * 1e9), 10**9)))"
)


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="numbers of system calls")
@pytest.mark.parametrize("seconds", [HOUR, -HOUR, 0])
def test_a_wait_until_a_moment_of_a_wrong_clock_ends_then(program, page, seconds):
    """With deadlines not translated it would end at once, or in an hour."""
    page.set_wall(seconds)
    began, _, ended = program.says(FUTEX.format(flag=256, clock="time.time()"))
    assert 0.25 < ended - began < CLOSE
    assert (page.count("waits") > 0) == (seconds != 0)


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="numbers of system calls")
def test_a_wait_is_over_when_the_clock_jumps_past_its_end(page):
    program = Program(page)
    program.says("0")  # so that it is there
    code = FUTEX.format(flag=256, clock=str(time.time() + HOUR))
    print(code, file=program._child.stdin, flush=True)
    time.sleep(0.2)  # so that it waits already; if not, it passes all the same
    page.set_wall(2 * HOUR)
    assert json.loads(program._child.stdout.readline())
    program.end()
