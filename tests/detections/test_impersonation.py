"""Invoices under imitated names, and mail in a colleague's name from the machine that forged the user's."""

import pytest
from detections.world import HOSTILE, act, ask, at, broke_in, event, partner, trace, usual
from tables import SUBJECT

from o365nb.model import Answer, Outcome

FALSE, OTHER = "billing@fabrikarn.example", "billing@fabrikam.co"
BILL = "Invoice 4471"


def billed(**given):
    """The partner's own mail about an invoice."""
    return trace("bob@fabrikam.example", SUBJECT, time=at(days=-2), message_subject=BILL, **given)


@pytest.mark.parametrize("way", [(FALSE, SUBJECT), (SUBJECT, FALSE)], ids=["from it", "to it"])
def test_an_invoice_under_an_imitated_name_in_the_partners_conversation(tmp_path, way):
    row = trace(*way, message_subject=f"Re: {BILL}", event_id="it")
    _, hits = ask(tmp_path, "im-invoice-fraud", events=[*partner(), billed(), row])
    said = (
        '"Re: Invoice 4471": money was written about with fabrikarn.example, which imitates another name, in the'
        " conversation with fabrikam.example"
    )
    assert [(hit.subject, hit.evidence, hit.confidence, hit.summary) for hit in hits] == [
        (SUBJECT, ("it",), 0.95, said)
    ]


def test_a_new_conversation_about_money_is_less_sure_for_a_weaker_likeness(tmp_path):
    row = trace(OTHER, SUBJECT, message_subject="Changed bank details")
    _, (hit,) = ask(tmp_path, "im-invoice-fraud", events=[*partner(), row])
    assert (hit.confidence, "conversation" in hit.summary) == (0.6, False)


def test_a_firm_that_was_written_to_on_two_days_is_imitated_though_the_trace_lacks_its_answers(tmp_path):
    written = [trace(SUBJECT, "bob@fabrikam.example", time=at(days=-day)) for day in (9, 4)]
    row = trace(FALSE, SUBJECT, message_subject=BILL, event_id="it")
    assert [hit.evidence for hit in ask(tmp_path, "im-invoice-fraud", events=[*written, row])[1]] == [("it",)]
    assert ask(tmp_path / "once", "im-invoice-fraud", events=[written[0], row])[0].verdict is Answer.CLEAR


@pytest.mark.parametrize(
    "row",
    [
        billed(event_id="real"),
        trace(FALSE, SUBJECT, message_subject="Lunch on Friday?"),
        trace("x@mail.fabrikam.example", SUBJECT, message_subject=BILL),
        trace("clerk@tailspin.example", SUBJECT, message_subject=BILL),
        event(operation="Send", message_subject=BILL),
    ],
    ids=["the partner", "no money", "the partner's subdomain", "another firm", "the user's own mail"],
)
def test_honest_invoices_and_other_mail_are_not(tmp_path, row):
    assert ask(tmp_path, "im-invoice-fraud", events=[*usual(), *partner(), row])[0].verdict is Answer.CLEAR


def test_an_invoice_sent_by_an_unfamiliar_hand(tmp_path):
    sent = act("Send", message_subject="Changed bank details", event_id="it")
    _, (hit,) = ask(tmp_path, "im-invoice-fraud", events=[*usual(), broke_in(), sent])
    assert (hit.evidence, hit.confidence) == (("it",), 0.9)
    assert hit.summary.startswith('"Changed bank details" was sent from 198.51.100.66')


def test_hostile_text_is_quoted_harmlessly(tmp_path):
    row = trace(FALSE, SUBJECT, message_subject=f"Invoice {HOSTILE}")
    _, (hit,) = ask(tmp_path, "im-invoice-fraud", events=[*partner(), row])
    assert not any(char in hit.summary for char in "\x1b\u202e")


def test_without_the_message_trace_it_is_blind(tmp_path):
    unseen = {"message_trace": Outcome.DENIED}
    assert ask(tmp_path, "im-invoice-fraud", events=usual(), coverage=unseen)[0].verdict is Answer.BLIND


def sent(number):
    known = {"message_id": f"<{number}@contoso.example>", "time": at(days=-number)}
    return [trace(SUBJECT, "bob@fabrikam.example", client_ip="192.0.2.250", **known), event(operation="Send", **known)]


def test_a_colleagues_name_counts_as_forged_on_the_machine_that_forged_the_users(tmp_path):
    rows = [row for number in range(1, 9) for row in sent(number)]
    machine = {"client_ip": "203.0.113.98", "time": at(days=-3, hours=1)}
    own = trace(SUBJECT, "gina@contoso.example", **machine, event_id="own")
    chief = trace("martha@contoso.example", SUBJECT, **machine, event_id="chief")
    elsewhere = trace("martha@contoso.example", SUBJECT, client_ip="203.0.113.5", time=at(days=-3, hours=1))
    guest = trace("x@fabrikam.example", SUBJECT, **machine)
    _, (hit,) = ask(tmp_path, "ia-spoof-not-compromise", events=[*rows, own, chief, elsewhere, guest])
    assert set(hit.evidence) == {"own", "chief"}
