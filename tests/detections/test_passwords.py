"""Sprays, prompt floods, legacy protocols, device codes."""

from __future__ import annotations

import pytest
from detections.world import ELSEWHERE, HOSTILE, INTRUDER, ask, at, broke_in, usual
from tables import SUBJECT, event, sign_in

from o365nb.model import Answer

SPRAYER = {**INTRUDER, "client_ip": "198.51.100.70", "session_id": None}


def tried(actor: str, minute: float = 0, **given):
    return sign_in(**{**SPRAYER, "actor": actor, "time": at(minutes=minute), "event_id": f"{actor}@{minute}",
                      "result": "failure", "error_code": "50126", **given})  # fmt: skip


def sprayed(**given):
    people = [SUBJECT, *(f"user{number}@contoso.example" for number in range(14))]
    return [tried(person, 2.0 * number, **given) for number, person in enumerate(people)]


def refused(count: int, **given):
    one = {"result": "failure", "error_code": "500121"}
    return [broke_in(**one, time=at(minutes=n), event_id=f"no-{n}", **given) for n in range(count)]


ABROAD = ((64601, "NL"), (64602, "BG"), (64603, "RU"))


def scattered(places=ABROAD, **given):
    hand = {"client_app": "Authenticated SMTP", "session_id": None, **given}
    return [
        broke_in(
            event_id=f"far-{n}",
            time=at(minutes=9 * n),
            client_ip=f"198.51.100.{80 + n}",
            asn=asn,
            country=country,
            **hand,
        )
        for n, (asn, country) in enumerate(places)
    ]


def insisted(times: int = 3, **given):
    prompts = refused(times, session_id=None, **given)
    return [*prompts, broke_in(event_id="in", time=at(minutes=times + 1), **given)]


CODE = {"token_type": "deviceCode", "app_name": "Microsoft Authentication Broker"}
FOUND = {
    "ia-spray": (sprayed(), (f"{SUBJECT}@0.0",)),
    "ia-spray-hit": ([*sprayed(), tried(SUBJECT, 40, error_code="50076", result="interrupted")], (f"{SUBJECT}@40",)),
    "ia-mfa-fatigue": (refused(6), tuple(f"no-{n}" for n in range(6))),
    "ia-legacy-auth-success": ([broke_in(event_id="old", client_app="IMAP4")], ("old",)),
    "ia-legacy-scattered": (scattered(), ("far-0", "far-1", "far-2")),
    "ia-mfa-insisted": (insisted(), ("in",)),
    "ia-devicecode-first": ([broke_in(event_id="code", **CODE)], ("code",)),
}
INNOCENT = {
    "ia-spray": [tried(f"user{n}@contoso.example", n) for n in range(5)],
    "ia-spray-hit": [
        *(tried(row["actor"], n, client_ip="203.0.113.10") for n, row in enumerate(sprayed())),
        sign_in(time=at(minutes=50)),
    ],
    "ia-mfa-fatigue": [*refused(4), *refused(3, client_ip="203.0.113.10")[:0]],
    "ia-legacy-auth-success": [sign_in(client_app="Exchange ActiveSync", device_id=None, device_managed=None)],
    "ia-legacy-scattered": [
        *scattered(ABROAD[:2]),
        *({**row, "client_app": "Browser", "event_id": f"web {row['event_id']}"} for row in scattered()),
        *({**row, "time": at(days=n + 1), "event_id": f"later {n}"} for n, row in enumerate(scattered())),
        *(
            {**row, "result": "failure", "error_code": "50126", "event_id": f"no {n}"}
            for n, row in enumerate(scattered())
        ),
    ],
    "ia-mfa-insisted": [
        *insisted(2),
        *refused(3, client_ip="203.0.113.10"),
        sign_in(time=at(minutes=5)),
    ],
    "ia-devicecode-first": [broke_in(**CODE, result="failure", error_code="50097")],
}


