"""Faults at random, expiring page tokens, late writes, slow answers: all on demand, none by itself."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from o365nb.errors import BadInput
from o365nb.practice import Chaos, PageLife, PracticeTenant
from o365nb.practice.web.asked import Asked
from o365nb.practice.web.chaos import Dice
from o365nb.practice.web.latency import seconds

PERSON = "/v1.0/users/anna@contoso.example"
READ = Asked("GET", "v1.0", "/users/anna%40contoso.example")
WRITE = Asked("PATCH", "v1.0", "/users/anna%40contoso.example", body={"accountEnabled": False})
SEARCH = Asked(
    "POST", "adminapi", "/adminapi/beta/t/InvokeCommand", cmdlet="Search-UnifiedAuditLog",
    parameters={"SessionId": "s", "SessionCommand": "ReturnLargeSet"},
)  # fmt: skip


def thrown(seed, asked, rate=1.0, times=60):
    dice = Dice(Chaos(seed, rate))
    return [dice.throw(asked) for _ in range(times)]


def test_the_same_seed_throws_the_same_and_another_does_not():
    assert thrown(1, READ) == thrown(1, READ) != thrown(2, READ)


def test_other_requests_in_between_change_nothing():
    alone, mixed = Dice(Chaos(7, 0.5)), Dice(Chaos(7, 0.5))
    first = [alone.throw(READ) for _ in range(30)]
    assert [(mixed.throw(WRITE), mixed.throw(READ))[1] for _ in range(30)] == first


def test_about_as_many_go_wrong_as_was_asked_for():
    missed = sum(item is not None for item in thrown(3, READ, 0.05, 4000))
    assert 140 < missed < 260
    assert not any(thrown(3, READ, 0.0, 500))


def test_what_changes_something_only_fails_before_it_has_changed_anything():
    assert {item.kind for item in thrown(5, READ, 1.0, 300)} == {"refuse", "reset", "cut_length", "cut_text"}
    assert {item.kind for item in thrown(5, WRITE, 1.0, 300)} == {"refuse", "reset"}
    assert {item.kind for item in thrown(5, SEARCH, 1.0, 300)} == {"refuse", "reset"}


def test_refusals_say_when_to_come_again_only_where_the_service_does():
    def told(path):
        found = thrown(1, Asked("GET", "v1.0", path), 1.0, 400)
        return {item.retry_after is not None for item in found if item.status == 429}

    assert told("/identityProtection/riskyUsers") == {False}
    assert told("/auditLogs/directoryAudits") == {True, False}
    assert told("/security/alerts_v2") == {True}


def outcome(client, method="GET", body=None):
    """What a plain client meets: a status, or how the connection or the text failed."""
    try:
        answer = client.graph(PERSON, method, body)
        answer.json()
    except requests.exceptions.JSONDecodeError:
        return "no JSON" if answer.status_code == 200 else answer.status_code
    except requests.exceptions.ChunkedEncodingError:
        return "cut"
    except requests.exceptions.ConnectionError:
        return "lost"
    return answer.status_code


def test_all_of_it_really_reaches_a_client(tmp_path, open_client):
    with PracticeTenant(story="aitm", state=tmp_path, chaos=Chaos(1, 1.0)) as tenant:
        client = open_client(tenant)  # the sign-in is spared
        met = {outcome(client) for _ in range(60)}
    assert met == {429, 500, 503, 504, "lost", "cut", "no JSON"}


def test_a_change_that_met_a_fault_was_not_made(tmp_path, open_client):
    with PracticeTenant(story="aitm", state=tmp_path, chaos=Chaos(2, 1.0)) as tenant:
        client = open_client(tenant)
        met = {outcome(client, "PATCH", {"accountEnabled": False}) for _ in range(30)}
        person = tenant.state.user(tenant.state.person("anna@contoso.example"))
        assert (person["accountEnabled"], met) == (True, {429, 500, 503, 504, "lost"})


def listing(client, path="/v1.0/users", size=20):
    """The statuses of a listing's pages, to its end or its first error."""
    answer = client.graph(path, top=size)
    found = [answer.status_code]
    while answer.ok and (link := answer.json().get("@odata.nextLink")):
        answer = client.graph(link)
        found.append(answer.status_code)
    return found, answer


def test_a_page_token_expires_once_and_the_listing_begun_again_comes_to_its_end(tmp_path, open_client):
    with PracticeTenant(story="aitm", state=tmp_path, page_life=PageLife(pages=2)) as tenant:
        client = open_client(tenant)
        first, answer = listing(client)
        again, _ = listing(client)
        logs, refusal = listing(client, "/v1.0/auditLogs/directoryAudits", 10)
    assert first == [200, 200, 400]
    assert answer.json()["error"]["code"] == "Directory_ExpiredPageToken"
    assert set(again) == {200}
    assert (logs, refusal.json()["error"]["message"]) == ([200, 200, 400], "Invalid Skip Token")


def test_a_page_token_expires_with_time(tmp_path, open_client):
    with PracticeTenant(story="aitm", state=tmp_path, page_life=PageLife(seconds=0.2)) as tenant:
        client = open_client(tenant)
        link = client.graph("/v1.0/users", top=20).json()["@odata.nextLink"]
        soon = client.graph(link).json()["@odata.nextLink"]
        time.sleep(0.3)
        assert client.graph(soon).status_code == 400


def test_a_write_shows_some_time_later_and_is_not_lost(tmp_path, open_client):
    with PracticeTenant(story="aitm", state=tmp_path, write_delay=0.5) as tenant:
        client = open_client(tenant)

        def shown():
            rules = client.values(f"{PERSON}/mailFolders/inbox/messageRules")
            by_exchange = client.exchange("Get-InboxRule", Mailbox="anna@contoso.example").json()["value"]
            return client.graph(PERSON, select="accountEnabled").json()["accountEnabled"], len(rules), len(by_exchange)

        before = shown()
        assert client.graph(PERSON, "PATCH", {"accountEnabled": False}).status_code == 204
        rule = client.values(f"{PERSON}/mailFolders/inbox/messageRules")[0]["id"]
        assert client.graph(f"{PERSON}/mailFolders/inbox/messageRules/{rule}", "DELETE").status_code == 204
        assert shown() == before
        time.sleep(0.7)
        assert shown() == (False, before[1] - 1, before[2] - 1)


def test_an_audit_query_is_there_at_once_whatever_is_late(tmp_path, open_client):
    with PracticeTenant(story="aitm", state=tmp_path, write_delay=60.0) as tenant:
        client = open_client(tenant)
        assert client.audit_log(userPrincipalNameFilters=["anna@contoso.example"]) != []


def test_a_slow_tenant_has_more_under_way_than_a_mailbox_takes_at_a_time(tmp_path, open_client):
    table = [Asked("GET", "beta", "/auditLogs/signIns"), SEARCH, Asked("POST", "t", "/t/oauth2/v2.0/token")]
    assert [seconds(asked) for asked in table] == [1.2, 4.0, 0.0]
    with PracticeTenant(story="aitm", state=tmp_path, latency=2.0, limits="real") as tenant:
        clients = [open_client(tenant) for _ in range(6)]
        with ThreadPoolExecutor(6) as pool:
            met = list(pool.map(lambda client: client.graph(f"{PERSON}/mailboxSettings").status_code, clients))
    assert sorted(met) == [200, 200, 200, 200, 429, 429]


def test_a_rate_that_is_no_share_is_refused():
    with pytest.raises(BadInput, match="share from 0 to 1"):
        PracticeTenant("aitm", chaos=Chaos(1, 5.0))
