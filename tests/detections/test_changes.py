"""Changes to directory, organisation and mailbox: the telling value by a strange hand, and what is not told of."""

from __future__ import annotations

import json

import pytest
from detections.world import HOSTILE, INTRUDER, act, ask, at, broke_in, usual
from tables import SUBJECT, event, state

from o365nb.model import Answer

OTHER = "bob@contoso.example"
ADMIN = {"actor": "admin@contoso.example", "actor_kind": "admin", "client_ip": "203.0.113.99"}
SYSTEM = {"actor": "nt authority\\system (w3wp)", "actor_kind": "system"}


def made(operation, target=SUBJECT, properties=None, **given):
    """A change in the directory's own log, by the intruder."""
    return act(operation, source="directory_audit", workload="Core Directory", target=target, event_id="it",
               properties=properties or {}, **given)  # fmt: skip


def cmdlet(operation, target=SUBJECT, **parameters):
    """A change in Exchange, by the intruder."""
    properties = {f"Parameters.{name}": value for name, value in parameters.items()}
    return act(operation, target=target, event_id="it", properties=properties)


#: Slug → what the intruder did, and the same operation with a value that tells nothing (None: there is none).
FOUND = {
    "pe-federation": (
        made("Set domain authentication", "contoso.example", {"ModifiedProperties.LiveType": '["Federated"]'}),
        {"ModifiedProperties.LiveType": ""},
    ),
    "pe-xtenant-trust": (made("Add a partner to cross-tenant access setting", "evil"), None),
    "pe-consent-policy": (
        made("Update authorization policy", "Authorization Policy", {
            "ModifiedProperties.AllowUserConsentForRiskyApps": "[true]"}),
        {"ModifiedProperties.AllowUserConsentForRiskyApps": "[false]"},
    ),
    "de-risk-dismissed": (made("DismissUser"), None),
    "pe-new-account": (made("Reset user password", OTHER), None),
    "pe-guest": (made("Invite external user", "box_evil.example#ext#@contoso.example"), None),
    "im-lockout": (made("Change user password"), None),
    "im-profile-change": (
        made("Update user", properties={"ModifiedProperties.Mobile": '["+31 6"]'}),
        {"ModifiedProperties.LastDirSyncTime": "x"},
    ),
    "pe-mfa-weakened": (made("User deleted security info"), None),
    "pe-tap": (
        made("Admin registered security info", properties={
            "ResultReason": "Admin registered temporary access pass method for user"}),
        {"ResultReason": "Admin registered phone method for user"},
    ),
    "pe-app-password": (made("Create application password for user"), None),
    "ia-sspr-abuse": (made("Reset password (self-service)"), None),
    "pe-app-credential": (
        made("Update application - Certificates and secrets management", "Build", {
            "ModifiedProperties.KeyDescription": '["[KeyIdentifier=1]"]',
            "ModifiedProperties.KeyDescription.old": "[]"}),
        {"ModifiedProperties.KeyDescription": "[]", "ModifiedProperties.KeyDescription.old": '["[KeyIdentifier=1]"]'},
    ),
    "pe-app-owner": (made("Add owner to application"), None),
    "pe-oauth-admin-consent": (
        made("Consent to application", "Reader", {"ModifiedProperties.ConsentContext.IsAdminConsent": "True"}),
        {"ModifiedProperties.ConsentContext.IsAdminConsent": "False"},
    ),
    "co-directory-enum": (made("Bulk download users - finished (bulk)", "users.csv"), None),
    "pe-journal": (
        cmdlet("New-JournalRule", "j", JournalEmailAddress="box@evil.example"), {"Parameters.Scope": "Global"},
    ),
    "pe-protocol-enabled": (cmdlet("Set-CASMailbox", ImapEnabled="True"), {"Parameters.ImapEnabled": "False"}),
    "de-audit-retention": (
        cmdlet("Set-UnifiedAuditLogRetentionPolicy", "r", RetentionDuration="ThreeMonths"), {"Parameters.Comment": "x"},
    ),
    "de-tenant-allow": (
        cmdlet("New-TenantAllowBlockListItems", "", Allow="True", Entries="evil.example"), {"Parameters.Block": "True"},
    ),
    "de-protection-off": (
        cmdlet("Disable-SafeLinksRule", "Links", Identity="Links"), {"Parameters.Confirm": "False"},
    ),
    "de-label-dlp": (cmdlet("Set-DlpComplianceRule", "Cards", Disabled="True"), {"Parameters.Disabled": "False"}),
    "co-ediscovery": (cmdlet("New-ComplianceSearchAction", "all", Purge="True", PurgeType="HardDelete"), None),
    "pe-addin": (cmdlet("New-App", "", Url="https://evil.example/a.xml"), {"Parameters.Confirm": "False"}),
    "pe-calendar-publish": (
        cmdlet("Set-MailboxCalendarFolder", PublishEnabled="True"), {"Parameters.PublishEnabled": "False"},
    ),
    "de-junk-lists": (
        cmdlet("Set-MailboxJunkEmailConfiguration", BlockedSendersAndDomains="contoso.example"),
        {"Parameters.ContactsTrusted": "True"},
    ),
    "de-user-block-tip": (
        cmdlet("Set-MailboxRegionalConfiguration", TimeZone="W. Europe Standard Time"), {"Parameters.DateFormat": "d"},
    ),
    "im-autoreply-signature": (
        cmdlet("Set-MailboxAutoReplyConfiguration", ExternalMessage="pay here"),
        {"Parameters.AutoReplyState": "Disabled"},
    ),
}  # fmt: skip
#: Told of whoever did it, with less weight: what concerns the organisation, and what others do to the account.
ALWAYS = {"pe-federation", "pe-xtenant-trust", "pe-consent-policy", "de-risk-dismissed", "pe-app-password",
          "pe-app-owner", "pe-journal", "pe-protocol-enabled", "de-audit-retention", "de-tenant-allow",
          "de-protection-off", "de-label-dlp", "pe-calendar-publish"}  # fmt: skip


