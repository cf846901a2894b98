"""Scripts in an account that had none, and those that always worked there."""

from __future__ import annotations

from detections.world import HOSTILE, act, ask, at, broke_in, usual
from tables import SUBJECT, event

from o365nb.model import Answer

TOOL = {"client": "python-requests", "client_kind": "tool"}


def test_a_script_in_an_account_that_had_none_is_found(tmp_path):
    row = act("MailItemsAccessed", mailbox_owner=SUBJECT, event_id="it", as_org=HOSTILE, **TOOL)
    _, (hit,) = ask(tmp_path, "co-scripted-access", events=[*usual(), broke_in(), row])
    assert (hit.subject, hit.evidence, hit.confidence) == (SUBJECT, ("it",), 0.9)
    assert not any(char in hit.summary for char in "\x1b\u202e")


def test_a_script_at_home_is_a_question_at_most(tmp_path):
    _, (hit,) = ask(tmp_path, "co-scripted-access", events=[*usual(), event(operation="FileAccessed", **TOOL)])
    assert hit.confidence == 0.3


def test_what_always_ran_a_browser_and_an_attempt_are_not(tmp_path):
    daily = [event(operation="FileAccessed", time=at(days=-day), **TOOL) for day in range(1, 21)]
    innocent = [
        *daily,
        act("FileAccessed", **TOOL),
        act("FileAccessed", client="Chrome", client_kind="browser"),
        act("FileAccessed", **{**TOOL, "client": "curl"}, result="failure"),
    ]
    assert ask(tmp_path, "co-scripted-access", events=[*usual(), *innocent])[0].verdict is Answer.CLEAR
