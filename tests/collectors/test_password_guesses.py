"""Who else was tried from the addresses that tried the account's password."""

from urllib.parse import parse_qs, urlsplit

from o365nb import collectors
from o365nb.collectors.password_guesses import ADDRESSES
from o365nb.model import Outcome, Window, utc

PERSON = collectors.Person("id-1", "carol@contoso.example", ("carol@contoso.example",))
DAY = Window(utc("2026-11-17T00:00:00Z"), utc("2026-11-18T00:00:00Z"))
UNIT = next(unit for unit in collectors.all_collectors() if unit.source == "password_guesses")


def failures(*addresses):
    rows = [{"id": f"f{n}", "ipAddress": one, "createdDateTime": "2026-11-17T09:00:00Z"}
            for n, one in enumerate(addresses)]  # fmt: skip
    return (200, {}, {"value": rows})


def collected(scripted, tenant, case, *answers):
    scripted.answers = list(answers)
    entry = collectors.collect_one(UNIT, tenant, PERSON, DAY, case)
    asked = [parse_qs(urlsplit(path).query) for _, path, _, _ in scripted.asked if "/auditLogs/" in path]
    return entry, [query["$filter"][0].partition(" and createdDateTime")[0] for query in asked]


def test_everybodys_failures_are_asked_for_address_by_address_the_busiest_first(scripted, scripted_tenant, case):
    own = failures("198.51.100.7", "2001:db8::7", "2001:db8::7", None)
    entry, asked = collected(scripted, scripted_tenant, case, own, failures("2001:db8::7"), failures("198.51.100.7"))
    assert asked == [
        "userId eq 'id-1' and status/errorCode eq 50126",
        "ipAddress eq '2001:db8::7' and status/errorCode eq 50126",
        "ipAddress eq '198.51.100.7' and status/errorCode eq 50126",
    ]
    assert (entry.outcome, entry.received, entry.subject) == (Outcome.COMPLETE, 6, PERSON.upn)


def test_an_account_that_nobody_tried_costs_one_request(scripted, scripted_tenant, case):
    entry, asked = collected(scripted, scripted_tenant, case, failures())
    assert (entry.outcome, len(asked)) == (Outcome.EMPTY, 1)


def test_what_is_not_followed_up_is_said(scripted, scripted_tenant, case):
    own = failures(*(f"198.51.100.{n}" for n in range(ADDRESSES + 3)))
    entry, asked = collected(scripted, scripted_tenant, case, own, failures())
    assert (entry.outcome, len(asked)) == (Outcome.CAPPED, 1 + ADDRESSES)
    assert entry.reason == f"{ADDRESSES + 3} addresses tried the password; the {ADDRESSES} busiest were followed up."
