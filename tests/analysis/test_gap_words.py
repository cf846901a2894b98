"""The words for every source: each has its own, none is left over, and they agree with the collectors."""

import pytest

from o365nb import collectors, detections
from o365nb.analysis.gap_words import NEEDED, WORDS, cost_of, part_name, words_of
from o365nb.analysis.gaps import gaps, sentence
from o365nb.case import Coverage, Ledger
from o365nb.detections.base import EVERYONE, SEVERAL
from o365nb.events.schema import STATE_TABLES
from o365nb.model import Outcome

ANNA = "anna@contoso.example"
UNITS = {unit.source: unit for unit in collectors.all_collectors()}
#: What detections ask for by name: the workloads of the audit log are among them.
ASKED = {
    source.removeprefix(EVERYONE).removeprefix(SEVERAL)
    for one in detections.facts().values()
    for need in one.needs
    for source in need.split("|")
}
#: A table of what is told in the events of another source: the ledger has no line for it.
TOLD_ELSEWHERE = {"message_details"}
ALL_OF_IT = "messages"  # what lies in the mailbox has no time limit


def test_every_source_that_is_collected_or_exported_or_asked_for_has_its_own_line():
    assert {*UNITS, *ASKED, *STATE_TABLES} - TOLD_ELSEWHERE - set(WORDS) == set()


def test_every_line_is_of_a_source_that_there_is():
    known = {*UNITS, *ASKED}
    assert set(WORDS) - known - {source.partition("/")[0] for source in known} == set()


@pytest.mark.parametrize("source", WORDS)
def test_a_line_says_what_it_must(source):
    words = WORDS[source]
    assert words.missing in ("always", "asked")
    assert words.about in ("account", "tenant")
    assert words.name
    assert bool(words.called) is ("/" not in source)  # a part of a log is named inside the sentence about the log
    assert words.cost
    assert not words.cost.endswith(".")
    assert cost_of(source) == f"{words.cost}."


@pytest.mark.parametrize("source", UNITS)
def test_whom_a_source_is_about_and_how_long_it_is_kept_agree_with_its_collector(source):
    unit = UNITS[source]
    assert (words_of(source).about == "tenant") is unit.tenant_wide
    kept = words_of(source.partition("/")[0]).kept
    days = f" {unit.retention.days} days" if unit.retention and source != ALL_OF_IT else ""
    assert (days in kept) if days else (kept == "")


def test_no_two_sources_bear_one_name():
    for names in ([words.name for words in WORDS.values() if words.called], [one.called for one in WORDS.values()]):
        named = [name for name in names if name]
        assert sorted(set(named)) == sorted(named)


def test_only_what_the_main_questions_need_is_missed_when_nobody_asked_for_it(tmp_path):
    found = gaps(Ledger(tmp_path / "coverage.jsonl"), (ANNA,))
    assert [gap.source for gap in found] == list(NEEDED)
    assert {gap.source for gap in found if not gap.subject} == {
        "org_config", "transport_rules", "connectors", "remote_domains", "audit_config", "blocked_senders", "alert",
    }  # fmt: skip


def test_a_table_of_hunting_says_what_its_own_absence_costs():
    line = Coverage("hunting/UrlClickEvents", ANNA, None, Outcome.NOT_LICENSED)
    assert sentence(line) == (
        f"Defender's own records (clicked links) of {ANNA} could not be read: the organisation has no licence for it."
        " Whether the user clicked a harmful link is not known."
    )


def test_a_workload_is_called_by_the_name_of_its_product():
    assert part_name("ual", "MicrosoftTeams") == "Teams"
    line = Coverage("ual/MicrosoftTeams", "", None, Outcome.PARTIAL)
    assert sentence(line) == (
        "The unified audit log (Teams) was read only in part."
        " Chats that were read or written would not be seen where it is missing."
    )


@pytest.mark.parametrize("source", ["tea_leaves", "ual/Tea\x1b[2J", "hunting/TeaEvents"])
def test_a_source_that_nobody_knows_is_told_all_the_same(source):
    said = sentence(Coverage(source, "", None, Outcome.FAILED))
    assert "could not be read. " in said
    assert said.endswith(cost_of(source))
    assert "\x1b" not in said


@pytest.mark.parametrize("source", [source for source, words in WORDS.items() if words.called])
def test_the_sentence_speaks_of_one_thing_or_of_many(source):
    said = sentence(Coverage(source, ANNA, None, Outcome.PARTIAL))
    one = {"sign_in_activity", "risky_users", "risky_apps", "directory_audit", "ual", "message_trace", "mfa"}
    one |= {"mfa_registration", "analyzed_emails", "managed_devices"}
    assert (" was read only in part" in said) is (source in one)
