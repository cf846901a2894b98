"""The practice tenant's own applications: registrations, credentials, owners, rights, and their sign-ins."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib.resources import files
from random import Random

from o365nb.practice.ids import Json, guid, request_id, token_identifier, z
from o365nb.practice.logs.apps import DEFENDER, EXCHANGE, GRAPH, MANAGEMENT, MICROSOFT_TENANT, App
from o365nb.practice.organisation import FOUNDED
from o365nb.practice.people import DOMAIN, TENANT_ID, Person, named_id
from o365nb.practice.places import COLOGNE, Place, office
from o365nb.practice.world import Entry, Truth, World

REPORTING = App("3c0f7a52-9d1e-4b7c-8a4e-1f0d5b6c7a81", "Contoso Reporting", TENANT_ID)
WEBSITE = App("5e2b9c74-0a63-4d18-b7f5-2c4e6a8d0f93", "Contoso Website Deploy", TENANT_ID)
BACKUP = App("8f4d1e96-2c85-4fa0-9d37-4e6a8c0b2d15", "contoso-backup-vm", TENANT_ID)  # a managed identity
#: Application rights (app roles) of Microsoft's own applications, by the application.
APP_ROLES: dict[str, dict[str, str]] = {}
for _row in csv.DictReader(files("o365nb.practice").joinpath("app_roles.csv").read_text("utf-8").splitlines()):
    APP_ROLES.setdefault(_row["resource"], {})[_row["id"]] = _row["value"]


def initial(people: Mapping[str, Person], now: datetime) -> Json:
    """Registrations with credentials, federated credentials, owners and application rights."""
    keeper = people[f"oskar@{DOMAIN}"]
    secret = password("Reporting server 2026", now - timedelta(days=210), "k7Q")
    return {
        "applications": [_registration(REPORTING, [secret]), _registration(WEBSITE, [])],
        "federated_credentials": {
            named_id(f"app:{WEBSITE.id}"): [
                federated("main-branch", "https://token.actions.githubusercontent.com",
                          "repo:contoso/website:ref:refs/heads/main"),
            ],
        },
        "owners": {named_id(f"{kind}:{app.id}"): [keeper.id] for app in (REPORTING, WEBSITE) for kind in ("app", "sp")},
        "app_role_assignments": [
            right(REPORTING, GRAPH, "User.Read.All"),
            right(REPORTING, GRAPH, "AuditLog.Read.All"),
        ],
    }  # fmt: skip


def principals() -> list[tuple[App, str]]:
    """The applications that have a service principal, with its kind."""
    return [
        (REPORTING, "Application"),
        (WEBSITE, "Application"),
        (BACKUP, "ManagedIdentity"),
        (EXCHANGE, "Application"),
        (MANAGEMENT, "Application"),
        (DEFENDER, "Application"),
    ]


def app_roles(app_id: str) -> list[Json]:
    """The rights that an application offers to other applications: Graph's appRole."""
    return [
        {
            "id": key,
            "allowedMemberTypes": ["Application"],
            "description": name,
            "displayName": name,
            "isEnabled": True,
            "origin": "Application",
            "value": name,
        }
        for key, name in APP_ROLES.get(app_id, {}).items()
    ]


def password(name: str, since: datetime, hint: str) -> Json:
    """Graph's passwordCredential: the secret itself is never shown again, only its first three characters."""
    return {
        "customKeyIdentifier": None,
        "displayName": name,
        "endDateTime": z(since + timedelta(days=730)),
        "hint": hint,
        "keyId": named_id(f"secret:{name}"),
        "secretText": None,
        "startDateTime": z(since),
    }


def federated(name: str, issuer: str, subject: str) -> Json:
    """Graph's federatedIdentityCredential: whose tokens stand for the application's own."""
    return {
        "id": named_id(f"federated:{name}:{subject}"),
        "name": name,
        "issuer": issuer,
        "subject": subject,
        "description": None,
        "audiences": ["api://AzureADTokenExchange"],
    }


def right(app: App, resource: App, role: str, since: datetime = FOUNDED) -> Json:
    """Graph's appRoleAssignment: an application right that was granted."""
    role_id = next(key for key, name in APP_ROLES[resource.id].items() if name == role)
    return {
        "id": "a" + named_id(f"app-role:{app.id}:{role}").replace("-", ""),
        "deletedDateTime": None,
        "appRoleId": role_id,
        "createdDateTime": z(since),
        "principalDisplayName": app.name,
        "principalId": named_id(f"sp:{app.id}"),
        "principalType": "ServicePrincipal",
        "resourceDisplayName": resource.name,
        "resourceId": named_id(f"sp:{resource.id}"),
    }


