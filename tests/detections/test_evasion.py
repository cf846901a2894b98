"""Logs switched off, sent mail deleted, silent days."""

from __future__ import annotations

import pytest
from detections.world import HOSTILE, act, ask, at, broke_in, usual
from tables import SUBJECT, event, sign_in, state

from o365nb.model import Answer

OFF = act("Set-AdminAuditLogConfig", event_id="it", properties={"Parameters.UnifiedAuditLogIngestionEnabled": "False"})
DEAF = act("Set-Mailbox", event_id="it", target=SUBJECT, properties={"Parameters.AuditEnabled": "False"})
SENT = event(operation="Send", message_id="<m@contoso.example>", event_id="sent")
GONE = act(
    "HardDelete", event_id="it", message_ids=["<m@contoso.example>"], folders=["\\Sent Items"], mailbox_owner=SUBJECT
)


@pytest.mark.parametrize(
    ("slug", "rows"),
    [("de-ual-off", [OFF]), ("de-mailbox-audit-off", [DEAF]), ("de-sent-cleanup", [SENT, GONE])],
)
@pytest.mark.parametrize("organisation", ["Northgate Hosting", HOSTILE])
def test_finds_the_intruders_act(tmp_path, slug, rows, organisation):
    rows = [*rows[:-1], {**rows[-1], "as_org": organisation}]
    _, hits = ask(tmp_path, slug, events=[*usual(), broke_in(), *rows])
    assert [(hit.subject, hit.evidence) for hit in hits] == [(SUBJECT, ("it",))]
    assert hits[0].confidence >= 0.9


@pytest.mark.parametrize(
    ("slug", "innocent"),
    [
        ("de-ual-off", {**OFF, "properties": {"Parameters.UnifiedAuditLogIngestionEnabled": "True"}}),
        ("de-ual-off", {**OFF, "actor_kind": "system"}),
        ("de-ual-off", {**OFF, "result": "failure"}),
        ("de-mailbox-audit-off", {**DEAF, "properties": {"Parameters.AuditEnabled": "True"}}),
        ("de-mailbox-audit-off", {**DEAF, "actor": "nt authority\\system"}),
        (
            "de-sent-cleanup",
            event(operation="HardDelete", folders=["\\Sent Items"], message_ids=["<m@contoso.example>"]),
        ),
        ("de-sent-cleanup", act("HardDelete", folders=["\\Inbox"], message_ids=["<in@fabrikam.example>"])),
    ],
)
def test_stays_silent(tmp_path, slug, innocent):
    answer, hits = ask(tmp_path, slug, events=[*usual(), broke_in(), SENT, innocent])
    assert (answer.verdict, hits) == (Answer.CLEAR, [])


def test_the_audit_log_found_off(tmp_path):
    off = state("org_config", "ual", owner="", name="UnifiedAuditLogIngestionEnabled", value="False")
    _, hits = ask(tmp_path, "de-ual-off", org_config=[off])
    assert [(hit.subject, hit.evidence) for hit in hits] == [("", ("org_config::ual",))]


def test_sent_mail_deleted_in_numbers_from_home_is_half_sure(tmp_path):
    rows = []
    for n in range(12):
        rows.append(event(operation="Send", message_id=f"<{n}@contoso.example>", time=at(minutes=n)))
        gone = {"message_ids": [f"<{n}@contoso.example>"], "folders": ["\\Gesendete Elemente"]}
        rows.append(event(operation="SoftDelete", time=at(minutes=n + 1), mailbox_owner=SUBJECT, **gone))
    _, hits = ask(tmp_path, "de-sent-cleanup", events=[*usual(), *rows])
    assert [(len(hit.evidence), hit.confidence) for hit in hits] == [(12, 0.7)]


def test_a_day_with_sign_ins_and_no_record(tmp_path):
    quiet = [sign_in(time=at(hours=hour), event_id=f"quiet-{hour}") for hour in range(4)]
    _, hits = ask(tmp_path, "de-log-gap", events=[*usual(), *quiet])
    assert [(hit.evidence, hit.summary[-10:]) for hit in hits] == [(("quiet-0",), "2026-11-17")]


def test_no_audit_log_at_all_is_no_gap_but_a_matter_of_coverage(tmp_path):
    signed = [row for row in usual() if row["source"] != "ual"]
    answer, _ = ask(tmp_path, "de-log-gap", events=signed)
    assert answer.verdict is Answer.CLEAR