@pytest.mark.parametrize("slug", FOUND)
def test_finds_the_intruders_change(tmp_path, slug):
    _, hits = ask(tmp_path, slug, events=[*usual(), broke_in(), FOUND[slug][0]])
    assert [(hit.subject, hit.evidence) for hit in hits] == [(SUBJECT, ("it",))]
    assert hits[0].confidence >= 0.9


@pytest.mark.parametrize("slug", FOUND)
def test_is_silent_about_the_service_an_attempt_and_a_value_that_tells_nothing(tmp_path, slug):
    row, harmless = FOUND[slug]
    innocent = [{**row, **SYSTEM, "event_id": "system"}, {**row, "event_id": "refused", "result": "failure"}]
    innocent += [{**row, "event_id": "other", "properties": harmless}] if harmless else []
    quiet = [{**row, "event_id": "plain", "operation": "Get-Mailbox"}]
    answer, hits = ask(tmp_path, slug, events=[*usual(), broke_in(), *innocent, *quiet])
    assert (answer.verdict, hits) == (Answer.CLEAR, [])


@pytest.mark.parametrize("slug", FOUND)
def test_the_users_own_hand_at_home_is_told_of_only_where_it_matters(tmp_path, slug):
    home = {name: event()[name] for name in INTRUDER if name in event()} | {"session_id": None}
    row = {**FOUND[slug][0], **home, "device_managed": True, "device_id": "0d0d0d0d-0000-4000-8000-000000000001"}
    _, hits = ask(tmp_path, slug, events=[*usual(), row])
    usual_hand = {"pe-app-credential", "pe-oauth-admin-consent", "co-ediscovery", "co-directory-enum"}
    assert [hit.confidence <= 0.6 for hit in hits] == [True] * (slug in ALWAYS | usual_hand)


@pytest.mark.parametrize("slug", FOUND)
def test_survives_hostile_text(tmp_path, slug):
    row = FOUND[slug][0]
    hostile = {**row, "as_org": HOSTILE, "properties": {**row["properties"], "Parameters.Comment": HOSTILE}}
    if row["target"] != SUBJECT:
        hostile["target"] = HOSTILE
    _, hits = ask(tmp_path, slug, events=[*usual(), broke_in(), hostile])
    assert [hit.evidence for hit in hits] == [("it",)]
    assert not any(char in hits[0].summary for char in "\x1b\u202e")


@pytest.mark.parametrize("slug", ["pe-federation", "de-tenant-allow"])
def test_what_concerns_everybody_is_told_of_another_administrator_too(tmp_path, slug):
    _, hits = ask(tmp_path, slug, events=[*usual(), {**FOUND[slug][0], **ADMIN}])
    assert [(hit.subject, hit.confidence <= 0.5) for hit in hits] == [(ADMIN["actor"], True)]


def test_a_change_without_a_place_within_a_day_of_the_break_in_counts(tmp_path):
    nowhere = {"client_ip": None, "asn": None, "as_org": None, "network_kind": None, "country": None,
               "session_id": None, "time": at(hours=3)}  # fmt: skip
    row = {**FOUND["pe-mfa-weakened"][0], **nowhere}
    _, (hit,) = ask(tmp_path / "a", "pe-mfa-weakened", events=[*usual(), broke_in(), row])
    assert (hit.confidence, hit.summary) == (
        0.6, f"{SUBJECT}: user deleted security info, within a day of an unfamiliar sign-in",
    )  # fmt: skip
    assert ask(tmp_path / "b", "pe-mfa-weakened", events=[*usual(), row])[1] == []


