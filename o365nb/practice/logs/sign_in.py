"""Sign-ins: Graph's beta signIn, and the audit log's own record of the same logon.

Join keys: the audit record's Id and IntraSystemId are the sign-in's id, InterSystemsId its correlation id,
DeviceProperties.SessionId its session.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from o365nb.practice.ids import Json, naive, token_identifier, z
from o365nb.practice.logs.apps import MICROSOFT_TENANT, App
from o365nb.practice.people import TENANT_ID, Person, named_id
from o365nb.practice.places import Place

CLAIM = "MFA requirement satisfied by claim in the token"
_NO_FAILURE = "Other."
_FAILURES = {
    50126: "Error validating credentials due to invalid username or password.",
    50140: "This error occurred due to 'Keep me signed in' interrupt when the user was signing-in.",
    50074: "Strong Authentication is required.",
    50057: "The user account is disabled.",
    50173: "The provided grant has expired due to it being revoked, a fresh auth token is needed.",
    50199: "For security reasons, user confirmation is required for this request.",
    65001: "The user or administrator has not consented to use the application.",
}
_LOGON_ERRORS = {
    50126: "InvalidUserNameOrPassword",
    50140: "KmsiInterrupt",
    50074: "UserStrongAuthClientAuthNRequired",
    50057: "UserDisabled",
    50173: "FreshTokenNeeded",
    50199: "CmsiInterrupt",
    65001: "DelegationDoesNotExist",
}
#: Codes of a sign-in that is asked something on the way and goes on: the audit log calls them logged in.
_INTERRUPTS = (50140, 50199, 65001)
#: What the audit log calls the request, where a protocol has a name of its own there.
_REQUESTS = {"deviceCode": "Cmsi:Cmsi", "saml20": "Saml2:processrequest"}


@dataclass(frozen=True, slots=True)
class Browser:
    """What the identity provider sees of the client. `device_id` is empty for devices it does not know."""

    os: str
    name: str
    user_agent: str
    device_id: str = ""
    device_name: str = ""
    managed: bool = False
    trust_type: str = ""


@dataclass(frozen=True, slots=True)
class SignIn:
    """The facts of one sign-in. `mfa` is the second factor used now, CLAIM when the token says it was done before."""

    id: str
    at: datetime
    person: Person
    place: Place
    browser: Browser
    app: App
    resource: App
    session: str
    correlation: str
    interactive: bool = True
    error: int = 0
    mfa: str = CLAIM
    token_type: str = "none"  # noqa: S105 - incomingTokenType's own word
    protocol: str = "none"
    client_app: str = "Browser"
    risk: str = "none"
    risk_events: tuple[str, ...] = ()
    single: bool = False  # no second factor was asked for
    transfer: str = "none"  # originalTransferMethod: how the first token of the session came about

    @property
    def token(self) -> str:
        """The unique token identifier that this sign-in's token carries."""
        return token_identifier(self.id)


