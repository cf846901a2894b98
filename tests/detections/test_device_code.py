"""After a device code: joins, the broker's token, a new device's own token."""

from __future__ import annotations

import pytest
from detections.world import ELSEWHERE, HOSTILE, INTRUDER, act, ask, at, broke_in, usual
from tables import SUBJECT, event, sign_in, state

from o365nb.model import Answer

BROKER = "29d9ed98-a469-4536-ade2-f981bc1d605e"
ROGUE = "0d0d0d0d-0000-4000-8000-666666666666"
DRS = {"resourceId": "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9"}
CODE = broke_in(event_id="code", token_type="deviceCode", app_id=BROKER, app_name="Broker", properties=DRS)
OWN_CODE = sign_in(event_id="code", token_type="deviceCode", app_id=BROKER, properties=DRS)
JOIN = act("Register device", event_id="join", source="directory_audit", target="DESKTOP-7Q2LKA9")
TOKEN = sign_in(
    **{**INTRUDER, "device_id": ROGUE}, source="sign_in_noninteractive", token_type="primaryRefreshToken",
    event_id="token", time=at(minutes=7),
)  # fmt: skip
FOUND = {
    "ia-devicecode-then-register": ([CODE, JOIN], ("code", "join")),
    "ia-authbroker-drs": ([CODE], ("code",)),
    "pe-prt-new-device": ([TOKEN], ("token",)),
}


@pytest.mark.parametrize("slug", FOUND)
def test_finds_what_follows_a_code(tmp_path, slug):
    rows, evidence = FOUND[slug]
    _, (hit,) = ask(tmp_path, slug, events=[*usual(), *rows])
    assert (hit.subject, hit.evidence, hit.confidence >= 0.9) == (SUBJECT, evidence, True)


@pytest.mark.parametrize(
    ("slug", "rows"),
    [
        ("ia-devicecode-then-register", [CODE]),
        ("ia-devicecode-then-register", [CODE, {**JOIN, "time": at(minutes=31)}]),
        ("ia-devicecode-then-register", [broke_in(), JOIN]),
        ("ia-devicecode-then-register", [CODE, {**JOIN, "actor": "bob@contoso.example"}]),
        ("ia-authbroker-drs", [OWN_CODE]),
        ("ia-authbroker-drs", [{**CODE, "properties": {"resourceId": "00000003-0000-0000-c000-000000000000"}}]),
        ("pe-prt-new-device", [{**TOKEN, "device_managed": True}]),
        ("pe-prt-new-device", [{**TOKEN, "token_type": "refreshToken"}]),
        ("pe-prt-new-device", [{**TOKEN, **ELSEWHERE, "device_id": ROGUE}]),
        ("pe-prt-new-device", [*({**TOKEN, "time": at(days=-day), "event_id": f"t{day}"} for day in (1, 20))]),
    ],
)
def test_stays_silent(tmp_path, slug, rows):
    assert ask(tmp_path, slug, events=[*usual(), *rows])[0].verdict is Answer.CLEAR


def test_a_code_at_the_own_desk_before_a_join_is_unsure(tmp_path):
    join = event(operation="Register device", source="directory_audit", target="Room screen", time=at(minutes=5))
    _, (hit,) = ask(tmp_path, "ia-devicecode-then-register", events=[*usual(), OWN_CODE, join])
    assert hit.confidence == 0.4


def test_the_audit_log_alone_tells_it_too(tmp_path):
    logon = broke_in(
        event_id="code", source="ual", operation="UserLoggedIn", app_id=BROKER, token_type=None,
        target="01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9", properties={"ExtendedProperties.RequestType": "Cmsi:Cmsi"},
    )  # fmt: skip
    for folder, slug in (("a", "ia-devicecode-then-register"), ("b", "ia-authbroker-drs")):
        _, (hit,) = ask(tmp_path / folder, slug, events=[*usual(), logon, JOIN])
        assert "code" in hit.evidence


def test_the_device_is_called_by_its_name_and_hostile_names_are_cut(tmp_path):
    device = state("device", device_id=ROGUE, name=f"DESKTOP {HOSTILE}")
    _, (hit,) = ask(tmp_path, "pe-prt-new-device", events=[*usual(), TOKEN], devices=[device])
    assert hit.summary.startswith("a device new to the account, DESKTOP =cmd")
    assert not any(char in hit.summary for char in "\x1b\u202e")


def test_one_join_in_three_records_is_one_finding_under_the_devices_name(tmp_path):
    owner = {"ModifiedProperties.Device.DisplayName": '"DESKTOP-7Q2LKA9"'}
    rows = [
        act("Register device", source="directory_audit", target="DESKTOP-7Q2LKA9"),
        act("Register device", target="object-1"),
        act("Add registered owner to device", source="directory_audit", target=SUBJECT, properties=owner),
    ]
    device = state("device", object_id="Object-1", name="DESKTOP-7Q2LKA9", managed=True)
    _, (hit,) = ask(tmp_path, "pe-device-registered", events=[*usual(), broke_in(), *rows], devices=[device])
    assert len(hit.evidence) == 3
