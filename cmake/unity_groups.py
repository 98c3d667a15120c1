#!/usr/bin/env python3
"""Which sources may be compiled as one.

Reads sources, one path a line, and writes `GROUP;PATH` for each. Two that define the same name in
an unnamed namespace, or the same macro, never share a group. One that so hides a name of a header
comes last in its group, where nobody after it means the header's.
"""

import re
import sys
from pathlib import Path

DEFINITION = re.compile(
    r"""^(?:
        (?:struct|class|enum(?:\sclass)?|union)\s+(\w+)
      | using\s+(\w+)\s*=
      | MATCHER\w*\((\w+)
      | \#define\s+(\w+)
      | namespace\s+(\w+)\s*=
      | (?:\[\[\w+\]\]\s*)?[A-Za-z_][\w:<>,&*\s\[\]"()]*?[\s&*](\w+)\s*(?:\(|=|\{|\[|;)
    )""",
    re.VERBOSE,
)


def local_names(source: str) -> set[str]:
    """What only this source knows by its name: too many names do no harm, too few do."""
    names = set()
    unnamed = False
    for line in source.splitlines():
        if line == "namespace {":
            unnamed = True
        elif line == "}  // namespace":
            unnamed = False
        elif unnamed or line.startswith(("using ", "#define ", "static ")):
            if found := DEFINITION.match(line):
                names.update(name for name in found.groups() if name)
    return names


def shared_names(folder: Path) -> set[str]:
    """What the folder's headers, and those of src/, define for all who include them."""
    headers = {*folder.glob("*.h"), *(Path(__file__).parent.parent / "src").glob("*/*.h")}
    lines = [line for header in headers for line in header.read_text().splitlines()]
    found = filter(None, map(DEFINITION.match, lines))
    return {name for match in found for name in match.groups() if name}


class Group:
    def __init__(self) -> None:
        self.members: list[str] = []
        self.names: set[str] = set()
        self.last: str | None = None

    def take(self, source: str, names: set[str], hides: bool, most: int) -> bool:
        full = len(self.members) + (self.last is not None) >= most
        if full or names & self.names or (hides and self.last is not None):
            return False
        self.names |= names
        if hides:
            self.last = source
        else:
            self.members.append(source)
        return True

    def in_order(self) -> list[str]:
        return self.members + ([self.last] if self.last else [])


def groups(sources: list[str], most: int) -> list[list[str]]:
    packed: list[Group] = []
    shared = {folder: shared_names(folder) for folder in {Path(one).parent for one in sources}}
    for source in sources:
        names = local_names(Path(source).read_text(encoding="utf-8"))
        hides = bool(names & shared[Path(source).parent])
        if not any(group.take(source, names, hides, most) for group in packed):
            packed.append(Group())
            packed[-1].take(source, names, hides, most)
    return [group.in_order() for group in packed]


if __name__ == "__main__":
    for number, members in enumerate(groups(sys.stdin.read().split(), int(sys.argv[1]))):
        for member in members:
            print(f"{number};{member}")
