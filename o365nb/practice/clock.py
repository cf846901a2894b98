"""The practice clock: it starts at the story's moment and runs on with real time while the tenant is up."""

from __future__ import annotations

import time
from datetime import datetime, timedelta


class PracticeClock:
    """Practice time, UTC. `elapsed` is how long earlier runs of the same tenant lasted."""

    def __init__(self, start: datetime, elapsed: float = 0.0) -> None:
        self._start, self._elapsed, self._since = start, elapsed, time.monotonic()

    @property
    def elapsed(self) -> float:
        """Seconds that the tenant has been up, in all its runs."""
        return self._elapsed + time.monotonic() - self._since

    def advance(self, seconds: float) -> None:
        """Let time pass at once."""
        self._elapsed += seconds

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.elapsed)

    def horizon(self) -> datetime:
        """Up to when the story's own records are shown: it moves in steps of a quarter of an hour.

        So that what is asked twice within minutes is answered the same.
        """
        return self._start + timedelta(seconds=self.elapsed // 900 * 900)
