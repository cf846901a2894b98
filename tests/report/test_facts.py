from dataclasses import replace

from report.sample import aitm, gap, nothing, traveller

from o365nb.model import Label, Outcome
from o365nb.report.clock import Clock
from o365nb.report.facts import elsewhere, six_numbers, whole


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


def test_what_nobody_could_be_found_for_is_never_counted_as_the_owners():
    unknown = replace(
        traveller(), attributions=tuple(replace(e, label=Label.UNKNOWN) for e in traveller().attributions)
    )
    assert values(unknown) == {
        "Accounts taken over": "None shown", "Dwell time": "Cannot tell", "Mails seen": "Cannot tell",
        "Files seen": "Cannot tell", "Recipients of their mail": "Cannot tell", "Money": "Not known",
    }  # fmt: skip


def test_mail_that_only_the_trace_knows_and_nobody_is_known_for_is_no_zero():
    (sent, *_) = (e for e in traveller().attributions if e.operation == "Send")
    traced = replace(sent, event_id="traced", source="message_trace", operation="Message trace", label=Label.UNKNOWN)
    found = replace(traveller(), attributions=(*traveller().attributions, traced))
    told = {one.label: (one.value, one.note) for one in six_numbers(found, Clock())}
    assert told["Recipients of their mail"] == ("Cannot tell", "1 delivery of mail could not be attributed to anybody.")


def test_a_source_that_was_never_asked_for_is_not_taken_as_seen():
    never = gap("ual", Outcome.EMPTY, "never asked for", "The unified audit log was not among the evidence.")
    assert not whole(never)
    assert whole(gap("ual", Outcome.EMPTY, "asked, nothing there"))
    assert values(replace(traveller(), coverage=(never, gap("sign_in"))))["Mails seen"] == "Cannot tell"


def test_another_account_with_the_attackers_traces_is_named_as_next():
    found = aitm()
    event = next(e for e in found.attributions if e.label is Label.ATTACKER and e.source != "message_trace")
    stranger = replace(event, event_id="elsewhere", actor="gina@contoso.example")
    wider = replace(found, attributions=(*found.attributions, stranger))
    assert (elsewhere(found), elsewhere(wider)) == ([], ["gina@contoso.example"])
    note = next(number.note for number in six_numbers(wider, Clock()) if number.label == "Accounts taken over")
    assert "1 more account must be examined" in note
