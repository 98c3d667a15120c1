"""Time as all parts of the harness tell it: CLOCK_MONOTONIC, which skewed nodes do not touch."""

import time
from collections.abc import Callable


def now_us() -> int:
    """Microseconds of the machine's CLOCK_MONOTONIC."""
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000


def eventually(question: Callable[[], bool], seconds: float, every: float = 0.02) -> bool:
    """Asks until it is so, or the time is over; what it was at last."""
    deadline = time.monotonic() + seconds
    while not question():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True
