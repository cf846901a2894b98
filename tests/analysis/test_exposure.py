"""Exposure beyond the plain cases: mailboxes of others, what the log does not name, files, links, chats, searches."""

from __future__ import annotations

import pytest
from analysis.test_consequences import access, judged
from analysis.world import EVIL, HOME, STOLEN, at, entry
from tables import SUBJECT, event, make_case, rule_change, state

from o365nb.analysis.attribution import attribute
from o365nb.analysis.base import Seed
from o365nb.analysis.exposure import exposure
from o365nb.engine import Engine
from o365nb.model import Label

FILE = "https://contoso.example/personal/anna/Documents/Prices.xlsx"
HOSTILE = "=cmd|' /C calc'!A0 \x1b[31m</script>\n"


def seen(root, *events, seeds=None):
    return judged(root, [entry(), *events], exposure, seeds)


def brief(found):
    return [(one.kind, one.item, one.certainty, one.subject) for one in found]


def act(operation, minutes=5, **given):
    return event(**{**STOLEN, "operation": operation, "time": at(minutes=minutes), "event_id": f"{operation} {minutes}",
                    **given})  # fmt: skip


def test_a_mailbox_read_with_the_victims_rights_is_that_mailboxs_exposure(tmp_path):
    shared = "finance@contoso.example"
    own = access("Sync", folders=["\\Inbox"], event_id="own")
    found = seen(tmp_path, access(message_ids=["<1>"], mailbox_owner=shared), own)
    assert [(one.kind, one.subject) for one in found] == [("folder", SUBJECT), ("mail", shared)]
    assert found[1].why == f"the mail was opened with the rights of {SUBJECT}"


def test_what_the_record_counts_and_does_not_name_is_possible(tmp_path):
    bind = {"OperationProperties.MailAccessType": "Bind"}
    found = seen(
        tmp_path,
        access(properties={**bind, "OperationCount": "3"}, message_ids=["<1>"], folders=["\\Inbox"]),
        access(properties=bind, event_id="bare", time=at(minutes=10)),
    )
    assert brief(found) == [
        ("mail", "(mail not named, read)", "possible", SUBJECT),
        ("mail", "<1>", "certain", SUBJECT),
        ("mail", "(mail not named, bare)", "possible", SUBJECT),
    ]
    assert found[0].why == "the log counts 2 mails more in \\Inbox as opened and does not name it"


def test_subject_and_parties_come_from_the_best_source_that_knows_them(tmp_path):
    kept = state("message", "2", message_id="<2>", subject="Offer", sender="Ben@contoso.example", folder="inbox",
                 recipients=[SUBJECT, "x@fabrikam.example", "y@fabrikam.example"], has_attachments=True)  # fmt: skip
    sent = event(client_ip=HOME, operation="Send", message_id="<3>", message_subject="Pay", time=at(days=-1))
    rows = [entry(), sent, access(message_ids=["<2>", "<3>", "<4>"])]
    with Engine(make_case(tmp_path, events=rows, messages=[kept])) as engine:
        found = exposure(engine, attribute(engine, {"entry": Seed(0.95, "x")}))
    assert {one.item: one.why for one in found} == {
        "<2>": f'the mail was opened, subject line "Offer", from ben@contoso.example to {SUBJECT} and 2 others,'
        " with attachments that must be taken as read",
        "<3>": f'the mail was opened, subject line "Pay", from {SUBJECT}',
        "<4>": "the mail was opened",
    }


