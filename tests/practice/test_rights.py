"""Rights, roles and licences: each service refuses in its own words."""

import re

import pytest
from practice.conftest import EXCHANGE, GRAPH, Client

from o365nb.errors import BadInput
from o365nb.practice import PracticeTenant, stories
from o365nb.practice.web.asked import Asked
from o365nb.practice.web.collections import Collections, Service
from o365nb.practice.web.discovery import kinds
from o365nb.practice.web.faults import ExchangeRefusal, Refusal
from o365nb.practice.web.rights import Rights, check_licence, every_need, everything, licences, needs

ANNA = "anna@contoso.example"
PERSON = f"/v1.0/users/{ANNA}"


def error(answer):
    return answer.status_code, answer.json()["error"]["code"], answer.json()["error"]["message"]


def refusal(rights, asked, *, app_only=True):
    with pytest.raises((Refusal, ExchangeRefusal)) as caught:
        rights.check(asked, app_only=app_only)
    return caught.value.status, caught.value.code, caught.value.message


def graph(path, method="GET", query=None, body=None):
    return Asked(method, "v1.0", path, query or {}, body=body or {})


def cmdlet(name):
    return Asked("POST", "adminapi", "/adminapi/beta/t/InvokeCommand", cmdlet=name)


@pytest.mark.parametrize(
    ("permission", "path", "code", "message"),
    [
        ("AuditLog.Read.All", "/beta/auditLogs/signIns", "Authentication_MSGraphPermissionMissing",
         "Calling principal does not have required MSGraph permissions AuditLog.Read.All"),
        ("UserAuthenticationMethod.Read.All", f"{PERSON}/authentication/methods", "accessDenied",
         "Request Authorization failed"),
        ("MailboxSettings.Read", f"{PERSON}/mailFolders/inbox/messageRules", "ErrorAccessDenied",
         "Access is denied. Check credentials and try again."),
        ("Directory.Read.All", "/v1.0/oauth2PermissionGrants", "Authorization_RequestDenied",
         "Insufficient privileges to complete the operation."),
    ],
)  # fmt: skip
def test_what_was_withdrawn_is_refused_as_the_service_refuses(client, permission, path, code, message):
    assert client.graph(path).status_code == 200
    client.tenant.withdraw(permission)
    if permission != "AuditLog.Read.All":
        higher = permission.replace(".Read.", ".ReadWrite.").replace("Settings.Read", "Settings.ReadWrite")
        client.tenant.withdraw("DelegatedPermissionGrant.ReadWrite.All" if higher.startswith("Dir") else higher)
    assert error(client.graph(path)) == (403, code, message)


def test_the_granted_rights_are_in_the_token(client):
    import base64
    import json

    client.tenant.grant_only("User.Read.All", "Exchange.ManageAsApp")
    tokens = Client(client.tenant).tokens
    parts = [json.loads(base64.urlsafe_b64decode(tokens[scope].split(".")[1] + "==")) for scope in (GRAPH, EXCHANGE)]
    assert [(part["aud"], part["roles"]) for part in parts] == [
        ("https://graph.microsoft.com", ["User.Read.All"]),
        ("https://outlook.office365.com", ["Exchange.ManageAsApp"]),
    ]
    assert client.graph(PERSON).status_code == 200
    assert client.graph("/v1.0/auditLogs/directoryAudits").status_code == 403


def test_a_permission_that_was_never_granted_cannot_be_withdrawn(client):
    with pytest.raises(BadInput, match=r"never granted 'Mail\.Sing'"):
        client.tenant.withdraw("Mail.Sing")


def test_the_password_needs_its_own_right_and_the_whole_change_fails_without_it(client):
    client.tenant.withdraw("User-PasswordProfile.ReadWrite.All")
    body = {"accountEnabled": False, "passwordProfile": {"password": "a-Long-One-77"}}
    assert error(client.graph(PERSON, "PATCH", body))[:2] == (403, "Authorization_RequestDenied")
    assert client.graph(PERSON, select="accountEnabled").json()["accountEnabled"] is True
    assert client.graph(PERSON, "PATCH", {"accountEnabled": False}).status_code == 204


def test_sign_in_activity_needs_the_right_to_read_logs():
    rights = Rights({"graph": {"User.Read.All"}})
    rights.check(graph("/users/1", query={"$select": "id"}), app_only=True)
    refused = refusal(rights, graph("/users/1", query={"$select": "id,signInActivity"}))
    assert refused[1] == "Authentication_MSGraphPermissionMissing"


def test_what_only_a_person_may_do_is_refused_to_an_app():
    reset = graph("/users/1/authentication/methods/28c10230-6103-485e-b985-444c60001490/resetPassword", "POST")
    rights = Rights()
    rights.check(reset, app_only=False)
    assert refusal(rights, reset)[:2] == (403, "accessDenied")


