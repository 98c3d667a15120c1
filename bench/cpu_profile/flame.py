"""A flame graph as one SVG: how wide a frame is tells how much of the CPU time it and what it
called took; its colour, whose work it is. Drawn from the root down."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from zlib import crc32

_WIDTH, _ROW, _TOP = 1600, 17, 46
_NARROWEST = 0.6  # of a pixel: less is not drawn
_LETTER = 6.6


@dataclass
class Node:
    name: str
    layer: str
    samples: int = 0
    below: dict[str, "Node"] = field(default_factory=dict)

    def add(self, stack: Iterable[tuple[str, str]]) -> None:
        """Names and layers, from the root."""
        node = self
        node.samples += 1
        for name, layer in stack:
            node = node.below.setdefault(name, Node(name, layer))
            node.samples += 1

    def depth(self) -> int:
        return 1 + max((node.depth() for node in self.below.values()), default=0)


def svg(root: Node, title: str) -> str:
    height = _TOP + _ROW * root.depth() + 8
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        'font-family="ui-monospace, monospace" font-size="11">',
        f'<rect width="100%" height="100%" fill="#fff"/><text x="8" y="20" font-size="14">'
        f"{escape(title)}</text>",
        *_legend(root),
    ]
    _draw(root, 0.0, 0, _WIDTH / max(1, root.samples), root.samples, parts)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _draw(node: Node, x: float, row: int, scale: float, total: int, parts: list[str]) -> None:
    width = node.samples * scale
    if width < _NARROWEST:
        return
    y = _TOP + row * _ROW
    share = f"{100 * node.samples / total:.1f} %"
    letters = int((width - 4) / _LETTER)
    shown = node.name if len(node.name) <= letters else node.name[: max(0, letters - 1)] + "…"
    text = f'<text x="{x + 2:.1f}" y="{y + 12}">{escape(shown)}</text>' if letters > 2 else ""
    parts.append(
        f"<g><title>{escape(node.name)}: {share} ({escape(node.layer)})</title>"
        f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{_ROW - 1}" '
        f'fill="{_colour(node.layer)}"/>{text}</g>'
    )
    for below in sorted(node.below.values(), key=lambda one: one.name):
        _draw(below, x, row + 1, scale, total, parts)
        x += below.samples * scale


def _legend(root: Node) -> list[str]:
    layers: set[str] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        layers.add(node.layer)
        waiting += node.below.values()
    parts, x = [], 8.0
    for layer in sorted(layers - {""}):
        parts.append(
            f'<rect x="{x:.0f}" y="28" width="10" height="10" fill="{_colour(layer)}"/>'
            f'<text x="{x + 14:.0f}" y="37">{escape(layer)}</text>'
        )
        x += 26 + _LETTER * len(layer)
    return parts


def _colour(layer: str) -> str:
    return f"hsl({crc32(layer.encode()) % 360} 62% 78%)" if layer else "#ddd"
