"""Mail and Exchange sources: what each asks for, what it leaves out, and what the tables make of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from o365nb import collectors, intake
from o365nb.collectors.messages import fetch_eml
from o365nb.engine import Engine
from o365nb.errors import NotFound
from o365nb.model import Outcome, Window
from o365nb.practice import PracticeTenant, mail_protection
from o365nb.progress import Progress
from o365nb.tenant import Profile, connect

ANNA, VIOLA, MARTHA = "anna@contoso.example", "viola@contoso.example", "martha@contoso.example"
EVIL = "'; DROP TABLE messages; --\u202e\u0000=cmd|x@evil.example"
EVERY_TIME = 1000
AT = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with PracticeTenant(story="aitm", state=tmp_path_factory.mktemp("state")) as tenant:
        yield tenant


@pytest.fixture
def practice(running):
    """One tenant for all; what a test changes ends with the test."""
    kept = orjson.dumps(running.state.objects)
    yield running
    running._site.faults.clear()
    running.state.objects.clear()
    running.state.objects.update(orjson.loads(kept))


@pytest.fixture
def exchange(practice):
    """What a test may change of Exchange's state."""
    kept = practice.state.objects["exchange"]
    for name, value in mail_protection.initial().items():
        kept.setdefault(name, value)
    return kept


@pytest.fixture
def rows(case):
    def found(sql):
        intake.build_tables(case, Progress())
        with Engine(case) as engine:
            return [tuple(row.values()) for row in engine.rows(sql)]

    return found


def facts(rows, owner=""):
    return dict(rows(f"SELECT name, value FROM org_config WHERE owner = '{owner}' ORDER BY name"))


# -- message trace -------------------------------------------------------------------------------------------------


def traced(rows):
    return rows("SELECT actor, target, time, result FROM events WHERE source = 'message_trace' ORDER BY event_id")


def test_the_cmdlet_gives_the_rows_that_graph_gives(practice, collect, case, rows):
    by_graph = collect("message_trace")
    first = traced(rows)
    practice.inject("/v1.0/admin/exchange", 401, EVERY_TIME)
    by_cmdlet = collect("message_trace", anew=True)
    assert (by_graph.outcome, by_cmdlet.outcome) == (Outcome.COMPLETE, Outcome.COMPLETE)
    assert by_cmdlet.reason.startswith("Read by Get-MessageTraceV2. Graph's message trace: ")
    assert traced(rows) == first
    assert {line["shape"] for line in case.custody.entries() if line["read"] == by_cmdlet.read} == {
        "exchange-message-trace-json", "exchange-message-detail-json",
    }  # fmt: skip


def test_where_the_cloud_has_no_trace_in_graph_it_is_not_asked_for(practice, collect, case):
    profile = Profile.simulator(
        base_url=practice.base_url, ca_file=practice.ca_file, tenant_id=practice.tenant_id,
        client_id=practice.client_id,
    )  # fmt: skip
    government = replace(profile, cloud=replace(profile.cloud, name="usgov-high"))
    with connect(government, secret=practice.client_secret, sleep=lambda _: None) as tenant:
        entry = collect("message_trace", tenant=tenant)
    assert entry.outcome is Outcome.COMPLETE
    assert entry.reason == "Read by Get-MessageTraceV2. Graph's message trace is not offered in cloud usgov-high."


def test_the_steps_of_conspicuous_messages_are_kept(collect, rows):
    collect("message_trace")
    steps = rows("SELECT trace_id, event, recipient FROM message_details ORDER BY key")
    assert {event for _, event, _ in steps} >= {"Receive", "Submit"}
    assert len({trace for trace, *_ in steps}) <= 25
    assert all(recipient and "@" in recipient for *_, recipient in steps)


def graph_rows(*recipients, sender=ANNA):
    listed = [
        {"id": f"t-{place}", "messageId": f"<{place}>", "receivedDateTime": "2026-11-17T09:00:00Z",
         "senderAddress": sender, "recipientAddress": name, "status": "failed"}
        for place, name in enumerate(recipients)
    ]  # fmt: skip
    return 200, {}, {"value": listed}


@pytest.fixture
def short(scripted_tenant):
    return Window(scripted_tenant.now() - timedelta(days=2), scripted_tenant.now())


def test_rows_about_others_say_that_the_filter_was_not_kept(scripted, scripted_tenant, collect, short):
    scripted.by_path |= {
        "getDetailsByRecipient": (200, {}, {"value": []}),
        "messageTraces": graph_rows("x@y.example", sender="bob@contoso.example"),
    }
    entry = collect("message_trace", tenant=scripted_tenant, window=short)
    assert entry.outcome is Outcome.PARTIAL
    assert entry.reason == "2 rows were about other addresses: the service did not keep to the filter."


