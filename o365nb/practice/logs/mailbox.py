"""Exchange in the unified audit log: mail read, sent, deleted, searched; rules and mailboxes changed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from o365nb.practice.ids import Json, naive
from o365nb.practice.logs.apps import EXCHANGE, App
from o365nb.practice.people import INITIAL_DOMAIN, TENANT_ID, Person, named_id
from o365nb.practice.places import Place

SYSTEM = "NT AUTHORITY\\SYSTEM (Microsoft.Exchange.ServiceHost)"
_SERVER = "FR3P281MB1553 (15.20.4200.000)\r\n"


@dataclass(frozen=True, slots=True)
class Access:
    """One way into a mailbox: whose, from where, by which client, in which session and with which token.

    `owner` is whose mailbox is opened, where it is not the person's own: then the person is its delegate.
    """

    person: Person
    place: Place
    client: App
    client_info: str
    session: str
    token: str
    owner: Person | None = None

    @property
    def box(self) -> Person:
        """Whose mailbox it is."""
        return self.owner or self.person


def _base(access: Access, record_id: str, at: datetime, operation: str, record_type: int) -> Json:
    person = access.person
    return {
        "CreationTime": naive(at),
        "Id": record_id,
        "Operation": operation,
        "OrganizationId": TENANT_ID,
        "RecordType": record_type,
        "ResultStatus": "Succeeded",
        "UserKey": named_id(f"puid:{person.upn}").replace("-", "")[:16].upper(),
        "UserType": 0,
        "Version": 1,
        "Workload": "Exchange",
        "UserId": person.upn,
    }


def _mailbox(access: Access) -> Json:
    return {
        "AppAccessContext": {
            "AADSessionId": access.session,
            "APIId": EXCHANGE.id,
            "ClientAppId": access.client.id,
            "UniqueTokenId": access.token,
        },
        "AppId": EXCHANGE.id,
        "ClientAppId": access.client.id,
        "ClientIPAddress": access.place.ip,
        "ClientInfoString": access.client_info,
        "ExternalAccess": False,
        "InternalLogonType": 0,
        "LogonType": 0 if access.owner is None else 2,  # 2: a delegate
        "LogonUserSid": _sid(access.person),
        "MailboxGuid": named_id(f"mailbox:{access.box.upn}"),
        "MailboxOwnerSid": _sid(access.box),
        "MailboxOwnerUPN": access.box.upn,
        "OrganizationName": INITIAL_DOMAIN,
        "OriginatingServer": _SERVER,
        "SessionId": access.session,
    }


def _properties(values: Mapping[str, str | None]) -> list[Json]:
    """Name and value pairs; a value that the service leaves out is no key at all."""
    return [{"Name": name} if value is None else {"Name": name, "Value": value} for name, value in values.items()]


def items_accessed(
    access: Access, record_id: str, at: datetime, folder: str, messages: Sequence[tuple[str, int]], *,
    throttled: bool = False,
) -> Json:  # fmt: skip
    """Mail read one by one (Bind): every message is named with its size in bytes.

    `throttled` marks the last record before the service stops writing them for a day.
    """
    return {
        **_base(access, record_id, at, "MailItemsAccessed", 50),
        **_mailbox(access),
        "OperationProperties": _properties({"MailAccessType": "Bind", "IsThrottled": str(throttled)}),
        "Folders": [
            {
                "FolderItems": [{"InternetMessageId": message, "SizeInBytes": size} for message, size in messages],
                "Id": _folder_id(access.box, folder),
                "Path": folder,
            }
        ],
        "OperationCount": len(messages),
    }


def folder_synced(access: Access, record_id: str, at: datetime, folder: str) -> Json:
    """A folder synchronised by a desktop client (Sync): only the folder is named."""
    return {
        **_base(access, record_id, at, "MailItemsAccessed", 50),
        **_mailbox(access),
        "OperationProperties": _properties({"MailAccessType": "Sync", "IsThrottled": "False"}),
        "Item": {
            "Id": _folder_id(access.box, folder),
            "ParentFolder": {
                "Id": _folder_id(access.box, folder),
                "Name": folder.rsplit("\\", 1)[-1],
                "Path": folder,
            },
        },
        "OperationCount": 1,
    }


def sent(access: Access, record_id: str, at: datetime, message: str, subject: str, size: int) -> Json:
    """A message sent from the mailbox."""
    return {
        **_base(access, record_id, at, "Send", 2),
        **_mailbox(access),
        "ClientIP": access.place.ip,
        "Item": {
            "Id": "Unknown",
            "InternetMessageId": message,
            "ParentFolder": {"Id": _folder_id(access.box, "\\Drafts"), "Name": "Drafts", "Path": "\\Drafts"},
            "SizeInBytes": size,
            "Subject": subject,
        },
        "SaveToSentItems": True,
    }


def removed(
    access: Access, record_id: str, at: datetime, operation: str, folder: str, messages: Sequence[tuple[str, str]]
) -> Json:
    """HardDelete, SoftDelete or MoveToDeletedItems of (message id, subject) in one folder."""
    here = {"Id": _folder_id(access.box, folder), "Path": folder}
    return {
        **_base(access, record_id, at, operation, 3),
        **_mailbox(access),
        "ClientIP": access.place.ip,
        "AffectedItems": [
            {"Id": named_id(f"item:{message}"), "InternetMessageId": message, "ParentFolder": here, "Subject": subject}
            for message, subject in messages
        ],
        "CrossMailboxOperation": False,
        "Folder": here,
    }


def searched(access: Access, record_id: str, at: datetime, words: str) -> Json:
    """A search that the mailbox's owner typed."""
    return {
        **_base(access, record_id, at, "SearchQueryInitiatedExchange", 101),
        **_mailbox(access),
        "ClientIP": access.place.ip,
        "ObjectId": "",
        "QueryText": words,
        "QuerySource": "OWA",
        "ScenarioName": "owa.react",
        "ScopeId": "",
    }


