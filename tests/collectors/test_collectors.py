"""Every collector against the practice tenant, end to end."""

import re
from collections import Counter

import pytest

from o365nb import collectors, intake
from o365nb.case import Coverage
from o365nb.engine import Engine
from o365nb.model import Outcome
from o365nb.progress import Progress

SOURCES = {
    "users": {"graph-user-json"},
    "inbox_rules": {"graph-message-rule-json"},
    "inbox_rules.hidden": {"exchange-inbox-rule-json"},
    "mailboxes": {"exchange-mailbox-json"},
    "oauth_grants": {"graph-oauth-grant-json", "graph-service-principal-json"},
    "auth_methods": {"graph-auth-method-json"},
    "devices": {"graph-device-json"},
    "org_config": {"graph-organization-json", "exchange-accepted-domain-json"},
    "mailbox_permissions": {"exchange-mailbox-permission-json", "exchange-recipient-permission-json"},
    "folder_permissions": {"exchange-folder-permission-json"},
    "sweep_rules": {"exchange-sweep-rule-json"},
    "transport_rules": {"exchange-transport-rule-json", "exchange-journal-rule-json"},
    "connectors": {"exchange-inbound-connector-json", "exchange-outbound-connector-json"},
    "remote_domains": {"exchange-remote-domain-json", "exchange-outbound-spam-policy-json"},
    "audit_config": {"exchange-admin-audit-config-json", "exchange-organization-config-json"},
    "mailbox_settings": {
        *("exchange-cas-mailbox-json", "exchange-audit-bypass-json", "exchange-auto-reply-json"),
        *("exchange-junk-mail-json", "exchange-calendar-processing-json"),
    },
    "mail_protection": {
        *("exchange-connection-filter-json", "exchange-content-filter-json", "exchange-anti-phish-json"),
        *("exchange-dkim-json", "exchange-transport-config-json", "exchange-authentication-policy-json"),
        "exchange-allow-block-json",
    },
    "exchange_roles": {
        *("exchange-role-group-json", "exchange-role-assignment-json", "exchange-application-access-policy-json"),
    },
    "addins": {"exchange-app-json"},
    "quarantine": {"exchange-quarantine-json"},
    "recoverable_items": {"exchange-mailbox-statistics-json", "exchange-recoverable-item-json"},
    "rights_elsewhere": {"exchange-rights-elsewhere-json"},
    "mail_folders": {"graph-mail-folder-json"},
    "calendar_permissions": {"graph-calendar-permission-json"},
    "mobile_devices": {"exchange-mobile-device-json"},
    "blocked_senders": {"exchange-blocked-sender-json"},
    "sign_in_activity": {"graph-sign-in-activity-json"},
    "guests": {"graph-user-json"},
    "memberships": {"graph-membership-json", "graph-owned-object-json"},
    "licences": {"graph-licence-json"},
    "risky_users": {"graph-risky-user-json"},
    "risky_apps": {"graph-risky-user-json", "graph-risk-detection-json"},
    "mfa": {"graph-mfa-state-json"},
    "mfa_registration": {"graph-registration-json"},
    "applications": {"graph-application-json", "graph-service-principal-json", "graph-app-role-json"},
    "app_roles": {"graph-app-role-json"},
    "roles": {"graph-role-assignment-json", "graph-membership-json"},
    "pim": {"graph-role-assignment-json", "graph-group-role-json"},
    "conditional_access": {"graph-conditional-access-json", "graph-named-location-json"},
    "policies": {"graph-policy-json"},
    "domains": {"graph-domain-json"},
    "risk_detection": {"graph-risk-detection-json"},
    "sign_in_service_principal": {"graph-sign-in-json"},
    "sign_in_managed_identity": {"graph-sign-in-json"},
    "managed_devices": {"graph-managed-device-json", "graph-protection-state-json", "graph-malware-state-json"},
    "app_registrations": {"graph-app-registration-json"},
    "detected_apps": {"graph-detected-app-json"},
    "machines": {
        *("defender-machine-json", "defender-logon-user-json", "defender-alert-json"),
        "defender-machine-action-json",
    },
    "alert": {"graph-alert-json"},
    "incident": {"graph-incident-json"},
    "analyzed_emails": {"graph-analyzed-email-json"},
    "hunting/EmailEvents": {"sentinel-email-events-json"},
    "hunting/EmailPostDeliveryEvents": {"hunting-rows-json"},
    "hunting/UrlClickEvents": {"hunting-url-click-events-json"},
    "hunting/CloudAppEvents": {"hunting-cloud-app-events-json"},
    "hunting/EntraIdSignInEvents": {"hunting-sign-in-events-json"},
    "hunting/IdentityLogonEvents": {"hunting-rows-json"},
    "hunting/DeviceLogonEvents": {"hunting-rows-json"},
    "hunting/DeviceProcessEvents": {"hunting-rows-json"},
    "hunting/OAuthAppInfo": {"hunting-rows-json"},
    "sign_in": {"graph-sign-in-json"},
    "sign_in_noninteractive": {"graph-sign-in-json"},
    "password_guesses": {"graph-sign-in-json"},
    "directory_audit": {"graph-directory-audit-json"},
    "ual": {"graph-audit-query-json", "graph-audit-log-record-json"},
    "ual/others": {"graph-audit-query-json", "graph-audit-log-record-json"},
    "message_trace": {"graph-message-trace-json", "graph-message-detail-json"},
    "messages": {"graph-message-json"},
}
LOGS = {"sign_in", "sign_in_noninteractive", "directory_audit", "ual", "ual/others", "message_trace"}
LOGS |= {"password_guesses", "messages", "risk_detection", "sign_in_service_principal", "sign_in_managed_identity"}
LOGS |= {"analyzed_emails", "alert", "incident", *(source for source in SOURCES if source.startswith("hunting/"))}


