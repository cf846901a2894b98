"""The rights that collectors and actions need, and the ids by which Entra knows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from o365nb.errors import BadInput
from o365nb.text import csv_rows

#: With these Graph lets a person who signs in at their own mailbox only: for others the application must ask by itself.
OWN_MAILBOX = ("Mail.", "MailboxSettings.")


@dataclass(frozen=True, slots=True)
class Right:
    """What a collector or an action needs: a permission of one service, and the licence without which it refuses.

    `service` is graph, exchange, management or defender; `role` is the Entra role that the app's service
    principal (or the person) must hold besides.
    """

    permission: str
    licence: str = ""
    service: str = "graph"
    role: str = ""

    def __str__(self) -> str:
        return f"{self.permission} with {self.role}" if self.role else self.permission


def exchange_right(role: str = "Global Reader") -> Right:
    """Exchange's one app permission, with the least role that may run the cmdlet."""
    return Right("Exchange.ManageAsApp", "Exchange Online", service="exchange", role=role)


@dataclass(frozen=True, slots=True)
class Resource:
    """A service as Entra knows it: the application whose permissions are asked for."""

    app_id: str
    name: str


#: Microsoft's own applications; the same ids in every tenant.
RESOURCES = {
    "graph": Resource("00000003-0000-0000-c000-000000000000", "Microsoft Graph"),
    "exchange": Resource("00000002-0000-0ff1-ce00-000000000000", "Office 365 Exchange Online"),
    "management": Resource("c5393580-f805-4401-95e8-94b7a6ef2fc2", "Office 365 Management APIs"),
    "defender": Resource("fc780465-2017-40d4-a0c5-307022471b92", "WindowsDefenderATP"),
}

#: Entra's built-in roles, by the id that is the same in every tenant (Microsoft Entra built-in roles reference).
ROLES = {
    "Global Administrator": "62e90394-69f5-4237-9190-012177145e10",
    "Global Reader": "f2ef992c-3afb-46b9-b7cf-a126ee74c451",
    "Exchange Administrator": "29232cdf-9323-42fd-ade2-1d097af3e4de",
    "Exchange Recipient Administrator": "31392ffb-586c-42d1-9346-e59415a2cc4e",
    "User Administrator": "fe930be7-5e62-47db-91af-98c3a49a38b1",
    "Authentication Administrator": "c4e39bd9-1100-46d3-8c65-fb160da0071f",
    "Privileged Authentication Administrator": "7be44c8a-adaf-4e2a-84d6-ab2649e08a13",
    "Cloud Application Administrator": "158c047a-c907-4556-b7ef-446551a6b5f7",
    "Cloud Device Administrator": "7698a772-787b-4ac8-901f-60d6b08affd2",
    "Compliance Administrator": "17315797-102d-40b4-93e0-432062caca18",
    "Conditional Access Administrator": "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9",
    "Intune Administrator": "3a2c62db-5318-420d-8d74-23affee5d9d5",
    "Privileged Role Administrator": "e8611ab8-c189-46e8-94e1-60213ab1f814",
    "Security Reader": "5d6b6bb7-de71-4623-b4af-96380a352509",
    "Security Administrator": "194ae4cb-b126-40b2-bd5b-6091b380977d",
}
#: What may stand in for a role (one of Exchange's own among them): whoever holds one of these can do no less.
STRONGER = {
    "Global Reader": ("Exchange Administrator", "Global Administrator"),
    "Security Reader": ("Global Reader", "Security Administrator", "Global Administrator"),
    "View-Only Audit Logs": ("Compliance Administrator", "Exchange Administrator", "Global Administrator"),
    "Exchange Recipient Administrator": ("Exchange Administrator", "Global Administrator"),
}


@dataclass(frozen=True, slots=True)
class Permission:
    """One permission: its id as an app role, and as a delegated scope with the name it has there ("" for none)."""

    service: str
    name: str
    app_role: str
    scope: str
    scope_name: str

    @property
    def resource(self) -> Resource:
        """The application that defines it."""
        return RESOURCES[self.service]


@cache
def catalogue() -> dict[tuple[str, str], Permission]:
    """Every permission that a collector or an action needs, by service and name. Source: permissions.csv."""
    rows = csv_rows(files("o365nb.tenant").joinpath("permissions.csv").read_text("utf-8"))
    return {
        (row["service"], row["permission"]): Permission(
            row["service"], row["permission"], row["app_role"], row["scope"],
            (row["scope_name"] or row["permission"]) if row["scope"] else "",
        )
        for row in rows
    }  # fmt: skip


def permissions(rights: Iterable[Right]) -> list[Permission]:
    """The permissions behind some rights, each once, by service and name. Raises BadInput for an unknown one."""
    found = {}
    for right in rights:
        key = (right.service, right.permission)
        if key not in catalogue():
            raise BadInput(f"{right.permission} of {right.service} is not in permissions.csv: its ids are not known.")
        found[key] = catalogue()[key]
    return [found[key] for key in sorted(found, key=lambda key: (list(RESOURCES).index(key[0]), key[1]))]


def role_names(role: str) -> tuple[str, ...]:
    """The roles of which any one is enough; "Exchange (Recipient) Administrator" means either."""
    if "(" in role:
        before, _, rest = role.partition("(")
        within, _, after = rest.partition(")")
        short, long = f"{before.strip()} {after.strip()}", f"{before.strip()} {within} {after.strip()}"
        return tuple(dict.fromkeys((long, short, *STRONGER.get(long, ()))))
    return (role, *STRONGER.get(role, ()))
