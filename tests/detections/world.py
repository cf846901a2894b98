"""A month of an ordinary account, and an intruder: rows for `tables.make_case`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from tables import SUBJECT, T0, event, make_case, sign_in

from o365nb import detections
from o365nb.engine import Engine
from o365nb.model import Answer, DetectionAnswer, utc

HOSTILE = "=cmd|' /C calc'!A0\x1b[31m<script>alert(1)</script>'); DROP TABLE events;--\u202e"
PHONE_AGENT = "Outlook-iOS/731.0 CFNetwork Darwin"
INTRUDER: dict[str, Any] = {
    "client_ip": "198.51.100.66",
    "country": "NL",
    "asn": 64600,
    "as_org": "Northgate Hosting",
    "network_kind": "hosting",
    "session_id": "00000000-0000-4000-8000-666666666666",
    "device_id": None,
    "device_managed": None,
}
#: The user's own new place: a train, a café. Nothing rented, the same client and session as ever.
ELSEWHERE: dict[str, Any] = {
    "client_ip": "192.0.2.77",
    "country": "GB",
    "asn": 64777,
    "as_org": "Station WiFi",
    "network_kind": "isp",
    "session_id": "00000000-0000-4000-8000-00000000000b",
    "device_id": None,
    "device_managed": None,
}


def at(**offset: float) -> str:
    """A time relative to T0, e.g. at(minutes=5)."""
    return (utc(T0) + timedelta(**offset)).isoformat()


def usual() -> list[dict[str, Any]]:
    """Twenty days at home: a managed laptop, a private phone on home and mobile networks, mail read and sent."""
    rows = []
    for day in range(1, 21):
        phone = {
            "time": at(days=-day, hours=1),
            "user_agent": PHONE_AGENT,
            "os": "iOS",
            "browser": "Safari",
            "session_id": ELSEWHERE["session_id"],
            "device_id": None,
            "device_managed": None,
        }
        rows += [
            sign_in(time=at(days=-day)),
            sign_in(**phone, source="sign_in_noninteractive", client_ip="203.0.113.20"),
            sign_in(**{**phone, "time": at(days=-day, hours=3)}, source="sign_in_noninteractive",
                    client_ip=f"192.0.2.{day}", asn=64531, as_org="Dritte Mobil", network_kind="mobile"),
            event(time=at(days=-day, minutes=20), operation="Send", message_id=f"<usual-{day}@contoso.example>"),
            event(time=at(days=-day, minutes=30), operation="MailItemsAccessed", mailbox_owner=SUBJECT,
                  properties={"OperationProperties.MailAccessType": "Bind"}, message_ids=[f"<{day}@fabrikam.example>"]),
        ]  # fmt: skip
    return rows


def broke_in(**given: Any) -> dict[str, Any]:
    """The intruder's sign-in at T0 with another system and browser."""
    return sign_in(
        **{**INTRUDER, "os": "macOS", "browser": "Firefox", "user_agent": "Mozilla/5.0 Firefox/128.0", **given}
    )


def act(operation: str, **given: Any) -> dict[str, Any]:
    """Something the intruder does after breaking in."""
    return event(**{**INTRUDER, "time": at(minutes=5), "operation": operation, **given})


def trace(sender: str, recipient: str, **given: Any) -> dict[str, Any]:
    """One row of the message trace."""
    return event(
        **{"source": "message_trace", "operation": "Message trace", "actor": sender, "target": recipient,
           "client_ip": None, "country": None, "asn": None, "as_org": None, "network_kind": None,
           "actor_kind": "unknown", "message_subject": "Minutes", **given}
    )  # fmt: skip


def partner() -> list[dict[str, Any]]:
    """Three weeks of mail with fabrikam.example, both ways."""
    rows = []
    for day in (3, 8, 14, 20):
        rows += [
            trace("bob@fabrikam.example", SUBJECT, time=at(days=-day)),
            trace(SUBJECT, "bob@fabrikam.example", time=at(days=-day, hours=2)),
        ]
    return rows


def ask(root: Path, slug: str, **case: Any) -> tuple[DetectionAnswer, list[detections.Hit]]:
    """What one detection says of a case with these tables."""
    made = make_case(root, **case)
    with Engine(made) as engine:
        asked = detections.facts()[slug]
        detections.prepare(engine, asked.query())
        return detections.run(asked, engine, made.ledger, made.info.subjects, made.info.window)


def ask_all(root: Path, **case: Any) -> dict[str, list[detections.Hit]]:
    """Everything that is found in a case with these tables, by slug."""
    made = make_case(root, **case)
    with Engine(made) as engine:
        detections.prepare(engine)
        answers = {
            one.slug: detections.run(one, engine, made.ledger, made.info.subjects, made.info.window)
            for one in detections.all()
        }
    return {slug: hits for slug, (answer, hits) in answers.items() if answer.verdict is Answer.FOUND}
