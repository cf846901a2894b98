"""What the log saw made and no standing object answers to: removed again, hidden, or of a state that was not read.

What belongs together (one act writes several records) is one item: same kind, same owner, within minutes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from o365nb.analysis.base import aware, moment, short, subjects_of
from o365nb.analysis.persistence_identity import MAKERS
from o365nb.analysis.persistence_item import was_read
from o365nb.analysis.persistence_stands import stands
from o365nb.analysis.reconcile import CONSENT_MADE, DEVICE_MADE, METHOD_MADE, Log, Origin, Row
from o365nb.case import Ledger
from o365nb.engine import Engine
from o365nb.model import Label
from o365nb.text import plural

#: One act's records are written by several services.
_TOGETHER = timedelta(minutes=10)
_ON, _OFF = ("true", "$true", "on", "enabled", "scheduled"), ("false", "$false", "off", "disabled")


@dataclass(frozen=True, slots=True)
class Trace:
    """How the log tells of one kind: what makes it, what undoes it, which source shows what stands ("" for none).

    `said` names a parameter with the values that matter; empty values mean: any but an empty one.
    """

    kind: str
    made: tuple[str, ...]
    undone: tuple[str, ...]
    words: str
    source: str = ""
    said: tuple[tuple[str, tuple[str, ...]], ...] = ()
    of_tenant: bool = False
    #: Whether what has another target is another object, however close in time.
    apart: bool = False


_SECURITY = tuple(f"{who} deleted security info" for who in ("User", "Admin"))
_PASS = ("Admin registered temporary access pass method for user", "Create temporary access pass for user")
TRACES = (
    Trace("oauth_grant", CONSENT_MADE, ("Remove OAuth2PermissionGrant", "Remove delegated permission grant",
          "Remove app role assignment grant from user", "Remove service principal"),
          "An application was let in: {0}", "oauth_grants"),
    Trace("auth_method", (*METHOD_MADE, *_PASS, "Create application password for user"),
          (*_SECURITY, "Delete FIDO2 security key", "Delete Passkey (device-bound)",
           "Delete Windows Hello for Business credential", "Delete application password for user"),
          "A way to prove the identity was added: {0}", "auth_methods"),
    Trace("device", DEVICE_MADE, ("Delete device", "Unregister device", "Remove registered owner from device"),
          "A device was registered: {0}", "devices"),
    Trace("role", (*MAKERS["role"], "Add-RoleGroupMember", "New-ManagementRoleAssignment"),
          ("Remove member from role", "Remove eligible member from role", "Remove-RoleGroupMember",
           "Remove-ManagementRoleAssignment", "Remove member from role in PIM completed (permanent)"),
          "A role was given: {0}", "roles"),
    Trace("application", MAKERS["application"], ("Delete application", "Remove owner from application",
          "Remove service principal credentials", "Remove service principal"),
          "An application was changed: {0}", "applications", of_tenant=True),
    Trace("account", ("Add user", "Invite external user", "Enable account"),
          ("Delete user", "Hard Delete user", "Disable account"), "An account was made or opened: {0}", "users"),
    Trace("group_member", ("Add member to group",), ("Remove member from group",), "Was taken into a group: {0}"),
    Trace("conditional_access", (*MAKERS["conditional_access"], "Delete conditional access policy", "Delete policy",
          "Delete named location"), (), "Conditional access was changed: {0}", of_tenant=True),
    Trace("federated_domain", MAKERS["federated_domain"], ("Remove unverified domain", "Remove verified domain"),
          "A domain was added or its sign-in was changed: {0}", of_tenant=True),
    Trace("sweep_rule", ("New-SweepRule", "Set-SweepRule", "Enable-SweepRule"), ("Remove-SweepRule",
          "Disable-SweepRule"), "A sweep rule was made: {0}", "sweep_rules"),
    Trace("journal_rule", ("New-JournalRule", "Set-JournalRule", "Enable-JournalRule"),
          ("Remove-JournalRule", "Disable-JournalRule"), "A journal rule was made: {0}", "transport_rules",
          of_tenant=True),
    Trace("folder_permission", ("Set-MailboxFolderPermission", "ModifyFolderPermissions"),
          ("Remove-MailboxFolderPermission", "RemoveFolderPermissions"), "Rights to a folder were changed: {0}",
          "folder_permissions"),
    Trace("calendar", ("Set-MailboxCalendarFolder",), (), "The calendar was published: {0}",
          said=(("PublishEnabled", _ON),)),
    Trace("calendar", ("UpdateCalendarDelegation",), (), "A delegate of the calendar was set: {0}"),
    Trace("send_on_behalf", ("Set-Mailbox",), (), "Somebody may send on behalf of the mailbox: {0}", "mailboxes",
          (("GrantSendOnBehalfTo", ()),)),
    Trace("audit_setting", ("Set-AdminAuditLogConfig",), (), "Auditing was switched off: {0}", "audit_config",
          (("UnifiedAuditLogIngestionEnabled", _OFF),), of_tenant=True),
    Trace("audit_setting", ("Set-OrganizationConfig",), (), "Auditing was switched off: {0}", "audit_config",
          (("AuditDisabled", _ON),), of_tenant=True),
    Trace("audit_setting", ("Set-MailboxAuditBypassAssociation",), (), "Auditing was switched off: {0}",
          "audit_config", (("AuditBypassEnabled", _ON),)),
    Trace("audit_setting", ("Set-Mailbox",), (), "Auditing was switched off: {0}", "mailboxes",
          (("AuditEnabled", _OFF),)),
    Trace("forwarding_policy", ("New-RemoteDomain", "Set-RemoteDomain"), ("Remove-RemoteDomain",),
          "Mail may be forwarded outside by itself: {0}", "remote_domains", (("AutoForwardEnabled", _ON),),
          of_tenant=True),
    Trace("forwarding_policy", ("New-HostedOutboundSpamFilterPolicy", "Set-HostedOutboundSpamFilterPolicy"), (),
          "Mail may be forwarded outside by itself: {0}", "org_config", (("AutoForwardingMode", _ON),),
          of_tenant=True),
    Trace("protocol", ("Set-CASMailbox",), (), "An old mail protocol was opened: {0}", "",
          (("ImapEnabled", _ON), ("PopEnabled", _ON), ("ActiveSyncEnabled", _ON),
           ("SmtpClientAuthenticationDisabled", _OFF))),
    Trace("protocol", ("Set-TransportConfig",), (), "An old mail protocol was opened: {0}", "",
          (("SmtpClientAuthenticationDisabled", _OFF),), of_tenant=True),
    Trace("addin", ("New-App", "Enable-App"), ("Remove-App", "Disable-App"), "An add-in was installed: {0}", "addins"),
    Trace("autoreply", ("Set-MailboxAutoReplyConfiguration",), (), "Automatic answers were switched on: {0}",
          "mailbox_settings", (("AutoReplyState", _ON),)),
    Trace("signature", ("Set-MailboxMessageConfiguration",), (), "The signature was changed: {0}", "",
          (("SignatureHtml", ()), ("SignatureText", ()))),
    Trace("spam_filter", ("New-TenantAllowBlockListItems", "Set-HostedConnectionFilterPolicy"),
          ("Remove-TenantAllowBlockListItems",), "Mail of somebody was let past the filter: {0}", "",
          (("Allow", _ON), ("IPAllowList", ())), of_tenant=True),
    Trace("spam_filter", ("Set-MailboxJunkEmailConfiguration",), (), "Lists of trusted or blocked senders: {0}", "",
          (("TrustedSendersAndDomains", ()), ("BlockedSendersAndDomains", ()))),
    Trace("mail_contact", ("New-MailContact", "New-MailUser"), ("Remove-MailContact", "Remove-MailUser"),
          "An address outside was made a contact of the organisation: {0}", of_tenant=True),
    Trace("sharing_link", ("AnonymousLinkCreated", "SharingLinkCreated", "CompanyLinkCreated", "SecureLinkCreated",
          "SharingInvitationCreated"), ("AnonymousLinkRemoved", "SharingLinkDeleted", "CompanyLinkRemoved",
          "SecureLinkDeleted", "SharingInvitationRevoked"), "A sharing link was made: {0}", apart=True),
    Trace("site_admin", ("SiteCollectionAdminAdded",), ("SiteCollectionAdminRemoved",),
          "Somebody was made administrator of a site: {0}"),
    Trace("flow", ("CreateFlow",), ("DeleteFlow",), "An automatic flow was made: {0}"),
)  # fmt: skip
#: Properties that say what an object is, beside the parameters of a cmdlet.
_NAMES = ("Role.DisplayName", "TargetUserOrGroupName", "DeviceName", "Group.DisplayName")


def logged_items(
    engine: Engine, ledger: Ledger, log: Log, claimed: Collection[str]
) -> Iterator[tuple[str, Row, str, Origin, bool]]:
    """Kind, row, words, origin and whether it is gone, of each. `claimed` are the events of what stands.

    Only what is the attacker's, and what nobody can be named for on the accounts of the case since the attack began.
    """
    events, subjects = _events(engine), subjects_of(engine)
    for trace in TRACES:
        made = [event for event in events if event["operation"] in trace.made and _matters(trace, event)]
        undone = [event for event in events if event["operation"] in trace.undone]
        for group in _groups(trace, made):
            origin = log.origin(group)
            if origin is None or any(event["event_id"] in claimed for event in group):
                continue
            owner = _owner(trace, group[0])
            if origin.label is Label.ATTACKER or _unexplained(origin, owner, log, subjects):
                yield _told(trace, owner, group, undone, origin, engine, ledger)


def _unexplained(origin: Origin, owner: str, log: Log, subjects: Collection[str]) -> bool:
    since = log.entry is not None and origin.created is not None and origin.created >= log.entry
    return since and origin.label is Label.UNKNOWN and owner in subjects


def _told(
    trace: Trace, owner: str, group: list[Row], undone: Iterable[Row], origin: Origin, engine: Engine, ledger: Ledger
) -> tuple[str, Row, str, Origin, bool]:
    what = list(dict.fromkeys(text for event in group if (text := _what(trace, event))))
    later = [event for event in undone if event["time"] >= group[0]["time"] and _same(trace, owner, event, group)]
    gone = bool(later)
    if later:
        fate = f"removed on {moment(aware(later[0]['time']))}"
    elif stands(engine, trace.kind, owner, group):
        fate = "it stands"
    elif trace.source and was_read(trace.source, owner, ledger):
        fate = "not found among what stands: removed without a trace in the log, or no longer to be recognised"
        gone = True
    else:
        fate = "no removal is in the log and what stands was not read: it must be taken to stand"
    words = trace.words.format(short(", ".join(what[:4]) or "not named in the log", 200))
    row = {"key": f"{trace.kind}:{owner}:{group[0]['event_id']}", "owner": owner, "seen_by": ["log"]}
    told = Origin(origin.label, f"{origin.because}; {fate}", origin.created, origin.events)
    return (
        trace.kind,
        row,
        words + (f" (and {plural(len(what) - 4, 'more', 'more')})" if len(what) > 4 else ""),
        told,
        gone,
    )


def _events(engine: Engine) -> list[Row]:
    """The events of every kind, with their properties as a dict; each parameter once."""
    names = ", ".join(sorted({f"'{name}'" for trace in TRACES for name in (*trace.made, *trace.undone)}))
    rows = engine.rows(f"""
        SELECT event_id, time, operation, lower(coalesce(actor, '')) AS actor, coalesce(target, '') AS target,
               lower(coalesce(mailbox_owner, '')) AS mailbox_owner
        FROM case_events WHERE operation IN ({names}) AND actor_kind IS DISTINCT FROM 'system'
          AND result IS DISTINCT FROM 'failure' AND time IS NOT NULL ORDER BY time, event_id
    """)
    found: dict[str, Row] = {row["event_id"]: {**row, "said": {}} for row in rows}
    for row in engine.rows(f"""
        SELECT p.event_id, p.name, p.value FROM case_properties p
        WHERE p.event_id IN (SELECT event_id FROM case_events WHERE operation IN ({names})) AND p.value IS NOT NULL
        ORDER BY p.event_id, p.name, p.value
    """):
        if row["event_id"] in found:
            found[row["event_id"]]["said"].setdefault(row["name"].removeprefix("Parameters."), row["value"])
    return list(found.values())


def _matters(trace: Trace, event: Row) -> bool:
    if not trace.said:
        return True
    told = ((str(event["said"].get(name) or "").strip(), values) for name, values in trace.said)
    return any(value and (not values or value.lower() in values) for value, values in told)


def _owner(trace: Trace, event: Row) -> str:
    """Whose it is: the mailbox, the person acted on, else who acted; "" for what is everybody's."""
    if trace.of_tenant:
        return ""
    for text in (event["mailbox_owner"], event["target"], event["said"].get("Identity"), event["actor"]):
        if text and "@" in text and " " not in text:
            return str(text).lower()
    return str(event["actor"])


