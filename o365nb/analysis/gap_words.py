"""What the report says of a source: its name for a customer, and what stays unknown without it."""

from __future__ import annotations

from o365nb.model import Outcome

#: What a source is called in a sentence ({of}: where the account is named, else at the end), and what stays unknown
#: without it.
SOURCES = {
    "sign_in": ("The sign-ins", "A sign-in by somebody else in that time would not be seen"),
    "sign_in_noninteractive": (
        "The non-interactive sign-ins",
        "A stolen session that was merely kept alive would not be seen",
    ),
    "password_guesses": (
        "Wrong passwords of other accounts from the addresses{of}",
        "Whether the password was guessed among those of many accounts is not known",
    ),
    "directory_audit": ("The directory audit log", "Added sign-in methods, devices or consents would not be seen"),
    "ual": ("The unified audit log", "Reading, searching and changes in the mailbox would not be seen"),
    "message_trace": ("The message trace", "Mail that was sent or received in that time would not be seen"),
    "users": (
        "The settings{of} in the directory",
        "Whether the account is enabled and when its password changed is not known",
    ),
    "inbox_rules": ("The inbox rules", "A rule that hides or diverts mail may stand unseen"),
    "inbox_rules.hidden": ("The hidden inbox rules", "A rule that Outlook does not show may stand unseen"),
    "mailboxes": ("The mailbox settings", "Forwarding to an outside address may stand unseen"),
    "oauth_grants": (
        "The consents given to applications",
        "An application that may still read the mail may stand unseen",
    ),
    "auth_methods": ("The sign-in methods", "A method that the intruder added may stand unseen"),
    "devices": ("The registered devices", "A device that the intruder joined may stand unseen"),
    "org_config": ("The organisation's settings", "Which domains are its own is taken from the accounts' names"),
    "mailbox_permissions": (
        "The rights to the mailbox",
        "Somebody else who may open it or send as it may stand unseen",
    ),
    "folder_permissions": ("The rights to the folders", "A folder that stands open to others may stand unseen"),
    "sweep_rules": ("The sweep rules", "A rule that clears mail away may stand unseen"),
    "transport_rules": ("The mail-flow rules", "A rule that copies or diverts everybody's mail may stand unseen"),
    "connectors": ("The mail connectors", "Another way for mail into or out of the organisation may stand unseen"),
    "remote_domains": ("The forwarding policies", "Whether mail may be forwarded outside by itself is not known"),
    "audit_config": ("The audit settings", "Whether auditing was on is not known"),
    "mailbox_settings": (
        "The protocols of the mailbox",
        "Whether old protocols or unlogged access are on is not known",
    ),
    "mobile_devices": ("The phones in step with the mailbox", "A phone that still receives the mail may stand unseen"),
    "blocked_senders": ("The restricted senders", "Whether other accounts were used to send in bulk is not known"),
    "alert": ("The Defender alerts", "What Microsoft itself found suspicious is not known"),
    "managed_devices": (
        "The protection of the devices",
        "Whether antivirus, scans and updates of the user's devices are in order is not known",
    ),
}
#: What adds to the sources above: missing it is a gap when it was asked for, not when nobody did.
EXTRAS = {
    "messages": ("The sent and the deleted messages", "Headers of mail that was sent from the account are not known"),
    "mail_folders": ("The mail folders", "A folder where mail was put out of sight may be missed"),
    "calendar_permissions": (
        "The rights to the calendar",
        "Somebody who may read or change the calendar may be missed",
    ),
    "recoverable_items": (
        "The deleted items{of} that can be got back",
        "What was deleted to cover tracks is not known",
    ),
    "addins": ("The add-ins of the mailbox", "An add-in that reads the mail may stand unseen"),
    "quarantine": ("The quarantined messages", "Harmful mail that was held back is not known"),
    "rights_elsewhere": (
        "The account's rights to other mailboxes",
        "Which other mailboxes could be read or written from with this account is not known",
    ),
    "exchange_roles": ("The roles in Exchange", "Somebody who may read every mailbox may stand unseen"),
    "mail_protection": ("The mail filters", "An exception that lets harmful mail in may stand unseen"),
    "incident": ("The Defender incidents", "Which alerts Defender took to belong together is not known"),
    "analyzed_emails": ("Defender's judgement of the mail", "Which mail was found harmful afterwards is not known"),
    "hunting": ("Defender's own records", "What they alone would show is not known"),
    "machines": ("The machines{of} in Defender", "Who else logged on to them, and what was found there, is not known"),
    "app_registrations": (
        "The phones{of} with protected apps",
        "A phone that holds company mail without being enrolled may stand unseen",
    ),
    "risk_detection": ("The risk detections of Entra", "What Entra itself found suspicious is not known"),
    "risky_users": ("The risk{of} in Entra", "Whether Entra holds the account to be compromised is not known"),
    "risky_apps": ("The risk of applications in Entra", "An application that is misused may stand unseen"),
    "sign_in_service_principal": (
        "The sign-ins of applications",
        "An application that the intruder uses in the place of an account would not be seen",
    ),
    "sign_in_managed_identity": (
        "The sign-ins of managed identities",
        "A machine that the intruder uses in the place of an account would not be seen",
    ),
    "sign_in_activity": ("The time of the last sign-in", "Use older than the sign-in logs would not be seen"),
    "applications": (
        "The registered applications and their credentials",
        "A secret that lets the intruder in without any account may stand unseen",
    ),
    "app_roles": ("The rights of applications", "An application that reads mail by itself may stand unseen"),
    "roles": ("The directory roles", "What the intruder could administer with the account is not known"),
    "pim": ("The just-in-time roles", "A role that the intruder could take up may stand unseen"),
    "memberships": ("The groups of the account", "Rights that come through a group may stand unseen"),
    "conditional_access": (
        "The conditional access policies",
        "An exception that lets the intruder in without a second factor may stand unseen",
    ),
    "policies": ("The policies of the directory", "Whether users may consent to any application is not known"),
    "domains": (
        "The domains and their federation",
        "A sign-in service that the intruder made may vouch for anybody, and stand unseen",
    ),
    "guests": ("The guests of the tenant", "An account that the intruder invited may stand unseen"),
    "mfa": ("The state of multifactor authentication", "Whether a second factor is asked for is not known"),
    "mfa_registration": ("The report of registered methods", "It would confirm the list of sign-in methods"),
    "licences": ("The licences", "Which logs the tenant's licence keeps is not known"),
    "detected_apps": ("The programs on the devices", "A program that the intruder or the user put there may be missed"),
}
SENTENCES = {**SOURCES, **EXTRAS}
#: Outcomes for which it does not matter at which table of advanced hunting they came up.
FOR_ALL = (Outcome.DENIED, Outcome.NOT_LICENSED, Outcome.NOT_OFFERED, Outcome.EXPIRED)
#: What is about the tenant, whoever is asked for.
TENANT_WIDE = (
    "org_config",
    "audit_config",
    "transport_rules",
    "connectors",
    "remote_domains",
    "blocked_senders",
    "alert",
    "exchange_roles",
    "mail_protection",
    "applications",
    "conditional_access",
    "domains",
    "guests",
    "policies",
    "risky_apps",
    "sign_in_managed_identity",
)
#: Parts of the unified audit log: what each would show.
WORKLOADS = {
    "ual/Exchange": "Reading, searching and changes in the mailbox would not be seen",
    "ual/AzureActiveDirectory": "Sign-ins, added sign-in methods and consents would not be seen",
    "ual/SharePoint": "Opened, downloaded and shared files would not be seen",
    "ual/OneDrive": "Opened, downloaded and shared files would not be seen",
    "ual/MicrosoftTeams": "Chats that were read or written would not be seen",
    "ual/others": "What delegates, administrators and strangers did with the account would not be seen",
}
#: Any of these lines of the ledger, seen whole, shows the sign-ins and the changes in the directory.
LOGONS = ("ual", "ual/AzureActiveDirectory")
#: Defender's own tables, by what they record.
TABLES = {
    "CloudAppEvents": "acts in cloud services",
    "DeviceLogonEvents": "logons to computers",
    "DeviceProcessEvents": "programs that ran",
    "EmailEvents": "delivered mail",
    "EmailPostDeliveryEvents": "mail taken back later",
    "EntraIdSignInEvents": "sign-ins",
    "IdentityLogonEvents": "logons to servers in the house",
    "OAuthAppInfo": "applications",
    "UrlClickEvents": "clicked links",
}
#: How long Microsoft keeps a source, for the sentence about what is too old.
KEPT = {
    "sign_in": "Entra keeps them for 30 days (7 without a Premium licence)",
    "sign_in_noninteractive": "Entra keeps them for 30 days (7 without a Premium licence)",
    "password_guesses": "Entra keeps them for 30 days (7 without a Premium licence)",
    "directory_audit": "Entra keeps it for 30 days (7 without a Premium licence)",
    "ual": "Microsoft keeps it for 180 days (a year with Audit Premium)",
    "message_trace": "Exchange keeps it for 90 days",
    "risk_detection": "Entra keeps them for 90 days (30 with P1, 7 without a Premium licence)",
    "sign_in_service_principal": "Entra keeps them for 30 days",
    "sign_in_managed_identity": "Entra keeps them for 30 days",
}
#: Outcome → what happened, and where the risk lies.
OUTCOMES = {
    Outcome.PARTIAL: ("{what} {were} read only in part{reason}", " where it is missing"),
    Outcome.CAPPED: ("{what} stopped at the service's limit{reason}", " beyond it"),
    Outcome.DENIED: ("{what} could not be read: the right to do so is missing{reason}", ""),
    Outcome.NOT_OFFERED: ("{what} could not be read: this cloud does not offer it{reason}", ""),
    Outcome.NOT_LICENSED: ("{what} could not be read: the organisation has no licence for it{reason}", ""),
    Outcome.EXPIRED: ("{what} {before}could not be read: {kept}{reason}", ""),
    Outcome.THROTTLED: ("{what} could not be read whole: the service refused further requests{reason}", ""),
    Outcome.FAILED: ("{what} could not be read{reason}", ""),
    Outcome.DAMAGED: ("{what} {were} damaged{reason}", " in the damaged part"),
}
#: What the unified audit log tells too, where it was read whole: then a gap costs less.
INSTEAD = {
    "sign_in": "The unified audit log was used instead: it has the sign-ins too, but no networks and no risk",
    "directory_audit": "The unified audit log was used instead: it has these changes too",
}


def cost_of(source: str) -> str:
    """What an investigation without this source would not know, in one sentence."""
    base = source.partition("/")[0]
    known = SENTENCES.get(source) or SENTENCES.get(base) or ("", "What it would show is not known")
    return f"{WORKLOADS.get(source, known[1])}."
