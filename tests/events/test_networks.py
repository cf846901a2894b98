"""Whose network an address is in: from the case's own sign-ins and the lists that ship here."""

import json

import pytest
from evidence import audit, case_of, rows, signed_in

from o365nb.events.addresses import canonical
from o365nb.events.kinds import known_networks

HOME = {"countryOrRegion": "DE", "city": "Köln"}


@pytest.mark.parametrize(
    ("written", "one_way"),
    [
        ("203.0.113.10", "203.0.113.10"),
        ("2001:0DB8:0000::0001", "2001:db8::1"),
        ("::ffff:203.0.113.10", "203.0.113.10"),
        ("fe80::1%eth0", "fe80::1"),
        ("::1", None),
        ("127.0.0.1", None),
        ("0.0.0.0", None),
        ("010.1.1.1", None),
        (":::::", None),
        ("", None),
    ],
)
def test_one_way_to_write_an_address(written, one_way):
    assert canonical(written) == one_way


def test_the_lists_are_well_formed_and_microsoft_is_itself():
    known = known_networks()
    kinds = {"isp", "mobile", "hosting", "vpn", "microsoft", "corporate", "unknown"}
    assert {kind for _, kind in known.values()} <= kinds
    assert known[8075] == ("Microsoft Corporation", "microsoft")


def test_other_sources_take_over_what_sign_ins_say_of_an_address(tmp_path):
    case = case_of(
        tmp_path,
        {
            "s.json": json.dumps({"value": [
                signed_in(ipAddress="2001:DB8::1", autonomousSystemNumber=8075, location=HOME),
                signed_in(id="x", ipAddress="2001:db8:0::1", autonomousSystemNumber=8075, location={}),
                signed_in(id="y", ipAddress="2001:db8::2", autonomousSystemNumber=64499, location=HOME),
            ]}),
            "u.json": json.dumps([
                audit(ClientIP="[2001:db8:0:0::1]:443"), audit(number=2, ClientIP="198.51.100.1"),
                audit(number=3, ClientIP=""), audit(number=4, ClientIP="2001:db8::2"),
            ]),
        },
    )  # fmt: skip
    sql = (
        "SELECT client_ip, asn, country, city, as_org, network_kind FROM events WHERE source = 'ual' ORDER BY event_id"
    )
    none = dict.fromkeys(("asn", "country", "city", "as_org"))
    assert rows(case, sql) == [
        {"client_ip": "2001:db8::1", "asn": 8075, "country": "DE", "city": "Köln", "as_org": "Microsoft Corporation",
         "network_kind": "microsoft"},
        {"client_ip": "198.51.100.1", **none, "network_kind": "unknown"},
        {"client_ip": None, **none, "network_kind": None},
        {"client_ip": "2001:db8::2", "asn": 64499, "country": "DE", "city": "Köln", "as_org": None,
         "network_kind": "unknown"},
    ]  # fmt: skip


def test_where_sign_ins_disagree_the_most_common_place_counts(tmp_path):
    places = [HOME, HOME, {"countryOrRegion": "FR", "city": "Lyon"}]
    signs = [signed_in(id=f"{n}", autonomousSystemNumber=1, location=place) for n, place in enumerate(places)]
    files = {"s.json": json.dumps(signs), "u.json": json.dumps([audit()])}
    case = case_of(tmp_path, files)
    assert rows(case, "SELECT country, city FROM events WHERE source = 'ual'") == [{"country": "DE", "city": "Köln"}]
    assert [row["country"] for row in rows(case, "SELECT country FROM events ORDER BY 1")] == ["DE", "DE", "DE", "FR"]


def test_a_mail_servers_address_teaches_nothing(tmp_path):
    trace = {"id": "t", "senderAddress": "a@b.example", "recipientAddress": "c@d.example", "fromIP": "203.0.113.10",
             "receivedDateTime": "2026-11-17T08:41:00Z", "status": "delivered"}  # fmt: skip
    case = case_of(tmp_path, {"t.json": json.dumps([trace]), "u.json": json.dumps([audit()])})
    assert rows(case, "SELECT DISTINCT country, asn FROM events") == [{"country": None, "asn": None}]
