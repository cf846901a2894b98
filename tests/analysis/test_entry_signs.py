"""What products and devices tell of the way in: each sign with its innocent neighbour, and nothing counted twice."""

from __future__ import annotations

import csv
from dataclasses import replace
from importlib.resources import files

import pytest
from analysis.test_interview_and_cause import finding, yes
from analysis.world import LAPTOP, SEED, STOLEN, at, entry, normal
from report.sample import NASTY
from tables import SUBJECT, event, make_case, sign_in, state

from o365nb.analysis.attribution import attribute
from o365nb.analysis.cause import look, weigh, weights
from o365nb.engine import Engine
from o365nb.model import Context


def facts_of(root, events, found=(), seeds=SEED, **tables):
    with Engine(make_case(root, events=events, **tables)) as engine:
        return dict(look(engine, found, attribute(engine, seeds)).facts)


def chances(found=(), facts=None, answers=None):
    return {one.id: one.probability for one in weigh(found, facts or {}, answers or {}).hypotheses}


def risk(kind, **given):
    return event(source="risk_detection", workload="AzureActiveDirectory", operation=kind, event_id=kind, **given)


def told(*kinds, context=Context.YES):
    return [replace(finding("ia-risk-detections", context, 9), evidence=kinds)]


@pytest.mark.parametrize(
    ("kind", "way"),
    [
        ("attackerInTheMiddle", "H1"),
        ("passwordSpray", "H3"),
        ("leakedCredentials", "H3"),
        ("attemptedPrtAccess", "H4"),
        ("anomalousToken", "H4"),
        ("userReportedSuspiciousActivity", "H7"),
    ],
)
def test_a_risk_detection_speaks_by_its_type(tmp_path, kind, way):
    facts = facts_of(tmp_path, [*normal(), entry(), risk(kind)], told(kind))
    assert facts[f"risk_{kind.lower()}"] == "F-009"
    base, seen = chances(), chances(facts={f"risk_{kind.lower()}": "F-009"})
    assert max(seen, key=lambda one: seen[one] / base[one]) == way


def test_a_risk_detection_that_was_the_users_or_is_cited_by_nothing_says_nothing(tmp_path):
    events = [*normal(), entry(), risk("passwordSpray")]
    assert "risk_passwordspray" not in facts_of(tmp_path / "a", events, told("passwordSpray", context=Context.NO))
    assert "risk_passwordspray" not in facts_of(tmp_path / "b", events)


def alert(title, **given):
    values = {
        "source": "alert", "workload": "MicrosoftDefender", "operation": f"Defender alert: {title}",
        "actor": "microsoft365defender", "actor_kind": "system", "target": SUBJECT, "time": at(days=-3),
    }  # fmt: skip
    return event(**{**values, **given})


def test_an_alert_that_names_a_stealer_before_the_entry_is_endpoint_evidence(tmp_path):
    facts = facts_of(tmp_path, [*normal(), entry(), alert("Lumma Stealer malware was detected")])
    said = "Defender alert: Lumma Stealer malware was detected, raised at 2026-11-14 08:41 UTC"
    assert facts["stealer_alert"] == said
    found = weigh([], {"stealer_alert": said}, {})
    assert found.top == "H4"


@pytest.mark.parametrize(
    "innocent",
    [
        alert("Suspicious inbox rule"),
        alert("Redlined contract blocked"),
        alert("Vidar malware was prevented", time=at(days=-200)),
        alert("Vidar malware was prevented", time=at(days=30)),
        alert("Vidar malware was prevented", target="bob@contoso.example"),
        alert("Mail was blocked", properties={"device": "REDLINE-PC", "evidence": "vidar.example"}),
        alert(NASTY),
    ],
)
def test_an_alert_about_something_else_is_none(tmp_path, innocent):
    assert "stealer_alert" not in facts_of(tmp_path, [*normal(), entry(), innocent])


def test_several_services_on_one_day_speak_of_a_browsers_store_and_one_does_not(tmp_path):
    first = sign_in(**STOLEN, app_id="app-1", app_name="CRM", event_id="crm", time=at(hours=1))
    other = sign_in(**STOLEN, app_id="app-2", app_name="Pay", event_id="pay", time=at(hours=2))
    one = [replace(finding("la-saas-sso"), evidence=("crm",))]
    both = [replace(finding("la-saas-sso"), evidence=("crm", "pay"))]
    events = [*normal(), entry(), first, other]
    assert "several_services" not in facts_of(tmp_path / "one", events, one)
    assert facts_of(tmp_path / "both", events, both)["several_services"] == "2 services on 2026-11-17"