def _registration(app: App, secrets: list[Json]) -> Json:
    return {
        "id": named_id(f"app:{app.id}"),
        "deletedDateTime": None,
        "appId": app.id,
        "appRoles": [],
        "createdDateTime": z(FOUNDED + timedelta(days=500)),
        "description": None,
        "disabledByMicrosoftStatus": None,
        "displayName": app.name,
        "identifierUris": [],
        "isFallbackPublicClient": None,
        "keyCredentials": [],
        "notes": None,
        "passwordCredentials": secrets,
        "publisherDomain": DOMAIN,
        "requiredResourceAccess": [],
        "signInAudience": "AzureADMyOrg",
        "tags": [],
        "verifiedPublisher": {"displayName": None, "verifiedPublisherId": None, "addedDateTime": None},
        "web": {
            "homePageUrl": None,
            "logoutUrl": None,
            "redirectUris": [],
            "implicitGrantSettings": {"enableAccessTokenIssuance": False, "enableIdTokenIssuance": False},
            "redirectUriSettings": [],
        },
    }


# -- sign-ins -------------------------------------------------------------------------------------------------------


def write_sign_ins(world: World) -> None:
    """The reporting server signs in every working day, the backup machine every night."""
    for day in world.days():
        rng = Random(f"{world.seed}|apps|{day:%Y%m%d}")  # noqa: S311 - a story, not a secret
        if day.weekday() < 5:
            log_app_sign_in(world, rng, REPORTING, day + timedelta(hours=5, minutes=rng.randrange(20)), office(0))
        nightly = day + timedelta(hours=1, minutes=rng.randrange(20))
        log_app_sign_in(world, rng, BACKUP, nightly, Place("", 0, COLOGNE), managed=True)


def log_app_sign_in(
    world: World, rng: Random, app: App, at: datetime, place: Place, *, managed: bool = False, key: str = ""
) -> None:
    """A sign-in of an application with its own credential; Entra does not say where a managed identity runs."""
    record = _sign_in(request_id(rng), guid(rng), app, at, place, managed=managed, key=key)
    world.sign_ins.append(Entry(at, at, record))
    source = "sign_in_managed_identity" if managed else "sign_in_service_principal"
    world.truth[record["id"]] = Truth(label="system", phase="", findings=[], source=source)


def _sign_in(identity: str, correlation: str, app: App, at: datetime, place: Place, *, managed: bool, key: str) -> Json:
    """Graph beta's signIn of a service principal: no person, no device, no user agent."""
    town = place.town
    return {
        "id": identity,
        "createdDateTime": z(at),
        "userDisplayName": None,
        "userPrincipalName": None,
        "userId": "",
        "appId": app.id,
        "appDisplayName": app.name,
        "appOwnerTenantId": TENANT_ID,
        "ipAddress": place.ip,
        "ipAddressFromResourceProvider": None,
        "clientAppUsed": None,
        "userAgent": None,
        "correlationId": correlation,
        "conditionalAccessStatus": "notApplied",
        "originalRequestId": identity,
        "isInteractive": False,
        "tokenIssuerName": "",
        "tokenIssuerType": "AzureAD",
        "clientCredentialType": "managedIdentity" if managed else "clientSecret",
        "processingTimeInMilliseconds": 60 + int(identity[:2], 16),
        "riskDetail": "none",
        "riskLevelAggregated": "none",
        "riskLevelDuringSignIn": "none",
        "riskState": "none",
        "riskEventTypes_v2": [],
        "resourceDisplayName": GRAPH.name,
        "resourceId": GRAPH.id,
        "resourceTenantId": TENANT_ID,
        "resourceOwnerTenantId": MICROSOFT_TENANT,
        "resourceServicePrincipalId": named_id(f"sp:{GRAPH.id}"),
        "homeTenantId": TENANT_ID,
        "authenticationProtocol": ["none"],
        "incomingTokenType": ["none"],
        "servicePrincipalName": app.name,
        "servicePrincipalId": named_id(f"sp:{app.id}"),
        "servicePrincipalCredentialKeyId": "" if managed else key or named_id("secret:Reporting server 2026"),
        "servicePrincipalCredentialThumbprint": "",
        "flaggedForReview": False,
        "isTenantRestricted": False,
        "autonomousSystemNumber": place.asn,
        "crossTenantAccessType": ["none"],
        "uniqueTokenIdentifier": token_identifier(identity),
        "sessionId": None,
        "signInEventTypes": ["managedIdentity" if managed else "servicePrincipal"],
        "status": {"errorCode": 0, "failureReason": None, "additionalDetails": None},
        "location": {
            "city": "" if managed else town.city,
            "state": "" if managed else town.state,
            "countryOrRegion": "" if managed else town.country,
            "geoCoordinates": {"altitude": None, "latitude": None, "longitude": None},
        },
        "appliedConditionalAccessPolicies": [],
        "authenticationDetails": [],
        "federatedCredentialId": None,
    }