def policy(state_="enabled", excluded=(), controls=("mfa",)):
    return json.dumps({"displayName": "MFA", "state": state_, "conditions": {"users": {"excludeUsers": excluded}},
                       "grantControls": {"builtInControls": controls}})  # fmt: skip


def ca_change(old, new, operation="Update conditional access policy", name="ConditionalAccessPolicy", **given):
    properties = {f"ModifiedProperties.{name}": new, f"ModifiedProperties.{name}.old": old}
    return made(operation, "MFA", {key: value for key, value in properties.items() if value is not None}, **given)


WEAKER_SAID = [
    (ca_change(policy(), policy("disabled")), "it was switched off"),
    (ca_change(policy(), policy("enabledForReportingButNotEnforced")), "it only reports from now on"),
    (ca_change(policy(), policy(excluded=["u-7"])), "it spares u-7 from now on"),
    (ca_change(policy(), policy(controls=())), "it no longer asks for mfa"),
    (ca_change(policy(), None, "Delete conditional access policy"), "it was deleted"),
    (ca_change(json.dumps([policy()]), json.dumps([policy("disabled")]), "Update policy", "PolicyDetail"),
     "it was switched off"),
    (ca_change('{"isTrusted": false}', '{"isTrusted": true, "ipRanges": ["198.51.100.0/24"]}',
               "Update named location", "NamedLocation"), "a network is trusted from now on"),
    (ca_change('{"isEnabled": true}', '{"isEnabled": false}', "Update security defaults", "SecurityDefaults"),
         "the security defaults were switched off"),
]  # fmt: skip
WEAKER = [row for row, _ in WEAKER_SAID]


@pytest.mark.parametrize(("change", "told"), WEAKER_SAID)
def test_a_policy_that_got_weaker_says_how(tmp_path, change, told):
    _, (hit,) = ask(tmp_path, "pe-ca-weakened", events=[*usual(), broke_in(), change])
    assert (hit.subject, hit.evidence, hit.confidence) == (SUBJECT, ("it",), 0.9)
    assert f": {told}, from 198.51.100.66" in hit.summary


@pytest.mark.parametrize(
    "change",
    [
        ca_change(policy("disabled"), policy("enabled")),
        ca_change(policy(excluded=["u-7"]), policy()),
        ca_change(policy(), policy(controls=("mfa", "compliantDevice"))),
        ca_change(policy("disabled"), None, "Delete conditional access policy"),
        ca_change(policy(), policy("disabled"), result="failure"),
        ca_change(HOSTILE, HOSTILE),
        ca_change('{"isTrusted": false}', '{"isTrusted": false}', "Update named location", "NamedLocation"),
    ],
)
def test_a_policy_that_got_stronger_or_stayed_is_no_finding(tmp_path, change):
    assert ask(tmp_path, "pe-ca-weakened", events=[*usual(), broke_in(), change])[0].verdict is Answer.CLEAR


def test_a_policy_changed_lately_that_spares_the_account_is_told_of_as_it_stands(tmp_path):
    user = state("user", "u-7", user_id="u-7", display_name="Anna")
    spares = {**state("conditional_access", "p", owner="", changed=at(hours=-1), exclude_users=["u-7"]),
              "kind": "policy", "name": HOSTILE, "state": "enabled"}  # fmt: skip
    old = {**spares, "key": "old", "changed": "2020-01-01T00:00:00"}
    _, (hit,) = ask(tmp_path, "pe-ca-weakened", conditional_access=[spares, old], users=[user])
    assert (hit.subject, hit.evidence, hit.confidence) == (SUBJECT, (spares["key"],), 0.6)


def test_a_policy_that_only_reports_counts_as_it_stands_when_somebody_had_broken_in_before(tmp_path):
    weak = {**state("conditional_access", "p", owner="", changed=at(hours=1)), "kind": "policy", "state": "disabled"}
    _, (hit,) = ask(tmp_path / "a", "pe-ca-weakened", events=[*usual(), broke_in()], conditional_access=[weak])
    assert (hit.subject, hit.confidence) == ("", 0.3)
    assert ask(tmp_path / "b", "pe-ca-weakened", events=usual(), conditional_access=[weak])[1] == []


def test_a_guest_made_a_member_is_told_of_whoever_did_it(tmp_path):
    change = {"ModifiedProperties.UserType": '["Member"]', "ModifiedProperties.UserType.old": '["Guest"]'}
    _, (hit,) = ask(tmp_path, "pe-guest", events=[*usual(), {**made("Update user", properties=change), **ADMIN}])
    assert hit.summary == f"admin@contoso.example made a member of the guest {SUBJECT}"


