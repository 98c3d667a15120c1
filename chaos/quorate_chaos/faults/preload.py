"""What is loaded into a node before its program: each library has a page, a file that both map."""

from pathlib import Path

from ..backend.base import Backend
from ..binaries import Binaries

# By the name of its page in the node's folder.
LIBRARIES = {"disk-faults": "libdiskfaults.so", "clock-faults": "libclockfaults.so"}


def library(binaries: Binaries, page: str) -> Path:
    """Raises ChaosError, with the command that builds it, if it is not there."""
    return Path(binaries.path(LIBRARIES[page])).resolve()


def page_path(backend: Backend, node: str, page: str) -> Path:
    return backend.node_folder(node).resolve() / page


def preload(backend: Backend, node: str) -> None:
    """From its next start on the node has the libraries of all pages that it has."""
    wanted = [
        str(library(backend.spec.binaries, page))
        for page in LIBRARIES
        if page_path(backend, node, page).exists()
    ]
    backend.set_env(node, {"LD_PRELOAD": ":".join(wanted)})
