"""What advanced hunting and Defender for Office 365 know: the same events as the logs tell, in Defender's columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import orjson

from o365nb.practice.ids import Json, z
from o365nb.practice.people import DOMAIN, Person
from o365nb.practice.state import TenantState

_MAIL, _ENDPOINT, _ENTRA = "THREAT_INTELLIGENCE", "WINDEFATP", "AAD_PREMIUM_P2"
#: Table → the service plan without which it does not exist, and its columns with their types. Cloud Apps and Identity
#: have no plan of their own in the stories: they come with Endpoint's. Source: Defender XDR's schema reference.
TABLES: dict[str, tuple[str, tuple[str, ...]]] = {
    "EmailEvents": (
        _MAIL,
        ("NetworkMessageId", "InternetMessageId", "SenderMailFromAddress", "SenderFromAddress", "SenderIPv4",
         "RecipientEmailAddress", "Subject", "EmailDirection", "DeliveryAction", "DeliveryLocation", "ThreatTypes",
         "ReportId"),
    ),
    "EmailPostDeliveryEvents": (
        _MAIL,
        ("NetworkMessageId", "InternetMessageId", "RecipientEmailAddress", "Action", "ActionType", "ActionTrigger",
         "ActionResult", "DeliveryLocation", "ReportId"),
    ),
    "UrlClickEvents": (
        _MAIL,
        ("Url", "ActionType", "AccountUpn", "Workload", "NetworkMessageId", "IPAddress", "IsClickedThrough", "UrlChain",
         "ReportId"),
    ),
    "CloudAppEvents": (
        _ENDPOINT,
        ("ActionType", "Application", "ApplicationId", "AccountObjectId", "AccountId", "AccountDisplayName",
         "IPAddress", "UserAgent", "ObjectName", "RawEventData", "ReportId"),
    ),
    "EntraIdSignInEvents": (
        _ENTRA,
        ("Application", "ApplicationId", "LogonType", "ErrorCode", "CorrelationId", "SessionId", "AccountDisplayName",
         "AccountObjectId", "AccountUpn", "IsExternalUser", "IsGuestUser", "ResourceDisplayName", "ResourceId",
         "DeviceName", "EntraIdDeviceId", "OSPlatform", "DeviceTrustType", "IsManaged", "IsCompliant",
         "AuthenticationRequirement", "TokenIssuerType", "RiskLevelDuringSignIn", "RiskState", "UserAgent",
         "ClientAppUsed", "Browser", "ConditionalAccessStatus", "IPAddress", "Country", "State", "City", "RequestId",
         "ReportId"),
    ),
    "IdentityLogonEvents": (
        _ENDPOINT,
        ("ActionType", "Application", "LogonType", "Protocol", "FailureReason", "AccountName", "AccountUpn",
         "AccountObjectId", "DeviceName", "IPAddress", "Location", "ReportId"),
    ),
    "DeviceLogonEvents": (
        _ENDPOINT,
        ("DeviceId", "DeviceName", "ActionType", "LogonType", "AccountDomain", "AccountName", "RemoteIP",
         "InitiatingProcessAccountUpn", "ReportId"),
    ),
    "DeviceProcessEvents": (
        _ENDPOINT,
        ("DeviceId", "DeviceName", "ActionType", "FileName", "FolderPath", "SHA256", "ProcessCommandLine",
         "AccountName", "AccountUpn", "InitiatingProcessFileName", "InitiatingProcessCommandLine",
         "InitiatingProcessAccountUpn", "ReportId"),
    ),
    "OAuthAppInfo": (
        _ENDPOINT,
        ("OAuthAppId", "ServicePrincipalId", "AppName", "AppStatus", "VerifiedPublisher", "PrivilegeLevel",
         "Permissions", "IsAdminConsented", "ConsentedUsersCount", "AppOrigin", "ReportId"),
    ),
}  # fmt: skip
_STATUS = {"delivered": "Delivered", "filteredAsSpam": "Junked", "quarantined": "Blocked", "failed": "Blocked"}


def columns(table: str) -> dict[str, str]:
    """The columns of a table with their types, in the answer's words."""
    types = {"RawEventData": "Object", "ErrorCode": "Int32", "IsManaged": "SByte", "IsClickedThrough": "SByte"}
    return {"Timestamp": "DateTime"} | {name: types.get(name, "String") for name in TABLES[table][1]}


