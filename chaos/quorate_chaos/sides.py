"""What clients of some nodes were told while a fault lasted: answered, refused, and how fast."""

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from .nemesis import Entry


@dataclass
class Side:
    """Operations of one level that some nodes were asked for in a stretch of time."""

    answered: int = 0
    refused: int = 0  # certainly not done, and said so
    unknown: int = 0  # no answer in time, or one that leaves it open
    refusals_ms: list[float] = field(default_factory=list)

    @property
    def asked(self) -> int:
        return self.answered + self.refused + self.unknown

    @property
    def refusal_ms(self) -> float:
        """How long it took to be refused, mostly; 0 where nothing was."""
        return median(self.refusals_ms) if self.refusals_ms else 0.0


def told(
    history: Path, kind: str, nodes: Collection[str], fault: Entry, after_seconds: float
) -> Side:
    """Operations of `kind` (get, put) begun so long after the fault, and over before its end."""
    side = Side()
    begin_us = fault.begin_us + int(after_seconds * 1e6)
    with history.open() as lines:
        for line in lines:
            item = json.loads(line)
            if item.get("op") != kind or item.get("target") not in nodes:
                continue
            end_us = item.get("return_us", item["invoke_us"])
            if item["invoke_us"] < begin_us or end_us > fault.end_us:
                continue
            _count(side, item["outcome"], (end_us - item["invoke_us"]) / 1000)
    return side


def _count(side: Side, outcome: str, ms: float) -> None:
    if outcome == "done":
        side.answered += 1
    elif outcome == "failed":
        side.refused += 1
        side.refusals_ms.append(ms)
    else:
        side.unknown += 1
