"""S10 in the logs: a new phone, a rule, an application, a calendar, and all of it Kai's own or the help desk's."""

import pytest
from practice.conftest import Client

from o365nb.practice import PracticeTenant
from o365nb.practice.people import everybody

KAI = "kai@contoso.example"


@pytest.fixture(scope="module")
def phone(tmp_path_factory):
    with PracticeTenant(story="new_phone", state=tmp_path_factory.mktemp("new_phone")) as tenant:
        made = Client(tenant)
        yield made
        made.close()


def changes(client):
    user = client.graph(f"/v1.0/users/{KAI}").json()["id"]
    return {
        record["activityDisplayName"]: record
        for side in (f"initiatedBy/user/id eq '{user}'", f"targetResources/any(t: t/id eq '{user}')")
        for record in client.values("/v1.0/auditLogs/directoryAudits", filter=side)
    }


def test_nothing_in_it_is_an_attackers(phone):
    assert {item["label"] for item in phone.tenant.truth.values()} == {"user", "system"}


def test_the_authenticator_is_added_at_home_after_the_old_one_was_used(phone):
    made = changes(phone)["User registered security info"]
    home = next(person.home for person in everybody() if person.upn == KAI)
    assert made["initiatedBy"]["user"]["ipAddress"] == home.ip
    user = phone.graph(f"/v1.0/users/{KAI}").json()["id"]
    asked = phone.values("/beta/auditLogs/signIns", filter=f"userId eq '{user}' and appDisplayName eq 'My Signins'")
    (entered,) = [record for record in asked if record["createdDateTime"] < made["activityDateTime"]]
    assert (entered["ipAddress"], entered["deviceDetail"]["isManaged"]) == (home.ip, True)
    assert entered["authenticationDetails"][1]["authenticationMethodDetail"] == "Number matching"
    methods = phone.values(f"/v1.0/users/{KAI}/authentication/methods")
    assert "Kai's Pixel 10" in {method.get("displayName") for method in methods}


def test_the_help_desk_gave_a_pass_for_a_ticket(phone):
    given = changes(phone)["Admin registered security info"]
    assert given["initiatedBy"]["user"]["userPrincipalName"] == "nadia@contoso.example"
    asked = "receivedDateTime ge 2026-11-12T00:00:00Z and receivedDateTime le 2026-11-13T00:00:00Z"
    rows = phone.values(
        "/v1.0/admin/exchange/tracing/messageTraces", filter=f"{asked} and senderAddress eq '{KAI}'", top=5000
    )
    assert "INC-20417: new phone" in {row["subject"] for row in rows}


def test_the_application_was_approved_for_the_house(phone):
    consented = changes(phone)["Consent to application"]
    said = {item["displayName"]: item["newValue"] for item in consented["targetResources"][0]["modifiedProperties"]}
    assert "Contacts.Read" in said["ConsentAction.Permissions"]
    (grant,) = phone.values(f"/v1.0/users/{KAI}/oauth2PermissionGrants")
    principal = phone.graph(f"/v1.0/servicePrincipals/{grant['clientId']}").json()
    assert "offline_access" in grant["scope"]
    assert principal["verifiedPublisher"]["displayName"] == "Tradeline Ltd."


def test_the_phone_keeps_the_mailbox_in_step_and_the_calendar_is_closed(phone):
    devices = phone.exchange("Get-MobileDeviceStatistics", Mailbox=KAI).json()["value"]
    assert {device["DeviceModel"] for device in devices} == {"iPhone", "Pixel 10"}
    rights = phone.exchange("Get-MailboxFolderPermission", Identity=f"{KAI}:\\Calendar").json()["value"]
    assert {row["User"]: row["AccessRights"] for row in rights}["Default"] == ["None"]
    rules = phone.exchange("Get-InboxRule", Mailbox=KAI).json()["value"]
    assert "Newsletters" in {rule["Name"] for rule in rules}
