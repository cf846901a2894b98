"""Filters, pages and limits, as Microsoft's services keep them."""

import pytest

from o365nb.practice import PracticeTenant

ANNA = "anna@contoso.example"


def ids(records):
    return [record["id"] for record in records]


@pytest.fixture(scope="module")
def anna(aitm):
    return aitm.graph(f"/v1.0/users/{ANNA}").json()["id"]


def test_pages_put_together_are_the_whole_and_in_order(aitm, anna):
    asked = f"userId eq '{anna}' and signInEventTypes/any(t: t eq 'nonInteractiveUser')"
    whole = aitm.values("/beta/auditLogs/signIns", filter=asked, top=1000)
    parts = aitm.values("/beta/auditLogs/signIns", filter=asked, top=17)
    assert ids(parts) == ids(whole)
    assert len(whole) > 100
    times = [record["createdDateTime"] for record in whole]
    assert times == sorted(times, reverse=True)


def test_a_page_limit_makes_every_list_a_long_one(tmp_path, open_client):
    with PracticeTenant(story="aitm", state=tmp_path, page_limit=7) as tenant:
        client = open_client(tenant)
        first = client.graph("/v1.0/users", top=100).json()
        assert len(first["value"]) == 7
        assert len(client.values("/v1.0/users", top=100)) == 61  # sixty people and a guest


def test_only_interactive_sign_ins_unless_asked_for(aitm, anna):
    plain = aitm.values("/beta/auditLogs/signIns", filter=f"userId eq '{anna}'")
    typed = aitm.values(
        "/beta/auditLogs/signIns", filter=f"userId eq '{anna}' and signInEventTypes/any(t: t eq 'interactiveUser')"
    )
    assert ids(plain) == ids(typed) != []
    assert {record["isInteractive"] for record in plain} == {True}


def test_a_window_takes_its_start_and_leaves_its_end(aitm, anna):
    def between(start, end):
        asked = f"userId eq '{anna}' and createdDateTime ge {start} and createdDateTime lt {end}"
        return ids(aitm.values("/beta/auditLogs/signIns", filter=asked))

    whole = between("2026-11-17T08:41:00Z", "2026-11-17T08:41:09Z")
    assert len(whole) == 2
    assert whole == between("2026-11-17T08:41:08Z", "2026-11-17T08:41:09Z") + between(
        "2026-11-17T08:41:00Z", "2026-11-17T08:41:08Z"
    )


def test_v1_sign_ins_have_neither_session_nor_token(aitm):
    (record,) = aitm.graph("/v1.0/auditLogs/signIns", top=1).json()["value"]
    assert not {"sessionId", "uniqueTokenIdentifier", "authenticationDetails", "autonomousSystemNumber"} & set(record)


def test_directory_audits_by_doer_and_by_target(aitm, anna):
    since = "activityDateTime ge 2026-11-17T00:00:00Z and activityDateTime le 2026-11-18T12:00:00Z"
    by = aitm.values("/v1.0/auditLogs/directoryAudits", filter=f"{since} and initiatedBy/user/id eq '{anna}'")
    to = aitm.values("/v1.0/auditLogs/directoryAudits", filter=f"{since} and targetResources/any(t: t/id eq '{anna}')")
    assert [record["activityDisplayName"] for record in by] == ["Update user", "User registered security info"]
    assert ids(by) == ids(to)


@pytest.mark.parametrize(
    "asked",
    [
        "sessionId eq 'x'",
        "userId ge 'x'",
        "userId eq",
        "userId eq 'x' and",
        "userId eq 'x' nonsense",
        "(userId eq 'x'",
        "createdDateTime ge 2026-99-99T00:00:00Z",
        'userId eq "x"',
        "signInEventTypes/any(t: u eq 'x')",
        "userId eq 'x'; drop table users",
    ],
)
def test_a_filter_that_the_service_would_not_take_is_refused(aitm, asked):
    answer = aitm.graph("/beta/auditLogs/signIns", filter=asked)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BadRequest")


def test_quotes_in_a_filter_are_doubled(aitm):
    answer = aitm.graph("/v1.0/users", filter="displayName eq 'O''Brien'")
    assert (answer.status_code, answer.json()["value"]) == (200, [])


@pytest.mark.parametrize(
    "query", [{"top": "0"}, {"top": "-1"}, {"top": "many"}, {"skiptoken": "tampered"}, {"skiptoken": "e30"}]
)
def test_a_page_that_is_none_is_refused(aitm, query):
    assert aitm.graph("/beta/auditLogs/signIns", **query).status_code == 400


