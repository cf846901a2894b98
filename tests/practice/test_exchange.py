"""Exchange's administration channel: hidden rules, pages, changes, and what it refuses."""

import pytest

ANNA = "anna@contoso.example"
HIDDEN = "11529215046068469761"


def names(answer):
    return [rule["Name"] for rule in answer.json()["value"]]


def rule(client, number=HIDDEN):
    listed = client.exchange("Get-InboxRule", Mailbox=ANNA, IncludeHidden=True).json()["value"]
    return next((item for item in listed if item["RuleIdentity"] == number), None)


def test_the_hidden_rule_shows_only_when_hidden_ones_are_asked_for(aitm):
    assert names(aitm.exchange("Get-InboxRule", Mailbox=ANNA)) == ["Newsletters"]
    assert names(aitm.exchange("Get-InboxRule", Mailbox=ANNA, IncludeHidden=True)) == [
        "Junk E-mail Rule", "..", "Newsletters",
    ]  # fmt: skip
    graph = aitm.values(f"/v1.0/users/{ANNA}/mailFolders/inbox/messageRules")
    assert [item["displayName"] for item in graph] == ["Newsletters"]


def test_pages_come_by_posting_the_same_again(aitm):
    first = aitm.exchange("Get-InboxRule", Mailbox=ANNA, IncludeHidden=True, size=2)
    second = aitm.exchange(
        "Get-InboxRule", url=first.json()["@odata.nextLink"], Mailbox=ANNA, IncludeHidden=True, size=2
    )
    assert names(first) + names(second) == ["Junk E-mail Rule", "..", "Newsletters"]
    assert "@odata.nextLink" not in second.json()


def test_a_rule_is_switched_off_on_and_removed(client):
    steps = ("Disable-InboxRule", "Enable-InboxRule")
    states = []
    for cmdlet in steps:
        answer = client.exchange(cmdlet, Identity=f"anna\\{HIDDEN}", Mailbox=ANNA, Force=True)
        states.append((answer.status_code, rule(client)["Enabled"]))
    assert states == [(200, False), (200, True)]
    assert client.exchange("Remove-InboxRule", Identity=HIDDEN, Mailbox=ANNA).status_code == 200
    assert rule(client) is None


def test_forwarding_is_set_and_cleared(client):
    def forwarding():
        (mailbox,) = client.exchange("Get-Mailbox", Identity=ANNA).json()["value"]
        return mailbox["ForwardingSmtpAddress"]

    client.exchange("Set-Mailbox", Identity=ANNA, ForwardingSmtpAddress="smtp:x@evil.example")
    set_to = forwarding()
    client.exchange("Set-Mailbox", Identity=ANNA, ForwardingSmtpAddress=None, DeliverToMailboxAndForward=False)
    assert (set_to, forwarding()) == ("smtp:x@evil.example", None)


@pytest.mark.parametrize(
    ("cmdlet", "parameters", "status", "said"),
    [
        ("Remove-InboxRule", {"Identity": "", "Mailbox": ANNA}, 400, "'Identity'"),
        ("Disable-InboxRule", {"Mailbox": ANNA}, 400, "'Identity'"),
        ("Set-Mailbox", {"Identity": " ", "AuditEnabled": False}, 400, "'Identity'"),
        ("Set-Mailbox", {"AuditEnabled": False}, 400, "'Identity'"),
        ("Remove-InboxRule", {"Identity": "999", "Mailbox": ANNA}, 404, "couldn't be found"),
        ("Get-Mailbox", {"Identity": "nobody"}, 404, "couldn't be found"),
        ("Get-Mailbox", {"Identity": ANNA, "Shoes": 1}, 400, "matches parameter name 'Shoes'"),
        ("Remove-Mailbox", {"Identity": ANNA}, 403, "'Remove-Mailbox' is not recognized"),
    ],
)
def test_what_exchange_refuses_changes_nothing(client, cmdlet, parameters, status, said):
    before = client.tenant.state.objects["mailboxes"][ANNA] | {"rules": len(client.tenant.state.objects["rules"][ANNA])}
    answer = client.exchange(cmdlet, **parameters)
    assert answer.status_code == status
    assert said in answer.json()["error"]["details"][0]["message"]
    after = client.tenant.state.objects["mailboxes"][ANNA] | {"rules": len(client.tenant.state.objects["rules"][ANNA])}
    assert before == after


def test_a_body_without_a_cmdlet_is_refused(aitm):
    answer = aitm.session.post(
        f"{aitm.base}/adminapi/beta/x/InvokeCommand", json={"Cmdlet": "Get-Mailbox"},
        headers={"Authorization": f"Bearer {aitm.tokens['https://outlook.office365.com/.default']}"},
    )  # fmt: skip
    assert answer.status_code == 400
