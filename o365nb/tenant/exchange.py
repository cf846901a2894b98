"""Exchange Online's administration channel: cmdlets by InvokeCommand, and the PowerShell line that does the same.

The channel is the PowerShell module's own; Microsoft does not support it for other clients. So it stays
behind `Exchange.run`, and every step can be printed as PowerShell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from o365nb.errors import BadInput, RequestFailed
from o365nb.model import iso
from o365nb.tenant.graph import Page
from o365nb.tenant.http import Endpoint, Http

#: The mailbox that organisation-wide cmdlets are routed by.
_SYSTEM_MAILBOX = "SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}"
#: Parameters that say which object is meant. Empty, they would mean all of them.
_TARGETS = frozenset({"Identity", "Mailbox", "User", "Trustee", "Anr"})
#: Cmdlets that rightly name no object: they read the organisation as a whole.
_ORGANISATION = re.compile(
    r"Get-(AcceptedDomain|OrganizationConfig|AdminAuditLogConfig|TransportRule|TransportConfig|InboundConnector"
    r"|OutboundConnector|RemoteDomain|JournalRule|Hosted\w+Policy|BlockedSenderAddress|RoleGroup|ServicePrincipal)"
    r"|Get-MessageTrace\w*|Search-UnifiedAuditLog"
)
_READS = re.compile(r"(Get|Search|Test)-\w+")
_CMDLET = re.compile(r"[A-Z][A-Za-z]+-[A-Z][A-Za-z0-9]+")
#: PowerShell takes typographic single quotes for the plain one.
_QUOTES = re.compile("['\u2018\u2019\u201a\u201b]")


class Exchange:
    """Exchange of one tenant."""

    def __init__(self, http: Http, endpoint: Endpoint, tenant_id: str) -> None:
        self._http, self._endpoint, self._tenant_id = http, endpoint, tenant_id

    def run(self, cmdlet: str, anchor: str = "", **parameters: Any) -> Iterator[Page]:
        """Run a cmdlet; yields its pages. `anchor` is the UPN of the mailbox concerned ("" for the organisation).

        Raises BadInput before anything is sent when an object's name is empty or a wildcard: Exchange
        would take it for every object there is. Writes happen when the first page is asked for.
        """
        refuse_blanket(cmdlet, parameters)
        return self._pages(cmdlet, anchor, parameters)

    def _pages(self, cmdlet: str, anchor: str, parameters: Mapping[str, Any]) -> Iterator[Page]:
        body = {"CmdletInput": {"CmdletName": cmdlet, "Parameters": parameters}}
        route = f"UPN:{anchor}" if anchor else f"APP:{_SYSTEM_MAILBOX}@{self._tenant_id}"
        headers = {
            "X-AnchorMailbox": _header(route),
            "X-CmdletName": cmdlet,
            "Prefer": "odata.maxpagesize=1000",
        }
        read = _READS.fullmatch(cmdlet) is not None
        url, seen = f"{self._endpoint.origin}/adminapi/beta/{self._tenant_id}/InvokeCommand", set[str]()
        while url:
            if url in seen:
                raise RequestFailed(f"Exchange's pages of {cmdlet} lead in a circle. Run the same again.")
            seen.add(url)
            answer = self._http.request("POST", url, self._endpoint, json=body, headers=headers, idempotent=read)
            data = answer.json() if answer.body else {}
            if not isinstance(data, dict):
                raise RequestFailed(
                    f"Exchange answered {cmdlet} with something else than an object. Run the same again.",
                    status=answer.status,
                    request_id=answer.request_id,
                )
            yield Page(answer.body, data, url, answer.request_id, answer.status, answer.key, answer.held)
            url = str(data.get("@odata.nextLink") or "")  # the same body is posted again to each next link


def refuse_blanket(cmdlet: str, parameters: Mapping[str, Any]) -> None:
    """Raise BadInput for a call that could reach more than the one object meant."""
    if not _CMDLET.fullmatch(cmdlet):
        raise BadInput(f"{cmdlet!r} is not a cmdlet.")
    for name, value in parameters.items():
        if name in _TARGETS and (not isinstance(value, str) or not value.strip() or "*" in value):
            raise BadInput(
                f"{cmdlet} with an empty or wildcard {name} would reach every object. Nothing was sent: name one."
            )
    if not _ORGANISATION.fullmatch(cmdlet) and not (_TARGETS & set(parameters)):
        raise BadInput(f"{cmdlet} without Identity or Mailbox would reach every object. Nothing was sent: name one.")


def powershell(cmdlet: str, **parameters: Any) -> str:
    """The same call as a line for Exchange Online PowerShell, every value quoted so that it stays a value."""
    if not _CMDLET.fullmatch(cmdlet):
        raise BadInput(f"{cmdlet!r} is not a cmdlet.")
    parts = [cmdlet]
    for name, value in parameters.items():
        if not re.fullmatch(r"[A-Za-z]\w*", name):
            raise BadInput(f"{name!r} is not a parameter of a cmdlet.")
        joint = ":" if isinstance(value, bool) else " "
        parts.append(f"-{name}{joint}{_quoted(value)}")
    return " ".join(parts)


def _quoted(value: Any) -> str:
    if value is None:
        return "$null"
    if isinstance(value, bool):
        return "$true" if value else "$false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, datetime):
        return f"'{iso(value)}'"
    if isinstance(value, Mapping):
        members = (f"{name}={_quoted(item)}" for name, item in value.items() if name in ("add", "remove"))
        return "@{" + "; ".join(members) + "}"
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return f"@({', '.join(_quoted(item) for item in value)})"
    return _text(str(value))


def _text(text: str) -> str:
    """A single-quoted string on one line: nothing in it is expanded; control characters are spelled out."""
    pieces = re.split(r"([\x00-\x1f\x7f\u0085\u2028\u2029])", text)
    plain = [
        f"[char]{ord(piece)}" if odd % 2 else f"'{quotes_doubled(piece)}'"
        for odd, piece in enumerate(pieces)
        if piece or not odd
    ]
    return plain[0] if len(plain) == 1 else f"({' + '.join(plain)})"


def quotes_doubled(text: str) -> str:
    """Text for the inside of a single-quoted string: every quote that PowerShell takes for one is doubled."""
    return _QUOTES.sub(lambda quote: quote[0] * 2, text)


def _header(text: str) -> str:
    """A header value; a name that would break out of it is refused."""
    if re.search(r"[^\x20-\x7e]", text):
        raise BadInput(f"{text!r} cannot be the anchor of a call. Use the account's UPN.")
    return text
