"""A reading that broke off is gone on with: what is held is not asked for again, and nothing counts twice."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from o365nb import collectors
from o365nb.intake.snapshots import standing
from o365nb.model import Outcome, Window, utc

PERSON = collectors.Person("id-1", "anna@contoso.example", ("anna@contoso.example",))
DAY = Window(utc("2026-11-17T00:00:00Z"), utc("2026-11-18T00:00:00Z"))
ERROR = {"error": {"code": "UnknownError", "message": "no"}}


@pytest.fixture
def ask(scripted, scripted_tenant, case):
    """`ask(source, *answers)`: run that collector against these answers; its line of the ledger, and what was asked."""
    units = {unit.source: unit for unit in collectors.all_collectors()}

    def run(source, *answers, window=DAY, anew=False):
        scripted.answers, before = list(answers), len(scripted.asked)
        entry = collectors.collect_one(units[source], scripted_tenant, PERSON, window, case, anew=anew)
        asked = [parse_qs(urlsplit(path).query) for _, path, _, _ in scripted.asked[before:] if "/oauth2/" not in path]
        return entry, [query.get("$skiptoken", [query.get("$filter", [""])[0]])[0] for query in asked]

    return run


def page(scripted, names, following=""):
    link = {"@odata.nextLink": f"{scripted.origin}/beta/auditLogs/signIns?$skiptoken={following}"} if following else {}
    return (200, {}, {"value": [{"id": name, "createdDateTime": "2026-11-17T09:00:00Z"} for name in names], **link})


def stands(case):
    """The records that count, by their names."""
    import orjson

    lines = standing(list(case.custody.entries()), case.ledger)
    return sorted(item["id"] for line in lines for item in orjson.loads(case.raw(line["path"]))["value"])


def test_only_the_missing_page_is_asked_for(ask, scripted, case):
    broken, _ = ask("sign_in", page(scripted, ["a", "b"], "two"), *[(503, {}, ERROR)])
    assert (broken.outcome, broken.received) == (Outcome.THROTTLED, 2)
    done, asked = ask("sign_in", page(scripted, ["c"]))
    assert (done.outcome, done.received, asked) == (Outcome.COMPLETE, 3, ["two"])
    assert done.read == broken.read
    assert stands(case) == ["a", "b", "c"]
    assert len(list(case.custody.entries())) == 2


def test_what_is_whole_begins_anew(ask, scripted):
    first, _ = ask("sign_in", page(scripted, ["a"]))
    second, asked = ask("sign_in", page(scripted, ["a"]))
    assert first.read != second.read
    assert len(asked) == 1


def test_asked_anew_nothing_held_is_used(ask, scripted):
    broken, _ = ask("sign_in", page(scripted, ["a"], "two"), (503, {}, ERROR))
    done, asked = ask("sign_in", page(scripted, ["a"]), anew=True)
    assert done.read != broken.read
    assert len(asked) == 1


def test_another_window_is_another_reading(ask, scripted):
    ask("sign_in", page(scripted, ["a"], "two"), (503, {}, ERROR))
    wider = Window(DAY.start - timedelta(days=1), DAY.end)
    _, asked = ask("sign_in", page(scripted, ["a"]), window=wider)
    assert len(asked) == 1


def test_state_that_began_to_be_read_hours_ago_is_read_anew(ask):
    rule = {"id": "r", "displayName": "x", "isEnabled": True, "sequence": 1}
    later = {"Date": "Wed, 18 Nov 2026 19:00:00 GMT"}
    grants = (200, {}, {"value": [{"clientId": "c", "consentType": "Principal", "scope": "x", "id": "1"}]})
    broken, _ = ask("oauth_grants", grants, (503, {}, ERROR))
    assert broken.outcome is Outcome.THROTTLED
    soon, _ = ask("oauth_grants", (503, {}, ERROR))
    assert soon.read == broken.read
    ask("inbox_rules", (200, later, {"value": [rule]}))  # the tenant's clock goes on
    late, _ = ask("oauth_grants", (503, later, ERROR))
    assert late.read != broken.read


def test_an_expired_page_token_begins_the_listing_anew_and_nothing_counts_twice(ask, scripted, case):
    gone = (410, {}, {"error": {"code": "skipTokenExpired", "message": "The token has expired."}})
    done, asked = ask(
        "sign_in", page(scripted, ["a", "b"], "two"), gone, page(scripted, ["a", "b"], "three"), page(scripted, ["c"])
    )
    assert (done.outcome, done.received) == (Outcome.COMPLETE, 3)
    assert asked[1:] == ["two", asked[0], "three"]
    assert stands(case) == ["a", "b", "c"]


def test_a_token_that_never_holds_ends_as_a_failure_with_what_came(ask, scripted, case):
    gone = (400, {}, {"error": {"code": "BadRequest", "message": "Invalid $skiptoken."}})
    done, asked = ask("sign_in", *[page(scripted, ["a"], "two"), gone] * 3)
    assert (done.outcome, done.received, len(asked)) == (Outcome.FAILED, 1, 6)
    assert stands(case) == ["a"]


def test_a_slice_that_the_gateway_cannot_answer_is_halved(ask, scripted, case):
    timeout = (504, {}, {"error": {"code": "UnknownError", "message": ""}})
    done, asked = ask(
        "sign_in", page(scripted, ["b"], "two"), *[timeout] * 3, page(scripted, ["a"]), page(scripted, ["b"])
    )
    assert (done.outcome, done.received) == (Outcome.COMPLETE, 2)
    assert stands(case) == ["a", "b"]
    assert [text for text in asked if text.endswith("'interactiveUser')")] == [
        f"userId eq 'id-1' and createdDateTime ge {start} and createdDateTime lt {end}"
        " and signInEventTypes/any(t: t eq 'interactiveUser')"
        for start, end in (
            ("2026-11-17T00:00:00Z", "2026-11-18T00:00:00Z"),
            ("2026-11-17T00:00:00Z", "2026-11-17T12:00:00Z"),
            ("2026-11-17T12:00:00Z", "2026-11-18T00:00:00Z"),
        )
    ]


def test_an_hour_that_the_gateway_cannot_answer_is_a_failure(ask):
    window = Window(DAY.start, DAY.start + timedelta(hours=1))
    done, asked = ask("sign_in", (504, {}, ERROR), window=window)
    assert (done.outcome, len(asked)) == (Outcome.FAILED, 3)


def test_slices_grow_where_little_comes(ask, scripted):
    month = Window(DAY.end - timedelta(days=29), DAY.end)
    done, asked = ask("sign_in", page(scripted, ["a"]), page(scripted, ["b"]), page(scripted, ["c"]), window=month)
    assert (done.outcome, done.received, len(asked)) == (Outcome.COMPLETE, 3, 3)


def test_a_cut_answer_is_asked_for_again(ask, scripted, slept):
    cut = (200, {"Content-Type": "application/json"}, b'{"value": [{"id": "a"')
    whole = page(scripted, ["a"])
    done, asked = ask("sign_in", cut, (200, {"Content-Type": "application/json"}, whole[2]))
    assert (done.outcome, done.received, len(asked), len(slept)) == (Outcome.COMPLETE, 1, 2, 1)
