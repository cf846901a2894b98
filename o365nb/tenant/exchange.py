"""Exchange Online's administration: cmdlets over HTTPS, by whichever of two channels serves them.

InvokeCommand is the PowerShell module's own channel: it runs every cmdlet, and Microsoft does not support it for
other clients. The Admin API (v2.0, preview) is official and runs few. A channel is a `Backend`, so either can be
replaced; every step can also be printed as PowerShell (`powershell`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Protocol

from o365nb.errors import BadInput, Denied, RequestFailed, UntrustedLink
from o365nb.tenant.graph import Page
from o365nb.tenant.http import Endpoint, Http, Response
from o365nb.tenant.powershell import CMDLET

#: The mailbox that organisation-wide cmdlets are routed by.
_SYSTEM_MAILBOX = "SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}"
#: Parameters that say which object is meant. Empty, they would mean all of them.
_TARGETS = frozenset({"Identity", "Mailbox", "User", "Trustee", "Anr"})
#: Cmdlets that rightly name no object: they read the organisation as a whole, or set what there is only one of.
_ORGANISATION = re.compile(
    r"Get-(AcceptedDomain|OrganizationConfig|AdminAuditLogConfig|TransportRule|TransportConfig|InboundConnector"
    r"|OutboundConnector|RemoteDomain|JournalRule|Hosted\w+Policy|BlockedSenderAddress|RoleGroup|ServicePrincipal"
    r"|AntiPhishPolicy|ApplicationAccessPolicy|AuthenticationPolicy|DkimSigningConfig|TenantAllowBlockListItems"
    r"|ManagementRoleAssignment|QuarantineMessage)"
    r"|Get-MessageTrace\w*|Search-UnifiedAuditLog|Set-(AdminAuditLogConfig|OrganizationConfig)"
)
#: Cmdlets that name their object by another parameter.
_NAMED_BY = {"Remove-BlockedSenderAddress": "SenderAddress"}
_READS = re.compile(r"(Get|Search|Test)-\w+")
#: What the official Admin API serves: cmdlet to its endpoint. Of Set-Mailbox it takes `GrantSendOnBehalfTo` only.
_OFFICIAL = {
    "Get-OrganizationConfig": "OrganizationConfig",
    "Get-AcceptedDomain": "AcceptedDomain",
    "Get-Mailbox": "Mailbox",
    "Set-Mailbox": "Mailbox",
    **{f"{verb}-MailboxFolderPermission": "MailboxFolderPermission" for verb in ("Get", "Add", "Set", "Remove")},
    "Get-DistributionGroupMember": "DistributionGroupMember",
    "Get-DynamicDistributionGroupMember": "DynamicDistributionGroupMember",
}
#: The version of the module whose list of cmdlets is asked for.
_MODULE = "3.9.2"


class Backend(Protocol):
    """One channel to Exchange's cmdlets."""

    def address(self, cmdlet: str, parameters: Mapping[str, Any]) -> str:
        """Where that call goes, below the origin; "" for what this channel does not serve."""


class InvokeCommand:
    """The PowerShell module's own channel: any cmdlet, one address."""

    def __init__(self, tenant_id: str) -> None:
        self._path = f"/adminapi/beta/{tenant_id}/InvokeCommand"

    def address(self, cmdlet: str, parameters: Mapping[str, Any]) -> str:
        return self._path


class AdminApi:
    """The official Admin API (v2.0, preview): few cmdlets, an address for each group of them.

    It needs the app permission Exchange.ManageAsAppV2.
    """

    def __init__(self, tenant_id: str) -> None:
        self._path = f"/adminapi/v2.0/{tenant_id}"

    def address(self, cmdlet: str, parameters: Mapping[str, Any]) -> str:
        endpoint = _OFFICIAL.get(cmdlet, "")
        if cmdlet == "Set-Mailbox" and set(parameters) != {"Identity", "GrantSendOnBehalfTo"}:
            endpoint = ""
        return f"{self._path}/{endpoint}" if endpoint else ""


