"""Variations of a story: what is changed, what is left alone, and that the truth stays the truth."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest
from practice.conftest import Client

from o365nb.errors import BadInput
from o365nb.practice import PracticeTenant
from o365nb.practice.story import build, find_story
from o365nb.practice.variations import LOGS, variations, vary

ANNA = "anna@contoso.example"


def ids(world, log):
    return [entry.record["id"] for entry in getattr(world, log)]


def intruder(world):
    return [entry.record for entry in world.sign_ins if world.truth[entry.record["id"]]["label"] == "attacker"]


def varied(name):
    """What is written down of one account's story, as told and varied."""
    told = build("aitm")
    own = {log: [entry for entry in getattr(told.world, log) if entry.actor == ANNA] for log in LOGS}
    world, other = replace(told.world, **own), replace(told.world, **own)
    return world, other, vary(other, told.state, variations()[name])


def test_a_variation_is_named_after_the_story_and_tells_what_differs():
    info, told = find_story(" S01.Other-Hours "), find_story("aitm")
    assert (info.slug, info.id, info.subject) == ("aitm.other-hours", told.id, told.subject)
    assert info.title == f"{told.title}; {variations()['other-hours'].title}"


@pytest.mark.parametrize("name", ["aitm.unheard-of", "aitm.", "aitm.seed-", "aitm.seed-x", "aitm.gaps.gaps"])
def test_a_variation_that_there_is_not_is_refused_by_name(name):
    with pytest.raises(BadInput, match="There is no variation"):
        find_story(name)


def test_another_seed_gives_other_events_and_the_same_attack():
    told, other = build("aitm").world, build("aitm.seed-2").world
    assert not {*ids(told, "sign_ins")} & {*ids(other, "sign_ins")}
    assert {*ids(other, "sign_ins"), *ids(other, "audits")} <= set(other.truth)
    assert [item["createdDateTime"] for item in intruder(told)] == [item["createdDateTime"] for item in intruder(other)]


def test_every_number_is_a_seed():
    assert find_story("aitm.seed-41").slug == "aitm.seed-41"


def test_other_hours_move_everybody_but_the_story():
    told, moved = build("aitm").world, build("aitm.other-hours").world
    assert [item["createdDateTime"] for item in intruder(told)] == [item["createdDateTime"] for item in intruder(moved)]
    assert hours_of_mail(told) <= set(range(7, 16))
    assert hours_of_mail(moved) <= {*range(17, 24), 0, 1}


def hours_of_mail(world):
    """The hours (UTC) in which somebody whom the story does not name writes mail."""
    return {entry.at.hour for entry in world.traces if entry.actor == "ben@contoso.example"}


def test_other_networks_are_other_everywhere_and_never_the_same_for_two():
    told, moved, state = varied("other-networks")
    pairs = {
        (before.record["ipAddress"], after.record["ipAddress"])
        for before, after in zip(told.sign_ins, moved.sign_ins, strict=True)
    }
    assert len({old for old, _ in pairs}) == len({new for _, new in pairs}) == len(pairs)
    text = json.dumps([state, *(entry.record for entry in moved.audits)])
    assert ("192.0.2.45" in text, "192.0.2.105" in text) == (False, True)
    assert {item["autonomousSystemNumber"] for item in intruder(moved)} == {14061, 16276}
    assert {item["location"]["countryOrRegion"] for item in intruder(moved)} == {"PL", "US"}


def test_other_clients_are_the_intruders_only():
    told, moved, _ = varied("other-clients")
    before, after = ({item["userAgent"] for item in intruder(world)} for world in (told, moved))
    assert before & after == set()
    assert "python-requests/2.32.3" in after
    own = {key for key, true in told.truth.items() if true["label"] == "user"}
    assert [entry for entry in told.sign_ins if entry.record["id"] in own] == [
        entry for entry in moved.sign_ins if entry.record["id"] in own
    ]


def test_gaps_leave_about_three_in_ten_out_and_the_same_ones_every_time():
    told, poor, _ = varied("gaps")
    for log in ("audits", "traces"):
        assert set(ids(poor, log)) < set(ids(told, log))
        assert 0.27 < 1 - len(ids(poor, log)) / len(ids(told, log)) < 0.33
    assert [ids(poor, log) for log in LOGS] == [ids(varied("gaps")[1], log) for log in LOGS]


@pytest.mark.parametrize(("name", "log"), [(one.name, one.log) for one in variations().values() if one.log])
def test_a_log_that_is_withheld_is_empty_and_the_others_are_whole(name, log):
    told, poor, _ = varied(name)
    assert getattr(poor, log) == []
    assert [ids(poor, other) for other in LOGS if other != log] == [ids(told, other) for other in LOGS if other != log]


def test_what_is_withheld_is_refused_by_the_service_too(tmp_path):
    with PracticeTenant("traveller.no-sign-ins", state=tmp_path) as tenant:
        client = Client(tenant)
        answers = [client.graph(f"/beta/auditLogs/{log}", top=1).status_code for log in ("signIns", "directoryAudits")]
    assert answers == [403, 200]


def test_variations_are_listed():
    ended = subprocess.run(
        [sys.executable, "-m", "o365nb", "practice", "list", "--variations"], capture_output=True, text=True, check=True
    )
    assert [line.split()[0] for line in ended.stdout.splitlines()] == [f".{name}" for name in variations()]
