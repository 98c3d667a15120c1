"""Nodes that run with libclockfaults.so between them and their clocks."""

from collections.abc import Iterable

from .. import metrics
from ..backend.base import Backend
from ..cluster import Cluster
from .clock_page import ClockPage
from .preload import LIBRARIES, page_path, preload

_PAGE = "clock-faults"


def page_of(backend: Backend, node: str) -> ClockPage:
    return ClockPage(page_path(backend, node, _PAGE))


def arm(backend: Backend, nodes: Iterable[str]) -> None:
    """From their next start on, these nodes' clocks can be set. Comes before Cluster.start()."""
    for node in nodes:
        backend.node_folder(node).mkdir(parents=True, exist_ok=True)
        page = page_of(backend, node)
        preload(backend, node)
        backend.set_env(node, {"QUORATE_CLOCK_FAULTS": str(page.path)})


def why_not_armed(cluster: Cluster, node: str) -> str:
    if not page_path(cluster.backend, node, _PAGE).exists():
        return f"{node} runs without {LIBRARIES[_PAGE]}: call clock_shim.arm() before it starts"
    return ""


def skew_seen(cluster: Cluster, node: str) -> float | None:
    """By how many seconds the others see `node` ahead of themselves: of those that tell, the one
    that is furthest from nothing. None: nobody tells."""
    seen = []
    for other in cluster.others([node]):
        page = cluster.metrics(other)
        if page and f'peer="{node}"' in page:
            seen.append(metrics.total(page, "quorate_clock_skew_seconds", peer=node))
    return max(seen, key=abs) if seen else None
