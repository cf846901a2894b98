"""The case's part of a tenant's log: whole for the people of the case, without the daily grind of everybody else."""

from __future__ import annotations

from tables import SUBJECT, event, make_case, sign_in

from o365nb.engine import Engine

COLLEAGUE = "erin@contoso.example"


def told(operation, event_id, **given):
    return event(operation=operation, event_id=event_id, properties={"Parameters.Identity": event_id}, **given)


EVENTS = [
    told("MailItemsAccessed", "own read"),
    told("MailItemsAccessed", "read in the own mailbox", actor=COLLEAGUE, mailbox_owner=SUBJECT.title()),
    told("FileAccessed", "done to the person", actor=COLLEAGUE, target=SUBJECT.upper()),
    told("Set-Mailbox", "a change by a colleague", actor=COLLEAGUE),
    told("ChatCreated", "a stranger's chat", actor="x@evil.example"),
    told(None, "nobody knows what", actor=COLLEAGUE),
    event(source="directory_audit", operation="Add member to role", event_id="a role", actor=COLLEAGUE),
    told("MailItemsAccessed", "a colleague's read", actor=COLLEAGUE),
    sign_in(actor=COLLEAGUE, event_id="a colleague's sign-in"),
]
BULK = {"a colleague's read", "a colleague's sign-in"}


def test_the_case_has_its_own_events_and_what_others_rarely_do(tmp_path):
    with Engine(make_case(tmp_path, events=EVENTS)) as engine:
        engine.case_events()
        engine.case_properties()
        kept = {row["event_id"] for row in engine.rows("SELECT event_id FROM case_events")}
        said = {row["event_id"]: row["value"] for row in engine.rows("SELECT event_id, value FROM case_properties")}
    assert kept == {row["event_id"] for row in EVENTS} - BULK
    assert said == {key: key for key in kept - {"a role"}}
