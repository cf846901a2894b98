"""SharePoint, OneDrive and Teams in the unified audit log."""

from __future__ import annotations

from datetime import datetime

from o365nb.practice.ids import Json, naive
from o365nb.practice.logs.apps import OFFICE, SHAREPOINT, SYNC_ENGINE, TEAMS
from o365nb.practice.logs.mailbox import Access
from o365nb.practice.people import TENANT_ID, named_id


def file_event(access: Access, record_id: str, at: datetime, operation: str, site: str, name: str) -> Json:
    """FileAccessed, FileModified, FilePreviewed, FileDownloaded, FileUploaded on one file."""
    person = access.person
    own = site.startswith("personal/")
    url = f"https://contoso{'-my' if own else ''}.sharepoint.example/{site}/"
    return {
        "CreationTime": naive(at),
        "Id": record_id,
        "Operation": operation,
        "OrganizationId": TENANT_ID,
        "RecordType": 6,
        "UserKey": f"i:0h.f|membership|{named_id(f'puid:{person.upn}')[:13]}@live.com",
        "UserType": 0,
        "Version": 1,
        "Workload": "OneDrive" if own else "SharePoint",
        "ClientIP": access.place.ip,
        "UserId": person.upn,
        "ApplicationId": OFFICE.id,
        "AuthenticationType": "OAuth",
        "BrowserName": "",
        "CorrelationId": named_id(f"correlation:{record_id}"),
        "EventSource": "SharePoint",
        "IsManagedDevice": person.laptop.managed,
        "ItemType": "File",
        "ListId": named_id(f"list:{site}"),
        "ListItemUniqueId": named_id(f"file:{site}/{name}"),
        "ObjectId": f"{url}Documents/{name}",
        "Platform": "WinDesktop",
        "Site": named_id(f"site:{site}"),
        "SiteUrl": url,
        "SourceFileExtension": name.rsplit(".", 1)[-1],
        "SourceFileName": name,
        "SourceRelativeUrl": "Documents",
        "UserAgent": person.laptop.user_agent,
        "WebId": named_id(f"web:{site}"),
        "DeviceDisplayName": person.laptop.name,
        "AppAccessContext": {
            "AADSessionId": access.session,
            "ClientAppId": OFFICE.id,
            "ClientAppName": OFFICE.name,
            "APIId": SHAREPOINT.id,
            "CorrelationId": named_id(f"correlation:{record_id}"),
            "UniqueTokenId": access.token,
        },
    }


def file_synced(
    access: Access, record_id: str, at: datetime, machine: str, site: str, name: str, size: int
) -> Json:  # fmt: skip
    """FileSyncDownloadedFull: a file came down whole to a computer that keeps the library in step.

    `machine` is the id under which that computer's sync client reports itself; `size` is in bytes.
    """
    return {
        **file_event(access, record_id, at, "FileSyncDownloadedFull", site, name),
        "ApplicationId": SYNC_ENGINE.id,
        "ApplicationDisplayName": SYNC_ENGINE.name,
        "DeviceDisplayName": access.place.ip,
        "FileSyncBytesCommitted": str(size),
        "IsManagedDevice": False,
        "MachineDomainInfo": "",
        "MachineId": machine,
        "UserAgent": "Microsoft SkyDriveSync 25.189.0928.0003 ship; Windows NT 10.0 (26100)",
        "AppAccessContext": {
            "AADSessionId": access.session,
            "ClientAppId": SYNC_ENGINE.id,
            "ClientAppName": SYNC_ENGINE.name,
            "APIId": SHAREPOINT.id,
            "CorrelationId": named_id(f"correlation:{record_id}"),
            "UniqueTokenId": access.token,
        },
    }


def shared(
    access: Access, record_id: str, at: datetime, operation: str, site: str, name: str, agent: str, group: str = ""
) -> Json:  # fmt: skip
    """AnonymousLinkCreated on one file by a browser; SharingSet, the record beside it, names the link's `group`.

    The mark of a managed device is the token's: it stays where the token was taken from one.
    """
    data = {**file_event(access, record_id, at, operation, site, name), "RecordType": 14, "UserAgent": agent}
    data["DeviceDisplayName"] = data["ClientIP"]
    if group:
        said = "<Permissions granted>Read</Permissions granted><MembersCanShareApplied>False</MembersCanShareApplied>"
        return {**data, "EventData": said, "TargetUserOrGroupName": group, "TargetUserOrGroupType": "SharePointGroup"}
    return {**data, "EventData": "<Type>View</Type><MembersCanShareApplied>False</MembersCanShareApplied>"}


def unshared(record_id: str, at: datetime, operation: str, address: str, user: str) -> Json:
    """A link was taken away by an application."""
    return {
        "CreationTime": naive(at),
        "Id": record_id,
        "Operation": operation,
        "OrganizationId": TENANT_ID,
        "RecordType": 14,
        "UserKey": user,
        "UserType": 5,
        "Version": 1,
        "Workload": "OneDrive",
        "ClientIP": "",
        "UserId": user,
        "EventSource": "SharePoint",
        "ItemType": "File",
        "ObjectId": address,
    }


def team_event(access: Access, record_id: str, at: datetime, operation: str, chat: str) -> Json:
    """MessageSent, MeetingParticipantDetail, TeamsSessionStarted."""
    person = access.person
    record: Json = {
        "CreationTime": naive(at),
        "Id": record_id,
        "Operation": operation,
        "OrganizationId": TENANT_ID,
        "RecordType": 25,
        "UserKey": person.id,
        "UserType": 0,
        "Version": 1,
        "Workload": "MicrosoftTeams",
        "ClientIP": access.place.ip,
        "UserId": person.upn,
        "ItemName": chat,
        "AppAccessContext": {
            "AADSessionId": access.session,
            "ClientAppId": TEAMS.id,
            "UniqueTokenId": access.token,
        },
    }
    if operation == "MessageSent":
        record |= {
            "ChatThreadId": f"19:{named_id(f'chat:{chat}').replace('-', '')}@thread.v2",
            "CommunicationType": "GroupChat",
            "MessageId": str(int(at.timestamp() * 1000)),
            "ExtraProperties": [],
        }
    return record