@pytest.mark.parametrize(
    ("operation", "said", "whose"),
    [
        ("Set-AdminAuditLogConfig", {"UnifiedAuditLogIngestionEnabled": "False"}, [SUBJECT]),
        ("Set-AdminAuditLogConfig", {"UnifiedAuditLogIngestionEnabled": "True"}, []),
        ("Set-Mailbox", {"AuditEnabled": "$false", "Identity": "anna"}, [SUBJECT]),
        ("Set-Mailbox", {"AuditEnabled": "False", "Identity": "ben"}, []),
        ("Set-MailboxAuditBypassAssociation", {"AuditBypassEnabled": "True", "Identity": SUBJECT}, [SUBJECT]),
    ],
)
def test_what_was_read_after_the_recording_was_switched_off_is_not_known(tmp_path, operation, said, whose):
    made = act(operation, properties={f"Parameters.{name}": value for name, value in said.items()})
    found = [one for one in seen(tmp_path, made) if one.boundless]
    assert [(one.subject, one.certainty) for one in found] == [(subject, "possible") for subject in whose]
    assert all("cannot be excluded" in one.why for one in found)


def test_a_thousand_openings_in_a_day_may_have_overflown_the_record(tmp_path):
    binds = [
        event(client_ip=HOME, operation="MailItemsAccessed", mailbox_owner=SUBJECT, time=at(hours=1, seconds=number),
              event_id=f"b{number}", properties={"OperationProperties.MailAccessType": "Bind"})
        for number in range(1000)
    ]  # fmt: skip
    found = seen(tmp_path, access(message_ids=["<1>"]), *binds)
    assert [one.item for one in found if one.boundless] == ["(the whole mailbox, until 2026-11-18 09:57 UTC)"]
    assert not [one for one in seen(tmp_path / "less", access(message_ids=["<1>"]), *binds[:998]) if one.boundless]


def test_where_reading_is_never_recorded_the_whole_mailbox_is_possible(tmp_path):
    with Engine(make_case(tmp_path, events=[entry()])) as engine:
        (found,) = exposure(engine, attribute(engine, {"entry": Seed(0.95, "x")}))
    assert (found.boundless, found.certainty, found.event_id) == (True, "possible", "entry")
    assert seen(tmp_path / "recorded") == []


def test_a_file_is_told_once_with_all_that_was_done_to_it(tmp_path):
    found = seen(
        tmp_path, act("FilePreviewed", 5, target=FILE), act("FileDownloaded", 9, target=FILE),
        act("FileAccessed", 7, target=FILE), act("FileModified", 8, target=FILE + "2"),
        act("FileDownloaded", 6, target=FILE + "3", result="failure"),
    )  # fmt: skip
    assert [(one.item, one.event_id, one.why) for one in found] == [
        (FILE, "FileDownloaded 9", "the file was downloaded, opened and previewed"),
    ]


def test_a_link_is_told_with_its_use(tmp_path):
    made = act("AnonymousLinkCreated", target=FILE)
    used = [
        event(operation="AnonymousLinkUsed", actor="urn:spo:anon#x", actor_kind="unknown", target=FILE.upper(),
              client_ip=EVIL, time=at(hours=hour), event_id=f"used {hour}")
        for hour in (-1, 2, 3)
    ]  # fmt: skip
    assert [one.why for one in seen(tmp_path, made)] == [
        "a link for anybody was made for it; no use of it is in the evidence",
    ]
    assert [one.why for one in seen(tmp_path / "used", made, *used)] == [
        f"a link for anybody was made for it; it was used 3 times (somebody unnamed from {EVIL})",
    ]


def test_chats_and_searches(tmp_path):
    found = seen(
        tmp_path,
        act("MessageRead", 5, properties={"ChatThreadId": "19:x@thread.v2", "ChatName": "Board"}),
        act("MessageSent", 6, properties={"TeamName": "Sales", "ChannelName": "Deals"}),
        act("SearchQueryInitiatedExchange", 7, properties={"QueryText": "invoice iban"}),
        act("SearchQueryInitiatedSharePoint", 8, properties={"QueryText": HOSTILE}),
    )
    assert brief(found) == [
        ("chat", "19:x@thread.v2", "certain", SUBJECT),
        ("chat", "Sales / Deals", "certain", SUBJECT),
        ("search", "invoice iban", "certain", SUBJECT),
        ("search", "=cmd|' /C calc'!A0 \\u001b[31m</script>", "certain", SUBJECT),
    ]
    assert found[0].why == 'the chat ("Board") was read'
    assert "does not keep what was found" in found[2].why


