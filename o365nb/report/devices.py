"""The user's devices: what the tenant knows of each, and what is to be done before a new password is typed there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from o365nb.model import utc
from o365nb.report.dossier import Dossier
from o365nb.report.facts import unseen
from o365nb.report.markup import Column, Table, View, sheet
from o365nb.report.results import SIDES
from o365nb.text import plural

_DEVICES = "SELECT * FROM devices WHERE list_contains($1, owner) ORDER BY owner, name, key"
_SIDES = {**SIDES, "exchange": "the mailbox"}
#: A column and the value of it that asks for work; what there is to do; whether that is urgent.
_WORK = (
    ("antivirus", "off", "switch the antivirus on", True),
    ("real_time_protection", False, "switch real-time protection on", True),
    ("jail_broken", True, "it is jailbroken or rooted: replace it", True),
    ("tamper_protection", False, "switch tamper protection on", False),
    ("signatures_overdue", True, "update the signatures", False),
    ("full_scan_overdue", True, "run a full scan", False),
    ("reboot_required", True, "restart it", False),
    ("encrypted", False, "encrypt it", False),
    ("compliant", False, "it does not comply with the organisation's rules: find out why", False),
)
_STATES = {"act": ("act", "bad", "●"), "look": ("work to do", "warn", "◐"), "good": ("in order", "good", "○")}


def devices(of: Dossier) -> View:
    """Every device of the accounts, whoever knows of it. One that nobody looks after must be looked at by hand."""
    found = of.rows(_DEVICES, [[subject.lower() for subject in of.subjects]])
    rows = sorted((_row(row) for row in found), key=lambda row: row["state"]["rank"])
    columns = (
        Column("device", "Device", "titled"),
        Column("state", "State", "pill"),
        Column("work", "To do", "list"),
        Column("scanned", "Last full scan", "time"),
        Column("seen", "Last seen", "time"),
        Column("by", "Known to"),
    )
    missing = unseen(of.found, ("managed_devices", "machines"))
    counts = Counter(row["state"]["text"] for row in rows)
    told = f"{plural(len(rows), 'device')}: {', '.join(f'{count} {word}' for word, count in counts.items())}."
    empty = "No device is known." + (f" Cannot tell: {missing}." if missing else "")
    tail = ["A device that is not managed, such as a private computer, shows here only if it was registered."]
    if missing:
        tail.insert(0, f"Cannot tell how the devices are protected: {missing}.")
    lead = [told] if rows else []
    table = Table("The user's devices", columns, rows, empty)
    return sheet(of.clock, found, lead[0] if lead else empty, table, lead=lead, tail=tail)


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    work = list(_work(row))
    urgent = any(now for _, now in work)
    known = row["antivirus"] is not None or row["real_time_protection"] is not None
    word, tone, sign = _STATES["act" if urgent else "look" if work else "good"]
    if not work and not known:
        word, tone, sign = "not known", "mute", "?"
    known_as = row["os"] if row["os"] != row["name"] else None  # an app's registration has the model for both
    version = row["os_version"] if known_as or not row["os_version"] else f"version {row['os_version']}"
    system = " ".join(str(part) for part in (known_as, version) if part) or "unknown system"
    kind = {"MobilePartnership": "in step with the mailbox", "ManagedApp": "protected apps only"}.get(
        str(row["trust_type"]), "managed" if row["managed"] else "not managed"
    )
    return {
        "device": {
            "title": row["name"] or "without a name",
            "text": f"{system} · {kind} · {row['owner']}",
            "codes": (row["device_id"],) if row["device_id"] else (),
        },
        "state": {"text": word, "tone": tone, "sign": sign, "note": "", "rank": ("●◐?○").index(sign)},
        "work": [text for text, _ in work] or (["look at it by hand"] if not known else []),
        "scanned": utc(row["last_full_scan"]) if row["last_full_scan"] else None,
        "seen": utc(row["last_seen"]) if row["last_seen"] else None,
        "by": ", ".join(_SIDES.get(side, side) for side in row["seen_by"] or ()),
    }


def _work(row: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """What there is to do, and whether it is urgent; the antivirus's finds first."""
    for find in row["malware"] or ():
        yield f"found: {find}", "active" in find.split(" · ")
    for column, wanted, text, urgent in _WORK:
        if row[column] is not None and row[column] == wanted:
            yield text, urgent
    if row["risk"] in ("Medium", "High"):
        yield f"Defender rates its risk {str(row['risk']).lower()}: read its alerts", row["risk"] == "High"
