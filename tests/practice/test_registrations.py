"""Registering an application in the practice tenant, as the service does it and says it in its logs."""

import base64

import pytest
from practice.contract import graph

from o365nb import registration
from o365nb.registrar import new_certificate

TOOLS = "14d82eec-204b-4c2f-b7e8-296a70dab67e"
GRAPH = "00000003-0000-0000-c000-000000000000"
USER_READ = "df021288-bdef-4463-88db-98f22de89214"


def body(certificate=None, **more):
    key = {"type": "AsymmetricX509Cert", "usage": "Verify", "displayName": "CN=x"}
    keys = [{**key, "key": base64.b64encode(certificate.der).decode()}] if certificate else []
    return {
        "displayName": "o365nb read", "signInAudience": "AzureADMyOrg", "tags": ["o365nb"],
        "requiredResourceAccess": registration.read(["users"]).manifest(), "keyCredentials": keys, **more,
    }  # fmt: skip


def known(published, name, value):
    return list(published.strange(value, {"$ref": f"#/components/schemas/{name}"}, name))


@pytest.fixture
def made(client, tmp_path):
    """An application with a certificate and a service principal: (application, principal, resource)."""
    app = client.graph(
        "/v1.0/applications", "POST", body(new_certificate(tmp_path / "key.pem", "o365nb read", 90))
    ).json()
    principal = client.graph("/v1.0/servicePrincipals", "POST", {"appId": app["appId"], "tags": ["o365nb"]}).json()
    (resource,) = client.values("/v1.0/servicePrincipals", filter=f"appId eq '{GRAPH}'")
    return app, principal, resource


def test_what_is_sent_and_answered_is_of_the_published_types(client, made, tmp_path):
    app, principal, resource = made
    published = graph("v1.0")
    sent = body(new_certificate(tmp_path / "other.pem", "x", 90), isFallbackPublicClient=True,
                publicClient={"redirectUris": ["http://localhost"]})  # fmt: skip
    assert known(published, "microsoft.graph.application", sent) == []
    assert known(published, "microsoft.graph.application", app) == []
    assert known(published, "microsoft.graph.servicePrincipal", principal) == []
    right = {"principalId": principal["id"], "resourceId": resource["id"], "appRoleId": USER_READ}
    answer = client.graph(f"/v1.0/servicePrincipals/{resource['id']}/appRoleAssignedTo", "POST", right)
    assert (answer.status_code, known(published, "microsoft.graph.appRoleAssignment", {**right, **answer.json()})) == (
        201,
        [],
    )
    grant = {
        "clientId": principal["id"],
        "consentType": "AllPrincipals",
        "resourceId": resource["id"],
        "scope": "User.Read",
    }
    answer = client.graph("/v1.0/oauth2PermissionGrants", "POST", grant)
    assert (answer.status_code, known(published, "microsoft.graph.oAuth2PermissionGrant", answer.json())) == (201, [])


def test_the_private_half_is_never_sent_and_the_public_half_never_shown(made):
    (key,) = made[0]["keyCredentials"]
    assert (key["key"], key["type"], key["usage"]) == (None, "AsymmetricX509Cert", "Verify")


def test_every_step_stands_in_the_directory_audits(client, made):
    app, principal, resource = made
    right = {"principalId": principal["id"], "resourceId": resource["id"], "appRoleId": USER_READ}
    granted = client.graph(f"/v1.0/servicePrincipals/{resource['id']}/appRoleAssignedTo", "POST", right).json()
    client.graph(f"/v1.0/servicePrincipals/{resource['id']}/appRoleAssignedTo/{granted['id']}", "DELETE")
    client.graph(f"/v1.0/applications/{app['id']}", "DELETE")
    newest = client.graph("/v1.0/auditLogs/directoryAudits", top=6).json()["value"]
    assert [record["activityDisplayName"] for record in newest] == [
        "Delete application", "Remove service principal", "Remove app role assignment from service principal",
        "Add app role assignment to service principal", "Add service principal", "Add application",
    ]  # fmt: skip


def test_an_application_takes_its_service_principal_and_its_consent_along(client, made):
    app, principal, resource = made
    right = {"principalId": principal["id"], "resourceId": resource["id"], "appRoleId": USER_READ}
    client.graph(f"/v1.0/servicePrincipals/{resource['id']}/appRoleAssignedTo", "POST", right)
    assert client.graph(f"/v1.0/applications/{app['id']}", "DELETE").status_code == 204
    assert client.graph(f"/v1.0/servicePrincipals/{principal['id']}").status_code == 404
    held = client.values(f"/v1.0/servicePrincipals/{resource['id']}/appRoleAssignedTo")
    assert [item for item in held if item["principalId"] == principal["id"]] == []


@pytest.mark.parametrize(
    ("path", "sent", "status", "said"),
    [
        ("/applications", {}, 400, "A value is required for property 'displayName'"),
        ("/applications", {"displayName": "x", "owner": "me"}, 400, "Invalid property 'owner'"),
        ("/applications", {"displayName": "x", "keyCredentials": [{"key": "AAAA"}]}, 400, "'key' is invalid"),
        ("/servicePrincipals", {"appId": "nobody"}, 400, "does not reference a valid application"),
        ("/oauth2PermissionGrants", {"scope": "User.Read"}, 400, "is not complete"),
    ],
)
def test_what_the_service_refuses_is_refused(client, path, sent, status, said):
    answer = client.graph(f"/v1.0{path}", "POST", sent)
    assert (answer.status_code, said in answer.json()["error"]["message"]) == (status, True)


def test_a_right_that_the_resource_does_not_have_is_refused(client, made):
    _, principal, resource = made
    right = {"principalId": principal["id"], "resourceId": resource["id"], "appRoleId": TOOLS}
    answer = client.graph(f"/v1.0/servicePrincipals/{resource['id']}/appRoleAssignedTo", "POST", right)
    assert (answer.status_code, answer.json()["error"]["message"]) == (
        400, "Permission being assigned was not found on application",
    )  # fmt: skip
