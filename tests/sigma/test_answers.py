"""One test per answer a rule can get, and what stands beside it."""

import json
from dataclasses import replace

import pytest
from tables import SUBJECT, T0, event, make_case, sign_in

from o365nb import sigma
from o365nb.errors import BadCase, BadInput
from o365nb.model import utc
from o365nb.sigma import Answer, RuleAnswer

FORWARD = event(event_id="fwd", operation="New-InboxRule", properties={"Parameters.ForwardTo": "x@evil.example"})
MOVE = event(event_id="move", operation="New-InboxRule", properties={"Parameters.MoveToFolder": "News"})
RULE = {"Operation": "New-InboxRule", "Parameters|contains": "ForwardTo="}


def only(answer):
    assert len(answer.rules) == 1
    return answer.rules[0]


def test_a_hit_says_everything_about_itself(ask, make_rule):
    rule = make_rule(
        RULE,
        title="Forward to outside",
        id="11111111-1111-4111-8111-111111111111",
        level="high",
        status="test",
        author="A. Analyst",
        tags=["attack.persistence", "attack.t1114.003"],
    )
    found = ask([rule], FORWARD, MOVE, event(operation="Send"), event(operation="Send", actor="bob@contoso.example"))
    assert only(found) == RuleAnswer(
        file="rules.yml",
        line=1,
        title="Forward to outside",
        answer=Answer.HIT,
        reason="1 of its log source's events, 25.00% of m365/audit",
        rule_id="11111111-1111-4111-8111-111111111111",
        level="high",
        status="test",
        author="A. Analyst",
        log_source="m365/audit",
        attack=("T1114.003",),
        hits=1,
        by_subjects=1,
        share=0.25,
        first=utc(T0),
        last=utc(T0),
        events=("fwd",),
    )
    assert (found.files, found.other_files, found.events, found.able) == (1, 0, 4, 1)
    assert found.totals == {**dict.fromkeys(found.totals, 0), "hit": 1}


def test_the_count_is_exact_and_the_named_events_are_the_oldest(ask, make_rule):
    rows = [
        event(event_id=f"{n:05}", operation="Send", time=f"2026-11-17T{n // 60 % 24:02}:{n % 60:02}:00Z")
        for n in range(1_200)
    ]
    rule = only(ask([make_rule({"Operation": "Send"})], *rows))
    assert (rule.hits, len(rule.events)) == (1_200, 1_000)
    assert rule.events == tuple(f"{n:05}" for n in range(1_000))


def test_a_parameter_that_nobody_used_is_clear(ask, make_rule):
    rule = only(ask([make_rule(RULE)], MOVE))
    assert (rule.answer, rule.reason) == (Answer.CLEAR, "asked of 1 events of m365/audit")


def test_noisy_is_many_hits_and_a_large_share_of_the_log(ask, make_rule):
    rows = [event(event_id=str(n), operation="Send") for n in range(60)]
    rule = only(ask([make_rule({"Operation": "Send"})], *rows, MOVE))
    assert rule.answer is Answer.NOISY
    assert rule.reason == (
        "60 of its log source's events, 98.36% of m365/audit: more than 1.0% says little about any one of them"
    )
    assert rule.hits == 60


def test_few_hits_are_not_noise_whatever_their_share(ask, make_rule):
    assert only(ask([make_rule({"Operation": "New-InboxRule"})], FORWARD, MOVE)).answer is Answer.HIT


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (("azure", "signinlogs"), "the case has no events of azure/signinlogs"),
        (("azure", "pim"), "azure/pim: alerts of Privileged Identity Management are objects of the portal, no log"),
        (("windows", "security"),
         "windows/security: no log source that the field map knows (docs/sigma.md lists them)"),
    ],
)  # fmt: skip
def test_a_rule_without_its_log_cannot_fire(ask, make_rule, source, reason):
    rule = only(ask([make_rule({"Operation": "Send"}, product=source[0], service=source[1])], MOVE))
    assert (rule.answer, rule.reason) == (Answer.CANNOT_FIRE, reason)


def test_a_rule_whose_field_no_event_has_cannot_fire(ask, make_rule):
    rules = [
        make_rule({"conditionalAccessStatus": "failure"}, title="Property", product="azure", service="signinlogs"),
        make_rule({"location": "RU"}, title="Column", product="azure", service="signinlogs"),
        make_rule({"AuthenticationRequirement": "x"}, title="Shape", product="azure", service="signinlogs"),
    ]
    rows = [sign_in(event_id=str(n), country=None, mfa=None) for n in range(3)]
    reasons = {rule.title: (rule.answer, rule.reason) for rule in ask(rules, *rows).rules}
    told = "none of the 3 events of azure/signinlogs has "
    assert reasons == {
        "Property": (Answer.CANNOT_FIRE, told + "conditionalAccessStatus"),
        "Column": (Answer.CANNOT_FIRE, told + "location"),
        "Shape": (Answer.CANNOT_FIRE, told + "AuthenticationRequirement"),
    }