def rows(state: TenantState, table: str, query: str) -> list[Json]:
    """The rows of a table. Where the query names people, only theirs are made: a month of everybody's is long."""
    named = [person for person in state.world.people.values() if person.upn in query.lower() or person.id in query]
    own = _MAKERS[table](state, named or list(state.world.people.values())) if table in _MAKERS else []
    written = state.objects["security"].get("hunting", {}).get(table, [])
    return [{name: row.get(name) for name in columns(table)} for row in [*own, *written]]


def analyzed_emails(state: TenantState, begin: datetime, end: datetime) -> Iterator[Json]:
    """Mail as Defender for Office 365 has judged it, the newest first; Graph's `security.analyzedEmail`."""
    for trace in state.traces():
        if begin <= datetime.fromisoformat(trace["receivedDateTime"]) < end:
            yield _analyzed(trace)


def _emails(state: TenantState, people: list[Person]) -> Iterator[Json]:
    found = {(trace["id"], trace["recipientAddress"]): trace for person in people for trace in state.traces(person.upn)}
    for trace in found.values():
        yield {
            "Timestamp": trace["receivedDateTime"],
            "NetworkMessageId": trace["id"],
            "InternetMessageId": trace["messageId"],
            "SenderMailFromAddress": trace["senderAddress"],
            "SenderFromAddress": trace["senderAddress"],
            "SenderIPv4": trace["fromIP"],
            "RecipientEmailAddress": trace["recipientAddress"],
            "Subject": trace["subject"],
            "EmailDirection": _direction(trace),
            "DeliveryAction": _STATUS.get(trace["status"], "Delivered"),
            "DeliveryLocation": "Inbox/folder" if trace["status"] == "delivered" else "Junk folder",
            "ThreatTypes": "",
            "ReportId": f"{trace['id']}-1",
        }


def _direction(trace: Json) -> str:
    inside = [trace[side].endswith(f"@{DOMAIN}") for side in ("senderAddress", "recipientAddress")]
    return "Intra-org" if all(inside) else "Outbound" if inside[0] else "Inbound"


def _cloud_apps(state: TenantState, people: list[Person]) -> Iterator[Json]:
    for person in people:
        for record in {record["id"]: record for record in state.audits([person.upn])}.values():
            data = {name: value for name, value in record["auditData"].items() if name != "@odata.type"}
            yield {
                "Timestamp": record["createdDateTime"],
                "ActionType": record["operation"],
                "Application": f"Microsoft {record['service']}",
                "ApplicationId": "20893",
                "AccountObjectId": person.id,
                "AccountId": person.id,
                "AccountDisplayName": person.name,
                "IPAddress": record["clientIp"],
                "UserAgent": data.get("ClientInfoString", ""),
                "ObjectName": record["objectId"],
                "RawEventData": orjson.dumps(data).decode(),
                "ReportId": f"{record['id']}_20893",
            }


