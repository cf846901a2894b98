"""The analyst's own networks.csv."""

from pathlib import Path

import pytest

from o365nb.errors import BadEvidence
from o365nb.events.addresses import known
from o365nb.events.overrides import Own, load, parse

TEXT = """# ours
network,kind,org,label
203.0.113.0/24,corporate,Contoso,head office
203.0.113.77,vpn,,our VPN
2001:db8:1::/48,corporate,Contoso,

AS64500,mobile,,
64501,,,
"""


def found(text, *addresses):
    own = parse(text, Path("networks.csv"))
    return [own.find(known(address)) for address in addresses]


def test_ranges_addresses_and_numbers_are_read():
    assert found(TEXT, "203.0.113.1", "203.0.113.77", "2001:db8:1::5", "2001:db8:2::5") == [
        Own("corporate", "Contoso", "head office"), Own("vpn", "", "our VPN"), Own("corporate", "Contoso"), None,
    ]  # fmt: skip
    assert parse(TEXT, Path("networks.csv")).numbers == {64500: Own("mobile"), 64501: Own()}


def test_the_ipv4_address_inside_an_ipv6_one_counts():
    assert found(TEXT, "64:ff9b::cb00:714d") == [Own("vpn", "", "our VPN")]


@pytest.mark.parametrize("header", ["cidr;kind;label", "ASN ; Kind ; Label", "network;kind;label"])
def test_a_spreadsheets_semicolons_and_other_names(header):
    assert found(f'{header}\n10.0.0.0/8;Corporate;"a;b"\n', "10.1.1.1") == [Own("corporate", "", "a;b")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("net,kind\n", "networks.csv, line 1: the header is not understood. Write network,kind,org,label as its first"),
        ("network,kind\n\n10.0.0.0/8,home\n", "networks.csv, line 3: 'home' is no kind of network. Write one of isp,"),
        (
            "network,kind\nhost.example,vpn\n",
            "networks.csv, line 2: 'host.example' is no network. Write 203.0.113.0/24",
        ),
        ("network,kind\n10.0.0.0/99,vpn\n", "networks.csv, line 2: '10.0.0.0/99' is no network."),
        ("kind,network\nvpn\n", "networks.csv, line 2: '' is no network."),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(text, said):
    with pytest.raises(BadEvidence) as error:
        parse(text, Path("networks.csv"))
    assert str(error.value).startswith(said)


def test_no_file_says_nothing_and_a_byte_order_mark_is_no_matter(tmp_path):
    assert load(tmp_path / "networks.csv").text == ""
    (tmp_path / "networks.csv").write_bytes("\ufeffnetwork,kind\n10.0.0.0/8,corporate\n".encode())
    assert load(tmp_path / "networks.csv").find(known("10.0.0.1")) == Own("corporate")
    (tmp_path / "networks.csv").write_bytes(b"network,kind\n\xff\xfe")
    with pytest.raises(BadEvidence, match="Save it as CSV in UTF-8"):
        load(tmp_path / "networks.csv")
