"""Addresses and lines: shared, moving, rented, of IPv6; what a network says of the hand behind it, and what not."""

from __future__ import annotations

import pytest
from analysis.world import EVIL, HOME, INTRUDER, KIT, LAPTOP, MINE, STOLEN, at, entry, labels, normal, only
from tables import SUBJECT, event, make_case, sign_in

from o365nb.analysis.attribution import attribute
from o365nb.analysis.base import Seed
from o365nb.engine import Engine
from o365nb.model import Label

BARE = {"client_ip": None, "asn": None, "as_org": None, "network_kind": None, "country": None}


def test_an_address_that_others_share_does_not_spread(tmp_path):
    office = [
        event(**INTRUDER, actor=f"user{n}@contoso.example", time=at(days=-3), session_id=f"o{n}", event_id=f"other {n}")
        for n in range(4)
    ]
    same_gate = event(**INTRUDER, time=at(hours=1), session_id=MINE, event_id="through the same gate")
    found = labels(tmp_path, [*normal(), *office, entry(), same_gate])
    assert only(found, Label.ATTACKER) == {"entry"}


def test_microsofts_own_addresses_do_not_spread(tmp_path):
    cloud = {"client_ip": "52.98.1.1", "asn": 8075, "network_kind": "microsoft", "session_id": None}
    found = labels(
        tmp_path,
        [*normal(), entry(**cloud), event(**cloud, time=at(hours=1), event_id="server side")],
    )
    assert only(found, Label.ATTACKER) == {"entry"}


@pytest.mark.parametrize(
    ("address", "label"), [("2001:db8:bad:1::99", Label.ATTACKER), ("2001:db8:bad:2::99", Label.UNKNOWN)]
)
def test_ipv6_privacy_addresses_are_one_network(tmp_path, address, label):
    other = event(**INTRUDER | {"client_ip": address, "asn": None}, time=at(hours=5), event_id="other")
    found = labels(tmp_path, [*normal(), entry(client_ip="2001:db8:bad:1::1"), other])
    assert found["other"].label is label


def test_a_home_on_ipv6_is_known_by_its_network(tmp_path):
    home = [
        event(client_ip=f"2001:db8:1:1::{day}", time=at(days=-day), event_id=f"day {day}", user_agent="x")
        for day in (1, 2, 3)
    ]
    today = event(client_ip="2001:db8:1:1::ffff", time=at(hours=2), event_id="today", user_agent="x")
    found = labels(tmp_path, [*home, entry(), today])
    assert found["today"].label is Label.USER


@pytest.mark.parametrize(("hours", "label"), [(-23, Label.ATTACKER), (-25, Label.UNKNOWN)])
def test_an_address_reaches_back_one_day_and_no_further(tmp_path, hours, label):
    early = event(**INTRUDER, time=at(hours=hours), event_id="early")
    assert labels(tmp_path, [*normal(), entry(), early])["early"].label is label


def test_a_session_reaches_back_as_far_as_it_goes(tmp_path):
    early = event(**STOLEN, time=at(days=-4), event_id="early")
    assert labels(tmp_path, [*normal(), entry(), early])["early"].label is Label.ATTACKER


def test_an_export_without_sessions_or_sign_ins_is_tied_by_address(tmp_path):
    days = [event(client_ip=HOME, time=at(days=-n), event_id=f"own {n}", asn=None) for n in (1, 2, 3)]
    bad = {**BARE, "client_ip": EVIL}
    events = [*days, event(**bad, operation="New-InboxRule", event_id="rule")]
    events += [event(**bad, operation="MailItemsAccessed", time=at(minutes=m), event_id=f"read {m}") for m in (3, 4)]
    found = labels(tmp_path, events, {"rule": Seed(0.8, "A rule that hides mail")})
    assert only(found, Label.ATTACKER) == {"rule", "read 3", "read 4"}
    assert only(found, Label.USER) == {"own 1", "own 2", "own 3"}


def test_network_and_program_together_tie_an_attacker_that_hops_addresses(tmp_path):
    hop = {**INTRUDER, "client_ip": "198.51.100.200", "user_agent": KIT}
    other_program = {**INTRUDER, "client_ip": "198.51.100.201", "user_agent": "Outlook"}
    found = labels(
        tmp_path,
        [
            *normal(),
            entry(user_agent=KIT, os=None, browser=None),
            event(**hop, time=at(hours=1), event_id="hopped"),
            event(**other_program, time=at(hours=1), event_id="neighbour"),
        ],
    )
    assert only(found, Label.ATTACKER) == {"entry", "hopped"}


