"""Chats with people of other organisations in the unified audit log: who wrote to whom, never what.

The records of both sides stand in the log of the tenant whose person takes part; the outsider's name no address.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from o365nb.practice.ids import Json, naive
from o365nb.practice.logs.apps import TEAMS
from o365nb.practice.logs.mailbox import Access
from o365nb.practice.people import TENANT_ID, Person


@dataclass(frozen=True, slots=True)
class Outsider:
    """A person of another tenant, by the name that they chose for themselves."""

    id: str
    name: str
    upn: str
    tenant: str


def chat_created(outsider: Outsider, person: Person, record_id: str, at: datetime) -> Json:
    """ChatCreated: an outsider begins a conversation of two."""
    return {
        **_record(outsider, person, record_id, at, "ChatCreated"),
        "Members": [
            _member(outsider.name, outsider.upn, outsider.tenant),
            _member(person.name, person.upn, TENANT_ID),
        ],
    }


def message_received(outsider: Outsider, person: Person, record_id: str, at: datetime) -> Json:
    """MessageSent by the outsider."""
    return {**_record(outsider, person, record_id, at, "MessageSent"), "MessageId": str(int(at.timestamp() * 1000))}


def message_answered(outsider: Outsider, access: Access, record_id: str, at: datetime) -> Json:
    """MessageSent by the person, to the outsider."""
    person = access.person
    return {
        **message_received(outsider, person, record_id, at),
        "ClientIP": access.place.ip,
        "UserKey": person.id,
        "UserId": person.upn,
        "AppAccessContext": {
            "AADSessionId": access.session,
            "ClientAppId": TEAMS.id,
            "UniqueTokenId": access.token,
        },
    }


def _record(outsider: Outsider, person: Person, record_id: str, at: datetime, operation: str) -> Json:
    return {
        "CreationTime": naive(at),
        "Id": record_id,
        "Operation": operation,
        "OrganizationId": TENANT_ID,
        "RecordType": 25,
        "UserKey": outsider.id,
        "UserType": 0,
        "Version": 1,
        "Workload": "MicrosoftTeams",
        "UserId": outsider.upn,
        "ChatThreadId": f"19:{person.id}_{outsider.id}@unq.gbl.spaces",
        "CommunicationType": "OneOnOne",
        "ExtraProperties": [],
        "ParticipantInfo": {
            "HasForeignTenantUsers": True,
            "HasGuestUsers": False,
            "HasOtherGuestUsers": False,
            "HasUnauthenticatedUsers": False,
            "ParticipatingDomains": sorted((outsider.upn.split("@")[1], person.upn.split("@")[1])),
            "ParticipatingSIPDomains": [],
            "ParticipatingTenantIds": [TENANT_ID, outsider.tenant],
        },
        "ResourceTenantId": TENANT_ID,
    }


def _member(name: str, upn: str, tenant: str) -> Json:
    return {"DisplayName": name, "OrganizationId": tenant, "Role": "Owner", "UPN": upn}
