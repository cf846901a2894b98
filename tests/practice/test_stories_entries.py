"""S02, S03, S04: what the logs and settings of each must show, asked of the running tenant."""

import json
from collections import Counter
from datetime import datetime

import pytest
from practice.conftest import Client

from o365nb.practice import PracticeTenant
from o365nb.practice.storybook import consent, spray, token_theft

NAMES = {"consent": consent.SUBJECT, "spray": spray.SUBJECT, "token_theft": token_theft.SUBJECT}


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """`told("spray")`: a client of that story's tenant, to read only."""
    made = {}

    def opened(slug):
        if slug not in made:
            made[slug] = Client(PracticeTenant(story=slug, state=tmp_path_factory.mktemp(slug)).start())
        return made[slug]

    yield opened
    for client in made.values():
        client.close()
        client.tenant.stop()


def attackers(client, source=None):
    return {
        key for key, item in client.tenant.truth.items()
        if item["label"] == "attacker" and source in (None, item["source"])
    }  # fmt: skip


def sign_ins(client, *conditions, upn=None, kinds=("interactiveUser", "nonInteractiveUser")):
    """Sign-ins of one person (or of all) that meet the conditions, oldest first."""
    asked = list(conditions)
    if upn:
        asked.append(f"userPrincipalName eq '{upn}'")
    found = []
    for kind in kinds:
        event_type = f"signInEventTypes/any(t: t eq '{kind}')"
        found += client.values("/beta/auditLogs/signIns", filter=" and ".join([*asked, event_type]), top=1000)
    return sorted(found, key=lambda record: (record["createdDateTime"], record["id"]))


def audits(client, upn, *operations):
    found = client.audit_log(userPrincipalNameFilters=[upn], operationFilters=list(operations))
    return {record["id"]: record["auditData"] for record in found}


def changes(client, activity):
    return client.values("/v1.0/auditLogs/directoryAudits", filter=f"activityDisplayName eq '{activity}'")


def modified(record):
    return {
        item["displayName"]: json.loads(item["newValue"])
        for item in record["targetResources"][0]["modifiedProperties"]
        if item["newValue"]
    }


@pytest.mark.parametrize(
    ("upn", "program"), [(consent.SUBJECT, consent.EM_CLIENT), (consent.SECOND, consent.MAIL_BACKUP)]
)
def test_consent_is_given_by_the_users_own_hand_and_used_forty_seconds_later_from_elsewhere(told, upn, program):
    client = told("consent")
    (given,) = [
        record for record in changes(client, "Consent to application")
        if record["initiatedBy"]["user"]["userPrincipalName"] == upn
    ]  # fmt: skip
    said = modified(given)
    assert (said["ConsentContext.IsAdminConsent"], said["TargetId.ServicePrincipalNames"]) == ("False", program.app.id)
    assert f"Scope:  {program.scopes}," in said["ConsentAction.Permissions"]
    assert "offline_access" in program.scopes
    own, first, *_ = (one for one in sign_ins(client, f"appId eq '{program.app.id}'", upn=upn) if not _error(one))
    assert own["ipAddress"] == given["initiatedBy"]["user"]["ipAddress"] != first["ipAddress"]
    assert (own["deviceDetail"]["isManaged"], first["deviceDetail"]["isManaged"]) == (True, False)
    assert (first["isInteractive"], first["autonomousSystemNumber"]) == (False, consent.SERVER.asn)
    assert _seconds(first) - _seconds(given) in (38, 39, 40)


def test_nobody_foreign_signs_in_by_hand_where_consent_was_given(told):
    client = told("consent")
    bad = attackers(client, "sign_in")
    assert bad
    assert [record for record in sign_ins(client, kinds=["interactiveUser"]) if record["id"] in bad] == []


@pytest.mark.parametrize(
    ("upn", "program", "client_info"),
    [
        (consent.SUBJECT, consent.EM_CLIENT, "Client=WebServices"),
        (consent.SECOND, consent.MAIL_BACKUP, "Client=REST"),
    ],
)
def test_the_program_copies_folders_and_opens_mail_for_hours(told, upn, program, client_info):
    client = told("consent")
    bad = attackers(client, "ual")
    read = [data for key, data in audits(client, upn, "MailItemsAccessed").items() if key in bad]
    kinds = Counter(
        item["Value"] for data in read for item in data["OperationProperties"] if item["Name"] == "MailAccessType"
    )
    assert kinds == {"Sync": 24, "Bind": 40}
    assert {data["ClientAppId"] for data in read} == {program.app.id}
    assert {data["ClientInfoString"].startswith(client_info) for data in read} == {True}


