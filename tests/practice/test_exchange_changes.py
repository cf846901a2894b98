"""What the practice tenant's Exchange changes: it says no as the service does, and nobody who only reads may do it."""

import pytest

from o365nb.practice.web.exchange import parameters
from o365nb.practice.web.rights import Rights

ANNA, BOB, MARTHA = "anna@contoso.example", "bob@contoso.example", "martha@contoso.example"
HASH = {"@odata.type": "#Exchange.GenericHashTable"}


@pytest.fixture
def say(client):
    """say(cmdlet, ...) → the status, and what is answered or why it is refused."""

    def said(name, **given):
        answer = client.exchange(name, **given)
        body = answer.json()
        return answer.status_code, body["value"] if "value" in body else body["error"]["details"][0]["message"]

    return said


def test_nobody_who_only_reads_may_run_a_cmdlet_that_changes():
    changing = [name for name in parameters() if not name.startswith(("Get-", "Search-"))]
    assert len(changing) > 30
    for role in ("Global Reader", "Security Reader", "Compliance Administrator"):
        assert [name for name in changing if Rights(roles={role}).may_run(name)] == []


@pytest.mark.parametrize(
    ("name", "given", "status", "why"),
    [
        ("Set-CASMailbox", {"Identity": " ", "PopEnabled": True}, 400, "Cannot bind argument to parameter 'Identity'"),
        ("Remove-MailboxPermission", {"Identity": ANNA, "User": "", "AccessRights": ["FullAccess"]}, 400,
         "Cannot bind argument to parameter 'User'"),
        ("Disable-TransportRule", {"Identity": "No such rule"}, 404, "The operation couldn't be performed"),
        ("Enable-App", {"Identity": "none", "Mailbox": ANNA}, 404, "The operation couldn't be performed"),
        ("Remove-MobileDevice", {"Identity": "none"}, 404, "The operation couldn't be performed"),
        ("Remove-BlockedSenderAddress", {"SenderAddress": BOB}, 404, "The sender 'bob@contoso.example' isn't"),
        ("Remove-MailboxFolderPermission", {"Identity": f"{ANNA}:\\Inbox", "User": BOB}, 404,
         "There is no existing permission entry found for user: bob@contoso.example."),
        ("Set-MailboxFolderPermission", {"Identity": f"{ANNA}:\\Nowhere", "User": BOB, "AccessRights": ["None"]}, 404,
         "The operation couldn't be performed"),
        ("Add-MailboxFolderPermission",
         {"Identity": f"{MARTHA}:\\Calendar", "User": "viola@contoso.example", "AccessRights": ["Owner"]}, 400,
         "An existing permission entry was found for user: viola@contoso.example."),
        ("Remove-RoleGroupMember", {"Identity": "Organization Management", "Member": BOB}, 400,
         'The recipient "bob@contoso.example" isn\'t a member'),
        ("Add-RoleGroupMember", {"Identity": "No such group", "Member": BOB}, 404,
         "The operation couldn't be performed"),
    ],
)  # fmt: skip
def test_it_refuses_as_the_service_does(say, name, given, status, why):
    answered, said = say(name, **given)
    assert (answered, said[: len(why)]) == (status, why)


def test_taking_back_a_right_that_nobody_has_is_no_error(say):
    assert say("Remove-MailboxPermission", Identity=ANNA, User=BOB, AccessRights=["FullAccess"]) == (200, [])


def test_a_hash_table_adds_to_a_list_and_takes_out_of_it(say):
    def listed():
        return say("Get-Mailbox", Identity=BOB)[1][0]["GrantSendOnBehalfTo"]

    say("Set-Mailbox", Identity=BOB, GrantSendOnBehalfTo={**HASH, "add": ["viola", "Anna"]})
    say("Set-Mailbox", Identity=BOB, GrantSendOnBehalfTo={**HASH, "remove": "ANNA"})
    assert listed() == ["viola"]
    say("Set-Mailbox", Identity=BOB, GrantSendOnBehalfTo=[])
    assert listed() == []


def test_what_is_set_back_to_the_ordinary_leaves_nothing_behind(say, client):
    kept = client.tenant.state.objects["exchange"]
    for value in (True, False):
        say("Set-CASMailbox", Identity=BOB, PopEnabled=value)
        say("Set-MailboxMessageConfiguration", Identity=BOB, SignatureText="Bob" if value else "")
        say("Set-MailboxFolderPermission", Identity=f"{BOB}:\\Calendar", User="Default",
            AccessRights=["Reviewer" if value else "AvailabilityOnly"])  # fmt: skip
        here = [BOB in kept[name] for name in ("cas", "message_configuration", "folder_rights")]
        assert here == [value] * 3
