"""Ctrl-C, SIGTERM and SIGHUP: one and the same, whenever they come."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

EXIT_CODE = 130
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_came: list[int] = []


def catch() -> None:
    """From now on every fixture gets its end, by KeyboardInterrupt."""
    for number in _SIGNALS:
        signal.signal(number, _interrupt)


def came() -> bool:
    return bool(_came)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Cleaning up is not interrupted: whoever is impatient presses Ctrl-C many times."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(number: int, frame: object) -> None:
    _came.append(number)
    raise KeyboardInterrupt
