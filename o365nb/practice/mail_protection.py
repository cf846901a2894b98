"""What guards the mail when a story begins, and what mailboxes have besides: filters, roles, add-ins. All ordinary.

A story changes what is in its state under `exchange`; what every mailbox has alike is made when it is asked for.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from o365nb.practice.ids import Json, z
from o365nb.practice.organisation import FOUNDED
from o365nb.practice.people import DOMAIN, INITIAL_DOMAIN, Person, named_id

ADMINS = (f"carol@{DOMAIN}",)


def initial() -> Json:
    """What a story may change. Lists are cmdlets' answers; dicts are by UPN (or list type) and begin empty."""
    return {
        "connection_filters": [_policy("HostedConnectionFilterPolicy", IPAllowList=[], IPBlockList=[],
                                       EnableSafeList=False)],
        "content_filters": [_policy("HostedContentFilterPolicy", AllowedSenders=[], AllowedSenderDomains=[],
                                    BlockedSenders=[], BlockedSenderDomains=[], PhishSpamAction="Quarantine",
                                    HighConfidencePhishAction="Quarantine", SpamAction="MoveToJmf")],
        "anti_phish_policies": [_policy("AntiPhishPolicy", Enabled=True, EnableSpoofIntelligence=True,
                                        ExcludedSenders=[], ExcludedDomains=[], PhishThresholdLevel=1)],
        "dkim": [_dkim(domain) for domain in (DOMAIN, INITIAL_DOMAIN)],
        "transport_config": {
            "@odata.type": "#Exchange.TransportConfigContainer", "Identity": "Transport Settings",
            "SmtpClientAuthenticationDisabled": True, "AllowLegacyTLSClients": False, "JournalingReportNdrTo": "<>",
        },
        "authentication_policies": [],
        "allow_block": {"Sender": [], "Url": [], "FileHash": [], "IP": []},
        "application_access_policies": [],
        "role_groups": [
            _role_group("Organization Management", ["Mail Recipients", "Role Management", "Audit Logs"], ADMINS),
            _role_group("View-Only Organization Management", ["View-Only Recipients", "View-Only Configuration"], ()),
        ],
        "role_assignments": [
            role_assignment("Mail Recipients", "Organization Management", "RoleGroup", FOUNDED, ADMINS[0]),
        ],
        "junk": {},
        "calendar_processing": {},
        "addins": {},
        "quarantine": [],
        "recoverable": {},
    }  # fmt: skip


def _policy(kind: str, **settings: object) -> Json:
    return {
        "@odata.type": f"#Exchange.{kind}",
        "Name": "Default",
        "Identity": "Default",
        "Guid": named_id(f"{kind}:Default"),
        "IsDefault": True,
        "WhenCreated": z(FOUNDED),
        "WhenChanged": z(FOUNDED),
        **settings,
    }


def _dkim(domain: str) -> Json:
    return {
        "@odata.type": "#Exchange.DkimSigningConfig",
        "Identity": domain,
        "Domain": domain,
        "Enabled": True,
        "Status": "Valid",
    }


def _role_group(name: str, roles: list[str], members: tuple[str, ...]) -> Json:
    return {
        "@odata.type": "#Exchange.RoleGroup",
        "Name": name,
        "Identity": name,
        "Guid": named_id(f"rolegroup:{name}"),
        "Roles": roles,
        "Members": list(members),
        "WhenCreated": z(FOUNDED),
        "WhenChanged": z(FOUNDED),
    }


def role_assignment(role: str, assignee: str, kind: str, at: datetime, user: str = "") -> Json:
    """A management role that somebody has; `kind` is RoleGroup, User or ServicePrincipal."""
    name = f"{role}-{assignee}"
    return {
        "@odata.type": "#Exchange.ManagementRoleAssignmentPresentationObject",
        "Name": name,
        "Identity": name,
        "Guid": named_id(f"roleassignment:{name}"),
        "Role": role,
        "RoleAssigneeName": assignee,
        "RoleAssigneeType": kind,
        "EffectiveUserName": user or "All Group Members",
        "AssignmentMethod": "Direct",
        "RecipientWriteScope": "Organization",
        "CustomRecipientWriteScope": None,
        "Enabled": True,
        "WhenCreated": z(at),
    }


