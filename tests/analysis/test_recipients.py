"""What recipients did with the attacker's mail, and who received links and chats."""

from __future__ import annotations

import pytest
from analysis.test_consequences import judged
from analysis.world import STOLEN, at, entry
from tables import SUBJECT, WINDOW, event, make_case, sign_in, state

from o365nb.analysis.attribution import attribute
from o365nb.analysis.base import Seed
from o365nb.analysis.reactions import thread
from o365nb.analysis.recipients import recipients
from o365nb.case import Coverage
from o365nb.engine import Engine
from o365nb.model import OtherVictim, Outcome, utc

GINA, BEN, PAUL = "gina@contoso.example", "ben@contoso.example", "paul@fabrikam.example"
SENT = event(**STOLEN, operation="Send", message_id="<1>", message_subject="Invoice 7", time=at(hours=1),
             event_id="send")  # fmt: skip


def traced(target, actor=SUBJECT, **given):
    row = {"source": "message_trace", "actor": actor, "target": target, "message_id": "<1>", "client_ip": None,
           "message_subject": "Invoice 7", "time": at(hours=1), "event_id": f"t-1|{target}"}  # fmt: skip
    return event(**{**row, **given})


def told(root, *events, seeds=None, what=recipients):
    return {one.address: one.clicked_or_signed_in_after for one in judged(root, [entry(), SENT, *events], what, seeds)}


def click(person, hours=2.0, trace="T-1", **given):
    row = {"operation": "TIUrlClickData", "actor": person, "time": at(hours=hours), "target": "https://evil.example",
           "properties": {"SourceId": trace}, "event_id": f"click of {person} {hours}"}  # fmt: skip
    return event(**{**row, **given})


def test_a_click_counts_for_the_mail_it_was_made_in(tmp_path):
    found = told(
        tmp_path, traced(GINA), traced(BEN), traced(PAUL), click(GINA), click(GINA, 3), click(BEN, trace="t-other"),
        click(PAUL, result="failure"),
    )  # fmt: skip
    assert found == {
        BEN: "unknown: no click data and no sign-ins of this account were read",
        GINA: "yes: a link in it was clicked at 2026-11-17 10:41 UTC, and the page was opened",
        PAUL: "yes: a link in it was clicked at 2026-11-17 10:41 UTC, and the page was kept away",
    }


def test_an_answer_and_a_second_wave_are_told_apart(tmp_path):
    found = told(
        tmp_path, traced(PAUL), traced(GINA),
        traced(SUBJECT, PAUL, message_subject="AW: Re: Invoice  7", time=at(hours=2), event_id="answer"),
        traced(SUBJECT, PAUL, message_subject="Lunch", time=at(hours=2), event_id="lunch"),
        *(traced(f"x{n}@tailspin.example", GINA, message_subject="Fwd: Invoice 7", time=at(hours=5), event_id=f"w{n}")
          for n in range(3)),
        traced("y@tailspin.example", GINA, time=at(hours=-5), event_id="before"),
    )  # fmt: skip
    assert {address: found[address] for address in (PAUL, GINA)} == {
        PAUL: "yes: it was answered at 2026-11-17 10:41 UTC",
        GINA: "yes: mail of the same subject line went on from there to 3 addresses since 2026-11-17 13:41 UTC",
    }


def test_a_recipient_on_whom_the_attackers_artefacts_were_met_has_reacted(tmp_path):
    def victim(first, strength="likely"):
        return OtherVictim(
            GINA,
            strength,
            "entered",
            "the attacker's tool x",
            1,
            utc(at(hours=first)),
            utc(at(hours=first + 1)),
            "e",
            "",
        )

    def with_victim(*victims):
        return lambda engine, labels: recipients(engine, labels, victims)

    yes = "yes: the attacker's tool x since 2026-11-17 11:41 UTC"
    for number, (first, strength, said) in enumerate(
        [(3, "likely", yes), (-9, "strong", None), (100, "strong", None), (3, "weak", None)]
    ):
        found = told(tmp_path / str(number), traced(GINA), what=with_victim(victim(first, strength)))
        assert found[GINA] == (said or "unknown: no click data and no sign-ins of this account were read")


def test_where_clicks_were_read_whole_their_absence_is_said(tmp_path):
    case = make_case(tmp_path, events=[entry(), SENT, traced(GINA), sign_in(actor=GINA, session_id="g")])
    case.ledger.record(Coverage("hunting/UrlClickEvents", GINA, WINDOW, Outcome.EMPTY))
    with Engine(case) as engine:
        (found,) = recipients(engine, attribute(engine, {"entry": Seed(0.95, "x")}))
    assert found.clicked_or_signed_in_after == "no sign-in from the attacker's addresses was seen, and no click"


def test_mail_that_no_trace_names_is_resolved_by_the_collected_message(tmp_path):
    kept = state("message", "1", message_id="<1>", subject="Invoice 7", folder="sentitems", recipients=[PAUL, GINA])
    with Engine(make_case(tmp_path, events=[entry(), SENT], messages=[kept])) as engine:
        found = recipients(engine, attribute(engine, {"entry": Seed(0.95, "x")}))
    assert [(one.address, one.internal, one.message_id) for one in found] == [(PAUL, False, "<1>"), (GINA, True, "<1>")]


def test_whom_the_mail_did_not_reach_is_no_recipient_and_a_list_is_its_members(tmp_path):
    def line(target, status, **given):
        return traced(target, properties={"status": status}, **given)

    rows = [line(GINA, "Delivered"), line(BEN, "Failed", result="failure"), line("staff@contoso.example", "Expanded")]
    assert sorted(told(tmp_path, *rows)) == [GINA]
    assert sorted(told(tmp_path / "alone", rows[2])) == ["staff@contoso.example"]
    assert sorted(told(tmp_path / "refused", rows[1])) == []


def test_links_and_chats_have_recipients_too(tmp_path):
    members = '[{"UPN": "Gina@contoso.example"}, {"UPN": "anna@contoso.example"}, {"UPN": 7}, "x"]'
    rows = [
        event(**STOLEN, operation="AddedToSecureLink", target="https://x/Prices.xlsx", time=at(minutes=5), event_id="l",
              properties={"TargetUserOrGroupName": "Paul@fabrikam.example"}),
        event(**STOLEN, operation="AddedToSecureLink", target="https://x/y", time=at(minutes=5), event_id="group",
              properties={"TargetUserOrGroupName": "Sales"}),
        event(**STOLEN, operation="ChatCreated", time=at(minutes=6), event_id="c",
              properties={"ChatThreadId": "19:x", "Members": members}),
        event(**STOLEN, operation="ChatCreated", time=at(minutes=7), event_id="broken", properties={"Members": "[{"}),
    ]  # fmt: skip
    found = judged(tmp_path, [entry(), *rows], recipients)
    assert [(one.address, one.internal, one.message_id) for one in found] == [
        (PAUL, False, "(link) https://x/Prices.xlsx"),
        (GINA, True, "(chat) 19:x"),
    ]


@pytest.mark.parametrize(
    ("subject", "same"),
    [("RE: Fwd: [x] Pay", "[x] pay"), ("WG:AW: Pay", "pay"), ("Re[2]: Pay", "pay"), ("Report: Pay", "report: pay"),
     ("Re:", ""), ("", ""), ("\x1b[31mRe: Pay\n", "\x1b[31mre: pay")],
)  # fmt: skip
def test_a_thread_is_known_by_its_subject_line_without_prefixes(subject, same):
    assert thread(subject) == same
