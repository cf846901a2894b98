"""AuditData, the one form inside every unified-audit-log export; cut or missing ones are saved as far as they go.

Old portal exports cut it after 3,060 characters, Excel cuts a cell after 32,767 (domain facts: evidence shapes §5.3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from o365nb.intake.base import DAMAGED, Damaged, Record
from o365nb.intake.forms import filled
from o365nb.intake.json_text import loads
from o365nb.intake.powershell_text import restored

KIND = "audit_record"
#: Top-level scalars worth saving from a record that breaks off; the first of each name is the record's own.
_SAVED = (
    *("CreationTime", "Id", "Operation", "RecordType", "ResultStatus", "UserId", "UserKey", "UserType", "Workload"),
    *("ClientIP", "ClientIPAddress", "ActorIpAddress", "ObjectId", "ClientInfoString", "MailboxOwnerUPN", "SessionId"),
)
_SCALAR = re.compile(rf'"({"|".join(_SAVED)})"\s*:\s*("(?:[^"\\]|\\.)*"|-?\d+)(?=\s*[,}}])')


def audit_record(line: int, audit_data: Any, outer: dict[str, Any]) -> Iterator[Record | Damaged]:
    """The record in `audit_data` (object or text). `outer` are the container's own columns under AuditData's names:
    they fill what AuditData does not say, and stand in for it when it is damaged."""
    data, problem = audit_data, ""
    if isinstance(audit_data, str):
        try:
            data = loads(audit_data) if audit_data.strip() else None
        except ValueError:
            data = None
        if not isinstance(data, dict):
            problem = "AuditData is cut or is not JSON" if audit_data.strip() else "AuditData is empty"
            data = _saved(audit_data)
    elif not isinstance(audit_data, dict):
        problem, data = "AuditData is missing", {}
    told = {name: restored(value) if _cut(value) else value for name, value in data.items()}
    whole = {**told, **{name: value for name, value in outer.items() if filled(value) and not filled(told.get(name))}}
    if not problem:
        yield Record(line, KIND, whole)
        return
    saved = filled(whole.get("CreationTime")) and filled(whole.get("Operation"))
    if saved:
        yield Record(line, KIND, {**whole, DAMAGED: problem})
    yield Damaged(line, problem + (": kept what could be read" if saved else ": nothing usable is left"), saved)


def _cut(value: Any) -> bool:
    """Whether ConvertTo-Json has written objects in it as `@{Name=..}`, being deeper than its -Depth."""
    first = value[0] if isinstance(value, list) and value else value
    return isinstance(first, str) and first.startswith("@{")


def _saved(text: str) -> dict[str, Any]:
    saved: dict[str, Any] = {}
    for name, value in _SCALAR.findall(text):
        if name not in saved:
            saved[name] = _scalar(value)
    return saved


def _scalar(text: str) -> Any:
    """A value of the broken text; one with an escape that is none (`CORP\\svc`) as it stands."""
    try:
        return loads(text)
    except ValueError:
        return text.strip('"')
