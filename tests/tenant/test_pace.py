"""Quotas kept by the client: no span of time holds more requests than the service allows, whoever asks."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from o365nb.tenant.pace import QUOTAS, Pace

GRAPH = "https://graph.microsoft.com/v1.0"


class Clock:
    """Time that passes only by waiting."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


def begun(requests, *, scale=1.0, service="Graph"):
    """When each of these requests (method, address, cmdlet) begins, asked one after another."""
    clock = Clock()
    pace, times = Pace(scale=scale, sleep=clock.sleep, clock=clock), []
    for method, url, cmdlet in requests:
        with pace.turn(service, method, url, cmdlet):
            times.append(clock.now - 100.0)
    return times


def most_in(times, seconds):
    """The largest number of these times within any span of so many seconds."""
    return max(sum(1 for other in times if 0 <= other - start < seconds) for start in times)


@pytest.mark.parametrize(("service", "path", "cmdlet", "calls", "seconds"), [
    ("Graph", "/auditLogs/signIns?$filter=userId eq 'x'", "", 5, 10),
    ("Graph", "/auditLogs/directoryAudits", "", 5, 10),
    ("Graph", "/users/x/authentication/methods", "", 5, 10),
    ("Graph", "/users/x?$select=id,signInActivity", "", 10, 60),
    ("Graph", "/identityProtection/riskDetections", "", 1, 1),
    ("Graph", "/identity/conditionalAccess/namedLocations", "", 1, 1),
    ("Graph", "/admin/exchange/tracing/messageTraces", "", 100, 300),
    ("Graph", "/security/runHuntingQuery", "", 45, 60),
    ("Graph", "/security/alerts_v2", "", 150, 60),
    ("Exchange", "/adminapi/beta/t/InvokeCommand", "Get-MessageTraceV2", 100, 300),
    ("Defender", "/api/machines", "", 100, 60),
])  # fmt: skip
def test_no_span_of_time_holds_more_requests_than_the_quota(service, path, cmdlet, calls, seconds):
    times = begun([("GET", GRAPH + path, cmdlet)] * (2 * calls + 1), service=service)
    assert most_in(times, seconds) == calls
    assert times[calls - 1] == 0  # the first ones wait for nobody
    assert times[-1] == pytest.approx(2 * seconds, rel=0.09)


def test_sign_ins_audits_and_methods_share_one_quota():
    paths = ["/auditLogs/signIns", "/auditLogs/directoryAudits", "/users/x/authentication/phoneMethods"] * 4
    assert most_in(begun([("GET", GRAPH + path, "") for path in paths]), 10) == 5


def test_services_do_not_wait_for_each_other():
    paths = ["/auditLogs/signIns"] * 5 + ["/users/x/mailFolders", "/identityProtection/riskyUsers", "/organization"]
    assert begun([("GET", GRAPH + path, "") for path in paths]) == [0.0] * 8


def test_a_span_can_be_shortened_and_left_out():
    requests = [("GET", GRAPH + "/auditLogs/signIns", "")] * 11
    assert begun(requests, scale=0.01)[-1] == pytest.approx(0.2, rel=0.09)
    assert begun(requests, scale=0.0) == [0.0] * 11


def test_after_a_refusal_nobody_asks_under_that_quota_before_the_time_is_over():
    clock = Clock()
    pace = Pace(sleep=clock.sleep, clock=clock)
    pace.hold("Graph", "GET", GRAPH + "/auditLogs/signIns", 30)
    with pace.turn("Graph", "GET", GRAPH + "/organization"):
        assert clock.now == 100.0
    with pace.turn("Graph", "GET", GRAPH + "/auditLogs/directoryAudits"):
        assert clock.now == 130.0


@pytest.mark.parametrize(("service", "paths", "at_once"), [
    ("Exchange", ["/adminapi/beta/t/InvokeCommand"], 3),
    ("Graph", ["/users/anna/messages"], 4),
    ("Graph", ["/users/anna/messages", "/users/bob/mailFolders/inbox"], 8),
])  # fmt: skip
def test_no_more_are_under_way_at_once_than_the_service_takes(service, paths, at_once):
    pace, lock, under_way, most = Pace(), threading.Lock(), 0, 0
    full = threading.Barrier(at_once)  # nobody goes on before so many are under way

    def ask(path):
        nonlocal under_way, most
        with pace.turn(service, "GET", GRAPH + path):
            with lock:
                under_way += 1
                most = max(most, under_way)
            full.wait(timeout=10)
            with lock:
                under_way -= 1

    with ThreadPoolExecutor(24) as pool:
        list(pool.map(ask, paths * (24 // len(paths))))
    assert most == at_once


def test_every_quota_is_of_a_service_that_the_kit_asks():
    assert {quota.service for quota in QUOTAS} == {"Graph", "Exchange", "Management", "Defender"}
