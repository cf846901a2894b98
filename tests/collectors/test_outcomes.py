"""Not licensed, denied, throttled, cut, expired, failed and empty are different things in the ledger."""

from datetime import timedelta

import pytest

from o365nb import collectors
from o365nb.errors import BadInput, UnknownSubject
from o365nb.model import Outcome, Window
from o365nb.practice import PracticeTenant

SIGN_INS = "/beta/auditLogs/signIns"
QUERIES = "/security/auditLog/queries"
EVERY_TIME = 100


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with PracticeTenant(story="aitm", state=tmp_path_factory.mktemp("state")) as tenant:
        yield tenant


@pytest.fixture
def practice(running):
    """One tenant for all; what a test injects ends with the test."""
    yield running
    running._site.faults.clear()


def test_a_missing_licence_names_the_product(practice, collect):
    practice.inject(
        SIGN_INS,
        403,
        EVERY_TIME,
        code="Authentication_RequestFromNonPremiumTenantOrB2CTenant",
        message="Neither tenant is B2C or tenant doesn't have premium license",
    )
    entry = collect("sign_in")
    assert (entry.outcome, entry.received) == (Outcome.NOT_LICENSED, 0)
    assert "The tenant lacks Microsoft Entra ID P1." in entry.reason


def test_a_missing_right_names_the_permission(practice, collect):
    practice.inject(SIGN_INS, 403, EVERY_TIME, code="Authorization_RequestDenied")
    entry = collect("sign_in")
    assert entry.outcome is Outcome.DENIED
    assert entry.reason.endswith("Needs: AuditLog.Read.All.")


def test_an_empty_answer_is_empty(collect, tenant):
    quiet = Window(tenant.now() - timedelta(days=29, hours=14), tenant.now() - timedelta(days=29, hours=13))
    entry = collect("sign_in", window=quiet)
    assert (entry.outcome, entry.received, entry.reason) == (Outcome.EMPTY, 0, "")


def test_a_throttled_page_is_waited_for(practice, collect, slept):
    practice.inject("/v1.0/users", 429, 2, {"Retry-After": "9"})
    assert collect("inbox_rules").outcome is Outcome.COMPLETE
    assert slept == [9.0, 9.0]


def test_throttled_for_good_is_its_own_outcome(practice, collect, slept):
    practice.inject("/v1.0/users", 429, EVERY_TIME)
    assert collect("inbox_rules").outcome is Outcome.THROTTLED
    assert len(slept) == 6


def test_a_server_error_that_stays_is_a_failure(practice, collect):
    practice.inject("/v1.0/users", 500, EVERY_TIME)
    assert collect("inbox_rules").outcome is Outcome.FAILED


def test_an_exchange_role_that_is_missing_is_denied(practice, collect):
    said = "The term 'Get-InboxRule' is not recognized as the name of a cmdlet."
    practice.inject("Get-InboxRule", 400, EVERY_TIME, code="BadRequest", message=said)
    entry = collect("inbox_rules.hidden")
    assert entry.outcome is Outcome.DENIED
    assert "Exchange.ManageAsApp" in entry.reason


def test_a_401_of_the_message_trace_names_the_missing_app(practice, collect):
    practice.inject("/v1.0/admin/exchange", 401, EVERY_TIME)
    practice.inject("Get-MessageTraceV2", 403, EVERY_TIME)
    entry = collect("message_trace")
    assert entry.outcome is Outcome.DENIED
    assert "8bd644d1-64a1-4d4b-ae52-2e0cbf64e373" in entry.reason
    assert " Get-MessageTraceV2: Exchange: Get-MessageTraceV2 was refused" in entry.reason


def test_an_app_that_is_gone_leaves_the_consents_partial(practice, collect, evidence, tenant):
    practice.inject("/v1.0/servicePrincipals", 404, 1)
    entry = collect("oauth_grants", person=collectors.find_person(tenant, "jana@contoso.example"))
    assert entry.outcome is Outcome.PARTIAL
    assert entry.reason.startswith("1 app with a consent is no longer there (")
    assert evidence("oauth_grants")


def test_one_source_that_is_refused_leaves_the_others_alone(practice, collect):
    practice.inject(SIGN_INS, 403, EVERY_TIME)
    assert [collect(source).outcome for source in ("sign_in", "users")] == [Outcome.DENIED, Outcome.COMPLETE]


def test_a_link_to_a_foreign_host_keeps_what_came_and_says_why_it_stopped(scripted, scripted_tenant, collect, evidence):
    page = {"value": [{"id": "1"}], "@odata.nextLink": "https://evil.example/v1.0/users"}
    scripted.by_path["messageRules"] = (200, {}, page)
    entry = collect("inbox_rules", tenant=scripted_tenant)
    assert (entry.outcome, entry.received) == (Outcome.FAILED, 1)
    assert "evil.example" in entry.reason
    assert entry.reason.endswith("1 record came before that.")
    assert [page for _, page in evidence("inbox_rules")] == [page]


