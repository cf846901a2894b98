"""Blocking an account's sign-in, and the last step of all: letting the user in again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from o365nb.model import Phase, Step, iso
from o365nb.response import account
from o365nb.response.base import Action, Draft, Request, Secret, Sent, State
from o365nb.response.situation import Situation
from o365nb.tenant import Tenant, powershell
from o365nb.tenant.permissions import Right


class _SignIn(Action):
    """Whether the account may sign in. Sent alone: joined with a password it fails whole when one right is missing."""

    enabled: bool
    needs = (Right("User.EnableDisableAccount.All", role="User Administrator"), Right("User.Read.All"))

    def before(self, tenant: Tenant, step: Step) -> State:
        return account.read(tenant, step)

    def changed(self, step: Step, state: State) -> str:
        return account.changed(step, state)

    def holds(self, step: Step, state: State, since: datetime | None) -> bool:
        return state["present"] and state["enabled"] is self.enabled

    def requests(self, step: Step) -> tuple[Request, ...]:
        return (_request(step, enabled=self.enabled),)

    def apply(self, tenant: Tenant, step: Step, secret: Secret | None) -> Sent:
        return account.sent(tenant.graph.patch(account.path(step), {"accountEnabled": self.enabled}))

    def undo_requests(self, step: Step, before: State) -> tuple[Request, ...]:
        return (_request(step, enabled=bool(before["enabled"])),)

    def undo(self, tenant: Tenant, step: Step, before: State) -> Sent:
        return account.sent(tenant.graph.patch(account.path(step), {"accountEnabled": bool(before["enabled"])}))

    def undone(self, state: State, before: State) -> bool:
        return bool(state["present"] and state["enabled"] == before["enabled"])

    def words(self, state: State) -> str:
        if not state["present"]:
            return "account not there"
        return {True: "sign-in allowed", False: "sign-in blocked"}.get(state["enabled"], "not said by the service")


class BlockSignIn(_SignIn):
    """Stops all new tokens at once, whatever becomes of the password."""

    name = "block_sign_in"
    title = "Block sign-in"
    enabled = False

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for upn in situation.victims:
            row, user = situation.user(upn), situation.user_id(upn)
            reason = f"The attacker can sign in as {upn}. Blocked, no new token is given to anybody."
            if row and row["on_premises_synced"]:
                reason += (
                    " The account is synchronised from on-premises Active Directory, which can switch it on again:"
                    " disable it there too and read it back after the next synchronisation."
                )
            command = powershell("Update-MgUser", UserId=user, AccountEnabled=False)
            yield self.draft(
                "C1",
                Phase.CONTAIN,
                upn,
                reason,
                _joined(command, account.on_premises(row, upn, "Disable-ADAccount")),
                finding_ids=situation.finding_ids(upn, self.name),
                arguments={"user": user, "upn": upn},
            )


class UnblockSignIn(_SignIn):
    """The last step: only when nothing of the attacker is left (see `gate`), and only when named."""

    name = "unblock_sign_in"
    title = "Unblock sign-in"
    enabled = True
    behind_the_gate = True

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for upn in situation.victims:
            row, user = situation.user(upn), situation.user_id(upn)
            last = iso(situation.verdict.last_attacker_event) or ""
            yield self.draft(
                "R1",
                Phase.RECOVER,
                upn,
                f"Give {upn} the account back: after every attacker object is gone, the password is reset, the"
                " sessions are revoked after it and the devices are clean. Hand over the password by phone or in"
                " person, and register a phishing-resistant method under supervision. Applied only when named.",
                _joined(
                    powershell("Update-MgUser", UserId=user, AccountEnabled=True),
                    account.on_premises(row, upn, "Enable-ADAccount"),
                ),
                finding_ids=situation.finding_ids(upn, BlockSignIn.name),
                arguments={"user": user, "upn": upn, "not_before": last},
            )


def _request(step: Step, *, enabled: bool) -> Request:
    return Request("PATCH", account.path(step), {"accountEnabled": enabled})


def _joined(*lines: str) -> str:
    return "; ".join(line for line in lines if line)
