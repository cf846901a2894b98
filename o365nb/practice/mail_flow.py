"""Exchange's settings as they stand when a story begins: mail flow, delegates, auditing, protocols. All ordinary.

A story changes what is in its state under `exchange`; what every mailbox has alike is made when it is asked for.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from o365nb.practice.ids import Json, z
from o365nb.practice.organisation import FOUNDED
from o365nb.practice.people import DOMAIN, INITIAL_DOMAIN, PARTNER, Person, named_id

CEO, ASSISTANT = f"martha@{DOMAIN}", f"viola@{DOMAIN}"
SELF = "NT AUTHORITY\\SELF"
TOP = "Top of Information Store"
_DISCLAIMER = "This message is meant for its recipients. Contoso, Domplatz 1, Koeln."


def initial() -> Json:
    """What a story may change. Lists are cmdlets' answers; dicts are by UPN and hold what differs from the ordinary."""
    return {
        "transport_rules": [
            transport_rule("Disclaimer", FOUNDED + timedelta(days=400), ApplyHtmlDisclaimerText=_DISCLAIMER)
        ],
        "journal_rules": [],
        "inbound_connectors": [_partner_connector()],
        "outbound_connectors": [],
        "remote_domains": [_remote_domain()],
        "outbound_spam_policies": [_spam_policy()],
        "admin_audit_config": {
            "@odata.type": "#Exchange.AdminAuditLogConfig",
            "Name": "Admin Audit Log Settings",
            "AdminAuditLogEnabled": True,
            "AdminAuditLogAgeLimit": "90.00:00:00",
            "UnifiedAuditLogIngestionEnabled": True,
            "UnifiedAuditLogFirstOptInDate": z(FOUNDED + timedelta(days=1)),
        },
        "organization_config": {
            "@odata.type": "#Exchange.OrganizationConfig",
            "Name": INITIAL_DOMAIN,
            "DisplayName": "Contoso",
            "AuditDisabled": False,
            "OAuth2ClientProfileEnabled": True,
            "SendFromAliasEnabled": False,
            "CustomerLockboxEnabled": False,
        },
        "blocked_senders": [],
        "delegates": {CEO: [delegate(CEO, ASSISTANT)]},
        "send_as": {},
        "folder_rights": {CEO: {"Calendar": {ASSISTANT: ["Editor"]}}},
        "folder_names": {},  # by UPN: what a mailbox in another language calls its Inbox and Calendar
        "sweep_rules": {},
        "audit_bypass": [],
        "cas": {},
        "mobile": {},
        "message_configuration": {},
    }  # fmt: skip


def _object(kind: str, name: str, created: datetime) -> Json:
    return {
        "@odata.type": f"#Exchange.{kind}",
        "Name": name,
        "Identity": name,
        "Guid": named_id(f"{kind}:{name}"),
        "WhenCreated": z(created),
        "WhenChanged": z(created),
        "IsValid": True,
        "ObjectState": "Unchanged",
    }


def transport_rule(name: str, changed: datetime, **actions: object) -> Json:
    """One mail-flow rule; `actions` are its properties as Get-TransportRule names them."""
    made = _object("TransportRule", name, changed)
    del made["WhenCreated"]  # Exchange tells of rules only when they were changed last
    return {
        **made,
        "Priority": 0,
        "State": "Enabled",
        "Mode": "Enforce",
        "Comments": None,
        "CreatedBy": "Carol Graf",
        "LastModifiedBy": "Carol Graf",
        "Description": "",
        "Conditions": ["Microsoft.Exchange.MessagingPolicies.Rules.Tasks.SentToScopePredicate"],
        "Exceptions": None,
        "RuleErrorAction": "Ignore",
        "SentToScope": "NotInOrganization",
        "RedirectMessageTo": None,
        "BlindCopyTo": None,
        "CopyTo": None,
        "AddToRecipients": None,
        "DeleteMessage": False,
        "SetSCL": None,
        "SetAuditSeverity": None,
        **actions,
    }


def _partner_connector() -> Json:
    """Mail of the partner must come encrypted, with the partner's certificate."""
    return inbound_connector(
        "Fabrikam (TLS)", FOUNDED + timedelta(days=620), SenderDomains=[f"smtp:{PARTNER};1"], RequireTls=True,
        RestrictDomainsToCertificate=True, TlsSenderCertificateName=f"mail.{PARTNER}",
    )  # fmt: skip


