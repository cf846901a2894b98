"""What a service's error answer means: a right or licence is missing, nothing there, too much load, a failure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson

from o365nb.errors import Denied, NotFound, NotLicensed, RequestFailed, Throttled
from o365nb.tenant.redact import redact

#: How a missing licence shows: a pattern over "code: message", a part of the path, the product to name.
#: Field evidence of several tools; the wording differs by service and none has a common code.
_LICENCES: tuple[tuple[str, str, str], ...] = (
    (r"RequestFromNonPremiumTenant|have premium license", "", "Microsoft Entra ID P1"),
    (r"AadPremiumLicenseRequired|needs to have Microsoft Entra ID P2", "", "Microsoft Entra ID P2 or ID Governance"),
    (r"not licensed for this feature", "/identityProtection/", "Microsoft Entra ID P2"),
    (r"not licensed for this feature", "/identity/conditionalAccess", "Microsoft Entra ID P1"),
    (r"Request not applicable to target tenant|Account is not provisioned", "", "Microsoft Intune"),
    (r"[Ff]ailed to resolve table", "/security/runHuntingQuery", "Microsoft Defender XDR"),
    (r"not licensed for this feature", "/security/collaboration/", "Microsoft Defender for Office 365 Plan 2"),
    (r"not licensed for this feature", "/security/", "a Microsoft Defender product"),
    (r"not licensed for this feature", "/api/m", "Microsoft Defender for Endpoint"),
    (r"not licensed for this feature", "", "a licence for this feature"),
)
#: Exchange names a cmdlet or parameter that the caller's roles do not grant as one that does not exist.
_NO_CMDLET = re.compile(r"parameter cannot be found that matches|is not recognized as|isn't supported in this scenario")
_GONE = re.compile(r"couldn't be found|ManagementObjectNotFound")


def fault(request: str, path: str, *, status: int, body: bytes, request_id: str) -> RequestFailed:
    """The error to raise for an answer of `status` ≥ 300. One line: what, why, what to do; no secret in it.

    `request` names it for people ("GET /v1.0/users"), `path` decides which licence a refusal speaks of.
    """
    code, message = explain(body)
    kind, advice = _kind(status, f"{code}: {message}", path)
    said = ": ".join(part for part in (f"{status} {code}".strip(), message) if part)
    trace = f" [request {redact(request_id, limit=64)}]" if request_id else ""
    text = f"{redact(request, limit=200)} was refused ({said}). {advice}{trace}"
    return kind(text, status=status, code=code, request_id=request_id)


def _kind(status: int, said: str, path: str) -> tuple[type[RequestFailed], str]:
    if 400 <= status < 500 and status != 429:
        for pattern, where, product in _LICENCES:
            if where in path and re.search(pattern, said):
                return NotLicensed, f"The tenant lacks {product}."
        if status in (401, 403) or _NO_CMDLET.search(said):
            return Denied, "A right is missing: grant it to the app (or the role to its service principal) and consent."
        if status == 404 or _GONE.search(said):
            return NotFound, "Check that the object still exists and that the service is switched on."
    if status in (429, 503):
        return Throttled, "The service is busy even after all retries: wait some minutes and run the same again."
    if status < 400:
        return RequestFailed, "It answered with a redirect, which is never followed."
    return RequestFailed, "Run the same again; if it stays, give the request id to Microsoft's support."


def explain(body: bytes) -> tuple[str, str]:
    """Code and message of an error body, redacted: Graph's, Exchange's (innermost first), or plain text's first words.

    Keys vary in case; Exchange's `details` is an object or a list; Intune wraps JSON in `message`.
    """
    try:
        data = orjson.loads(body)
    except ValueError:
        return "", redact(re.sub(r"<[^>]*>", " ", body[:2000].decode("utf-8", "replace")), limit=160)
    error = _get(data, "error")
    if not isinstance(error, Mapping):
        return redact(error or "", limit=80), redact(_get(data, "error_description") or "", limit=300)
    code = str(_get(error, "code") or "")
    details = _get(error, "details")
    first = details[0] if isinstance(details, list) and details else details
    inner = _get(error, "innererror")
    message = (
        _get(first, "message")
        or _get(_get(inner, "internalexception"), "message")
        or _get(error, "message")
        or _get(inner, "message")
        or ""
    )
    return redact(code, limit=80), redact(_unwrapped(str(message)), limit=300)


def _unwrapped(message: str) -> str:
    """Intune's message is a JSON object of its own."""
    if message.startswith("{"):
        try:
            return str(_get(orjson.loads(message), "message") or message)
        except ValueError:
            pass
    return message


def _get(data: Any, name: str) -> Any:
    """A member by its name in any case; None where there is none."""
    if not isinstance(data, Mapping):
        return None
    return next((value for key, value in data.items() if str(key).lower() == name), None)
