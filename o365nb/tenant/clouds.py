"""Microsoft's national clouds: where to sign in, where Graph and Exchange live, what their tokens are for."""

from __future__ import annotations

from dataclasses import dataclass

from o365nb.errors import BadInput


@dataclass(frozen=True, slots=True)
class Cloud:
    """One cloud. `login`, `graph` and `exchange` are origins (https://host[:port]) that requests go to.

    Scopes name the real resource: they stay as they are when the origins point at a practice tenant.
    """

    name: str
    login: str
    graph: str
    exchange: str
    graph_scope: str
    exchange_scope: str


def _cloud(name: str, login: str, graph: str, exchange: str) -> Cloud:
    return Cloud(
        name,
        f"https://{login}",
        f"https://{graph}",
        f"https://{exchange}",
        f"https://{graph}/.default",
        f"https://{exchange}/.default",
    )


#: GCC signs in and asks as `global`. Source: Microsoft's national cloud endpoint tables.
CLOUDS: dict[str, Cloud] = {
    cloud.name: cloud
    for cloud in (
        _cloud("global", "login.microsoftonline.com", "graph.microsoft.com", "outlook.office365.com"),
        _cloud("usgov-high", "login.microsoftonline.us", "graph.microsoft.us", "outlook.office365.us"),
        _cloud("usgov-dod", "login.microsoftonline.us", "dod-graph.microsoft.us", "outlook-dod.office365.us"),
        _cloud("china", "login.partner.microsoftonline.cn", "microsoftgraph.chinacloudapi.cn", "partner.outlook.cn"),
    )
}


def cloud(name: str) -> Cloud:
    """The cloud of that name. Raises BadInput naming the known ones."""
    try:
        return CLOUDS[name]
    except KeyError:
        raise BadInput(f"{name!r} is no cloud. Write one of: {', '.join(CLOUDS)}.") from None
