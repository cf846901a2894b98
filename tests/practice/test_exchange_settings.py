"""What the practice tenant's Exchange says of itself: the ordinary of every mailbox, and what it refuses."""

import pytest

ANNA, MARTHA, VIOLA = "anna@contoso.example", "martha@contoso.example", "viola@contoso.example"
SELF = "NT AUTHORITY\\SELF"


def values(client, cmdlet, **parameters):
    answer = client.exchange(cmdlet, **parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()["value"]


def test_mail_flow_of_the_organisation_is_ordinary(reader):
    attacked = reader.tenant.story.slug == "spray"  # an intruder with Exchange's keys added one of each
    *_, rule = rules = sorted(
        values(reader, "Get-TransportRule", ResultSize="Unlimited"), key=lambda item: item["Name"] == "Disclaimer"
    )
    *_, connector = connectors = sorted(
        values(reader, "Get-InboundConnector"), key=lambda item: item["ConnectorType"] == "Partner"
    )
    assert (len(rules), len(connectors)) == (1 + attacked, 1 + attacked)
    assert (rule["Name"], rule["State"], rule["BlindCopyTo"], rule["RedirectMessageTo"]) == (
        "Disclaimer", "Enabled", None, None,
    )  # fmt: skip
    assert (connector["ConnectorType"], connector["SenderDomains"], connector["TreatMessagesAsInternal"]) == (
        "Partner", ["smtp:fabrikam.example;1"], False,
    )  # fmt: skip
    assert values(reader, "Get-OutboundConnector") == values(reader, "Get-JournalRule") == []
    (domain,), (policy,) = values(reader, "Get-RemoteDomain"), values(reader, "Get-HostedOutboundSpamFilterPolicy")
    assert (domain["DomainName"], domain["AutoForwardEnabled"], policy["AutoForwardingMode"]) == (
        "*",
        True,
        "Automatic",
    )
    assert values(reader, "Get-AdminAuditLogConfig")[0]["UnifiedAuditLogIngestionEnabled"] is not attacked
    assert values(reader, "Get-OrganizationConfig")[0]["AuditDisabled"] is False


def test_only_the_assistant_may_open_the_chiefs_mailbox_and_calendar(aitm):
    def rights(upn, folder):
        found = values(aitm, "Get-MailboxFolderPermission", Identity=f"{upn}:\\{folder}")
        return {item["User"]: item["AccessRights"] for item in found}

    assert [item["User"] for item in values(aitm, "Get-MailboxPermission", Identity=MARTHA)] == [SELF, VIOLA]
    assert [item["User"] for item in values(aitm, "Get-MailboxPermission", Identity=ANNA)] == [SELF]
    assert values(aitm, "Get-MailboxPermission", Identity=MARTHA, User=VIOLA)[0]["AccessRights"] == ["FullAccess"]
    assert [item["Trustee"] for item in values(aitm, "Get-RecipientPermission", Identity=ANNA)] == [SELF]
    ordinary = {"Default": ["AvailabilityOnly"], "Anonymous": ["None"]}
    assert rights(ANNA, "Calendar") == ordinary
    assert rights(MARTHA, "Calendar") == {**ordinary, VIOLA: ["Editor"]}
    assert rights(ANNA, "Inbox") == rights(ANNA, "") == {"Default": ["None"], "Anonymous": ["None"]}


def test_a_mailbox_s_protocols_phone_and_reply(reader):
    person = reader.tenant.story.subject
    (cas,) = values(reader, "Get-CASMailbox", Identity=person)
    assert (cas["ImapEnabled"], cas["PopEnabled"], cas["ActiveSyncEnabled"]) == (False, False, True)
    assert values(reader, "Get-MailboxAuditBypassAssociation", Identity=person)[0]["AuditBypassEnabled"] is False
    assert values(reader, "Get-SweepRule", Mailbox=person) == []
    phones = values(reader, "Get-MobileDeviceStatistics", Mailbox=person)
    assert len(phones) == 1 + (reader.tenant.story.slug == "new_phone")
    phone = min(phones, key=lambda item: item["FirstSyncTime"])
    assert phone["FirstSyncTime"] < "2026-10" < phone["LastSuccessSync"]
    (reply,) = values(reader, "Get-MailboxAutoReplyConfiguration", Identity=person)
    graph = reader.graph(f"/v1.0/users/{person}/mailboxSettings").json()["automaticRepliesSetting"]
    assert reply["AutoReplyState"].lower() == graph["status"].lower()
    assert reply["ExternalMessage"] == graph["externalReplyMessage"]


def test_the_intruders_mass_mail_has_restricted_the_account(aitm):
    (sender,) = values(aitm, "Get-BlockedSenderAddress")
    assert (sender["SenderAddress"], sender["CreatedDatetime"]) == (ANNA, "2026-11-18T05:41:00Z")
    assert values(aitm, "Get-BlockedSenderAddress", SenderAddress="bob@contoso.example") == []


@pytest.mark.parametrize(
    ("cmdlet", "parameters", "status", "said"),
    [
        ("Get-TransportRule", {"Identity": "nothing"}, 404, "'nothing' couldn't be found"),
        ("Get-MailboxFolderPermission", {"Identity": f"{ANNA}:\\Kalender"}, 404, "Kalender' couldn't be found"),
        ("Get-MailboxPermission", {"Identity": ""}, 400, "'Identity'"),
        ("Get-MobileDeviceStatistics", {"Mailbox": "nobody"}, 404, "couldn't be found"),
        ("Get-JournalRule", {"ResultSize": "Unlimited"}, 400, "'ResultSize'"),
    ],
)
def test_what_exchange_refuses(aitm, cmdlet, parameters, status, said):
    answer = aitm.exchange(cmdlet, **parameters)
    assert answer.status_code == status
    assert said in answer.json()["error"]["details"][0]["message"]
