"""Incidents as the files an analyst is given: real file shapes, the user's own weeks in between, and the truth.

A `Hand` is somebody's way in: whose account, from where, with what, in which session. Whatever an intruder's hand
does is the truth of the incident; everything else is the user's, a colleague's or the service's.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from incidents.files import AUDIT_FILES, portal_sign_ins, signin_logs, trace_summary
from incidents.hands import KIT, WEB_MAIL, Hand, Place
from incidents.records import Json, Records

_OWA = "Client=OWA;Action=ViaProxy"


@dataclass
class Scene(Records):
    """The files of one incident: mail, files, state beside the logs. `beside`: who else is asked about."""

    trace: list[Json] = field(default_factory=list)
    state: dict[str, list[Json]] = field(default_factory=dict)
    beside: list[str] = field(default_factory=list)

    # ── the mailbox and files ─────────────────────────────────────────────────────────────────────────────────────
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
        info: str = _OWA,
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
        self,
        hand: Hand,
        at: datetime,
        to: Iterable[str],
        subject: str,
        *,
        app: tuple[str, str] = WEB_MAIL,
        info: str = _OWA,
        traced_from: str = "192.0.2.250",
    ) -> str:
        """A mail: Send in the audit log, one row per recipient in the trace."""
        made = self._id("send", hand.true)
        mail = f"<{made[:18]}@{self.domain}>"
        self._audit(
            hand,
            at,
            "Send",
            "Exchange",
            2,
            made,
            Item={"InternetMessageId": mail, "Subject": subject},
            **self._mailbox(hand, app, info, ""),
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
            **self._mailbox(hand, WEB_MAIL, _OWA, ""),
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
            **self._mailbox(hand, WEB_MAIL, _OWA, ""),
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

    def rule_updated(self, hand: Hand, at: datetime, name: str, action: Json, condition: str) -> str:
        """UpdateInboxRules: a rule made with Outlook or the web client."""
        made = self._id("rule", hand.true)
        said = {
            "RuleOperation": "AddMailboxRule",
            "RuleId": str(uuid.UUID(self.guid("rule", name)).int % 10**19),
            "RuleState": "Enabled",
            "RuleName": name,
            "RuleProvider": "ExchangeMailboxRules14",
            "RuleActions": json.dumps([action]),
            "RuleCondition": condition,
        }
        self._audit(
            hand,
            at,
            "UpdateInboxRules",
            "Exchange",
            2,
            made,
            OperationProperties=[{"Name": key, "Value": value} for key, value in said.items()],
            Item={"ParentFolder": {"Path": "\\Inbox"}},
            **self._mailbox(hand, WEB_MAIL, _OWA, ""),
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
            url = f"https://{self.domain.split('.')[0]}-my.sharepoint.example/personal/{hand.upn.split('@')[0]}/Documents/{name}"
            self._audit(
                hand,
                at + timedelta(seconds=step * number),
                operation,
                "OneDrive",
                6,
                made,
                ObjectId=url,
                UserAgent=hand.client.agent,
                IsManagedDevice=hand.client.managed or (self.shape.marked and hand.true == "attacker"),
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
        shape = self.shape
        audit = self._kept(sorted(self.audit, key=lambda record: record["CreationTime"]))
        often = [twin for one in audit for twin in [one] * (2 if _chance(one["Id"], "twice") < shape.doubled else 1)]
        files = list(AUDIT_FILES[shape.audit](often))
        held = {one["Id"] for one in audit if shape.audit != "sentinel" or one["Workload"] != "AzureActiveDirectory"}
        held = set() if shape.audit == "none" else held
        sign_ins, directory, trace = (self._kept(log) for log in (self.sign_ins, self.directory, self.trace))
        if shape.sign_ins:
            held |= {one["id"] for one in sign_ins}
            if shape.sentinel_sign_ins:
                files.append(("SigninLogs.csv", signin_logs(sign_ins)))
            elif shape.portal_sign_ins:
                by_hand = {kind: [one for one in sign_ins if one["isInteractive"] is kind] for kind in (True, False)}
                files.append(("InteractiveSignIns.csv", portal_sign_ins(by_hand[True])))
                files.append(("NonInteractiveSignIns.csv", portal_sign_ins(by_hand[False])))
            else:
                files.append(("signIns.json", graph(sign_ins, "auditLogs/signIns")))
        if shape.directory:
            held |= {one["id"] for one in directory}
            files.append(("directoryAudits.json", graph(directory, "auditLogs/directoryAudits")))
        if shape.trace:
            held |= {_key(one) for one in trace}
            summary = ("MTSummary.csv", trace_summary(trace))
            whole = ("messageTraces.json", graph(trace, "admin/exchange/tracing/messageTraces"))
            files.append(summary if shape.trace_summary else whole)
        for kind, objects in self.state.items() if shape.state else ():
            files.append((f"{kind}.json", _state(kind, self.upn, objects)))
        for name, text in files:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, "utf-8", newline="")
        return {key: true for key, true in self.truth.items() if key in held}

    def _kept(self, found: list[Json]) -> list[Json]:
        """What of a log is among the evidence: not what is older than it reaches, nor what was lost on the way."""
        limit = self.t(days=-self.shape.since).replace(tzinfo=None).isoformat() if self.shape.since else ""
        times = ("CreationTime", "createdDateTime", "activityDateTime", "receivedDateTime")
        return [
            one
            for one in found
            if next(one[name] for name in times if name in one) >= limit
            and _chance(_key(one), "lost") >= self.shape.missing
        ]


def _chance(key: str, salt: str) -> float:
    """A number from 0 to 1 that is the same for one record on every run."""
    return int.from_bytes(hashlib.sha256(f"{salt}{key}".encode()).digest()[:4], "big") / 2**32


def _key(record: Json) -> str:
    made = record.get("Id") or record["id"]
    return f"{made}|{record['recipientAddress']}" if "recipientAddress" in record else str(made)


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
