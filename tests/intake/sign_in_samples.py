"""Sign-ins of all four kinds in every form in which they are exported."""

from __future__ import annotations

import json
from typing import Any

from exports import (
    APP_COLUMNS,
    DETAIL_COLUMNS,
    HUNTING_SIGN_IN_COLUMNS,
    MODELS,
    POWERSHELL_COLUMNS,
    SIGN_IN_COLUMNS,
    envelope,
    portal_sign_in,
    table,
    tables_answer,
)
from intake.samples import ANNA, IP, SEEN, WHEN, Sample, guid

APP = "4765445b-32c6-49b0-83e6-1d93765276ca"


def signed_in(number: int, **given: Any) -> dict[str, Any]:
    """A refused sign-in, as Graph's beta gives it."""
    return {
        "id": guid(number),
        "createdDateTime": WHEN,
        "userPrincipalName": "Anna@contoso.example",
        "userId": "u-1",
        "appId": APP,
        "appDisplayName": "OfficeHome",
        "ipAddress": IP,
        "clientAppUsed": "Browser",
        "isInteractive": True,
        "status": {"errorCode": 50126, "failureReason": "Wrong password"},
        "location": {"city": "Lagos", "countryOrRegion": "NG"},
        "deviceDetail": {"operatingSystem": "Windows 10", "browser": "Chrome 131", "trustType": None},
        **given,
    }


def refused(number: int, **given: Any) -> dict[str, Any]:
    """The event that `signed_in` is."""
    return {
        "event_id": guid(number),
        "time": SEEN,
        "source": "sign_in",
        "operation": "Sign-in activity",
        "actor": ANNA,
        "client_ip": IP,
        "result": "failure",
        "error_code": "50126",
        **given,
    }


def sentinel(number: int, **given: Any) -> dict[str, Any]:
    return {
        "TenantId": "t",
        "TimeGenerated": "2026-11-17T09:00:00Z",
        "Id": guid(number),
        "CreatedDateTime": WHEN,
        "UserPrincipalName": "Anna@contoso.example",
        "AppDisplayName": "OfficeHome",
        "IPAddress": IP,
        "ResultType": "50126",
        "ResultDescription": "Wrong password",
        "Category": "SignInLogs",
        "Type": "SigninLogs",
        "DeviceDetail": '{"operatingSystem":"Windows 10"}',
        "LocationDetails": '{"city":"Lagos","countryOrRegion":"NG"}',
        **given,
    }


def sentinel_app(number: int, kind: str) -> dict[str, Any]:
    person = ("UserPrincipalName", "AppDisplayName")
    rest = {name: value for name, value in sentinel(number).items() if name not in person}
    named = {"ServicePrincipalId": "sp-1", "ServicePrincipalName": "Backup", "Category": kind.removeprefix("AAD")}
    return {**rest, **named, "Type": kind}


def portal(number: int, **given: Any) -> dict[str, Any]:
    failed = {"Status": "Failure", "Sign-in error code": "50126", "Failure reason": "Wrong password"}
    return portal_sign_in(**{"Request ID": guid(number), **failed, **given})


#: The portal's export: names with [UTC], dynamic columns with twins, its own kind of time.
_PORTAL_TABLE = {
    "CreatedDateTime [UTC]": "11/17/2026, 8:41:00.000 AM",
    "Id": guid(119),
    "UserPrincipalName": ANNA,
    "AppDisplayName": "OfficeHome",
    "IPAddress": IP,
    "ResultType": "50126",
    "Status_dynamic": '{"errorCode":50126}',
    "Status_string": "",
    "IsInteractive": "TRUE",
}
_APP_ROW = {
    "Date (UTC)": WHEN,
    "Request ID": guid(112),
    "Service principal ID": "sp-1",
    "Service principal name": "Backup",
    "IP address": IP,
    "Status": "Failure",
    "Sign-in error code": "7000222",
}
_APP = {"actor": "backup", "actor_kind": "service_principal"}
_BY_APP = {"source": "sign_in_service_principal", **_APP}
_BY_MACHINE = {"source": "sign_in_managed_identity", **_APP}
_UNATTENDED = {"source": "sign_in_noninteractive"}

