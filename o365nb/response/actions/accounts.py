"""Accounts and guests that the attacker made: blocked, not deleted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from o365nb.model import Phase, Step
from o365nb.response import account
from o365nb.response.base import Action, Draft, Request, Secret, Sent, State, sentence
from o365nb.response.removal import send
from o365nb.response.situation import Situation
from o365nb.safe import one_line
from o365nb.tenant import Tenant, powershell
from o365nb.tenant.permissions import Right


class DisableAccount(Action):
    """It stays, switched off: what it was made with, and what it did, is evidence."""

    kinds = ("account",)
    name = "disable_account"
    title = "Block an account that the attacker made"
    needs = (Right("User.EnableDisableAccount.All", role="User Administrator"), Right("User.Read.All"))

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for item in situation.objects(*self.kinds):
            row = situation.row("users", item, "user_id")
            user = str(row["user_id"] or "") if row else ""
            upn = (str(row["owner"]) if row else item.owner).lower()
            guest = bool(row and str(row["user_type"] or "").lower() == "guest")
            reason = f"{sentence(item.because)} Whoever made it gets in with it, whatever becomes of the others."
            if guest:
                reason += " It is a guest: the organisation that it comes from must end its sessions."
            if row and row["on_premises_synced"]:
                reason += " It is synchronised from on-premises Active Directory: disable it there too."
            command = powershell("Update-MgUser", UserId=user, AccountEnabled=False) if user else ""
            ad = account.on_premises(row, upn, "Disable-ADAccount")
            yield self.draft(
                "X10" if guest else "X9",
                Phase.ERADICATE,
                f"{'guest' if guest else 'account'} {one_line(upn or item.description)}",
                reason if user else f"{reason} It was not collected: find it in the Entra admin centre, Users.",
                "; ".join(line for line in (command, ad) if line) + account.comment(item.description),
                automatic=bool(user),
                finding_ids=item.finding_ids,
                arguments={"user": user, "upn": upn},
            )

    def before(self, tenant: Tenant, step: Step) -> State:
        return account.read(tenant, step) if step.arguments["user"] else {"present": None}

    def changed(self, step: Step, state: State) -> str:
        return account.changed(step, state) if state["present"] else ""

    def holds(self, step: Step, state: State, since: datetime | None) -> bool:
        return state["present"] is False or (state["present"] is True and state["enabled"] is False)

    def requests(self, step: Step) -> tuple[Request, ...]:
        return (_switch(step, enabled=False),) if step.arguments["user"] else ()

    def apply(self, tenant: Tenant, step: Step, secret: Secret | None) -> Sent:
        return send(tenant.graph, _switch(step, enabled=False))

    def undo_requests(self, step: Step, before: State) -> tuple[Request, ...]:
        return (_switch(step, enabled=bool(before["enabled"])),)

    def undo(self, tenant: Tenant, step: Step, before: State) -> Sent:
        return send(tenant.graph, _switch(step, enabled=bool(before["enabled"])))

    def undone(self, state: State, before: State) -> bool:
        return bool(state["present"] and state["enabled"] == before["enabled"])

    def words(self, state: State) -> str:
        if not state["present"]:
            return "not read" if state["present"] is None else "account not there"
        return {True: "sign-in allowed", False: "sign-in blocked"}.get(state["enabled"], "not said by the service")


def _switch(step: Step, *, enabled: bool) -> Request:
    return Request("PATCH", account.path(step), {"accountEnabled": enabled})