def test_an_unknown_property_cannot_be_selected(aitm):
    assert aitm.graph(f"/v1.0/users/{ANNA}", select="id,shoeSize").status_code == 400


def test_a_user_has_eleven_properties_unless_asked(aitm):
    user = aitm.graph(f"/v1.0/users/{ANNA}").json()
    assert len(set(user) - {"@odata.context"}) == 11


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ("receivedDateTime ge 2026-11-01T00:00:00Z and receivedDateTime le 2026-11-12T00:00:00Z", "10 days"),
        ("receivedDateTime ge 2026-11-01T00:00:00Z", "Both"),
        ("receivedDateTime ge 2026-07-01T00:00:00Z and receivedDateTime le 2026-07-02T00:00:00Z", "90 days"),
    ],
)
def test_the_message_trace_keeps_its_limits(aitm, asked, why):
    answer = aitm.graph("/v1.0/admin/exchange/tracing/messageTraces", filter=asked)
    assert answer.status_code == 400
    assert why in answer.json()["error"]["message"]


def test_the_message_trace_ignores_an_or_and_gives_two_days_by_default(aitm):
    trace = "/v1.0/admin/exchange/tracing/messageTraces"
    span = "receivedDateTime ge 2026-11-18T00:00:00Z and receivedDateTime le 2026-11-18T12:00:00Z"
    one = aitm.values(trace, filter=f"{span} and senderAddress eq '{ANNA}'", top=5000)
    two = aitm.values(
        trace, filter=f"{span} and senderAddress eq '{ANNA}' or senderAddress eq 'bob@contoso.example'", top=5000
    )
    assert one == two != []
    assert min(record["receivedDateTime"] for record in aitm.values(trace, top=5000)) >= "2026-11-16T12:00:00Z"


def test_an_audit_query_filters_by_operation_and_repeats_records(aitm):
    found = aitm.audit_log(userPrincipalNameFilters=["ANNA@contoso.example"], operationFilters=["Send"])
    assert {record["operation"] for record in found} == {"Send"}
    assert {record["userPrincipalName"] for record in found} == {ANNA}
    unique = len(set(ids(found)))
    assert 0.3 < 1 - unique / len(found) < 0.5


def test_an_audit_query_gives_nothing_before_it_is_done(aitm):
    made = aitm.graph("/v1.0/security/auditLog/queries", "POST", {
        "filterStartDateTime": "2026-11-01T00:00:00Z", "filterEndDateTime": "2026-11-02T00:00:00Z",
    }).json()  # fmt: skip
    early = aitm.graph(f"/v1.0/security/auditLog/queries/{made['id']}/records")
    assert (early.status_code, early.json()["error"]["code"]) == (400, "BadRequest")


SPAN = {"filterStartDateTime": "2026-11-01T00:00:00Z", "filterEndDateTime": "2026-11-02T00:00:00Z"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"filterStartDateTime": "x", "filterEndDateTime": "y"},
        {**SPAN, "filterEndDateTime": "2026-11-02T00:00:00"},
        {**SPAN, "serviceFilter": "Exchange"},
        {**SPAN, "operationFilters": "Send"},
    ],
)
def test_an_audit_query_that_makes_no_sense_is_refused(aitm, body):
    assert aitm.graph("/v1.0/security/auditLog/queries", "POST", body).status_code == 400


def test_a_fault_asked_for_comes_as_often_as_asked(client):
    client.tenant.inject("/v1.0/organization", 429, times=2, headers={"Retry-After": "3"})
    answers = [client.graph("/v1.0/organization") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["Retry-After"] == "3"
    client.tenant.inject(
        "/beta/auditLogs/signIns", 403, code="Authentication_RequestFromNonPremiumTenantOrB2CTenant",
        message="Neither tenant is B2C or tenant doesn't have premium license",
    )  # fmt: skip
    refused = client.graph("/beta/auditLogs/signIns").json()["error"]
    assert refused["code"] == "Authentication_RequestFromNonPremiumTenantOrB2CTenant"
    client.tenant.inject("Get-Mailbox", 503)
    assert client.exchange("Get-AcceptedDomain").status_code == 200
    assert client.exchange("Get-Mailbox", Identity="anna@contoso.example").status_code == 503


def test_every_answer_carries_practice_time_and_a_request_id(aitm):
    for answer in (aitm.graph("/v1.0/organization"), aitm.graph("/v1.0/nowhere"), aitm.exchange("Get-AcceptedDomain")):
        assert answer.headers["Date"].startswith("Wed, 18 Nov 2026 12:")
        assert answer.headers["request-id"]
        assert len(answer.raw.headers.getlist("Date")) == 1
