"""Times in the words of every locale, and what a whole column says of the order of day and month."""

import pytest

from o365nb.events.times import DateOrder, date_order, iso_time


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("28.04.2021 14:28:22", "2021-04-28T14:28:22+00:00"),
        ("03.12.2025 07:31", "2025-12-03T07:31:00+00:00"),
        ("2021/4/28 9:28:22", "2021-04-28T09:28:22+00:00"),
        ("28-04-2021 14:28:22", "2021-04-28T14:28:22+00:00"),
        ("4/28/2021, 2:28:22\u202fPM", "2021-04-28T14:28:22+00:00"),
        ("4/28/2021 2:28:22 p.m.", "2021-04-28T14:28:22+00:00"),
        ("9999-12-31T23:59:59-23:00", None),
        ("4/28/2021 14:28:61", None),
        ("1/1/1 1:1", None),
        ("'; DROP TABLE events; --", None),
    ],
)
def test_dates_of_locales(text, iso):
    assert iso_time(text) == iso


@pytest.mark.parametrize(
    ("column", "order"),
    [
        (["3/12/2025 7:00", "25/12/2025 8:00"], DateOrder(day_first=True)),
        (["3/12/2025 7:00", "12/25/2025 8:00"], DateOrder()),
        (["03.12.2025 7:00"], DateOrder(day_first=True)),
        (["2025-12-03T07:00:00Z", "", "soon"], DateOrder()),
        (["5/5/2025 7:00"], DateOrder()),
        (["3/12/2025 7:00", "4/12/2025 7:00"],
         DateOrder(doubt="dates such as 3/12/2025 7:00 can be read two ways; taken as month first")),
        (["25/12/2025 7:00", "12/25/2025 7:00"],
         DateOrder(doubt="dates are written in two ways (25/12/2025 7:00 and 12/25/2025 7:00)")),
    ],
)  # fmt: skip
def test_one_date_tells_the_order_of_the_whole_column(column, order):
    assert date_order(column) == order
