from datetime import timedelta

import pytest

from o365nb.model import utc
from o365nb.report.clock import Clock, length
from o365nb.text import plural

T = utc("2026-11-17T23:41:00Z")


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("UTC", "17 Nov 2026, 23:41 UTC"),
        ("Europe/Berlin", "18 Nov 2026, 00:41 CET (17 Nov 2026, 23:41 UTC)"),
        ("America/New_York", "17 Nov 2026, 18:41 EST (23:41 UTC)"),
        ("Nowhere/Atall", "17 Nov 2026, 23:41 UTC"),
        ("../../etc/passwd", "17 Nov 2026, 23:41 UTC"),
    ],
)
def test_a_moment_is_told_in_the_customers_zone_beside_utc(zone, said):
    assert Clock(zone).when(T) == said


def test_an_unknown_zone_is_said_not_guessed():
    assert Clock("Nowhere/Atall").note.startswith("All times are UTC: the time zone 'Nowhere/Atall' is not known")
    assert Clock("UTC").note == "All times are UTC."


def test_a_missing_time_is_not_known():
    assert Clock().when(None) == "not known"


def test_a_stretch_within_a_day_names_the_day_once():
    begin = utc("2026-11-17T08:41:00Z")
    clock = Clock("Europe/Berlin")
    assert clock.stretch(begin, begin + timedelta(minutes=15)) == ("17 Nov 2026, 09:41–09:56 CET", "08:41–08:56 UTC")
    assert clock.span(begin, begin + timedelta(minutes=15)) == (
        "on 17 Nov 2026 between 09:41 and 09:56 CET (08:41 to 08:56 UTC)"
    )


def test_a_stretch_over_midnight_names_both_days_in_both_zones():
    assert Clock("Europe/Berlin").stretch(T - timedelta(hours=1), T) == (
        "17 Nov 2026, 23:41 – 18 Nov 2026, 00:41 CET",
        "17 Nov 2026, 22:41–23:41 UTC",
    )


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(seconds=20), "under a minute"),
        (timedelta(minutes=25), "25 min"),
        (timedelta(hours=20, minutes=26), "20 h 26 min"),
        (timedelta(days=1, hours=4, minutes=9), "1 day 4 h"),
        (timedelta(days=3), "3 days"),
    ],
)
def test_a_length_is_told_in_the_units_that_matter(span, said):
    assert length(span) == said


def test_amounts_agree_with_their_noun():
    assert [plural(1, "address", "addresses"), plural(1200, "mail")] == ["1 address", "1,200 mails"]
