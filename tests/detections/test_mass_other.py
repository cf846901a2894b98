"""Lures that are no mail: files shared with dozens, chats begun with dozens."""

from __future__ import annotations

import pytest
from detections.world import ELSEWHERE, HOSTILE, INTRUDER, ask, at, broke_in, usual
from tables import SUBJECT, event, sign_in

from o365nb.model import Answer

SHARE, CHAT, UNSAID = "im-mass-share", "im-mass-chat", "de-chat-cleanup"
ALL = [SHARE, CHAT, UNSAID]
FILE = "https://contoso-my.sharepoint.example/personal/anna/Offer.one"


def wave(slug, people=25, minute=5.0, place=INTRUDER, first=0, **given):
    """Shared with, or written to, so many people within a quarter of an hour."""
    rows = []
    for number in range(first, first + people):
        common = {**place, "time": at(minutes=minute + number * 0.5), "event_id": f"{slug} {number}"}
        if slug == SHARE:
            said = {"TargetUserOrGroupName": f"guest{number}@fabrikam{number}.example"}
            what = {"operation": "AddedToSecureLink", "workload": "OneDrive", "target": FILE, "properties": said}
        else:
            said = {"ChatThreadId": f"19:{number}@unq.gbl.spaces"}
            done = "ChatCreated" if slug == CHAT else "MessageDeleted"
            what = {"operation": done, "workload": "MicrosoftTeams", "target": None, "properties": said}
        rows.append(event(**{**common, **what, **given}))
    return rows


@pytest.mark.parametrize("slug", ALL)
def test_an_unfamiliar_hand_that_reaches_dozens_is_found(tmp_path, slug):
    answer, hits = ask(tmp_path, slug, events=[*usual(), broke_in(), *wave(slug)])
    assert (answer.verdict, [(hit.subject, len(hit.evidence)) for hit in hits]) == (Answer.FOUND, [(SUBJECT, 25)])
    assert "25 " in hits[0].summary


def test_who_is_added_to_a_link_counts_though_the_export_left_out_the_name(tmp_path):
    _, (hit,) = ask(tmp_path, SHARE, events=[*usual(), broke_in(), *wave(SHARE, properties={})])
    assert len(hit.evidence) == 25


def test_a_link_put_into_chats_that_there_were_counts(tmp_path):
    _, (hit,) = ask(tmp_path, CHAT, events=[*usual(), broke_in(), *wave(CHAT, operation="MessageCreatedHasLink")])
    assert (len(hit.evidence), hit.summary[:38]) == (25, "25 chats were begun or sent a link wit")


TRAVELLING = {**ELSEWHERE, "country": "PT"}
HOME = {"client_ip": "203.0.113.10", "asn": 64500, "network_kind": "isp", "session_id": sign_in()["session_id"]}


@pytest.mark.parametrize("slug", ALL)
@pytest.mark.parametrize(
    "rows",
    [
        lambda slug: [broke_in(), *wave(slug, people=19)],
        lambda slug: wave(slug, place=HOME),
        lambda slug: [sign_in(**TRAVELLING), *wave(slug, place=TRAVELLING)],
        lambda slug: [*wave(slug, people=8, minute=-3000, place=HOME, first=100), broke_in(), *wave(slug)],
        lambda slug: [broke_in(), *wave(slug, result="failure")],
        lambda slug: [broke_in(), *wave(slug, actor="gina@contoso.example")],
    ],
    ids=["a few", "from home", "a traveller", "as on other days", "refused", "somebody else"],
)
def test_invitations_of_the_users_own_are_silent(tmp_path, slug, rows):
    answer, hits = ask(tmp_path, slug, events=[*usual(), *rows(slug)])
    assert (answer.verdict, hits) == (Answer.CLEAR, [])


def test_one_person_many_times_is_one_person(tmp_path):
    rows = wave(SHARE, properties={"TargetUserOrGroupName": "bob@fabrikam.example"})
    assert ask(tmp_path, SHARE, events=[*usual(), broke_in(), *rows])[0].verdict is Answer.CLEAR


@pytest.mark.parametrize("slug", ALL)
def test_hostile_text_stays_text(tmp_path, slug):
    place = {**INTRUDER, "as_org": HOSTILE}
    rows = wave(slug, place=place, properties={"TargetUserOrGroupName": HOSTILE, "ChatThreadId": HOSTILE})
    told = [{**row, "properties": wave(slug)[number]["properties"]} for number, row in enumerate(rows[:24])]
    _, (hit,) = ask(tmp_path, slug, events=[*usual(), broke_in(as_org=HOSTILE), *told, rows[24]])
    assert not any(char in hit.summary for char in "\x1b\u202e")
