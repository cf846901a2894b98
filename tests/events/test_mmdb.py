"""Databases in MMDB format: every layout that is sold, IPv6, and files that are damaged."""

import json

import pytest
from mmdb_writer import ASN, CITY, write

from o365nb.errors import BadEvidence
from o365nb.events.addresses import known
from o365nb.events.mmdb import Database, Place, as_row, from_rows, read

LAYOUTS = {
    "GeoLite2-City": (CITY, Place("DE", "Cologne")),
    "GeoLite2-Country": ({"country": {"iso_code": "NG"}}, Place("NG")),
    "GeoLite2-ASN": (ASN, Place(asn=3320, as_org="Deutsche Telekom AG")),
    "GeoIP2-ISP": (
        {"autonomous_system_number": 1, "isp": "Sold by", "organization": "Run by"}, Place(asn=1, as_org="Run by"),
    ),
    "GeoIP2-Enterprise": (
        {"country": {"iso_code": "US"}, "traits": {"autonomous_system_number": 7, "user_type": "cellular"}},
        Place("US", asn=7, kind="mobile"),
    ),
    "GeoIP2-Connection-Type": ({"connection_type": "Cellular"}, Place(kind="mobile")),
    "GeoIP2-Anonymous-IP": ({"is_anonymous": True, "is_anonymous_vpn": True}, Place(kind="vpn")),
    "GeoIP2-Anonymous-IP, hosting": ({"is_hosting_provider": True}, Place(kind="hosting")),
    "DBIP-City-Lite": (
        {"city": {"names": {"en": "Lyon (3e)"}}, "country": {"iso_code": "FR", "is_in_european_union": True}},
        Place("FR", "Lyon (3e)"),
    ),
    "ipinfo generic_lite": (
        {"asn": "AS13335", "as_name": "Cloudflare, Inc.", "country": "Australia", "country_code": "AU"},
        Place("AU", asn=13335, as_org="Cloudflare, Inc."),
    ),
    "ipinfo country_asn": (
        {"asn": "AS15169", "as_name": "Google LLC", "country": "US", "country_name": "United States"},
        Place("US", asn=15169, as_org="Google LLC"),
    ),
    "ipinfo standard_location": ({"city": "Nuremberg", "country": "DE", "region": "Bavaria"}, Place("DE", "Nuremberg")),
    "ipinfo asn": (
        {"asn": "AS24940", "name": "Hetzner Online GmbH", "type": "hosting", "domain": "hetzner.com"},
        Place(asn=24940, as_org="Hetzner Online GmbH", kind="hosting"),
    ),
    "ipinfo bundle": (
        {"asn": {"asn": "AS9009", "name": "M247", "type": "isp"}, "country": "RO"},
        Place("RO", asn=9009, as_org="M247", kind="isp"),
    ),
    "ipinfo privacy": ({"vpn": "true", "hosting": "true", "service": "X"}, Place(kind="vpn")),
    "ipinfo privacy, none": ({"vpn": "", "proxy": "false", "hosting": ""}, Place()),
    "ipinfo carrier": ({"carrier": "EE", "mcc": "234", "mnc": "30"}, Place(kind="mobile")),
}  # fmt: skip


@pytest.mark.parametrize(("record", "place"), LAYOUTS.values(), ids=LAYOUTS)
def test_every_layout_is_read(record, place):
    assert read(record) == place


@pytest.mark.parametrize(
    "record",
    [
        {"country": "Germany", "city": 7, "asn": "none", "as_name": ""},
        {"country": {"iso_code": "<b>"}, "city": {"names": {"en": None}}, "traits": "x"},
        {"asn": 2**40, "autonomous_system_number": -1},
        {"asn": "AS" + "9" * 5000},
    ],
)
def test_nonsense_in_a_record_says_nothing(record):
    assert read(record) == Place()


def test_a_long_text_is_cut():
    assert read({"asn": 1, "as_name": "x" * 5000}) == Place(asn=1, as_org="x" * 200)


def test_a_database_tells_what_it_is_and_answers_for_both_kinds_of_address(tmp_path):
    path = write(tmp_path / "city.mmdb", "GeoLite2-City", {"81.2.69.0/24": CITY, "2a02:8108::/32": CITY})
    with Database(path) as database:
        about = database.description
        assert about == {"name": "city.mmdb", "type": "GeoLite2-City", "built": "2026-11-17",
                         "sha256": about["sha256"], "file": str(path)}  # fmt: skip
        assert len(about["sha256"]) == 64
        told = {text: database.find(known(text)) for text in ("81.2.69.142", "81.2.70.1", "2a02:8108::1", "2a03::1")}
    found = Place("DE", "Cologne")
    assert told == {"81.2.69.142": found, "81.2.70.1": Place(), "2a02:8108::1": found, "2a03::1": Place()}


def test_a_database_of_ipv4_says_nothing_of_ipv6(tmp_path):
    with Database(write(tmp_path / "v4.mmdb", "X", {"81.2.69.0/24": CITY}, version=4)) as database:
        told = [database.find(known(text)) for text in ("81.2.69.1", "2a02:8108::1", "2002:5102:4501::1")]
    assert told == [Place("DE", "Cologne"), Place(), Place("DE", "Cologne")]


def asked(path):
    with Database(path) as database:
        return database.find(known("81.2.69.1"))


def test_what_is_no_database_is_named_with_the_mend(tmp_path):
    path = tmp_path / "not.mmdb"
    path.write_text("country,asn\n")
    with pytest.raises(
        BadEvidence, match=r"not\.mmdb: not an address database in MMDB format, or cut off\. Download it"
    ):
        Database(path)
    with pytest.raises(BadEvidence, match=r"none\.mmdb: cannot be opened \(No such file or directory\)\. Mend --mmdb"):
        Database(tmp_path / "none.mmdb")


def test_a_cut_database_is_refused(tmp_path):
    whole = write(tmp_path / "city.mmdb", "GeoLite2-City", {"81.2.69.0/24": CITY}).read_bytes()
    path = tmp_path / "cut.mmdb"
    for size in range(0, len(whole) - 1, 7):
        path.write_bytes(whole[:size])
        with pytest.raises(BadEvidence, match=r"cut\.mmdb"):
            asked(path)


def test_damage_anywhere_is_an_answer_or_a_named_error(tmp_path):
    whole = write(tmp_path / "city.mmdb", "GeoLite2-City", {"81.2.69.0/24": CITY | ASN}).read_bytes()
    path = tmp_path / "damaged.mmdb"
    outcomes = set()
    for place in range(0, len(whole), 3):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            outcomes.add(type(asked(path)))
        except BadEvidence as error:
            outcomes.add(error.path)
    assert outcomes == {Place, path}


def test_answers_are_kept_without_loss():
    places = {"81.2.69.1": Place("DE", "Köln", 3320, "Deutsche Telekom AG", "isp"), "81.2.69.2": Place()}
    lines = [json.dumps(as_row(text, place)) for text, place in places.items()]
    assert lines[1] == '{"address": "81.2.69.2"}'
    assert from_rows(json.loads(line) for line in lines) == places
