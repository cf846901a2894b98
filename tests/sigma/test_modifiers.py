"""Every modifier against an independent, naive reading of it in Python, on the same events."""

import base64
import ipaddress
import re

import pytest
from tables import event, sign_in

NASTY = "100%_sure\\\\path*?'; DROP TABLE events;--"


def audit(number, *, ip="203.0.113.7", agent=None, time="2026-11-17T08:41:00Z", **parameters):
    """An audit record with parameters; a list gives a parameter several values."""
    listed = [
        (name, one) for name, value in parameters.items() for one in (value if isinstance(value, list) else [value])
    ]
    return event(
        event_id=f"e{number}",
        operation="Set-Thing",
        client_ip=ip,
        user_agent=agent,
        time=time,
        properties=[{"name": f"Parameters.{name}", "value": value} for name, value in listed],
    )


EVENTS = [
    audit(1, A="Forward", B="forward", N="5"),
    audit(2, A="FORWARD all mail", N="40"),
    audit(3, A="please forward", N="-3"),
    audit(4, A="forwar", N="not a number"),
    audit(5, A=["one", "two forward"], B="two forward"),
    audit(6, A="", N=""),
    audit(7),
    audit(8, A=NASTY, B=NASTY.upper(), N="4.50"),
    audit(9, A="100X sure", N="1e3"),
    audit(10, A="line one\nline two forward", agent="curl/8.1"),
    audit(11, A="ÄÖÜ straße", agent="CURL/8.1"),
    audit(12, A="äöü straße", ip="10.1.2.3", agent="Mozilla/5.0"),
    audit(13, A=base64.b64encode(b"secret").decode(), ip="2001:db8::1"),
    audit(14, A="x" + base64.b64encode(b"ab secret cd").decode(), ip="10.255.255.255"),
    audit(15, A="true", ip=None),
    audit(16, A="-force /force", ip="192.0.2.1", time="2026-01-05T23:59:00Z"),
    audit(17, A=base64.b64encode("wide".encode("utf-16-le")).decode(), time="2025-12-31T08:00:00Z"),
]


def texts(row, name):
    """All values of a parameter, as the event was written down."""
    return [pair["value"] for pair in row["properties"] if pair["name"].lower() == f"parameters.{name}".lower()]


def whole(test):
    return lambda row: any(test(value) for value in texts(row, "A"))


def number(test):
    def passes(value):
        try:
            return test(float(value))
        except ValueError:
            return False

    return lambda row: any(passes(value) for value in texts(row, "N"))


def inside(*networks):
    nets = [ipaddress.ip_network(one) for one in networks]
    return lambda row: (
        row["client_ip"] is not None and any(ipaddress.ip_address(row["client_ip"]) in net for net in nets)
    )


