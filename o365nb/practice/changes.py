"""What can be changed in the tenant, and the trace that Microsoft's services leave of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from o365nb.practice.ids import Json, z
from o365nb.practice.logs import collaboration, mailbox
from o365nb.practice.logs.directory import Actor, Change
from o365nb.practice.people import INITIAL_DOMAIN, Person
from o365nb.practice.state import TenantState

#: The category of a directory audit, by what was changed; of the rest it is that of applications.
_CATEGORIES = {
    "Device": "Device", "Role": "RoleManagement", "Group": "GroupManagement", "Policy": "Policy",
    "User": "UserManagement",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Responder:
    """Who asks: the kit's own app, or the person who signed in with it."""

    id: str
    name: str
    app_id: str
    upn: str = ""

    @property
    def actor(self) -> Actor:
        if self.upn:
            return Actor(self.id, self.name, self.upn, "127.0.0.1")
        return Actor(self.id, self.name, app_id=self.app_id)


class Changes:
    """Changes by one responder. Each is saved before it returns."""

    def __init__(self, state: TenantState, by: Responder) -> None:
        self._state, self._by = state, by

    @property
    def by(self) -> Responder:
        """Who makes them."""
        return self._by

    def enable(self, person: Person, *, enabled: bool) -> None:
        """Switch an account on or off; what it would have done after being switched off never happens."""
        user = self._state.user(person)
        before, user["accountEnabled"] = user["accountEnabled"], enabled
        now = self._now()
        off: list[list[str | None]] = self._state.objects["off"].setdefault(person.upn, [])
        if before and not enabled:
            off.append([now.isoformat(), None])
        if enabled and not before and off:
            off[-1][1] = now.isoformat()
        activity = "Enable account" if enabled else "Disable account"
        self._log(person, activity, {"AccountEnabled": ([before], [enabled])}, now)

    def reset_password(self, person: Person) -> None:
        """A new password was set. The password itself is not kept, not even its hash."""
        now, user = self._now(), self._state.user(person)
        user["lastPasswordChangeDateTime"] = z(now)
        for method in self._state.objects["methods"][person.upn]:
            if method["@odata.type"].endswith("passwordAuthenticationMethod"):
                method["createdDateTime"] = z(now)
        self._log(person, "Reset user password", {}, now)

    def revoke(self, person: Person) -> None:
        """End all sessions: tokens issued before this moment are refused from now on."""
        now, user = self._now(), self._state.user(person)
        before, user["signInSessionsValidFromDateTime"] = user["signInSessionsValidFromDateTime"], z(now)
        modified = {"StsRefreshTokensValidFrom": ([before], [z(now)])}
        self._log(person, "Update StsRefreshTokenValidFrom Timestamp", modified, now)

    def remove_method(self, person: Person, method: Json) -> None:
        """Take an authentication method away."""
        self._state.objects["methods"][person.upn].remove(method)
        kind = str(method["@odata.type"]).rsplit(".", 1)[-1]
        self._log(
            person, "Admin deleted security info", {}, self._now(), service="Authentication Methods",
            reason=f"Admin deleted {kind} for user", operation="Delete",
        )  # fmt: skip

    def remove_grant(self, grant: Json) -> None:
        """Withdraw a consent."""
        self._state.objects["grants"].remove(grant)
        self._object("Remove delegated permission grant", "ServicePrincipal", grant["clientId"], "", {
            "DelegatedPermissionGrant.Scope": (grant["scope"], None),
        })  # fmt: skip

    def set_application(self, principal: Json, *, enabled: bool) -> None:
        """Switch an application's service principal on or off."""
        before, principal["accountEnabled"] = principal["accountEnabled"], enabled
        self._object("Update service principal", "ServicePrincipal", principal["id"], principal["displayName"], {
            "AccountEnabled": ([before], [enabled]),
        })  # fmt: skip

    def enable_other(self, user: Json, *, enabled: bool) -> None:
        """Switch an account on or off that belongs to nobody of the house: a guest's, or one that was made since."""
        before, user["accountEnabled"] = user["accountEnabled"], enabled
        activity = "Enable account" if enabled else "Disable account"
        self._object(activity, "User", user["id"], str(user["displayName"]), {"AccountEnabled": ([before], [enabled])})

    def registered(self, activity: str, kind: str, identity: str, name: str) -> None:
        """An object of the directory was added or removed, or something in it (the state already says so)."""
        self._object(activity, kind, identity, name, {})

    def set_device(self, device: Json, *, enabled: bool) -> None:
        """Switch a device on or off."""
        before, device["accountEnabled"] = device["accountEnabled"], enabled
        self._object("Update device", "Device", device["id"], device["displayName"], {
            "AccountEnabled": ([before], [enabled]),
        })  # fmt: skip

    def set_settings(self, person: Person, values: Json) -> None:
        """Change mailbox settings (auto-reply, time zone, ...)."""
        self._state.objects["settings"][person.upn].update(values)
        text = {name: str(value) for name, value in values.items()}
        self._cmdlet("Set-MailboxAutoReplyConfiguration", person.upn, text)

    def set_rule(self, person: Person, rule: Json, *, enabled: bool, cmdlet: str) -> None:
        """Switch an inbox rule on or off; it stays where it is."""
        rule["enabled"] = enabled
        self._cmdlet(cmdlet, f"{person.upn}\\{rule['name']}", {
            "Identity": str(rule["number"]), "Mailbox": person.upn, "Enabled": str(enabled),
        })  # fmt: skip

    def remove_rule(self, person: Person, rule: Json) -> None:
        """Delete an inbox rule."""
        self._state.objects["rules"][person.upn].remove(rule)
        parameters = {"Identity": str(rule["number"]), "Mailbox": person.upn}
        self._cmdlet("Remove-InboxRule", f"{person.upn}\\{rule['name']}", parameters)

    def set_mailbox(self, person: Person, values: Json) -> None:
        """Set-Mailbox on one mailbox."""
        self._state.objects["mailboxes"][person.upn].update(values)
        self._cmdlet("Set-Mailbox", person.upn, {
            "Identity": person.upn, **{name: "" if value is None else str(value) for name, value in values.items()},
        })  # fmt: skip

    def ran(self, cmdlet: str, target: str, parameters: Mapping[str, object]) -> None:
        """A cmdlet changed something in Exchange (the state already says so)."""
        self._cmdlet(cmdlet, target, {
            name: "" if value is None else str(value) for name, value in parameters.items() if name != "Confirm"
        })  # fmt: skip

    def unshared(self, address: str, link: Json) -> None:
        """A sharing link was taken from a file (the state already says so)."""
        at, record_id = self._now(), str(uuid4())
        user = self._by.upn or f"ServicePrincipal_{self._by.id}@{INITIAL_DOMAIN}"
        anybody = link.get("link", {}).get("scope") == "anonymous"
        operation = "AnonymousLinkRemoved" if anybody else "SharingLinkDeleted"
        self._state.log_audit(at, collaboration.unshared(record_id, at, operation, address, user))
        self._state.save()

    def _now(self) -> datetime:
        return self._state.clock.now()

    def _log(
        self, person: Person, activity: str, modified: Mapping[str, tuple[object, object]], at: datetime, *,
        service: str = "Core Directory", reason: str = "", operation: str = "Update",
    ) -> None:  # fmt: skip
        self._state.log_change(Change(
            str(uuid4()), at, activity, "UserManagement", self._by.actor, "User", person.id, person.name, person.upn,
            modified, service, operation, reason,
        ))  # fmt: skip
        self._state.save()

    def _object(
        self, activity: str, kind: str, target: str, name: str, modified: Mapping[str, tuple[object, object]]
    ) -> None:
        category = _CATEGORIES.get(kind, "ApplicationManagement")
        self._state.log_change(
            Change(str(uuid4()), self._now(), activity, category, self._by.actor, kind, target, name, None, modified)
        )
        self._state.save()

    def _cmdlet(self, name: str, target: str, parameters: dict[str, str]) -> None:
        at, record_id = self._now(), str(uuid4())
        user = self._by.upn or f"ServicePrincipal_{self._by.id}@{INITIAL_DOMAIN}"
        self._state.log_audit(at, mailbox.by_service(record_id, at, name, target, parameters, user))
        self._state.save()
