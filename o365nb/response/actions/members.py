"""Group memberships that the attacker added: out again, one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from o365nb.model import Phase, Step
from o365nb.response import account
from o365nb.response.base import Draft, Request, State, sentence
from o365nb.response.removal import Removal, records
from o365nb.response.situation import Situation
from o365nb.safe import one_line
from o365nb.tenant import Tenant, powershell, segment
from o365nb.tenant.permissions import Right


class RemoveGroupMember(Removal):
    """A group opens what its members may see: mail, files, and roles where it has any."""

    kinds = ("group_member",)
    name = "remove_group_member"
    title = "Take an account out of a group"
    handle = "group"
    renumbered = False
    kept = ("displayName", "onPremisesSyncEnabled")
    needs = (
        Right("GroupMember.ReadWrite.All", role="User Administrator"),
        Right("Directory.Read.All"),
    )

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for item in situation.objects(*self.kinds):
            row = situation.row("org_config", item, "key")
            known = row is not None and row["name"] == "member_of"
            group = str(row["key"]).rpartition(":")[2] if row and known else ""
            label = str(row["value"]) if row and known else item.description
            reason = f"{sentence(item.because)} It opens whatever the group may see and do."
            user = situation.user_id(item.owner)
            command = (
                powershell("Remove-MgGroupMemberByRef", GroupId=group, DirectoryObjectId=user)
                if group
                else powershell("Get-MgUserMemberOf", UserId=user)
            )
            yield self.draft(
                "X9",
                Phase.ERADICATE,
                f"{item.owner} in the group '{one_line(label)}'",
                reason + ("" if group else " The group's id is not known: find it among the account's groups."),
                command + account.comment(label),
                automatic=bool(group),
                finding_ids=item.finding_ids,
                arguments={"upn": item.owner, "user": user, "group": group},
            )

    def listing(self, tenant: Tenant, step: Step) -> Iterable[dict[str, Any]]:
        return records(tenant, f"{account.path(step)}/memberOf")

    def before(self, tenant: Tenant, step: Step) -> State:
        return {**super().before(tenant, step), "root": tenant.profile.cloud.graph}

    def changed(self, step: Step, state: State) -> str:
        if state["present"] and state["onPremisesSyncEnabled"]:
            return "the group is kept on-premises: take the account out there (Remove-ADGroupMember), then synchronise"
        return super().changed(step, state)

    def removal(self, step: Step) -> Request:
        group, user = segment(step.arguments["group"]), segment(step.arguments["user"])
        return Request("DELETE", f"/groups/{group}/members/{user}/$ref")

    def restoring(self, step: Step, before: State) -> Request:
        body = account.reference(before, step.arguments["user"])
        return Request("POST", f"/groups/{segment(step.arguments['group'])}/members/$ref", body)
