"""What was seen, who was written to, what to look for elsewhere, and what could not be seen."""

from __future__ import annotations

import pytest
from analysis.world import EVIL, HOME, INTRUDER, KIT, SEED, STOLEN, THEIRS, at, entry, normal
from tables import SUBJECT, WINDOW, event, make_case, sign_in

from o365nb.analysis.attribution import attribute
from o365nb.analysis.base import Seed
from o365nb.analysis.exposure import exposure
from o365nb.analysis.gap_words import NEEDED
from o365nb.analysis.gaps import gaps, sentence
from o365nb.analysis.indicators import indicators
from o365nb.analysis.recipients import NOT_TRACED, recipients
from o365nb.case import Coverage, Ledger
from o365nb.engine import Engine
from o365nb.model import Exposure, Outcome, Recipient, utc


def judged(root, events, what, seeds=None):
    with Engine(make_case(root, events=[*normal(), *events])) as engine:
        return what(engine, attribute(engine, SEED if seeds is None else seeds))


def access(kind="Bind", **given):
    row = {"operation": "MailItemsAccessed", "mailbox_owner": SUBJECT, "time": at(minutes=9), "event_id": "read"}
    return event(**{**STOLEN, **row, "properties": {"OperationProperties.MailAccessType": kind}, **given})


def test_every_mail_that_was_opened_is_named_with_its_subject_line(tmp_path):
    traced = event(source="message_trace", actor="p@fabrikam.example", target=SUBJECT, message_id="<1>",
                   message_subject="Invoice 7", time=at(days=-2), client_ip=None)  # fmt: skip
    own = event(client_ip=HOME, operation="MailItemsAccessed", message_ids=["<own>"], time=at(hours=3), event_id="own")
    found = judged(tmp_path, [entry(), traced, own, access(message_ids=["<1>", "<2>"], folders=["\\Inbox"])], exposure)
    shared = {"certainty": "certain", "subject": SUBJECT, "time": utc(at(minutes=9)), "event_id": "read"}
    assert found == [
        Exposure("mail", "<1>", why='the mail was opened in \\Inbox, subject line "Invoice 7",'
                 f" from p@fabrikam.example to {SUBJECT}", **shared),
        Exposure("mail", "<2>", why="the mail was opened in \\Inbox", **shared),
    ]  # fmt: skip


def test_a_synchronised_folder_is_taken_whole(tmp_path):
    found = judged(tmp_path, [entry(), access("Sync", folders=["\\Inbox"])], exposure)
    assert [(seen.kind, seen.item, seen.certainty) for seen in found] == [("folder", "\\Inbox", "certain")]


def test_after_throttling_everything_is_possible(tmp_path):
    throttled = {"OperationProperties.MailAccessType": "Bind", "OperationProperties.IsThrottled": "True"}
    found = judged(tmp_path, [entry(), access(properties=throttled, message_ids=["<1>"])], exposure)
    assert [(seen.item, seen.certainty) for seen in found] == [
        ("(the whole mailbox, until 2026-11-18 08:50 UTC)", "possible"),
        ("<1>", "certain"),
    ]


def test_what_an_unsure_label_saw_is_possible(tmp_path):
    found = judged(tmp_path, [entry(), access(message_ids=["<1>"])], exposure, {"entry": Seed(0.65, "weak")})
    assert [(seen.certainty, "not sure" in seen.why) for seen in found] == [("possible", True)]


def test_files_and_links(tmp_path):
    rows = [
        event(**STOLEN, operation=name, target=f"https://contoso.example/{name}", time=at(minutes=n), event_id=name)
        for n, name in enumerate(("FileDownloaded", "AnonymousLinkCreated", "FileModified"), 1)
    ]
    found = judged(tmp_path, [entry(), *rows], exposure)
    assert [(seen.kind, seen.item) for seen in found] == [
        ("file", "https://contoso.example/FileDownloaded"),
        ("link", "https://contoso.example/AnonymousLinkCreated"),
    ]


