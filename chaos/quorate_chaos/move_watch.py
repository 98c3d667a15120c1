"""Looks at what moves while a run goes on, and writes it down for the report."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .clock import now_us

EVERY_SECONDS = 0.25
SILENT_SECONDS = 1.0  # nobody could say: it is not asked again before that


class MoveWatch:
    """`ask` gives what `kvctl cluster moves` says, or None. Asks nobody before begin()."""

    def __init__(self, ask: Callable[[], Any]) -> None:
        self._ask = ask
        self._journal: Path | None = None
        self._due = 0.0
        self._moving = False
        self.sent: dict[tuple[str, int, str], int] = {}  # keyspace, partition, to: bytes, at most

    def begin(self, journal: Path) -> None:
        if self._journal is None:
            self._journal = journal
            journal.touch()

    @property
    def begun(self) -> bool:
        return self._journal is not None

    def look_if_due(self) -> None:
        if self.begun and time.monotonic() >= self._due:
            self.look()

    def look(self) -> Any:
        """What was said now; None if nobody could say it."""
        told = self._ask()
        self._due = time.monotonic() + (EVERY_SECONDS if told else SILENT_SECONDS)
        if told:
            self._write(told["moves"], told["waiting"])
        return told

    def _write(self, moves: list[dict[str, Any]], waiting: int) -> None:
        """A line while something is to move, and one when nothing is any more."""
        if not self._journal or not (moves or waiting or self._moving):
            return
        self._moving = bool(moves or waiting)
        shown = [_short(move) for move in moves]
        for move in shown:
            name = (move["keyspace"], move["partition"], move["to"])
            self.sent[name] = max(self.sent.get(name, 0), move["sent_bytes"] or 0)
        line = {"at_us": now_us(), "waiting": waiting, "moves": shown}
        with self._journal.open("a") as out:
            out.write(json.dumps(line) + "\n")


def _short(move: dict[str, Any]) -> dict[str, Any]:
    """Names of nodes as everywhere else; empty where there is none."""
    name = lambda node: f"n{node}" if node else ""  # noqa: E731
    kept = {key: move[key] for key in ("partition", "keyspace", "sent_bytes", "total_bytes")}
    return {**kept, "from": name(move["from"]), "to": name(move["to"])}
