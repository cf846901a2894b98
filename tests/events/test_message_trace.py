"""Graph's exchangeMessageTrace → events."""

from datetime import datetime

import pytest
from evidence import normalise, normalise_one

KIND = "message_trace"
RECORD = {
    "id": "1896433F-f63a-43be-ce4f-08dcef84c8d0",
    "senderAddress": "Anna@contoso.example",
    "recipientAddress": "Bob@Fabrikam.example",
    "messageId": "<a@x>",
    "receivedDateTime": "2026-11-18T04:41:00Z",
    "subject": "Invoice",
    "size": 4096,
    "fromIP": "203.0.113.9",
    "toIP": "",
    "status": "Delivered",
}


def one(*columns, **given):
    return normalise_one(KIND, {**RECORD, **given}, *columns)


def test_a_whole_record():
    assert normalise(KIND, RECORD) == [
        {
            "raw_file": "raw/f.gz",
            "raw_line": 1,
            "seq": 0,
            "damaged": False,
            "event_id": "1896433f-f63a-43be-ce4f-08dcef84c8d0|bob@fabrikam.example",
            "time": datetime(2026, 11, 18, 4, 41),  # noqa: DTZ001 - the tables hold UTC without a zone
            "source": "message_trace",
            "workload": "Exchange",
            "operation": "Message trace",
            "operation_raw": "Message trace",
            "actor": "anna@contoso.example",
            "actor_kind": "unknown",
            "target": "bob@fabrikam.example",
            "client_ip": "203.0.113.9",
            "result": "success",
            "message_id": "<a@x>",
            "message_subject": "Invoice",
            "properties": [
                {"name": "status", "value": "Delivered"},
                {"name": "size", "value": "4096"},
                {"name": "fromIP", "value": "203.0.113.9"},
            ],
        }
    ]


@pytest.mark.parametrize(
    ("status", "result"),
    [
        ("delivered", "success"),
        ("Expanded", "success"),
        ("failed", "failure"),
        ("quarantined", "failure"),
        ("filteredAsSpam", "failure"),
        ("pending", "unknown"),
        ("gettingStatus", "unknown"),
        ("recalled", "unknown"),
        (None, "unknown"),
    ],
)
def test_results(status, result):
    assert one("result", status=status) == result


def test_message_ids_always_have_their_brackets():
    assert one("message_id", messageId="a@x") == "<a@x>"
    assert one("message_id", messageId=None) is None


def test_without_an_id_the_content_tells_rows_apart():
    first, second = one("event_id", id=None), one("event_id", id=None, subject="x")
    assert len(first) == 64
    assert first != second
