"""An account under a name that no longer answers: renamed since, or deleted not longer than 30 days ago."""

from __future__ import annotations

from o365nb.collectors.base import Person
from o365nb.collectors.users import DELETED_USERS
from o365nb.tenant import Tenant, literal


def find_gone(tenant: Tenant, upn: str) -> Person | None:
    """The account that had this name (lower case): by an old address of a present account, or among the deleted.

    The person's UPN is the one asked for: that is how the logs know it. None when there is no such account.
    """
    asked = {
        "$filter": f"proxyAddresses/any(p: p eq {literal(f'smtp:{upn}')})",
        "$select": "id,userPrincipalName,mail",
    }
    for page in tenant.graph.pages("/users", asked):
        for user in page.records:
            return _person(user, upn)
    listed = {"$select": "id,userPrincipalName,mail", "$top": "999"}
    for page in tenant.graph.pages(DELETED_USERS, listed):
        for user in page.records:
            # Deleting puts the id, without dashes, in front of the name.
            name = str(user.get("userPrincipalName") or "").lower().removeprefix(str(user["id"]).replace("-", ""))
            if upn in (name, str(user.get("mail") or "").lower()):
                return _person(user, upn)
    return None


def _person(user: dict[str, object], upn: str) -> Person:
    mail, name = (str(user.get(key) or "").lower() for key in ("mail", "userPrincipalName"))
    addresses = (upn, mail, *([name] if not name.startswith(str(user["id"]).replace("-", "")) else []))
    return Person(str(user["id"]), upn, tuple(dict.fromkeys(address for address in addresses if address)))
