"""A session or a device in two places at once: copied, not carried."""

from __future__ import annotations

import pytest
from detections.world import HOSTILE, ask, at, broke_in, usual
from tables import SUBJECT, event, sign_in

from o365nb.model import Answer

SLUG = "ia-two-places"
#: The laptop's session on a private line, where no device is named.
COPY = {
    "source": "sign_in_noninteractive", "client_ip": "192.0.2.77", "asn": 64777, "as_org": "Town Cable",
    "device_id": None, "device_managed": None, "event_id": "copy",
}  # fmt: skip
#: The laptop's name at a rented server, beside another program than the laptop ever ran.
TOKEN = {
    "source": "sign_in_noninteractive", "client_ip": "198.51.100.66", "asn": 64600, "as_org": "Northgate Hosting",
    "network_kind": "hosting", "os": "Linux", "browser": "Firefox", "event_id": "copy",
}  # fmt: skip


def at_work(*minutes):
    """The laptop in use at its usual place."""
    return [sign_in(time=at(minutes=minute), event_id=f"own {minute}") for minute in minutes]


def copied(minute=20, **given):
    return sign_in(**{**COPY, "time": at(minutes=minute), **given})


def found(tmp_path, *rows):
    answer, hits = ask(tmp_path, SLUG, events=[*usual(), *rows])
    return answer.verdict, [(hit.subject, hit.evidence) for hit in hits]


@pytest.mark.parametrize("elsewhere", [COPY, TOKEN], ids=["a session", "a device"])
def test_what_is_used_at_home_and_elsewhere_within_the_hour_is_found(tmp_path, elsewhere):
    row = sign_in(**{**elsewhere, "time": at(minutes=20)})
    assert found(tmp_path, *at_work(0, 45), row) == (Answer.FOUND, [(SUBJECT, ("copy",))])


def test_what_the_copy_did_later_belongs_to_it(tmp_path):
    read = event(operation="MailItemsAccessed", client_ip=COPY["client_ip"], asn=COPY["asn"], time=at(hours=9),
                 session_id=copied()["session_id"], event_id="read", mailbox_owner=SUBJECT)  # fmt: skip
    assert found(tmp_path, *at_work(0, 45), copied(), read) == (Answer.FOUND, [(SUBJECT, ("copy", "read"))])


@pytest.mark.parametrize(
    "rows",
    [
        [*at_work(0, 90), copied()],
        [*at_work(0), copied()],
        [*at_work(0, 45), copied(network_kind="mobile")],
        [*at_work(0, 45), copied(device_id=sign_in()["device_id"], device_managed=True)],
        [*at_work(0, 45), copied(client_ip=sign_in()["client_ip"], asn=64500)],
        [*at_work(0, 45), copied(session_id="00000000-0000-4000-8000-00000000000b")],
        [*at_work(0, 45), copied(result="failure")],
        [*at_work(0, 45), sign_in(**{**TOKEN, "os": "Windows", "browser": "Chrome", "time": at(minutes=20)})],
        [*at_work(0, 45), sign_in(**{**TOKEN, "network_kind": "isp", "time": at(minutes=20)})],
        [*at_work(0, 45), broke_in(time=at(minutes=20))],
    ],
    ids=[
        "carried there and back", "carried away", "tethered", "the computer elsewhere", "at home without its name",
        "a telephone", "turned away", "a VPN with the usual program", "a new program at a café", "another session",
    ],
)  # fmt: skip
def test_the_users_own_moves_are_silent(tmp_path, rows):
    assert found(tmp_path, *rows) == (Answer.CLEAR, [])


def test_a_session_that_never_named_a_device_says_nothing_by_lacking_one(tmp_path):
    rows = [{**row, "device_id": None, "device_managed": None} for row in (*usual(), *at_work(0, 45))]
    answer, _ = ask(tmp_path, SLUG, events=[*rows, copied()])
    assert answer.verdict is Answer.CLEAR


def test_hostile_text_stays_text(tmp_path):
    _, (hit,) = ask(tmp_path, SLUG, events=[*usual(), *at_work(0, 45), copied(as_org=HOSTILE)])
    assert hit.summary.startswith("the session of a known device was used from 192.0.2.77")
    assert not any(char in hit.summary for char in "\x1b\u202e")
