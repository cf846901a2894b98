"""What the attacker added to applications: secrets, certificates, trusted issuers, owners, rights.

Only that: the application goes on with its own. What it could sign in with, whoever held it, it may have seen: the
owner renews the application's own secrets as well.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from o365nb.errors import NotFound
from o365nb.model import Persistence, Phase, Step
from o365nb.response import account
from o365nb.response.base import Draft, Request, Secret, Sent, State, sentence
from o365nb.response.removal import Removal, records, send
from o365nb.response.situation import Row, Situation
from o365nb.safe import one_line
from o365nb.tenant import Tenant, powershell, segment
from o365nb.tenant.permissions import Right

_APPLICATIONS = Right("Application.ReadWrite.All", role="Cloud Application Administrator")
_READ = Right("Directory.Read.All")
_SIDES = {"application": "applications", "service_principal": "servicePrincipals"}
_NOUNS = {"application": "Application", "service_principal": "ServicePrincipal"}


class _AppPart(Removal):
    """One kind of row in the table `applications`."""

    kinds = ("application",)
    handle = "part"
    needs: ClassVar[tuple[Right, ...]] = (_APPLICATIONS, _READ)
    item: str
    what: str
    why: str

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for item in situation.objects(*self.kinds):
            row = situation.row("applications", item, "item_id")
            if row and row["item"] == self.item and row["object_id"] and row["item_id"]:
                yield self._draft(item, row)

    def _draft(self, item: Persistence, row: Row) -> Draft:
        app = str(row["app_name"] or row["app_id"] or row["object_id"])
        label = str(row["name"] or row["value"] or row["item_id"])
        arguments = {
            "upn": item.owner,
            "side": _SIDES[str(row["side"])],
            "app": str(row["object_id"]),
            "part": str(row["item_id"]),
        }
        return self.draft(
            "X5",
            Phase.ERADICATE,
            f"{self.what} '{one_line(label)}' of the application '{one_line(app)}'",
            f"{sentence(item.because)} {self.why}",
            self.command(_NOUNS[str(row["side"])], arguments) + account.comment(f"{app}: {label}"),
            finding_ids=item.finding_ids,
            arguments=arguments,
        )

    @abstractmethod
    def command(self, noun: str, arguments: dict[str, str]) -> str:
        """The PowerShell line; `noun` is Application or ServicePrincipal."""

    def _app(self, step: Step) -> str:
        return f"/{step.arguments['side']}/{segment(step.arguments['app'])}"

    def _property(self, tenant: Tenant, step: Step, name: str) -> list[dict[str, Any]]:
        """A list inside the application itself; whole only when it is asked for by name."""
        try:
            found = tenant.graph.get(self._app(step), {"$select": name}).data.get(name)
        except NotFound:
            return []
        return [entry for entry in found or [] if isinstance(entry, dict)]


class RemoveAppSecret(_AppPart):
    """A secret of the attacker's; the application's own stay."""

    name = "remove_app_secret"
    title = "Remove secret of an application"
    reversible = False
    irreversible_because = "a secret is shown once, when it is made; the owner makes a new one"
    item = "secret"
    what = "secret"
    why = "With it the application signs in from anywhere, without any user. Renew its other secrets as well."
    kept = ("displayName", "hint", "startDateTime")

    def command(self, noun: str, arguments: dict[str, str]) -> str:
        return powershell(f"Remove-Mg{noun}Password", **{f"{noun}Id": arguments["app"], "KeyId": arguments["part"]})

    def listing(self, tenant: Tenant, step: Step) -> Iterable[dict[str, Any]]:
        return self._property(tenant, step, "passwordCredentials")

    def is_it(self, record: dict[str, Any], step: Step) -> bool:
        return bool(record.get("keyId") == step.arguments["part"])

    def removal(self, step: Step) -> Request:
        return Request("POST", f"{self._app(step)}/removePassword", {"keyId": step.arguments["part"]})


class RemoveAppCertificate(_AppPart):
    """Removing one by its id wants a proof signed with a key that we lack: the others are written back whole."""

    name = "remove_app_certificate"
    title = "Remove certificate of an application"
    item = "certificate"
    what = "certificate"
    why = "With its key the application signs in from anywhere, without any user. Renew its other ones as well."
    kept = ("displayName", "keyId", "key", "type", "usage", "startDateTime", "endDateTime", "customKeyIdentifier")
    renumbered = False

    def command(self, noun: str, arguments: dict[str, str]) -> str:
        app = powershell(f"Get-Mg{noun}", **{f"{noun}Id": arguments["app"]})
        key = powershell("Where-Object", Property="KeyId", NE=True, Value=arguments["part"]).replace("-NE:$true", "-NE")
        kept = f"@(({app}).KeyCredentials | {key})"
        return powershell(f"Update-Mg{noun}", **{f"{noun}Id": arguments["app"]}) + f" -KeyCredentials {kept}"

    def listing(self, tenant: Tenant, step: Step) -> Iterable[dict[str, Any]]:
        return self._property(tenant, step, "keyCredentials")

    def is_it(self, record: dict[str, Any], step: Step) -> bool:
        return bool(record.get("keyId") == step.arguments["part"])

    def removal(self, step: Step) -> Request:
        return self._written(step, ["(every other certificate, as it stands)"])

    def apply(self, tenant: Tenant, step: Step, secret: Secret | None) -> Sent:
        others = [one for one in self.listing(tenant, step) if not self.is_it(one, step)]
        return send(tenant.graph, self._written(step, others))

    def restoring(self, step: Step, before: State) -> Request:
        return self._written(step, ["(those that stand)", self._kept(before)])

    def undo(self, tenant: Tenant, step: Step, before: State) -> Sent:
        others = [one for one in self.listing(tenant, step) if not self.is_it(one, step)]
        return send(tenant.graph, self._written(step, [*others, self._kept(before)]))

    def _written(self, step: Step, credentials: list[Any]) -> Request:
        return Request("PATCH", self._app(step), {"keyCredentials": credentials})


class RemoveFederatedCredential(_AppPart):
    """Trust in another sign-in service."""

    name = "remove_federated_credential"
    title = "Remove trusted issuer of an application"
    item = "federated_credential"
    what = "trusted issuer"
    why = "Whoever controls that issuer signs in as the application, without a secret that could be renewed."
    kept = ("name", "issuer", "subject", "audiences", "description")

    def command(self, noun: str, arguments: dict[str, str]) -> str:
        return powershell(
            "Remove-MgApplicationFederatedIdentityCredential",
            ApplicationId=arguments["app"],
            FederatedIdentityCredentialId=arguments["part"],
        )

    def listing(self, tenant: Tenant, step: Step) -> Iterable[dict[str, Any]]:
        return records(tenant, f"{self._app(step)}/federatedIdentityCredentials")

    def removal(self, step: Step) -> Request:
        return Request("DELETE", f"{self._app(step)}/federatedIdentityCredentials/{segment(step.arguments['part'])}")

    def restoring(self, step: Step, before: State) -> Request:
        body = {name: before[name] for name in self.kept if before[name] is not None}
        return Request("POST", f"{self._app(step)}/federatedIdentityCredentials", body)


class RemoveAppOwner(_AppPart):
    """An owner may add secrets at any time."""

    name = "remove_app_owner"
    title = "Remove owner of an application"
    item = "owner"
    what = "owner"
    why = "An owner adds a secret of their own whenever they like, and signs in with the application's rights."
    kept = ("displayName", "userPrincipalName")
    renumbered = False

    def command(self, noun: str, arguments: dict[str, str]) -> str:
        named = {f"{noun}Id": arguments["app"], "DirectoryObjectId": arguments["part"]}
        return powershell(f"Remove-Mg{noun}OwnerByRef", **named)

    def listing(self, tenant: Tenant, step: Step) -> Iterable[dict[str, Any]]:
        return records(tenant, f"{self._app(step)}/owners")

    def before(self, tenant: Tenant, step: Step) -> State:
        return {**super().before(tenant, step), "root": tenant.profile.cloud.graph}

    def removal(self, step: Step) -> Request:
        return Request("DELETE", f"{self._app(step)}/owners/{segment(step.arguments['part'])}/$ref")

    def restoring(self, step: Step, before: State) -> Request:
        return Request("POST", f"{self._app(step)}/owners/$ref", account.reference(before, step.arguments["part"]))


class RemoveAppRole(_AppPart):
    """A right of the application's own, for all mailboxes and users at once."""

    name = "remove_app_role"
    title = "Take a right from an application"
    item = "app_role"
    what = "right"
    why = "With it the application reads or writes by itself, whatever becomes of the users and their passwords."
    needs = (Right("AppRoleAssignment.ReadWrite.All", role="Cloud Application Administrator"), _READ)
    kept = ("principalId", "resourceId", "appRoleId", "resourceDisplayName")

    def command(self, noun: str, arguments: dict[str, str]) -> str:
        return powershell(
            "Remove-MgServicePrincipalAppRoleAssignment",
            ServicePrincipalId=arguments["app"],
            AppRoleAssignmentId=arguments["part"],
        )

    def listing(self, tenant: Tenant, step: Step) -> Iterable[dict[str, Any]]:
        return records(tenant, f"{self._app(step)}/appRoleAssignments")

    def removal(self, step: Step) -> Request:
        return Request("DELETE", f"{self._app(step)}/appRoleAssignments/{segment(step.arguments['part'])}")

    def restoring(self, step: Step, before: State) -> Request:
        body = {name: before[name] for name in ("principalId", "resourceId", "appRoleId")}
        return Request("POST", f"/servicePrincipals/{segment(str(before['resourceId']))}/appRoleAssignedTo", body)


