"""The fields that a column map found → records in Microsoft's own forms, and what it does not name beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from o365nb.intake.audit_data import audit_record
from o365nb.intake.base import OWNER, Damaged, Item, Record
from o365nb.intake.consent_csv import PRINCIPAL

Data = dict[str, Any]
#: Columns that the map does not name, as {Name, Value}.
Rest = list[dict[str, Any]]

#: In a record's data: columns that the map does not name, as [{Name, Value}].
REST = "@rest"
_METHOD = "#microsoft.graph.{}AuthenticationMethod"


def finished(kind: str, line: int, data: Data, rest: Rest) -> Iterator[Item]:
    """The records of one row. `data` holds the fields at their places; names with a sign in front are taken apart."""
    yield from _FINISH.get(kind, _as_it_stands)(kind, line, data, rest)


def _as_it_stands(kind: str, line: int, data: Data, rest: Rest) -> Iterator[Item]:
    yield Record(line, kind, {**data, REST: rest} if rest else data)


def _audit(kind: str, line: int, data: Data, rest: Rest) -> Iterator[Item]:
    inner = data.pop("@audit_data", None)
    if rest:
        data["ExtendedProperties"] = rest
    if inner is None:
        yield Record(line, kind, data)
    else:
        yield from audit_record(line, inner, data)


def _directory(kind: str, line: int, data: Data, rest: Rest) -> Iterator[Item]:
    details = [{"key": entry["Name"], "value": entry["Value"]} for entry in rest]
    yield Record(line, kind, {**data, "additionalDetails": details} if details else data)


def _trace(kind: str, line: int, data: Data, rest: Rest) -> Iterator[Item]:
    recipients = data.pop("@recipients", [])
    if not recipients:
        yield Damaged(line, "no recipient is named")
    for recipient in recipients:
        yield from _as_it_stands(kind, line, {**data, "recipientAddress": recipient}, rest)


def _grant(kind: str, line: int, data: Data, _: Rest) -> Iterator[Item]:
    app, scopes, who = data.pop("@app", {}), data.pop("@scopes"), data.pop("@principal", "")
    consent = data.get("consentType") or ("Principal" if who or data.get("principalId") else "AllPrincipals")
    grant = {**data, "scope": " ".join(map(str, scopes)), "consentType": consent, PRINCIPAL: who}
    yield Record(line, kind, grant)
    if app:
        yield Record(line, "service_principal", {"id": data["clientId"], **app})


def _method(kind: str, line: int, data: Data, _: Rest) -> Iterator[Item]:
    method = str(data.pop("@method"))
    whole = {"id": f"{method}:{data.get(OWNER)}", **data, "@odata.type": _METHOD.format(method)}
    yield Record(line, kind, whole)


_FINISH: dict[str, Callable[[str, int, Data, Rest], Iterator[Item]]] = {
    "audit_record": _audit,
    "directory_audit": _directory,
    "message_trace": _trace,
    "oauth_grant": _grant,
    "auth_method": _method,
}
