"""S06 in the logs: two relayed sessions, a rule for one sender, a mail about pay, one telephone number twice."""

import pytest
from practice.conftest import Client

from o365nb.practice import PracticeTenant

FRANK, GINA = "frank@contoso.example", "gina@contoso.example"
NUMBER, PERSONNEL = "+1 2025550142", "workday@myworkday.example"


@pytest.fixture(scope="module")
def payroll(tmp_path_factory):
    with PracticeTenant(story="payroll", state=tmp_path_factory.mktemp("payroll")) as tenant:
        made = Client(tenant)
        yield made
        made.close()


def legs(tenant, upn):
    """The attacker's sign-ins on an account, oldest first."""
    user = tenant.graph(f"/v1.0/users/{upn}").json()["id"]
    truth = tenant.tenant.truth
    found = [
        record
        for kind in ("interactiveUser", "nonInteractiveUser")
        for record in tenant.values(
            "/beta/auditLogs/signIns", filter=f"userId eq '{user}' and signInEventTypes/any(t: t eq '{kind}')"
        )
        if truth[record["id"]]["label"] == "attacker"
    ]
    return sorted(found, key=lambda record: (record["createdDateTime"], record["id"]))


@pytest.mark.parametrize("upn", [FRANK, GINA])
def test_one_session_is_relayed_and_used_elsewhere(payroll, upn):
    found = legs(payroll, upn)
    assert len({record["sessionId"] for record in found}) == 1
    assert {record["autonomousSystemNumber"] for record in found} == {64604, 64605}
    first, second = [record for record in found if record["status"]["errorCode"] == 0][:2]
    assert first["correlationId"] == second["correlationId"]
    assert ("Edg/141" in first["userAgent"], "Firefox/128" in second["userAgent"]) == (True, True)
    assert any(record["userAgent"].startswith("axios/") for record in found)


@pytest.mark.parametrize("upn", [FRANK, GINA])
def test_the_personnel_system_is_entered_by_saml_and_the_owner_did_so_before(payroll, upn):
    (entered,) = [record for record in legs(payroll, upn) if record["appDisplayName"] == "Workday"]
    assert (entered["authenticationProtocol"], entered["appOwnerTenantId"][:8] != "f8cdef31") == (["saml20"], True)
    user = payroll.graph(f"/v1.0/users/{upn}").json()["id"]
    own = payroll.values("/beta/auditLogs/signIns", filter=f"userId eq '{user}' and appDisplayName eq 'Workday'")
    assert [record["deviceDetail"]["isManaged"] for record in own].count(True) == 2
    logons = payroll.audit_log(userPrincipalNameFilters=[upn], operationFilters=["UserLoggedIn"])
    logon = next(record["auditData"] for record in logons if record["id"] == entered["id"])
    said = {item["Name"]: item["Value"] for item in logon["ExtendedProperties"]}
    assert said["RequestType"] == "Saml2:processrequest"


def test_the_rule_for_the_personnel_systems_mail_stands_on_both_sides(payroll):
    truth = payroll.tenant.truth
    made = payroll.audit_log(userPrincipalNameFilters=[FRANK], operationFilters=["New-InboxRule"])
    (data,) = {r["id"]: r["auditData"] for r in made if truth[r["id"]]["label"] == "attacker"}.values()
    given = {item["Name"]: item["Value"] for item in data["Parameters"]}
    assert (given["Name"], given["From"], given["DeleteMessage"]) == ("Gandalf", PERSONNEL, "True")
    shown = payroll.graph(f"/v1.0/users/{FRANK}/mailFolders/inbox/messageRules").json()["value"]
    (rule,) = [item for item in shown if item["displayName"] == "Gandalf"]
    assert rule["conditions"] == {"fromAddresses": [{"emailAddress": {"name": PERSONNEL, "address": PERSONNEL}}]}
    assert rule["actions"] == {"stopProcessingRules": True, "delete": True}
    (stands,) = [
        item for item in payroll.exchange("Get-InboxRule", Mailbox=FRANK).json()["value"] if item["Name"] == "Gandalf"
    ]
    assert (stands["From"], stands["DeleteMessage"]) == ([f'"{PERSONNEL}" [SMTP:{PERSONNEL}]'], True)


def test_personnel_is_written_to_and_the_copy_is_destroyed(payroll):
    (row,) = [row for row in payroll.tenant.state.traces("hr@contoso.example") if row["senderAddress"] == FRANK]
    assert (row["subject"], row["fromIP"]) == ("Update direct deposit", "192.0.2.61")
    gone = payroll.audit_log(userPrincipalNameFilters=[FRANK], operationFilters=["HardDelete"])
    assert {item["auditData"]["AffectedItems"][0]["InternetMessageId"] for item in gone} == {row["messageId"]}


def test_the_same_number_stands_on_both_accounts_beside_their_own(payroll):
    for upn in (FRANK, GINA):
        phones = payroll.graph(f"/v1.0/users/{upn}/authentication/phoneMethods").json()["value"]
        assert [(item["phoneType"], item["phoneNumber"] == NUMBER) for item in phones] == [
            ("mobile", False), ("alternateMobile", True),
        ]  # fmt: skip
    changed = payroll.values(
        "/v1.0/auditLogs/directoryAudits", filter="activityDisplayName eq 'User registered security info'"
    )
    assert {item["initiatedBy"]["user"]["userPrincipalName"] for item in changed} == {FRANK, GINA}


def test_both_got_the_lure_and_every_attackers_event_is_on_one_of_them(payroll):
    truth = payroll.tenant.truth
    lured = [row for row in payroll.tenant.state.traces() if row["senderAddress"].endswith("contoso-people.example")]
    assert {(row["recipientAddress"], row["status"]) for row in lured} == {(FRANK, "delivered"), (GINA, "delivered")}
    bad = {key for key, item in truth.items() if item["label"] == "attacker" and item["source"] == "ual"}
    mine = {record["id"] for upn in (FRANK, GINA) for record in payroll.audit_log(userPrincipalNameFilters=[upn])}
    assert bad <= mine
