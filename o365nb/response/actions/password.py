"""Resetting the password: generated here, handed to the operator once, stored nowhere."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime

from o365nb.model import Phase, Step, iso, utc
from o365nb.response import account
from o365nb.response.base import Action, Draft, Request, Secret, Sent, State
from o365nb.response.situation import Situation
from o365nb.tenant import Tenant, powershell
from o365nb.tenant.permissions import Right

# Without l, I, O, o, 0 and 1: the password is read out over the phone.
_LOWER, _UPPER, _DIGITS = "abcdefghijkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789"
_GROUPS, _GROUP = 5, 5


def new_password() -> str:
    """25 random characters in five groups, every class among them: more than 140 bits."""
    alphabet = _LOWER + _UPPER + _DIGITS
    while True:
        groups = ["".join(secrets.choice(alphabet) for _ in range(_GROUP)) for _ in range(_GROUPS)]
        password = "-".join(groups)
        if all(set(kind) & set(password) for kind in (_LOWER, _UPPER, _DIGITS)):
            return password


class ResetPassword(Action):
    """Proof is `lastPasswordChangeDateTime`. Synchronised accounts are reset where their password lives."""

    name = "reset_password"
    title = "Reset password"
    needs = (Right("User-PasswordProfile.ReadWrite.All", role="User Administrator"), Right("User.Read.All"))
    reversible = False
    irreversible_because = "the old password is not known, and the attacker may know it"

    def plan(self, situation: Situation) -> Iterator[Draft]:
        for upn in situation.victims:
            row, user = situation.user(upn), situation.user_id(upn)
            synced = bool(row and row["on_premises_synced"])
            if synced:
                reason = (
                    f"The attacker may know the password. That of {upn} lives in on-premises Active Directory: reset it"
                    " there twice, then start a synchronisation."
                )
                command = account.on_premises(row, upn, "Set-ADAccountPassword -Reset")
            else:
                reason = (
                    "The attacker may know the password. The new one is shown to you once: hand it over by phone or in"
                    " person, never by mail or Teams. The user must change it at the next sign-in."
                )
                command = (
                    powershell("Update-MgUser", UserId=user)
                    + " -PasswordProfile @{Password=(Read-Host 'New password'); ForceChangePasswordNextSignIn=$true}"
                )
            yield self.draft(
                "C3",
                Phase.CONTAIN,
                upn,
                reason,
                command,
                automatic=not synced,
                finding_ids=situation.finding_ids(upn, self.name),
                arguments={
                    "user": user,
                    "upn": upn,
                    "not_before": iso(situation.verdict.last_attacker_event) or "",
                },
            )

    def before(self, tenant: Tenant, step: Step) -> State:
        return account.read(tenant, step)

    def changed(self, step: Step, state: State) -> str:
        return account.changed(step, state)

    def holds(self, step: Step, state: State, since: datetime | None) -> bool:
        if not step.automatic and since is None and step.arguments["not_before"]:
            since = utc(step.arguments["not_before"])  # done by hand: after the attacker's last trace
        return state["present"] and account.reached(state["password_changed"], since)

    def requests(self, step: Step) -> tuple[Request, ...]:
        return (Request("PATCH", account.path(step), _profile("(generated, shown once, stored nowhere)")),)

    def secret(self) -> Secret:
        return Secret(new_password())

    def apply(self, tenant: Tenant, step: Step, secret: Secret | None) -> Sent:
        if secret is None:
            raise TypeError("a password reset needs a password")
        body = _profile(secret.reveal())
        # A password is never sent twice: after a lost answer nobody would know which of two it is.
        return account.sent(tenant.graph.patch(account.path(step), body, idempotent=False))

    def words(self, state: State) -> str:
        if not state["present"]:
            return "account not there"
        return f"password last changed {state['password_changed'] or 'at an unknown time'}"


def _profile(password: str) -> dict[str, dict[str, str | bool]]:
    return {"passwordProfile": {"password": password, "forceChangePasswordNextSignIn": True}}
