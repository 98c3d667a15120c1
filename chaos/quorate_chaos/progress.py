"""Whether work got done: what a checker cannot see in a history in which nothing happened."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from .errors import ChaosError

# Of each kind of operation in each job; of rare ones a tenth of those that were asked for.
DONE_MIN = 20
READS = {"get"}


@dataclass
class Progress:
    """Of one job: operations by kind and outcome, and when the last of a kind was begun."""

    job: str
    outcomes: dict[str, Counter[str]] = field(default_factory=dict)
    last_done_us: dict[str, int] = field(default_factory=dict)
    under_way: int = 0  # when the run ended: nobody waited for the answer

    @property
    def done(self) -> int:
        return sum(counts["done"] for counts in self.outcomes.values())

    @property
    def total(self) -> int:
        return sum(sum(counts.values()) for counts in self.outcomes.values())


def read_progress(files: Iterable[Path]) -> list[Progress]:
    """Raises ChaosError, with file and line, for what is no history."""
    return [_read(file) for file in sorted(files)]


def _read(file: Path) -> Progress:
    progress = Progress(file.stem)
    with file.open() as lines:
        for number, line in enumerate(lines, 1):
            try:
                item = json.loads(line)
                if "op" not in item:
                    continue  # the first line, and marks between phases
                kind, outcome = item["op"], item["outcome"]
                invoked = item["invoke_us"]
            except (ValueError, KeyError, TypeError) as error:
                raise ChaosError(f"{file}:{number}: not an operation: {error}") from error
            progress.outcomes.setdefault(kind, Counter())[outcome] += 1
            progress.under_way += "return_us" not in item
            if outcome == "done":
                last = progress.last_done_us.get(kind, 0)
                progress.last_done_us[kind] = max(last, invoked)
    return progress


def lacking(all_progress: Iterable[Progress], healed_us: int, least: int = DONE_MIN) -> str:
    """Empty, or what did not get on: a kind of operation in all, reads or writes once healed."""
    seen = False
    for progress in all_progress:
        for kind, counts in sorted(progress.outcomes.items()):
            seen = True
            if counts["done"] < min(least, max(1, sum(counts.values()) // 10)):
                return f"{progress.job}: only {counts['done']} of kind {kind} done ({dict(counts)})"
        for name, kinds in (
            ("read", READS & set(progress.outcomes)),
            ("write", set(progress.outcomes) - READS),
        ):
            last = max((progress.last_done_us.get(kind, 0) for kind in kinds), default=healed_us)
            if last < healed_us:
                return f"{progress.job}: no {name} done after all was healed"
        if not progress.outcomes:
            return f"{progress.job}: no operation at all"
    return "" if seen else "no operation at all"
