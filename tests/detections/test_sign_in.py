"""Sign-ins: proxies, stolen sessions, tools, travel. Graph and audit log alike."""

from __future__ import annotations

from typing import Any

import pytest
from detections.world import ELSEWHERE, HOSTILE, INTRUDER, ask, at, broke_in, usual
from tables import event, sign_in

from o365nb.model import Answer

RELAYED = {**INTRUDER, "client_ip": "185.0.2.9", "asn": 64601, "as_org": "Swiftbyte VPS"}


def logon(**given: Any) -> dict[str, Any]:
    """The audit log's form of a sign-in, where no address is enriched."""
    unknown = dict.fromkeys(("asn", "country", "as_org", "network_kind"))
    return event(**{**broke_in(), **unknown, "source": "ual", "operation": "UserLoggedIn", **given})


def legs(**second: Any) -> list[dict[str, Any]]:
    return [
        sign_in(**RELAYED, event_id="first", os="Windows", browser="Chrome"),
        broke_in(**{"event_id": "second", "time": at(minutes=3), **second}),
    ]


FOUND = {
    "ia-aitm-session-split": (legs(), ("first", "second")),
    "ia-aitm-twin-login": ([sign_in(time=at(seconds=-20)), broke_in(event_id="twin")], ("twin",)),
    "ia-ua-shift-in-flow": (
        [
            sign_in(**RELAYED, event_id="one", correlation_id="flow"),
            broke_in(event_id="two", correlation_id="flow", time=at(seconds=8)),
        ],
        ("one", "two"),
    ),
    "ia-kit-useragent": ([broke_in(event_id="kit", user_agent="axios/1.7.2", os=None, browser=None)], ("kit",)),
    "ia-token-replay-nonint": (
        [broke_in(event_id="replay", source="sign_in_noninteractive", token_type="refreshToken")],
        ("replay",),
    ),
    "ia-impossible-travel": (
        [sign_in(time=at(minutes=-30)), broke_in(event_id="far", country="JP")],
        ("far",),
    ),
    "ia-new-country-unmanaged": ([broke_in(event_id="abroad")], ("abroad",)),
}


@pytest.mark.parametrize("slug", FOUND)
def test_finds_the_intruder(tmp_path, slug):
    rows, evidence = FOUND[slug]
    answer, hits = ask(tmp_path, slug, events=usual() + rows)
    assert answer.verdict is Answer.FOUND
    assert [hit.evidence for hit in hits] == [evidence]
    assert all(hit.confidence >= 0.6 for hit in hits)


@pytest.mark.parametrize("slug", FOUND)
def test_is_silent_about_the_users_own_days(tmp_path, slug):
    innocent = [
        *usual(),
        sign_in(**ELSEWHERE, source="sign_in_noninteractive", os="iOS", browser="Safari", time=at(hours=1)),
        sign_in(time=at(hours=2), network_kind="vpn", client_ip="198.51.100.200", asn=64611),
        broke_in(event_id="refused", result="failure", error_code="50126"),
    ]
    answer, hits = ask(tmp_path, slug, events=innocent)
    assert (answer.verdict, hits) == (Answer.CLEAR, [])


@pytest.mark.parametrize("slug", FOUND)
def test_survives_hostile_text(tmp_path, slug):
    rows, evidence = FOUND[slug]
    spoiled = [{**row, "as_org": HOSTILE, "app_name": HOSTILE} for row in rows]
    _, hits = ask(tmp_path, slug, events=usual() + spoiled)
    assert [hit.evidence for hit in hits] == [evidence]
    assert not any(char in hit.summary for hit in hits for char in "\x1b\u202e")


@pytest.mark.parametrize("slug", ["ia-aitm-session-split", "ia-kit-useragent", "ia-aitm-twin-login"])
def test_finds_it_in_the_audit_log_alone(tmp_path, slug):
    home = {
        "client_ip": "203.0.113.10",
        "os": "Windows",
        "browser": "Chrome",
        "user_agent": "Mozilla/5.0",
        "device_id": "pc",
    }
    rows = [
        *(logon(**home, time=at(days=-day), event_id=f"home-{day}", session_id=f"home-{day}") for day in range(1, 15)),
        logon(**home, time=at(seconds=-30), event_id="at home", session_id="stolen"),
        logon(event_id="foreign", user_agent="node-fetch/1.0", session_id="stolen"),
    ]
    _, hits = ask(tmp_path, slug, events=rows)
    assert [hit.evidence for hit in hits] == [("foreign",)]


def test_a_vpn_within_a_session_is_no_split(tmp_path):
    vpn = sign_in(client_ip="198.51.100.200", asn=64611, network_kind="vpn", time=at(minutes=9), device_managed=None)
    answer, _ = ask(tmp_path, "ia-aitm-session-split", events=[*usual(), sign_in(), vpn])
    assert answer.verdict is Answer.CLEAR


def test_an_app_that_opens_a_web_page_is_no_shift(tmp_path):
    phone = {**ELSEWHERE, "os": "iOS", "correlation_id": "flow"}
    rows = [sign_in(**phone, browser="Safari"), sign_in(**phone, browser="Edge", time=at(seconds=4))]
    answer, _ = ask(tmp_path, "ia-ua-shift-in-flow", events=[*usual(), *rows])
    assert answer.verdict is Answer.CLEAR


def test_a_developers_script_at_home_is_no_kit(tmp_path):
    script = sign_in(user_agent="python-requests/2.32", device_id=None, device_managed=None)
    answer, _ = ask(tmp_path, "ia-kit-useragent", events=[*usual(), script])
    assert answer.verdict is Answer.CLEAR


def test_a_session_that_lost_its_device_is_a_replay_even_from_an_ordinary_network(tmp_path):
    at_home = sign_in(session_id="home", time=at(hours=-2))
    stolen = sign_in(**{**ELSEWHERE, "session_id": "home"}, event_id="stolen", source="sign_in_noninteractive")
    _, hits = ask(tmp_path, "ia-token-replay-nonint", events=[*usual(), at_home, stolen])
    assert [(hit.evidence, hit.confidence) for hit in hits] == [(("stolen",), 0.5)]


def test_a_managed_device_abroad_is_travel_of_low_confidence(tmp_path):
    abroad = sign_in(event_id="abroad", country="PT", asn=64610, as_org="Hotel", client_ip="198.51.100.9")
    _, hits = ask(tmp_path, "ia-impossible-travel", events=[*usual(), sign_in(time=at(minutes=-50)), abroad])
    assert [(hit.evidence, hit.confidence) for hit in hits] == [(("abroad",), 0.3)]