@pytest.mark.parametrize(
    ("asked", "code", "words"),
    [
        (graph("/identityProtection/riskyUsers/1"), "Forbidden", "required scopes are missing in the token"),
        (graph("/identity/conditionalAccess/policies"), "AccessDenied", "required scopes are missing in the token"),
        (graph("/roleManagement/directory/roleEligibilitySchedules"), "PermissionScopeNotGranted",
         "missing permission scope RoleEligibilitySchedule.Read.Directory"),
        (graph("/security/alerts_v2"), "Forbidden", "API required roles: SecurityAlert.Read.All"),
        (graph("/deviceManagement/managedDevices"), "Forbidden", "scopes: DeviceManagementManagedDevices.Read.All"),
        (graph("/admin/exchange/tracing/messageTraces"), "Forbidden", "required scopes"),
        (Asked("GET", "api", "/api/v1.0/t/activity/feed/subscriptions/list"), "AF10001", "ActivityFeed.Read"),
        (Asked("GET", "api", "/api/machines"), "Forbidden", "API required roles: Machine.Read.All"),
    ],
)  # fmt: skip
def test_every_service_has_its_own_words(asked, code, words):
    refused = refusal(Rights({service: set() for service in everything()}), asked)
    assert refused[:2] == (403, code)
    assert words in refused[2]


def test_a_higher_right_opens_what_a_lower_one_does():
    rights = Rights({"graph": {"MailboxSettings.ReadWrite", "Directory.Read.All"}})
    rights.check(graph("/users/1/mailFolders/inbox/messageRules"), app_only=True)
    rights.check(graph("/users/1"), app_only=True)
    rights.check(graph("/servicePrincipals(appId='1')"), app_only=True)
    rights.check(graph("/users/1/ownedDevices/microsoft.graph.device"), app_only=True)


def test_a_role_without_the_cmdlet_does_not_know_it(client):
    client.tenant.set_roles("Global Reader")
    assert client.exchange("Get-Mailbox", Identity=ANNA).status_code == 200
    for name in ("Get-InboxRule", "Disable-InboxRule"):
        answer = client.exchange(name, Mailbox=ANNA)
        said = answer.json()["error"]["details"][0]["message"]
        assert (answer.status_code, said.split(" as ")[0]) == (403, f"The term '{name}' is not recognized")


def test_each_exchange_role_has_its_cmdlets():
    names = ("Get-InboxRule", "Get-TransportRule", "Set-Mailbox", "Search-UnifiedAuditLog", "Get-SweepRule")

    def may(*roles):
        return [name for name in names if Rights(roles=set(roles)).may_run(name)]

    assert may("Exchange Administrator") == list(names)
    assert may("Exchange Recipient Administrator") == ["Get-InboxRule", "Set-Mailbox", "Get-SweepRule"]
    assert may("Global Reader") == ["Get-TransportRule"]
    assert may("Compliance Administrator") == ["Get-TransportRule", "Search-UnifiedAuditLog"]
    assert may("User Administrator") == []


def test_no_exchange_role_at_all_is_said_so():
    for rights in (Rights(roles=set()), Rights({"exchange": set()})):
        assert "isn't supported in this scenario" in refusal(rights, cmdlet("Get-Mailbox"))[2]


@pytest.mark.parametrize(
    ("path", "query", "plans", "said"),
    [
        ("/auditLogs/signIns", {}, (), (403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant")),
        ("/users/1", {"$select": "signInActivity"}, (), (403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant")),
        ("/identityProtection/riskyUsers/1", {}, ("AAD_PREMIUM",), (403, "Forbidden")),
        ("/identityProtection/riskDetections", {}, (), (403, "Forbidden")),
        ("/identity/conditionalAccess/policies", {}, (), (403, "AccessDenied")),
        ("/roleManagement/directory/roleAssignmentScheduleInstances", {}, ("AAD_PREMIUM",),
         (400, "AadPremiumLicenseRequired")),
    ],
)  # fmt: skip
def test_what_is_not_licensed_is_said_with_microsofts_code(path, query, plans, said):
    with pytest.raises(Refusal) as caught:
        check_licence(graph(path, query=query), plans)
    assert (caught.value.status, caught.value.code) == said
    check_licence(graph(path, query=query), ("AAD_PREMIUM", "AAD_PREMIUM_P2"))


@pytest.mark.parametrize(
    "path", ["/users/1", "/auditLogs/directoryAudits", "/roleManagement/directory/roleAssignments"]
)
def test_what_every_tenant_has_needs_no_licence(path):
    check_licence(graph(path), ())


def test_every_licence_names_its_source():
    assert [licence.what.pattern for licence in licences() if not licence.source] == []


FREE = [slug for slug, info in stories().items() if "AAD_PREMIUM" not in info.plans]


@pytest.mark.parametrize("slug", FREE)
def test_a_free_tenant_shows_no_sign_ins_and_a_week_of_directory_audits(slug, tmp_path, open_client):
    with PracticeTenant(story=slug, state=tmp_path) as tenant:
        client = open_client(tenant)
        assert error(client.graph("/beta/auditLogs/signIns"))[:2] == (
            403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
        )  # fmt: skip
        oldest = min(record["activityDateTime"] for record in client.values("/v1.0/auditLogs/directoryAudits"))
        kept = min(entry.at for entry in tenant.state.world.directory)
    assert oldest >= "2026-11-11T" > kept.isoformat()


def test_every_call_that_is_served_has_a_published_right(client):
    published = {(need.method, re.sub(r"\[\^/\]\+", "1", need.path.pattern).replace("\\", "")) for need in every_need()}
    groups = [*kinds("graph_", Collections), *kinds("service_", Service)]
    served = [route for kind in groups for route in kind(client.tenant._site).routes()]
    unknown = [
        f"{method} {route.path}"
        for route in served
        for method in (route.methods or ()) - {"HEAD"}
        if not any(method == known and route.path_regex.match(path) for known, path in published)
        and not needs(Asked(method, "api" if route.path.startswith("/api/") else "v1.0", route.path))
    ]
    assert unknown == []