def inbound_connector(name: str, created: datetime, **settings: object) -> Json:
    """One connector for mail from outside; `settings` are its properties as Get-InboundConnector names them."""
    return {
        **_object("InboundConnector", name, created),
        "Enabled": True,
        "ConnectorType": "Partner",
        "ConnectorSource": "AdminUI",
        "Comment": "",
        "SenderIPAddresses": [],
        "SenderDomains": [],
        "AssociatedAcceptedDomains": [],
        "RequireTls": False,
        "RestrictDomainsToIPAddresses": False,
        "RestrictDomainsToCertificate": False,
        "CloudServicesMailEnabled": False,
        "TreatMessagesAsInternal": False,
        "TlsSenderCertificateName": None,
        **settings,
    }


def _remote_domain() -> Json:
    return {
        **_object("RemoteDomain", "Default", FOUNDED),
        "DomainName": "*",
        "IsInternal": False,
        "AutoReplyEnabled": True,
        "AutoForwardEnabled": True,  # as every tenant is made; the outbound spam policy decides
        "AllowedOOFType": "External",
        "TrustedMailInboundEnabled": False,
        "TrustedMailOutboundEnabled": False,
    }


def _spam_policy() -> Json:
    return {
        **_object("HostedOutboundSpamFilterPolicy", "Default", FOUNDED),
        "AutoForwardingMode": "Automatic",
        "RecipientLimitExternalPerHour": 0,
        "RecipientLimitPerDay": 0,
        "ActionWhenThresholdReached": "BlockUserForToday",
        "NotifyOutboundSpam": False,
    }


def blocked_sender(upn: str, at: datetime) -> Json:
    """An account that may not send to the outside any more."""
    return {
        "@odata.type": "#Exchange.BlockedSenderAddress",
        "SenderAddress": upn,
        "Reason": "OutboundSpamLast24Hours=612;OutboundMailLast24Hours=655;OutboundSpamPercent=934;",
        "CreatedDatetime": z(at),
        "ChangedDatetime": z(at),
    }


def delegate(mailbox: str, trustee: str) -> Json:
    """Full access to a mailbox, as Get-MailboxPermission tells it."""
    return {
        "@odata.type": "#Exchange.MailboxPermission",
        "Identity": mailbox.split("@", 1)[0],
        "User": trustee,
        "AccessRights": ["FullAccess"],
        "IsInherited": False,
        "Deny": False,
        "InheritanceType": "All",
        "IsValid": True,
        "ObjectState": "Unchanged",
    }


def mailbox_permissions(kept: Json, person: Person) -> list[Json]:
    """Get-MailboxPermission: the mailbox's own account, then whoever was given more."""
    own = {**delegate(person.upn, SELF), "AccessRights": ["FullAccess", "ReadPermission"]}
    return [own, *kept["delegates"].get(person.upn, [])]


def recipient_permissions(kept: Json, person: Person) -> list[Json]:
    """Get-RecipientPermission: who may send as the mailbox. `send_as` lists the trustees."""
    return [
        {
            "@odata.type": "#Exchange.RecipientPermission",
            "Identity": person.upn.split("@", 1)[0],
            "Trustee": trustee,
            "AccessControlType": "Allow",
            "AccessRights": ["SendAs"],
            "IsInherited": False,
            "InheritanceType": "None",
        }
        for trustee in [SELF, *kept["send_as"].get(person.upn, [])]
    ]


def folder_permissions(kept: Json, person: Person, folder: str) -> list[Json] | None:
    """Get-MailboxFolderPermission of one folder ("" for the top); None when the mailbox has no folder of that name."""
    own = {plain: folder_name(kept, person, plain) for plain in ("Inbox", "Calendar")}
    known = {"": TOP, **{name.lower(): plain for plain, name in own.items()}}
    plain = known.get(folder.strip("\\").lower())
    if plain is None:
        return None
    name = own.get(plain, plain)
    ordinary = {"Default": ["AvailabilityOnly" if plain == "Calendar" else "None"], "Anonymous": ["None"]}
    rights: dict[str, list[str]] = {**ordinary, **kept["folder_rights"].get(person.upn, {}).get(plain, {})}
    return [
        {
            "@odata.type": "#Exchange.MailboxFolderPermission",
            "Identity": user,
            "FolderName": name,
            "User": user,
            "AccessRights": given,
            "SharingPermissionFlags": None,
            "IsValid": True,
            "ObjectState": "New",
        }
        for user, given in rights.items()
    ]


