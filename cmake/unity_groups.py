#!/usr/bin/env python3
"""Which sources may be compiled as one.

Reads sources, one path a line, and writes `GROUP;PATH` for each. Two that define the same name in
an unnamed namespace, or the same macro, never share a group, but functions that take something else
may. After one that so hides a name of a header nobody follows who, or whose headers, use it.
"""

import re
import sys
from functools import cache
from pathlib import Path

DEFINITION = re.compile(
    r"""^(?:
        (?:struct|class|enum(?:\sclass)?|union)\s+(\w+)
      | using\s+(\w+)\s*=
      | MATCHER\w*\((\w+)
      | \#define\s+(\w+)
      | (?!namespace\b)(?:\[\[\w+\]\]\s*)?[A-Za-z_][\w:<>,&*\s\[\]"()]*?[\s&*](\w+)\s*(?:\(|=|\{|\[|;)
    )""",
    re.VERBOSE,
)
WORD = re.compile(r"[A-Za-z_]\w*")
INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)
ROOT = Path(__file__).resolve().parent.parent
OURS = re.compile(r"(?:const )?((?!std::|absl::|nlohmann::)(?:\w+::)*[A-Z]\w*)[ &*]")

# Of each name the lists of what it takes, a type for each parameter, "" for one that says little.
# None: no function, or one whose parameters aren't known.
Names = dict[str, set[tuple[str, ...] | None]]


def parameters(text: str) -> tuple[str, ...] | None:
    """Of a function whose definition goes on with this text, after its name."""
    if not text.startswith("("):
        return None
    depth, begin, found = 0, 1, []
    for at, letter in enumerate(text):
        if letter == "=":
            return None  # a default: it takes fewer as well
        depth += (letter in "(<[{") - (letter in ")>]}")
        if depth == 0 or (depth == 1 and letter == ","):
            found.append(" ".join(text[begin:at].split()))
            begin = at + 1
        if depth == 0:
            types = [OURS.match(one) for one in found if one]
            return tuple(one[1] if one else "" for one in types)
    return None


def apart(one: tuple[str, ...] | None, other: tuple[str, ...] | None) -> bool:
    """No call of one could mean the other."""
    if one is None or other is None:
        return False
    return len(one) != len(other) or any(a and b and a != b for a, b in zip(one, other))


def clash(one: Names, other: Names) -> bool:
    return any(
        not apart(a, b) for name in one.keys() & other.keys() for a in one[name] for b in other[name]
    )


def add(names: Names, line: str, text: str) -> None:
    """What a line defines, where text is the source from there on."""
    if found := DEFINITION.match(line):
        for group, name in enumerate(found.groups()):
            if name:
                function = group == 4
                takes = parameters(text[found.end(5) :].lstrip()) if function else None
                names.setdefault(name, set()).add(takes)


def lines_with_rest(source: str) -> list[tuple[str, str]]:
    at, found = 0, []
    for line in source.split("\n"):
        found.append((line, source[at : at + 2000]))
        at += len(line) + 1
    return found


def local_names(source: str) -> Names:
    """What only this source knows by its name: too many names do no harm, too few do."""
    names: Names = {}
    unnamed = False
    for line, text in lines_with_rest(source):
        if line == "namespace {":
            unnamed = True
        elif line == "}  // namespace":
            unnamed = False
        elif unnamed or line.startswith(("using ", "#define ", "static ")):
            add(names, line, text)
    return names


@cache
def words_of(header: Path) -> set[str]:
    return set(WORD.findall(header.read_text(encoding="utf-8")))


@cache
def headers_of(path: Path) -> frozenset[Path]:
    """Ours that it includes, and what these include."""
    found: set[Path] = set()
    for name in INCLUDE.findall(path.read_text(encoding="utf-8")):
        for folder in (path.parent, ROOT / "src", ROOT / "tests", ROOT / "cmd"):
            if (folder / name).is_file():
                header = (folder / name).resolve()
                found |= {header, *headers_of(header)}
                break
    return frozenset(found)


@cache
def shared_names(folder: Path) -> set[str]:
    """What the folder's headers, and those of src/, define for all who include them."""
    names: Names = {}
    for header in {*folder.glob("*.h"), *(ROOT / "src").glob("*/*.h")}:
        for line, text in lines_with_rest(header.read_text(encoding="utf-8")):
            add(names, line, text)
    return set(names)


class Source:
    def __init__(self, path: str) -> None:
        self.path = path
        text = Path(path).read_text(encoding="utf-8")
        self.names = local_names(text)
        self.words = set(WORD.findall(text))
        self.headers = headers_of(Path(path))
        # Names of headers that it gives a meaning of its own: of functions, too, all of that name.
        self.hidden = self.names.keys() & shared_names(Path(path).parent)


class Group:
    def __init__(self) -> None:
        self.members: list[str] = []
        self.names: Names = {}
        self.hidden: set[str] = set()
        self.headers: set[Path] = set()

    def take(self, source: Source, most: int) -> bool:
        met = source.words.union(*(words_of(one) for one in source.headers - self.headers))
        if len(self.members) >= most or clash(source.names, self.names) or met & self.hidden:
            return False
        for name, takes in source.names.items():
            self.names.setdefault(name, set()).update(takes)
        self.members.append(source.path)
        self.hidden |= source.hidden
        self.headers |= source.headers
        return True


def groups(sources: list[str], most: int) -> list[list[str]]:
    packed: list[Group] = []
    # Those that hide nothing go first: nobody is in their way.
    for source in sorted(map(Source, sources), key=lambda one: bool(one.hidden)):
        if not any(group.take(source, most) for group in packed):
            packed.append(Group())
            packed[-1].take(source, most)
    return [group.members for group in packed]


if __name__ == "__main__":
    for number, members in enumerate(groups(sys.stdin.read().split(), int(sys.argv[1]))):
        for member in members:
            print(f"{number};{member}")
