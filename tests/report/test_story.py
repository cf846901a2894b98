from dataclasses import replace

import pytest
from report.sample import aitm, nothing, traveller

from o365nb.model import Cause, Context, Verdict
from o365nb.report.clock import Clock
from o365nb.report.story import tell
from o365nb.report.words import DEEDS, LURE, OTHER, SEND, SIGN_IN, deed_of


def told(found):
    return {chapter.title: [s.text for s in chapter.sentences] for chapter in tell(found, Clock("Europe/Berlin"))}


def test_the_story_of_a_takeover_runs_from_lure_to_recipients():
    assert told(aitm()) == {
        "In short": [
            "The account anna@contoso.example was taken over.",
            (
                "The first act of an intruder is dated 17 Nov 2026, 09:41 CET (08:41 UTC), the last 18 Nov 2026,"
                " 06:36 CET (05:36 UTC): 20 h 55 min in all."
            ),
        ],
        "The way in": ["The way in is established: a phishing page in the middle took the session (94%)."],
        "What was done": [
            "A message that likely opened the door reached the mailbox.",
            "The intruder signed in, or tried to, 16 times; renewals of the session count too.",
            "The intruder opened mail (38 records of mail access).",
            "The intruder searched the mailbox or its surroundings (1 record).",
            "An inbox rule was made or changed (New-InboxRule, UpdateInboxRules).",
            "A way to sign in was added or changed (User registered security info).",
            "Mail was sent from the account (640 records).",
            "Messages or files were deleted (25 records).",
        ],
        "What was left behind": [
            "Inbox rule “..”, hidden: moves mail to RSS Subscriptions.",
            "Authenticator “iPhone 12”.",
            "1 further object is of unknown origin: ask the owner.",
        ],
        "Who else is concerned": [
            "The intruder's mail went to 640 addresses: 1 inside the organisation, 639 outside.",
            "1 recipient reacted (a click, an answer, a strange sign-in, mail sent on) and must be looked at next.",
        ],
    }


def test_a_suspicion_is_not_told_as_a_takeover():
    assert told(traveller()) == {
        "In short": [
            (
                "There are signs around the account anna@contoso.example that need an explanation; they do not prove a"
                " takeover."
            ),
            "No recorded event is attributed to an intruder.",
        ],
        "What may explain it": [
            "What fits the evidence best: the user's own doing (81%).",
            "What would help most to settle it is the answer to Q17: Were you travelling?",
        ],
    }  # fmt: skip


def test_a_case_without_an_intruder_tells_what_looked_odd_and_whose_it_was():
    calm = replace(nothing().verdict, verdict=Verdict.NOT_SUPPORTED)
    travel = replace(
        aitm().findings[0], id="F-001", title="Two places at once.", summary="from PT, then from GB", context=Context.NO
    )
    intruders = replace(travel, id="F-002", title="Not told here", context=Context.YES)
    found = replace(nothing(), verdict=calm, findings=(travel, intruders))
    assert told(found)["What looked odd"] == [
        "Two places at once: from PT, then from GB.",
        "It is judged to be the owner's own doing; the events behind are shown with their reasons.",
    ]
    assert "What looked odd" not in told(replace(found, verdict=aitm().verdict))


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_has_its_opening(verdict):
    found = replace(nothing(), verdict=replace(nothing().verdict, verdict=verdict), cause=Cause(False, "", (), ""))
    assert "anna@contoso.example" in told(found)["In short"][0]


def test_deeds_cite_the_findings_that_carry_them():
    deeds = next(chapter for chapter in tell(aitm(), Clock()) if chapter.title == "What was done").sentences
    assert next(s.findings for s in deeds if s.text.startswith("An inbox rule")) == tuple(
        f"F-00{n}" for n in range(1, 7)
    )


@pytest.mark.parametrize(
    ("operation", "source", "key"),
    [
        ("UserLoggedIn", "ual", "sign_in"), ("New-InboxRule", "ual", "rule"), ("UpdateInboxRules", "ual", "rule"),
        ("MailItemsAccessed", "ual", "read"), ("SearchQueryInitiatedSharePoint", "ual", "search"),
        ("Set-Mailbox", "ual", "forward"), ("User registered security info", "directory_audit", "method"),
        ("Consent to application", "directory_audit", "consent"), ("Register device", "directory_audit", "device"),
        ("SendAs", "ual", "send"), ("HardDelete", "ual", "delete"), ("FileDownloaded", "ual", "file"),
        ("FileDeleted", "ual", "delete"), ("Update user", "directory_audit", "other"),
    ],
)  # fmt: skip
def test_an_operation_is_told_as_the_deed_it_is(operation, source, key):
    assert deed_of(operation, source, by_subject=True).key == key


def test_every_deed_can_be_told():
    for deed in (*DEEDS, LURE, OTHER, SEND, SIGN_IN):
        assert deed.sentence.format(records="1 record", times="once", list="x").endswith(".")
