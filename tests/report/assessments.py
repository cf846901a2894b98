"""Assessments made by hand: S01 with hostile names, a traveller without findings, a case in which nothing was read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from report.pieces import T0, attributions, finding, gap, owner
from tables import SUBJECT

from o365nb.model import (
    Answer,
    Assessment,
    CaseVerdict,
    Cause,
    DetectionAnswer,
    Exposure,
    Hypothesis,
    Indicator,
    Label,
    OtherVictim,
    Outcome,
    Persistence,
    Phase,
    Plan,
    Recipient,
    Step,
    Verdict,
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
