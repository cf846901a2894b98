"""Warnings deleted, recoverable items purged, things destroyed in numbers, mail put away, copies that are missing."""

from __future__ import annotations

import pytest
from detections.world import ELSEWHERE, HOSTILE, act, ask, at, broke_in, trace, usual
from tables import SUBJECT, event, state

from o365nb.model import Answer

WARNING = "Unusual sign-in: verify your password"
FOUND = {
    "de-purge-warnings": [act("HardDelete", message_subject=WARNING, event_id="it")],
    "de-recoverable-purge": [act("HardDelete", folders=["\\Recoverable Items\\Deletions"], event_id="it")],
    "im-mass-delete": [act("SoftDelete", message_ids=[f"<{number}@x>" for number in range(60)], event_id="it")],
    "de-folder-stash": [act("Move", properties={"DestFolder": '{"Path":"\\\\RSS Feeds"}'}, event_id="it")],
}


@pytest.mark.parametrize("slug", FOUND)
def test_the_intruders_deed_is_found(tmp_path, slug):
    _, (hit,) = ask(tmp_path, slug, events=[*usual(), broke_in(), *FOUND[slug]])
    assert (hit.subject, hit.evidence, hit.confidence) == (SUBJECT, ("it",), 0.9)


@pytest.mark.parametrize("slug", FOUND)
def test_the_user_on_the_train_and_what_was_refused_are_not(tmp_path, slug):
    innocent = [
        *({**row, **ELSEWHERE, "event_id": "train"} for row in FOUND[slug]),
        *({**row, "event_id": "refused", "result": "failure"} for row in FOUND[slug]),
        act("HardDelete", message_subject="Lunch", folders=["\\Inbox"], message_ids=["<1@x>"]),
        act("Move", properties={"DestFolder": '{"Path":"\\\\Projects"}'}),
        act("Move", properties={"DestFolder": HOSTILE}),
    ]
    assert ask(tmp_path, slug, events=[*usual(), *innocent])[0].verdict is Answer.CLEAR


@pytest.mark.parametrize("slug", FOUND)
def test_survives_hostile_text(tmp_path, slug):
    rows = [{**row, "as_org": HOSTILE} for row in FOUND[slug]]
    if slug == "de-purge-warnings":
        rows = [{**row, "message_subject": f"{HOSTILE} password"} for row in rows]
    _, (hit,) = ask(tmp_path, slug, events=[*usual(), broke_in(), *rows])
    assert not any(char in hit.summary for char in "\x1b\u202e")


def test_of_several_mails_deleted_at_once_each_subject_is_looked_at(tmp_path):
    several = act("SoftDelete", properties={"Subjects": WARNING}, event_id="it")
    _, (hit,) = ask(tmp_path, "de-purge-warnings", events=[*usual(), broke_in(), several])
    assert hit.summary.startswith(f'mail called "{WARNING}" was deleted from 198.51.100.66')


def test_of_notices_in_the_bin_only_several_count(tmp_path):
    binned = [
        act("MoveToDeletedItems", message_subject=WARNING, time=at(minutes=n), event_id=f"e{n}") for n in (6, 7, 8)
    ]
    assert ask(tmp_path / "a", "de-purge-warnings", events=[*usual(), broke_in(), *binned[:2]])[1] == []
    _, (hit,) = ask(tmp_path / "b", "de-purge-warnings", events=[*usual(), broke_in(), *binned])
    assert hit.evidence == ("e6", "e7", "e8")


def test_mail_that_left_no_copy_after_the_break_in_is_told_of(tmp_path):
    sent = [trace(SUBJECT, f"{number}@fabrikam.example", message_id=f"<{number}@contoso.example>",
                  time=at(hours=number), message_subject=HOSTILE) for number in (1, 2, 3, 4)]  # fmt: skip
    copies = [state("message", str(number), folder="sentitems", sender=SUBJECT,
                    message_id=f"<{number}@contoso.example>",
                    sent=at(hours=number), recipients=[], headers=[]) for number in (0, 4, 6)]  # fmt: skip
    _, (hit,) = ask(tmp_path / "a", "de-no-sent-copy", events=[*usual(), broke_in(), *sent], messages=copies)
    assert (hit.subject, len(hit.evidence)) == (SUBJECT, 3)
    kept = [*copies, *({**copies[0], "key": f"k{number}", "message_id": f"<{number}@contoso.example>"}
                       for number in (1, 2, 3))]  # fmt: skip
    assert ask(tmp_path / "b", "de-no-sent-copy", events=[*usual(), broke_in(), *sent], messages=kept)[1] == []
    assert ask(tmp_path / "c", "de-no-sent-copy", events=[*usual(), *sent], messages=copies)[1] == []


def test_a_purge_by_the_service_is_not_told_of(tmp_path):
    service = event(operation="HardDelete", actor="nt authority\\system", actor_kind="system", mailbox_owner=SUBJECT,
                    folders=["\\Recoverable Items\\Purges"])  # fmt: skip
    assert ask(tmp_path, "de-recoverable-purge", events=[*usual(), broke_in(), service])[1] == []
