"""Sessions that moved house, colleagues who read along, folders copied whole, and mail that was only forged."""

from __future__ import annotations

import pytest
from detections.world import ELSEWHERE, HOSTILE, ask, at, event, sign_in, trace, usual
from tables import SUBJECT

from o365nb.model import Answer

AGENT = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/{0}.0.0.0 Safari/537.36"
OWN = {"session_id": "00000000-0000-4000-8000-0000000000c0", "device_id": None, "device_managed": None}
AWAY = {**ELSEWHERE, **OWN}


def kept_session(*, days: int = 5) -> list[dict]:
    """A session that the user keeps at home in one browser."""
    home = [sign_in(**OWN, time=at(days=-day, hours=4), user_agent=AGENT.format(140)) for day in range(1, days + 1)]
    return [*usual(), *home]


@pytest.mark.parametrize(
    "thief", [{"user_agent": AGENT.format(131)}, {"os": "macOS", "browser": "Firefox", "user_agent": "Firefox/131.0"}]
)
def test_a_kept_session_that_goes_on_in_another_or_older_browser_was_stolen(tmp_path, thief):
    moved = sign_in(**{**AWAY, **thief, "time": at(hours=1)})
    answer, hits = ask(tmp_path, "ia-session-stolen", events=[*kept_session(), moved])
    assert (answer.verdict, [hit.evidence for hit in hits]) == (Answer.FOUND, [(moved["event_id"],)])


@pytest.mark.parametrize(
    "innocent",
    [
        {**AWAY, "user_agent": AGENT.format(140)},  # the laptop in a café
        {**AWAY, "user_agent": AGENT.format(141)},  # and updated there
        {**OWN, "user_agent": AGENT.format(131)},  # an older browser, at home
        {**AWAY, "user_agent": AGENT.format(131), "device_id": "0d0d0d0d-0000-4000-8000-000000000001"},
    ],
)
def test_a_session_that_travels_with_its_browser_was_not(tmp_path, innocent):
    moved = sign_in(**{**innocent, "time": at(hours=1)})
    assert ask(tmp_path, "ia-session-stolen", events=[*kept_session(), moved])[0].verdict is Answer.CLEAR


def read_by(actor: str, day: int) -> dict:
    return event(operation="MailItemsAccessed", actor=actor, mailbox_owner=SUBJECT, time=at(days=-day, hours=2))


def test_a_colleague_who_begins_to_read_along_is_named(tmp_path):
    rows = [*usual(), *(read_by("erin@contoso.example", day) for day in (2, 4))]
    _, (hit,) = ask(tmp_path, "co-nonowner", events=rows)
    assert hit.summary == "erin@contoso.example used the mailbox on 2 days, 2 times"


@pytest.mark.parametrize("days", [(3,), (1, 8, 15, 20)], ids=["once", "ever since the log begins"])
def test_a_single_look_and_an_old_habit_are_not(tmp_path, days):
    rows = [*usual(), *(read_by("erin@contoso.example", day) for day in days)]
    assert ask(tmp_path, "co-nonowner", events=rows)[0].verdict is Answer.CLEAR


def test_what_a_new_reader_searched_for_is_said_and_the_owners_own_search_is_not(tmp_path):
    search = {"operation": "SearchQueryInitiatedExchange", "mailbox_owner": SUBJECT, "time": at(days=-1)}
    told = event(**search, actor="erin@contoso.example", event_id="it", properties={"QueryText": "redundancy"})
    rows = [*usual(), read_by("erin@contoso.example", 2), told, event(**search)]
    _, (hit,) = ask(tmp_path, "co-mail-search", events=rows)
    assert (hit.evidence, hit.confidence) == (("it",), 0.6)
    assert hit.summary == (
        'mail was searched for "redundancy" by erin@contoso.example, who had begun to use the mailbox'
    )


def synced(count: int, machine: str, **given) -> list[dict]:
    return [event(operation="FileSyncDownloadedFull", workload="OneDrive", target=f"{number}.dwg",
                  properties={"MachineDomainInfo": machine}, **{"time": at(hours=1, seconds=number), **given})
            for number in range(count)]  # fmt: skip


def test_files_copied_to_a_new_machine_from_elsewhere_are_reported_and_at_home_they_are_not(tmp_path):
    elsewhere = synced(6, HOSTILE, **AWAY)
    rows = [
        *usual(),
        *synced(6, "home", time=at(days=-2)),
        *synced(6, "home", **{**AWAY, "time": at(hours=3)}),
        *elsewhere,
    ]
    _, (hit,) = ask(tmp_path, "co-file-sync", events=rows)
    assert sorted(hit.evidence) == sorted(row["event_id"] for row in elsewhere)


def mail(number: float, *, logged: bool, ip: str = "192.0.2.250") -> list[dict]:
    known = {"message_id": f"<{number}@contoso.example>", "time": at(days=-number, hours=1)}
    rows = [trace(SUBJECT, "bob@fabrikam.example", client_ip=ip, message_subject=HOSTILE, **known)]
    return [*rows, event(operation="Send", **known)] if logged else rows


def test_mail_from_a_foreign_server_that_was_never_sent_is_forged(tmp_path):
    sent = [row for number in range(1, 9) for row in mail(number, logged=True)]
    _, (hit,) = ask(
        tmp_path,
        "ia-spoof-not-compromise",
        events=[*sent, *mail(3.5, logged=False), *mail(4.5, logged=False, ip="203.0.113.98")],
    )
    assert "203.0.113.98" in hit.summary


def test_where_sending_is_not_audited_nothing_is_called_forged(tmp_path):
    rows = [row for number in range(1, 9) for row in mail(number, logged=False, ip=f"203.0.113.{number}")]
    assert ask(tmp_path, "ia-spoof-not-compromise", events=rows)[0].verdict is Answer.CLEAR
