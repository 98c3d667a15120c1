"""Prometheus text, as far as the harness needs it."""

import re

_LINE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def total(page: str | None, name: str, **labels: str) -> float:
    """The sum of all samples of that name with those labels; 0 where there are none."""
    found = 0.0
    for line in (page or "").splitlines():
        match = _LINE.match(line)
        if not match or match[1] != name:
            continue
        has = dict(_LABEL.findall(match[2] or ""))
        if all(has.get(label) == value for label, value in labels.items()):
            found += float(match[3])
    return found