def test_an_attacker_in_the_users_own_country_and_network_is_told_by_the_address(tmp_path):
    near = {**STOLEN, "client_ip": "203.0.113.200", "asn": 64500, "country": "GB", "network_kind": "isp"}
    later = event(**near | {"session_id": None}, time=at(minutes=4), user_agent=KIT, event_id="later")
    own = event(client_ip="203.0.113.55", time=at(hours=1), event_id="own, new address")
    found = labels(tmp_path, [*normal(), entry(**near), later, own])
    assert only(found, Label.ATTACKER) == {"entry", "later"}
    assert found["own, new address"].label is Label.UNKNOWN  # the line had one address for weeks


def line(day, address, **given):
    """A day of a private computer at home: no device that anybody manages."""
    own = {"client_ip": address, "session_id": f"evening {day}", "device_id": None, "device_managed": False}
    return sign_in(**own, time=at(days=-day, hours=-10), event_id=f"evening {day}", **given)


def test_where_the_line_moves_a_new_address_of_it_is_nothing_unusual(tmp_path):
    moving = [line(day, f"203.0.113.{100 + day}") for day in range(1, 9)]
    again = line(-1, "203.0.113.55")
    assert labels(tmp_path / "moving", [*moving, entry(), again])["evening -1"].label is Label.USER
    fixed = [line(day, "203.0.113.101") for day in range(1, 9)]
    assert labels(tmp_path / "fixed", [*fixed, entry(), again])["evening -1"].label is Label.UNKNOWN


def test_a_rented_address_vouches_only_together_with_the_usual_program(tmp_path):
    tunnel = {"asn": 64501, "network_kind": "vpn", "country": "CH"}
    days = [line(day, "192.0.2.9", **tunnel) for day in range(1, 9)]
    same = line(-1, "192.0.2.9", **tunnel)
    other = {**same, "os": "Linux", "browser": "Firefox", "user_agent": "other", "event_id": "other", "session_id": "x"}
    found = labels(tmp_path, [*days, entry(), same, other])
    assert (found["evening -1"].label, found["other"].label) == (Label.USER, Label.UNKNOWN)


def test_without_a_known_incident_what_began_with_the_event_is_no_excuse_for_it(tmp_path):
    new = {"asn": 64777, "client_ip": "192.0.2.70", "device_id": None, "device_managed": False}
    rows = [sign_in(**new, session_id=f"new {n}", time=at(days=n), event_id=f"new {n}") for n in range(3)]
    found = labels(tmp_path, [*normal(), *rows], seeds={})
    assert {found[f"new {n}"].label for n in range(3)} == {Label.UNKNOWN}
    tied = [*rows[:2], {**rows[2], "device_id": LAPTOP, "device_managed": True}]
    found = labels(tmp_path / "tied", [*normal(), *tied], seeds={})
    assert [found[f"new {n}"].label for n in range(3)] == [Label.UNKNOWN, Label.UNKNOWN, Label.USER]


def test_a_record_that_names_only_an_address_of_both_goes_to_whose_turn_it_was(tmp_path):
    shared = {"client_ip": "192.0.2.9", "asn": 64501, "network_kind": "vpn", "country": "CH"}
    days = [line(day, "192.0.2.9", asn=64501, network_kind="vpn", country="CH") for day in range(1, 9)]
    stolen = entry(**shared, os="Linux", browser="Firefox", user_agent="other")
    bare = {**shared, "session_id": None, "operation": "User registered security info", "source": "directory_audit"}
    soon = event(**bare, time=at(minutes=9), event_id="soon")
    late = event(**bare, time=at(hours=3), event_id="late")
    found = labels(tmp_path, [*days, stolen, soon, late])
    assert (found["soon"].label, found["late"].label) == (Label.ATTACKER, Label.USER)
    assert found["soon"].because.startswith("names only 192.0.2.9, where just before there was the sign-in at")


def test_a_token_ties_for_as_long_as_tokens_live(tmp_path):
    first = entry(token_id="token")
    rows = [event(**BARE, token_id="token", time=at(hours=h), event_id=f"after {h}") for h in (20, 40)]
    assert only(labels(tmp_path, [*normal(), first, *rows]), Label.ATTACKER) == {"entry", "after 20"}


