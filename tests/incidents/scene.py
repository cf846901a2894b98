"""Incidents as the files an analyst is given: real file shapes, the user's own weeks in between, and the truth.

A `Hand` is somebody's way in: whose account, from where, with what, in which session. Whatever an intruder's hand
does is the truth of the incident; everything else is the user's, a colleague's or the service's.
"""

from __future__ import annotations

import csv
import io
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

Json = dict[str, Any]

T0 = datetime(2026, 10, 14, 9, 12, tzinfo=UTC)
TENANT = "22222222-3333-4444-8555-666666666666"
OFFICE_HOME = ("4765445b-32c6-49b0-83e6-1d93765276ca", "OfficeHome")
OUTLOOK = ("d3590ed6-52b3-4102-aeff-aad2292ab01c", "Microsoft Office")
PHONE_MAIL = ("27922004-5251-4030-b22d-91ecd9a37ea4", "Outlook Mobile")
WEB_MAIL = ("9199bf20-a13f-4107-85dc-02114787ef48", "One Outlook Web")
AUTH_BROKER = ("29d9ed98-a469-4536-ade2-f981bc1d605e", "Microsoft Authentication Broker")
EXCHANGE = ("00000002-0000-0ff1-ce00-000000000000", "Office 365 Exchange Online")

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"


@dataclass(frozen=True)
class Place:
    ip: str
    asn: int
    country: str = "DE"
    city: str = "Berlin"


@dataclass(frozen=True)
class Client:
    os: str
    browser: str
    agent: str
    device: str = ""
    managed: bool = False


LAPTOP = Client(
    "Windows10", "Edge 140.0", f"{CHROME} Safari/537.36 Edg/140.0.0.0", "0d15ea5e-1111-4222-8333-444444444444", True
)
PRIVATE_PC = Client("Windows10", "Chrome 140.0.0", f"{CHROME} Safari/537.36")
PHONE = Client("Ios 18.1", "Mobile Safari", "Outlook-iOS/4.2540.0 (iPhone; iOS 18.1)")
MAC_FIREFOX = Client("MacOs", "Firefox 131.0", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:131.0) Firefox/131.0")
KIT = Client("", "", "axios/1.7.9")

OFFICE = Place("198.51.100.20", 8881)
HOME = Place("100.66.14.9", 3320)
HOME6 = Place("2001:db8:41:7::1a2b", 3320)


@dataclass(frozen=True)
class Hand:
    """Somebody's way in. `true` is whose it really is."""

    upn: str
    place: Place
    client: Client
    session: str = ""
    true: str = "user"

    def at(self, place: Place) -> Hand:
        return replace(self, place=place)


@dataclass
class Shape:
    """In which shape the evidence of an incident arrives, and how it is spoilt."""

    audit: str = "purview"  # purview, management, search, sentinel
    sign_ins: bool = True  # Graph sign-ins are among the files
    sentinel_sign_ins: bool = False
    sessions: bool = True  # records name sessions and tokens
    directory: bool = True  # Graph's directory audits are among the files; the audit log has its own either way
    trace: bool = True
    ports: bool = False
    mixed_case: bool = False
    duplicates: bool = False


