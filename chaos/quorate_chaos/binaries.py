"""Where the programs under test are."""

import os
from dataclasses import dataclass
from pathlib import Path

from .errors import ChaosError

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Binaries:
    """A folder of built programs; QUORATE_BIN names another than build/bin."""

    folder: Path
    kvd: str = "kvd"  # what nodes run as kvd

    @staticmethod
    def default() -> "Binaries":
        return Binaries(Path(os.environ.get("QUORATE_BIN") or ROOT / "build" / "bin"))

    def path(self, name: str) -> str:
        """Raises ChaosError, with the command that builds it, if it is not there."""
        name = self.kvd if name == "kvd" else name
        path = self.folder / name
        if not os.access(path, os.X_OK):
            target = name.removeprefix("lib").removesuffix(".so")
            raise ChaosError(f"{path} does not exist; build it: ./dev build {target}")
        return str(path)
