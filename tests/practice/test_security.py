"""Defender and Intune as the practice tenant serves them: as Microsoft publishes it, and refused by plan."""

from dataclasses import replace
from datetime import timedelta

import pytest
from practice.contract import graph

from o365nb.practice import alerts, intune
from o365nb.practice.story import FREE

LUKAS = "lukas@contoso.example"
DEVICES = "/v1.0/deviceManagement/managedDevices"
QUERY = "/v1.0/security/runHuntingQuery"
DEFENDER = "https://api.securitycenter.microsoft.com/.default"


@pytest.fixture(scope="module")
def defender(aitm):
    token = aitm.app().acquire_token_for_client([DEFENDER])["access_token"]
    return lambda path, **query: aitm.graph(f"/api{path}", token=token, **query)


@pytest.fixture
def free(client):
    """The same tenant with a mailbox and nothing else."""
    client.tenant.state.info = replace(client.tenant.state.info, plans=FREE)
    return client


def hunt(client, query, **more):
    return client.graph(QUERY, "POST", {"Query": query, **more})


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/v1.0/security/alerts_v2", {"filter": "severity eq 'low'", "top": 2}),
        ("/v1.0/security/incidents", {"expand": "alerts", "top": 50}),
        ("/v1.0/security/incidents", {}),
        ("/v1.0/security/collaboration/analyzedEmails", {"filter": "recipientEmailAddress eq 'anna@contoso.example'"}),
        (f"/v1.0/users/{LUKAS}/managedDevices", {}),
        (f"/v1.0/users/{LUKAS}/managedAppRegistrations", {}),
        (DEVICES, {"filter": f"userPrincipalName eq '{LUKAS}'"}),
    ],
)
def test_what_is_listed_is_what_is_published(aitm, path, query):
    response = aitm.graph(path, **query)
    assert response.json()["value"]
    graph("v1.0").check(aitm.base, response)


def test_a_device_its_protection_and_its_programs_are_what_is_published(aitm):
    (device,) = aitm.values(f"/v1.0/users/{LUKAS}/managedDevices")
    one = f"{DEVICES}/{device['id']}"
    for part in ("", "/windowsProtectionState", "/windowsProtectionState/detectedMalwareState"):
        graph("v1.0").check(aitm.base, aitm.graph(one + part))
    graph("beta").check(aitm.base, aitm.graph(one.replace("/v1.0/", "/beta/") + "/detectedApps"))
    assert aitm.graph(f"{one}/detectedApps").status_code == 400


def test_the_neglected_laptop_is_out_of_date_and_another_is_not(aitm):
    found = {}
    for upn in (LUKAS, "anna@contoso.example"):
        (device,) = aitm.values(f"/v1.0/users/{upn}/managedDevices")
        state = aitm.graph(f"{DEVICES}/{device['id']}/windowsProtectionState").json()
        found[upn] = (device["complianceState"], state["signatureUpdateOverdue"], state["rebootRequired"])
    assert found == {LUKAS: ("noncompliant", True, True), "anna@contoso.example": ("compliant", False, False)}


def test_an_alert_and_an_incident_alone_are_what_is_published(aitm):
    alert = aitm.values("/v1.0/security/alerts_v2")[0]
    graph("v1.0").check(aitm.base, aitm.graph(f"/v1.0/security/alerts_v2/{alert['id']}"))
    graph("v1.0").check(aitm.base, aitm.graph(f"/v1.0/security/incidents/{alert['incidentId']}"))
    assert aitm.graph("/v1.0/security/alerts_v2/nothing").status_code == 404


def test_alerts_come_page_by_page_the_newest_first(aitm):
    every = aitm.values("/v1.0/security/alerts_v2")
    assert every == aitm.values("/v1.0/security/alerts_v2", top=1)
    times = [alert["createdDateTime"] for alert in every]
    assert times == sorted(times, reverse=True)
    newer = aitm.values("/v1.0/security/alerts_v2", filter=f"createdDateTime gt {times[-1]}")
    assert newer == [alert for alert in every if alert["createdDateTime"] > times[-1]]
    assert aitm.values("/v1.0/security/alerts_v2", **{"$skip": 1}) == every[1:]