def test_all_are_found_and_state_is_read_before_logs():
    found = [unit.source for unit in collectors.all_collectors()]
    assert set(found) == set(SOURCES)
    assert len(found) == len(SOURCES)
    assert set(found[-len(LOGS) :]) == LOGS


def test_all_say_what_they_need():
    for unit in collectors.all_collectors():
        assert unit.title
        assert unit.needs
        assert all(right.permission for right in unit.needs)


def test_everything_about_the_subject_is_collected_and_its_custody_holds(practice, tenant, anna, window, case):
    entries = []
    for unit in collectors.all_collectors():
        done = collectors.collect_one(unit, tenant, anna, window, case)
        entries.append(done)
    # Nobody but Sales has consented to an app, and nobody at all for all principals.
    # She administers nothing, and Entra found no risk.
    nothing = {"oauth_grants", "sweep_rules", "app_roles", "pim", "risky_users", "risky_apps", "risk_detection"}
    nothing |= {"quarantine", "rights_elsewhere"}
    unheard = ("EmailPostDeliveryEvents", "UrlClickEvents", "IdentityLogonEvents", "DeviceProcessEvents")
    nothing |= {f"hunting/{table}" for table in unheard}
    expected = dict.fromkeys(SOURCES, Outcome.COMPLETE) | dict.fromkeys(nothing, Outcome.EMPTY)
    assert {entry.source: entry.outcome for entry in entries} == expected
    assert [entry.reason for entry in entries] == [""] * len(SOURCES)
    assert [(e.source, e.subject, e.outcome, e.received) for e in case.ledger.lines()] == [
        (e.source, e.subject, e.outcome, e.received) for e in entries
    ]

    lines = list(case.custody.entries())
    shapes = {source: {line["shape"] for line in lines if line["source"] == source} for source in SOURCES}
    assert shapes == SOURCES | {"oauth_grants": {"graph-oauth-grant-json"}, "risky_users": set()}
    by_source = {e.source: sum(line["records"] for line in lines if line["source"] == e.source) for e in entries}
    assert by_source == {entry.source: entry.received for entry in entries}
    assert len(list(case.verify())) == 3

    secrets = [practice.client_secret.encode(), b"Bearer ", b"eyJ0"]
    for path in case.root.rglob("*"):
        if path.is_file():
            content = case.raw(str(path.relative_to(case.root))) if path.suffix == ".gz" else path.read_bytes()
            assert not [secret for secret in secrets if secret in content], path


def test_state_has_no_window_and_the_organisation_no_owner(collect, evidence):
    assert collect("inbox_rules").window is None
    assert (collect("org_config").subject, collect("org_config").window) == ("", None)
    assert {(line["owner"], line["seen_by"]) for line, _ in evidence("org_config")} == {
        ("", "graph"),
        ("", "exchange"),
    }


def test_custody_says_what_was_asked_of_whom_and_who_answered(collect, evidence, tenant):
    collect("inbox_rules.hidden")
    ((line, _),) = evidence("inbox_rules.hidden")
    assert {key: line[key] for key in ("shape", "owner", "seen_by", "collector", "query")} == {
        "shape": "exchange-inbox-rule-json",
        "owner": "anna@contoso.example",
        "seen_by": "exchange",
        "collector": "HiddenInboxRules",
        "query": "Get-InboxRule -Mailbox 'anna@contoso.example' -IncludeHidden:$true",
    }
    collect("sign_in")
    queries = [line["query"] for line, _ in evidence("sign_in")]
    assert all(query.startswith("GET /beta/auditLogs/signIns?$filter=userId eq '") for query in queries)
    assert all(re.fullmatch(r"[0-9a-f-]{36}", i) for line, _ in evidence("sign_in") for i in line["request_ids"])


