"""What whoever runs the scenarios chose."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from .binaries import Binaries
from .errors import ChaosError

_UNITS = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True)
class Options:
    backend: str
    seed: int
    duration_s: float  # of each random mixture
    out: Path  # where folders of runs go
    keep: bool = False  # nodes' data too, also of what passed
    binaries: Binaries = field(default_factory=Binaries.default)

    def command(self, scenario: str) -> str:
        """What repeats one scenario."""
        return (
            f"./dev chaos --backend {self.backend} --scenario {scenario} --seed {self.seed} "
            f"--duration {self.duration_s:g}s"
        )


def seconds_of(text: str) -> float:
    """Of 90s, 10m, 1h. Raises ChaosError for anything else."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smh])", text)
    if not match or float(match[1]) == 0:
        raise ChaosError(f"'{text}' is no duration; durations look like this: 90s, 10m, 1h")
    return float(match[1]) * _UNITS[match[2]]
