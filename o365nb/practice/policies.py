"""The practice tenant's rules for signing in, consent and other organisations, as Graph shows them."""

from __future__ import annotations

from datetime import datetime, timedelta

from o365nb.practice import organisation
from o365nb.practice.identity import EMERGENCY_GROUP, ROLE_IDS
from o365nb.practice.ids import Json, z
from o365nb.practice.organisation import FOUNDED
from o365nb.practice.people import TENANT_ID, named_id
from o365nb.practice.places import office

OFFICE_LOCATION = named_id("named-location:Head office")
_GUEST_ROLE = "10dae51f-b6af-4016-8d66-8c2a99b929b3"  # guests see little


def initial(now: datetime) -> Json:
    """Conditional access, named locations, policies, domains."""
    changed = now - timedelta(days=170)
    return {
        "conditional_access": [
            _policy("Require multifactor authentication for everybody", changed, grant=["mfa"]),
            _policy("Block legacy authentication", changed, clients=["exchangeActiveSync", "other"], grant=["block"]),
            _policy(
                "Administrators sign in from the office or with a compliant device",
                changed,
                roles=[ROLE_IDS["Global Administrator"], ROLE_IDS["Exchange Administrator"]],
                grant=["compliantDevice"],
                outside=[OFFICE_LOCATION],
            ),
        ],
        "named_locations": [_office(changed)],
        "policies": _policies(changed),
        "domains": organisation.domains(),
        "federation": {},  # domain to its federation configurations: only federated domains have any
    }


def _policy(
    name: str,
    changed: datetime,
    *,
    grant: list[str],
    clients: list[str] | None = None,
    roles: list[str] | None = None,
    outside: list[str] | None = None,
) -> Json:
    """Graph's conditionalAccessPolicy. The keepers of the emergency account are always left out."""
    locations = {"includeLocations": ["All"], "excludeLocations": outside} if outside else None
    return {
        "id": named_id(f"ca:{name}"),
        "templateId": None,
        "displayName": name,
        "createdDateTime": z(FOUNDED + timedelta(days=400)),
        "modifiedDateTime": z(changed),
        "state": "enabled",
        "conditions": {
            "userRiskLevels": [],
            "signInRiskLevels": [],
            "clientAppTypes": clients or ["all"],
            "platforms": None,
            "locations": locations,
            "servicePrincipalRiskLevels": [],
            "devices": None,
            "clientApplications": None,
            "applications": {
                "includeApplications": ["All"],
                "excludeApplications": [],
                "includeUserActions": [],
                "includeAuthenticationContextClassReferences": [],
                "applicationFilter": None,
            },
            "users": {
                "includeUsers": [] if roles else ["All"],
                "excludeUsers": [],
                "includeGroups": [],
                "excludeGroups": [EMERGENCY_GROUP],
                "includeRoles": roles or [],
                "excludeRoles": [],
                "includeGuestsOrExternalUsers": None,
                "excludeGuestsOrExternalUsers": None,
            },
        },
        "grantControls": {
            "operator": "OR",
            "builtInControls": grant,
            "customAuthenticationFactors": [],
            "termsOfUse": [],
        },
        "sessionControls": None,
    }


def _office(changed: datetime) -> Json:
    address = office(0).ip
    return {
        "@odata.type": "#microsoft.graph.ipNamedLocation",
        "id": OFFICE_LOCATION,
        "displayName": "Head office",
        "createdDateTime": z(FOUNDED + timedelta(days=390)),
        "modifiedDateTime": z(changed),
        "isTrusted": True,
        "ipRanges": [{"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": f"{address}/32"}],
    }


def _policies(changed: datetime) -> Json:
    """Graph's policies by the last part of their paths."""
    return {
        "identitySecurityDefaultsEnforcementPolicy": {
            "id": "00000000-0000-0000-0000-000000000005",
            "displayName": "Security Defaults",
            "description": "Basic protection against common identity attacks; off where conditional access is used.",
            "isEnabled": False,
        },
        "authorizationPolicy": {
            "id": "authorizationPolicy",
            "displayName": "Authorization Policy",
            "description": "Used to manage authorization related settings across the company.",
            "allowInvitesFrom": "adminsAndGuestInviters",
            "allowedToSignUpEmailBasedSubscriptions": True,
            "allowedToUseSSPR": True,
            "allowEmailVerifiedUsersToJoinOrganization": False,
            "allowUserConsentForRiskyApps": None,
            "blockMsolPowerShell": True,
            "guestUserRoleId": _GUEST_ROLE,
            "defaultUserRolePermissions": {
                "allowedToCreateApps": False,
                "allowedToCreateSecurityGroups": False,
                "allowedToCreateTenants": False,
                "allowedToReadBitlockerKeysForOwnedDevice": True,
                "allowedToReadOtherUsers": True,
                "permissionGrantPoliciesAssigned": ["ManagePermissionGrantsForSelf.microsoft-user-default-legacy"],
            },
        },
        "adminConsentRequestPolicy": {
            "isEnabled": False,
            "notifyReviewers": False,
            "remindersEnabled": False,
            "requestDurationInDays": 0,
            "version": 0,
            "reviewers": [],
        },
        "authenticationMethodsPolicy": {
            "id": "authenticationMethodsPolicy",
            "displayName": "Authentication Methods Policy",
            "description": "The methods and the people that they are for.",
            "lastModifiedDateTime": z(changed),
            "policyVersion": "1.5",
            "policyMigrationState": "migrationComplete",
            "reconfirmationInDays": None,
            "authenticationMethodConfigurations": [
                _method("Fido2", "fido2", on=True),
                _method("MicrosoftAuthenticator", "microsoftAuthenticator", on=True),
                _method("Sms", "sms", on=True),
                _method("TemporaryAccessPass", "temporaryAccessPass", on=True),
            ],
        },
        "crossTenantAccessPolicy": {
            "default": {
                "isServiceDefault": True,
                "inboundTrust": {
                    "isMfaAccepted": False,
                    "isCompliantDeviceAccepted": False,
                    "isHybridAzureADJoinedDeviceAccepted": False,
                },
            },
            "partners": [],
        },
    }


def _method(name: str, kind: str, *, on: bool) -> Json:
    return {
        "@odata.type": f"#microsoft.graph.{kind}AuthenticationMethodConfiguration",
        "id": name,
        "state": "enabled" if on else "disabled",
        "excludeTargets": [],
    }


def federation(domain: str, issuer: str, certificate: str) -> Json:
    """Graph's internalDomainFederation: who may vouch for the people of a domain."""
    return {
        "id": named_id(f"federation:{domain}:{issuer}:{TENANT_ID}"),
        "displayName": domain,
        "issuerUri": issuer,
        "metadataExchangeUri": None,
        "signingCertificate": certificate,
        "passiveSignInUri": f"{issuer.rstrip('/')}/ls",
        "preferredAuthenticationProtocol": "wsFed",
        "activeSignInUri": None,
        "signOutUri": None,
        "promptLoginBehavior": "nativeSupport",
        "isSignedAuthenticationRequestRequired": False,
        "nextSigningCertificate": None,
        "passwordResetUri": None,
        "federatedIdpMfaBehavior": "acceptIfMfaDoneByFederatedIdp",
        "signingCertificateUpdateStatus": None,
    }
