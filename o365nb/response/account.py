"""Reading and addressing a user account: what every action on accounts shares."""

from __future__ import annotations

from datetime import datetime

from o365nb.errors import NotFound
from o365nb.model import Step, utc
from o365nb.response.base import Sent, State
from o365nb.response.situation import Row
from o365nb.safe import one_line
from o365nb.tenant import Page, Tenant, powershell, quotes_doubled, segment

#: The members that prove a block, a reset and a revoke (Graph v1.0 user).
_SELECT = "id,userPrincipalName,accountEnabled,lastPasswordChangeDateTime,signInSessionsValidFromDateTime"


def path(step: Step) -> str:
    """The account's path in Graph; by object id where it is known."""
    return f"/users/{segment(step.arguments['user'])}"


def read(tenant: Tenant, step: Step) -> State:
    """The account as it stands now."""
    try:
        user = tenant.graph.get(path(step), {"$select": _SELECT}).data
    except NotFound:
        return {"present": False}
    return {
        "present": True,
        "user": str(user.get("userPrincipalName") or "").lower(),
        "enabled": user.get("accountEnabled"),
        "password_changed": user.get("lastPasswordChangeDateTime"),
        "sessions_valid_from": user.get("signInSessionsValidFromDateTime"),
    }


def changed(step: Step, state: State) -> str:
    """Why this is not the account that was planned for; "" when it is."""
    if not state["present"]:
        return "the account no longer exists"
    if state["user"] != step.arguments["upn"]:
        return f"the account is now called {one_line(state['user'])}, not {step.arguments['upn']}"
    return ""


def reached(value: str | None, since: datetime | None) -> bool:
    """True when a time of the service lies at or after `since`; the service keeps whole seconds."""
    return bool(value and since) and utc(str(value)) >= utc(since or "").replace(microsecond=0)


def sent(page: Page) -> Sent:
    """What a receipt keeps of an answer."""
    return Sent(page.status, page.request_id)


def reference(before: State, identity: str) -> dict[str, str]:
    """The body that adds an object to a list of others: its address at the Graph that it was read from."""
    return {"@odata.id": f"{before['root']}/v1.0/directoryObjects/{segment(identity)}"}


def on_premises(row: Row | None, upn: str, cmdlet: str) -> str:
    """The line for the domain controller when the account is synchronised from there; "" for others."""
    if not row or not row["on_premises_synced"]:
        return ""
    name = quotes_doubled(upn)  # a string inside the filter, which is a string itself
    return powershell("Get-ADUser", Filter=f"UserPrincipalName -eq '{name}'") + f" | {cmdlet}"


def comment(text: str) -> str:
    """A trailing PowerShell comment that cannot break out of its line."""
    return f"  # {one_line(text)}"
