"""The verdict's reasons as sentences."""

from datetime import UTC, datetime, timedelta

import pytest

from o365nb.analysis.reasons import sentence
from o365nb.model import Context, Finding, Severity

FIRST = datetime(2026, 11, 18, 9, 12, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("last", "said"),
    [
        (None, "(2026-11-18 09:12 UTC)"),
        (FIRST + timedelta(seconds=40), "(2026-11-18 09:12 UTC)"),
        (FIRST + timedelta(hours=2), "(2026-11-18 09:12 UTC to 2026-11-18 11:12 UTC)"),
    ],
)
def test_a_time_is_said_once_where_a_reader_would_read_it_twice(last, said):
    found = Finding(
        "F-001", "ia-x", "It happened.", Severity.HIGH, (), "a@b.example", FIRST, last, Context.YES, 0.9, 9.0, ("e",),
        "here", (),
    )  # fmt: skip
    assert said in sentence(found)