def test_more_conspicuous_messages_than_details_is_said(scripted, scripted_tenant, collect, short):
    scripted.by_path |= {
        "getDetailsByRecipient": (200, {}, {"value": []}),
        "recipientAddress%20eq": (200, {}, {"value": []}),
        "messageTraces": graph_rows(*(f"p{place}'s@y.example" for place in range(40))),
    }
    entry = collect("message_trace", tenant=scripted_tenant, window=short)
    assert (entry.outcome, entry.reason) == (
        Outcome.COMPLETE, "Details were read of 25 of 40 conspicuous messages.",
    )  # fmt: skip
    asked = [path for _, path, *_ in scripted.asked if "getDetails" in path]
    assert len(asked) == 25
    assert "recipientAddress='p0''s@y.example'" in asked[0]


# -- Exchange ------------------------------------------------------------------------------------------------------


def test_exceptions_of_the_filters_become_facts(exchange, collect, rows):
    exchange["allow_block"]["Sender"] = [
        {"Value": EVIL, "Action": "Allow", "ExpirationDate": None, "ModifiedBy": ANNA, "Notes": "<script>"}
    ]
    exchange["connection_filters"][0]["IPAllowList"] = ["203.0.113.9"]
    assert collect("mail_protection").outcome is Outcome.COMPLETE
    found = facts(rows)
    assert found["IPAllowList:Default"] == "203.0.113.9"
    assert found["SmtpClientAuthenticationDisabled"] == "True"
    (exception,) = (value for name, value in found.items() if name.startswith("Allow:"))
    assert exception == f"ModifiedBy {ANNA}, Notes <script>"


def test_a_filter_that_may_not_be_read_leaves_the_others(practice, collect):
    said = "The term 'Get-AntiPhishPolicy' is not recognized as"
    practice.inject("Get-AntiPhishPolicy", 403, EVERY_TIME, code="Forbidden", message=said)
    entry = collect("mail_protection")
    assert (entry.outcome, entry.received) == (Outcome.PARTIAL, 5)  # two domains are signed
    assert entry.reason.startswith("1 of its parts were refused: ")


def test_whoever_may_read_every_mailbox_is_named(exchange, collect, rows):
    role = mail_protection.role_assignment("ApplicationImpersonation", "svc-sync", "ServicePrincipal", AT, "svc-sync")
    exchange["role_assignments"].append(role)
    exchange["application_access_policies"] = [
        {"Identity": "p", "AppId": "a-1", "AccessRight": "RestrictAccess", "ScopeName": "Finance"}
    ]
    assert collect("exchange_roles").outcome is Outcome.COMPLETE
    assert rows("SELECT role, assignee, assignee_kind FROM exchange_roles ORDER BY role") == [
        ("ApplicationImpersonation", "svc-sync", "ServicePrincipal"),
        ("Organization Management", "carol@contoso.example", "member"),
    ]
    assert facts(rows)["ApplicationAccessPolicy:a-1"] == "RestrictAccess to Finance"


def test_junk_lists_and_calendar_belong_to_the_mailbox(exchange, collect, rows):
    exchange["junk"][ANNA] = {"TrustedSendersAndDomains": ["evil.example", EVIL.replace("\u0000", "")]}
    collect("mailbox_settings")
    found = facts(rows, ANNA)
    assert found["TrustedSendersAndDomains"].startswith("evil.example, ")
    assert found["AutomateProcessing"] == "AutoUpdate"


def test_an_add_in_is_kept_beside_microsoft_s_own(exchange, collect, rows):
    exchange["addins"][ANNA] = [
        {"AppId": "a-1", "DisplayName": EVIL.replace("\u0000", ""), "ProviderName": "x", "Type": "Custom",
         "Scope": "User", "Requirements": "ReadWriteMailbox", "Enabled": True}
    ]  # fmt: skip
    assert collect("addins").received == 2
    assert rows("SELECT app_id, scope, requirements FROM addins WHERE provider <> 'Microsoft'") == [
        ("a-1", "User", "ReadWriteMailbox")
    ]


def test_quarantined_mail_is_found_from_both_sides(exchange, collect, rows, evidence):
    exchange["quarantine"] = [
        mail_protection.quarantined("<in>", "x@evil.example", ANNA, "Invoice", AT),
        mail_protection.quarantined("<out>", ANNA, "y@fabrikam.example", "Invoice", AT),
        mail_protection.quarantined("<else>", "x@evil.example", VIOLA, "Invoice", AT),
    ]
    entry = collect("quarantine")
    assert (entry.outcome, entry.received) == (Outcome.COMPLETE, 2)
    assert rows("SELECT message_id, sender, released FROM quarantine ORDER BY message_id") == [
        ("<in>", "x@evil.example", False),
        ("<out>", ANNA, False),
    ]


def test_deleted_items_are_listed_or_the_missing_role_is_named(exchange, collect, rows, practice, anna):
    exchange["recoverable"][ANNA] = [mail_protection.recoverable(_person(practice, ANNA), "Invoice", AT)]
    assert collect("recoverable_items").received == 2
    assert rows("SELECT subject, folder FROM messages") == [("Invoice", "Recoverable Items\\Deletions")]
    said = "The term 'Get-RecoverableItems' is not recognized as"
    practice.inject("Get-RecoverableItems", 403, EVERY_TIME, code="Forbidden", message=said)
    entry = collect("recoverable_items", anew=True)
    assert (entry.outcome, entry.received) == (Outcome.DENIED, 1)
    assert "Mailbox Import Export" in entry.reason


