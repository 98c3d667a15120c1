"""Numbers as people read them."""

from __future__ import annotations

import math
from collections.abc import Sequence


def quantile(ordered: Sequence[float], share: float) -> float:
    """Of ascending values, at least one: the smallest that `share` of them don't exceed."""
    return ordered[max(0, math.ceil(share * len(ordered) - 1e-9) - 1)]


def duration(us: float) -> str:
    """Three digits at most and a unit: `850 µs`, `1.2 ms`, `31 s`, `2 min 5 s`."""
    if us < 1000:
        return f"{us:.0f} µs"
    for size, unit in ((1e3, "ms"), (1e6, "s")):
        value = us / size
        if value < 9.95:
            return f"{value:.1f} {unit}"
        if value < (999.5 if unit == "ms" else 119.5):
            return f"{value:.0f} {unit}"
    minutes, seconds = divmod(round(us / 1e6), 60)
    if minutes < 60:
        return f"{minutes} min {seconds} s" if seconds else f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def bytes_told(number: float) -> str:
    """`850 B`, `1.2 KiB`, `31 MiB`."""
    for unit in ("B", "KiB", "MiB"):
        if number < 999.5:
            return f"{number:.1f} {unit}" if unit != "B" and number < 9.95 else f"{number:.0f} {unit}"
        number /= 1024
    return f"{number:.1f} GiB"


def count(number: int) -> str:
    """With thousands set apart by a thin space that does not break."""
    return f"{number:,}".replace(",", "\u202f")


def plural(number: int, one: str, many: str = "") -> str:
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def share(part: int, whole: int) -> str:
    """Never `100 %` of what was not all, nor `0 %` of what was not nothing."""
    if whole == 0:
        return "–"
    percent = 100 * part / whole
    if part and percent < 0.1:
        return "< 0.1 %"
    if part < whole and percent > 99.9:
        return "> 99.9 %"
    return f"{percent:.0f} %" if percent in (0, 100) or 10 <= percent <= 90 else f"{percent:.1f} %"
