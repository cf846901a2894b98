"""What one intruder saw and to whom they wrote, in every shape of export: each thing once, named, and nobody else's.

All other incidents are held to the same in the tests that judge them; `benchmarks/exposure.py` prints the figures.
"""

import functools
from datetime import timedelta

import pytest
from incidents.hands import LAPTOP, OFFICE, Hand, Shape
from incidents.measure import Incident, investigated
from incidents.takeovers import aitm, thief

FINANCE, GINA, STAFF = "finance@contoso.example", "gina@contoso.example", "staff@contoso.example"
BUYER, REFUSED, HIDDEN = "buyer@client.example", "gone@client.example", "blind@client.example"
DROP = "drop@mail-keep.example"
NASTY = "=HYPERLINK(\"https://x.example\")<script>alert('1')</script> | *b*"
SHAPES = {
    "purview": Shape("purview", ports=True, mixed_case=True),
    "graph": Shape("graph", trace_summary=True),
    "mes": Shape("mes", doubled=0.4, portal_sign_ins=True),
    "sentinel": Shape("sentinel", sentinel_sign_ins=True),
    "no trace": Shape("search_csv", trace=False),
}


def everything(shape):
    """A relayed sign-in, and then all that can be seen and sent in an account."""
    scene = aitm(shape)
    hand = thief(scene)
    own = Hand(scene.upn, OFFICE, LAPTOP, scene.guid("session", "laptop"))
    nasty, both, only_own = (f"<{name}@fabrikam.example>" for name in ("nasty", "both", "own"))
    for mail, subject in ((nasty, NASTY), (both, "Offer 7"), (only_own, "For Anna")):
        scene.delivered("sales@fabrikam.example", scene.upn, scene.t(hours=-2), subject, mail=mail)
    scene.read(own, scene.t(hours=-1), [both, only_own])
    for minutes in (30, 31):
        scene.read(hand, scene.t(minutes=minutes), [nasty, both])
    scene.read(hand, scene.t(minutes=32), ["<f@fabrikam.example>"], owner=FINANCE, folder="\\Inbox\\Payments")
    scene.read(hand, scene.t(minutes=33), sync=True, folder="\\Archive", throttled=True)
    for operation in ("FileAccessed", "FileDownloaded"):
        scene.files(hand, scene.t(minutes=35), ["Prices 50% #3.xlsx", "'; DROP TABLE x; --<b>.docx"], operation)
    scene.files(hand, scene.t(minutes=36), ["Prices 50% #3.xlsx"], "AnonymousLinkCreated")
    _written(scene, hand)
    forwarding = {"ForwardingSmtpAddress": f"smtp:{DROP}", "DeliverToMailboxAndForward": "True"}
    scene.cmdlet(hand, scene.t(minutes=45), "Set-Mailbox", scene.upn, **forwarding)
    for days, status in ((-1, "delivered"), (1, "delivered"), (2, "failed")):
        mail, at = f"<on{days}@fabrikam.example>", scene.t(days=days)
        scene.delivered("sales@fabrikam.example", DROP, at, f"Bill {days}", mail=mail, true="either", status=status)
    return scene


def _written(scene, hand):
    """To a list, in blind copy, to an address in capitals, to one that refuses; and the same mail to one twice."""
    mail, at = scene.send(hand, scene.t(minutes=40), [], "Please pay"), scene.t(minutes=40, seconds=1)
    reached = [(STAFF, "expanded"), (GINA.title(), "delivered"), (GINA, "delivered"), (BUYER, "delivered")]
    for to, status in (*reached, (HIDDEN, "delivered"), (REFUSED, "failed")):
        scene.delivered(scene.upn, to, at, "Please pay", mail=mail, true="attacker", status=status)


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """`judged("mes")`: once for all tests."""
    return functools.cache(
        lambda name: investigated(Incident(everything, SHAPES[name]), tmp_path_factory.mktemp("exposure"))
    )


@pytest.mark.parametrize("name", SHAPES)
def test_all_that_was_seen_is_listed_once_and_as_certain(judged, name):
    seen = judged(name).seen
    assert seen.faults == []
    kinds = ("mail", "folder", "file", "link", "recipient")
    assert {kind: seen.counted(kind).recall for kind in kinds} == dict.fromkeys(kinds, 1.0)


def test_what_the_user_alone_read_is_nobodys_loss(judged):
    found = {(one.subject, one.item) for one in judged("mes").found.exposure if one.kind == "mail"}
    assert ("anna@contoso.example", "<both@fabrikam.example>") in found
    assert (FINANCE, "<f@fabrikam.example>") in found
    assert [item for _, item in found if item in ("<own@fabrikam.example>", "<on-1@fabrikam.example>")] == []


def test_a_mailbox_that_overflowed_must_be_taken_as_read_for_a_day(judged):
    (blind,) = [one for one in judged("no trace").found.exposure if one.boundless]
    assert (blind.certainty, blind.time) == ("possible", everything(Shape()).t(minutes=33))
    assert f"{blind.time + timedelta(hours=24):%Y-%m-%d %H:%M} UTC" in blind.item


def test_mail_that_was_sent_on_is_exposed_with_its_parties(judged):
    (sent_on,) = [one for one in judged("graph").found.exposure if one.item == "<on1@fabrikam.example>"]
    assert sent_on.why == (
        f"the mail went to {DROP}, where the attacker had mail sent since 2026-10-14 09:57 UTC,"
        f' subject line "Bill 1", from sales@fabrikam.example to {DROP}'
    )


@pytest.mark.parametrize("name", ["purview", "graph"])
def test_recipients_are_those_whom_the_mail_reached(judged, name):
    made = judged(name)
    (mail,) = {one.message_id for one in made.found.recipients if one.address == BUYER}
    reached = sorted((one.address, one.internal) for one in made.found.recipients if one.message_id == mail)
    assert reached == [(HIDDEN, False), (BUYER, False), (GINA, True)]