def graph_record(sign_in: SignIn) -> Json:
    """The record as Graph beta returns it: every property of the published type that the service fills."""
    person, place, browser = sign_in.person, sign_in.place, sign_in.browser
    single = sign_in.single or sign_in.error == 50126
    return {
        "id": sign_in.id,
        "createdDateTime": z(sign_in.at),
        "userDisplayName": person.name,
        "userPrincipalName": person.upn,
        "userId": person.id,
        "appId": sign_in.app.id,
        "appDisplayName": sign_in.app.name,
        "appOwnerTenantId": sign_in.app.owner,
        "ipAddress": place.ip,
        "ipAddressFromResourceProvider": None,
        "clientAppUsed": sign_in.client_app,
        "userAgent": browser.user_agent,
        "correlationId": sign_in.correlation,
        "conditionalAccessStatus": "success" if sign_in.error == 0 and not single else "notApplied",
        "originalRequestId": sign_in.id,
        "isInteractive": sign_in.interactive,
        "tokenIssuerName": "",
        "tokenIssuerType": "AzureAD",
        "clientCredentialType": "none",
        "processingTimeInMilliseconds": 90 + int(sign_in.id[:2], 16),
        "riskDetail": "none",
        "riskLevelAggregated": sign_in.risk,
        "riskLevelDuringSignIn": sign_in.risk,
        "riskState": "none" if sign_in.risk == "none" else "atRisk",
        "riskEventTypes_v2": list(sign_in.risk_events),
        "resourceDisplayName": sign_in.resource.name,
        "resourceId": sign_in.resource.id,
        "resourceTenantId": TENANT_ID,
        "resourceOwnerTenantId": MICROSOFT_TENANT,
        "resourceServicePrincipalId": named_id(f"sp:{sign_in.resource.id}"),
        "homeTenantId": TENANT_ID,
        "homeTenantName": "",
        "authenticationMethodsUsed": [],
        "authenticationRequirement": "singleFactorAuthentication" if single else "multiFactorAuthentication",
        "authenticationRequirementPolicies": []
        if single
        else [{"requirementProvider": "multiConditionalAccess", "detail": "Conditional Access"}],
        "authenticationProtocol": [sign_in.protocol],
        "incomingTokenType": [sign_in.token_type],
        "originalTransferMethod": sign_in.transfer,
        "signInIdentifier": person.upn if sign_in.interactive else "",
        "signInIdentifierType": "userPrincipalName" if sign_in.interactive else None,
        "servicePrincipalName": None,
        "servicePrincipalId": "",
        "servicePrincipalCredentialKeyId": None,
        "servicePrincipalCredentialThumbprint": None,
        "userType": "member",
        "flaggedForReview": False,
        "isTenantRestricted": False,
        "isThroughGlobalSecureAccess": False,
        "globalSecureAccessIpAddress": None,
        "autonomousSystemNumber": place.asn,
        "crossTenantAccessType": ["none"],
        "uniqueTokenIdentifier": sign_in.token,
        "sessionId": sign_in.session,
        "signInEventTypes": ["interactiveUser" if sign_in.interactive else "nonInteractiveUser"],
        "tokenProtectionStatusDetails": {"signInSessionStatus": "none", "signInSessionStatusCode": None},
        "status": _status(sign_in),
        "mfaDetail": None,
        "deviceDetail": {
            "deviceId": browser.device_id,
            "displayName": browser.device_name,
            "operatingSystem": browser.os,
            "browser": browser.name,
            "isCompliant": browser.managed,
            "isManaged": browser.managed,
            "trustType": browser.trust_type,
        },
        "location": {
            "city": place.town.city,
            "state": place.town.state,
            "countryOrRegion": place.town.country,
            "geoCoordinates": {
                "altitude": None,
                "latitude": place.town.latitude,
                "longitude": place.town.longitude,
            },
        },
        "appliedConditionalAccessPolicies": [],
        "authenticationContextClassReferences": [],
        "authenticationProcessingDetails": [
            {"key": "Login Hint Present", "value": str(not sign_in.interactive)},
            {"key": "Is CAE Token", "value": "False"},
        ],
        "networkLocationDetails": [],
        "authenticationDetails": _authentication(sign_in),
        "authenticationAppDeviceDetails": None,
        "authenticationAppPolicyEvaluationDetails": [],
        "sessionLifetimePolicies": [],
        "appliedEventListeners": [],
        "conditionalAccessAudiences": [],
        "privateLinkDetails": None,
        "managedServiceIdentity": None,
        "agent": None,
        "federatedCredentialId": None,
        "azureResourceId": None,
    }


def _status(sign_in: SignIn) -> Json:
    if sign_in.error == 0:
        detail = None if sign_in.single else CLAIM if sign_in.mfa == CLAIM else "MFA completed in Azure AD"
        return {"errorCode": 0, "failureReason": _NO_FAILURE, "additionalDetails": detail}
    return {"errorCode": sign_in.error, "failureReason": _FAILURES[sign_in.error], "additionalDetails": None}


