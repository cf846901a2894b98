"""Threads taken over, bait, other mailboxes, Azure: each with its innocent neighbour."""

from __future__ import annotations

import pytest
from detections.world import ELSEWHERE, HOSTILE, act, ask, at, broke_in, partner, trace, usual
from tables import SUBJECT, event

from o365nb.model import Answer

ANSWER = {"message_id": "<9@contoso.example>", "message_subject": "RE: Offer"}


def answered(*copied, **given):
    """An answer in a thread of the partner, traced to everybody who got it."""
    sent = act("Send", event_id="it", **{**ANSWER, **given})
    people = ["bob@fabrikam.example", *copied]
    return [sent, *(trace(SUBJECT, who, time=sent["time"], message_id=ANSWER["message_id"]) for who in people)]


def test_an_answer_copied_to_a_domain_never_written_to_is_found(tmp_path):
    rows = [*usual(), *partner(), broke_in(), *answered("bob@fabrlkam.example")]
    _, (hit,) = ask(tmp_path, "la-thread-hijack", events=rows)
    assert (hit.subject, hit.evidence, hit.confidence) == (SUBJECT, ("it",), 0.9)
    assert hit.summary.endswith("with a copy to fabrlkam.example, never written to before")


def test_an_answer_that_was_destroyed_is_found(tmp_path):
    gone = act("HardDelete", message_ids=[ANSWER["message_id"]], time=at(minutes=9))
    rows = [*usual(), *partner(), broke_in(), *answered(message_subject=f"AW: {HOSTILE}"), gone]
    _, (hit,) = ask(tmp_path, "la-thread-hijack", events=rows)
    assert hit.evidence == ("it",)
    assert not any(char in hit.summary for char in "\x1b\u202e")


@pytest.mark.parametrize(
    "rows",
    [
        answered(),
        answered("bob@fabrlkam.example", message_subject="Offer"),
        answered("bob@fabrlkam.example", result="failure"),
        answered("bob@fabrlkam.example", **ELSEWHERE),
    ],
    ids=["only to the partner", "no answer", "refused", "on the train"],
)
def test_an_ordinary_answer_is_not(tmp_path, rows):
    asked = ask(tmp_path, "la-thread-hijack", events=[*usual(), *partner(), *rows])
    assert asked[0].verdict is Answer.CLEAR


def bait(**given):
    place = {"workload": "OneDrive", "target": "https://contoso.example/invoice.html", **given}
    return [act("FileUploaded", event_id="up", **place),
            act("AnonymousLinkCreated", event_id="link", **{**place, "time": at(minutes=9)})]  # fmt: skip


def test_a_file_put_up_and_shared_by_an_unfamiliar_hand_is_found(tmp_path):
    _, (hit,) = ask(tmp_path, "la-share-lure", events=[*usual(), broke_in(), *bait(as_org=HOSTILE)])
    assert (hit.subject, hit.evidence) == (SUBJECT, ("up", "link"))


@pytest.mark.parametrize("rows", [bait(**ELSEWHERE), bait()[:1], bait(target="https://contoso.example/a.mp4")])
def test_a_file_shared_on_the_train_or_not_shared_or_no_document_is_not(tmp_path, rows):
    assert ask(tmp_path, "la-share-lure", events=[*usual(), *rows])[0].verdict is Answer.CLEAR


BOSS = "boss@contoso.example"
OTHERS = [act("MailItemsAccessed", mailbox_owner=BOSS, event_id="it"),
          act("SendAs", mailbox_owner=SUBJECT, properties={"SendAsUserSmtp": BOSS}, event_id="it")]  # fmt: skip


@pytest.mark.parametrize("row", OTHERS, ids=["read", "sent"])
def test_another_mailbox_used_by_an_unfamiliar_hand_is_found(tmp_path, row):
    _, (hit,) = ask(tmp_path, "la-shared-mailbox", events=[*usual(), broke_in(), row])
    assert (hit.subject, hit.evidence) == (SUBJECT, ("it",))
    assert BOSS in hit.summary


@pytest.mark.parametrize("row", [*({**row, **ELSEWHERE} for row in OTHERS),
                                 act("MailItemsAccessed", mailbox_owner=SUBJECT)])  # fmt: skip
def test_the_assistant_on_the_train_and_the_own_mailbox_are_not(tmp_path, row):
    assert ask(tmp_path, "la-shared-mailbox", events=[*usual(), row])[0].verdict is Answer.CLEAR


def test_azure_entered_and_raised_rights_are_found_and_at_home_entering_is_not(tmp_path):
    azure = {"app_id": "c44b4083-3bb0-49c1-b47d-974e53cbdf3c", "app_name": "Azure Portal"}
    raised = event(source="directory_audit", event_id="raised", operation="User has elevated their access to User"
                   " Access Administrator for their Azure Resources", time=at(days=-3))  # fmt: skip
    _, hits = ask(tmp_path, "la-azure", events=[*usual(), broke_in(**azure, event_id="it"), raised])
    assert [(hit.evidence, hit.confidence) for hit in hits] == [(("raised",), 0.5), (("it",), 0.8)]
    home = broke_in(**azure, device_managed=True, device_id="0d0d0d0d-0000-4000-8000-000000000001")
    assert ask(tmp_path / "home", "la-azure", events=[*usual(), home])[1] == []
