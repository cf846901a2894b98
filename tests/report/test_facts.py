from dataclasses import replace

from report.sample import aitm, gap, nothing, traveller

from o365nb.model import Outcome
from o365nb.report.clock import Clock
from o365nb.report.facts import six_numbers


def values(found):
    return {number.label: number.value for number in six_numbers(found, Clock())}


def test_a_gap_turns_counts_into_at_least_and_zeros_into_cannot_tell():
    assert values(aitm()) == {
        "Accounts taken over": "1", "Dwell time": "20 h 55 min", "Mails seen": "At least 38",
        "Files seen": "Cannot tell", "Recipients of their mail": "640", "Money": "Not known",
    }  # fmt: skip


def test_a_zero_stands_only_where_such_access_is_recorded_at_all():
    assert values(traveller())["Mails seen"] == "0"
    silent = replace(traveller(), attributions=tuple(e for e in traveller().attributions if e.operation == "Send"))
    assert (values(silent)["Mails seen"], values(silent)["Files seen"]) == ("Cannot tell", "Cannot tell")


def test_nothing_read_means_cannot_tell_everywhere():
    assert set(values(nothing()).values()) == {"Cannot tell", "Not known"}


def test_the_reason_of_a_gap_is_named():
    denied = replace(traveller(), coverage=(gap("ual", Outcome.NOT_LICENSED, ""), gap("message_trace")))
    notes = {number.label: number.note for number in six_numbers(denied, Clock())}
    assert notes["Files seen"] == "Not the whole record was available (Unified audit log: not licensed)."