def test_recipients_of_the_attackers_mail_and_what_they_did(tmp_path):
    gina = "gina@contoso.example"
    send = event(**STOLEN, operation="Send", message_id="<1>", time=at(hours=1), event_id="send")
    untraced = event(**STOLEN, operation="Send", message_id="<9>", time=at(hours=2), event_id="untraced")
    rows = [
        event(
            source="message_trace", target=address, message_id="<1>", time=at(hours=1), client_ip=None, event_id=address
        )
        for address in ("x@fabrikam.example", gina, "ivan@contoso.example", "hana@contoso.example")
    ]
    caught = sign_in(**STOLEN | {"session_id": "g"}, actor=gina, time=at(hours=3), event_id="gina signed in")
    safe = sign_in(actor="ivan@contoso.example", session_id="i", time=at(hours=3), event_id="ivan")
    found = judged(tmp_path, [entry(), send, untraced, *rows, caught, safe], recipients)
    first = utc(at(hours=1))
    assert found == [
        Recipient(gina, True, "<1>", first,
                  f"yes: a sign-in from the attacker's address {EVIL} at 2026-11-17 11:41 UTC"),
        Recipient("hana@contoso.example", True, "<1>", first,
                  "unknown: no click data and no sign-ins of this account were read"),
        Recipient("ivan@contoso.example", True, "<1>", first,
                  "no sign-in from the attacker's addresses was seen; clicks are unknown"),
        Recipient("x@fabrikam.example", False, "<1>", first, "unknown: no click data was read"),
        Recipient(NOT_TRACED, False, "<9>", utc(at(hours=2)), "unknown: no click data was read"),
    ]  # fmt: skip


def test_indicators_are_the_attackers_only(tmp_path):
    windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36"
    cloud = event(
        client_ip="52.98.1.1", asn=8075, session_id=THEIRS, user_agent="Exchange", time=at(minutes=2), event_id="c"
    )
    tool = event(**STOLEN, user_agent=KIT, time=at(minutes=3), event_id="tool")
    lure = event(source="message_trace", actor="x@docs-fabrikarn.example", target=SUBJECT, client_ip="192.0.2.1",
                 time=at(hours=-26), event_id="lure")  # fmt: skip
    seeds = {**SEED, "lure": Seed(0.8, "A look-alike", ("im-lookalike-domain",))}
    found = judged(tmp_path, [entry(user_agent=windows), cloud, tool, lure], indicators, seeds)
    assert [(one.kind, one.value) for one in found] == [
        ("ip", EVIL),
        ("domain", "docs-fabrikarn.example"),
        ("email", "x@docs-fabrikarn.example"),
        ("user_agent", KIT),
        ("session_id", THEIRS),
    ]
    assert found[0].why == "in 2 events of the attacker: Send, Sign-in activity"
    assert (found[0].first, found[0].last) == (utc(at()), utc(at(minutes=3)))


def test_without_an_attacker_nothing_was_seen_sent_or_left(tmp_path):
    assert judged(tmp_path / "1", [event(**INTRUDER)], exposure, {}) == []
    assert judged(tmp_path / "2", [event(**INTRUDER)], recipients, {}) == []
    assert judged(tmp_path / "3", [event(**INTRUDER)], indicators, {}) == []


WHOLE = {"source": "sign_in", "subject": SUBJECT, "window": WINDOW}
KEPT = "The service keeps it 30 days: nothing before 2026-10-19"
SENTENCES = [
    ({**WHOLE, "outcome": Outcome.COMPLETE, "received": 9}, []),
    ({**WHOLE, "outcome": Outcome.EMPTY}, []),
    (
        {**WHOLE, "outcome": Outcome.PARTIAL, "reason": f"{KEPT}."},
        [
            f"The sign-ins of {SUBJECT} were read only in part ({KEPT}).",
            "A sign-in by somebody else in that time would not be seen where it is missing.",
        ],
    ),
    (
        {**WHOLE, "outcome": Outcome.EXPIRED},
        [
            f"The sign-ins of {SUBJECT} before 2026-11-18 could not be read:",
            "Entra keeps them for 30 days (7 without a Premium licence).",
            "A sign-in by somebody else in that time would not be seen.",
        ],
    ),
    (
        {**WHOLE, "source": "inbox_rules.hidden", "outcome": Outcome.DENIED, "reason": "Needs: Exchange.ManageAsApp."},
        [
            f"The hidden inbox rules of {SUBJECT} could not be read:",
            "the right to do so is missing (Needs: Exchange.ManageAsApp).",
            "A rule that Outlook does not show may stand unseen.",
        ],
    ),
    (
        {"source": "ual/Exchange", "subject": "", "window": None, "outcome": Outcome.DAMAGED, "unparsable": 2,
         "file": "audit.csv", "reason": "line 7 is cut"},
        [
            "The unified audit log (Exchange) in audit.csv was damaged (line 7 is cut).",
            "Reading, searching and changes in the mailbox would not be seen in the damaged part.",
            "The unified audit log (Exchange) in audit.csv: 2 records could not be read;",
            "what stood there is missing from the judgement.",
        ],
    ),
    (
        {"source": "tea_leaves", "subject": "", "window": None, "outcome": Outcome.FAILED},
        ["The source tea_leaves could not be read. What it would show is not known."],
    ),
]  # fmt: skip


