import json
import tracemalloc

import pytest

from o365nb.intake.base import Damaged
from o365nb.intake.json_text import WHOLE, context, items, loads


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


@pytest.mark.parametrize("container", ["[%s]", '{"@odata.context":"x","value":[%s],"@odata.nextLink":"y"}'])
def test_a_large_list_reads_alike_without_all_of_it_in_memory(container):
    record = {"a": {"b": [1, None, "x\\"]}, "c": "é" * 10_000}
    count = WHOLE // 10_000
    text = container % ",".join([json.dumps(record, ensure_ascii=False)] * count)
    assert len(text) > WHOLE
    tracemalloc.start()
    assert all(item == (number, record) for number, item in enumerate(items(text), 1))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < WHOLE
    assert sum(1 for _ in items(text)) == count


def test_a_context_with_an_escape_that_is_none_is_read_as_it_stands():
    assert context('{"@odata.context":"https://x/\\x1","value":[]}') == "https://x/\\x1"


@pytest.mark.parametrize("text", ['{"d":{"results":[{"a":1}]}}', '{"d":[{"a":1}]}', '{"d":{"a":1}}', '["{\\"a\\":1}"]'])
def test_odata_two_and_records_inside_strings_are_opened(text):
    assert list(items(text)) == [(1, {"a": 1})]


def test_a_cut_answer_of_odata_two_keeps_its_whole_records():
    cut = Damaged(2, "the JSON is cut or damaged from here on")
    assert list(items('{"d":{"results":[{"a":1},\n{"a":"cu')) == [(1, {"a": 1}), cut]


def test_what_lies_in_d_a_thousand_times_over_is_no_crash():
    assert len(list(items('{"d":' * 900 + "1" + "}" * 900))) == 1
