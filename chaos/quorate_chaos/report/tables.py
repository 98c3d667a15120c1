"""HTML tables, and the words that go into their cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

MARKS = {
    "passed": ("✓", "good"),
    "anomaly": ("✗", "bad"),
    "failed": ("✗", "bad"),
    "error": ("✗", "bad"),
    "not-converged": ("✗", "bad"),
    "no-progress": ("✗", "bad"),
    "undecided": ("?", "warn"),
    "unknown": ("?", "warn"),
    "void": ("∅", "warn"),
}


def badge(verdict: str) -> str:
    """A verdict as a mark, a word and a colour: never by the colour alone."""
    mark, css = MARKS.get(verdict, ("·", "warn"))
    shown = f'<span aria-hidden="true">{mark}</span> {escape(verdict)}'
    return f'<span class="badge {css}">{shown}</span>'


def table(head: Sequence[str], rows: Iterable[Sequence[str]], css: str = "",
          numbers: Sequence[int] = ()) -> str:
    """Cells are HTML already. `numbers`: which columns are set right."""
    def cells(tag: str, row: Sequence[str]) -> str:
        return "".join(
            f'<{tag} class="number">{cell}</{tag}>' if i in numbers else f"<{tag}>{cell}</{tag}>"
            for i, cell in enumerate(row)
        )

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return (
        f'<div class="scroll"><table class="{css}"><thead><tr>{cells("th", head)}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def section(title: str, identity: str, *parts: str) -> str:
    inner = "".join(part for part in parts if part)
    return f'<section id="{identity}"><h2>{escape(title)}</h2>{inner}</section>'


def note(words: str) -> str:
    return f'<p class="note">{escape(words)}</p>'
