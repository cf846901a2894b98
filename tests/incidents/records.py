"""The records that every incident is made of: sign-ins and what the audit log and the directory write."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from incidents.hands import EXCHANGE, OFFICE_HOME, OUTLOOK, T0, TENANT, Hand, Place, Shape

Json = dict[str, Any]


@dataclass
class Records:
    """The logs of one incident, growing record by record, and the truth of each record."""

    upn: str
    shape: Shape = field(default_factory=Shape)
    start: datetime = T0
    audit: list[Json] = field(default_factory=list)
    sign_ins: list[Json] = field(default_factory=list)
    directory: list[Json] = field(default_factory=list)
    truth: dict[str, str] = field(default_factory=dict)

    # ── time and names ────────────────────────────────────────────────────────────────────────────────────────────
    def t(self, **after: float) -> datetime:
        """A moment so long after the incident's begin."""
        return self.start + timedelta(**after)

    @property
    def domain(self) -> str:
        return self.upn.rpartition("@")[2]

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
                "location": {
                    "city": hand.place.city if self.shape.places else "",
                    "countryOrRegion": hand.place.country if self.shape.places else "",
                },
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
            "OrganizationName": self.domain,
        }
        if self.shape.sessions and hand.session:
            found |= {
                "SessionId": hand.session,
                "AppAccessContext": {
                    "AADSessionId": hand.session,
                    "ClientAppId": app[0],
                    "UniqueTokenId": self.guid("uti", hand.session, hand.place.ip)[:22],
                },
            }
        return found

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
