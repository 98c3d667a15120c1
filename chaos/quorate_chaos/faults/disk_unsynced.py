"""A power cut: kill -9 keeps what the system had in its cache, a power cut does not."""

import struct
from dataclasses import dataclass
from pathlib import Path
from random import Random

from ..cluster import Cluster
from ..errors import ChaosError
from .base import Proof
from .disk_page import RENAMED, UNLINKED, Change, DiskPage
from .disk_shim import page_of
from .disk_syncs import DiskFault

_OVERWRITTEN = struct.Struct("<QQ")  # offset and size; the bytes follow


@dataclass(slots=True)
class Loss:
    """What was undone on one disk."""

    bytes: int = 0
    files: int = 0  # cut short
    names: int = 0  # creations, renames and removals undone

    def __str__(self) -> str:
        return f"{self.bytes} bytes of {self.files} files and {self.names} changes of names lost"


def lose_unsynced(page: DiskPage, root: Path) -> Loss:
    """Makes the folder of a killed node what its last syncs say, and nothing more.

    Raises ChaosError if the book that was kept is not whole.
    """
    if page["overflows"]:
        raise ChaosError(f"{page.path}: too many files at once to know what was synced")
    loss = Loss()
    for change in page.changes():
        _undo(change, page, root)
        loss.names += 1
    durable = page.durable_bytes()
    for path in root.rglob("*"):
        if not path.is_file():
            continue
        stat = path.stat()
        loss.bytes += _put_back(path, page.kept / f"overwritten-{stat.st_ino}")
        keeps = durable.get(stat.st_ino, stat.st_size)
        if keeps < stat.st_size:
            with path.open("r+b") as file:
                file.truncate(keeps)
            loss.bytes += stat.st_size - keeps
            loss.files += 1
    page.forget_unsynced()
    return loss


def _put_back(path: Path, overwritten: Path) -> int:
    """Bytes that were written over since the last sync, the newest first; how many."""
    if not overwritten.exists():
        return 0
    raw, at, records = overwritten.read_bytes(), 0, []
    while at < len(raw):
        offset, size = _OVERWRITTEN.unpack_from(raw, at)
        at += _OVERWRITTEN.size
        records.append((offset, raw[at : at + size]))
        at += size
    with path.open("r+b") as file:
        for offset, old in reversed(records):
            file.seek(offset)
            file.write(old)
    overwritten.unlink()
    return sum(len(old) for _, old in records)


def _undo(change: Change, page: DiskPage, root: Path) -> None:
    path = root / change.name
    if change.kind == RENAMED and path.exists():
        path.rename(root / change.origin)
    elif change.kind != UNLINKED:
        path.unlink(missing_ok=True)
    if change.kept:
        (page.kept / str(change.kept)).rename(path)


class PowerCut(DiskFault):
    """kill -9 of some nodes at one moment; all that they never synced is gone; restart."""

    name = "power-cut"
    lasts = (0.2, 1.0)
    counts = "syncs"

    def __init__(self, nodes: list[str] | None = None) -> None:
        super().__init__()
        self._victims = nodes
        self._losses: dict[str, Loss] = {}

    def possible(self, cluster: Cluster) -> str:
        why = super().possible(cluster)
        for node in [] if why else cluster.nodes:
            if not page_of(cluster.backend, node)["track_unsynced"]:
                return f"{node} runs without book of its syncs: arm() it with track_unsynced"
        return why

    def begin(self, cluster: Cluster, random: Random) -> None:
        count = random.choice([1, cluster.majority, len(cluster.nodes)])
        self.nodes = self._victims or cluster.choose(random, count)
        self.what = " ".join(self.nodes)
        for node in self.nodes:
            cluster.backend.kill(node)
        for node in self.nodes:
            page = page_of(cluster.backend, node)
            self._losses[node] = lose_unsynced(page, cluster.backend.data_dir(node))

    def end(self, cluster: Cluster) -> None:
        cluster.restart(node for node in self.nodes if cluster.backend.state(node) == "gone")

    def proof(self, cluster: Cluster) -> Proof:
        bit = any(loss.bytes or loss.names for loss in self._losses.values())
        return Proof(bit, "; ".join(f"{node}: {loss}" for node, loss in self._losses.items()))