SPENT = "Graph: GET /x was refused (403 Forbidden: No (premium) here). The tenant lacks {}. [request 1]"
PLAIN = [
    (
        {**WHOLE, "outcome": Outcome.NOT_LICENSED, "reason": SPENT.format("Microsoft Entra ID P1")},
        "the organisation has no licence for it (Microsoft Entra ID P1 is needed).",
    ),
    ({**WHOLE, "outcome": Outcome.FAILED, "reason": "the collector failed: KeyError: 'id'"}, "could not be read."),
    (
        {**WHOLE, "outcome": Outcome.DENIED, "reason": "Graph: GET /x was refused (403 A: b). Needs: Y.All."},
        "the right to do so is missing.",
    ),
]


@pytest.mark.parametrize(("line", "said"), PLAIN)
def test_a_services_refusal_stays_out_of_the_customers_sentence(line, said):
    first, _, risk = sentence(Coverage(**line)).rpartition(" A sign-in")
    assert first.endswith(said)
    assert risk == " by somebody else in that time would not be seen."
    assert "Graph" not in first


def test_where_the_audit_log_was_read_whole_a_missing_log_costs_less(tmp_path):
    ledger = Ledger(tmp_path / "coverage.jsonl")
    ledger.record(Coverage("sign_in", SUBJECT, WINDOW, Outcome.NOT_LICENSED))
    ledger.record(Coverage("ual", SUBJECT, WINDOW, Outcome.COMPLETE, received=3))
    assert next(gap.sentence for gap in gaps(ledger, (SUBJECT,)) if gap.source == "sign_in") == (
        f"The sign-ins of {SUBJECT} could not be read: the organisation has no licence for it."
        " The unified audit log was used instead: it has the sign-ins too, but no networks and no risk."
    )


@pytest.mark.parametrize(("line", "said"), SENTENCES)
def test_every_gap_forces_its_sentence(line, said):
    assert sentence(Coverage(**line)) == " ".join(said)


def test_every_outcome_that_is_not_whole_has_a_sentence():
    silent = {outcome for outcome in Outcome if not sentence(Coverage("ual", SUBJECT, None, outcome))}
    assert silent == {Outcome.COMPLETE, Outcome.EMPTY}


def test_a_source_nobody_asked_for_is_a_gap_too(tmp_path):
    ledger = Ledger(tmp_path / "coverage.jsonl")
    ledger.record(Coverage("ual/Exchange", SUBJECT, None, Outcome.COMPLETE, received=3))
    found = gaps(ledger, (SUBJECT,))
    assert (found[0].source, found[0].sentence) == ("ual/Exchange", "")
    assert {gap.source for gap in found[1:]} == set(NEEDED) - {"ual"}
    assert next(gap.sentence for gap in found if gap.source == "message_trace") == (
        f"The message trace of {SUBJECT} was not among the evidence. Mail that was sent or received in that time would"
        " not be seen."
    )


def test_tables_of_hunting_that_lack_the_same_are_named_in_one_sentence(tmp_path):
    ledger = Ledger(tmp_path / "coverage.jsonl")
    lines = [
        ("EmailEvents", SUBJECT, Outcome.NOT_LICENSED), ("UrlClickEvents", SUBJECT, Outcome.NOT_LICENSED),
        ("DeviceLogonEvents", SUBJECT, Outcome.COMPLETE), ("EmailEvents", "ben@x.example", Outcome.NOT_LICENSED),
        ("CloudAppEvents", SUBJECT, Outcome.FAILED),
    ]  # fmt: skip
    for table, subject, outcome in lines:
        ledger.record(Coverage(f"hunting/{table}", subject, None, outcome))
    found = [gap for gap in gaps(ledger, ()) if gap.source.startswith("hunting/")]
    assert [gap.sentence for gap in found] == [
        sentence(Coverage("hunting/EmailEvents, UrlClickEvents", SUBJECT, None, Outcome.NOT_LICENSED)),
        "",
        "",
        sentence(Coverage("hunting/EmailEvents", "ben@x.example", None, Outcome.NOT_LICENSED)),
        sentence(Coverage("hunting/CloudAppEvents", SUBJECT, None, Outcome.FAILED)),
    ]
    assert "(delivered mail, clicked links)" in found[0].sentence
    assert [gap.outcome for gap in found] == [outcome for _, _, outcome in lines]
