"""What sample assessments are made of: events of an attacker and an owner, findings, lines of coverage."""

from __future__ import annotations

from datetime import timedelta

from tables import SUBJECT

from o365nb.model import (
    Attribution,
    Context,
    Finding,
    Gap,
    Label,
    Outcome,
    Severity,
    Window,
    utc,
)

T0 = utc("2026-11-17T08:41:00Z")
WINDOW = Window(utc("2026-10-19T12:00:00Z"), utc("2026-11-18T12:00:00Z"))
#: What attackers call things.
HOSTILE = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "invoice\u202efdp.exe",
    "=cmd|' /C calc'!A0",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "\x1b[31mred\x1b[0m\x00",
    "W" * 10_000,
    "<a href='https://evil.example'>click</a>",
    "]]><!--",
)
NASTY = " ".join(HOSTILE)
_ATTACK = (
    (0, "sign_in", "Sign-in activity", 4),
    (180, "sign_in_noninteractive", "Sign-in activity", 12),
    (540, "ual", "MailItemsAccessed", 38),
    (840, "ual", "SearchQueryInitiatedExchange", 1),
    (1320, "ual", "New-InboxRule", 1),
    (1330, "ual", "UpdateInboxRules", 1),
    (1860, "directory_audit", "User registered security info", 1),
    (72000, "message_trace", "Delivered", 640),
    (72010, "ual", "Send", 640),
    (73800, "ual", "HardDelete", 25),
)


def attributions(nasty: str) -> list[Attribution]:
    """The attacker's run, and a month of the owner's days."""
    made = [
        Attribution(
            "lure",
            T0 - timedelta(hours=26),
            "message_trace",
            "Delivered",
            "billing@docs-fabrikarn.example",
            Label.ATTACKER,
            0.8,
            "the message came from a look-alike of a partner's domain",
        )
    ]
    for offset, source, operation, count in _ATTACK:
        for n in range(count):
            at = T0 + timedelta(seconds=offset + n * (1500 / max(count, 60)))
            made.append(
                Attribution(
                    f"a-{offset}-{n}",
                    at,
                    source,
                    operation,
                    SUBJECT,
                    Label.ATTACKER,
                    0.95,
                    f"same session as the sign-in through a hosting network {nasty[:80]}",
                )
            )
    made += owner(3000)
    return made


def owner(count: int) -> list[Attribution]:
    """Events of the owner spread over the window."""
    step = (WINDOW.end - WINDOW.start) / count
    kinds = ("MailItemsAccessed", "FileAccessed", "Send")
    return [
        Attribution(
            f"u-{n}", WINDOW.start + step * n, "ual", kinds[n % 3], SUBJECT, Label.USER, 0.9, "managed device at home"
        )
        for n in range(count)
    ]


def finding(
    number: int, slug: str, title: str, severity: str, attack: str, hours: float, summary: str, evidence: int = 3
) -> Finding:
    at = T0 + timedelta(hours=hours)
    ids = tuple(f"a-1320-{n}" for n in range(evidence))
    return Finding(
        f"F-{number:03d}",
        slug,
        title,
        Severity(severity),
        (attack,),
        SUBJECT,
        at,
        at + timedelta(minutes=3),
        Context.YES,
        0.9,
        Severity(severity).weight * 1.35,
        ids,
        summary,
        ("disable_inbox_rule",),
    )


def gap(source: str, outcome: Outcome = Outcome.COMPLETE, reason: str = "seen whole", sentence: str = "") -> Gap:
    return Gap(source, SUBJECT, WINDOW.start, WINDOW.end, outcome, 1234, 12, 0, reason, "", sentence)