def test_an_audit_query_that_never_ends_is_given_up_after_an_hour(scripted, scripted_tenant, collect, slept):
    scripted.by_path[QUERIES] = (200, {}, {"id": "q-1", "status": "running"})
    entry = collect("ual", tenant=scripted_tenant)
    assert (entry.outcome, entry.received) == (Outcome.FAILED, 0)
    assert entry.reason == "The audit query q-1 is still running after 60 minutes: collect again later."
    assert slept[:8] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert 3600 <= sum(slept) < 3700


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_an_audit_query_that_fails_twice_says_so(scripted, scripted_tenant, collect, status):
    scripted.by_path |= {
        QUERIES: (200, {}, {"id": "q-1", "status": status}),
        "InvokeCommand": (403, {}, {"error": {"code": "Forbidden", "message": "no"}}),
        "subscriptions/list": (200, {}, []),
    }
    entry = collect("ual", tenant=scripted_tenant)
    assert entry.outcome is Outcome.FAILED
    assert entry.reason.startswith(
        f"Graph's audit query: The audit query q-1 ended as {status}. Collect again. Search-UnifiedAuditLog: "
    )


def test_a_connection_that_is_lost_for_good_is_a_failure(scripted, scripted_tenant, collect):
    scripted.by_path["messageRules"] = None
    assert collect("inbox_rules", tenant=scripted_tenant).outcome is Outcome.FAILED


def test_a_service_for_which_there_is_no_token_is_denied(scripted, scripted_tenant, collect):
    said = "AADSTS500011: The resource principal was not found"
    scripted.by_path["/oauth2/v2.0/token"] = (400, {}, {"error": "invalid_resource", "error_description": said})
    entry = collect("mailboxes", tenant=scripted_tenant)
    assert entry.outcome is Outcome.DENIED
    assert "AADSTS500011" in entry.reason


def test_a_window_older_than_the_retention_is_expired(collect, tenant, evidence):
    old = Window(tenant.now() - timedelta(days=90), tenant.now() - timedelta(days=60))
    entry = collect("sign_in", window=old)
    assert (entry.outcome, entry.window, entry.received) == (Outcome.EXPIRED, old, 0)
    assert entry.reason.startswith("The service keeps it 30 days: nothing before 2026-10-19T12:0")
    assert evidence("sign_in") == []


def test_a_window_that_begins_before_the_retention_is_partial(collect, tenant):
    long = Window(tenant.now() - timedelta(days=60), tenant.now())
    entry = collect("sign_in", window=long)
    assert (entry.outcome, entry.window) == (Outcome.PARTIAL, long)
    assert entry.received > 0
    assert collect("ual", window=long).outcome is Outcome.COMPLETE


def test_a_window_that_slipped_by_minutes_is_whole(collect, tenant):
    window = Window(tenant.now() - timedelta(days=30, minutes=20), tenant.now())
    assert collect("sign_in", window=window).outcome is Outcome.COMPLETE


def test_a_window_in_the_future_is_no_silence(collect, tenant):
    later = Window(tenant.now() + timedelta(days=1), tenant.now() + timedelta(days=2))
    assert collect("sign_in", window=later).outcome is Outcome.FAILED


def test_an_account_that_is_not_there_is_said_plainly(tenant):
    with pytest.raises(UnknownSubject) as caught:
        collectors.find_person(tenant, "nobody@contoso.example")
    assert str(caught.value) == (
        "nobody@contoso.example: no such account in the tenant. Check the spelling;"
        " it is the user principal name that counts."
    )
    with pytest.raises(BadInput, match="No account was named"):
        collectors.find_person(tenant, " ")


def test_a_folder_of_another_name_is_a_gap_and_the_others_are_kept(practice, collect):
    practice.inject("Get-MailboxFolderPermission", 404, 1, code="NotFound", message="'anna:\\' couldn't be found")
    entry = collect("folder_permissions")
    assert (entry.outcome, entry.received) == (Outcome.PARTIAL, 4)
    assert entry.reason == "The mailbox shows no top folder."


def test_a_german_mailboxs_calendar_is_found_by_its_kind(practice, collect, evidence):
    kept = practice.state.objects["exchange"]
    kept["folder_names"]["anna@contoso.example"] = {"Calendar": "Kalender", "Inbox": "Posteingang"}
    try:
        entry = collect("folder_permissions")
    finally:
        kept["folder_names"].clear()
    assert (entry.outcome, entry.received, entry.reason) == (Outcome.COMPLETE, 6, "")
    assert [line["query"] for line, _ in evidence("folder_permissions")][1:] == [
        "Get-MailboxFolderPermission -Identity 'anna@contoso.example:\\Posteingang'",
        "Get-MailboxFolderPermission -Identity 'anna@contoso.example:\\Kalender'",
    ]


@pytest.mark.parametrize("source", ["transport_rules", "mailbox_permissions"])
def test_a_right_missing_for_the_second_cmdlet_says_what_came_before(practice, collect, source):
    cmdlet = {"transport_rules": "Get-JournalRule", "mailbox_permissions": "Get-RecipientPermission"}[source]
    practice.inject(cmdlet, 403, EVERY_TIME, code="Forbidden", message=f"The term '{cmdlet}' is not recognized as")
    entry = collect(source)
    assert (entry.outcome, entry.received) == (Outcome.DENIED, 1)
    assert entry.reason.endswith("1 record came before that.")