class Exchange:
    """Exchange of one tenant. The first backend that serves a cmdlet runs it; refused there, the next one is tried."""

    def __init__(self, http: Http, endpoint: Endpoint, tenant_id: str) -> None:
        self._http, self._endpoint, self._tenant_id = http, endpoint, tenant_id
        self._backends: tuple[Backend, ...] = (InvokeCommand(tenant_id), AdminApi(tenant_id))
        self._runs: dict[str, Backend] = {}  # cmdlet to the backend that last answered it

    def run(self, cmdlet: str, anchor: str = "", **parameters: Any) -> Iterator[Page]:
        """Run a cmdlet; yields its pages. `anchor` is the UPN of the mailbox concerned ("" for the organisation).

        Raises BadInput before anything is sent when an object's name is empty or a wildcard: Exchange
        would take it for every object there is. Writes happen when the first page is asked for.
        """
        refuse_blanket(cmdlet, parameters)
        return self._answered(cmdlet, anchor, parameters)

    def cmdlets(self) -> frozenset[str]:
        """Exactly the cmdlets that this token may run, as the PowerShell module would be told."""
        url = f"{self._endpoint.origin}/adminapi/v1.0/{self._tenant_id}/EXOModuleFile?Version={_MODULE}"
        answer = self._http.request("GET", url, self._endpoint, headers={"CommandName": "*"})
        data = answer.json()
        listed = data.get("value") if isinstance(data, dict) else None
        entries = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
        names = (name.strip() for entry in entries for name in str(entry.get("exportedCmdlets") or "").split(","))
        return frozenset(name for name in names if name)

    def _answered(self, cmdlet: str, anchor: str, parameters: Mapping[str, Any]) -> Iterator[Page]:
        serving = [backend for backend in self._backends if backend.address(cmdlet, parameters)]
        serving.sort(key=lambda backend: backend is not self._runs.get(cmdlet))
        refused: Denied | None = None
        for backend in serving:
            pages = self._pages(backend.address(cmdlet, parameters), cmdlet, anchor, parameters)
            try:
                first = next(pages)
            except Denied as error:
                refused = refused or error  # what the main channel says is what a person can mend
                continue
            self._runs[cmdlet] = backend
            yield first
            yield from pages
            return
        if refused:
            raise refused

    def _pages(self, path: str, cmdlet: str, anchor: str, parameters: Mapping[str, Any]) -> Iterator[Page]:
        body = {"CmdletInput": {"CmdletName": cmdlet, "Parameters": parameters}}
        route = f"UPN:{anchor}" if anchor else f"APP:{_SYSTEM_MAILBOX}@{self._tenant_id}"
        headers = {
            "X-AnchorMailbox": _header(route),
            "X-CmdletName": cmdlet,
            "Prefer": "odata.maxpagesize=1000",
        }
        read = _READS.fullmatch(cmdlet) is not None
        first = f"{self._endpoint.origin}{path}"
        url, seen, listing, restart, held = first, set[str](), "", 0, False
        while url:
            if url in seen:
                raise RequestFailed(f"Exchange's pages of {cmdlet} lead in a circle. Run the same again.")
            seen.add(url)
            try:
                answer = self._http.request("POST", url, self._endpoint, json=body, headers=headers, idempotent=read)
            except UntrustedLink:
                if not held:
                    raise
                # A link from a page of an earlier run, when the practice tenant had another address.
                url, seen, restart, held = first, set(), restart + 1, False
                continue
            listing, held = listing or answer.key, answer.held
            page = _page(answer, url, cmdlet)
            yield replace(page, listing=listing, restart=restart)
            url = str(page.data.get("@odata.nextLink") or "")  # the same body is posted again to each next link


def _page(answer: Response, url: str, cmdlet: str) -> Page:
    data = answer.json() if answer.body else {}
    if not isinstance(data, dict):
        raise RequestFailed(
            f"Exchange answered {cmdlet} with something else than an object. Run the same again.",
            status=answer.status,
            request_id=answer.request_id,
        )
    return Page(answer.body, data, url, answer.request_id, answer.status, answer.key, answer.held)


def refuse_blanket(cmdlet: str, parameters: Mapping[str, Any]) -> None:
    """Raise BadInput for a call that could reach more than the one object meant."""
    if not CMDLET.fullmatch(cmdlet):
        raise BadInput(f"{cmdlet!r} is not a cmdlet.")
    targets = {*_TARGETS, _NAMED_BY.get(cmdlet, "Identity")}
    for name, value in parameters.items():
        if name in targets and (not isinstance(value, str) or not value.strip() or "*" in value):
            raise BadInput(
                f"{cmdlet} with an empty or wildcard {name} would reach every object. Nothing was sent: name one."
            )
    if not _ORGANISATION.fullmatch(cmdlet) and not (targets & set(parameters)):
        raise BadInput(f"{cmdlet} without Identity or Mailbox would reach every object. Nothing was sent: name one.")


def _header(text: str) -> str:
    """A header value; a name that would break out of it is refused."""
    if re.search(r"[^\x20-\x7e]", text):
        raise BadInput(f"{text!r} cannot be the anchor of a call. Use the account's UPN.")
    return text
