"""The unified audit log three ways: which is taken, what each loses, and that the ledger says so."""

import json
from dataclasses import replace
from datetime import timedelta

import orjson
import pytest

from o365nb.model import Outcome, Window
from o365nb.practice import PracticeTenant
from o365nb.tenant import Profile, connect

GRAPH, SEARCH = "/v1.0/security/auditLog", "Search-UnifiedAuditLog"
KINDS = ("Audit.AzureActiveDirectory", "Audit.Exchange", "Audit.SharePoint", "Audit.General")
EVERY_TIME = 100


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with PracticeTenant(story="aitm", state=tmp_path_factory.mktemp("state")) as tenant:
        yield tenant


@pytest.fixture
def practice(running):
    """One tenant for all; what a test injects or subscribes ends with the test."""
    yield running
    running._site.faults.clear()
    running.state.objects.pop("management", None)


@pytest.fixture
def refuse(practice):
    def refused(*what):
        for path in what:
            practice.inject(path, 403, EVERY_TIME, code="Forbidden", message="not for this app")

    return refused


def ids_of(pages):
    """Every record's id, whichever way it came."""
    found = set()
    for line, page in pages:
        if line["shape"] == "graph-audit-log-record-json":
            found |= {record["id"] for record in page["value"]}
        elif line["shape"] == "extractor-suite-ual-json":
            found |= {orjson.loads(row["AuditData"])["Id"] for row in page["value"]}
        elif line["shape"] == "management-activity-json":
            found |= {record["Id"] for record in page}
    return found


def test_the_submission_is_kept_so_that_a_pending_query_is_found_again(collect, evidence):
    assert collect("ual").outcome is Outcome.COMPLETE
    (line, body), *pages = evidence("ual")
    assert (line["shape"], line["records"], body["status"]) == ("graph-audit-query-json", 0, "notStarted")
    assert line["query"].startswith('POST /security/auditLog/queries {"@odata.type":"#microsoft.graph.security.audit')
    assert {page["shape"] for page, _ in pages} == {"graph-audit-log-record-json"}


def test_the_search_gives_what_the_query_gives_and_says_why_it_was_taken(collect, evidence, refuse, case):
    collect("ual")
    by_query = ids_of(evidence("ual"))
    refuse(GRAPH)
    entry = collect("ual", anew=True)
    rows = [(line, page) for line, page in evidence("ual") if line["shape"] == "extractor-suite-ual-json"]
    assert ids_of(rows) == by_query
    assert (entry.outcome, entry.received) == (Outcome.COMPLETE, sum(line["records"] for line, _ in rows))
    assert entry.reason.startswith("Read by Search-UnifiedAuditLog. Graph's audit query: Graph: POST /v1.0/security")
    assert rows[0][0]["query"].startswith("Search-UnifiedAuditLog -StartDate '2026-10-19T12:")
    assert "-UserIds @('anna@contoso.example')" in rows[0][0]["query"]


def test_the_feed_covers_seven_days_of_a_subscription_and_is_partial(collect, evidence, refuse, practice, anna):
    practice.state.objects["management"] = dict.fromkeys(KINDS[:3], "2026-11-01T00:00:00Z")
    refuse(GRAPH, SEARCH)
    entry = collect("ual")
    pages = evidence("ual")
    assert entry.outcome is Outcome.PARTIAL
    assert entry.received == sum(len(page) for _, page in pages) > 100
    assert all(anna.upn in json.dumps(page).lower() for _, page in pages)
    assert min(record["CreationTime"] for _, page in pages for record in page) > "2026-11-11T08"
    assert entry.reason.startswith("Read by the Management Activity API. It holds seven days, and nothing from before")
    assert "Not subscribed: Audit.General." in entry.reason
    assert set(practice.state.objects["management"]) == set(KINDS[:3])


def test_no_subscription_is_started_for_a_collection(collect, refuse, practice):
    refuse(GRAPH, SEARCH)
    entry = collect("ual")
    assert (entry.outcome, entry.received) == (Outcome.DENIED, 0)
    for said in ("Graph's audit query: ", "Search-UnifiedAuditLog: ", "No subscription of the audit feed runs"):
        assert said in entry.reason
    assert practice.state.objects.get("management", {}) == {}


