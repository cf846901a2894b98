"""Habits outweigh a tool's name or a rented network, unless harm came of them or they are younger than the log."""

from __future__ import annotations

import pytest
from analysis.world import INTRUDER, Hit, at, facts, normal
from tables import SUBJECT, event, make_case, sign_in

from o365nb.analysis.seeds import choose_seeds
from o365nb.analysis.trail import of_subjects
from o365nb.engine import Engine

KNOWN = facts(ia_kit_useragent="high 0.9", pe_rule_hide="high", ia_session_stolen="critical 0.85")
TOOL = {
    **INTRUDER, "os": None, "browser": None, "user_agent": "curl/8.5.0", "device_id": None, "device_managed": False,
}  # fmt: skip


def script(days):
    """A script on a rented machine, once on each of the days."""
    return [sign_in(**TOOL, session_id="script", time=at(days=-n), event_id=f"script {n}") for n in days]


def seeds(root, events, hits):
    with Engine(make_case(root, events=[*normal(), *events])) as engine:
        return set(choose_seeds(of_subjects(engine), (SUBJECT,), hits, KNOWN))


def told(events, slug="ia-kit-useragent"):
    return [Hit(slug, tuple(row["event_id"] for row in events))]


def test_a_script_that_ran_since_the_log_began_and_harmed_nobody_seeds_nothing(tmp_path):
    rows = script(range(1, 20))
    assert seeds(tmp_path, rows, told(rows)) == set()


@pytest.mark.parametrize("days", [range(1, 5), range(1, 9), range(1, 20, 5)])
def test_what_is_young_or_seldom_is_no_habit(tmp_path, days):
    rows = script(days)
    assert seeds(tmp_path, rows, told(rows)) == {row["event_id"] for row in rows}


@pytest.mark.parametrize("session", ["script", None])
def test_a_deed_in_its_session_or_from_its_address_ends_the_excuse(tmp_path, session):
    rows = script(range(1, 20))
    rule = event(**INTRUDER, session_id=session, operation="New-InboxRule", time=at(minutes=9), event_id="rule")
    found = seeds(tmp_path, [*rows, rule], [*told(rows), Hit("pe-rule-hide", ("rule",))])
    assert {row["event_id"] for row in rows} <= found


def test_a_session_in_two_hands_is_not_excused_by_the_habit_of_one(tmp_path):
    rows = script(range(1, 20))
    assert seeds(tmp_path, rows, told(rows, "ia-session-stolen")) == {row["event_id"] for row in rows}