def test_a_storys_own_alert_and_malware_are_served(client):
    state, anna = client.tenant.state, client.tenant.state.person("anna@contoso.example")
    when = client.tenant.story.now
    mine = alerts.alert("Suspicious inbox rule", when, [anna], category="DefenseEvasion", addresses=["192.0.2.1"])
    mine["createdDateTime"] = mine["lastUpdateDateTime"] = mine["firstActivityDateTime"]
    state.objects["security"]["alerts"].append(mine)
    state.objects["intune"]["malware"][intune.managed_id(anna.laptop)].append(
        intune.malware("m-1", "PWS:Win32/Stealer", "passwordStealer", "severe", when, state="quarantined")
    )
    response = client.graph("/v1.0/security/alerts_v2", top=1)
    graph("v1.0").check(client.base, response)
    assert response.json()["value"] == [mine]
    found = client.graph(f"{DEVICES}/{intune.managed_id(anna.laptop)}/windowsProtectionState/detectedMalwareState")
    graph("v1.0").check(client.base, found)
    assert [item["displayName"] for item in found.json()["value"]] == ["PWS:Win32/Stealer"]


def test_the_first_story_raises_an_incident_about_its_subject(aitm):
    found = aitm.values("/v1.0/security/incidents", expand="alerts", filter="severity eq 'medium'")
    assert [alert["title"] for alert in found[0]["alerts"]] == [
        "Suspicious inbox manipulation rule",
        "User restricted from sending email",
    ]
    people = [alert["evidence"][0]["userAccount"]["userPrincipalName"] for alert in found[0]["alerts"]]
    assert people == [aitm.tenant.story.subject] * 2


def test_machines_are_found_by_entras_id_and_by_who_logged_on(aitm, defender):
    laptop = aitm.tenant.state.person(LUKAS).laptop
    (by_id,) = defender("/machines", filter=f"aadDeviceId eq {laptop.id}").json()["value"]
    (by_name,) = defender("/users/lukas/machines").json()["value"]
    assert by_id == by_name == {k: v for k, v in defender(f"/machines/{by_id['id']}").json().items() if "@" not in k}
    (user,) = defender(f"/machines/{by_id['id']}/logonusers").json()["value"]
    assert (user["accountDomain"], user["accountName"]) == ("azuread", "lukas")
    assert defender(f"/machines/{by_id['id']}/alerts").json()["value"] == []
    action = defender("/machineactions", filter="status eq 'Succeeded'").json()["value"][0]
    assert defender(f"/machineactions/{action['id']}").json()["type"] == "RunAntiVirusScan"
    assert [defender(path).status_code for path in ("/machines/none", "/machineactions/none")] == [404, 404]
    assert defender("/machines", filter="riskScore eq 'High'").status_code == 400


def test_graphs_token_is_not_defenders(aitm):
    assert aitm.graph("/api/machines").status_code == 401


def test_hunting_answers_in_the_published_form(aitm):
    response = hunt(aitm, 'EmailEvents | where RecipientEmailAddress =~ "ANNA@contoso.example" | take 3')
    contract = graph("v1.0")
    rows = {"microsoft.graph.security.huntingRowResult": response.json()["results"]}  # a row is an open type
    assert len(rows["microsoft.graph.security.huntingRowResult"]) == 3
    assert set(response.json()["schema"][0]) == set(contract.props("microsoft.graph.security.singlePropertySchema")) - {
        "@odata.type"
    }
    assert set(response.json()) - {"@odata.context"} <= set(
        contract.props("microsoft.graph.security.huntingQueryResults")
    )