def test_where_the_cloud_has_no_audit_query_it_is_not_asked_for(collect, practice, case, evidence):
    profile = Profile.simulator(
        base_url=practice.base_url, ca_file=practice.ca_file, tenant_id=practice.tenant_id,
        client_id=practice.client_id,
    )  # fmt: skip
    government = replace(profile, cloud=replace(profile.cloud, name="usgov-high"))
    with connect(government, secret=practice.client_secret, sleep=lambda _: None) as tenant:
        entry = collect("ual", tenant=tenant)
    assert (entry.outcome, entry.reason) == (
        Outcome.COMPLETE,
        "Read by Search-UnifiedAuditLog. Graph's audit query is not offered in cloud usgov-high.",
    )
    assert {line["shape"] for line, _ in evidence("ual")} == {"extractor-suite-ual-json"}


# -- odd answers: a server that says what it is told ---------------------------------------------------------------


def query(identity="q", status="succeeded", cut=False):
    return 200, {}, {"id": identity, "status": status, "isRecordCountLimitExceeded": cut, "recordCountLimit": 10}


def records(*ids):
    return 200, {}, {"value": [{"id": name} for name in ids]}


def test_a_cut_answer_is_asked_for_again_in_halves(scripted, scripted_tenant, collect, evidence, window):
    halves = [query("b"), query("b"), records("1"), records("1"), query("c"), query("c"), records("2"), records("2")]
    scripted.answers = [query("a"), query("a", cut=True), *halves]
    assert collect("ual", tenant=scripted_tenant).outcome is Outcome.COMPLETE
    asked = [json.loads(body) for method, path, _, body in scripted.asked if path.endswith("queries")]
    spans = [(body["filterStartDateTime"], body["filterEndDateTime"]) for body in asked]
    (start, end), first, second = spans
    assert (first[0], first[1], second[1]) == (start, second[0], end)
    assert ids_of(evidence("ual")) == {"1", "2"}


def test_what_stays_cut_is_capped_and_the_day_s_queries_are_spared(scripted, scripted_tenant, collect):
    scripted.by_path |= {"/records": records("r"), "/security/auditLog/queries": query(cut=True)}
    entry = collect("ual", tenant=scripted_tenant)
    assert entry.outcome is Outcome.CAPPED
    assert entry.reason == "The service cut the answer at its limit (10 records): ask for shorter windows."
    submitted = [path for method, path, *_ in scripted.asked if method == "POST" and path.endswith("queries")]
    assert len(submitted) <= 17


def test_a_failed_query_is_submitted_once_more(scripted, scripted_tenant, collect, evidence):
    scripted.answers = [query("a", "notStarted"), query("a", "failed"), query("b"), query("b"), records("1")]
    assert collect("ual", tenant=scripted_tenant).outcome is Outcome.COMPLETE
    assert ids_of(evidence("ual")) == {"1"}


def test_a_second_reading_that_gives_more_is_kept_too(scripted, scripted_tenant, collect, evidence):
    scripted.answers = [query(), query(), records("1"), records("1", "2"), records("2")]
    assert collect("ual", tenant=scripted_tenant).outcome is Outcome.COMPLETE
    assert ids_of(evidence("ual")) == {"1", "2"}


def test_readings_that_never_agree_are_partial(scripted, scripted_tenant, collect):
    scripted.answers = [query(), query(), records("1"), records("2"), records("3")]
    entry = collect("ual", tenant=scripted_tenant)
    assert (entry.outcome, entry.received) == (Outcome.PARTIAL, 3)
    assert entry.reason == "The finished audit query q gave other records each of the 3 times it was read."


def test_a_query_refused_for_the_day_is_searched_for_instead(scripted, scripted_tenant, collect):
    scripted.by_path |= {
        "/security/auditLog/queries": (429, {"Retry-After": "1"}, {"error": {"code": "TooManyRequests"}}),
        "InvokeCommand": (200, {}, {"value": []}),
    }
    entry = collect("ual", tenant=scripted_tenant)
    assert entry.outcome is Outcome.EMPTY
    assert entry.reason.startswith("Read by Search-UnifiedAuditLog. Graph's audit query: ")


def rows(first, last, count):
    made = [
        {"ResultIndex": place, "ResultCount": count, "UserIds": "anna@contoso.example",
         "AuditData": json.dumps({"Id": str(place), "CreationTime": "2026-11-01T00:00:00", "Operation": "x"})}
        for place in range(first, last + 1)
    ]  # fmt: skip
    return 200, {}, {"value": made}


TIMED_OUT = (200, {}, {"value": [{"ResultIndex": -1, "ResultCount": 0, "AuditData": None}]})
NOTHING = (200, {}, {"value": []})


