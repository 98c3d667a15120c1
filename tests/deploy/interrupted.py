"""What test_interrupts.py runs and interrupts: a cluster of the compose backend that a node joins.

usage: interrupted.py FOLDER
"""

import sys
import time
from pathlib import Path

from quorate_chaos.backend.base import ClusterSpec, Joiner
from quorate_chaos.backend.compose import ComposeBackend
from quorate_chaos.binaries import Binaries


def main() -> None:
    folder = Path(sys.argv[1])
    backend = ComposeBackend(ClusterSpec(3, folder, Binaries.default()))
    try:
        backend.open()
        for node in [*backend.spec.names, "n4"]:
            if node == "n4":
                backend.admit(node, Joiner("n1"))
            backend.start(node)
            (folder / f"started-{node}").touch()
        time.sleep(60)
    finally:
        backend.close()


if __name__ == "__main__":
    main()