def test_a_field_that_is_filled_but_otherwise_is_clear(ask, make_rule):
    rule = make_rule({"conditionalAccessStatus": "failure"}, product="azure", service="signinlogs")
    row = sign_in(properties={"conditionalAccessStatus": "success"})
    assert only(ask([rule], row)).answer is Answer.CLEAR


@pytest.mark.parametrize(
    ("detection", "reason"),
    [
        ({"Operation|expand": "%secret_ops%"},
         "it waits for values of %secret_ops%. Give them under placeholders: with --fields"),
        ({"UserId": ["upn"], "Operation": "Send"},
         "'upn' in it stands for a value of your own. Put it in, in a copy of the rule"),
        ({"a": {"Operation": "Add user"}, "b": {"Operation": "Delete user"}, "condition": "a and b"},
         "its condition can never hold: one event would have to be Operation 'Add user' and Operation 'Delete user'"),
        ({"a": {"Parameters.X": "y"}, "condition": "a and not a"},
         "its condition can never hold: its parts exclude one another"),
        ({"NoSuchField": "x", "Operation": "Send"},
         "field NoSuchField stands for nothing in m365/audit records as mapped"),
    ],
    ids=["placeholder", "stand-in", "two things at once", "itself and not itself", "unmapped"],
)  # fmt: skip
def test_a_rule_that_no_event_can_match_is_dead_as_written(ask, make_rule, detection, reason):
    rule = only(ask([make_rule(detection)], MOVE))
    assert (rule.answer, rule.reason) == (Answer.DEAD, reason)


@pytest.mark.parametrize("field", ["Operation", "Parameters.X"], ids=["of a shape", "of an event"])
def test_a_pattern_that_the_engine_does_not_know_is_invalid_and_stops_nobody_else(ask, make_rule, field):
    rules = [make_rule({f"{field}|re": "(?!x)y"}, title="Lookahead"), make_rule({"Operation": "Set-X"}, title="Good")]
    found = ask(rules, event(operation="Set-X", properties={"Parameters.X": "y"}))
    assert [(rule.title, rule.answer) for rule in found.rules] == [
        ("Good", Answer.HIT),
        ("Lookahead", Answer.INVALID),
    ]
    assert "Regular expression '(?!x)y' is invalid" in found.rules[1].reason


def test_nesting_that_the_engine_does_not_take_stops_nobody_else(ask, make_rule):
    named = {f"s{n}": {"Operation": f"a{n}"} for n in range(2)}
    condition = "s0"
    for _ in range(150):
        condition = f"not (s1 and {condition})"
    found = ask([make_rule({**named, "condition": condition}), make_rule({"Operation": "Send"}, title="Good")], event())
    assert {rule.title: rule.answer for rule in found.rules}["Good"] is Answer.HIT


def test_two_names_of_one_field_cannot_be_two_things_but_two_spellings_are_one(ask, make_rule):
    two = {"Operation": "Add user", "properties.message": "Update user"}
    one = {"Operation": "Add user.", "properties.message": "add user"}
    row = event(operation="Add user", operation_raw="Add user.")
    answers = {
        rule.title: rule.answer for rule in ask([make_rule(two, title="two"), make_rule(one, title="one")], row).rules
    }
    assert answers == {"one": Answer.HIT, "two": Answer.DEAD}


def test_two_texts_of_a_field_with_several_values_are_possible(ask, make_rule):
    both = {"a": {"Parameters.X": "one"}, "b": {"Parameters.X": "two"}, "condition": "a and b"}
    row = event(properties=[{"name": "Parameters.X", "value": "one"}, {"name": "Parameters.X", "value": "two"}])
    assert only(ask([make_rule(both)], row)).answer is Answer.HIT


def test_a_rule_that_can_do_without_an_unmapped_field_runs_and_says_so(ask, make_rule):
    detection = {"a": {"Operation": "New-InboxRule"}, "f": {"NoSuchField": "x"}, "condition": "a and not f"}
    rule = only(ask([make_rule(detection)], MOVE))
    assert (rule.answer, rule.notes) == (Answer.HIT, ("field NoSuchField is not mapped and was taken as absent",))


def test_a_rule_named_in_the_map_is_dead_for_the_reason_given_there(ask, make_rule, tmp_path):
    number = "22222222-2222-4222-8222-222222222222"
    own = tmp_path / "own.yaml"
    own.write_text(f"dead: {{{number}: No such activity exists.}}")
    rule = only(ask([make_rule(RULE, id=number)], MOVE, fields=sigma.load_fields(own)))
    assert (rule.answer, rule.reason) == (Answer.DEAD, "No such activity exists.")


