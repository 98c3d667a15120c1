"""Free ports on loopback, not those of another run."""

import fcntl
import os
import socket
import tempfile
from pathlib import Path

from ..errors import ChaosError

# Below those that the system hands out by itself; tests of C++ begin at 12,000.
# No number of a node is used again, so a run of joins takes more than there are nodes at a time.
FIRST, LAST, PER_CLUSTER = 22_000, 32_000, 30


class Ports:
    """A range of ports that no other run of this machine takes while this object is open."""

    def __init__(self, wanted: int | None = None) -> None:
        """`wanted`: this range or none; raises ChaosError naming the port that is taken."""
        self.first = 0
        self._lock: int | None = None
        if wanted is not None:
            taken = _taken(wanted)
            if taken:
                raise ChaosError(
                    f"port {taken} is in use by another program; stop that, or choose others: "
                    f"QUORATE_CHAOS_PORT={wanted + 200}"
                )
        for first in [wanted] if wanted is not None else range(FIRST, LAST, PER_CLUSTER):
            if self._take(first):
                return
        raise ChaosError(
            f"no {PER_CLUSTER} free ports in a row from {wanted or FIRST} on; another run has them"
        )

    def _take(self, first: int) -> bool:
        # The file stays: were it removed, two runs could hold locks on two files of one name.
        path = Path(tempfile.gettempdir()) / f"quorate-ports-{os.getuid()}-{first}"
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            return False
        if _taken(first):
            os.close(lock)
            return False
        self.first, self._lock = first, lock
        return True

    def close(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _taken(first: int) -> int:
    """The first port of the range that somebody listens at; 0: none."""
    for port in range(first, first + PER_CLUSTER):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return port
    return 0
