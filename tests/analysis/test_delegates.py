"""Colleagues in somebody's mailbox: excused by their own habits, unless they are new there, and always named."""

from __future__ import annotations

from dataclasses import replace

import pytest
from analysis.world import NOW, Hit, facts
from tables import SUBJECT

from o365nb.analysis.scoring import findings
from o365nb.model import Attribution, Context, Label

ERIN, VIOLA = "erin@contoso.example", "viola@contoso.example"
KNOWN = facts(co_mia_bind="high", co_nonowner="medium", pe_delegate_full="high", im_mass_send="critical")
OPENED = Hit("co-mia-bind", ("read",))


def read(key, actor, whose=Label.USER):
    return Attribution(key, NOW, "ual", "MailItemsAccessed", actor, whose, 0.9 if whose is Label.USER else 0.0, "")


def judged(labels, *hits):
    found = findings([OPENED, *hits], KNOWN, {one.event_id: one for one in labels}, {})
    (one,) = [one for one in found if one.slug == "co-mia-bind"]
    return one.context, one.summary


def test_a_delegate_who_reads_by_habit_is_excused_and_named():
    said = f"something was seen; it was {ERIN}, not the owner"
    assert judged([read("read", ERIN)]) == (Context.NO, said)


def test_the_owner_is_not_named_and_judged_as_before():
    assert judged([read("read", SUBJECT)]) == (Context.NO, "something was seen")
    assert judged([read("read", SUBJECT, Label.UNKNOWN)]) == (Context.UNKNOWN, "something was seen")


def test_a_colleague_whose_hand_is_not_known_is_not_excused():
    assert judged([read("read", ERIN, Label.UNKNOWN)]) == (Context.UNKNOWN, "something was seen")


@pytest.mark.parametrize(
    ("newcomer", "context"), [(ERIN, Context.UNKNOWN), (VIOLA, Context.NO)], ids=["the reader", "another"]
)
def test_who_only_lately_reads_there_is_named_and_not_excused(newcomer, context):
    labels = [read("read", ERIN), read("new", newcomer)]
    assert judged(labels, Hit("co-nonowner", ("new",)))[0] is context


def test_where_a_right_was_given_only_now_nobody_is_excused_by_habit():
    assert judged([read("read", ERIN)], Hit("pe-delegate-full", ("Add-MailboxPermission of unknown hand",)))[0] is (
        Context.UNKNOWN
    )


def test_what_a_colleague_sent_is_not_excused_by_habit():
    sent = replace(OPENED, slug="im-mass-send")
    (found,) = findings([sent], KNOWN, {"read": read("read", ERIN)}, {})
    assert (found.context, found.summary) == (Context.UNKNOWN, "something was seen")


def test_hostile_and_many_names_are_told_in_one_line():
    names = ["a\r\n\u202eb@x.example", *(f"p{number}@contoso.example" for number in range(4))]
    labels = {f"e{number}": read(f"e{number}", name) for number, name in enumerate(names)}
    (found,) = findings([replace(OPENED, evidence=tuple(labels))], KNOWN, labels, {})
    assert found.summary == (
        "something was seen; it was a \\u202eb@x.example, p0@contoso.example, p1@contoso.example"
        " and 2 more colleagues, not the owner"
    )
