"""Disks that come back as something else than they were: wiped, cut short, a bit flipped.

kvd may refuse such a folder, by name, or serve what is right from it; the histories tell whether
it was. What it refuses gets its own disk back when the fault ends, as from a good copy made while
the node was dead, and must start from that.

What was written in the last moment before the kill is left alone: only the others can know that it
is missing, and a start that one of them took makes the good copy an older one for ever.
"""

import shutil
from abc import abstractmethod
from collections.abc import Callable
from pathlib import Path
from random import Random

from ..clock import eventually
from ..cluster import Cluster
from ..errors import ChaosError
from .base import Fault, Proof

REASONS = (
    "OLD_DISK_IMAGE",
    "LOG_TAIL_LOST",
    "DATA_FOLDER_INCOMPLETE",
    "LOG_DAMAGED",
    "DATA_DAMAGED",
)
BLOCK = 4096  # of the log
SETTLES_SECONDS = 5  # to be told by others that the disk is not the one they know


class Damage(Fault):
    """kill -9 of one node, damage to its folder, restart; its good folder back at the end."""

    takes_disk = True
    lasts = (2.0, 3.0)

    def __init__(self) -> None:
        super().__init__()
        self._did = ""
        self._said = ""
        self._kept: Path | None = None

    @abstractmethod
    def damage(self, folder: Path, random: Random) -> str:
        """What it did; empty: there was nothing to damage."""

    def victim(self, cluster: Cluster, random: Random) -> str:
        return cluster.choose(random, 1)[0]

    def begin(self, cluster: Cluster, random: Random) -> None:
        node = self.victim(cluster, random)
        self.nodes = [node]
        folder = cluster.backend.data_dir(node)
        cluster.backend.kill(node)
        self._kept = folder.with_name("data-kept")
        shutil.rmtree(self._kept, ignore_errors=True)
        shutil.copytree(folder, self._kept)
        self._did = self.damage(folder, random)
        self.what = f"{node}: {self._did}"
        cluster.backend.start(node)

    def end(self, cluster: Cluster) -> None:
        if not self.nodes or self._kept is None:
            return
        node = self.nodes[0]
        backend = cluster.backend
        eventually(lambda: backend.state(node) == "gone", SETTLES_SECONDS, every=0.05)
        if backend.state(node) != "gone" and cluster.is_live(node):
            backend.serves_again(node)
            self._said = "it serves from what is left"
            shutil.rmtree(self._kept)
            return
        backend.kill(node)
        self._said = self._reason(cluster, node)
        shutil.rmtree(backend.data_dir(node))
        self._kept.rename(backend.data_dir(node))
        cluster.restart([node])

    def _reason(self, cluster: Cluster, node: str) -> str:
        """The name by which the node refused. Raises ChaosError where it gave none."""
        last = cluster.backend.log_file(node).read_text(errors="replace").splitlines()[-1:]
        for reason in REASONS:
            if last and reason in last[0]:
                return f"it refused: {reason}"
        raise ChaosError(cluster.end_of(node, f"ended for no named reason after {self._did}"))

    def proof(self, cluster: Cluster) -> Proof:
        return Proof(bool(self._did), f"{self._did}; {self._said}")


class Wiped(Damage):
    """The folder is gone: a new disk under an old node id."""

    name = "wiped-folder"

    def damage(self, folder: Path, random: Random) -> str:
        shutil.rmtree(folder)
        return "its data folder is wiped"


class BitFlip(Damage):
    """One bit of what was written to the log is another."""

    name = "flipped-bit"

    def damage(self, folder: Path, random: Random) -> str:
        files = _logs(folder)
        if not files:
            return ""
        file, used = random.choice(files)
        at = random.randrange(used // 2 if file == files[-1][0] else used)
        with file.open("r+b") as opened:
            opened.seek(at)
            byte = opened.read(1)[0]
            opened.seek(at)
            opened.write(bytes([byte ^ 1 << random.randrange(8)]))
        return f"a bit flipped in {file.name} at byte {at} of {used}"


class Truncated(Damage):
    """A file of the log, be it the newest, ends in the middle of what was written."""

    name = "truncated-file"

    def damage(self, folder: Path, random: Random) -> str:
        files = _logs(folder)
        if files and (marked := _last_marked(folder, files[-1][0])):
            files[-1] = (files[-1][0], marked)
        else:
            files = files[:-1]
        if not files:
            return ""
        file, used = random.choice(files)
        at = random.randrange(used)
        with file.open("r+b") as opened:
            opened.truncate(at)
        return f"{file.name} cut at byte {at}, at the latest at {used}"


class LostTail(Damage):
    """All that a node's log had behind one record is gone, as if it had never been written.

    Nothing in the log shows it: by the node's mark, which must have got that far, it refuses.
    """

    name = "lost-tail"

    def __init__(self, node: str, kept: int) -> None:
        """`kept`: the last record that is left, in the newest file of the log."""
        super().__init__()
        self._node, self._last = node, kept

    def victim(self, cluster: Cluster, random: Random) -> str:
        return self._node

    def damage(self, folder: Path, random: Random) -> str:
        file = _logs(folder)[-1][0]
        lost = [(at, number) for at, number in _records(file) if number > self._last]
        if not lost or marked_record(folder) <= self._last:
            return ""
        size = file.stat().st_size
        with file.open("r+b") as opened:
            opened.truncate(lost[0][0])
            opened.truncate(size)
        return f"{file.name} has lost {len(lost)} records behind number {self._last}"


def last_record(folder: Path) -> int:
    """The number of the newest record in a node's log, which may be at work."""
    newest = _logs(folder)[-1:]
    return max((number for file, _ in newest for _, number in _records(file)), default=0)


def _last_marked(folder: Path, file: Path) -> int:
    """Where the last record begins that the node knows to have had; or 0."""
    mark = marked_record(folder)
    return max((at for at, number in _records(file) if number <= mark), default=0)


# docs/log-format.md says what lies where.
def marked_record(folder: Path) -> int:
    """Up to which record the node knows, apart from its log, to have had it; or 0."""
    mark_file = folder / "log-mark"
    if not mark_file.exists():
        return 0
    number = _number(mark_file.read_bytes())
    return max(number(16), number(BLOCK + 16))


def _records(file: Path) -> list[tuple[int, int]]:
    """Where each begins, and its number."""
    content = file.read_bytes()
    field = _number(content)
    return [
        (at, field(at + 24))
        for at in range(BLOCK, len(content), BLOCK)
        if content[at + 8 : at + 12] == b"QREC" and field(at + 16) == int(file.name[4:])
    ]


def _number(content: bytes) -> Callable[[int], int]:
    return lambda at: int.from_bytes(content[at : at + 8], "little")


def _logs(folder: Path) -> list[tuple[Path, int]]:
    """The files of the log, oldest first, and up to where each was written; zeros follow."""
    files = sorted((folder / "log").glob("log-*"))
    used = [(file, len(file.read_bytes().rstrip(b"\0"))) for file in files]
    return [(file, size) for file, size in used if size > 1]