def test_the_hidden_rule_is_seen_by_exchange_only(collect, evidence):
    collect("inbox_rules")
    collect("inbox_rules.hidden")
    visible = {rule["displayName"] for _, page in evidence("inbox_rules") for rule in page["value"]}
    everything = {rule["Name"] for _, page in evidence("inbox_rules.hidden") for rule in page["value"]}
    assert visible < everything


def test_both_kinds_of_sign_in_are_the_subjects_own_and_in_the_window(collect, evidence, anna, window):
    for source, interactive in (("sign_in", True), ("sign_in_noninteractive", False)):
        collect(source)
        rows = [row for _, page in evidence(source) for row in page["value"]]
        assert {(row["userId"], row["isInteractive"]) for row in rows} == {(anna.id, interactive)}
        ids = [row["id"] for row in rows]
        assert len(ids) == len(set(ids))
        assert all(f"{window.start:%Y-%m-%dT%H:%M}" <= row["createdDateTime"] for row in rows)


def test_directory_audits_come_from_both_sides(collect, evidence, anna):
    collect("directory_audit")
    sides = {line["path"].split("/")[-1][:2]: list(page["value"]) for line, page in evidence("directory_audit")}
    assert all((row["initiatedBy"].get("user") or {}).get("id") == anna.id for row in sides["by"])
    assert all(anna.id in [target["id"] for target in row["targetResources"]] for row in sides["to"])


def test_the_trace_is_asked_from_both_sides_ten_days_at_a_time(collect, evidence):
    collect("message_trace")
    lines = [line for line, _ in evidence("message_trace")]
    assert {
        side: sum(f"{side} eq" in line["query"] for line in lines) for side in ("senderAddress", "recipientAddress")
    } == {
        "senderAddress": 3,
        "recipientAddress": 3,
    }


def test_every_client_with_a_consent_has_its_service_principal(collect, evidence, tenant):
    entry = collect("oauth_grants", person=collectors.find_person(tenant, "jana@contoso.example"))
    assert (entry.subject, entry.outcome, entry.received) == ("jana@contoso.example", Outcome.COMPLETE, 2)
    pages = evidence("oauth_grants")
    clients = {
        g["clientId"] for line, page in pages if line["shape"] == "graph-oauth-grant-json" for g in page["value"]
    }
    apps = {page["id"] for line, page in pages if line["shape"] == "graph-service-principal-json"}
    assert clients == apps
    assert clients


def test_collecting_again_stores_nothing_twice_and_says_that_state_was_read_again(collect, case):
    for _ in range(2):
        assert collect("inbox_rules").outcome is Outcome.COMPLETE
        collect("sign_in")
    files = [line["path"] for line in case.custody.entries()]
    assert sorted(set(files)) == sorted(path.relative_to(case.root).as_posix() for path in case.root.rglob("*.gz"))
    assert Counter(files).most_common(2)[0][1] == 2
    assert [line["source"] for line in case.custody.entries() if files.count(line["path"]) == 2] == ["inbox_rules"] * 2
    assert [entry.source for entry in case.ledger.entries()] == ["inbox_rules", "sign_in"]


def test_state_read_again_replaces_what_is_gone_and_a_broken_reading_replaces_nothing(
    collect, case, practice, evidence
):
    """`collect --again` after the response: a method that was removed must not stay in the tables."""
    collect("auth_methods")
    (_, first), *_ = evidence("auth_methods")
    methods, whole = practice.state.objects["methods"]["anna@contoso.example"], {m["id"] for m in first["value"]}
    gone = methods.pop()
    try:
        practice.inject("/v1.0/users", 403, method="GET")
        assert collect("auth_methods").outcome is Outcome.DENIED
        assert standing_methods(case) == whole
        assert collect("auth_methods").received == len(whole) - 1
        assert standing_methods(case) == whole - {gone["id"]}
    finally:
        methods.append(gone)
    collect("auth_methods")
    assert standing_methods(case) == whole


def standing_methods(case):
    intake.build_tables(case, Progress())
    with Engine(case) as engine:
        rows = engine.rows("SELECT method_id FROM auth_methods")
    assert len(rows) == len({row["method_id"] for row in rows})
    return {row["method_id"] for row in rows}


def test_the_audit_query_is_waited_for(collect, slept):
    assert collect("ual").received > 0
    assert slept == [1.0, 2.0, 4.0, 8.0][: len(slept)]


@pytest.mark.parametrize("user", ["ANNA@Contoso.example ", "anna@contoso.example"])
def test_a_person_is_found_by_upn_in_any_case(tenant, user):
    person = collectors.find_person(tenant, user)
    assert (person.upn, person.addresses) == ("anna@contoso.example", ("anna@contoso.example",))


def test_the_ledger_line_is_what_was_returned(collect, case):
    entry = collect("users")
    assert entry == Coverage("users", "anna@contoso.example", None, Outcome.COMPLETE, received=1)
