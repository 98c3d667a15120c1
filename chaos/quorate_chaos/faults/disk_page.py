"""The file through which a node's libdiskfaults.so is told what to do and tells what it did.

Both sides map it: an order takes effect at once, and counts outlive a kill -9. The layout is that
of chaos/preload/page.h.
"""

import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MAGIC = 0x31544C464B534944
NO_LIMIT = 2**64 - 1
LOG, STATE = 1, 2  # bits of `where`: files below log/, and all others
LEAVES_NOTHING, LEAVES_FIRST_BLOCK, LEAVES_ALL = range(3)

_WORD = struct.Struct("<Q")
_NAMES = ("magic", "where", "slow_us", "fail_syncs", "fail_leaves", "room_bytes", "track_unsynced")
_COUNTS = ("syncs", "syncs_slowed", "syncs_failed", "growths_refused", "overflows", "order_last")
_WORDS = {name: i for i, name in enumerate(_NAMES)} | {
    name: 16 + i for i, name in enumerate(_COUNTS)
}
_CHANGE = struct.Struct("<QQQQ240s240s")
_CHANGES_AT, _CHANGES_MAX = 256, 4096
_FILE = struct.Struct("<QQ")
_FILES_AT, _FILES_MAX = _CHANGES_AT + _CHANGE.size * _CHANGES_MAX, 1 << 16
_SIZE = _FILES_AT + _FILE.size * _FILES_MAX

CREATED, RENAMED, UNLINKED = 1, 2, 3


@dataclass(frozen=True)
class Change:
    """A change of names that no sync of its folder has made durable; names are below the root."""

    kind: int
    order: int
    kept: int  # the number of what was replaced or removed; 0: nothing was
    name: str
    origin: str  # of what was renamed


class DiskPage:
    """One node's page. It is read and written by word, without locks, as the other side does."""

    def __init__(self, path: Path) -> None:
        """Makes it, with no orders, if it isn't there yet."""
        self.path = path
        self.kept = path.with_name(path.name + ".kept")
        self.kept.mkdir(exist_ok=True)
        new = not path.exists()
        with path.open("w+b" if new else "r+b") as file:
            if new:
                file.truncate(_SIZE)
            self._bytes = mmap.mmap(file.fileno(), _SIZE)
        if new:
            self.calm()
            self["magic"] = MAGIC

    def __getitem__(self, name: str) -> int:
        return int(_WORD.unpack_from(self._bytes, 8 * _WORDS[name])[0])

    def __setitem__(self, name: str, value: int) -> None:
        _WORD.pack_into(self._bytes, 8 * _WORDS[name], value)

    def calm(self) -> None:
        """No orders but to keep book of what is not synced, which must not begin in the middle."""
        for name in ("slow_us", "fail_syncs", "fail_leaves"):
            self[name] = 0
        self["room_bytes"] = NO_LIMIT
        self["where"] = LOG | STATE

    def changes(self) -> list[Change]:
        """Those not durable yet, the newest first."""
        found = []
        for index in range(_CHANGES_MAX):
            at = _CHANGES_AT + index * _CHANGE.size
            kind, order, kept, _, name, origin = _CHANGE.unpack_from(self._bytes, at)
            if kind:
                found.append(Change(kind, order, kept, _text(name), _text(origin)))
        return sorted(found, key=lambda change: -change.order)

    def durable_bytes(self) -> dict[int, int]:
        """By inode, of the files that were written: up to where they are synced."""
        return dict(self._files())

    def _files(self) -> Iterator[tuple[int, int]]:
        for index in range(_FILES_MAX):
            inode, durable = _FILE.unpack_from(self._bytes, _FILES_AT + index * _FILE.size)
            if inode:
                yield inode, durable

    def forget_unsynced(self) -> None:
        """What is on disk now is durable: the node is gone, and its losses are done."""
        self._bytes[_CHANGES_AT:_SIZE] = bytes(_SIZE - _CHANGES_AT)


def _text(raw: bytes) -> str:
    return raw.split(b"\0", 1)[0].decode(errors="surrogateescape")
