"""Just enough SVG: text, shapes, scales and ticks. Colours come from the page's style sheet, by
class, so that light and dark need one drawing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, slots=True)
class Scale:
    """From values to pixels, linear."""

    low: float
    high: float
    first: float
    last: float

    def __call__(self, value: float) -> float:
        span = self.high - self.low or 1.0
        return self.first + (value - self.low) / span * (self.last - self.first)


@dataclass(frozen=True, slots=True)
class LogScale:
    """From positive values to pixels; what is outside is drawn at the border."""

    low: float
    high: float
    first: float
    last: float

    def __call__(self, value: float) -> float:
        value = min(self.high, max(self.low, value))
        share = math.log(value / self.low) / math.log(self.high / self.low)
        return self.first + share * (self.last - self.first)


def ticks(low: float, high: float, about: int) -> list[float]:
    """Round values between `low` and `high`, some `about` of them."""
    if high <= low:
        return [low]
    raw = (high - low) / about
    power = 10 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw)
    first = math.ceil(low / step)
    return [index * step for index in range(first, int(high / step + 1e-9) + 1)]


def n(value: float) -> str:
    """A coordinate: tenths of a pixel suffice, and keep the page small."""
    return f"{value:.1f}".rstrip("0").rstrip(".")


def text(x: float, y: float, content: str, css: str = "", anchor: str = "start") -> str:
    return (
        f'<text x="{n(x)}" y="{n(y)}" class="{css}" text-anchor="{anchor}">{escape(content)}</text>'
    )


def rect(x: float, y: float, width: float, height: float, css: str, title: str = "") -> str:
    shape = f'<rect x="{n(x)}" y="{n(y)}" width="{n(width)}" height="{n(height)}" class="{css}"'
    return f"{shape}><title>{escape(title)}</title></rect>" if title else f"{shape}/>"


def line(x1: float, y1: float, x2: float, y2: float, css: str) -> str:
    return f'<line x1="{n(x1)}" y1="{n(y1)}" x2="{n(x2)}" y2="{n(y2)}" class="{css}"/>'


def path(commands: str, css: str) -> str:
    return f'<path d="{commands}" class="{css}"/>' if commands else ""


def box(x: float, y: float, width: float, height: float) -> str:
    """A rectangle as part of a path."""
    return f"M{n(x)} {n(y)}h{n(width)}v{n(height)}h{n(-width)}z"


def drawing(width: float, height: float, label: str, parts: list[str], css: str = "") -> str:
    """`label` is what those hear who can't see it."""
    return (
        f'<svg viewBox="0 0 {n(width)} {n(height)}" width="{n(width)}" height="{n(height)}" '
        f'role="img" aria-label="{escape(label)}" class="{css}">{"".join(parts)}</svg>'
    )


def text_width(content: str, size: float = 12) -> float:
    """Roughly, for a sans-serif font."""
    return len(content) * size * 0.58
