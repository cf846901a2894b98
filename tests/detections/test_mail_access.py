"""Mail read, copied, searched; files shared and taken."""

from __future__ import annotations

import pytest
from detections.world import ELSEWHERE, HOSTILE, act, ask, at, broke_in, usual
from tables import SUBJECT, event

from o365nb.model import Answer


def read(kind="Bind", **given):
    told = {"OperationProperties.MailAccessType": kind, "OperationProperties.IsThrottled": "False"}
    return act("MailItemsAccessed", **{"mailbox_owner": SUBJECT, "properties": told, "event_id": "it",
                                       "message_ids": ["<1@x.example>", "<2@x.example>"], **given})  # fmt: skip


def downloads(count, maker=act):
    return [
        maker(operation="FileDownloaded", time=at(minutes=5, seconds=n), target=f"f{n}", event_id=f"f{n}")
        for n in range(count)
    ]


FOUND = {
    "co-mia-bind": [read()],
    "co-mia-sync": [read("Sync", message_ids=[], folders=["\\Inbox"])],
    "co-mia-throttled": [read(properties={"OperationProperties.IsThrottled": "True"})],
    "co-mail-search": [act("SearchQueryInitiatedExchange", event_id="it", properties={"QueryText": "invoice iban"})],
    "co-share-anon": [act("AnonymousLinkCreated", event_id="it", target="https://contoso.example/x.xlsx")],
    "co-file-mass": downloads(30),
}


def _at_home(rows):
    keep = ("time", "operation", "event_id", "target", "properties", "message_ids", "folders", "mailbox_owner")
    return [event(**{name: row[name] for name in keep if name in row}) for row in rows]


@pytest.mark.parametrize("slug", FOUND)
def test_finds_the_intruders_act(tmp_path, slug):
    _, hits = ask(tmp_path, slug, events=[*usual(), broke_in(), *FOUND[slug]])
    assert [(hit.subject, set(hit.evidence)) for hit in hits] == [(SUBJECT, {row["event_id"] for row in FOUND[slug]})]
    assert hits[0].confidence >= 0.9


@pytest.mark.parametrize("slug", sorted(FOUND.keys() - {"co-mia-throttled"}))
def test_the_users_own_doing_is_silent(tmp_path, slug):
    in_a_cafe = [{**row, **ELSEWHERE} for row in FOUND[slug]]
    for number, rows in enumerate((_at_home(FOUND[slug]), in_a_cafe)):
        answer, hits = ask(tmp_path / str(number), slug, events=[*usual(), *rows])
        assert (answer.verdict, hits) == (Answer.CLEAR, [])


@pytest.mark.parametrize("slug", FOUND)
def test_survives_hostile_text(tmp_path, slug):
    spoiled = [{**row, "as_org": HOSTILE, "client_app": HOSTILE} for row in FOUND[slug]]
    _, hits = ask(tmp_path, slug, events=[*usual(), broke_in(), *spoiled])
    assert len(hits) == 1
    assert not any(char in hits[0].summary for char in "\x1b\u202e")


@pytest.mark.parametrize("slug", sorted(FOUND.keys() - {"co-mia-throttled"}))
def test_without_any_history_it_is_found_and_unsure(tmp_path, slug):
    plain = [{**row, "asn": None, "network_kind": None, "as_org": None, "country": None} for row in FOUND[slug]]
    _, hits = ask(tmp_path, slug, events=plain)
    assert [hit.confidence for hit in hits] == [0.5 if slug == "co-mail-search" else 0.4]
    assert slug == "co-mia-throttled" or "no earlier activity to compare with" in hits[0].summary


def test_a_backup_that_is_throttled_is_half_sure(tmp_path):
    rows = _at_home([read(properties={"OperationProperties.IsThrottled": "True"})])
    _, hits = ask(tmp_path, "co-mia-throttled", events=[*usual(), *rows])
    assert [hit.confidence for hit in hits] == [0.4]


def test_a_thousand_records_in_a_day_count_as_throttled(tmp_path):
    told = {"OperationProperties.MailAccessType": "Bind"}
    rows = [read(time=at(seconds=n), event_id=f"e{n}", properties=told, message_ids=[]) for n in range(1000)]
    answer, _ = ask(tmp_path, "co-mia-throttled", events=rows)
    assert answer.verdict is Answer.FOUND


def test_the_mails_of_one_session_are_counted_once(tmp_path):
    rows = [read(event_id="a"), read(event_id="b", time=at(minutes=9), message_ids=["<2@x.example>", "<3@x.example>"])]
    _, hits = ask(tmp_path, "co-mia-bind", events=[*usual(), broke_in(), *rows])
    assert [(hit.evidence, hit.summary[:22]) for hit in hits] == [(("a", "b"), "3 mails were opened fr")]


def test_what_was_searched_is_said(tmp_path):
    _, hits = ask(tmp_path, "co-mail-search", events=[*usual(), broke_in(), *FOUND["co-mail-search"]])
    assert 'for "invoice iban"' in hits[0].summary
    assert hits[0].confidence == 0.95


def test_a_delegates_reading_counts_for_the_owner(tmp_path):
    row = read(actor="mallory@contoso.example")
    _, hits = ask(tmp_path, "co-mia-bind", events=[*usual(), row])
    assert [hit.subject for hit in hits] == [SUBJECT]


def test_few_downloads_are_silent(tmp_path):
    answer, _ = ask(tmp_path, "co-file-mass", events=[*usual(), broke_in(), *downloads(24)])
    assert answer.verdict is Answer.CLEAR


EM_CLIENT = "e9a7fea1-1cc0-4cd9-a31b-9137ca5deedd"


def by_program(**given):
    return read(**{"client_app": "Client=WebServices;eM Client/10.3;", "app_id": EM_CLIENT, **given})


def test_a_program_new_to_the_mailbox_is_named(tmp_path):
    _, (hit,) = ask(tmp_path, "co-mia-new-client", events=[*usual(), by_program()])
    assert (hit.subject, hit.evidence) == (SUBJECT, ("it",))
    assert hit.summary.startswith("mail was opened by a program new to the mailbox (webservices) from 198.51.100.66")


@pytest.mark.parametrize(
    "rows",
    [
        [by_program(**ELSEWHERE, app_id="x", event_id="cafe")],  # nobody knows ill of it, and the place is no server
        [by_program(client_app="Client=OWA;Action=ViaProxy", app_id="owa")],
        [by_program(time=at(days=-day), event_id=f"it {day}") for day in range(-1, 21)],  # there since the log begins
    ],
)
def test_programs_of_old_and_ordinary_ones_are_silent(tmp_path, rows):
    answer, hits = ask(tmp_path, "co-mia-new-client", events=[*usual(), *rows])
    assert (answer.verdict, hits) == (Answer.CLEAR, [])
