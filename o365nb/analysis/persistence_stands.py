"""What the log saw set and no object of the inventory answers to: whether the state that was read shows it still."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from o365nb.engine import Engine

#: Kind and cmdlet → the rows in which it stands; the parameters of the cmdlet fill the question marks, after the owner.
_STANDS: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {
    ("autoreply", "Set-MailboxAutoReplyConfiguration"): (
        """SELECT value FROM org_config WHERE owner = ? AND name = 'AutoReplyState'
           AND lower(value) IN ('enabled', 'scheduled')""", (),
    ),
    ("send_on_behalf", "Set-Mailbox"): (
        "SELECT key FROM mailboxes WHERE owner = ? AND array_length(send_on_behalf) > 0", (),
    ),
    ("audit_setting", "Set-Mailbox"): ("SELECT key FROM mailboxes WHERE owner = ? AND audit_enabled = FALSE", ()),
    ("addin", "New-App"): (
        "SELECT key FROM addins WHERE owner = ? AND coalesce(enabled, TRUE) AND lower(coalesce(scope, '')) = 'user'",
        (),
    ),
    ("addin", "Enable-App"): (
        "SELECT key FROM addins WHERE owner = ? AND coalesce(enabled, TRUE) AND lower(app_id) = ?", ("Identity",),
    ),
    ("role", "Add-RoleGroupMember"): (
        """SELECT key FROM exchange_roles WHERE owner = '' AND ? <> '' AND assignee_kind = 'member'
           AND lower(role) = ? AND lower(assignee) = ?""", ("Identity", "Member"),
    ),
    ("forwarding_policy", "Set-RemoteDomain"): (
        "SELECT key FROM remote_domains WHERE owner = ? AND auto_forward AND lower(name) = ?", ("Identity",),
    ),
    ("forwarding_policy", "New-RemoteDomain"): (
        "SELECT key FROM remote_domains WHERE owner = ? AND auto_forward AND lower(domain) = ?", ("DomainName",),
    ),
}  # fmt: skip


def stands(engine: Engine, kind: str, owner: str, events: Sequence[Mapping[str, Any]]) -> bool:
    """Whether what these events set is still so. `said` of an event holds its parameters."""
    for event in events:
        asked = _STANDS.get((kind, str(event["operation"])))
        if asked is None:
            continue
        sql, names = asked
        values = [str(event["said"].get(name) or "").rpartition("\\")[2].lower() for name in names]
        if engine.rows(sql, [owner, *values]):
            return True
    return False
