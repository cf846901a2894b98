"""Application ids and error codes in words; the lists that ship."""

import ipaddress
import re

import pytest

from o365nb.events import lists
from o365nb.events.kinds import by_name
from o365nb.events.macros import INTERRUPTED
from o365nb.events.names import app_names, error_words, in_words


def test_every_list_says_source_and_date_and_names_nothing_twice():
    for name in ("networks", "ranges", "agents", "apps", "errors"):
        listed = lists.read(name)
        first = [next(iter(row.values())) for row in listed.rows]
        assert (re.fullmatch(r"20\d\d-\d\d-\d\d", listed.date) and "Source: " in listed.source, len(set(first))) == (
            True, len(first),
        )  # fmt: skip
    assert all(ipaddress.ip_network(row["network"]) for row in lists.read("ranges").rows)
    assert all(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", key) for key in app_names())


def test_a_list_that_breaks_its_header_is_refused():
    with pytest.raises(ValueError, match="does not fit the header"):
        lists.rows("a,b\n1,2,3\n")


def test_microsofts_applications_have_names():
    assert app_names()["1fec8e78-bce4-4aaf-ab1b-5451cc387264"] == "Microsoft Teams"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("50126", "50126 (wrong user name or password)"),
        ("AADSTS50126", "50126 (wrong user name or password)"),
        ("500121", "500121 (multi-factor authentication failed or was denied)"),
        ("424242", "424242"),
        ("<b>", "<B>"),
        (None, ""),
    ],
)
def test_an_error_code_in_words(code, words):
    assert in_words(code) == words


def test_every_code_that_the_kit_judges_by_has_words():
    assert [code for code in INTERRUPTED if code not in error_words()] == []


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Narva Hosting OU", "hosting"),
        ("Some Data Centre Ltd", "hosting"),
        ("Acme Cloud GmbH", "hosting"),
        ("Cloudberry Dental Inc.", None),
        ("Hostellerie du Lac", None),
        ("Quick VPN Ltd", "vpn"),
        ("Private Proxy, LLC", "vpn"),
        ("Movistar Mobile", "mobile"),
        ("Immobilien AG", None),
        ("Ruritania Telecom", "isp"),
        ("Mobile Cloud Hosting", "hosting"),
        ("Contoso Ltd", None),
        ("Microsoft Partner Ltd", None),
        ("x" * 10_000 + " hosting", "hosting"),
    ],
)
def test_the_words_of_an_operators_name(name, kind):
    assert by_name(name) == kind
