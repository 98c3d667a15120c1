"""The file through which a node's libclockfaults.so is told what time it is.

The layout is that of chaos/preload/clock_page.h.
"""

import mmap
import struct
import time
from dataclasses import dataclass
from pathlib import Path

MAGIC = 0x31544C464B434C43
_SIZE = 4096
_ORDERS = struct.Struct("<qqqqq")
_VERSION_AT, _ORDERS_AT, _COUNTS_AT = 8, 16, 128
_WORD = struct.Struct("<Q")
_COUNTS = ("wall_reads", "monotonic_reads", "waits")


@dataclass(frozen=True)
class ClockState:
    """A clock that is so far ahead of the true one, and gains so much each second."""

    ahead_ns: int = 0
    gains_ppb: int = 0

    def after(self, ns: int) -> "ClockState":
        """As it stands when so much true time has passed."""
        return ClockState(self.ahead_ns + ns * self.gains_ppb // 10**9, self.gains_ppb)


class ClockPage:
    """One node's page. Written by one side only; counts by the other."""

    def __init__(self, path: Path) -> None:
        """Makes it, with the true time, if it isn't there yet."""
        self.path = path
        new = not path.exists()
        with path.open("w+b" if new else "r+b") as file:
            if new:
                file.truncate(_SIZE)
            self._bytes = mmap.mmap(file.fileno(), _SIZE)
        if new:
            _WORD.pack_into(self._bytes, 0, MAGIC)

    def count(self, name: str) -> int:
        """How often the process was told another time than is: _COUNTS."""
        at = _COUNTS_AT + 8 * _COUNTS.index(name)
        return int(_WORD.unpack_from(self._bytes, at)[0])

    def now(self) -> tuple[ClockState, ClockState]:
        """Wall and monotonic clock as they stand at this moment."""
        since, *orders = _ORDERS.unpack_from(self._bytes, _ORDERS_AT)
        passed = time.monotonic_ns() - since
        return ClockState(*orders[:2]).after(passed), ClockState(*orders[2:]).after(passed)

    def set(self, wall: ClockState, monotonic: ClockState) -> None:
        """From this moment on. The monotonic clock must not be set back: the caller's care."""
        version = _WORD.unpack_from(self._bytes, _VERSION_AT)[0]
        _WORD.pack_into(self._bytes, _VERSION_AT, version + 1)
        _ORDERS.pack_into(
            self._bytes, _ORDERS_AT, time.monotonic_ns(),
            wall.ahead_ns, wall.gains_ppb, monotonic.ahead_ns, monotonic.gains_ppb,
        )
        _WORD.pack_into(self._bytes, _VERSION_AT, version + 2)

    def set_wall(self, ahead_seconds: float, gains_ppm: float = 0) -> None:
        _, monotonic = self.now()
        self.set(ClockState(round(ahead_seconds * 1e9), round(gains_ppm * 1e3)), monotonic)

    def set_pace(self, gains_ppm: float) -> None:
        """Of both clocks, as a crystal that is off: each goes on from where it is."""
        wall, monotonic = self.now()
        ppb = round(gains_ppm * 1e3)
        self.set(ClockState(wall.ahead_ns, ppb), ClockState(monotonic.ahead_ns, ppb))
