"""Guesses, known passwords, and those who try on after they were thrown out."""

from __future__ import annotations

import pytest
from detections.world import HOSTILE, INTRUDER, ask, at, broke_in, sign_in, usual

from o365nb.model import Answer

WRONG = {"result": "failure", "error_code": "50126"}


def guesses(count, seconds=20, **given):
    place = {**INTRUDER, **WRONG, "as_org": HOSTILE, **given}
    return [sign_in(**place, time=at(seconds=number * seconds)) for number in range(count)]


def test_twenty_wrong_passwords_in_a_quarter_of_an_hour_are_told_of_and_a_right_one_weighs_more(tmp_path):
    _, (hit,) = ask(tmp_path / "a", "ia-bruteforce-user", events=[*usual(), *guesses(22)])
    assert (len(hit.evidence), hit.confidence, hit.summary) == (
        22,
        0.4,
        "22 wrong passwords within a quarter of an hour",
    )
    got_in = broke_in(time=at(minutes=30))
    _, (hit,) = ask(tmp_path / "b", "ia-bruteforce-user", events=[*usual(), *guesses(22), got_in])
    assert hit.confidence == 0.95
    assert hit.summary.endswith("then one that was right, from the same address")


def test_the_old_telephone_at_home_and_slow_guesses_are_not(tmp_path):
    phone = {"client_ip": "203.0.113.10", "asn": 64500, "network_kind": "isp", "country": "GB", "as_org": "Home"}
    for name, rows in (("phone", guesses(30, **phone)), ("few", guesses(19)), ("slow", guesses(30, seconds=120))):
        answer, _ = ask(tmp_path / name, "ia-bruteforce-user", events=[*usual(), *rows])
        assert answer.verdict is Answer.CLEAR, name


def tried(times, days, **given):
    """Wrong passwords from the intruder's address, some a day for days."""
    place = {**INTRUDER, **WRONG, "as_org": HOSTILE, **given}
    return [
        sign_in(**place, event_id=f"wrong {number}", time=at(days=-(number % days), hours=-2, minutes=-number))
        for number in range(times)
    ]


def test_an_address_that_guessed_for_days_and_then_got_in_is_told_of_with_its_guesses(tmp_path):
    other = [{**row, "event_id": f"also {row['event_id']}"} for row in tried(6, 3, client_ip="198.51.100.67")]
    rows = [*usual(), *tried(7, 3), *other, broke_in(event_id="in")]
    _, (hit,) = ask(tmp_path, "ia-guess-hit", events=rows)
    assert set(hit.evidence) == {"in", *(row["event_id"] for row in [*tried(7, 3), *other])}
    assert hit.summary == "198.51.100.66 gave 7 wrong passwords in days, and then the right one"


@pytest.mark.parametrize(("addresses", "sure"), [(1, 0.5), (2, 0.9)], ids=["a telephone in a hotel?", "a spray"])
def test_where_the_place_is_merely_new_several_addresses_make_it_sure(tmp_path, addresses, sure):
    plain = dict.fromkeys(("country", "asn", "as_org", "network_kind", "user_agent", "os", "browser"))
    rows = [*usual(), broke_in(**plain)]
    for number in range(addresses):
        ip = f"198.51.100.{66 + number}"
        rows += [{**row, "event_id": f"{ip} {row['event_id']}"} for row in tried(7, 3, **plain | {"client_ip": ip})]
    _, (hit,) = ask(tmp_path, "ia-guess-hit", events=rows)
    assert hit.confidence == sure


@pytest.mark.parametrize(
    "rows",
    [
        tried(9, 3),
        [*tried(4, 2), broke_in()],
        [*tried(9, 1), broke_in()],
        [*tried(9, 3, client_ip="198.51.100.67"), broke_in()],
        [*tried(9, 3, client_ip="203.0.113.10", asn=64500, network_kind="isp"), sign_in(time=at(hours=1))],
    ],
    ids=["nobody got in", "too few", "one day", "another address", "the user's own telephone"],
)
def test_guesses_that_found_nothing_and_old_passwords_at_home_are_not(tmp_path, rows):
    assert ask(tmp_path, "ia-guess-hit", events=[*usual(), *rows])[0].verdict is Answer.CLEAR


def stopped(**given):
    return broke_in(**{"event_id": "it", "result": "interrupted", "error_code": "50074", **given})


def test_the_right_password_that_was_stopped_is_told_of(tmp_path):
    _, (hit,) = ask(tmp_path, "ia-password-known-blocked", events=[*usual(), stopped()])
    assert (hit.evidence, hit.confidence) == (("it",), 0.7)
    assert hit.summary.startswith("the right password was given from 198.51.100.66 (Northgate Hosting, NL)")


def test_a_wrong_password_and_one_that_then_got_in_are_not(tmp_path):
    for rows in ([stopped(**WRONG)], [stopped(), broke_in(time=at(minutes=1))]):
        where = tmp_path / str(len(rows))
        assert ask(where, "ia-password-known-blocked", events=[*usual(), *rows])[0].verdict is Answer.CLEAR


def test_the_intruder_who_tries_on_is_told_of_and_the_users_telephone_is_not(tmp_path):
    refused = {"result": "failure", "error_code": "50173", "time": at(hours=5)}
    rows = [*usual(), broke_in(), broke_in(**refused, event_id="it"), sign_in(**refused, event_id="own")]
    _, (hit,) = ask(tmp_path, "ia-blocked-but-trying", events=rows)
    assert (hit.evidence, hit.summary) == (("it",), "sign-ins from 198.51.100.66 are refused (50173)")
