"""Roles that the attacker took or gave: held, taken up for a time, or there to be taken up (PIM)."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import Any

from o365nb.model import Persistence, Phase, Step
from o365nb.response import account
from o365nb.response.base import Draft, Request, Secret, Sent, State, sentence
from o365nb.response.removal import Removal, records, send
from o365nb.response.situation import Row, Situation
from o365nb.safe import one_line
from o365nb.tenant import Tenant, literal, powershell, segment
from o365nb.tenant.permissions import Right

_DIRECTORY = "/roleManagement/directory"
_GROUPS = "/identityGovernance/privilegedAccess/group"
_STATES = {"active": "the role", "activated": "the role taken up for a time", "eligible": "the right to take up"}
_PIM = "Microsoft Entra ID P2"
#: PIM wants a reason with every request.
_WHY = "Incident response"


class _Role(Removal):
    """A row of the table `roles` that is the account's own, not a group's."""

    kinds = ("role",)
    handle = "principal"
    renumbered = False
    kept = ("principalId", "roleDefinitionId", "directoryScopeId")
    states: tuple[str, ...]
    group = False

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for item in situation.objects(*self.kinds):
            row = situation.row("roles", item, "role_id")
            if row and _own(situation, row) and self._mine(row):
                yield self._draft(item, row)

    def _mine(self, row: Row) -> bool:
        return row["state"] in self.states and (row["scope"] == "group") is self.group

    def _draft(self, item: Persistence, row: Row) -> Draft:
        role = str(row["role"] or row["role_id"])
        arguments = {
            "upn": str(row["owner"] or item.owner),
            "principal": str(row["principal_id"]),
            "role": str(row["role_id"]),
            "scope": str(row["scope"] or "/"),
            "state": str(row["state"]),
            "access": role.partition(" ")[0] if self.group else "",
            "assignment": str(row["key"]).rpartition(":")[2],
        }
        return self.draft(
            "X9",
            Phase.ERADICATE,
            f"{_STATES[str(row['state'])]} '{one_line(role)}' of {arguments['upn']}",
            f"{sentence(item.because)} It gives rights over much more than one mailbox.",
            self.command(arguments) + account.comment(role),
            finding_ids=item.finding_ids,
            arguments=arguments,
        )

    @abstractmethod
    def command(self, arguments: dict[str, str]) -> str:
        """The PowerShell line."""

    @property
    @abstractmethod
    def path(self) -> str:
        """The list that it stands in."""

    def listing(self, tenant: Tenant, step: Step) -> Iterable[dict[str, Any]]:
        return records(tenant, self.path, {"$filter": f"principalId eq {literal(step.arguments['principal'])}"})

    def is_it(self, record: dict[str, Any], step: Step) -> bool:
        wanted = (step.arguments["role"], step.arguments["scope"])
        return (record.get("roleDefinitionId"), record.get("directoryScopeId")) == wanted

    def told(self, state: State) -> str:
        return "the account has it"


class RemoveRole(_Role):
    """A role that is held. The service refuses to take the last global administrator's."""

    name = "remove_role"
    title = "Take a role from an account"
    states = ("active",)
    needs = (Right("RoleManagement.ReadWrite.Directory", role="Privileged Role Administrator"),)
    path = f"{_DIRECTORY}/roleAssignments"

    def command(self, arguments: dict[str, str]) -> str:
        return powershell(
            "Remove-MgRoleManagementDirectoryRoleAssignment", UnifiedRoleAssignmentId=arguments["assignment"]
        )

    def removal(self, step: Step) -> Request:
        return Request("DELETE", f"{self.path}/{segment(step.arguments['assignment'])}")

    def apply(self, tenant: Tenant, step: Step, secret: Secret | None) -> Sent:
        """By the id that it has now: given back once, it has another."""
        found = (str(one.get("id")) for one in self.listing(tenant, step) if self.is_it(one, step))
        request = Request("DELETE", f"{self.path}/{segment(next(found, step.arguments['assignment']))}")
        return send(tenant.graph, request)

    def restoring(self, step: Step, before: State) -> Request:
        return Request("POST", self.path, {name: before[name] for name in self.kept})


class _Scheduled(_Role):
    """Roles under PIM: a request to remove, another to assign again."""

    requests_path: str
    assign: str

    def command(self, arguments: dict[str, str]) -> str:
        body = self._body(arguments, "adminRemove")
        return powershell(self.assign, **{name[0].upper() + name[1:]: value for name, value in body.items()})

    def removal(self, step: Step) -> Request:
        return Request("POST", self.requests_path, self._body(step.arguments, "adminRemove"))

    def restoring(self, step: Step, before: State) -> Request:
        forever = {"scheduleInfo": {"expiration": {"type": "noExpiration"}}}
        return Request("POST", self.requests_path, {**self._body(step.arguments, "adminAssign"), **forever})

    def apply(self, tenant: Tenant, step: Step, secret: Secret | None) -> Sent:
        return send(tenant.graph, self.removal(step), idempotent=False)

    def _body(self, arguments: dict[str, str], action: str) -> dict[str, Any]:
        return {
            "action": action,
            "principalId": arguments["principal"],
            "roleDefinitionId": arguments["role"],
            "directoryScopeId": arguments["scope"],
            "justification": _WHY,
        }