def _sign_ins(state: TenantState, people: list[Person]) -> Iterator[Json]:
    for person in people:
        for record in state.sign_ins(person.id):
            device, place = record["deviceDetail"], record["location"]
            yield {
                "Timestamp": record["createdDateTime"],
                "Application": record["appDisplayName"],
                "ApplicationId": record["appId"],
                "LogonType": orjson.dumps(record["signInEventTypes"]).decode(),
                "ErrorCode": record["status"]["errorCode"],
                "CorrelationId": record["correlationId"],
                "SessionId": record["sessionId"],
                "AccountDisplayName": record["userDisplayName"],
                "AccountObjectId": person.id,
                "AccountUpn": record["userPrincipalName"],
                "IsExternalUser": 0,
                "IsGuestUser": False,
                "ResourceDisplayName": record["resourceDisplayName"],
                "ResourceId": record["resourceId"],
                "DeviceName": device.get("displayName"),
                "EntraIdDeviceId": device.get("deviceId"),
                "OSPlatform": device.get("operatingSystem"),
                "DeviceTrustType": device.get("trustType"),
                "IsManaged": int(bool(device.get("isManaged"))),
                "IsCompliant": int(bool(device.get("isCompliant"))),
                "AuthenticationRequirement": record["authenticationRequirement"],
                "RiskState": record["riskState"],
                "UserAgent": record["userAgent"],
                "ClientAppUsed": record["clientAppUsed"],
                "Browser": device.get("browser"),
                "ConditionalAccessStatus": record["conditionalAccessStatus"],
                "IPAddress": record["ipAddress"],
                "Country": place.get("countryOrRegion"),
                "State": place.get("state"),
                "City": place.get("city"),
                "RequestId": record["id"],
                "ReportId": record["id"],
            }


def _device_logons(state: TenantState, people: list[Person]) -> Iterator[Json]:
    known = state.objects["defender"]
    for machine in (item for person in people for item in known["machines"].get(person.upn, [])):
        for user in known["logons"].get(machine["id"], []):
            yield {
                "Timestamp": user["lastSeen"],
                "DeviceId": machine["id"],
                "DeviceName": machine["computerDnsName"],
                "ActionType": "LogonSuccess",
                "LogonType": "Interactive",
                "AccountDomain": user["accountDomain"],
                "AccountName": user["accountName"],
                "ReportId": 1,
            }


def _apps(state: TenantState, _: list[Person]) -> Iterator[Json]:
    counts = Counter(grant["clientId"] for grant in state.objects["grants"])
    for app in state.objects["service_principals"].values():
        if app["id"] in counts:
            yield {
                "Timestamp": z(state.info.now - timedelta(hours=12)),
                "OAuthAppId": app["appId"],
                "ServicePrincipalId": app["id"],
                "AppName": app["displayName"],
                "AppStatus": "Enabled" if app["accountEnabled"] else "DisabledByAdmin",
                "VerifiedPublisher": orjson.dumps(app["verifiedPublisher"]).decode(),
                "PrivilegeLevel": "Low",
                "Permissions": "[]",
                "IsAdminConsented": False,
                "ConsentedUsersCount": counts[app["id"]],
                "AppOrigin": "External",
                "ReportId": app["id"],
            }


_MAKERS: dict[str, Callable[[TenantState, list[Person]], Iterator[Json]]] = {
    "EmailEvents": _emails,
    "CloudAppEvents": _cloud_apps,
    "EntraIdSignInEvents": _sign_ins,
    "DeviceLogonEvents": _device_logons,
    "OAuthAppInfo": _apps,
}


def _analyzed(trace: Json) -> Json:
    delivered = trace["status"] == "delivered"
    place = {
        "action": "delivered" if delivered else "blocked",
        "location": "inbox_folder" if delivered else "quarantine",
        "latestThreats": None,
    }
    return {
        "id": f"{trace['id']}{trace['recipientAddress']}",
        "loggedDateTime": trace["receivedDateTime"],
        "networkMessageId": trace["id"],
        "internetMessageId": trace["messageId"],
        "senderDetail": {"fromAddress": trace["senderAddress"], "ipv4": trace["fromIP"]},
        "recipientEmailAddress": trace["recipientAddress"],
        "subject": trace["subject"],
        "directionality": {"Intra-org": "intraOrg"}.get(_direction(trace), _direction(trace).lower()),
        "originalDelivery": place,
        "latestDelivery": place,
        "sizeInBytes": trace["size"],
        "threatTypes": ["none"] if delivered else ["phish"],
        "urls": [],
        "attachments": [],
        "alertIds": [],
        "timelineEvents": [],
    }
