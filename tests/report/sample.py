"""A case as the analysis would leave it, made by hand: S01 with hostile names, and a traveller without findings."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tables import SUBJECT, event, make_case, sign_in

from o365nb.case import Bundle, Case, Coverage
from o365nb.model import (
    Answer,
    Assessment,
    Attribution,
    CaseVerdict,
    Cause,
    Context,
    DetectionAnswer,
    Exposure,
    Finding,
    Gap,
    Hypothesis,
    Indicator,
    Label,
    OtherVictim,
    Outcome,
    Persistence,
    Phase,
    Plan,
    Recipient,
    Severity,
    Step,
    Verdict,
    Window,
    utc,
)
from o365nb.response.receipts import Receipt, Result, write

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


def aitm(nasty: str = "") -> Assessment:
    """S01: an intruder through a phishing page, a hidden rule, 640 mails."""
    findings = (
        finding(
            1,
            "ia-aitm-session-split",
            "One session was used from two networks",
            "critical",
            "T1557",
            0.05,
            f"session 7f3a… on AS64511 Hosting Ltd and AS64512 after the first network {nasty}",
        ),
        finding(
            2,
            "ia-kit-useragent",
            "A sign-in came from a known phishing-kit client",
            "high",
            "T1539",
            0.05,
            "axios/1.7.2",
        ),
        finding(
            3,
            "ia-phish-delivered",
            "A message from a never-seen domain came shortly before",
            "medium",
            "T1566.002",
            -26,
            "from billing@docs-fabrikarn.example, “Shared statement”",
        ),
        finding(
            4,
            "pe-rule-hidden",
            "A rule works that Outlook does not show",
            "critical",
            "T1564.008",
            0.37,
            f"rule {nasty or '“..”'} moves mail with “invoice” to RSS Subscriptions",
            evidence=14,
        ),
        finding(
            5,
            "pe-mfa-method-added",
            "A sign-in method was added during the attack",
            "high",
            "T1556.006",
            0.52,
            "Authenticator “iPhone 12”",
        ),
        finding(
            6,
            "co-mia-bind",
            "Mails were opened from the intruder's session",
            "medium",
            "T1114.002",
            0.15,
            "38 mails opened",
        ),
        finding(
            7,
            "im-mass-send",
            "An unusual number of mails was sent",
            "high",
            "T1534",
            20,
            "640 recipients in 25 minutes",
        ),
        finding(
            8, "de-sent-cleanup", "Sent mail was deleted", "medium", "T1070.008", 20.5, "25 mails removed for good"
        ),
    )
    hypotheses = (
        Hypothesis(
            "H1",
            "aitm-phish",
            "A phishing page in the middle took the session",
            0.94,
            (
                "ia-aitm-session-split: one session on two networks (F-001)",
                "ia-kit-useragent: client of a phishing kit (F-002)",
                "a message of a look-alike domain came 26 hours before (F-003)",
            ),
            ("no entry in the identity protection log",),
        ),
        Hypothesis(
            "H4",
            "infostealer",
            "Malicious software on a device took the session",
            0.04,
            (),
            ("an interactive sign-in stands at the start",),
        ),
        Hypothesis("H3", "password-attack", "The password was guessed, reused or leaked", 0.012, (), ()),
        Hypothesis("H14", "hostile-wifi", "A hostile wireless network", 0.008, (), ()),
    )
    return Assessment(
        verdict=CaseVerdict(
            Verdict.CONFIRMED,
            58.4,
            (
                "One session was used from two networks within three minutes, the second from a hosting provider.",
                "A hidden inbox rule was made in that session; it works against the owner.",
                f"640 mails left the account in 25 minutes. {nasty}".strip(),
            ),
            (SUBJECT,),
            T0,
            T0 + timedelta(hours=20, minutes=55),
        ),
        findings=findings,
        detections={
            **{f.slug: DetectionAnswer(Answer.FOUND, "1 finding") for f in findings},
            "pe-fwd-mailbox": DetectionAnswer(Answer.CLEAR, "nothing found; mailboxes seen whole"),
            "ia-risk-detections": DetectionAnswer(Answer.BLIND, "risk_detection: needs Entra ID P2"),
        },
        attributions=tuple(attributions(nasty)),
        persistence=(
            Persistence(
                "inbox_rule",
                f"inbox_rule:{SUBJECT}:9001",
                SUBJECT,
                f"Inbox rule {nasty or '“..”'}, hidden: moves mail to RSS Subscriptions",
                Label.ATTACKER,
                "Made in the intruder's session.",
                T0 + timedelta(minutes=22),
                ("exchange",),
                ("F-004",),
                True,
            ),
            Persistence(
                "auth_method",
                f"auth_method:{SUBJECT}:m2",
                SUBJECT,
                "Authenticator “iPhone 12”",
                Label.ATTACKER,
                "Registered from the intruder's network.",
                T0 + timedelta(minutes=31),
                ("graph",),
                ("F-005",),
                True,
            ),
            Persistence(
                "device",
                f"device:{SUBJECT}:d7",
                SUBJECT,
                "Device DESKTOP-UNKNOWN",
                Label.UNKNOWN,
                "Nothing in the log tells who registered it.",
                None,
                ("graph",),
                (),
                False,
            ),
            Persistence(
                "inbox_rule",
                f"inbox_rule:{SUBJECT}:1",
                SUBJECT,
                "Inbox rule “Newsletters”",
                Label.USER,
                "Made from the managed device.",
                T0 - timedelta(days=12),
                ("graph", "exchange"),
                (),
                False,
            ),
        ),
        exposure=(
            *(
                Exposure(
                    "mail",
                    f"<m{n}@contoso.example>",
                    "certain",
                    SUBJECT,
                    T0 + timedelta(minutes=9, seconds=n),
                    f"a-540-{n}",
                    f'the mail was opened, subject line "{nasty[:200] or "Invoice " + str(n)}"',
                )
                for n in range(38)
            ),
            Exposure(
                "folder",
                "\\Inbox\\Contracts",
                "possible",
                SUBJECT,
                T0 + timedelta(hours=1),
                "a-540-0",
                "the folder was synchronised",
            ),
        ),
        recipients=tuple(
            Recipient(
                f"person{n}@{'fabrikam' if n % 3 else 'customer' + str(n % 40)}.example" if n else f"{SUBJECT}",
                n == 0,
                f"<x{n}@contoso.example>",
                T0 + timedelta(hours=20, seconds=2 * n),
                "unknown: no click data was read" if n else "yes: a sign-in from the attacker's address",
            )
            for n in range(640)
        ),
        cause=Cause(
            True, "H1", hypotheses, "Q6: Did you type your password into a page that you reached through a link?"
        ),
        plan=Plan(
            (
                Step(
                    "S01-preserve_evidence",
                    Phase.PRESERVE,
                    "preserve_evidence",
                    SUBJECT,
                    "Before any change: a changed rule is lost evidence.",
                    (),
                    False,
                    False,
                    1,
                    "",
                    {},
                ),
                Step(
                    "S02-block_sign_in",
                    Phase.CONTAIN,
                    "block_sign_in",
                    SUBJECT,
                    "No new session, whatever the password.",
                    ("F-001",),
                    True,
                    True,
                    2,
                    f"Update-MgUser -UserId {SUBJECT} -AccountEnabled:$false",
                    {"user": "u1", "upn": SUBJECT},
                ),
                Step(
                    "S03-revoke_sessions",
                    Phase.CONTAIN,
                    "revoke_sessions",
                    SUBJECT,
                    "The stolen session dies.",
                    ("F-001", "F-002"),
                    True,
                    False,
                    3,
                    f"Revoke-MgUserSignInSession -UserId {SUBJECT}",
                    {"user": "u1", "upn": SUBJECT},
                ),
                Step(
                    "S04-disable_inbox_rule",
                    Phase.ERADICATE,
                    "disable_inbox_rule",
                    nasty or "“..”",
                    "It hides answers from the owner.",
                    ("F-004",),
                    True,
                    True,
                    4,
                    "Disable-InboxRule -Identity 9001",
                    {"rule": "9001", "upn": SUBJECT},
                ),
            )
        ),
        coverage=(
            *(
                gap(source)
                for source in (
                    "sign_in",
                    "sign_in_noninteractive",
                    "directory_audit",
                    "message_trace",
                    "inbox_rules",
                    "inbox_rules.hidden",
                    "mailboxes",
                    "oauth_grants",
                    "auth_methods",
                    "devices",
                )
            ),
            gap(
                "ual",
                Outcome.PARTIAL,
                f"3 of 30 days were not delivered {nasty[:60]}",
                "The unified audit log was read in part: for 3 days changes in the mailbox would not be seen.",
            ),
        ),
        indicators=(
            Indicator("ip", "203.0.113.77", T0, T0 + timedelta(hours=21), "address of the intruder's session"),
            Indicator(
                "domain", "docs-fabrikarn.example", T0 - timedelta(hours=26), None, "look-alike of fabrikam.example"
            ),
            Indicator("user_agent", nasty or "axios/1.7.2", T0, None, "client of the intruder's session"),
        ),
        other_victims=(
            OtherVictim(
                f"gina@contoso.example{nasty}", "strong", "entered",
                f"the attacker's address 203.0.113.77 (2 events, 2 let in); {nasty}", 2, T0 + timedelta(hours=3),
                T0 + timedelta(hours=4), "e-gina", "Treat the account as taken over.",
            ),
            OtherVictim("hana@contoso.example", "weak", "mailed", "mail from the lure's domain", 1, None, None, "",
                        "Ask the owner."),
        ),
    )  # fmt: skip


def gap(source: str, outcome: Outcome = Outcome.COMPLETE, reason: str = "seen whole", sentence: str = "") -> Gap:
    return Gap(source, SUBJECT, WINDOW.start, WINDOW.end, outcome, 1234, 12, 0, reason, "", sentence)


def traveller() -> Assessment:
    """S09: a new country, and an innocent explanation; nothing found, one step."""
    h13 = Hypothesis("H13", "benign", "The user's own doing", 0.81, ("the device is managed and known",), ())
    ask = Step(
        "S01-ask_user",
        Phase.SCOPE,
        "ask_user",
        SUBJECT,
        "Ask whether the journey is theirs.",
        (),
        False,
        False,
        1,
        "",
        {},
    )
    return Assessment(
        verdict=CaseVerdict(
            Verdict.SUSPECTED,
            2.1,
            ("A country that is new for this account, from a managed device.",),
            (SUBJECT,),
            None,
            None,
        ),
        findings=(),
        detections={"ia-new-country": DetectionAnswer(Answer.CLEAR, "nothing found; sign_in seen whole")},
        attributions=tuple(owner(120)),
        persistence=(),
        exposure=(),
        recipients=(),
        cause=Cause(False, "H13", (h13,), "Q17: Were you travelling?"),
        plan=Plan((ask,)),
        coverage=(gap("sign_in"), gap("ual"), gap("message_trace"), gap("inbox_rules")),
        indicators=(),
    )


def nothing() -> Assessment:
    """A case in which no source could be read: every view must say that it cannot tell."""
    return replace(
        traveller(),
        verdict=CaseVerdict(Verdict.CANNOT_TELL, 0.0, (), (SUBJECT,), None, None),
        attributions=(),
        cause=Cause(False, "", (), ""),
        plan=Plan(()),
        detections={},
        coverage=(gap("ual", Outcome.DENIED, "a right is missing", "The unified audit log could not be read."),),
    )


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