class RemoveRoleEligibility(_Scheduled):
    """A role that could be taken up at any time."""

    name = "remove_role_eligibility"
    title = "Take the right to a role from an account"
    states = ("eligible",)
    needs = (Right("RoleEligibilitySchedule.ReadWrite.Directory", licence=_PIM, role="Privileged Role Administrator"),)
    path = f"{_DIRECTORY}/roleEligibilityScheduleInstances"
    requests_path = f"{_DIRECTORY}/roleEligibilityScheduleRequests"
    assign = "New-MgRoleManagementDirectoryRoleEligibilityScheduleRequest"


class EndRoleActivation(_Scheduled):
    """A role that was taken up for some hours."""

    name = "end_role_activation"
    title = "End a role that was taken up"
    states = ("activated",)
    reversible = False
    irreversible_because = "whoever may take the role up does it again themselves"
    needs = (Right("RoleAssignmentSchedule.ReadWrite.Directory", licence=_PIM, role="Privileged Role Administrator"),)
    path = f"{_DIRECTORY}/roleAssignmentScheduleInstances"
    requests_path = f"{_DIRECTORY}/roleAssignmentScheduleRequests"
    assign = "New-MgRoleManagementDirectoryRoleAssignmentScheduleRequest"


class _GroupRole(_Scheduled):
    """Membership or ownership of a group under PIM."""

    group = True
    kept = ("principalId", "groupId", "accessId")

    def is_it(self, record: dict[str, Any], step: Step) -> bool:
        wanted = (step.arguments["role"], step.arguments["access"])
        return (record.get("groupId"), record.get("accessId")) == wanted

    def _body(self, arguments: dict[str, str], action: str) -> dict[str, Any]:
        return {
            "action": action,
            "principalId": arguments["principal"],
            "groupId": arguments["role"],
            "accessId": arguments["access"],
            "justification": _WHY,
        }


class RemoveGroupEligibility(_GroupRole):
    """The right to become a member or owner of a group."""

    name = "remove_group_eligibility"
    title = "Take the right to a group from an account"
    states = ("eligible",)
    needs = (Right("PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup", licence=_PIM),)
    path = f"{_GROUPS}/eligibilityScheduleInstances"
    requests_path = f"{_GROUPS}/eligibilityScheduleRequests"
    assign = "New-MgIdentityGovernancePrivilegedAccessGroupEligibilityScheduleRequest"


class RemoveGroupAssignment(_GroupRole):
    """Membership or ownership of a group that PIM gave."""

    name = "remove_group_assignment"
    title = "Take a group under PIM from an account"
    states = ("active", "activated")
    needs = (Right("PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup", licence=_PIM),)
    path = f"{_GROUPS}/assignmentScheduleInstances"
    requests_path = f"{_GROUPS}/assignmentScheduleRequests"
    assign = "New-MgIdentityGovernancePrivilegedAccessGroupAssignmentScheduleRequest"


class RemoveRoleByHand(_Role):
    """A role that comes through a group, or that is known from elsewhere than the account's own list."""

    name = "review_role"
    title = "Take a role away by hand"
    automatic = False
    states = ()
    handle = "assignment"
    path = ""

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for item in situation.objects(*self.kinds):
            row = situation.row("roles", item, "role_id")
            if (row and _own(situation, row) and row["state"] in _STATES) or situation.role_group_member(item):
                continue
            how = "It comes through a group: take the account out of that group." if row else "Its state was not read."
            yield self.draft(
                "X9",
                Phase.ERADICATE,
                one_line(item.description),
                f"{sentence(item.because)} {how}",
                "Get-MgRoleManagementDirectoryRoleAssignment -All" + account.comment(item.description),
                finding_ids=item.finding_ids,
                arguments={"upn": item.owner, "assignment": ""},
            )

    def command(self, arguments: dict[str, str]) -> str:
        return ""

    def removal(self, step: Step) -> Request:
        raise TypeError("it is removed by hand")


def _own(situation: Situation, row: Row) -> bool:
    """Whether the account itself has the role; a group's would be everybody's in it."""
    principal = row["principal_id"]
    return bool(principal) and principal == situation.user_id(str(row["owner"] or ""))