SIGN_INS = (
    Sample("graph sign-in.json", json.dumps({"value": [signed_in(101)]}), "graph-sign-in-json",
           [refused(101, country="NG", city="Lagos", os="Windows", browser="Chrome", client_app="Browser")]),
    Sample("portal interactive.json", json.dumps([signed_in(102)]), "graph-sign-in-json", [refused(102)]),
    Sample(
        "portal non-interactive.json",
        json.dumps([signed_in(103, isInteractive=False, signInEventTypes=["nonInteractiveUser"])]),
        "graph-sign-in-json",
        [refused(103, **_UNATTENDED)],
    ),
    Sample(
        "portal applications.json",
        json.dumps([signed_in(104, userPrincipalName=None, userId=None, servicePrincipalId="sp-1",
                              servicePrincipalName="Backup", signInEventTypes=["servicePrincipal"])]),
        "graph-sign-in-json",
        [refused(104, **_BY_APP)],
    ),
    Sample(
        "portal identities.json",
        json.dumps([signed_in(105, userPrincipalName="", userId="", servicePrincipalId="sp-1",
                              servicePrincipalName="Backup", signInEventTypes=["managedIdentity"])]),
        "graph-sign-in-json",
        [refused(105, **_BY_MACHINE)],
    ),
    Sample("InteractiveSignIns.csv", table(SIGN_IN_COLUMNS, portal(106)), "entra-portal-sign-in-csv",
           [refused(106, country="AU", city="Melbourne", session_id="s-1", app_id=APP)]),
    Sample(
        "NonInteractiveSignIns.csv",
        table(SIGN_IN_COLUMNS, portal(107, **{"Incoming token type": "Refresh token"})),
        "entra-portal-sign-in-csv",
        [refused(107, **_UNATTENDED)],
        said=("1 of 1 came with a refresh token: taken as non-interactive.",),
    ),
    Sample(
        "of the azure portal.csv",  # its column is called Date alone
        table(SIGN_IN_COLUMNS, portal(111)).replace("Date (UTC)", "Date", 1),
        "entra-portal-sign-in-csv",
        [refused(111)],
    ),
    Sample("ApplicationSignIns.csv", table(APP_COLUMNS, _APP_ROW), "entra-portal-app-sign-in-csv",
           [refused(112, error_code="7000222", **_BY_APP)]),
    Sample(
        "MSISignIns.csv",
        table(f"{APP_COLUMNS},Managed Identity type",
              {**_APP_ROW, "Request ID": guid(113), "Managed Identity type": "System assigned"}),
        "entra-portal-app-sign-in-csv",
        [refused(113, error_code="7000222", **_BY_MACHINE)],
    ),
    Sample(
        "InteractiveSignIns_AuthDetails.csv",
        table(DETAIL_COLUMNS, {"Date": WHEN, "Request ID": guid(106), "Authentication method": "Password"},
              {"Date": WHEN, "Request ID": guid(106), "Authentication method": "Mobile app notification"}),
        "entra-portal-auth-details-csv",
        [],
        said=("Its 2 steps of 1 sign-ins are kept for reading",),
    ),
    Sample(
        "Get-MgAuditLogSignIn.csv",
        table(POWERSHELL_COLUMNS, {"CreatedDateTime": "11/17/2026 8:41:00 AM", "UserPrincipalName": ANNA,
              "AppDisplayName": "OfficeHome", "IPAddress": IP, "Status": f"{MODELS}MicrosoftGraphSignInStatus"}),
        "powershell-sign-in-csv",
        [{"time": SEEN, "actor": ANNA, "client_ip": IP, "result": "unknown", "error_code": None}],
        said=("How 1 of the sign-ins ended is lost: their result is unknown, not success.",),
    ),
    Sample("SigninLogs.json", json.dumps([sentinel(114)]), "sentinel-signin-json",
           [refused(114, country="NG", city="Lagos", os="Windows")]),
    Sample("AADNonInteractiveUserSignInLogs.json", tables_answer(sentinel(115, Type="AADNonInteractiveUserSignInLogs")),
           "sentinel-signin-json", [refused(115, **_UNATTENDED)]),
    Sample("AADServicePrincipalSignInLogs.json", json.dumps([sentinel_app(116, "AADServicePrincipalSignInLogs")]),
           "sentinel-signin-json", [refused(116, **_BY_APP)]),
    Sample("AADManagedIdentitySignInLogs.json", tables_answer(sentinel_app(117, "AADManagedIdentitySignInLogs")),
           "sentinel-signin-json", [refused(117, **_BY_MACHINE)]),
    Sample("AADManagedIdentitySignInLogs.csv",
           table(",".join(sentinel(0) | sentinel_app(0, "x")), sentinel_app(118, "AADManagedIdentitySignInLogs")),
           "sentinel-signin-csv", [refused(118, **_BY_MACHINE)]),
    Sample("SigninLogs of the portal.csv", table(",".join(_PORTAL_TABLE), _PORTAL_TABLE), "sentinel-signin-csv",
           [refused(119)]),
    Sample("AADNonInteractiveUserSignInLogs.csv",
           table(",".join(sentinel(0)), sentinel(120, Type="AADNonInteractiveUserSignInLogs")), "sentinel-signin-csv",
           [refused(120, **_UNATTENDED)]),
    Sample(
        "event hub.json",
        json.dumps({"records": [
            envelope("SignInLogs", signed_in(121), Level=4),
            envelope("NonInteractiveUserSignInLogs", signed_in(122, isInteractive=False), level="4"),
            envelope("ServicePrincipalSignInLogs",
                     signed_in(123, userPrincipalName=None, userId=None, servicePrincipalName="Backup"), Level="Error"),
            envelope("ManagedIdentitySignInLogs",
                     signed_in(124, userPrincipalName=None, userId=None, servicePrincipalName="Backup")),
        ]}),
        "azure-monitor-json",
        [refused(121), refused(122, **_UNATTENDED), refused(123, **_BY_APP), refused(124, **_BY_MACHINE)],
    ),
    Sample(
        "event hub without zones.json",
        json.dumps(envelope("SignInLogs", signed_in(125, createdDateTime=None), time="2026-11-17 08:41:00.456")),
        "azure-monitor-json",
        [refused(125, time="2026-11-17 08:41:00.456000")],
    ),
    Sample(
        "event hub in american.json",
        json.dumps(envelope("SignInLogs", {"id": guid(126), "userPrincipalName": ANNA}, time="11/17/2026 8:41:00 AM",
                            resultType="50126", callerIpAddress=IP)),
        "azure-monitor-json",
        [refused(126)],
    ),
    Sample(
        "AADSignInEventsBeta.csv",
        table(HUNTING_SIGN_IN_COLUMNS, {"Timestamp": WHEN, "RequestId": guid(127), "AccountUpn": ANNA, "IPAddress": IP,
              "ErrorCode": "50126", "LogonType": '["nonInteractiveUser"]', "Country": "NG", "City": "Lagos"}),
        "hunting-sign-in-events-csv",
        [refused(127, country="NG", **_UNATTENDED)],
    ),
    Sample(
        "EntraIdSignInEvents.json",
        json.dumps({"Schema": [], "Results": [{"Timestamp": WHEN, "RequestId": guid(128), "AccountUpn": ANNA,
                   "IPAddress": IP, "ErrorCode": 50126, "LogonType": '["interactiveUser"]', "EntraIdDeviceId": ""}]}),
        "hunting-sign-in-events-json",
        [refused(128)],
    ),
)  # fmt: skip
