"""From histories to a result: kvcheck's verdict, progress, and whether the faults bit."""

import json
import subprocess
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .binaries import Binaries
from .errors import ChaosError
from .nemesis import Entry

CHECK_SECONDS = 300

# What a run can come to, and with which code ./dev chaos then ends.
EXIT_CODES = {
    "passed": 0,
    "anomaly": 1,
    "void": 3,
    "no-progress": 4,
    "not-converged": 5,
    "undecided": 6,
    "error": 7,
}


@dataclass(frozen=True)
class Result:
    """One word of EXIT_CODES, and why."""

    word: str
    why: str = ""

    @property
    def passed(self) -> bool:
        return self.word == "passed"


def check(
    binaries: Binaries, histories: Path, verdict: Path, *flags: str
) -> dict[str, Any]:
    """Runs kvcheck on all histories and keeps what it says. Raises ChaosError if it says nothing."""
    files = sorted(str(file) for file in histories.glob("*.jsonl"))
    if not files:
        raise ChaosError(f"{histories} holds no history")
    command = [binaries.path("kvcheck"), "--output", "json", *flags, *files]
    try:
        ran = subprocess.run(
            command, capture_output=True, text=True, timeout=CHECK_SECONDS, check=False
        )
        told: dict[str, Any] = json.loads(ran.stdout)
    except subprocess.TimeoutExpired as error:
        raise ChaosError(f"kvcheck took more than {CHECK_SECONDS} s") from error
    except json.JSONDecodeError as error:
        raise ChaosError(f"kvcheck ({ran.returncode}): {ran.stderr.strip()[-500:]}") from error
    verdict.write_text(ran.stdout)
    return told


def judge(
    verdict: Mapping[str, Any],
    unsettled: str,
    lacking: str,
    faults: Sequence[Entry],
    idle_max: int = 0,
    by_hand: Collection[str] = (),
) -> Result:
    """The worst that is to be said of the run; so many faults may have come to nothing.

    `by_hand`: jobs that do one thing after the other, which may prove little where all is well.
    """
    levels = verdict.get("levels", [])
    if verdict.get("anomalies") or any(level["anomalies"] for level in levels):
        return Result("anomaly", _anomalies(verdict))
    without = [fault for fault in faults if not fault.bit]
    if len(without) > idle_max:
        first = without[0]
        return Result("void", f"{first.fault} did not take hold ({first.what}): {first.proof}")
    if not levels or not any(level["checked"] for level in levels):
        return Result("void", "nothing was checked")
    if unsettled:
        return Result("not-converged", unsettled)
    undecided = [
        level for level in levels
        if level["verdict"] != "passed"
        and not (level["verdict"] == "nothing checked" and level["job"] in by_hand)
    ]
    if undecided:
        names = ", ".join(f"{level['job']} {level['read']}" for level in undecided)
        return Result("undecided", f"kvcheck says {verdict.get('verdict')}: {names}")
    if lacking:
        return Result("no-progress", lacking)
    return Result("passed")


def _anomalies(verdict: Mapping[str, Any]) -> str:
    found = verdict.get("anomalies", [])
    if not found:
        return "kvcheck counts anomalies and shows none"
    first = found[0]
    return f"{len(found)} anomalies, the first: {first.get('kind')}: {first.get('text')}"