@pytest.fixture
def searching(scripted, scripted_tenant, collect):
    """A tenant without audit queries; `searching(answers)` gives the ledger's line and the sessions asked in."""
    scripted.by_path[GRAPH] = (403, {}, {"error": {"code": "Forbidden", "message": "no"}})
    scripted.by_path["subscriptions/list"] = (200, {}, [])

    def search(*answers):
        scripted.answers = list(answers)
        entry = collect("ual", tenant=scripted_tenant)
        asked = [json.loads(body) for _, path, _, body in scripted.asked if path.endswith("InvokeCommand")]
        return entry, [body["CmdletInput"]["Parameters"] for body in asked]

    return search


def test_a_session_ends_when_it_gives_nothing_more(searching):
    entry, asked = searching(rows(1, 2, 3), rows(3, 3, 3), NOTHING)
    assert (entry.outcome, entry.received, len(asked)) == (Outcome.COMPLETE, 3, 3)
    assert asked[0] == asked[1] == asked[2]
    assert asked[0]["SessionCommand"] == "ReturnLargeSet"


@pytest.mark.parametrize("trouble", [TIMED_OUT, rows(3, 3, 3)], ids=["timed out", "a part never came"])
def test_a_broken_session_is_begun_anew_under_another_name(searching, evidence, trouble):
    entry, asked = searching(rows(1, 1, 3), trouble, rows(1, 3, 3), NOTHING)
    assert (entry.outcome, ids_of(evidence("ual"))) == (Outcome.COMPLETE, {"1", "2", "3"})
    first, second, third, fourth = (given["SessionId"] for given in asked)
    assert (first, third) == (second, fourth)
    assert first != third


def test_sessions_that_always_time_out_are_partial(searching):
    entry, _ = searching(TIMED_OUT)
    assert entry.outcome is Outcome.PARTIAL
    assert "timed out 3 times; 0 of 0 rows came." in entry.reason


def test_a_session_that_gives_less_than_it_names_is_partial(searching):
    entry, _ = searching(rows(1, 2, 9), NOTHING)
    assert entry.outcome is Outcome.PARTIAL
    assert "names 9 rows and gave 2." in entry.reason


def test_a_window_with_nearly_fifty_thousand_rows_is_halved(searching, evidence):
    entry, asked = searching(rows(1, 1, 45_000), rows(1, 1, 1), NOTHING, rows(1, 1, 1), NOTHING)
    assert (entry.outcome, entry.received) == (Outcome.COMPLETE, 2)
    whole, first, _, second, _ = ((given["StartDate"], given["EndDate"]) for given in asked)
    assert (first[0], first[1], second[1]) == (whole[0], second[0], whole[1])


@pytest.fixture
def feeding(scripted, scripted_tenant, collect):
    """A tenant with the feed only; `feeding(answers by path)` gives the ledger's line."""
    refused = (403, {}, {"error": {"code": "Forbidden", "message": "no"}})
    scripted.by_path |= {
        GRAPH: refused,
        "InvokeCommand": refused,
        "subscriptions/list": (200, {}, [{"contentType": "Audit.Exchange", "status": "enabled"}]),
    }

    def feed(**by_path):
        scripted.by_path |= by_path
        window = Window(scripted_tenant.now() - timedelta(hours=20), scripted_tenant.now())
        return collect("ual", tenant=scripted_tenant, window=window)

    return feed


def test_a_content_link_to_another_host_gets_no_token(feeding, scripted):
    entry = feeding(content=(200, {}, [{"contentUri": "https://evil.example/api/v1.0/x/activity/feed/audit/1"}]))
    assert entry.outcome is Outcome.FAILED
    assert "evil.example" in entry.reason


def test_what_has_gone_meanwhile_is_counted(feeding, scripted):
    base = f"{scripted.origin}/api/v1.0/11111111-2222-4333-8444-555555555555/activity/feed/audit"
    gone = (400, {}, {"error": {"code": "AF20051", "message": "Content requested has already expired."}})
    there = (
        200,
        {},
        [{"Id": "1", "CreationTime": "2026-11-18T01:00:00", "Operation": "x", "UserId": "Anna@Contoso.example"}],
    )
    others = (
        200,
        {},
        [{"Id": "2", "CreationTime": "2026-11-18T01:00:00", "Operation": "x", "UserId": "bob@contoso.example"}],
    )
    listed = [{"contentUri": f"{base}/{name}", "contentId": name} for name in ("gone", "there", "other")]
    entry = feeding(**{"audit/gone": gone, "audit/there": there, "audit/other": others, "content": (200, {}, listed)})
    assert (entry.outcome, entry.received) == (Outcome.PARTIAL, 1)
    assert "1 of its 2 parts speak of the account." in entry.reason
    assert "1 parts were gone before they could be read." in entry.reason