def test_hunting_knows_the_logs_events(aitm):
    anna = aitm.tenant.state.person("anna@contoso.example")
    rows = hunt(aitm, f'EntraIdSignInEvents | where AccountObjectId =~ "{anna.id}"').json()["results"]
    kept = (aitm.tenant.story.now - timedelta(days=30)).isoformat()
    known = {record["id"] for record in aitm.tenant.state.sign_ins(anna.id) if record["createdDateTime"] > kept}
    assert {row["RequestId"] for row in rows} == known
    short = hunt(aitm, f'EntraIdSignInEvents | where AccountObjectId =~ "{anna.id}"', Timespan="P2D").json()["results"]
    assert 0 < len(short) < len(rows)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ('DeviceLogonEvents | where AccountName in~ ("LUKAS", "anna") and LogonType == "Interactive"', 2),
        ('DeviceLogonEvents | where AccountName =~ "lukas" or (AccountName =~ "anna" and DeviceName has "con")', 2),
        ('DeviceLogonEvents | where AccountName has_any ("lukas") | project AccountName', 1),
        ('DeviceLogonEvents | where AccountName contains "kas" and AccountName startswith "lu"', 1),
        ("DeviceLogonEvents | where AccountName =~ 'luk\\u0061s' and Timestamp >= datetime(2026-11-18)", 1),
        ("DeviceLogonEvents | where AccountName =~ 'lukas\\' or AccountName != \\''", 0),
        ("OAuthAppInfo | summarize arg_max(Timestamp, *) by AppOrigin", 1),
    ],
)
def test_the_language_is_understood(aitm, query, count):
    assert len(hunt(aitm, query, Timespan="P30D").json()["results"]) == count


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("Nothing | take 1", "Failed to resolve table or column expression named 'Nothing'"),
        ("EmailEvents | where Sender == 'x'", "Failed to resolve scalar expression named 'Sender'"),
        ("EmailEvents | join UrlClickEvents", "operator 'join'"),
        ("EmailEvents | where Subject =~ 'open", "Syntax error at position"),
        ("EmailEvents | where Subject =~ 'a' ; drop", "Syntax error"),
        ("EmailEvents | where Subject =~ '\\q'", "no escape sequence"),
        ("EmailEvents | where Timestamp > datetime(soon)", "no time"),
        ("EmailEvents | where Subject near 'x'", "no comparison"),
        ("EmailEvents | where Subject ==", "ends too soon"),
        ("| take 1", "begins with the name of a table"),
        ("", "missing"),
    ],
)
def test_what_is_not_understood_is_refused(aitm, query, said):
    response = hunt(aitm, query)
    assert (response.status_code, response.json()["error"]["code"]) == (400, "BadRequest")
    assert said in response.json()["error"]["message"]


def test_a_table_without_its_plan_does_not_exist_and_the_others_do(client):
    info = client.tenant.state.info
    client.tenant.state.info = replace(info, plans=tuple(plan for plan in info.plans if plan != "THREAT_INTELLIGENCE"))
    assert hunt(client, "UrlClickEvents | take 1").status_code == 400
    assert hunt(client, "DeviceLogonEvents | take 1").status_code == 200
    assert client.graph("/v1.0/security/collaboration/analyzedEmails").status_code == 403


def test_a_free_tenant_has_neither_defender_nor_intune(free):
    token = free.app().acquire_token_for_client([DEFENDER])["access_token"]
    asked = [
        free.graph("/v1.0/security/alerts_v2"),
        free.graph("/v1.0/security/incidents"),
        hunt(free, "EmailEvents | take 1"),
        free.graph("/api/machines", token=token),
        free.graph(f"/v1.0/users/{LUKAS}/managedDevices"),
    ]
    assert [response.status_code for response in asked] == [403, 403, 403, 403, 400]
    assert "Request not applicable to target tenant" in asked[-1].json()["error"]["message"]
