"""Folders as they come: broken, hostile, huge. Nothing is skipped in silence."""

import pytest
import yaml
from tables import event, make_case

from o365nb import sigma
from o365nb.errors import BadInput
from o365nb.sigma import Answer, rulefiles

GOOD = "title: Good\nlogsource: {product: m365, service: audit}\ndetection:\n  s: {Operation: Send}\n  condition: s\n"


def answers(tmp_path, files):
    folder = tmp_path / "rules"
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return sigma.run(make_case(tmp_path, events=[event(event_id="e", operation="Send")]), folder)


BROKEN = {
    "not YAML": ("title: [\n  oops: }\n", 2, "not YAML"),
    "a tab": ("title: x\n\tlevel: high\n", 2, "not YAML"),
    "not UTF-8": (b"title: \xff\xfe\n", 1, "not UTF-8"),
    "no mapping": ("- just\n- a list\n", 1, "a rule is a mapping"),
    "no log source": ("title: x\ndetection:\n  s: {a: b}\n  condition: s\n", 1, "must have a log source"),
    "no detection": ("title: x\nlogsource: {product: m365}\n", 1, "must have a detection"),
    "no condition": ("title: x\nlogsource: {product: m365}\ndetection:\n  s: {a: b}\n", 1, "at least one condition"),
    "an unknown modifier": (GOOD.replace("Operation:", "Operation|shout:"), 3, "Unknown modifier 'shout'"),
    "a selection that is not there": (GOOD.replace("condition: s", "condition: t"), 1, "'t' not defined"),
    "a pattern that is none": (GOOD.replace("{Operation: Send}", "{Operation|re: '('}"), 3, "Regular expression"),
    "the old pipe": (GOOD.replace("condition: s", "condition: s | count() > 5"), 1, "pipe syntax"),
    "a level that is none": (GOOD + "level: enormous\n", 6, "level"),
    "an anchor that opens a billion": (
        "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 10)}]\n" for n in range(9))
        + "title: *j\nlogsource: {product: m365}\ndetection: {s: *j, condition: s}\n",
        1,
        "aliases expand",
    ),
    "nested beyond reason": ("title: " + "[" * 20_000, 2, "not YAML"),
    "nothing at all": ("---\n---\n", 1, "no rule in it"),
    "larger than any rule": (b"#" * (rulefiles.LARGEST + 1), 1, "larger than 1 MiB"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_an_answer_with_file_line_and_mend(tmp_path, name):
    content, line, says = BROKEN[name]
    found = answers(tmp_path, {"deep/bad.yml": content, "good.yml": GOOD})
    bad = next(rule for rule in found.rules if rule.file == "deep/bad.yml")
    assert (bad.answer, bad.line) == (Answer.INVALID, line), bad
    assert says in bad.reason
    assert bad.reason.endswith(".")
    assert {rule.file: rule.hits for rule in found.rules} == {"deep/bad.yml": 0, "good.yml": 1}


@pytest.mark.parametrize("depth", [50, 5_000])
def test_brackets_beyond_reason_are_read_or_refused(tmp_path, depth):
    found = answers(tmp_path, {"a.yml": GOOD.replace("condition: s", f"condition: {'(' * depth}s{')' * depth}")})
    assert found.rules[0].answer in (Answer.HIT, Answer.INVALID)  # as deep as the interpreter goes


def test_what_is_no_rule_file_is_counted(tmp_path):
    found = answers(tmp_path, {"good.yml": GOOD, "UPPER.YAML": GOOD, "README.md": "hello", "x.json": "{}"})
    assert (found.files, found.other_files, len(found.rules)) == (2, 2, 2)


def test_several_rules_in_a_file_and_a_shared_part(tmp_path):
    text = (
        "action: global\nlogsource: {product: m365, service: audit}\nlevel: low\n"
        "---\ntitle: One\ndetection:\n  s: {Operation: Send}\n  condition: s\n"
        "---\ntitle: Two\ndetection:\n  s: {Operation: Other}\n  condition: s\n"
    )
    found = answers(tmp_path, {"many.yml": text})
    assert [(rule.title, rule.line, rule.level, rule.hits) for rule in found.rules] == [
        ("One", 5, "low", 1),
        ("Two", 10, "low", 0),
    ]


def test_several_conditions_are_alternatives(tmp_path):
    text = GOOD.replace("condition: s", "t: {Operation: Other}\n  condition: [t, s]")
    assert answers(tmp_path, {"a.yml": text}).rules[0].hits == 1


def test_a_filter_beside_the_rules_is_applied(tmp_path):
    number = "33333333-3333-4333-8333-333333333333"
    only = (
        "title: Not ours\nlogsource: {product: m365, service: audit}\n"
        f"filter:\n  rules: [{number}]\n  s: {{Operation: Send}}\n  condition: not s\n"
    )
    found = answers(tmp_path, {"a.yml": GOOD + f"id: {number}\n", "filter.yml": only, "b.yml": GOOD})
    assert {rule.file: rule.hits for rule in found.rules} == {"a.yml": 0, "b.yml": 1}


def test_hostile_titles_are_shown_as_text(tmp_path):
    rule = {**yaml.safe_load(GOOD), "title": "\x1b]0;owned\x07\u202e<script>\nnext", "author": "\x1b[31mred"}
    found = answers(tmp_path, {"a.yml": yaml.safe_dump(rule)}).rules[0]
    assert (found.title, found.author) == ("\\u202e<script> next", "red")


def test_values_and_fields_cannot_leave_their_quotes(tmp_path):
    evil = "x'); DROP TABLE sigma_hits; --"
    rule = yaml.safe_load(GOOD)
    rule["detection"]["s"] = {f"Parameters.{evil}": evil, "Operation": [evil, "Send"]}
    found = answers(tmp_path, {"a.yml": yaml.safe_dump(rule), "b.yml": GOOD})
    assert [one.answer for one in found.rules] == [Answer.HIT, Answer.CLEAR]


def test_a_nul_in_a_value_is_only_a_value(tmp_path):
    rule = yaml.safe_load(GOOD)
    rule["detection"]["s"] = {"Operation": ["a\0b", "Send"]}
    assert answers(tmp_path, {"a.yml": yaml.safe_dump(rule)}).rules[0].hits == 1


def test_a_thousand_values_are_no_trouble(tmp_path):
    rule = yaml.safe_load(GOOD)
    rule["detection"]["s"] = {"Operation": [f"Thing{n}" for n in range(2_000)] + ["send"]}
    rule["detection"]["t"] = {"Parameters|contains": [f"thing{n}" for n in range(2_000)]}
    rule["detection"]["condition"] = "s and not t"
    assert answers(tmp_path, {"a.yml": yaml.safe_dump(rule)}).rules[0].hits == 1


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.mkdir()], ids=["missing", "empty"])
def test_no_rules_at_all_is_bad_input(tmp_path, make):
    make(tmp_path / "none")
    with pytest.raises(BadInput, match="Name the folder of Sigma rules"):
        sigma.run(make_case(tmp_path, events=[event()]), tmp_path / "none")
