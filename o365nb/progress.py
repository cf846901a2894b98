"""Live progress on a terminal (what, how far, how long), plain lines when piped."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from o365nb.safe import one_line


class Task(Protocol):
    """One piece of long work under way."""

    def advance(self, count: int = 1, note: str = "") -> None:
        """`count` more units are done; `note` says what is at hand."""


class Progress:
    """Silent progress, for tests and for notebooks that show their own."""

    @contextmanager
    def task(self, label: str, total: int | None = None, unit: str = "") -> Iterator[Task]:
        """Announce a piece of work; leaving the block ends it."""
        yield _Counter()


class _Counter:
    def __init__(self) -> None:
        self.done = 0

    def advance(self, count: int = 1, note: str = "") -> None:
        self.done += count


class PlainProgress(Progress):
    """One line when a piece of work ends: fit for pipes, logs and CI."""

    @contextmanager
    def task(self, label: str, total: int | None = None, unit: str = "") -> Iterator[Task]:
        began, counter = time.monotonic(), _Counter()
        yield counter
        amount = f" · {counter.done:,} {unit}" if unit else ""
        print(f"{one_line(label)}{amount} · {time.monotonic() - began:.1f} s", file=sys.stderr, flush=True)


class LiveProgress(Progress):
    """Bars that move, by rich; every piece of work leaves its line behind."""

    @contextmanager
    def task(self, label: str, total: int | None = None, unit: str = "") -> Iterator[Task]:
        from rich.console import Console
        from rich.markup import escape
        from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bars

        columns = (
            SpinnerColumn(finished_text="[green]✓[/green]"),
            TextColumn("{task.description:<40}"),
            BarColumn(bar_width=24),
            TextColumn("{task.completed:,.0f} {task.fields[unit]}"),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[note]}[/dim]"),
        )
        with Bars(*columns, console=Console(stderr=True)) as bars:
            identity = bars.add_task(escape(one_line(label)), total=total, unit=unit, note="")
            yield _Bar(bars, identity)
            done = bars.tasks[0].completed
            bars.update(identity, total=done or 1, completed=done or 1, note="")


class _Bar:
    def __init__(self, bars: object, identity: object) -> None:
        self._bars, self._identity = bars, identity

    def advance(self, count: int = 1, note: str = "") -> None:
        from rich.markup import escape

        self._bars.update(self._identity, advance=count, note=escape(one_line(note))[:60])  # type: ignore[attr-defined]


def for_this_terminal() -> Progress:
    """Live bars where a person watches, plain lines elsewhere."""
    return LiveProgress() if sys.stderr.isatty() else PlainProgress()
