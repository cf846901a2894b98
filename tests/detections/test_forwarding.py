"""Forwarding of the whole mailbox, delegates, transport rules."""

from __future__ import annotations

import pytest
from detections.world import HOSTILE, act, ask, at, broke_in, usual
from tables import SUBJECT, event, state

from o365nb.model import Answer

FORWARD = {
    "Parameters.ForwardingSmtpAddress": "smtp:box@evil.example",
    "Parameters.DeliverToMailboxAndForward": "False",
}
ADMIN = {"actor": "admin@contoso.example", "actor_kind": "admin", "target": SUBJECT, "client_ip": "203.0.113.99"}
SYSTEM = {"actor": "nt authority\\system (microsoft.exchange.servicehost)", "actor_kind": "system", "target": SUBJECT}

FOUND = {
    "pe-fwd-mailbox": act("Set-Mailbox", event_id="it", properties=FORWARD),
    "pe-delegate-full": act(
        "Add-MailboxPermission", event_id="it", target=SUBJECT,
        properties={"Parameters.AccessRights": "FullAccess", "Parameters.User": "mallory@contoso.example"},
    ),
    "pe-delegate-send": act(
        "Add-RecipientPermission", event_id="it", target=SUBJECT,
        properties={"Parameters.AccessRights": "SendAs", "Parameters.Trustee": "mallory@contoso.example"},
    ),
    "pe-transport-rule": act(
        "New-TransportRule", event_id="it", target=".", properties={"Parameters.BlindCopyTo": "box@evil.example"}
    ),
}  # fmt: skip


@pytest.mark.parametrize("slug", FOUND)
def test_finds_the_intruders_change(tmp_path, slug):
    _, hits = ask(tmp_path, slug, events=[*usual(), broke_in(), FOUND[slug]])
    assert [(hit.subject, hit.evidence, hit.confidence) for hit in hits] == [(SUBJECT, ("it",), 0.95)]


@pytest.mark.parametrize("slug", FOUND)
def test_stays_silent(tmp_path, slug):
    row = FOUND[slug]
    innocent = [
        {**row, **SYSTEM, "event_id": "system"},
        {**row, "event_id": "refused", "result": "failure"},
        event(operation=row["operation"], event_id="other", properties={"Parameters.Languages": "en-GB"}),
    ]
    answer, hits = ask(tmp_path, slug, events=[*usual(), *innocent])
    assert (answer.verdict, hits) == (Answer.CLEAR, [])


@pytest.mark.parametrize("slug", FOUND)
def test_survives_hostile_text(tmp_path, slug):
    row = {**FOUND[slug], "properties": {**FOUND[slug]["properties"], "Parameters.Comment": HOSTILE}, "as_org": HOSTILE}
    row["properties"] = {
        name: HOSTILE if value.endswith(".example") else value for name, value in row["properties"].items()
    }
    _, hits = ask(tmp_path, slug, events=[*usual(), broke_in(), row])
    assert [hit.evidence for hit in hits] == [("it",)]
    assert not any(char in hits[0].summary for char in "\x1b\u202e")


@pytest.mark.parametrize("slug", ["pe-fwd-mailbox", "pe-delegate-full", "pe-delegate-send"])
def test_an_administrators_change_is_less_sure(tmp_path, slug):
    _, hits = ask(tmp_path, slug, events=[*usual(), {**FOUND[slug], **ADMIN}])
    assert [(hit.subject, hit.confidence) for hit in hits] == [(SUBJECT, 0.5)]


def test_forwarding_as_it_stands(tmp_path):
    held = state("mailbox", forwarding_smtp_address="smtp:Box@Evil.example", deliver_and_forward=False)
    _, hits = ask(tmp_path, "pe-fwd-mailbox", mailboxes=[held])
    assert [(hit.evidence, hit.summary) for hit in hits] == [
        ((f"mailbox:{SUBJECT}:1",), "all mail is sent on to box@evil.example, and no copy stays")
    ]


def test_set_and_cleared_again_says_both(tmp_path):
    cleared = act("Set-Mailbox", time=at(hours=2), properties={"Parameters.ForwardingSmtpAddress": ""})
    _, hits = ask(tmp_path, "pe-fwd-mailbox", events=[*usual(), broke_in(), FOUND["pe-fwd-mailbox"], cleared])
    assert [hit.evidence for hit in hits] == [("it",)]
    assert hits[0].summary.endswith("cleared again at 2026-11-17 10:41:00")


def test_clearing_alone_is_no_finding(tmp_path):
    cleared = act("Set-Mailbox", properties={"Parameters.ForwardingSmtpAddress": ""})
    answer, _ = ask(tmp_path, "pe-fwd-mailbox", events=[cleared])
    assert answer.verdict is Answer.CLEAR


def test_forwarding_to_a_colleague_is_less_sure(tmp_path):
    held = state("mailbox", forwarding_smtp_address="smtp:bob@contoso.example")
    _, hits = ask(tmp_path, "pe-fwd-mailbox", mailboxes=[held])
    assert [hit.confidence for hit in hits] == [0.5]