def test_the_grant_stands_and_a_new_password_leaves_it_standing(told):
    client = told("consent")
    person = client.tenant.state.person(consent.SUBJECT)
    path = f"/v1.0/users/{person.id}/oauth2PermissionGrants"
    (stands,) = client.values(path)
    assert (stands["consentType"], set(stands["scope"].split())) == ("Principal", set(consent.EM_CLIENT.scopes.split()))
    profile = {"passwordProfile": {"password": "not-kept-4Hk!", "forceChangePasswordNextSignIn": True}}
    assert client.graph(f"/v1.0/users/{person.id}", "PATCH", profile).status_code == 204
    assert client.values(path) == [stands]


def test_nineteen_hundred_guesses_on_fifty_five_accounts_come_from_three_addresses(told):
    client = told("spray")
    wrong = [
        record for record in sign_ins(client, "status/errorCode eq 50126", kinds=["interactiveUser"])
        if record["userAgent"] == "BAV2ROPC"
    ]  # fmt: skip
    assert len(wrong) == 1900
    assert len({record["userPrincipalName"] for record in wrong}) == 55
    assert {record["ipAddress"] for record in wrong} == {place.ip for place in spray.SPRAYERS}
    assert {(record["clientAppUsed"], record["authenticationRequirement"]) for record in wrong} == {
        ("Authenticated SMTP", "singleFactorAuthentication")
    }
    hourly = Counter((record["userPrincipalName"], int(_seconds(record) - 52 * 60) // 3600) for record in wrong)
    assert set(hourly.values()) == {1, 2}
    assert (wrong[0]["createdDateTime"][:10], wrong[-1]["createdDateTime"] < "2026-11-16T03:52:00Z") == (
        "2026-11-13", True,
    )  # fmt: skip


def test_the_right_guess_needs_no_second_factor_and_the_next_hand_comes_from_another_country(told):
    client = told("spray")
    bad = attackers(client, "sign_in")
    hit, desk, *later = (one for one in sign_ins(client, upn=spray.SUBJECT) if one["id"] in bad and not _error(one))
    assert (hit["createdDateTime"], hit["ipAddress"]) == ("2026-11-16T03:52:00Z", spray.SPRAYERS[1].ip)
    assert (hit["clientAppUsed"], hit["userAgent"], hit["authenticationRequirement"]) == (
        "Authenticated SMTP", "BAV2ROPC", "singleFactorAuthentication",
    )  # fmt: skip
    assert (desk["createdDateTime"], desk["location"]["countryOrRegion"]) == ("2026-11-16T05:52:00Z", "RO")
    assert desk["isInteractive"]
    assert {one["isInteractive"] for one in later} == {False}


def test_the_mail_flow_is_changed_in_log_and_state_and_copies_leave_the_house(told):
    client = told("spray")
    bad = attackers(client)
    changed = [data for key, data in audits(client, spray.SUBJECT).items() if key in bad and data["RecordType"] == 1]
    given = {
        data["Operation"]: {item["Name"]: item["Value"] for item in data["Parameters"]}
        for data in sorted(changed, key=lambda data: data["CreationTime"])
    }
    assert list(given) == ["New-TransportRule", "New-InboundConnector", "Set-AdminAuditLogConfig"]
    assert given["New-TransportRule"] == {
        "Name": ".", "BlindCopyTo": spray.LIST, "SubjectOrBodyContainsWords": "password;payment",
        "SetAuditSeverity": "DoNotAudit", "Mode": "Enforce",
    }  # fmt: skip
    assert given["New-InboundConnector"]["SenderIPAddresses"] == spray.RELAY
    assert given["Set-AdminAuditLogConfig"] == {"UnifiedAuditLogIngestionEnabled": "False"}
    rules = client.exchange("Get-TransportRule").json()["value"]
    assert [(rule["Name"], rule["BlindCopyTo"], rule["SetAuditSeverity"]) for rule in rules if rule["Priority"]] == [
        (".", [spray.LIST], "DoNotAudit")
    ]
    connectors = {item["Name"]: item["SenderIPAddresses"] for item in _rows(client, "Get-InboundConnector")}
    assert connectors["Scan relay"] == [spray.RELAY]
    (config,) = _rows(client, "Get-AdminAuditLogConfig")
    assert config["UnifiedAuditLogIngestionEnabled"] is False
    copies = [row for row in client.tenant.state.traces() if row["recipientAddress"] == spray.LIST]
    assert copies
    assert {"payment" in row["subject"].lower() or "password" in row["subject"].lower() for row in copies} == {True}


def test_the_audit_log_stops_while_sign_ins_go_on(told):
    client = told("spray")
    last = max(entry.record["createdDateTime"] for entry in client.tenant.state.world.audits)
    assert last == "2026-11-16T06:52:00Z"
    after = [record for record in client.tenant.state.sign_ins() if record["createdDateTime"] > last]
    assert {record["userPrincipalName"] for record in after} >= set(client.tenant.state.world.people)
    assert attackers(client, "sign_in") & {record["id"] for record in after}


def test_the_home_computers_session_goes_on_in_the_same_town_by_another_line(told):
    client = told("token_theft")
    bad = attackers(client, "sign_in")
    every = [one for one in sign_ins(client, upn=token_theft.SUBJECT) if one["sessionId"] == token_theft.SESSION]
    own, theirs = ([one for one in every if (one["id"] in bad) is mine] for mine in (False, True))
    assert len(own) > 15
    assert {one["ipAddress"] for one in own} == {client.tenant.state.person(token_theft.SUBJECT).home.ip}
    assert {one["deviceDetail"]["deviceId"] for one in every} == {""}
    assert theirs[0]["createdDateTime"] == "2026-11-16T20:26:00Z"
    assert (theirs[0]["isInteractive"], theirs[0]["incomingTokenType"]) == (False, ["refreshToken"])
    assert {(one["location"]["city"], one["autonomousSystemNumber"]) for one in theirs} == {("Koeln", 64523)}
    assert {one["appDisplayName"] for one in theirs if one["isInteractive"]} == {token_theft.CRM.name}


def test_four_hundred_and_twelve_files_come_down_to_a_new_machine(told):
    client = told("token_theft")
    files = audits(client, token_theft.SUBJECT, "FileSyncDownloadedFull")
    assert (len(files), set(files) <= attackers(client)) == (412, True)
    assert {data["MachineId"] for data in files.values()} == {token_theft.MACHINE}
    assert len({data["ObjectId"] for data in files.values()}) == 412


def test_tokens_outlive_the_new_password_until_the_sessions_are_revoked(told):
    client = told("token_theft")
    bad = attackers(client, "sign_in")
    reset = next(one for one in changes(client, "Reset user password"))
    revoked = next(one for one in changes(client, "Update StsRefreshTokenValidFrom Timestamp"))
    assert {one["initiatedBy"]["user"]["userPrincipalName"] for one in (reset, revoked)} == {token_theft.HELPDESK}
    codes = [(one["createdDateTime"], _error(one)) for one in sign_ins(client, upn=token_theft.SUBJECT)
             if one["id"] in bad]  # fmt: skip
    between = [error for time, error in codes if reset["activityDateTime"] < time < revoked["activityDateTime"]]
    assert between == [0, 0, 0]
    assert [error for time, error in codes if time > revoked["activityDateTime"]] == [50173] * 4
    user = client.graph(f"/v1.0/users/{token_theft.SUBJECT}", select="lastPasswordChangeDateTime").json()
    assert user["lastPasswordChangeDateTime"] == "2026-11-17T06:26:00Z"


def test_identity_protection_marks_the_first_use_of_the_token(told):
    client = told("token_theft")
    bad = attackers(client, "sign_in")
    objects = client.tenant.state.objects
    (risk,) = objects["risk_detections"]
    assert risk["requestId"] in bad
    assert (risk["riskEventType"], risk["riskLevel"], risk["userPrincipalName"]) == (
        "anomalousToken", "medium", token_theft.SUBJECT,
    )  # fmt: skip
    assert [(user["userPrincipalName"], user["riskState"]) for user in objects["risky_users"]] == [
        (token_theft.SUBJECT, "atRisk")
    ]


@pytest.mark.parametrize("slug", NAMES)
def test_the_subject_goes_on_with_ordinary_work_beside_the_attack(told, slug):
    client = told(slug)
    bad = attackers(client)
    own = [
        record for record in client.tenant.state.sign_ins()
        if record["userPrincipalName"] == NAMES[slug] and record["id"] not in bad
    ]  # fmt: skip
    assert {record["createdDateTime"][:10] for record in own} >= {"2026-11-16", "2026-11-17", "2026-11-18"}


def _rows(client, cmdlet):
    return client.exchange(cmdlet).json()["value"]


def _error(record):
    return record["status"]["errorCode"]


def _seconds(record):
    text = record.get("createdDateTime") or record["activityDateTime"][:19] + "Z"
    return datetime.fromisoformat(text).timestamp()
