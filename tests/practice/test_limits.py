"""Quotas: kept to the number, in real time, and refused as each service refuses."""

import pytest

from o365nb.errors import BadInput
from o365nb.practice import PracticeTenant
from o365nb.practice.web.asked import Asked
from o365nb.practice.web.limits import Lease, Quotas, Refused, cost, rules

SIGN_INS = Asked("GET", "beta", "/auditLogs/signIns", {"$top": "1"})
METHODS = Asked("GET", "v1.0", "/users/anna%40contoso.example/authentication/methods")
RISK = Asked("GET", "v1.0", "/identityProtection/riskyUsers/1")
TRACE = Asked("GET", "v1.0", "/admin/exchange/tracing/messageTraces")
TRACE_CMDLET = Asked("POST", "adminapi", "/adminapi/beta/t/InvokeCommand", cmdlet="Get-MessageTraceV2")
RULES = Asked("GET", "v1.0", "/users/anna%40contoso.example/mailFolders/inbox/messageRules")
OTHER_BOX = Asked("GET", "v1.0", "/users/bob%40contoso.example/messages")
CMDLET = Asked("POST", "adminapi", "/adminapi/beta/t/InvokeCommand", cmdlet="Get-Mailbox")
FEED = Asked("GET", "api", "/api/v1.0/t/activity/feed/subscriptions/list")
MACHINES = Asked("GET", "api", "/api/machines")


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def quotas(clock):
    return Quotas(clock=clock)


def admitted(quotas, asked, times):
    """How many of so many requests at the same moment are let through, each answered at once."""
    through = 0
    for _ in range(times):
        item = quotas.admit(asked)
        if isinstance(item, Lease):
            item.end()
            through += 1
    return through


@pytest.mark.parametrize(
    ("asked", "most", "seconds"),
    [
        (SIGN_INS, 5, 10),
        (METHODS, 5, 10),
        (Asked("GET", "v1.0", "/users/1", {"$select": "id,signInActivity"}), 10, 60),
        (RISK, 1, 1),
        (Asked("GET", "v1.0", "/identity/conditionalAccess/namedLocations"), 1, 1),
        (TRACE, 100, 300),
        (Asked("POST", "v1.0", "/security/auditLog/queries"), 200, 86400),
        (Asked("GET", "v1.0", "/security/alerts_v2"), 150, 60),
        (Asked("POST", "v1.0", "/security/runHuntingQuery"), 45, 60),
        (Asked("GET", "v1.0", "/deviceManagement/managedDevices"), 2000, 20),
        (Asked("GET", "v1.0", "/servicePrincipals"), 5000, 10),
        (Asked("GET", "v1.0", "/users"), 2500, 10),
        (FEED, 2000, 60),
        (MACHINES, 100, 60),
    ],
)
def test_a_quota_lets_so_many_through_and_again_after_its_window(quotas, clock, asked, most, seconds):
    assert admitted(quotas, asked, most + 3) == most
    clock.now += seconds - 0.1
    assert admitted(quotas, asked, 1) == 0
    clock.now += 0.1
    assert admitted(quotas, asked, most + 1) == most


def test_what_shares_a_quota_shares_it(quotas):
    assert (admitted(quotas, TRACE, 60), admitted(quotas, TRACE_CMDLET, 60)) == (60, 40)
    assert (admitted(quotas, SIGN_INS, 3), admitted(quotas, METHODS, 3)) == (3, 2)
    assert admitted(quotas, CMDLET, 5) == 5


def test_a_mailbox_takes_four_at_a_time_and_exchange_three(quotas):
    held = [quotas.admit(RULES) for _ in range(5)]
    assert [type(item) for item in held] == [Lease] * 4 + [Refused]
    assert held[4].rule.code == "ApplicationThrottled"
    assert admitted(quotas, OTHER_BOX, 1) == 1
    held[0].end()
    assert admitted(quotas, RULES, 1) == 1
    cmdlets = [quotas.admit(CMDLET) for _ in range(4)]
    assert [(item.rule.status, item.rule.code) for item in cmdlets[3:]] == [(503, "ServerBusy")]


def test_each_service_says_in_its_own_way_when_to_come_again(quotas):
    def told(asked, times):
        found = [quotas.admit(asked) for _ in range(times)]
        return [item.retry_after for item in found if isinstance(item, Refused)]

    assert told(RISK, 4) == [None, None, None]
    assert told(TRACE, 102) == [300, 300]
    assert sorted(told(SIGN_INS, 9), key=str) == [10, 10, None, None]
    feed = next(item for item in [quotas.admit(FEED) for _ in range(2001)] if isinstance(item, Refused))
    assert (feed.rule.status, feed.rule.code, feed.retry_after) == (403, "AF429", None)


def test_shorter_windows_for_tests_say_parts_of_a_second(clock):
    quotas = Quotas(0.01, clock)
    found = [quotas.admit(TRACE) for _ in range(101)]
    assert found[-1].retry_after == 2.98
    clock.now += 3
    assert admitted(quotas, TRACE, 200) == 100


@pytest.mark.parametrize(
    ("path", "query", "units"),
    [
        ("/users", {}, 2),
        ("/users", {"$select": "id", "$top": "5"}, 1),
        ("/users/1", {"$expand": "manager"}, 2),
        ("/users/1/memberOf", {"$top": "999"}, 2),
        ("/subscribedSkus", {}, 3),
        ("/groups/1/transitiveMembers", {"$select": "id"}, 4),
        ("/devices/1", {}, 1),
    ],
)
def test_resource_units_are_microsofts(path, query, units):
    assert cost(Asked("GET", "v1.0", path, query)) == units


def test_a_directory_answer_says_what_it_cost_and_how_near_the_end_is(quotas):
    assert quotas.admit(Asked("GET", "v1.0", "/subscribedSkus")).headers == {"x-ms-resource-unit": "3"}
    for _ in range(2100):
        last = quotas.admit(Asked("GET", "v1.0", "/users"))
    assert last.headers["x-ms-throttle-limit-percentage"] == "0.84"
    assert quotas.admit(TRACE).headers == {}


def test_every_rule_names_its_source():
    assert [rule.name for rule in rules() if not rule.source] == []


def test_quotas_are_off_unless_asked_for_and_then_the_server_keeps_them(tmp_path, open_client):
    with PracticeTenant(story="aitm", state=tmp_path / "off") as tenant:
        client = open_client(tenant)
        said = [client.graph("/beta/auditLogs/signIns", top=1).status_code for _ in range(7)]
        assert (said, tenant.refusals) == ([200] * 7, 0)
    with PracticeTenant(story="aitm", state=tmp_path / "on", limits="real") as tenant:
        client = open_client(tenant)
        answers = [client.graph("/beta/auditLogs/signIns", top=1) for _ in range(6)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429]
        assert answers[5].json()["error"]["code"] == "TooManyRequests"
        assert 8 <= int(answers[5].headers["Retry-After"]) <= 10
        assert tenant.refusals == 1
        assert client.graph("/v1.0/subscribedSkus").headers["x-ms-resource-unit"] == "3"


@pytest.mark.parametrize("wrong", [{"limits": "none"}, {"limits": 0}, {"limits": -1.0}, {"latency": -1.0}])
def test_conditions_that_cannot_be_are_refused(wrong):
    with pytest.raises(BadInput):
        PracticeTenant("aitm", **wrong)
