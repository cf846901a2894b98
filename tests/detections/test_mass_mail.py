"""Mass mail, look-alike domains, lures, restricted senders."""

from __future__ import annotations

import pytest
from detections.world import HOSTILE, ask, at, broke_in, partner, trace, usual
from tables import SUBJECT, event

from o365nb.model import Answer


def mailing(count, domain="outside.example", **given):
    when = given.pop("start", at(hours=20))
    return [
        trace(
            SUBJECT,
            f"p{n}@{domain}",
            **{"time": when, "event_id": f"m{when}{n}", "message_id": f"<m{n}@contoso.example>", **given},
        )
        for n in range(count)
    ]


LURE = trace(
    "billing@docs-fabrikarn.example", SUBJECT, time=at(hours=-26), event_id="it", message_subject="Shared statement"
)
STOP = event(operation="HygieneTenantEvents", actor="system", actor_kind="system", target=SUBJECT, event_id="it",
             properties={"Data": '{"Reason":"OutboundSpam"}'})  # fmt: skip
FOUND = {
    "im-mass-send": mailing(60),
    "la-internal-phish": mailing(25, "contoso.example", message_subject="Please sign"),
    "ia-phish-delivered": [LURE],
    "im-lookalike-domain": [LURE],
    "im-sender-restricted": [STOP],
}
INNOCENT = {
    "im-mass-send": [row for day in (-21, -14, -7, 0) for row in mailing(60, start=at(days=day))],
    "la-internal-phish": [
        row
        for day in (-14, -7)
        for row in mailing(25, "contoso.example", start=at(days=day), message_subject="Canteen")
    ][25:]
    + mailing(9, "contoso.example"),
    "ia-phish-delivered": [
        trace("carol@newfirm.example", SUBJECT, time=at(hours=-20), message_subject="Lunch on Friday?"),
        trace("billing@docs-fabrikarn.example", SUBJECT, time=at(hours=-20), properties={"status": "Quarantined"}),
    ],
    "im-lookalike-domain": [trace("x@mail.fabrikam.example", SUBJECT), trace("x@contoso.onmicrosoft.example", SUBJECT)],
    "im-sender-restricted": [
        {**STOP, "properties": {"Data": '{"Action":"Delisted"}'}},
        {**STOP, "target": "bob@contoso.example", "event_id": "bob"},
        event(operation="AlertTriggered", target=SUBJECT, properties={"Name": "Messages have been delayed"}),
    ],
}


@pytest.mark.parametrize("slug", FOUND)
def test_finds(tmp_path, slug):
    _, hits = ask(tmp_path, slug, events=[*usual(), *partner(), broke_in(), *FOUND[slug]])
    assert [(hit.subject, set(hit.evidence)) for hit in hits] == [(SUBJECT, {row["event_id"] for row in FOUND[slug]})]
    assert hits[0].confidence >= 0.9


@pytest.mark.parametrize("slug", FOUND)
def test_stays_silent(tmp_path, slug):
    rows = INNOCENT[slug]
    hits = ask(tmp_path, slug, events=[*usual(), *partner(), broke_in(), *rows])[1]
    assert [hit for hit in hits if hit.confidence > 0.3] == []


@pytest.mark.parametrize("slug", FOUND)
def test_survives_hostile_text(tmp_path, slug):
    subject = "Shared statement " + HOSTILE
    spoiled = [{**row, "message_subject": subject, "as_org": HOSTILE} for row in FOUND[slug]]
    _, hits = ask(tmp_path, slug, events=[*usual(), *partner(), broke_in(), *spoiled])
    assert len(hits) == 1
    assert not any(char in hits[0].summary for char in "\x1b\u202e")


def test_a_lure_without_a_break_in_is_silent(tmp_path):
    answer, _ = ask(tmp_path, "ia-phish-delivered", events=[*usual(), *partner(), LURE])
    assert answer.verdict is Answer.CLEAR


def test_mass_mail_is_seen_in_the_audit_log_alone(tmp_path):
    rows = [event(operation="Send", time=at(hours=20, seconds=n), event_id=f"s{n}") for n in range(55)]
    _, hits = ask(tmp_path, "im-mass-send", events=[*usual(), *rows])
    assert [(len(hit.evidence), hit.confidence, hit.summary) for hit in hits] == [(55, 0.6, "55 mails went out")]


def test_a_first_mailing_without_a_break_in_is_less_sure(tmp_path):
    _, hits = ask(tmp_path, "im-mass-send", events=[*usual(), *FOUND["im-mass-send"]])
    assert [hit.confidence for hit in hits] == [0.6]


def test_refused_recipients_are_not_sent_mail(tmp_path):
    answer, _ = ask(tmp_path, "im-mass-send", events=[*usual(), *mailing(60, result="failure")])
    assert answer.verdict is Answer.CLEAR


def test_the_real_partner_is_not_the_look_alike_of_its_imitation(tmp_path):
    talk = [
        trace(*pair, time=at(days=day))
        for day in (-2, -1)
        for pair in (("x@fabrikarn.example", SUBJECT), (SUBJECT, "x@fabrikarn.example"))
    ]
    _, hits = ask(tmp_path, "im-lookalike-domain", events=[*partner(), *talk])
    assert [hit.summary for hit in hits] == ["fabrikarn.example is near fabrikam.example: looks the same at a glance"]


def test_an_alert_about_the_account(tmp_path):
    told = {"Name": "User restricted from sending email", "Data": f'{{"eid":"{SUBJECT}"}}'}
    alert = event(operation="AlertTriggered", event_id="it", target="x", properties=told)
    _, hits = ask(tmp_path, "im-sender-restricted", events=[alert])
    assert [hit.evidence for hit in hits] == [("it",)]


@pytest.mark.parametrize(("count", "entered", "sure"), [(30, True, [0.5]), (30, False, []), (20, True, [])])
def test_after_an_unfamiliar_sign_in_fewer_mails_tell(tmp_path, count, entered, sure):
    sent = [trace(SUBJECT, f"x{n}@y{n}.example", time=at(hours=1, seconds=n), event_id=f"m{n}") for n in range(count)]
    _, hits = ask(tmp_path, "im-mass-send", events=[*usual(), *([broke_in()] if entered else []), *sent])
    assert [hit.confidence for hit in hits] == sure