CASES = {
    "equal": ({"Parameters.A": "forward"}, whole(lambda v: v.lower() == "forward")),
    "equal, letters beyond ASCII": ({"Parameters.A": "äÖü straße"}, whole(lambda v: v.lower() == "äöü straße")),
    "several values": ({"Parameters.A": ["forwar", "one"]}, whole(lambda v: v.lower() in ("forwar", "one"))),
    "wildcards": ({"Parameters.A": "*forw?rd*"}, whole(lambda v: re.search("forw.rd", v, re.IGNORECASE | re.DOTALL))),
    "a single wildcard": ({"Parameters.A": "forwa?"}, whole(lambda v: re.fullmatch("forwa.", v, re.IGNORECASE))),
    "SQL's own wildcards are letters": ({"Parameters.A|startswith": "100%_"}, whole(lambda v: v.startswith("100%_"))),
    "quotes are letters": ({"Parameters.A|contains": "'; drop"}, whole(lambda v: "'; drop" in v.lower())),
    "escaped wildcards": ({"Parameters.A|contains": "\\*\\?'"}, whole(lambda v: "*?'" in v)),
    "escaped and wild at once": ({"Parameters.A": "1*\\*\\?*--"}, whole(lambda v: re.fullmatch(r"1.*\*\?.*--", v))),
    "only a wildcard": ({"Parameters.A": "*"}, lambda row: bool(texts(row, "A"))),
    "empty": ({"Parameters.A": ""}, lambda row: "" in texts(row, "A") or not texts(row, "A")),
    "a number is a text": ({"Parameters.N": 5}, lambda row: "5" in texts(row, "N")),
    "a boolean is a text": ({"Parameters.A": True}, whole(lambda v: v.lower() == "true")),
    "contains": ({"Parameters.A|contains": "forward"}, whole(lambda v: "forward" in v.lower())),
    "contains all": ({"Parameters.A|contains|all": ["forward", "two"]},
                     lambda row: all(any(w in v.lower() for v in texts(row, "A")) for w in ("forward", "two"))),
    "startswith": ({"Parameters.A|startswith": "forward"}, whole(lambda v: v.lower().startswith("forward"))),
    "endswith": ({"Parameters.A|endswith": "forward"}, whole(lambda v: v.lower().endswith("forward"))),
    "cased": ({"Parameters.A|cased": "Forward"}, whole(lambda v: v == "Forward")),
    "cased contains": ({"Parameters.A|contains|cased": "FORWARD"}, whole(lambda v: "FORWARD" in v)),
    "re": ({"Parameters.A|re": "^F.*d$"}, whole(lambda v: re.search("^F.*d$", v))),
    "re, any case": ({"Parameters.A|re|i": "^f.*d$"}, whole(lambda v: re.search("^f.*d$", v, re.IGNORECASE))),
    "re over lines": ({"Parameters.A|re|m": "^line two"}, whole(lambda v: re.search("^line two", v, re.MULTILINE))),
    "re, a dot is any": ({"Parameters.A|re|s": "one.line"}, whole(lambda v: re.search("one.line", v, re.DOTALL))),
    "re with quotes": ({"Parameters.A|re": "';\\s+DROP"}, whole(lambda v: re.search(r"';\s+DROP", v))),
    "cidr": ({"ClientIP|cidr": "10.0.0.0/8"}, inside("10.0.0.0/8")),
    "cidr, odd mask and IPv6": ({"ClientIP|cidr": ["203.0.113.4/30", "2001:db8::/33"]},
                                inside("203.0.113.4/30", "2001:db8::/33")),
    "base64": ({"Parameters.A|base64": "secret"}, whole(lambda v: v == base64.b64encode(b"secret").decode())),
    "base64offset": ({"Parameters.A|base64offset|contains": "secret"},
                     whole(lambda v: any(piece in v for piece in ("c2VjcmV0", "NlY3JldC", "zZWNyZX")))),
    "wide": ({"Parameters.A|wide|base64": "wide"},
             whole(lambda v: v == base64.b64encode("wide".encode("utf-16-le")).decode())),
    "windash": ({"Parameters.A|windash|contains": "-force"}, whole(lambda v: "-force" in v or "/force" in v)),
    "exists": ({"Parameters.A|exists": True}, lambda row: bool(texts(row, "A"))),
    "does not exist": ({"Parameters.A|exists": False}, lambda row: not texts(row, "A")),
    "null": ({"Parameters.A": None}, lambda row: not texts(row, "A")),
    "null of a column": ({"UserAgent": None}, lambda row: row["user_agent"] is None),
    "lt": ({"Parameters.N|lt": 5}, number(lambda n: n < 5)),
    "lte": ({"Parameters.N|lte": 5}, number(lambda n: n <= 5)),
    "gt": ({"Parameters.N|gt": 4.5}, number(lambda n: n > 4.5)),
    "gte": ({"Parameters.N|gte": 4.5}, number(lambda n: n >= 4.5)),
    "neq": ({"Parameters.A|neq": "forward"}, lambda row: not any(v.lower() == "forward" for v in texts(row, "A"))),
    "fieldref": ({"Parameters.A|fieldref": "Parameters.B"},
                 lambda row: any(a.lower() == b.lower() for a in texts(row, "A") for b in texts(row, "B"))),
    "fieldref, startswith": ({"Parameters.A|fieldref|startswith": "Parameters.B"},
                 lambda row: any(a.lower().startswith(b.lower()) for a in texts(row, "A") for b in texts(row, "B"))),
    "hour": ({"CreationTime|hour": 8}, lambda row: row["time"][11:13] == "08"),
    "minute": ({"CreationTime|minute": 59}, lambda row: row["time"][14:16] == "59"),
    "year": ({"CreationTime|year": 2025}, lambda row: row["time"].startswith("2025")),
    "month": ({"CreationTime|month": 1}, lambda row: row["time"][5:7] == "01"),
    "name=value pairs": ({"Parameters|contains": "a=forward"}, whole(lambda v: v.lower().startswith("forward"))),
    "a column of low variety": ({"Operation|startswith": "set-t"}, lambda row: True),
    "not": ({"s": {"Parameters.A|contains": "forward"}, "condition": "not s"},
            lambda row: not any("forward" in v.lower() for v in texts(row, "A"))),
    "either of two fields": (
        {"s": [{"Parameters.A": "one"}, {"UserAgent|startswith": "curl"}], "condition": "s"},
        lambda row: "one" in texts(row, "A") or (row["user_agent"] or "").lower().startswith("curl")),
    "1 of and all of": (
        {"sa": {"Parameters.A|contains": "o"}, "sb": {"Parameters.N": "*"}, "fa": {"Parameters.N": 5},
         "condition": "all of s* and not 1 of f*"},
        lambda row: any("o" in v.lower() for v in texts(row, "A")) and texts(row, "N") and texts(row, "N") != ["5"]),
    "keyword": ({"k": ["CURL", "two forward"], "condition": "k"},
                lambda row: "curl" in (row["user_agent"] or "").lower()
                or any("two forward" in v.lower() for v in texts(row, "A") + texts(row, "B"))),
    "keywords, all of them": ({"k": {"|all": ["line", "two"]}, "condition": "k"},
                              whole(lambda v: "line" in v.lower() and "two" in v.lower())),
    "keyword and field": ({"k": ["forward"], "s": {"Parameters.N": "*"}, "condition": "k and s"},
                          lambda row: texts(row, "N")
                          and any("forward" in v.lower() for v in texts(row, "A") + texts(row, "B"))),
    "a keyword by pattern": ({"k": {"|re": "two f\\w+"}, "condition": "k"},
                             lambda row: any(re.search(r"two f\w+", v) for v in texts(row, "A") + texts(row, "B"))),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_modifier_matches_what_its_words_say(hits, name):
    detection, naive = CASES[name]
    assert hits(detection, *EVENTS) == {row["event_id"] for row in EVENTS if naive(row)}


@pytest.mark.parametrize("name", CASES)
def test_no_answer_is_no_answer_by_accident(name):
    matched = [row for row in EVENTS if CASES[name][1](row)]
    assert matched, "this case would also pass if nothing ever matched"


def test_expand_takes_the_values_of_the_field_map(hits, tmp_path):
    from o365nb.sigma import load_fields

    own = tmp_path / "own.yaml"
    own.write_text("placeholders: {Admins: [root@contoso.example, 'adm*']}")
    rows = [
        event(event_id=str(n), actor=a)
        for n, a in enumerate(["root@contoso.example", "adm7@x.example", "anna@x.example"])
    ]
    assert hits({"UserId|expand": "%admins%"}, *rows, fields=load_fields(own)) == {"0", "1"}


def test_an_operation_is_found_with_and_without_its_full_stop_and_with_either_dash(hits):
    rows = [
        event(event_id="da", source="directory_audit", operation="Update application - Certificates",
              operation_raw="Update application – Certificates "),
        event(event_id="ual", workload="AzureActiveDirectory", operation="Add member to role",
              operation_raw="Add member to role."),
    ]  # fmt: skip
    where = {"product": "azure", "service": "auditlogs"}
    assert hits({"properties.message": "Add member to role"}, *rows, **where) == {"ual"}
    assert hits({"OperationName": "add member to role."}, *rows, **where) == {"ual"}
    assert hits({"ActivityDisplayName": "Update application – Certificates"}, *rows, **where) == {"da"}
    assert hits({"operationName|endswith": "- certificates"}, *rows, **where) == {"da"}


def test_words_of_the_rules_stand_for_those_of_the_kit(hits):
    rows = [sign_in(event_id="s", result="success"), sign_in(event_id="f", result="failure", error_code="50126")]
    where = {"product": "azure", "service": "signinlogs"}
    assert hits({"Status": "Failure"}, *rows, **where) == {"f"}
    assert hits({"ResultType": 50126}, *rows, **where) == {"f"}
    assert hits({"Status": "Success", "Category": "SignInLogs"}, *rows, **where) == {"s"}
    assert hits({"s": {"Status": "Success"}, "condition": "not s"}, *rows, **where) == {"f"}
