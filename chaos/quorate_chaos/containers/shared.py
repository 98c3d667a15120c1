"""One daemon and one image for all runs of this process."""

import atexit
import os

from ..binaries import Binaries
from . import image
from .cli import Docker
from .daemon import Daemon

TAG = f"chaos{os.getpid()}"
_daemon: Daemon | None = None
_built: set[Binaries] = set()
_made_base = False


def docker_with_image(binaries: Binaries) -> Docker:
    """A daemon that answers, with `quorate:TAG` of these programs; both go when the process ends.

    Raises Unsupported or ChaosError, which say what this machine lacks.
    """
    global _daemon, _made_base
    if _daemon is None:
        _daemon = Daemon()
        atexit.register(_end)
        _daemon.open()
        _made_base = image.ensure_base(_daemon.docker)
    if binaries not in _built:
        image.build(_daemon.docker, f"quorate:{TAG}", binaries)
        _built.clear()
        _built.add(binaries)
    return _daemon.docker


def _end() -> None:
    global _daemon
    if _daemon is None:
        return
    if not _daemon.own and _built:
        ours = [f"quorate:{TAG}", *([image.BASE] if _made_base else [])]
        _daemon.docker.attempt("rmi", *ours)
    _daemon.close()
    _daemon = None
