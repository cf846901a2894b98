"""Rows of advanced hunting that are events the logs know too, brought back to the logs' own forms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from o365nb.events.times import iso_time
from o365nb.intake.audit_data import audit_record
from o365nb.intake.base import LESSER, Damaged, Record
from o365nb.intake.forms import JsonShape
from o365nb.intake.log_tables import opened


class HuntingCloudAppEventsJson(JsonShape):
    """CloudAppEvents: the audit log's record stands in `RawEventData`, as an object or as text."""

    name = "hunting-cloud-app-events-json"
    title = "Defender CloudAppEvents (JSON)"
    kind = "audit_record"
    must = frozenset({"ActionType", "AccountObjectId", "RawEventData"})

    def records(self, line: int, data: dict[str, Any]) -> Iterator[Record | Damaged]:
        outer = {
            "CreationTime": iso_time(str(data.get("Timestamp") or "")),
            "Operation": data["ActionType"],
            "UserId": data.get("AccountId") or data["AccountObjectId"],
            "Workload": data.get("Application"),
            "ClientIP": data.get("IPAddress"),
        }
        for item in audit_record(line, data["RawEventData"], outer):
            if isinstance(item, Record):
                item.data[LESSER] = True
            yield item


class HuntingSignInEventsJson(JsonShape):
    """EntraIdSignInEvents, AADSignInEventsBeta before: less than Graph's own record of the same sign-in, so that one
    goes before it where both were collected."""

    name = "hunting-sign-in-events-json"
    title = "Defender EntraIdSignInEvents (JSON)"
    kind = "sign_in"
    must = frozenset({"AccountUpn", "ErrorCode", "LogonType", "IPAddress"})
    any_of = frozenset({"EntraIdDeviceId", "AadDeviceId", "RequestId"})

    def records(self, line: int, data: dict[str, Any]) -> Iterator[Record | Damaged]:
        when = iso_time(str(data.get("Timestamp") or ""))
        if not when:
            yield Damaged(line, "the sign-in has no time that can be read")
            return
        kinds = opened(data["LogonType"])
        yield Record(line, self.kind, {
            LESSER: True,
            "id": data.get("RequestId"),
            "createdDateTime": when,
            "userId": data.get("AccountObjectId"),
            "userPrincipalName": data["AccountUpn"],
            "userDisplayName": data.get("AccountDisplayName"),
            "userType": "guest" if _true(data.get("IsGuestUser")) else "member",
            "appDisplayName": data.get("Application"),
            "appId": data.get("ApplicationId"),
            "resourceDisplayName": data.get("ResourceDisplayName"),
            "resourceId": data.get("ResourceId"),
            "signInEventTypes": kinds if isinstance(kinds, list) else [str(kinds)],
            "status": {"errorCode": data["ErrorCode"]},
            "ipAddress": data["IPAddress"],
            "location": {
                "city": data.get("City"), "state": data.get("State"), "countryOrRegion": data.get("Country"),
            },
            "correlationId": data.get("CorrelationId"),
            "sessionId": data.get("SessionId"),
            "uniqueTokenIdentifier": data.get("UniqueTokenId"),
            "userAgent": data.get("UserAgent"),
            "clientAppUsed": data.get("ClientAppUsed"),
            "authenticationRequirement": data.get("AuthenticationRequirement"),
            "conditionalAccessStatus": data.get("ConditionalAccessStatus"),
            "deviceDetail": {
                "deviceId": data.get("EntraIdDeviceId") or data.get("AadDeviceId"),
                "displayName": data.get("DeviceName"),
                "operatingSystem": data.get("OSPlatform"),
                "browser": data.get("Browser"),
                "trustType": data.get("DeviceTrustType"),
                "isManaged": _told(data.get("IsManaged")),
                "isCompliant": _told(data.get("IsCompliant")),
            },
        })  # fmt: skip


class HuntingUrlClickEventsJson(JsonShape):
    """UrlClickEvents: a click that Safe Links saw, as the audit log's own record of one.

    The table's ReportId is no id: clicking through a warning repeats it.
    """

    name = "hunting-url-click-events-json"
    title = "Defender UrlClickEvents (JSON)"
    kind = "audit_record"
    must = frozenset({"AccountUpn", "ActionType", "Url", "IsClickedThrough"})

    def records(self, line: int, data: dict[str, Any]) -> Iterator[Record | Damaged]:
        when = iso_time(str(data.get("Timestamp") or ""))
        if not when:
            yield Damaged(line, "the click has no time that can be read")
            return
        opened_page = data["ActionType"] == "ClickAllowed" or _true(data["IsClickedThrough"])
        fates = {True: "Succeeded", False: "Failed" if "Blocked" in str(data["ActionType"]) else None}
        yield Record(line, self.kind, {
            LESSER: True,
            "CreationTime": when,
            "Operation": "TIUrlClickData",
            "Workload": "ThreatIntelligence",
            "UserId": data["AccountUpn"],
            "UserType": 0,
            "ClientIP": data.get("IPAddress"),
            "ObjectId": data["Url"],
            "ResultStatus": fates[opened_page],
            "SourceId": data.get("NetworkMessageId"),
            "UrlClickAction": data["ActionType"],
            "AppName": data.get("Workload"),
        })  # fmt: skip


def _true(value: Any) -> bool:
    return str(value).lower() in ("1", "true")


def _told(value: Any) -> bool | None:
    """Yes or no, in the table's numbers; None where it says nothing."""
    return None if value in (None, "") else _true(value)