def test_negation_alone_stays_inside_its_log_source(ask, make_rule):
    rule = make_rule({"f": {"Operation": "Send"}, "condition": "not f"}, service="exchange")
    rows = [MOVE, event(event_id="file", workload="SharePoint", operation="FileAccessed"), sign_in(event_id="si")]
    assert only(ask([rule], *rows)).events == ("move",)


def test_answers_are_sorted_by_what_they_tell(ask, make_rule):
    rules = [
        make_rule({"Operation|expand": "%x%"}, title="dead"),
        make_rule({"Operation": "Nothing"}, title="clear"),
        make_rule({"Operation": "New-InboxRule"}, title="low", level="low"),
        make_rule({"Operation": "New-InboxRule"}, title="high", level="high"),
    ]
    assert [rule.title for rule in ask(rules, MOVE).rules] == ["high", "low", "clear", "dead"]


def test_what_is_kept_is_made_again_when_the_events_change(tmp_path, make_rule):
    import yaml

    (tmp_path / "rule.yml").write_text(yaml.safe_dump(make_rule({"Operation": "Send"})))

    def hits(*events):
        case = make_case(tmp_path, events=list(events))
        return sigma.run(case, tmp_path / "rule.yml").rules[0].hits

    first = hits(event(operation="Send"), MOVE)
    assert (first, hits(event(operation="Send", target="a"), event(operation="Send", target="b"))) == (1, 2)
    assert {path.name for path in (tmp_path / "case" / "tables" / "sigma").iterdir()} == {
        "few.parquet", "names.parquet", "rows.parquet", "shapes.parquet", "stamp.json",
    }  # fmt: skip


def test_an_empty_case_answers_too(ask, make_rule):
    rule = only(ask([make_rule(RULE)]))
    assert (rule.answer, rule.reason) == (Answer.CANNOT_FIRE, "the case has no events of m365/audit")


def test_a_case_without_tables_says_what_to_do(tmp_path, make_rule):
    (tmp_path / "rule.yml").write_text("title: x")
    with pytest.raises(BadCase, match="no tables yet"):
        sigma.run(make_case(tmp_path), tmp_path / "rule.yml")


def test_a_run_reads_back_as_it_was_written(ask, make_rule, tmp_path):
    found = ask([make_rule(RULE, level="high"), "no rule"], FORWARD)
    path = sigma.save(found, tmp_path / "report")
    assert sigma.load(tmp_path / "report") == found
    assert json.loads(path.read_text("utf-8"))["totals"] == found.totals
    assert replace(found, rules=()).able == 0


def test_a_damaged_run_says_so(tmp_path):
    (tmp_path / "sigma.json").write_text("{}")
    with pytest.raises(BadCase, match="not a run of Sigma rules"):
        sigma.load(tmp_path)
    with pytest.raises(BadCase, match="missing"):
        sigma.load(tmp_path / "elsewhere")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- a list", "it is no mapping"),
        ("surprise: {}", "unknown: surprise"),
        ("fields: [a]", "fields must be a mapping"),
        ("fields: {ual: {X: no_such_column}}", "events has no column 'no_such_column'"),
        ("fields: {ual: {X: properties}}", "events has no column 'properties' of single values"),
        ("fields: {ual: {X: [1]}}", "1 is no place"),
        ("logsources: {m365/audit: {events: [{actor: x}], fields: [ual]}}", "'actor' is not one of"),
        ("a: [", "not YAML"),
    ],
)
def test_a_field_map_that_is_none_is_refused(tmp_path, text, says):
    own = tmp_path / "own.yaml"
    own.write_text(text)
    with pytest.raises(BadInput, match=f"own.yaml.*{says}"):
        sigma.load_fields(own)


def test_a_field_map_replaces_what_it_names_and_nothing_else(hits, tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text(
        "logsources: {acme/log: {events: [{source: ual, workload: Share*}], fields: [acme]}}\n"
        "fields: {acme: {What: operation, Kind: text thing}, ual: {operation: workload}}\n"
        "noisy: {hits: 1}\n"
    )
    mapped = sigma.load_fields(own)
    rows = [MOVE, event(event_id="file", workload="SharePoint", operation="FileAccessed")]
    assert hits({"What": "fileaccessed", "Kind": "THING"}, *rows, product="acme", service="log", fields=mapped) == {
        "file"
    }
    assert hits({"Operation": "sharepoint"}, *rows, fields=mapped) == {"file"}
    assert (mapped.noisy_hits, mapped.noisy_share) == (1, 0.01)


def test_the_subject_counts_as_actor_target_or_owner(ask, make_rule):
    other = "bob@contoso.example"
    rows = [
        event(event_id="a", operation="X", actor=SUBJECT),
        event(event_id="t", operation="X", actor=other, target=SUBJECT),
        event(event_id="o", operation="X", actor=other, mailbox_owner=SUBJECT),
        event(event_id="n", operation="X", actor=other),
    ]
    rule = only(ask([make_rule({"Operation": "X"})], *rows))
    assert (rule.hits, rule.by_subjects) == (4, 3)
