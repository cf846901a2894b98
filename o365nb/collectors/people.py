"""Whose account a name means: the one that answers to it, else one renamed since or deleted in the last 30 days."""

from __future__ import annotations

from contextlib import suppress

from o365nb.collectors.base import Person
from o365nb.collectors.users import DELETED_USERS
from o365nb.errors import BadInput, NotFound, RequestFailed, UnknownSubject
from o365nb.tenant import Tenant, literal, segment


def find_person(tenant: Tenant, upn: str) -> Person:
    """The account that has or had that UPN. Raises UnknownSubject where there is none, BadInput for an empty name."""
    wanted = upn.strip().lower()
    if not wanted:
        raise BadInput("No account was named. Give --user with the user principal name, such as anna@contoso.com.")
    try:
        found = tenant.graph.get(f"/users/{segment(wanted)}", {"$select": "id,userPrincipalName,mail"}).data
    except NotFound:
        with suppress(RequestFailed):
            if gone := _gone(tenant, wanted):
                return gone
        raise UnknownSubject(
            f"{wanted}: no such account in the tenant. Check the spelling; it is the user principal name that counts."
        ) from None
    name = str(found.get("userPrincipalName") or wanted).lower()
    mail = str(found.get("mail") or "").lower()
    return Person(str(found["id"]), name, tuple(dict.fromkeys(address for address in (mail, name) if address)))


def _gone(tenant: Tenant, upn: str) -> Person | None:
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
