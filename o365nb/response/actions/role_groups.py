"""Exchange's own role groups: whoever is in one may read, change or export everybody's mail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from o365nb.model import Phase, Step
from o365nb.response import account
from o365nb.response.base import Draft, Request, State, sentence
from o365nb.response.exchange import Withdrawal, as_line, ask, cmdlet, made_of, texts
from o365nb.response.situation import Situation
from o365nb.safe import one_line
from o365nb.tenant import Tenant
from o365nb.tenant.permissions import exchange_right


class RemoveRoleGroupMember(Withdrawal):
    """A member that the attacker put in. Only an administrator who manages roles may take one out."""

    kinds = ("role",)
    name = "remove_role_group_member"
    title = "Take a member out of a role group of Exchange"
    needs = (exchange_right("Exchange Administrator"),)
    handle = "member"
    kept = ("who", "group")

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for item in situation.objects(*self.kinds):
            if row := situation.role_group_member(item):
                arguments = {"upn": "", "group": str(row["role"]), "member": str(row["assignee"])}
                yield self.draft(
                    "X9",
                    Phase.ERADICATE,
                    f"{one_line(arguments['member'])} in the role group '{one_line(arguments['group'])}'",
                    f"{sentence(item.because)} It gives rights over the mail of the whole organisation.",
                    as_line(self.removal(made_of(arguments))) + account.comment(item.description),
                    finding_ids=item.finding_ids,
                    arguments=arguments,
                )

    def listing(self, tenant: Tenant, step: Step) -> Iterable[dict[str, Any]]:
        for group in ask(tenant, "", "Get-RoleGroup", Identity=step.arguments["group"]):
            for member in texts(group.get("Members")):
                yield {"who": member, "group": step.arguments["group"]}

    def is_it(self, record: dict[str, Any], step: Step) -> bool:
        return bool(record["who"].lower() == step.arguments["member"].lower())

    def removal(self, step: Step) -> Request:
        return cmdlet(
            "Remove-RoleGroupMember",
            Identity=step.arguments["group"],
            Member=step.arguments["member"],
            Confirm=False,
        )

    def restoring(self, step: Step, before: State) -> Request:
        return cmdlet("Add-RoleGroupMember", Identity=before["group"], Member=before["who"], Confirm=False)