def cmdlet(
    access: Access, record_id: str, at: datetime, operation: str, target: str, parameters: Mapping[str, str]
) -> Json:
    """A cmdlet run through Outlook on the web (New-InboxRule, Set-MailboxAutoReplyConfiguration, ...)."""
    return {
        **_base(access, record_id, at, operation, 1),
        "ResultStatus": "True",
        "UserKey": access.person.upn,
        "UserType": 2,
        "ClientIP": access.place.with_port(20000 + int(record_id[:4], 16) % 40000),
        "ObjectId": target,
        "AppAccessContext": {
            "AADSessionId": access.session,
            "ClientAppId": access.client.id,
            "UniqueTokenId": access.token,
        },
        "AppId": EXCHANGE.id,
        "AppPoolName": "MSExchangeOWAAppPool",
        "ClientAppId": "",
        "CorrelationID": "",
        "ExternalAccess": False,
        "OrganizationName": INITIAL_DOMAIN,
        "OriginatingServer": _SERVER.strip(),
        "Parameters": [{"Name": name, "Value": value} for name, value in parameters.items()],
        "RequestId": named_id(f"request:{record_id}"),
        "SessionId": access.session,
    }


def rules_updated(access: Access, record_id: str, at: datetime, rule_id: str, operation: str) -> Json:
    """UpdateInboxRules for a rule that is changed: the service names the rule's id and nothing of its content."""
    return {
        **_base(access, record_id, at, "UpdateInboxRules", 2),
        **_mailbox(access),
        "ClientIP": access.place.ip,
        "Item": {
            "Id": _folder_id(access.box, "\\Inbox"),
            "ParentFolder": {"Id": _folder_id(access.box, "\\Inbox"), "Name": "Inbox", "Path": "\\Inbox"},
        },
        "OperationProperties": _properties(
            {
                "RuleOperation": operation,
                "RuleId": rule_id,
                "RuleState": "Enabled",
                "RuleName": None,
                "RuleProvider": "ExchangeMailboxRules14",
                "RuleActions": json.dumps([]),
                "RuleCondition": json.dumps({}),
            }
        ),
    }


def by_service(
    record_id: str, at: datetime, operation: str, target: str, parameters: Mapping[str, str], user: str = SYSTEM
) -> Json:
    """An administrative cmdlet that the service itself (or an app) ran: most of any tenant's Set-Mailbox records."""
    return {
        "CreationTime": naive(at),
        "Id": record_id,
        "Operation": operation,
        "OrganizationId": TENANT_ID,
        "RecordType": 1,
        "ResultStatus": "True",
        "UserKey": user,
        "UserType": 3 if user == SYSTEM else 5,
        "Version": 1,
        "Workload": "Exchange",
        "ClientIP": "",
        "ObjectId": target,
        "UserId": user,
        "AppId": "",
        "ClientAppId": "",
        "ExternalAccess": user == SYSTEM,
        "OrganizationName": INITIAL_DOMAIN,
        "OriginatingServer": _SERVER.strip(),
        "Parameters": [{"Name": name, "Value": value} for name, value in parameters.items()],
    }


def restricted(record_id: str, at: datetime, sender: str, sent_count: int, spam: int, trace: str) -> Json:
    """The service restricts a sender: HygieneTenantEvents, event Listed."""
    reason = f"OutboundSpamLast24Hours={spam};OutboundMailLast24Hours={sent_count}"
    facts: dict[str, Any] = {
        "CreationTime": naive(at),
        "Id": record_id,
        "Operation": "HygieneTenantEvents",
        "OrganizationId": TENANT_ID,
        "RecordType": 29,
        "ResultStatus": "",
        "UserKey": sender,
        "UserType": 4,
        "Version": 1,
        "Workload": "Exchange",
        "UserId": sender,
        "Audit": f"Type: ExceedingLimit; {reason}",
        "Event": "Listed",
        "EventId": 0,
        "EventValue": sender,
        "Reason": f"{reason};Last Spam Message MessagetraceId:{trace}",
    }
    return facts


def _sid(person: Person) -> str:
    return f"S-1-5-21-2127521184-1604012920-1887927527-{4000 + person.number}"


def _folder_id(person: Person, folder: str) -> str:
    return "LgAAAA" + named_id(f"folder:{person.upn}:{folder}").replace("-", "") + "AAAB"