@dataclass
class Scene:
    """The files of one incident, growing record by record."""

    upn: str
    shape: Shape = field(default_factory=Shape)
    audit: list[Json] = field(default_factory=list)
    sign_ins: list[Json] = field(default_factory=list)
    directory: list[Json] = field(default_factory=list)
    trace: list[Json] = field(default_factory=list)
    state: dict[str, list[Json]] = field(default_factory=dict)
    truth: dict[str, str] = field(default_factory=dict)

    # ── time and names ────────────────────────────────────────────────────────────────────────────────────────────
    @staticmethod
    def t(**after: float) -> datetime:
        return T0 + timedelta(**after)

    def guid(self, *parts: object) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, ":".join(map(str, (self.upn, *parts)))))

    def _id(self, kind: str, hand_true: str) -> str:
        made = self.guid(kind, len(self.truth))
        self.truth[made] = hand_true
        return made

    def _name(self, upn: str) -> str:
        """The account as this record writes it."""
        return upn.title() if self.shape.mixed_case and len(self.truth) % 3 == 0 else upn

    def _ip(self, place: Place) -> str:
        if not self.shape.ports:
            return place.ip
        port = 20000 + len(self.truth) % 40000
        return f"[{place.ip}]:{port}" if ":" in place.ip else f"{place.ip}:{port}"

    # ── sign-ins ──────────────────────────────────────────────────────────────────────────────────────────────────
    def sign_in(
        self,
        hand: Hand,
        at: datetime,
        *,
        app: tuple[str, str] = OFFICE_HOME,
        resource: tuple[str, str] = EXCHANGE,
        error: int = 0,
        interactive: bool = True,
        factors: int = 2,
        flow: str = "",
        client_app: str = "Browser",
        protocol: str = "none",
        token: str = "none",
        true: str = "",
    ) -> str:
        """One sign-in, as Graph beta and as the audit log have it."""
        made = self._id("sign-in", true or hand.true)
        device = {"Id": hand.client.device} if hand.client.device else {}
        session = hand.session if self.shape.sessions else ""
        self.sign_ins.append(
            {
                "id": made,
                "createdDateTime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
                "userPrincipalName": self._name(hand.upn),
                "userId": self.guid("user", hand.upn),
                "appId": app[0],
                "appDisplayName": app[1],
                "ipAddress": hand.place.ip,
                "clientAppUsed": client_app,
                "userAgent": hand.client.agent,
                "correlationId": flow or self.guid("flow", made),
                "conditionalAccessStatus": "notApplied",
                "isInteractive": interactive,
                "resourceDisplayName": resource[1],
                "resourceId": resource[0],
                "authenticationRequirement": "multiFactorAuthentication"
                if factors == 2
                else "singleFactorAuthentication",
                "authenticationProtocol": protocol,
                "incomingTokenType": token,
                "riskState": "none",
                "autonomousSystemNumber": hand.place.asn,
                "sessionId": session or None,
                "uniqueTokenIdentifier": self.guid("token", made)[:22],
                "signInEventTypes": ["interactiveUser" if interactive else "nonInteractiveUser"],
                "status": {"errorCode": error, "failureReason": "Other." if not error else "refused"},
                "deviceDetail": {
                    "deviceId": hand.client.device,
                    "operatingSystem": hand.client.os,
                    "browser": hand.client.browser,
                    "isManaged": hand.client.managed,
                    "isCompliant": hand.client.managed,
                    "trustType": "",
                },
                "location": {"city": hand.place.city, "countryOrRegion": hand.place.country},
            }
        )
        names = {"OS": hand.client.os, "BrowserType": hand.client.browser.split(" ")[0], **device}
        names |= {"IsCompliantAndManaged": str(hand.client.managed)} if hand.client.device else {}
        names |= {"SessionId": session} if session else {}
        refused = error not in (0, 50140)
        self._audit(
            hand,
            at,
            "UserLoginFailed" if refused else "UserLoggedIn",
            "AzureActiveDirectory",
            15,
            made,
            ApplicationId=app[0],
            ObjectId=resource[0],
            ResultStatus="Success",
            ErrorNumber=str(error),
            ActorIpAddress=self._ip(hand.place),
            InterSystemsId=flow or self.guid("flow", made),
            IntraSystemId=made,
            ExtendedProperties=[
                {"Name": "ResultStatusDetail", "Value": "UserError" if refused else "Success"},
                {"Name": "UserAgent", "Value": hand.client.agent},
                {
                    "Name": "RequestType",
                    "Value": "Cmsi:Cmsi"
                    if protocol == "deviceCode"
                    else "OAuth2:Authorize"
                    if interactive
                    else "OAuth2:Token",
                },
            ],
            DeviceProperties=[{"Name": name, "Value": value} for name, value in names.items() if value],
            **({"LogonError": "InvalidUserNameOrPassword"} if refused else {}),
        )
        return made

    def token_used(self, hand: Hand, at: datetime, app: tuple[str, str] = OUTLOOK, **more: Any) -> str:
        """A sign-in without the user's doing: a token is renewed."""
        return self.sign_in(hand, at, app=app, interactive=False, **{"token": "refreshToken", **more})

    # ── the audit log ─────────────────────────────────────────────────────────────────────────────────────────────
    def _audit(
        self, hand: Hand, at: datetime, operation: str, workload: str, kind: int, made: str, **more: Any
    ) -> Json:
        record = {
            "CreationTime": f"{at:%Y-%m-%dT%H:%M:%S}",
            "Id": made,
            "Operation": operation,
            "OrganizationId": TENANT,
            "RecordType": kind,
            "ResultStatus": "Succeeded",
            "UserKey": self.guid("key", hand.upn),
            "UserType": 0,
            "Version": 1,
            "Workload": workload,
            "UserId": self._name(hand.upn),
            "ClientIP": self._ip(hand.place),
            **more,
        }
        self.audit.append(record)
        return record

    def _mailbox(self, hand: Hand, app: tuple[str, str], info: str, owner: str) -> Json:
        found: Json = {
            "AppId": app[0],
            "ClientAppId": app[0],
            "ClientInfoString": info,
            "ClientIPAddress": self._ip(hand.place),
            "MailboxOwnerUPN": owner or hand.upn,
            "LogonType": 2 if owner else 0,
            "ExternalAccess": False,
            "MailboxGuid": self.guid("mailbox", owner or hand.upn),
            "OrganizationName": "contoso.example",
        }
        if self.shape.sessions and hand.session:
            found |= {
                "SessionId": hand.session,
                "AppAccessContext": {
                    "AADSessionId": hand.session,
                    "ClientAppId": app[0],
                    "UniqueTokenId": self.guid("uti", hand.session)[:22],
                },
            }
        return found

    def read(
        self,
        hand: Hand,
        at: datetime,
        mails: Iterable[str] = (),
        *,
        folder: str = "\\Inbox",
        sync: bool = False,
        throttled: bool = False,
        app: tuple[str, str] = WEB_MAIL,
        info: str = "Client=OWA;Action=ViaProxy",
        owner: str = "",
    ) -> str:
        """MailItemsAccessed: single mails, or a folder synchronised."""
        made = self._id("read", hand.true)
        kind = [
            {"Name": "MailAccessType", "Value": "Sync" if sync else "Bind"},
            {"Name": "IsThrottled", "Value": str(throttled)},
        ]
        what: Json = (
            {"Item": {"ParentFolder": {"Path": folder}}}
            if sync
            else {"Folders": [{"Path": folder, "FolderItems": [{"InternetMessageId": mail} for mail in mails]}]}
        )
        self._audit(
            hand,
            at,
            "MailItemsAccessed",
            "Exchange",
            50,
            made,
            OperationProperties=kind,
            **self._mailbox(hand, app, info, owner),
            **what,
        )
        return made

    def send(
        self, hand: Hand, at: datetime, to: Iterable[str], subject: str, *, traced_from: str = "192.0.2.250"
    ) -> str:
        """A mail: Send in the audit log, one row per recipient in the trace."""
        made = self._id("send", hand.true)
        mail = f"<{made[:18]}@contoso.example>"
        self._audit(
            hand,
            at,
            "Send",
            "Exchange",
            2,
            made,
            Item={"InternetMessageId": mail, "Subject": subject},
            **self._mailbox(hand, WEB_MAIL, "Client=OWA;Action=ViaProxy", ""),
        )
        for address in to:
            self.delivered(hand.upn, address, at, subject, mail=mail, true=hand.true, from_ip=traced_from)
        return mail

    def removed(
        self, hand: Hand, at: datetime, mails: Iterable[str], folder: str, operation: str = "HardDelete"
    ) -> str:
        made = self._id("removed", hand.true)
        items = [{"InternetMessageId": mail, "ParentFolder": {"Path": folder}, "Subject": "x"} for mail in mails]
        self._audit(
            hand,
            at,
            operation,
            "Exchange",
            3,
            made,
            AffectedItems=items,
            Folder={"Path": folder},
            **self._mailbox(hand, WEB_MAIL, "Client=OWA;Action=ViaProxy", ""),
        )
        return made

    def searched(self, hand: Hand, at: datetime, words: str) -> str:
        made = self._id("searched", hand.true)
        self._audit(
            hand,
            at,
            "SearchQueryInitiatedExchange",
            "Exchange",
            101,
            made,
            QueryText=words,
            **self._mailbox(hand, WEB_MAIL, "Client=OWA;Action=ViaProxy", ""),
        )
        return made

    def cmdlet(self, hand: Hand, at: datetime, operation: str, target: str, **parameters: str) -> str:
        """A cmdlet with parameters: New-InboxRule, Set-Mailbox, New-TransportRule, ..."""
        made = self._id("cmdlet", hand.true)
        named = [{"Name": name, "Value": value} for name, value in parameters.items()]
        session: Json = {"SessionId": hand.session} if self.shape.sessions and hand.session else {}
        self._audit(
            hand,
            at,
            operation,
            "Exchange",
            1,
            made,
            ObjectId=target,
            Parameters=named,
            UserType=2,
            ResultStatus="True",
            ExternalAccess=False,
            **session,
        )
        return made

    def files(
        self,
        hand: Hand,
        at: datetime,
        names: Iterable[str],
        operation: str = "FileAccessed",
        step: float = 20,
        **more: Any,
    ) -> list[str]:
        found = []
        for number, name in enumerate(names):
            made = self._id("file", hand.true)
            access: Json = {"AppAccessContext": {"AADSessionId": hand.session}} if self.shape.sessions else {}
            url = f"https://contoso-my.sharepoint.example/personal/{hand.upn.split('@')[0]}/Documents/{name}"
            self._audit(
                hand,
                at + timedelta(seconds=step * number),
                operation,
                "OneDrive",
                6,
                made,
                ObjectId=url,
                UserAgent=hand.client.agent,
                IsManagedDevice=hand.client.managed,
                SourceFileName=name,
                **access,
                **more,
            )
            found.append(made)
        return found

    def by_service(self, at: datetime, operation: str, target: str, **parameters: str) -> str:
        made = self._id("service", "system")
        nobody = Hand("NT AUTHORITY\\SYSTEM (Microsoft.Exchange.ServiceHost)", Place("", 0), KIT)
        named = [{"Name": name, "Value": value} for name, value in parameters.items()]
        self._audit(
            nobody,
            at,
            operation,
            "Exchange",
            1,
            made,
            ObjectId=target,
            Parameters=named,
            UserType=3,
            ClientIP="",
            UserId=nobody.upn,
            ResultStatus="True",
        )
        return made

    # ── the directory ─────────────────────────────────────────────────────────────────────────────────────────────
    def changed(
        self, hand: Hand, at: datetime, activity: str, target: tuple[str, str, str], *, true: str = "", **modified: str
    ) -> str:
        """A change in the directory, as Graph has it and as the audit log has it. `target`: type, name or UPN, id."""
        flow = self.guid("change", len(self.truth))
        made = f"Directory_{flow}_{len(self.truth):05d}"
        whose = true or hand.true
        kind, name, identity = target
        person = kind == "User"
        self.truth[made] = whose
        self.directory.append(
            {
                "id": made,
                "activityDateTime": f"{at:%Y-%m-%dT%H:%M:%S}.1234567Z",
                "activityDisplayName": activity,
                "category": "UserManagement",
                "correlationId": flow,
                "result": "success",
                "resultReason": "",
                "loggedByService": "Core Directory",
                "operationType": "Update",
                "initiatedBy": {
                    "app": None,
                    "user": {
                        "id": self.guid("user", hand.upn),
                        "displayName": None,
                        "userPrincipalName": self._name(hand.upn),
                        "ipAddress": hand.place.ip,
                    },
                },
                "targetResources": [
                    {
                        "id": identity,
                        "displayName": None if person else name,
                        "type": kind,
                        "userPrincipalName": name if person else None,
                        "modifiedProperties": [
                            {"displayName": key.replace("__", "."), "oldValue": None, "newValue": json.dumps(value)}
                            for key, value in modified.items()
                        ],
                    }
                ],
                "additionalDetails": [],
            }
        )
        twin = self._id("change-log", whose)
        self._audit(
            hand,
            at,
            f"{activity}.",
            "AzureActiveDirectory",
            8,
            twin,
            ObjectId=name if person else identity,
            InterSystemsId=flow,
            ResultStatus="Success",
            ActorIpAddress=self._ip(hand.place),
            ModifiedProperties=[
                {"Name": key.replace("__", "."), "NewValue": json.dumps(value), "OldValue": ""}
                for key, value in modified.items()
            ],
            Target=[{"ID": name, "Type": 1}, {"ID": identity, "Type": 2}],
        )
        return made

    # ── mail flow and state ───────────────────────────────────────────────────────────────────────────────────────
    def delivered(
        self,
        sender: str,
        to: str,
        at: datetime,
        subject: str,
        *,
        mail: str = "",
        true: str = "system",
        from_ip: str = "192.0.2.250",
        status: str = "delivered",
    ) -> str:
        trace = self.guid("trace", len(self.truth))
        made = f"{trace}|{to}"
        self.truth[made] = true
        self.trace.append(
            {
                "id": trace,
                "senderAddress": sender,
                "recipientAddress": to,
                "status": status,
                "messageId": mail or f"<{trace[:18]}@{sender.split('@')[1]}>",
                "subject": subject,
                "receivedDateTime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
                "size": 20480,
                "fromIP": from_ip,
                "toIP": "",
            }
        )
        return made

    def stands(self, kind: str, *objects: Json) -> None:
        """Objects of a state export: messageRules, methods, devices, grants, principals, mailbox."""
        self.state.setdefault(kind, []).extend(objects)

    # ── files ─────────────────────────────────────────────────────────────────────────────────────────────────────
    def write(self, folder: Path) -> dict[str, str]:
        """The files of the incident; returns the truth of the events that are in them."""
        folder.mkdir(parents=True, exist_ok=True)
        shape = self.shape
        audit = sorted(self.audit, key=lambda record: record["CreationTime"])
        if shape.duplicates:
            audit = [twin for number, record in enumerate(audit) for twin in [record] * (2 if number % 3 == 0 else 1)]
        name, text = {"purview": purview, "management": management, "search": search, "sentinel": office_activity}[
            shape.audit
        ](audit)
        (folder / name).write_text(text, "utf-8")
        held = {r["Id"] for r in audit if shape.audit != "sentinel" or r["Workload"] != "AzureActiveDirectory"}
        for flag, found, file, context in (
            (shape.sign_ins and not shape.sentinel_sign_ins, self.sign_ins, "signIns.json", "auditLogs/signIns"),
            (shape.directory, self.directory, "directoryAudits.json", "auditLogs/directoryAudits"),
            (shape.trace, self.trace, "messageTraces.json", "admin/exchange/tracing/messageTraces"),
        ):
            if flag:
                (folder / file).write_text(graph(found, context), "utf-8")
                held |= {_key(one) for one in found}
        if shape.sentinel_sign_ins:
            (folder / "SigninLogs.csv").write_text(signin_logs(self.sign_ins), "utf-8")
            held |= {record["id"] for record in self.sign_ins}
        for kind, objects in self.state.items():
            (folder / f"{kind}.json").write_text(_state(kind, self.upn, objects), "utf-8")
        return {key: true for key, true in self.truth.items() if key in held}


