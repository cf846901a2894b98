"""Long work in a notebook: what is done, what is under way and how far; nothing of it where nobody watches."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from o365nb.progress import Progress
from o365nb.report.markup import environment, style
from o365nb.report.shell import watched

#: Seconds between two drawings: more often costs more than the work.
_PAUSE = 0.2
_DRAWN = """
<div class="o365nb work" role="status">
{% for bar in bars %}
<p class="fine">{{ bar.said }}</p>
{% if bar.total and not bar.over %}
<progress aria-label="{{ bar.label }}" max="{{ bar.total }}" value="{{ bar.done }}"></progress>
{% endif %}
{% endfor %}
</div>
"""


def progress_here() -> Progress:
    """Bars where a person watches a notebook; silence elsewhere."""
    return NotebookProgress() if watched() else Progress()


class NotebookProgress(Progress):
    """The pieces of work below each other in one output, the one under way with its bar."""

    def __init__(self) -> None:
        self._bars: list[_Bar] = []
        self._place: Any = None
        self._drawn = 0.0

    @contextmanager
    def task(self, label: str, total: int | None = None, unit: str = "") -> Iterator[_Bar]:
        bar = _Bar(self, label, total, unit)
        self._bars.append(bar)
        self.draw(now=True)
        yield bar
        bar.over = True
        self.draw(now=True)

    @property
    def html(self) -> str:
        return style() + environment().from_string(_DRAWN).render(bars=self._bars)

    def draw(self, *, now: bool = False) -> None:
        """Show how far it is, no more often than it can be read."""
        if not now and time.monotonic() - self._drawn < _PAUSE:
            return
        from IPython.display import HTML, display

        self._drawn = time.monotonic()
        shown = HTML(self.html)  # type: ignore[no-untyped-call]  # IPython has no types
        if self._place is None:
            self._place = display(shown, display_id=True)  # type: ignore[no-untyped-call]  # the same
        else:
            self._place.update(shown)


class _Bar:
    def __init__(self, whole: NotebookProgress, label: str, total: int | None, unit: str) -> None:
        self._whole, self.label, self.total, self.unit = whole, label, total, unit
        self.done, self.note, self.over = 0, "", False

    def advance(self, count: int = 1, note: str = "") -> None:
        self.done, self.note = self.done + count, note
        self._whole.draw()

    @property
    def said(self) -> str:
        """Its line: what, how much, and what is at hand."""
        amount = f" · {self.done:,} {self.unit}" if self.unit and self.done else ""
        return f"{'✓' if self.over else '…'} {self.label}{amount}{'' if self.over else ' ' + self.note[:60]}".rstrip()