DROP = "drop@mail-keep.example"


def went(to=DROP, hours=2.0, actor="p@fabrikam.example", **given):
    row = {"source": "message_trace", "actor": actor, "target": to, "client_ip": None, "time": at(hours=hours),
           "message_id": f"<{hours}>", "message_subject": HOSTILE, "event_id": f"t|{to}|{hours}"}  # fmt: skip
    return event(**{**row, **given})


def sends_on(name, value, operation="Set-Mailbox", **given):
    return act(operation, 30, properties={f"Parameters.{name}": value}, **given)


@pytest.mark.parametrize(
    "how",
    [
        sends_on("ForwardingSmtpAddress", f"smtp:{DROP.title()}", target=SUBJECT),
        sends_on("BlindCopyTo", f'["{DROP}"]', "New-TransportRule", target="Copy"),
        sends_on("JournalEmailAddress", DROP, "New-JournalRule"),
    ],
    ids=lambda row: row["operation"],
)
def test_mail_that_the_attacker_had_sent_on_is_exposed_from_then_on(tmp_path, how):
    wrote = act("Send", 40, message_id="<own>")
    trace = [went(), went(hours=-1), went(hours=3, result="failure"), went("ben@fabrikam.example", 4)]
    found = seen(tmp_path, how, wrote, *trace, went(hours=5, message_id="<own>"))
    assert brief([one for one in found if not one.boundless]) == [("mail", "<2.0>", "certain", SUBJECT)]
    (mail,) = [one for one in found if not one.boundless]
    assert mail.why == (
        "the mail went to drop@mail-keep.example, where the attacker had mail sent since 2026-11-17 09:11 UTC,"
        " subject line \"=cmd|' /C calc'!A0 \\u001b[31m</script>\", from p@fabrikam.example to drop@mail-keep.example"
    )


def test_an_inbox_rule_carries_the_mail_of_the_mailbox_it_stands_in(tmp_path):
    made = act("New-InboxRule", 30)
    change = rule_change(event_id=made["event_id"], time=at(minutes=30), redirect_to=[DROP.upper()])
    with Engine(make_case(tmp_path, events=[entry(), made, went()], rule_changes=[change])) as engine:
        found = exposure(engine, attribute(engine, {"entry": Seed(0.95, "x")}))
    assert brief([one for one in found if not one.boundless]) == [("mail", "<2.0>", "certain", SUBJECT)]


@pytest.mark.parametrize("address", ["ben@contoso.example", "", "drop"])
def test_mail_that_stays_in_the_house_went_to_nobody(tmp_path, address):
    found = seen(tmp_path, sends_on("ForwardingSmtpAddress", address), went(), went("ben@contoso.example", 3))
    assert [one for one in found if not one.boundless] == []


def test_an_unsure_act_makes_everything_possible_and_a_sure_one_wins(tmp_path):
    files = [act("FileDownloaded", 9, target=FILE), act("AnonymousLinkCreated", 8, target=FILE)]
    mails = [sends_on("ForwardingSmtpAddress", DROP), went()]
    found = seen(tmp_path, *files, *mails, seeds={"entry": Seed(0.65, "weak")})
    assert {one.certainty for one in found} == {"possible"}
    assert all("not sure" in one.why for one in found)


def test_the_searches_of_a_story_are_told(practice_case):
    made = practice_case("aitm")
    assert [one.item for one in made.found.exposure if one.kind == "search"] == ["invoice iban"]
    labels = {one.event_id: one.label for one in made.found.attributions}
    assert {labels[one.event_id] for one in made.found.exposure} == {Label.ATTACKER}