def _person(practice, upn):
    return practice.state.world.people[upn]


def test_what_an_account_may_in_other_mailboxes(exchange, collect, rows, tenant):
    exchange["send_as"][ANNA] = [VIOLA]
    entry = collect("rights_elsewhere", person=collectors.find_person(tenant, VIOLA))
    assert (entry.outcome, entry.received) == (Outcome.COMPLETE, 2)
    found = rows('SELECT owner, trustee, "right", deny FROM rights_elsewhere ORDER BY owner')
    assert found == [("anna", VIOLA, "SendAs", False), (MARTHA, VIOLA, "FullAccess", False)]
    assert rows("SELECT * FROM mailbox_permissions") == []


# -- Graph ---------------------------------------------------------------------------------------------------------


def test_sent_messages_come_with_headers_and_without_bodies(collect, rows, evidence, anna):
    entry = collect("messages")
    assert entry.outcome is Outcome.COMPLETE
    for _, page in evidence("messages"):
        assert not [name for message in page["value"] for name in message if name in ("body", "uniqueBody")]
    sent = rows("SELECT message_id, sender, len(recipients), len(headers), folder FROM messages ORDER BY sent")
    assert len(sent) == entry.received > 20
    assert {(sender, headers > 0, folder) for _, sender, _, headers, folder in sent} == {(ANNA, True, "sentitems")}
    listed = rows("SELECT DISTINCT message_id FROM events WHERE source = 'message_trace'")
    assert listed == []  # the two sources are apart


def test_a_deleted_message_is_found_where_it_can_be_got_back(exchange, collect, rows, practice):
    trace = next(row["id"] for row in practice.state.traces(ANNA) if row["senderAddress"] == ANNA)
    exchange["recoverable_messages"] = {ANNA: [trace]}
    collect("messages")
    assert len(rows("SELECT 1 FROM messages WHERE folder = 'recoverableitemsdeletions'")) == 1


def test_a_mailbox_without_a_folder_of_deleted_items_is_partial(practice, collect, anna):
    path = f"/v1.0/users/{anna.id}/mailFolders/recoverableitemsdeletions"
    practice.inject(path, 404, 1, code="ErrorItemNotFound")
    entry = collect("messages")
    assert entry.outcome is Outcome.PARTIAL
    assert entry.reason.startswith("The mailbox shows no folder recoverableitemsdeletions: ")


def test_one_message_is_fetched_whole_on_request_only(practice, tenant, anna):
    row = next(row for row in practice.state.traces(ANNA) if row["senderAddress"] == ANNA)
    (raw,) = fetch_eml(tenant, anna, row["messageId"].strip("<>"))
    assert raw.body.startswith(b"Date: ")
    assert row["messageId"].encode() in raw.body
    assert (raw.shape, raw.name) == ("", "message-01.eml")
    with pytest.raises(NotFound, match="has no message <it's-none>"):
        list(fetch_eml(tenant, anna, "it's-none"))


def test_folders_below_folders_and_hidden_ones_are_counted(collect, rows):
    assert collect("mail_folders").outcome is Outcome.COMPLETE
    found = rows("SELECT name, hidden FROM mail_folders ORDER BY name")
    assert ("2025", False) in found
    assert ("Conversation Action Settings", True) in found
    assert len(found) == 12


def test_rights_to_the_calendar_in_exchange_s_words(collect, rows, tenant):
    collect("calendar_permissions", person=collectors.find_person(tenant, MARTHA))
    assert rows("SELECT trustee, trustee_kind, rights FROM folder_permissions ORDER BY trustee") == [
        ("default", "default", ["AvailabilityOnly"]),
        (VIOLA, "named", ["Editor"]),
    ]


def test_what_is_missing_has_the_last_word_over_why_another_way_was_taken(scripted, scripted_tenant, collect, short):
    stray = {"MessageTraceId": "t", "SenderAddress": "bob@contoso.example", "RecipientAddress": "x@y.example",
             "Received": "2026-11-17T09:00:00", "Status": "Delivered"}  # fmt: skip
    scripted.by_path |= {
        "messageTraces": (403, {}, {"error": {"code": "Forbidden", "message": "no"}}),
        "InvokeCommand": (200, {}, {"value": [stray]}),
    }
    entry = collect("message_trace", tenant=scripted_tenant, window=short)
    assert entry.outcome is Outcome.PARTIAL
    assert entry.reason.startswith("2 rows were about other addresses")
    assert "Read by Get-MessageTraceV2." in entry.reason


@pytest.mark.parametrize("order", [1, -1])
def test_a_right_that_both_sides_show_is_one_row_whichever_was_asked_first(collect, rows, order):
    for source in ("folder_permissions", "calendar_permissions")[::order]:
        assert collect(source).outcome is Outcome.COMPLETE
    assert rows(
        "SELECT trustee, rights, seen_by FROM folder_permissions WHERE folder = 'Calendar' ORDER BY trustee"
    ) == [
        ("anonymous", ["None"], ["exchange"]),
        ("default", ["AvailabilityOnly"], ["exchange", "graph"]),
    ]
