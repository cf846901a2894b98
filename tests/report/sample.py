"""A case as the analysis would leave it: the folder and the bundle of an assessment made by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from report.assessments import aitm, nothing, traveller
from report.pieces import HOSTILE, NASTY, T0, WINDOW, attributions, gap, owner
from tables import SUBJECT, event, make_case, sign_in

from o365nb.case import Bundle, Case, Coverage
from o365nb.model import (
    Assessment,
    Label,
    Outcome,
)
from o365nb.response.receipts import Receipt, Result, write

__all__ = [
    "HOSTILE", "NASTY", "SUBJECT", "T0", "WINDOW", "aitm", "attributions", "gap", "nothing", "owner", "sample",
    "traveller",
]  # fmt: skip


def sample(
    root: Path, found: Assessment, name: str = "sample-aitm", *, receipts: bool = False, nasty: str = ""
) -> Case:
    """The case folder and the bundle of an assessment, with real tables, custody and receipts."""
    made = make_case(root / "data" / name, subjects=(SUBJECT,), window=WINDOW, events=list(_events(found, nasty)))
    made.root.rename(root / "data" / "case")
    (root / "data" / name).rmdir()
    (root / "data" / "case").rename(root / "data" / name)
    case = Case.open(root / "data" / name)
    out = root / "reports" / name
    case.update(name=name, time_zone="Europe/Berlin", out=str(out), ticket="INC-2041", tool_version="0.1.0")
    for number, source in enumerate(("sign_in", "ual", "message_trace", "inbox_rules.hidden")):
        case.store(
            source,
            f"{number}.json",
            b"[]" * (number + 1),
            shape="graph-sign-in-json",
            records=100 * number,
            query=f"/auditLogs/signIns?$filter=userPrincipalName eq '{SUBJECT}' {nasty[:60]}",
            collector="sign_ins 1",
        )
    case.ledger.record(Coverage("ual", SUBJECT, WINDOW, Outcome.COMPLETE))
    if receipts:
        _receipts(case, found)
    Bundle(out).save(found)
    return case


def _events(found: Assessment, nasty: str) -> list[dict[str, object]]:
    rows = []
    for e in found.attributions:
        theirs = e.label is Label.ATTACKER
        place = {
            "client_ip": "203.0.113.77" if theirs else "198.51.100.20",
            "as_org": nasty[:300] or "Hosting Ltd" if theirs else "Home Broadband",
            "country": "NL" if theirs else "DE",
            "network_kind": "hosting" if theirs else "isp",
        }
        make = sign_in if e.source.startswith("sign_in") else event
        rows.append(
            make(
                event_id=e.event_id,
                time=e.time,
                source=e.source,
                operation=e.operation,
                actor=e.actor,
                device_managed=not theirs,
                **place,
            )
        )
    home = [e for e in found.attributions if e.label is Label.USER][::40]
    rows += [
        sign_in(
            event_id=f"s-{e.event_id}",
            time=e.time,
            actor=SUBJECT,
            client_ip="198.51.100.20",
            as_org="Home Broadband",
            country="DE",
        )
        for e in home
    ]
    return rows


def _receipts(case: Case, found: Assessment) -> None:
    """A block that took effect and was read back, and a revocation that the service refused."""
    at, by = T0 + timedelta(hours=25), "responder@contoso.example"
    done = Receipt(
        "S02-block_sign_in", found.plan.plan_id, "block_sign_in", SUBJECT, at, {"present": True, "enabled": True},
        Result.APPLIED, by, True, after={"present": True, "enabled": False}, checked_at=at + timedelta(seconds=9),
        request_ids=("5d0e2f61-0000-4000-8000-000000000001",),
    )  # fmt: skip
    failed = Receipt(
        "S03-revoke_sessions", found.plan.plan_id, "revoke_sessions", SUBJECT, at, None, Result.FAILED, by, False,
        note="503 <b>busy</b>",
    )  # fmt: skip
    for receipt in (replace(done, outcome=Result.INTENDED, after=None, checked_at=None), done, failed):
        write(case, receipt)
