"""Nodes that run with libdiskfaults.so between them and their disks."""

from collections.abc import Iterable

from ..backend.base import Backend
from ..cluster import Cluster
from .disk_page import DiskPage
from .preload import LIBRARIES, page_path, preload

_PAGE = "disk-faults"


def page_of(backend: Backend, node: str) -> DiskPage:
    return DiskPage(page_path(backend, node, _PAGE))


def arm(backend: Backend, nodes: Iterable[str], track_unsynced: bool = False) -> None:
    """From their next start on, these nodes' disks can be broken. Comes before Cluster.start().

    `track_unsynced`: keeps book of what a power cut would undo; then it has to be so from a node's
    first start on.
    """
    for node in nodes:
        backend.node_folder(node).mkdir(parents=True, exist_ok=True)
        page = page_of(backend, node)
        page["track_unsynced"] = int(track_unsynced)
        preload(backend, node)
        backend.set_env(node, {
            "QUORATE_DISK_FAULTS": str(page.path),
            "QUORATE_DISK_ROOT": str(backend.data_dir_inside(node)),
        })


def why_not_armed(cluster: Cluster, node: str) -> str:
    """Empty if the library sees this node's syncs."""
    if not page_path(cluster.backend, node, _PAGE).exists() or not page_of(
        cluster.backend, node
    )["syncs"]:
        return f"{node} runs without {LIBRARIES[_PAGE]}: call disk_shim.arm() before it starts"
    return ""