def _what(trace: Trace, event: Row) -> str:
    """The object in the log's own words: what was set, else the name, else the target."""
    said: dict[str, Any] = event["said"]
    if trace.said:
        return ", ".join(f"{name} {said[name]}" for name, _ in trace.said if said.get(name))
    names = [value.strip(' "[]') for name, value in said.items() if name == "Name" or name.endswith(_NAMES)]
    return next((name for name in names if name), str(event["target"]))


def _groups(trace: Trace, made: list[Row]) -> list[list[Row]]:
    found: list[list[Row]] = []
    last: dict[tuple[str, str, str], list[Row]] = {}
    for event in made:
        key = (_owner(trace, event), event["actor"], str(event["target"]) if trace.apart else "")
        held = last.get(key)
        if held and event["time"] - held[-1]["time"] <= _TOGETHER:
            held.append(event)
        else:
            last[key] = [event]
            found.append(last[key])
    return found


def _same(trace: Trace, owner: str, event: Row, group: list[Row]) -> bool:
    """Whether an undoing event is about the object: by its name, or, where the log gives none, by its owner."""
    names = {_what(trace, one).lower() for one in group} | {one["target"].lower() for one in group}
    if {_what(trace, event).lower(), event["target"].lower()} & (names - {""}):
        return True
    return trace.kind == "auth_method" and _owner(trace, event) == owner
