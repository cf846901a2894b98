"""Two revocations close together: each proves itself, and the first is never taken for the second."""

from o365nb import response
from o365nb.model import utc


def revoke(ground, number):
    step = ground.id("revoke_sessions", number)
    [receipt] = response.apply(ground.case, ground.tenant, ground.plan, ground.plan.plan_id, [step])
    return receipt


def valid_from(receipt):
    return utc(receipt.after["sessions_valid_from"])


def test_the_second_revocation_is_later_than_the_first_however_soon_it_comes(ground):
    first, second = revoke(ground, 0), revoke(ground, 1)
    assert (first.outcome.value, second.outcome.value) == ("applied", "applied")
    assert valid_from(second) > valid_from(first)
    assert valid_from(first) > first.at.replace(microsecond=0)


def test_what_the_first_revocation_left_proves_nothing_of_the_second(ground, server):
    first = revoke(ground, 0)
    user = next(step for step in ground.plan.steps if step.action == "revoke_sessions").arguments["user"]
    server.inject(f"/v1.0/users/{user}/revokeSignInSessions", 503, times=20)
    second = revoke(ground, 1)
    assert (second.outcome.value, valid_from(second)) == ("unverified", valid_from(first))
    server._site.faults.clear()
    again = revoke(ground, 1)
    assert (again.outcome.value, valid_from(again) > valid_from(first)) == ("applied", True)