#: A line never used before, where no session is named.
NEW_LINE = {"client_ip": "192.0.2.40", "asn": 64801, "as_org": "Town Cable", "session_id": None}


@pytest.mark.parametrize(
    ("laptop", "read", "label"),
    [
        ({}, {}, Label.USER),
        ({"network_kind": "hosting"}, {"network_kind": "hosting"}, Label.UNKNOWN),
        ({"network_kind": "mobile"}, {"network_kind": "mobile"}, Label.UNKNOWN),
        ({"device_id": None}, {}, Label.UNKNOWN),
        ({"device_id": "never seen before"}, {}, Label.UNKNOWN),
        ({"result": "failure"}, {}, Label.UNKNOWN),
        ({}, {"session_id": "another"}, Label.UNKNOWN),
        ({}, {"time": at(days=1, hours=2)}, Label.UNKNOWN),
        ({}, {"actor": "erin@contoso.example"}, Label.UNKNOWN),
    ],
    ids=["the laptop's line", "rented", "a carrier's", "no device named", "a new device", "refused",
         "another session", "the next day", "somebody else"],
)  # fmt: skip
def test_the_line_of_the_managed_laptop_vouches_on_the_day_for_what_names_no_session(tmp_path, laptop, read, label):
    signed_in = sign_in(**{**NEW_LINE, "time": at(hours=1), "event_id": "laptop", **laptop})
    reading = event(**{**NEW_LINE, "operation": "MailItemsAccessed", "mailbox_owner": SUBJECT,
                       "time": at(hours=1, minutes=9), "event_id": "read", **read})  # fmt: skip
    assert labels(tmp_path, [*normal(), entry(), signed_in, reading])["read"].label is label


def test_neither_session_nor_device_vouches_for_what_was_copied(tmp_path):
    rows = [
        sign_in(**NEW_LINE | {"session_id": "s"}, time=at(hours=1), event_id="copy"),
        *(sign_in(session_id="s", time=at(days=-day), event_id=f"own {day}") for day in range(1, 9)),
    ]
    with Engine(make_case(tmp_path, events=[*normal(), *rows])) as engine:
        told = [attribute(engine, {}, copied=frozenset(copied))["copy"] for copied in ((), ("copy",))]
    assert [(one.label, one.because.partition(" was in use")[0]) for one in told] == [
        (Label.USER, f"from the managed device {LAPTOP}"),
        (Label.UNKNOWN, "the session or device that would vouch for it"),
    ]


#: A reader on a private line of the country, from the tenth day of the log on, at a new address each night.
NIGHTS = [
    event(operation="MailItemsAccessed", mailbox_owner=SUBJECT, client_ip=f"192.0.2.{day}", asn=64802,
          session_id="night", user_agent="Mozilla/5.0 Chrome/120", os="Windows", browser="Chrome",
          time=at(days=-day, hours=12), event_id=f"night {day}")
    for day in range(2, 11)
]  # fmt: skip


@pytest.mark.parametrize(
    ("tie", "label"),
    [
        ([], Label.UNKNOWN),
        ([sign_in(client_ip="192.0.2.9", asn=64802, session_id="x", time=at(days=-9, hours=11))], Label.USER),
        ([event(client_ip=HOME, session_id="night", time=at(days=-3, hours=2))], Label.USER),
        ([event(client_ip=HOME, session_id="night", time=at(days=-3), actor="erin@contoso.example")], Label.UNKNOWN),
    ],
    ids=["nothing", "the managed laptop on the line", "the session at home", "a colleague's"],
)
def test_what_recurs_only_since_it_began_vouches_for_itself_by_a_tie_to_what_was_there_before(tmp_path, tie, label):
    tied = [{**row, "event_id": "tie"} for row in tie]
    found = labels(tmp_path, [*normal(), *NIGHTS, *tied], {})
    assert {found[row["event_id"]].label for row in NIGHTS} == {label}


def test_a_reader_who_is_there_from_the_first_day_of_the_log_is_a_habit(tmp_path):
    found = labels(tmp_path, [*normal(days=9), *NIGHTS], {})
    assert {found[row["event_id"]].label for row in NIGHTS} == {Label.USER}
