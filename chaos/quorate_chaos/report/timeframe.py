"""The time axis that all drawings of a run share, so that one can look straight down from a fault
to what it did."""

from __future__ import annotations

from .model import Fault, Run
from .svg import Scale, line, n, rect, text, ticks

WIDTH = 1120
GUTTER = 200  # left of the axis, for names
RIGHT = 12
AXIS_HEIGHT = 24


class Timeframe:
    def __init__(self, run: Run) -> None:
        self.run = run
        self._scale = Scale(run.begin, run.end, GUTTER, WIDTH - RIGHT)

    def x(self, at: int) -> float:
        """Where the moment `at` (microseconds, as the run tells them) is drawn."""
        return self._scale(min(self.run.end, max(self.run.begin, at)))

    def shades(self, top: float, height: float) -> list[str]:
        """All faults that took hold (no changes of who is there) as a shade from top to bottom, and where each begins."""
        parts = []
        for fault in self.run.faults:
            x, width = self.stretch(fault)
            if fault.bit and fault.change:
                continue
            if fault.bit:
                parts.append(rect(x, top, width, height, "shade"))
                parts.append(line(x, top, x, top + height, "shade-edge"))
            else:
                parts.append(line(x, top, x, top + height, "void-edge"))
        return parts

    def stretch(self, fault: Fault) -> tuple[float, float]:
        """Where a fault is drawn and how wide; a moment is drawn, too."""
        x = self.x(fault.begin)
        return x, max(1.5, self.x(fault.end) - x)

    def axis(self, top: float) -> list[str]:
        seconds = (self.run.end - self.run.begin) / 1e6
        parts = [line(GUTTER, top, WIDTH - RIGHT, top, "axis")]
        for value in ticks(0, seconds, 10):
            x = self.x(self.run.begin + int(value * 1e6))
            parts.append(line(x, top, x, top + 4, "axis"))
            parts.append(text(x, top + 17, f"{value:g} s", "tick", "middle"))
        return parts

    def attributes(self) -> str:
        """What the page's script needs to tell the time under the pointer."""
        seconds = (self.run.end - self.run.begin) / 1e6
        return f'data-first="{GUTTER}" data-last="{n(WIDTH - RIGHT)}" data-seconds="{seconds:.3f}"'
