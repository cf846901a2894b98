"""Changes last, leave the trace that Microsoft's services leave, and end what would have followed."""

import json

import pytest

from o365nb.errors import BadInput
from o365nb.practice import PracticeTenant, stories

ANNA = "anna@contoso.example"
PERSON = f"/v1.0/users/{ANNA}"


def user(client):
    names = "accountEnabled,lastPasswordChangeDateTime,signInSessionsValidFromDateTime"
    return client.graph(PERSON, select=names).json()


def responder_audits(client):
    found = client.values("/v1.0/auditLogs/directoryAudits", filter="activityDateTime ge 2026-11-18T12:00:00Z")
    return {record["activityDisplayName"]: record["initiatedBy"]["app"]["displayName"] for record in found}


def test_what_is_changed_is_what_is_read_next(client):
    before = user(client)
    client.graph(PERSON, "PATCH", {"accountEnabled": False})
    client.graph(PERSON, "PATCH", {"passwordProfile": {"password": "a-Long-One-77"}})
    assert client.graph(f"{PERSON}/revokeSignInSessions", "POST").json()["value"] is True
    after = user(client)
    assert (before["accountEnabled"], after["accountEnabled"]) == (True, False)
    assert after["lastPasswordChangeDateTime"] >= "2026-11-18T12:00:00Z" > before["lastPasswordChangeDateTime"]
    assert (
        after["signInSessionsValidFromDateTime"] >= "2026-11-18T12:00:00Z" > before["signInSessionsValidFromDateTime"]
    )


def test_a_restart_continues_where_it_stopped_and_keeps_no_password(tmp_path, open_client):
    with PracticeTenant(story="aitm", state=tmp_path) as tenant:
        client = open_client(tenant)
        client.graph(PERSON, "PATCH", {"passwordProfile": {"password": "Never-On-Disk-99"}})
        client.graph(PERSON, "PATCH", {"accountEnabled": False})
        client.exchange("Disable-InboxRule", Identity="..", Mailbox=ANNA)
        first, truth, now = user(client), tenant.truth, tenant.state.clock.now()
    with PracticeTenant(story="S01", state=tmp_path) as tenant:
        client = open_client(tenant)
        again = user(client)
        rules = client.exchange("Get-InboxRule", Mailbox=ANNA, IncludeHidden=True).json()["value"]
        assert {rule["Name"]: rule["Enabled"] for rule in rules}[".."] is False
        assert responder_audits(client) == {"Disable account": "o365nb", "Reset user password": "o365nb"}
        assert tenant.truth == truth
        assert tenant.state.clock.now() >= now
    del first["@odata.context"], again["@odata.context"]  # it names the port
    assert first == again
    assert "Never-On-Disk-99" not in (tmp_path / "tenant.json").read_text("utf-8")


def test_changes_are_the_responders_in_the_truth_and_in_both_logs(client):
    method = client.values(f"{PERSON}/authentication/microsoftAuthenticatorMethods")[-1]
    assert method["displayName"] == "iPhone 12"
    client.graph(f"{PERSON}/authentication/microsoftAuthenticatorMethods/{method['id']}", "DELETE")
    client.graph(f"{PERSON}/revokeSignInSessions", "POST")
    client.exchange("Remove-InboxRule", Identity="..", Mailbox=ANNA)
    mine = {key: item["source"] for key, item in client.tenant.truth.items() if item["label"] == "responder"}
    audits = client.audit_log(filterStartDateTime="2026-11-18T12:00:00Z")
    logged = {record["id"]: record["operation"] for record in audits if record["id"] in mine}
    assert sorted(logged.values()) == [
        "Admin deleted security info.", "Remove-InboxRule", "Update StsRefreshTokenValidFrom Timestamp.",
    ]  # fmt: skip
    assert sorted(mine.values()) == ["directory_audit", "directory_audit", "ual", "ual", "ual"]
    left = [item["displayName"] for item in client.values(f"{PERSON}/authentication/microsoftAuthenticatorMethods")]
    assert left != []
    assert "iPhone 12" not in left
    again = client.graph(f"{PERSON}/authentication/microsoftAuthenticatorMethods/{method['id']}", "DELETE")
    assert again.status_code == 404