def junk_mail(kept: Json, person: Person) -> Json:
    """Get-MailboxJunkEmailConfiguration."""
    return {
        "@odata.type": "#Exchange.MailboxJunkEmailConfiguration",
        "Identity": person.upn.split("@", 1)[0],
        "MailboxOwnerId": person.upn.split("@", 1)[0],
        "Enabled": True,
        "TrustedListsOnly": False,
        "ContactsTrusted": False,
        "TrustedSendersAndDomains": [],
        "BlockedSendersAndDomains": [],
        "TrustedRecipientsAndDomains": [],
        **kept["junk"].get(person.upn, {}),
    }


def calendar_processing(kept: Json, person: Person) -> Json:
    """Get-CalendarProcessing."""
    return {
        "@odata.type": "#Exchange.CalendarConfiguration",
        "Identity": person.upn.split("@", 1)[0],
        "MailboxOwnerId": person.upn.split("@", 1)[0],
        "AutomateProcessing": "AutoUpdate",
        "ForwardRequestsToDelegates": True,
        "ResourceDelegates": [],
        "DeleteSubject": True,
        "ProcessExternalMeetingMessages": False,
        **kept["calendar_processing"].get(person.upn, {}),
    }


def mailbox_statistics(person: Person, items: int, deleted: int, now: datetime) -> Json:
    """Get-MailboxStatistics."""
    return {
        "@odata.type": "#Exchange.MailboxStatistics",
        "DisplayName": person.name,
        "MailboxGuid": named_id(f"mailbox:{person.upn}"),
        "MailboxTypeDetail": "UserMailbox",
        "ItemCount": items,
        "TotalItemSize": f"{items * 64 / 1024:.1f} MB ({items * 65536:,} bytes)",
        "DeletedItemCount": deleted,
        "TotalDeletedItemSize": f"{deleted * 64 / 1024:.1f} MB ({deleted * 65536:,} bytes)",
        "LastLogonTime": z(now - timedelta(hours=2)),
        "LastUserActionTime": z(now - timedelta(hours=2)),
        "SystemMessageCount": 12,
    }


def addins(kept: Json, person: Person) -> list[Json]:
    """Get-App: what Microsoft puts into every mailbox, then what somebody added."""
    ordinary = {
        "@odata.type": "#Exchange.App",
        "Identity": f"{person.upn.split('@', 1)[0]}\\bc13b9d0-5ba2-446a-956b-c583bdc94d5e",
        "AppId": "bc13b9d0-5ba2-446a-956b-c583bdc94d5e",
        "DisplayName": "Suggested Meetings",
        "ProviderName": "Microsoft",
        "Type": "MarketplacePrivateCatalog",
        "Scope": "Organization",
        "Enabled": True,
        "AppVersion": "1.1",
        "Requirements": "ReadItem",
        "MailboxOwnerId": person.upn.split("@", 1)[0],
    }
    return [ordinary, *kept["addins"].get(person.upn, [])]


def quarantined(message: str, sender: str, recipient: str, subject: str, at: datetime) -> Json:
    """A message that the service holds back."""
    key = named_id(f"quarantine:{message}:{recipient}")
    return {
        "@odata.type": "#Exchange.QuarantineMessage",
        "Identity": f"{named_id(f'quarantined:{message}')}\\{key}",
        "MessageId": message,
        "SenderAddress": sender,
        "RecipientAddress": [recipient],
        "Subject": subject,
        "ReceivedTime": z(at),
        "Expires": z(at + timedelta(days=15)),
        "Type": "HighConfPhish",
        "PolicyName": "Default",
        "PolicyType": "HostedContentFilterPolicy",
        "Direction": "Inbound",
        "ReleaseStatus": "NOTRELEASED",
        "Size": 48_112,
    }


def recoverable(person: Person, subject: str, at: datetime) -> Json:
    """A deleted item that can still be got back."""
    return {
        "@odata.type": "#Exchange.RecoverableItem",
        "Identity": person.upn,
        "MailboxIdentity": person.upn.split("@", 1)[0],
        "ItemClass": "IPM.Note",
        "Subject": subject,
        "SourceFolder": "Recoverable Items\\Deletions",
        "LastParentPath": "Sent Items",
        "LastModifiedTime": z(at),
        "EntryID": named_id(f"recoverable:{person.upn}:{subject}:{at.isoformat()}").replace("-", "").upper(),
    }
