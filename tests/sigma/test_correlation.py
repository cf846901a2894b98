"""Correlations: so many hits, so many values, several rules together, within a time."""

import pytest
from tables import event

from o365nb.sigma import Answer

BASE = (
    "title: Failed\nname: failed\nlogsource: {product: m365, service: audit}\n"
    "detection:\n  s: {Operation: UserLoginFailed}\n  condition: s\n---\n"
    "title: In\nname: passed\nlogsource: {product: m365, service: audit}\n"
    "detection:\n  s: {Operation: UserLoggedIn}\n  condition: s\n---\n"
)


def correlation(kind, condition, *, rules="[failed]", span="10m", more=""):
    return (
        f"{BASE}title: Many\nlevel: high\ncorrelation:\n  type: {kind}\n  rules: {rules}\n  group-by: [UserId]\n"
        f"  timespan: {span}\n  condition: {condition}\n{more}"
    )


def row(identity, minute, operation="UserLoginFailed", user="anna@contoso.example", ip="203.0.113.1"):
    time = f"2026-11-17T08:{minute:02}:00Z"
    return event(event_id=identity, operation=operation, actor=user, client_ip=ip, time=time)


def many(found):
    return next(rule for rule in found.rules if rule.title == "Many")


def test_so_many_hits_of_one_user_within_the_time(ask):
    rows = [row(f"a{n}", n) for n in range(3)] + [row(f"b{n}", 9 * n, user="bob@contoso.example") for n in range(3)]
    found = many(ask(correlation("event_count", "{gte: 3}"), *rows))
    assert (found.answer, found.hits, found.events) == (Answer.HIT, 1, ("a0", "a1", "a2"))
    assert found.reason == "event_count over 6 hits of 1 rules within 10m; by UserId: anna@contoso.example"
    assert found.correlation


def test_too_few_within_the_time_is_clear(ask):
    found = many(ask(correlation("event_count", "{gte: 3}"), row("1", 0), row("2", 9), row("3", 20)))
    assert (found.answer, found.hits, found.events) == (Answer.CLEAR, 0, ())


def test_the_ends_of_the_time_count(ask):
    rows = [row("1", 0), row("2", 10)]
    assert many(ask(correlation("event_count", "{gte: 2}"), *rows)).answer is Answer.HIT
    assert many(ask(correlation("event_count", "{gte: 2}", span="9m"), *rows)).answer is Answer.CLEAR


def test_different_values_are_counted_once_each(ask):
    rows = [row("1", 0, ip="203.0.113.1"), row("2", 1, ip="203.0.113.1"), row("3", 2, ip="203.0.113.2")]
    assert many(ask(correlation("value_count", "{field: ClientIP, gte: 3}"), *rows)).answer is Answer.CLEAR
    found = many(ask(correlation("value_count", "{field: ClientIP, gte: 2}"), *rows))
    assert (found.answer, found.events) == (Answer.HIT, ("1", "2", "3"))


@pytest.mark.parametrize(("kind", "answer"), [("temporal", Answer.HIT), ("temporal_ordered", Answer.CLEAR)])
def test_several_rules_together_and_in_their_order(ask, kind, answer):
    text = correlation(kind, "{gte: 2}", rules="[failed, passed]")
    assert many(ask(text, row("in", 1, "UserLoggedIn"), row("no", 2))).answer is answer
    assert many(ask(text, row("no", 1), row("in", 2, "UserLoggedIn"))).answer is Answer.HIT
    elsewhere = row("in", 2, "UserLoggedIn", user="bob@contoso.example")
    assert many(ask(text, row("no", 1), elsewhere)).answer is Answer.CLEAR


def test_an_alias_names_another_field_in_each_rule(ask):
    more = "  aliases: {who: {failed: UserId, passed: ObjectId}}\n"
    text = correlation("temporal", "{gte: 2}", rules="[failed, passed]", more=more).replace("[UserId]", "[who]")
    other = {**row("in", 3, "UserLoggedIn", user="x"), "target": "ANNA@contoso.example"}
    found = many(ask(text, row("no", 1), other))
    assert (found.answer, found.events) == (Answer.HIT, ("no", "in"))


@pytest.mark.parametrize(
    ("kind", "condition", "says"),
    [
        ("value_sum", "{field: X, gte: 2}", "value_sum are not supported"),
        ("event_count", "{lt: 2}", "lt is not supported, only gt and gte"),
        ("temporal", "failed and not passed", "and, or, not are not supported"),
    ],
)
def test_what_is_not_supported_says_so(ask, kind, condition, says):
    rules = "[failed, passed]" if kind == "temporal" else "[failed]"
    found = many(ask(correlation(kind, condition, rules=rules), row("1", 0)))
    assert found.answer is Answer.NOT_SUPPORTED
    assert says in found.reason


def test_a_correlation_on_a_rule_that_cannot_fire_cannot_fire(ask):
    text = correlation("event_count", "{gte: 1}").replace("m365, service: audit", "azure, service: pim", 1)
    found = many(ask(text, row("1", 0)))
    assert found.answer is Answer.CANNOT_FIRE
    assert "Failed: azure/pim" in found.reason


def test_a_correlation_on_a_rule_that_is_not_there_is_invalid(ask):
    found = many(ask(correlation("event_count", "{gte: 1}", rules="[absent]"), row("1", 0)))
    assert found.answer is Answer.INVALID
    assert "Put the rule that it names beside it." in found.reason


def test_a_field_without_a_place_groups_nothing_and_says_so(ask):
    text = correlation("event_count", "{gte: 1}").replace("[UserId]", "[NoSuchField]")
    found = many(ask(text, row("1", 0)))
    assert (found.answer, found.notes) == (
        Answer.CLEAR,
        ("field NoSuchField is not mapped for m365/audit: no event has a value of it",),
    )