def test_what_a_disabled_account_would_have_done_does_not_happen(client):
    state = client.tenant.state
    coming = [
        entry for entry in state.world.sign_ins
        if entry.actor == ANNA and entry.at > client.tenant.story.now
    ]  # fmt: skip
    person = state.person(ANNA)
    assert coming != []
    client.graph(PERSON, "PATCH", {"accountEnabled": False})
    state.clock._elapsed = 12 * 3600  # half a day later
    shown = {record["id"] for record in state.sign_ins(person.id)}
    assert not {entry.record["id"] for entry in coming} & shown
    state.clock._elapsed = 0


@pytest.mark.parametrize(
    "body",
    [
        {"accountEnabled": "false"},
        {"passwordProfile": {"password": "short"}},
        {"passwordProfile": None},
        {"accountEnabled": False, "passwordProfile": {}},
        {"displayName": "x"},
        {},
        [],
    ],
)
def test_a_change_that_is_refused_changes_nothing(client, body):
    before = json.dumps(client.tenant.state.objects)
    assert client.graph(PERSON, "PATCH", body).status_code == 400
    assert json.dumps(client.tenant.state.objects) == before


def test_a_synced_account_can_be_blocked_here_but_its_password_is_kept_elsewhere(client):
    hugo = "/v1.0/users/hugo@contoso.example"
    names = "onPremisesSyncEnabled,onPremisesSamAccountName,onPremisesDomainName"
    shown = [client.graph(path, select=names).json() for path in (hugo, PERSON)]
    assert [(one["onPremisesSyncEnabled"], one["onPremisesSamAccountName"]) for one in shown] == [
        (True, "hugo"), (None, None),
    ]  # fmt: skip
    both = {"accountEnabled": False, "passwordProfile": {"password": "a-Long-One-77"}}
    refused = client.graph(hugo, "PATCH", both)
    said = refused.json()["error"]
    assert (refused.status_code, said["code"]) == (400, "Request_BadRequest")
    assert said["message"].startswith("Unable to update the specified properties for on-premises mastered")
    assert client.graph(hugo, select="accountEnabled").json()["accountEnabled"] is True
    assert client.graph(hugo, "PATCH", {"accountEnabled": False}).status_code == 204
    assert client.graph(f"{hugo}/revokeSignInSessions", "POST").status_code == 200


def test_the_password_method_cannot_be_deleted(client):
    (password,) = client.values(f"{PERSON}/authentication/passwordMethods")
    assert client.graph(f"{PERSON}/authentication/passwordMethods/{password['id']}", "DELETE").status_code == 400


def test_a_hidden_rule_is_out_of_graphs_reach(client):
    import base64

    hidden = base64.b64encode((11529215046068469761).to_bytes(8, "little")).decode()
    path = f"{PERSON}/mailFolders/inbox/messageRules/{hidden}"
    answers = [client.graph(path, method, body) for method, body in (("PATCH", {"isEnabled": False}), ("DELETE", None))]
    assert [answer.status_code for answer in answers] == [404, 404]


def test_a_folder_of_another_story_or_of_nothing_is_refused(tmp_path):
    with PracticeTenant(story="aitm", state=tmp_path):
        pass
    with pytest.raises(BadInput, match="holds the story 'aitm'"), PracticeTenant(story="traveller", state=tmp_path):
        pass
    (tmp_path / "tenant.json").write_text("{", "utf-8")
    with pytest.raises(BadInput, match="not the state of a practice tenant"), PracticeTenant("aitm", tmp_path):
        pass


def test_an_unknown_story_names_those_that_exist():
    with pytest.raises(BadInput, match=r"aitm \(S01\), .*traveller \(S09\)"):
        PracticeTenant(story="S77")
    assert [info.id for info in stories().values()] == [f"S{number:02}" for number in range(1, 12)]