def test_a_temporary_pass_of_the_help_desk_is_told_of_when_a_stranger_signs_in_after_it(tmp_path):
    passed = {**FOUND["pe-tap"][0], **ADMIN, "time": at(hours=-3)}
    _, (hit,) = ask(tmp_path / "a", "pe-tap", events=[*usual(), passed, broke_in()])
    assert (hit.subject, hit.evidence, hit.confidence) == (SUBJECT, ("it",), 0.4)
    assert ask(tmp_path / "b", "pe-tap", events=[*usual(), passed])[0].verdict is Answer.CLEAR


def test_taking_up_a_role_just_in_time_is_telling_only_elsewhere(tmp_path):
    taken = made("Add member to role completed (PIM activation)", properties={
        "ModifiedProperties.Role.DisplayName": "Exchange Administrator"})  # fmt: skip
    assert len(ask(tmp_path / "a", "pe-role-added", events=[*usual(), broke_in(), taken])[1]) == 1
    home = {**taken, "client_ip": "203.0.113.10", "asn": 64500, "network_kind": "isp", "session_id": None}
    assert ask(tmp_path / "b", "pe-role-added", events=[*usual(), home])[1] == []


def test_a_role_held_since_the_break_in_is_told_of_as_it_stands(tmp_path):
    held = state("role", "1", role=HOSTILE, start=at(hours=4))
    old = {**held, "key": "old", "start": "2020-01-01T00:00:00"}
    _, (hit,) = ask(tmp_path, "pe-role-added", events=[*usual(), broke_in()], roles=[{**held, "state": "active"}, old])
    assert (hit.subject, hit.evidence, hit.confidence) == (SUBJECT, (held["key"],), 0.6)


def test_a_contact_that_mail_is_directed_to_within_the_hour(tmp_path):
    contact = act("New-MailContact", event_id="contact", target="Archive", properties={
        "Parameters.Name": "Archive", "Parameters.ExternalEmailAddress": "box@evil.example"})  # fmt: skip
    forward = act("Set-Mailbox", event_id="forward", target=SUBJECT, time=at(minutes=20),
                  properties={"Parameters.ForwardingAddress": "Archive"})  # fmt: skip
    _, (hit,) = ask(tmp_path / "a", "pe-fwd-contact", events=[*usual(), broke_in(), contact, forward])
    assert (hit.subject, hit.evidence) == (SUBJECT, ("contact", "forward"))
    late = {**forward, "time": at(hours=5)}
    assert ask(tmp_path / "b", "pe-fwd-contact", events=[*usual(), contact, late])[0].verdict is Answer.CLEAR


@pytest.mark.parametrize("after", [True, False], ids=["used by an unfamiliar hand", "used by nobody else"])
def test_a_help_desks_pass_counts_when_somebody_unfamiliar_signs_in_afterwards(tmp_path, after):
    reason = {"ResultReason": "Admin registered temporary access pass method for user"}
    row = event(
        source="directory_audit", workload="AzureActiveDirectory", operation="Admin registered security info",
        actor="desk@contoso.example", target=SUBJECT, time=at(hours=-3), event_id="it", properties=reason,
    )  # fmt: skip
    _, hits = ask(tmp_path, "pe-tap", events=[*usual(), row, *([broke_in()] if after else [])])
    assert [hit.evidence for hit in hits] == [("it",)] * after


def test_a_change_that_two_logs_tell_of_is_one_finding_by_its_name(tmp_path):
    row = {**FOUND["pe-app-credential"][0], "source": "directory_audit", "correlation_id": "flow", "target": "Build"}
    twin = {**row, "source": "ual", "event_id": "twin", "target": "c833aaa2-ce0c"}
    _, hits = ask(tmp_path, "pe-app-credential", events=[*usual(), broke_in(), row, twin])
    assert [hit.evidence for hit in hits] == [("it", "twin")]
    assert '"Build"' in hits[0].summary


def test_of_changes_that_one_request_made_to_several_objects_each_keeps_its_name(tmp_path):
    row = {**FOUND["pe-app-credential"][0], "source": "directory_audit", "correlation_id": "flow", "target": "Build"}
    other = {**row, "event_id": "other", "target": "Deploy"}
    twin = {**row, "source": "ual", "event_id": "twin", "target": "c833aaa2-ce0c"}
    _, hits = ask(tmp_path, "pe-app-credential", events=[*usual(), broke_in(), row, other, twin])
    assert [hit.evidence for hit in hits] == [("it",), ("other",), ("twin",)]