class RemoveAppAccess(RemoveAppRole):
    """A user's own access to an application, which somebody gave them."""

    name = "remove_app_access"
    title = "Take a user's access to an application"
    item = "app_access"
    what = "access"
    why = "It lets the account into the application."
    needs = (Right("AppRoleAssignment.ReadWrite.All", role="Cloud Application Administrator"), _READ)

    def listing(self, tenant: Tenant, step: Step) -> Iterable[dict[str, Any]]:
        return records(tenant, f"{self._app(step)}/appRoleAssignedTo")

    def removal(self, step: Step) -> Request:
        return Request("DELETE", f"{self._app(step)}/appRoleAssignedTo/{segment(step.arguments['part'])}")

    def command(self, noun: str, arguments: dict[str, str]) -> str:
        return powershell(
            "Remove-MgServicePrincipalAppRoleAssignedTo",
            ServicePrincipalId=arguments["app"],
            AppRoleAssignmentId=arguments["part"],
        )


class RemoveAppPartByHand(_AppPart):
    """What the inventory names and no action can address: it must not be forgotten."""

    name = "remove_app_part"
    title = "Remove from an application"
    automatic = False
    kept = ()
    item = ""
    needs = ()

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for item in situation.objects(*self.kinds):
            row = situation.row("applications", item, "item_id")
            if not row or row["item"] not in _ADDRESSED or not row["object_id"] or not row["item_id"]:
                yield self.draft(
                    "X5",
                    Phase.ERADICATE,
                    one_line(item.description),
                    f"{sentence(item.because)} The kit cannot address it: remove it in the Entra admin centre,"
                    " App registrations.",
                    "Get-MgApplication -All" + account.comment(item.description),
                    finding_ids=item.finding_ids,
                    arguments={"upn": item.owner, "part": ""},
                )

    def command(self, noun: str, arguments: dict[str, str]) -> str:
        return ""

    def listing(self, tenant: Tenant, step: Step) -> Iterable[dict[str, Any]]:
        return ()

    def removal(self, step: Step) -> Request:
        raise TypeError("it is removed by hand")


_ADDRESSED = ("secret", "certificate", "federated_credential", "owner", "app_role", "app_access")
