"""What an address tells by its own bits."""

import ipaddress

import pytest

from o365nb.events.addresses import Ranges, known


@pytest.mark.parametrize(
    ("address", "scope", "embedded"),
    [
        ("81.2.69.142", "public", None),
        ("2a02:8108::1", "public", None),
        ("10.1.2.3", "private", None),
        ("172.31.0.1", "private", None),
        ("192.168.1.1", "private", None),
        ("fd00::1", "private", None),
        ("100.64.0.1", "shared", None),
        ("169.254.1.1", "link_local", None),
        ("fe80::1%eth0", "link_local", None),
        ("203.0.113.10", "documentation", None),
        ("2001:db8::1", "documentation", None),
        ("3fff::1", "documentation", None),
        ("224.0.0.1", "multicast", None),
        ("ff02::1", "multicast", None),
        ("240.0.0.1", "reserved", None),
        ("198.18.0.1", "reserved", None),
        ("::ffff:81.2.69.142", "public", None),  # one and the same address, written in two ways
        ("2002:5102:458e::1", "public", "81.2.69.142"),  # 6to4
        ("2001:0:4136:e378:8000:63bf:aefd:ba71", "public", "81.2.69.142"),  # Teredo: the client, not the relay
        ("64:ff9b::5102:458e", "public", "81.2.69.142"),  # NAT64
        ("64:ff9b::a00:1", "private", "10.0.0.1"),
        ("2002:a00:1::1", "private", "10.0.0.1"),
    ],
)
def test_scope_and_what_it_carries(address, scope, embedded):
    found = known(address)
    assert (found.scope, found.embedded) == (scope, embedded)


@pytest.mark.parametrize("address", ["", "::1", "127.0.0.1", "::", "0.0.0.0", "host.example", "1.2.3", "1.2.3.4/8"])
def test_what_is_no_address_of_anybody(address):
    assert known(address) is None


def test_the_narrowest_network_answers():
    texts = ("10.0.0.0/8", "10.1.0.0/16", "10.1.2.3/32", "::/0", "2001:db8::/32")
    ranges = Ranges((ipaddress.ip_network(text), text) for text in texts)
    asked = ("10.9.9.9", "10.1.9.9", "10.1.2.3", "11.0.0.1", "2001:db8::1", "2001:db9::1")
    assert [ranges.find(ipaddress.ip_address(text)) for text in asked] == [
        "10.0.0.0/8", "10.1.0.0/16", "10.1.2.3/32", None, "2001:db8::/32", "::/0"
    ]  # fmt: skip
