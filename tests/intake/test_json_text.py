import pytest

from o365nb.intake.base import Damaged
from o365nb.intake.json_text import items, loads


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a":1}', [(1, {"a": 1})]),
        ('[{"a":1},{"a":2}]', [(1, {"a": 1}), (2, {"a": 2})]),
        ('{"@odata.context":"x","value":[{"a":1}]}', [(1, {"a": 1})]),
        ('{"records":[{"a":1}]}', [(1, {"a": 1})]),
        ('{"a":1}\n\n{"a":2}\r\n', [(1, {"a": 1}), (3, {"a": 2})]),
        ('[{"a":1}]\n[{"a":2},{"a":3}]', [(1, {"a": 1}), (2, {"a": 2}), (2, {"a": 3})]),
        ('[{"a":1}][{"a":2}]', [(1, {"a": 1}), (2, {"a": 2})]),
        ('\r\n    [{\r\n  "a": 1\r\n}\r\n]\r\n', [(1, {"a": 1})]),
        ('{\n "a": 1\n}\n{\n "a": 2\n}\n', [(1, {"a": 1}), (2, {"a": 2})]),
        ('[{"a":1},]', [(1, {"a": 1})]),
        ("[null]", []),
        ("[]", []),
        ('{"value":[]}', []),
    ],
)
def test_every_container_that_tools_write(text, expected):
    assert list(items(text)) == expected


def test_a_line_that_is_cut_is_reported_with_its_number_and_loses_no_other():
    found = list(items('{"a":1}\n{"a":"cut\n{"a":3}\n'))
    assert [item for item in found if not isinstance(item, Damaged)] == [(1, {"a": 1}), (3, {"a": 3})]
    assert [item.line for item in found if isinstance(item, Damaged)] == [2]


@pytest.mark.parametrize(
    "text",
    [
        '[{"a":1},\n{"a":2},\n{"a":"cu',
        '{"@odata.context":"https://x","value":[{"a":1},\n{"a":2},\n{"a":"cu',
        '{"@odata.context":"https://x","@adminapi.warnings":[],"value":[{"a":1},\n{"a":2},\n{"a":"cu',
    ],
)
def test_a_list_that_is_cut_keeps_its_whole_records_and_says_where_it_broke(text):
    assert list(items(text)) == [
        (1, {"a": 1}),
        (2, {"a": 2}),
        Damaged(3, "the JSON is cut or damaged from here on"),
    ]


def test_reading_resumes_at_the_next_value_after_a_break():
    found = list(items('{\n "a": 1\n}\n{\n "a": oops\n}\n{\n "a": 3\n}\n'))
    assert found == [(1, {"a": 1}), Damaged(4, "the JSON is cut or damaged from here on"), (2, {"a": 3})]


def test_a_lone_surrogate_and_control_characters_do_not_stop_the_reading():
    assert list(items('{"a":"\\ud83d x"}')) == [(1, {"a": "\ud83d x"})]
    assert loads('{"a":"tab\there"}') == {"a": "tab\there"}


def test_a_value_nested_beyond_reason_is_damaged_not_a_crash():
    deep = "[" * 200_000 + "]" * 200_000
    with pytest.raises(ValueError, match="nested"):
        loads(deep)
    assert all(isinstance(item, Damaged) for item in items('{"a":' + deep + "}"))
