"""S07 in the logs: a stranger's chat, a code, a joined computer and its key, and what a new password does not end."""

import json

import pytest
from practice.conftest import Client

from o365nb.practice import PracticeTenant

HANA, CALLER = "hana@contoso.example", "helpdesk@itservice936.onmicrosoft.example"
COMPUTER, BUILD = "DESKTOP-7Q2LKA9", "10.0.19041.928"


@pytest.fixture(scope="module")
def code(tmp_path_factory):
    with PracticeTenant(story="device_code", state=tmp_path_factory.mktemp("device_code")) as tenant:
        made = Client(tenant)
        yield made
        made.close()


def sign_ins(tenant, label):
    user = tenant.graph(f"/v1.0/users/{HANA}").json()["id"]
    truth = tenant.tenant.truth
    found = [
        record
        for kind in ("interactiveUser", "nonInteractiveUser")
        for record in tenant.values(
            "/beta/auditLogs/signIns", filter=f"userId eq '{user}' and signInEventTypes/any(t: t eq '{kind}')"
        )
        if truth[record["id"]]["label"] == label
    ]
    return sorted(found, key=lambda record: (record["createdDateTime"], record["id"]))


def test_a_stranger_who_calls_himself_the_help_desk_writes_first_and_hana_answers(code):
    chats = {record["id"]: record["auditData"] for record in code.audit_log(userPrincipalNameFilters=[CALLER])}
    (begun,) = [data for data in chats.values() if data["Operation"] == "ChatCreated"]
    assert (begun["CreationTime"], begun["CommunicationType"]) == ("2026-11-16T08:43:00", "OneOnOne")
    assert begun["ParticipantInfo"]["HasForeignTenantUsers"] is True
    assert next((one["DisplayName"], one["UPN"]) for one in begun["Members"]) == ("IT Help Desk", CALLER)
    assert len({one["OrganizationId"] for one in begun["Members"]}) == 2
    assert len(chats) == 4
    answers = code.audit_log(userPrincipalNameFilters=[HANA], keywordFilter=begun["ChatThreadId"])
    truth = code.tenant.truth
    assert {truth[record["id"]]["label"] for record in answers} == {"user"}
    assert {record["operation"] for record in answers} == {"MessageSent"}


def test_the_code_is_confirmed_at_hanas_desk_and_redeemed_on_a_rented_server(code):
    (own,) = [record for record in sign_ins(code, "user") if record["status"]["errorCode"] == 50199]
    first = sign_ins(code, "attacker")[0]
    assert (own["appId"], own["deviceDetail"]["isManaged"]) == (first["appId"], True)
    assert first["appId"] == "29d9ed98-a469-4536-ade2-f981bc1d605e"
    assert first["resourceId"] == "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9"
    assert (first["authenticationProtocol"], first["originalTransferMethod"]) == (["deviceCode"], "deviceCodeFlow")
    assert (first["autonomousSystemNumber"], first["deviceDetail"]["deviceId"]) == (64606, "")
    logons = code.audit_log(userPrincipalNameFilters=[HANA], operationFilters=["UserLoggedIn"])
    logon = next(record["auditData"] for record in logons if record["id"] == first["id"])
    said = {item["Name"]: item["Value"] for item in logon["ExtendedProperties"]}
    assert said["RequestType"] == "Cmsi:Cmsi"


def test_the_computer_is_joined_within_minutes_and_says_a_tools_build(code):
    changes = [
        record for record in code.values("/v1.0/auditLogs/directoryAudits") if COMPUTER in json.dumps(record)
    ]  # fmt: skip
    assert [record["activityDisplayName"] for record in sorted(changes, key=lambda one: one["activityDateTime"])] == [
        "Add device", "Add registered owner to device", "Add registered users to device", "Register device",
    ]  # fmt: skip
    assert {record["activityDateTime"][:16] for record in changes} == {"2026-11-16T09:18"}
    assert BUILD in json.dumps(changes)
    devices = code.graph(f"/v1.0/users/{HANA}/registeredDevices").json()["value"]
    (rogue,) = [item for item in devices if item["displayName"] == COMPUTER]
    assert (rogue["operatingSystemVersion"], rogue["trustType"], rogue["isManaged"]) == (BUILD, "AzureAd", None)
    assert rogue["registrationDateTime"] == "2026-11-16T09:18:00Z"


def test_its_key_is_a_method_of_hanas(code):
    methods = code.graph(f"/v1.0/users/{HANA}/authentication/methods").json()["value"]
    (key,) = [item for item in methods if item["@odata.type"].endswith("windowsHelloForBusinessAuthenticationMethod")]
    assert (key["displayName"], key["createdDateTime"]) == (COMPUTER, "2026-11-16T09:26:00Z")


def test_the_computers_token_works_before_and_after_the_new_password(code):
    rogue = [record for record in sign_ins(code, "attacker") if record["deviceDetail"]["displayName"] == COMPUTER]
    assert {tuple(record["incomingTokenType"]) for record in rogue} == {("primaryRefreshToken",)}
    assert {record["status"]["errorCode"] for record in rogue} == {0}
    (reset,) = code.values("/v1.0/auditLogs/directoryAudits", filter="activityDisplayName eq 'Reset user password'")
    assert reset["initiatedBy"]["user"]["userPrincipalName"] == "nadia@contoso.example"
    times = [record["createdDateTime"] for record in rogue]
    assert min(times) < reset["activityDateTime"] < max(times)
    user = code.graph(f"/v1.0/users/{HANA}", select="lastPasswordChangeDateTime").json()
    assert user["lastPasswordChangeDateTime"] == reset["activityDateTime"][:19] + "Z"