def _key(record: Json) -> str:
    return f"{record['id']}|{record['recipientAddress']}" if "recipientAddress" in record else record["id"]


def graph(found: list[Json], context: str) -> str:
    return json.dumps({"@odata.context": f"https://graph.microsoft.com/beta/$metadata#{context}", "value": found})


_CONTEXT = {
    "messageRules": "users('{0}')/mailFolders('inbox')/messageRules",
    "methods": "users('{0}')/authentication/methods",
    "devices": "users('{0}')/registeredDevices",
    "grants": "oauth2PermissionGrants",
    "principals": "servicePrincipals",
    "users": "users",
}


def _state(kind: str, upn: str, objects: list[Json]) -> str:
    return graph(objects, _CONTEXT[kind].format(upn)) if kind in _CONTEXT else json.dumps(objects)


def _csv(header: list[str], rows: Iterable[list[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def purview(audit: list[Json]) -> tuple[str, str]:
    """The portal's audit search as it is exported now."""
    header = [
        "RecordId",
        "CreationDate",
        "RecordType",
        "Operation",
        "UserId",
        "AuditData",
        "AssociatedAdminUnits",
        "AssociatedAdminUnitsNames",
    ]
    rows = (
        [r["Id"], r["CreationTime"] + ".0000000Z", r["RecordType"], r["Operation"], r["UserId"], json.dumps(r), "", ""]
        for r in audit
    )
    return "AuditSearch.csv", "\ufeff" + _csv(header, rows)


def management(audit: list[Json]) -> tuple[str, str]:
    """Blobs of the Office 365 Management Activity API, one array after the other."""
    step = 200
    return "activity.json", "\n".join(json.dumps(audit[at : at + step]) for at in range(0, len(audit), step))


def search(audit: list[Json]) -> tuple[str, str]:
    """Search-UnifiedAuditLog | ConvertTo-Json: AuditData as text."""
    rows = [
        {
            "RecordType": str(r["RecordType"]),
            "CreationDate": "2026-10-01T00:00:00",
            "UserIds": r["UserId"],
            "Operations": r["Operation"],
            "AuditData": json.dumps(r),
            "ResultIndex": number,
            "ResultCount": len(audit),
            "Identity": r["Id"],
        }
        for number, r in enumerate(audit, 1)
    ]
    return "ual.json", json.dumps(rows, indent=1)


def office_activity(audit: list[Json]) -> tuple[str, str]:
    """Sentinel's OfficeActivity: it has no directory workload."""
    header = [
        "TimeGenerated [UTC]",
        "OfficeWorkload",
        "Operation",
        "UserId",
        "OfficeId",
        "ClientIP",
        "Client_IPAddress",
        "OfficeObjectId",
        "MailboxOwnerUPN",
        "SessionId",
        "ClientInfoString",
        "AppId",
        "UserAgent",
        "Parameters",
        "OperationProperties",
        "Folders",
        "Item",
        "AffectedItems",
        "Folder",
        "AppAccessContext",
        "ResultStatus",
        "UserType",
        "RecordType",
        "IsManagedDevice",
        "QueryText",
        "Logon_Type",
    ]
    own = {
        "TimeGenerated [UTC]": "CreationTime",
        "OfficeWorkload": "Workload",
        "OfficeId": "Id",
        "Client_IPAddress": "ClientIPAddress",
        "OfficeObjectId": "ObjectId",
        "Logon_Type": "LogonType",
    }

    def cell(record: Json, column: str) -> str:
        value = record.get(own.get(column, column))
        if column.startswith("Time"):
            at = datetime.fromisoformat(record["CreationTime"])
            return f"{at.month}/{at.day}/{at.year}, {at:%I:%M:%S}.000 {at:%p}"
        return json.dumps(value) if isinstance(value, (list, dict)) else "" if value is None else str(value)

    kept = [record for record in audit if record["Workload"] != "AzureActiveDirectory"]
    return "OfficeActivity.csv", "\ufeff" + _csv(header, ([cell(r, column) for column in header] for r in kept))


def signin_logs(found: list[Json]) -> str:
    """Sentinel's SigninLogs."""
    header = [
        "TimeGenerated [UTC]",
        "CreatedDateTime [UTC]",
        "UserPrincipalName",
        "AppDisplayName",
        "AppId",
        "IPAddress",
        "ResultType",
        "Id",
        "CorrelationId",
        "UserAgent",
        "ClientAppUsed",
        "DeviceDetail_dynamic",
        "LocationDetails",
        "AuthenticationRequirement",
        "AutonomousSystemNumber",
        "SessionId",
        "IsInteractive",
        "Status",
    ]
    rows = (
        [
            r["createdDateTime"],
            r["createdDateTime"],
            r["userPrincipalName"],
            r["appDisplayName"],
            r["appId"],
            r["ipAddress"],
            r["status"]["errorCode"],
            r["id"],
            r["correlationId"],
            r["userAgent"],
            r["clientAppUsed"],
            json.dumps(r["deviceDetail"]),
            json.dumps(r["location"]),
            r["authenticationRequirement"],
            r["autonomousSystemNumber"],
            r["sessionId"] or "",
            r["isInteractive"],
            json.dumps(r["status"]),
        ]
        for r in found
    )
    return _csv(header, rows)