@pytest.mark.parametrize("slug", FOUND)
def test_finds(tmp_path, slug):
    rows, evidence = FOUND[slug]
    _, hits = ask(tmp_path, slug, events=usual() + rows)
    assert [(hit.subject, hit.evidence) for hit in hits] == [(SUBJECT, evidence)]


@pytest.mark.parametrize("slug", FOUND)
def test_is_silent(tmp_path, slug):
    answer, _ = ask(tmp_path, slug, events=usual() + INNOCENT[slug])
    assert answer.verdict is Answer.CLEAR


@pytest.mark.parametrize("slug", FOUND)
def test_survives_hostile_text(tmp_path, slug):
    rows, evidence = FOUND[slug]
    _, hits = ask(tmp_path, slug, events=usual() + [{**row, "app_name": HOSTILE, "as_org": HOSTILE} for row in rows])
    assert [hit.evidence for hit in hits] == [evidence]
    assert "\x1b" not in hits[0].summary


def test_a_spray_over_the_full_hour_is_one_burst(tmp_path):
    rows = [{**row, "time": at(minutes=19 + n)} for n, row in enumerate(sprayed()[:12])]  # 09:00 lies in the middle
    answer, _ = ask(tmp_path, "ia-spray", events=rows)
    assert answer.verdict is Answer.FOUND


@pytest.mark.parametrize(
    ("agent", "verdict"),
    [("fasthttp", Answer.FOUND), ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/130.0.0.0", Answer.CLEAR)],
    ids=["a tool", "a browser that thousands have"],
)
def test_a_spray_that_changes_its_address_is_known_by_its_tool(tmp_path, agent, verdict):
    rows = [{**row, "client_ip": f"198.51.100.{70 + n % 5}", "user_agent": agent} for n, row in enumerate(sprayed())]
    assert ask(tmp_path, "ia-spray", events=[*usual(), *rows])[0].verdict is verdict


def test_a_slow_spray_is_found_by_the_day(tmp_path):
    people = [SUBJECT, *(f"user{number}@contoso.example" for number in range(24))]
    answer, _ = ask(tmp_path, "ia-spray", events=[tried(one, 12 * n) for n, one in enumerate(people)])
    assert answer.verdict is Answer.FOUND


def test_a_hit_on_somebody_else_is_reported_too(tmp_path):
    other = tried("user3@contoso.example", 60, result="success", error_code="0")
    _, hits = ask(tmp_path, "ia-spray-hit", events=[*sprayed(), other])
    assert [hit.subject for hit in hits] == ["user3@contoso.example"]


@pytest.mark.parametrize("slug", ["ia-spray", "ia-spray-hit"])
def test_the_gateway_of_an_office_where_many_mistype_sprays_nothing(tmp_path, slug):
    office = [tried(f"user{n}@contoso.example", 70 + n, result="success", error_code="0") for n in range(20)]
    answer, _ = ask(tmp_path, slug, events=[*sprayed(), *office])
    assert answer.verdict is Answer.CLEAR


def test_a_flood_that_ends_in_approval_is_surer(tmp_path):
    _, hits = ask(tmp_path, "ia-mfa-fatigue", events=[*refused(6), broke_in(time=at(minutes=8))])
    assert [(hit.confidence, hit.summary[-21:]) for hit in hits] == [(0.95, "then one was approved")]


def test_the_audit_logs_form_of_a_device_code(tmp_path):
    row = event(operation="UserLoggedIn", error_code="0", app_id="29d9ed98-a469-4536-ade2-f981bc1d605e",
                properties={"ExtendedProperties.RequestType": "Cmsi:Cmsi"})  # fmt: skip
    _, hits = ask(tmp_path, "ia-devicecode-first", events=[row])
    assert [hit.evidence for hit in hits] == [(row["event_id"],)]


def test_legacy_by_user_agent_in_a_cafe_is_less_sure(tmp_path):
    row = sign_in(**ELSEWHERE, client_app="Other", user_agent="BAV2ROPC", os=None, browser=None)
    _, hits = ask(tmp_path, "ia-legacy-auth-success", events=[*usual(), row])
    assert [hit.confidence for hit in hits] == [0.5]
