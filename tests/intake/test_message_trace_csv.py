"""Message traces as every cmdlet and report of the portal writes them."""

import codecs

import pytest
from evidence import balanced, case_of, normalise, properties, read, rows
from exports import ANNA, EXTENDED_COLUMNS, STEP, SUMMARY, SUMMARY_COLUMNS, TRACE, TRACE_COLUMNS, WHEN, table

from o365nb.intake import Damaged


def statuses(content):
    _, records, damaged = read(content)
    return {record.data["recipientAddress"]: record.data["status"] for record in records}, damaged


def test_a_row_of_get_message_trace_says_what_graphs_would():
    row = {**TRACE, "MessageTraceId": "t-1", "MessageId": "m-1@contoso.example", "FromIP": "203.0.113.10",
           "Subject": "Invoice", "Size": "53066", "Received": "11/17/2026 8:41:00 AM"}  # fmt: skip
    _, (record,), _ = read(table(TRACE_COLUMNS, row))
    (event,) = normalise("message_trace", record.data)
    names = ("event_id", "actor", "target", "client_ip", "message_id", "message_subject", "result")
    assert tuple(event[name] for name in names) == (
        "t-1|x@fabrikam.example", ANNA, "x@fabrikam.example", "203.0.113.10", "<m-1@contoso.example>", "Invoice",
        "success",
    )  # fmt: skip
    assert properties(event) == {"status": "Delivered", "size": "53066", "fromIP": "203.0.113.10"}


def test_the_list_of_the_portal_reads_alike():
    content = f'Date (UTC),Sender,Recipient,Subject,Status\n{WHEN},{ANNA},x@fabrikam.example,"Pay, now",Delivered\n'
    _, (record,), damaged = read(content)
    assert (record.data["subject"], record.data["senderAddress"], damaged) == ("Pay, now", ANNA, [])


def test_each_recipient_of_a_summary_has_a_record_with_its_own_end():
    listed = "a@x.example##Receive, Deliver; b@y.example##Receive, Fail;c@z.example##Receive, Send;d@z.example##Receive"
    assert statuses(table(SUMMARY_COLUMNS, {**SUMMARY, "recipient_status": listed})) == (
        {
            "a@x.example": "Delivered",
            "b@y.example": "Failed",
            "c@z.example": "Delivered",
            "d@z.example": "GettingStatus",
        },
        [],
    )


@pytest.mark.parametrize(
    ("listed", "reason"),
    [
        ("", "no recipient is named"),
        ("a@x.example", "a recipient without its status: a@x.example"),
    ],
)
def test_a_summary_row_without_recipients_is_said(listed, reason):
    assert statuses(table(SUMMARY_COLUMNS, {**SUMMARY, "recipient_status": listed})) == ({}, [Damaged(2, reason)])


def test_a_recipient_that_can_be_read_beside_one_that_cannot():
    found, damaged = statuses(table(SUMMARY_COLUMNS, {**SUMMARY, "recipient_status": "a@x.example##Deliver;<b>"}))
    assert (found, damaged) == (
        {"a@x.example": "Delivered"}, [Damaged(2, "a recipient without its status: <b>")],
    )  # fmt: skip


def test_a_report_in_the_portals_utf_16_reads_alike():
    content = table(SUMMARY_COLUMNS, SUMMARY)
    assert read(codecs.BOM_UTF16_LE + content.encode("utf-16-le")) == read(content)


def test_the_steps_of_a_message_are_one_event_with_its_end(tmp_path):
    steps = [{**STEP, "event_id": event} for event in ("RECEIVE", "SUBMIT", "DEFER", "DELIVER")]
    other = [{**STEP, "event_id": "RECEIVE", "recipient_address": "y@z.example;z@z.example"}]
    case = case_of(tmp_path, {"report.csv": table(EXTENDED_COLUMNS, *steps, *other)})
    assert balanced(case) == {"report.csv": (6, 3, 0)}
    assert rows(case, "SELECT target, result FROM events ORDER BY target") == [
        {"target": "x@fabrikam.example", "result": "success"},
        {"target": "y@z.example", "result": "unknown"},
        {"target": "z@z.example", "result": "unknown"},
    ]
    (entry,) = [entry for entry in case.ledger.entries() if entry.source == "message_trace"]
    assert "the steps before the last count as duplicates" in entry.reason


def test_rows_without_time_or_recipient_are_lost_and_counted(tmp_path):
    content = table(EXTENDED_COLUMNS, {**STEP, "recipient_address": ""}, {**STEP, "origin_timestamp_utc": "x"}, STEP)
    assert balanced(case_of(tmp_path, {"r.csv": content})) == {"r.csv": (3, 0, 2)}
    content = table(TRACE_COLUMNS, TRACE, {**TRACE, "Received": "never"})
    assert balanced(case_of(tmp_path / "2", {"r.csv": content})) == {"r.csv": (2, 0, 1)}


HOSTILE = ["'; DROP TABLE events; --", "<script>alert(1)</script>", '=cmd|"/c calc"!A0', "a##b;c##d", 'x"\r\ny']


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_subjects_come_through_as_text(tmp_path, text):
    case = case_of(tmp_path, {"s.csv": table(SUMMARY_COLUMNS, {**SUMMARY, "message_subject": text})})
    assert rows(case, "SELECT message_subject FROM events") == [{"message_subject": text}]