def _authentication(sign_in: SignIn) -> list[Json]:
    """The steps: password (or the token that stands for it), then the second factor or the claim."""

    def step(method: str, detail: str, result: str, what: str, *, good: bool) -> Json:
        return {
            "authenticationStepDateTime": z(sign_in.at),
            "authenticationMethod": method,
            "authenticationMethodDetail": detail,
            "succeeded": good,
            "authenticationStepResultDetail": result,
            "authenticationStepRequirement": what,
        }

    first, second = "Primary authentication", "Multifactor authentication"
    if sign_in.error == 50126:
        return [step("Password", "Password in the cloud", "Invalid username or password", first, good=False)]
    if sign_in.error == 50173:  # the token is refused before anything is asked
        return []
    if sign_in.single:
        return [step("Password", "Password in the cloud", "Correct password", first, good=True)]
    if sign_in.error == 50074:
        return [
            step("Password", "Password in the cloud", "Correct password", first, good=True),
            step("Mobile app notification", "", "MFA required in Azure AD", second, good=False),
        ]
    if sign_in.mfa == CLAIM:
        return [
            step(
                "Previously satisfied", "", "First factor requirement satisfied by claim in the token", first, good=True
            ),
            step("Previously satisfied", "", CLAIM, second, good=True),
        ]
    return [
        step("Password", "Password in the cloud", "Correct password", first, good=True),
        step("Mobile app notification", sign_in.mfa, "MFA completed in Azure AD", second, good=True),
    ]


def audit_data(sign_in: SignIn) -> Json:
    """The logon as the unified audit log has it (record type 15). Success is ErrorNumber 0, never ResultStatus."""
    person, browser = sign_in.person, sign_in.browser
    failed = sign_in.error not in (0, *_INTERRUPTS)
    device: list[tuple[str, str]] = [("OS", browser.os), ("BrowserType", browser.name.split(" ")[0] or "Other")]
    if browser.device_id:
        device += [("Id", browser.device_id), ("DisplayName", browser.device_name)]
        device += [("TrustType", "2" if browser.managed else "0")]
    device += [("IsCompliant", str(browser.managed)), ("IsCompliantAndManaged", str(browser.managed))]
    device += [("SessionId", sign_in.session)]
    extended = {
        "ResultStatusDetail": "UserError" if failed else "Success" if sign_in.interactive else "Redirect",
        "UserAgent": browser.user_agent,
        "UserAuthenticationMethod": "1" if sign_in.interactive else "0",
        "RequestType": _REQUESTS.get(sign_in.protocol, "OAuth2:Authorize") if sign_in.interactive else "OAuth2:Token",
    }
    record: dict[str, Any] = {
        "CreationTime": naive(sign_in.at),
        "Id": sign_in.id,
        "Operation": "UserLoginFailed" if failed else "UserLoggedIn",
        "OrganizationId": TENANT_ID,
        "RecordType": 15,
        "ResultStatus": "Success",
        "UserKey": person.id,
        "UserType": 0,
        "Version": 1,
        "Workload": "AzureActiveDirectory",
        "ClientIP": sign_in.place.ip,
        "ObjectId": sign_in.resource.id,
        "UserId": person.upn,
        "AzureActiveDirectoryEventType": 1,
        "ExtendedProperties": [{"Name": name, "Value": value} for name, value in extended.items()],
        "ModifiedProperties": [],
        "Actor": [{"ID": person.id, "Type": 0}, {"ID": person.upn, "Type": 5}],
        "ActorContextId": TENANT_ID,
        "ActorIpAddress": sign_in.place.ip,
        "InterSystemsId": sign_in.correlation,
        "IntraSystemId": sign_in.id,
        "SupportTicketId": "",
        "Target": [{"ID": sign_in.resource.id, "Type": 0}],
        "TargetContextId": TENANT_ID,
        "ApplicationId": sign_in.app.id,
        "DeviceProperties": [{"Name": name, "Value": value} for name, value in device],
        "ErrorNumber": str(sign_in.error),
    }
    if sign_in.error:
        record["LogonError"] = _LOGON_ERRORS[sign_in.error]
    return record
