"""Microsoft's national clouds: where to sign in, where each service lives, what its tokens are for."""

from __future__ import annotations

from dataclasses import dataclass

from o365nb.errors import BadInput


@dataclass(frozen=True, slots=True)
class Cloud:
    """One cloud. `login` and the services are origins (https://host[:port]) that requests go to; "" is not offered.

    Scopes name the real resource: they stay as they are when the origins point at a practice tenant.
    """

    name: str
    login: str
    graph: str
    exchange: str
    management: str  # Office 365 Management Activity API
    defender: str  # Microsoft Defender for Endpoint
    graph_scope: str
    exchange_scope: str
    management_scope: str
    defender_scope: str

    @property
    def family(self) -> str:
        """Which of Microsoft's published per-cloud descriptions holds: global, usgov or china."""
        return "global" if self.name == "gcc" else self.name.partition("-")[0]


def _cloud(name: str, login: str, graph: str, exchange: str, management: str, defender: str) -> Cloud:
    return Cloud(
        name,
        login=f"https://{login}",
        graph=f"https://{graph}",
        exchange=f"https://{exchange}",
        management=f"https://{management}",
        defender=f"https://{defender}" if defender else "",
        graph_scope=f"https://{graph}/.default",
        exchange_scope=f"https://{exchange}/.default",
        management_scope=f"https://{management}/.default",
        defender_scope=f"https://{_DEFENDER_AUDIENCE.get(name, defender)}/.default" if defender else "",
    )


#: Where the audience of Defender's tokens is another host than the one that is asked.
_DEFENDER_AUDIENCE = {"global": "api.securitycenter.microsoft.com"}

#: Source: Microsoft's national cloud endpoint tables. GCC shares sign-in, Graph and Exchange with `global`.
CLOUDS: dict[str, Cloud] = {
    cloud.name: cloud
    for cloud in (
        _cloud(
            "global",
            "login.microsoftonline.com",
            "graph.microsoft.com",
            "outlook.office365.com",
            "manage.office.com",
            "api.security.microsoft.com",
        ),
        _cloud(
            "gcc",
            "login.microsoftonline.com",
            "graph.microsoft.com",
            "outlook.office365.com",
            "manage-gcc.office.com",
            "api-gcc.securitycenter.microsoft.us",
        ),
        _cloud(
            "usgov-high",
            "login.microsoftonline.us",
            "graph.microsoft.us",
            "outlook.office365.us",
            "manage.office365.us",
            "api-gov.securitycenter.microsoft.us",
        ),
        _cloud(
            "usgov-dod",
            "login.microsoftonline.us",
            "dod-graph.microsoft.us",
            "outlook-dod.office365.us",
            "manage.protection.apps.mil",
            "api-gov.securitycenter.microsoft.us",
        ),
        _cloud(
            "china",
            "login.partner.microsoftonline.cn",
            "microsoftgraph.chinacloudapi.cn",
            "partner.outlook.cn",
            "manage.office365.cn",
            "",
        ),
    )
}


def cloud(name: str) -> Cloud:
    """The cloud of that name. Raises BadInput naming the known ones."""
    try:
        return CLOUDS[name]
    except KeyError:
        raise BadInput(f"{name!r} is no cloud. Write one of: {', '.join(CLOUDS)}.") from None