def test_an_app_password_speaks_of_the_old_protocols_only_where_somebody_got_in(tmp_path):
    made = event(operation="Create app password", source="directory_audit", time=at(days=-2), event_id="made")
    assert facts_of(tmp_path / "in", [*normal(), entry(), made])["app_password"] == "seen at 2026-11-15 08:41 UTC"
    assert "app_password" not in facts_of(tmp_path / "quiet", [*normal(), made], seeds={})


def test_a_sign_in_from_a_device_that_was_there_before_speaks_of_the_device(tmp_path):
    mine = [state("device", device_id="kept-phone", name="Old phone", registered=at(days=-400))]
    new = [state("device", device_id="kept-phone", name="New phone", registered=at(hours=1))]
    lent = entry(device_id="kept-phone")
    facts = facts_of(tmp_path / "old", [*normal(), lent], devices=mine)
    assert facts["own_device"] == 'the sign-in at 2026-11-17 08:41 UTC is from the registered device "Old phone"'
    assert "own_device" not in facts_of(tmp_path / "new", [*normal(), lent], devices=new)
    assert "own_device" not in facts_of(tmp_path / "none", [*normal(), entry()], devices=mine)


def test_a_network_that_the_user_had_just_used_as_a_guest_speaks_of_the_network(tmp_path):
    thief = entry(network_kind="isp", asn=64999, client_ip="192.0.2.200")
    guest = {"client_ip": "192.0.2.9", "asn": 64999, "session_id": "hotel", "device_id": LAPTOP}
    evening = sign_in(**guest, time=at(hours=-9), event_id="evening")
    facts = facts_of(tmp_path / "hotel", [*normal(), evening, thief])
    assert facts["guest_network"] == "AS64999, used by the person at 2026-11-16 23:41 UTC"
    often = [sign_in(**guest, time=at(days=-n, hours=-9), event_id=f"evening {n}") for n in range(8)]
    assert "guest_network" not in facts_of(tmp_path / "home", [*normal(), *often, thief])
    hosted = entry(network_kind="hosting", asn=64999, client_ip="192.0.2.200")
    assert "guest_network" not in facts_of(tmp_path / "hosting", [*normal(), evening, hosted])


def test_what_tells_the_same_thing_counts_once_and_a_no_beside_a_yes_not_at_all():
    lure = [finding("ia-phish-delivered")]
    assert chances(lure) == chances(lure, answers=yes("Q6", "Q7", "Q8"))
    one = chances(answers=yes("Q7"))
    assert chances(answers={**yes("Q7"), "Q6": {"answer": "n"}, "Q8": {"answer": "n"}}) == one
    assert chances(answers={"Q6": {"answer": "n"}, "Q8": {"answer": "n"}})["H1"] < chances()["H1"]


def test_what_the_log_told_already_is_not_the_next_question():
    asked = weigh([finding("ia-devicecode-first")], {}, {}).next_question.partition(":")[0]
    assert asked not in ("", "Q11")


def test_every_weight_has_its_reason_and_is_a_moderate_number():
    text = (files("o365nb.analysis") / "cause_weights.csv").read_text("utf-8")
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    assert [
        row for row in rows if not row["reason"] or (abs(float(row["value"])) > 15 and row["observation"] != "prior")
    ] == []
    assert sum(float(row["value"]) for row in rows if row["observation"] == "prior") == 100
    assert len({(row["observation"], row["hypothesis"]) for row in rows}) == len(rows)
    kinds = {part.partition(":")[0] for name in weights().observations for part in name.split("+")}
    assert kinds == {"finding", "derived", "answer"}


def test_every_finding_and_fact_that_is_weighed_exists():
    from o365nb import detections
    from o365nb.analysis import derive, entry_signs

    parts = {part for name in weights().observations for part in name.split("+")}
    known = {unit.slug for unit in detections.all()}
    named = {part.partition(":")[2] for part in parts if part.startswith("finding:")}
    assert named - known <= {"ia-helpdesk-reset", "ia-sspr-abuse"}
    written = "".join(
        files("o365nb.analysis").joinpath(f"{one}.py").read_text("utf-8") for one in ("derive", "entry_signs")
    )
    facts = {part.partition(":")[2] for part in parts if part.startswith("derived:")}
    assert [fact for fact in facts if not fact.startswith("risk_") and f'"{fact}"' not in written] == []
    assert derive.signs is entry_signs.signs