def folder_name(kept: Json, person: Person, folder: str) -> str:
    """What the mailbox calls its Inbox or Calendar."""
    return str(kept["folder_names"].get(person.upn, {}).get(folder, folder))


def folder_statistics(kept: Json, person: Person, scope: str) -> list[Json]:
    """Get-MailboxFolderStatistics of one well-known folder."""
    name = folder_name(kept, person, scope)
    return [
        {
            "@odata.type": "#Exchange.MailboxFolderConfiguration",
            "Identity": f"{person.upn.split('@', 1)[0]}\\{name}",
            "Name": name,
            "FolderPath": f"/{name}",
            "FolderType": scope,
        }
    ]


def cas_mailbox(kept: Json, person: Person) -> Json:
    """Get-CASMailbox: by which protocols the mailbox can be reached. The house has switched the old ones off."""
    return {
        "@odata.type": "#Exchange.CASMailbox",
        "Identity": person.upn.split("@", 1)[0],
        "PrimarySmtpAddress": person.upn,
        "DisplayName": person.name,
        "ActiveSyncEnabled": True,
        "OWAEnabled": True,
        "MAPIEnabled": True,
        "EwsEnabled": True,
        "PopEnabled": False,
        "ImapEnabled": False,
        "SmtpClientAuthenticationDisabled": True,
        "ActiveSyncAllowedDeviceIDs": [],
        "ActiveSyncBlockedDeviceIDs": [],
        **kept["cas"].get(person.upn, {}),
    }


def audit_bypass(kept: Json, person: Person) -> Json:
    """Get-MailboxAuditBypassAssociation."""
    return {
        "@odata.type": "#Exchange.MailboxAuditBypassAssociation",
        "Identity": person.upn.split("@", 1)[0],
        "Name": person.upn.split("@", 1)[0],
        "AuditBypassEnabled": person.upn in kept["audit_bypass"],
    }


def auto_reply(setting: Json, person: Person) -> Json:
    """Get-MailboxAutoReplyConfiguration, from the same setting that Graph shows."""
    return {
        "@odata.type": "#Exchange.MailboxAutoReplyConfiguration",
        "Identity": person.upn.split("@", 1)[0],
        "MailboxOwnerId": person.upn.split("@", 1)[0],
        "AutoReplyState": str(setting["status"]).replace("alwaysEnabled", "enabled").title(),
        "StartTime": setting["scheduledStartDateTime"]["dateTime"].removesuffix(".0000000"),
        "EndTime": setting["scheduledEndDateTime"]["dateTime"].removesuffix(".0000000"),
        "ExternalAudience": str(setting["externalAudience"]).title(),
        "InternalMessage": setting["internalReplyMessage"],
        "ExternalMessage": setting["externalReplyMessage"],
    }


def mobile_devices(kept: Json, person: Person, now: datetime) -> list[Json]:
    """Get-MobileDeviceStatistics: the person's phone, in step since it was enrolled, and what was added since."""
    listed = [
        mobile_device(person.upn, person.phone.model, person.phone.os, person.phone.user_agent, now - timedelta(
            days=200 + person.number * 11 % 500), now - timedelta(hours=2)),
        *kept["mobile"].get(person.upn, []),
    ]  # fmt: skip
    blocked = cas_mailbox(kept, person)["ActiveSyncBlockedDeviceIDs"]
    return [
        {**one, "DeviceAccessState": "Blocked", "Status": "DeviceBlocked"} if one["DeviceId"] in blocked else one
        for one in listed
    ]


def mobile_device(upn: str, model: str, os: str, agent: str, first: datetime, last: datetime) -> Json:
    """One mobile partnership."""
    key = named_id(f"partnership:{upn}:{model}:{first.isoformat()}").replace("-", "").upper()
    return {
        "@odata.type": "#Exchange.MobileDeviceStatistics",
        "Identity": f"{upn.split('@', 1)[0]}\\ExchangeActiveSyncDevices\\Outlook§{key}",
        "Guid": named_id(f"partnership:{key}"),
        "DeviceId": key,
        "DeviceType": "Outlook",
        "DeviceModel": model,
        "DeviceOS": os.replace("Ios", "iOS"),
        "DeviceUserAgent": agent,
        "DeviceFriendlyName": f"Outlook for {os.partition(' ')[0].replace('Ios', 'iOS')}",
        "ClientType": "Outlook",
        "FirstSyncTime": z(first),
        "LastSuccessSync": z(last),
        "Status": "DeviceOk",
        "DeviceAccessState": "Allowed",
    }
