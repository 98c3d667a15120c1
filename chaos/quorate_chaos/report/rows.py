"""Bars that lie in rows, one below the other where they would overlap."""

from __future__ import annotations


def take_row(rows: list[float], begin: float, end: float, most: int) -> tuple[int, bool]:
    """The first row that is free from `begin` on, now taken up to `end`; and whether it is.

    `rows`: up to where each is taken; one more is added while there are fewer than `most`. After
    that it is the one that is free the soonest, where a name would lie over another.
    """
    row = next((i for i, taken in enumerate(rows) if taken <= begin), None)
    free = row is not None or len(rows) < most
    if row is None and free:
        rows.append(0.0)
        row = len(rows) - 1
    if row is None:
        row = min(range(len(rows)), key=lambda i: rows[i])
    rows[row] = end + 2
    return row, free
