"""The inventory: everything that could let somebody back in, the innocent too, log held against state."""

from __future__ import annotations

import pytest
from analysis.world import HOME, INTRUDER, SEED, STOLEN, at, entry, facts, normal
from analysis.world import Hit as A
from tables import SUBJECT, event, make_case, rule, rule_change, sign_in, state

from o365nb.analysis.attribution import attribute
from o365nb.analysis.base import Responder
from o365nb.analysis.persistence import inventory
from o365nb.analysis.reconcile import origins
from o365nb.analysis.scoring import findings
from o365nb.analysis.whose import whose
from o365nb.engine import Engine
from o365nb.model import Label, Outcome, Persistence, utc

READ = event(**STOLEN, operation="MailItemsAccessed", time=at(minutes=5), event_id="theirs")
MADE = event(**STOLEN, operation="New-InboxRule", time=at(minutes=22), event_id="made")


def kept(root, events, hits=(), known=None, coverage=None, **tables):
    """The inventory of a case made of these events and tables."""
    case = make_case(root, events=[*normal(), entry(), READ, *events], coverage=coverage, **tables)
    with Engine(case) as engine:
        labels = attribute(engine, SEED)
        made = origins(engine, labels)
        found = findings(hits, known or {}, labels, made)
        return inventory(engine, case.ledger, labels, made, found)


def verdicts(found):
    return {item.id: (item.verdict, item.remove) for item in found}


def test_a_hidden_rule_of_the_attacker_is_told_with_its_making_and_its_findings(tmp_path):
    hidden = rule(name="..", rule_id="9", hidden=True, seen_by=["exchange"], words=["invoice"], mark_as_read=True,
                  move_to_folder="RSS Subscriptions")  # fmt: skip
    found = kept(
        tmp_path, [MADE], [A("pe-rule-hide", ("made",)), A("pe-rule-hidden", ("inbox_rule:anna@contoso.example:9",))],
        facts(pe_rule_hide="high", pe_rule_hidden="critical"),
        inbox_rules=[hidden], rule_changes=[rule_change(event_id="made", name="..", rule_id=None, time=at(minutes=22))],
    )  # fmt: skip
    assert found == [
        Persistence(
            "inbox_rule",
            "inbox_rule:anna@contoso.example:9",
            SUBJECT,
            'Inbox rule ".." (hidden): moves to "RSS Subscriptions", marks as read mail with invoice',
            Label.ATTACKER,
            found[0].because,
            utc(at(minutes=22)),
            ("exchange",),
            ("F-001", "F-002"),
            remove=True,
        )
    ]
    assert found[0].because.startswith(
        "Made by an event at 2026-11-17 09:03 UTC that is the attacker's (has the same session"
    )


def test_the_users_rules_are_listed_and_stay(tmp_path):
    own = event(client_ip=HOME, operation="New-InboxRule", time=at(days=-9), event_id="own")
    rules = [rule(name="Newsletters"), rule(name="Old", rule_id="2")]
    change = rule_change(event_id="own", name="Newsletters", rule_id=None, time=at(days=-9))
    found = kept(tmp_path, [own], inbox_rules=rules, rule_changes=[change])
    assert verdicts(found) == {
        "inbox_rule:anna@contoso.example:1001": (Label.USER, False),
        "inbox_rule:anna@contoso.example:2": (Label.USER, False),
    }
    assert found[1].because == "Older than the log, which begins at 2026-10-18 12:00 UTC."


@pytest.mark.parametrize(
    ("taken", "severity", "verdict"),
    [(True, "high", Label.UNKNOWN), (True, "low", Label.USER), (False, "high", Label.USER)],
    ids=["taken", "taken, a harmless rule", "nobody broke in"],
)
def test_what_does_an_intruders_work_is_not_the_users_for_standing_without_an_event(tmp_path, taken, severity, verdict):
    """It may be older than the log, or its making was never logged."""
    key = "inbox_rule:anna@contoso.example:9"
    standing = rule(name="Gold", rule_id="9", move_to_folder="Deleted Items")
    hits = [A("ia-kit-useragent", ("entry",)), A("pe-rule-hide", (key,))]
    known = facts(ia_kit_useragent="high 0.95", pe_rule_hide=severity)
    with Engine(make_case(tmp_path, events=[*normal(), entry()], inbox_rules=[standing])) as engine:
        told = whose(engine, (SUBJECT,), hits if taken else hits[1:], known, Responder())
    assert told.origins[key].label is verdict


@pytest.mark.parametrize(
    ("slugs", "verdict"),
    [
        (("pe-rule-hide", "pe-rule-name-evasive"), Label.UNKNOWN),
        (("pe-rule-hide", "pe-rule-hide"), Label.USER),
        (("pe-rule-hide", "pe-rule-churn"), Label.USER),
    ],
    ids=["two grave features", "one, told twice", "a grave and a slight one"],
)
def test_a_rule_older_than_the_log_is_nobodys_for_two_grave_features(tmp_path, slugs, verdict):
    """Nobody broke in that the log knows of: what was left before it begins is all there is."""
    key = "inbox_rule:anna@contoso.example:9"
    standing = rule(name="..", rule_id="9", move_to_folder="Deleted Items")
    known = facts(pe_rule_hide="high", pe_rule_name_evasive="high", pe_rule_churn="medium")
    with Engine(make_case(tmp_path, events=normal(), inbox_rules=[standing])) as engine:
        told = whose(engine, (SUBJECT,), [A(slug, (key,)) for slug in slugs], known, Responder())
    assert told.origins[key].label is verdict


def test_a_rule_that_the_user_made_in_the_log_stays_the_users_whatever_it_looks_like(tmp_path):
    key = "inbox_rule:anna@contoso.example:9"
    made = event(operation="New-InboxRule", client_ip=HOME, event_id="made", time=at(minutes=22))
    hits = [A(slug, (key,)) for slug in ("pe-rule-hide", "pe-rule-name-evasive")]
    case = make_case(
        tmp_path, events=[*normal(), made], inbox_rules=[rule(name="..", rule_id="9")],
        rule_changes=[rule_change(event_id="made", name="..", rule_id=None, time=at(minutes=22))],
    )  # fmt: skip
    with Engine(case) as engine:
        told = whose(engine, (SUBJECT,), hits, facts(pe_rule_hide="high", pe_rule_name_evasive="high"), Responder())
    assert told.origins[key].label is Label.USER


@pytest.mark.parametrize(
    ("place", "verdict", "why"),
    [
        ({"client_ip": HOME}, Label.USER, "carries no time; what was registered until 2026-11-17 08:41 UTC was"),
        (INTRUDER, Label.UNKNOWN, "carries no time, and who registered a method at 2026-11-17 08:41 UTC is not known"),
    ],
    ids=["at home", "elsewhere"],
)
def test_a_method_without_a_time_is_as_old_as_the_last_that_was_registered(tmp_path, place, verdict, why):
    added = event(**place, source="directory_audit", operation="User registered security info", target=SUBJECT,
                  event_id="added")  # fmt: skip
    methods = [state("auth_method", "4", method_type="phone", phone_number="+44 1")]
    with Engine(make_case(tmp_path, events=[*normal(), added], auth_methods=methods)) as engine:
        (origin,) = origins(engine, attribute(engine, {})).values()
    assert (origin.label, origin.because.startswith(why)) == (verdict, True), origin


def test_a_rule_that_the_log_saw_and_the_state_does_not_have(tmp_path):
    made = rule_change(event_id="made", name="..", rule_id=None, time=at(minutes=22))
    gone = {
        "hidden ones were read": ({}, (Label.ATTACKER, False)),
        "hidden ones were not read": ({"inbox_rules.hidden": Outcome.DENIED}, (Label.ATTACKER, True)),
        "no rules were read": (
            {"inbox_rules.hidden": Outcome.DENIED, "inbox_rules": Outcome.DENIED},
            (Label.ATTACKER, True),
        ),
    }
    for name, (coverage, expected) in gone.items():
        found = kept(tmp_path / name.replace(" ", ""), [MADE], coverage=coverage, rule_changes=[made])
        assert verdicts(found) == {"inbox_rule:anna@contoso.example:..": expected}
        assert found[0].seen_by == ("log",)


def test_a_rule_that_was_removed_again_is_told_but_not_removed_twice(tmp_path):
    changes = [
        rule_change(event_id="made", name="..", rule_id="7", time=at(minutes=22)),
        rule_change(event_id="gone", name=None, rule_id="7", change="remove", time=at(hours=2)),
    ]
    gone = event(**STOLEN, operation="Remove-InboxRule", time=at(hours=2), event_id="gone")
    found = kept(tmp_path, [MADE, gone], rule_changes=changes)
    assert verdicts(found) == {"inbox_rule:anna@contoso.example:7": (Label.ATTACKER, False)}
    assert found[0].because.endswith("; removed at 2026-11-17 10:41 UTC.")


def test_methods_are_told_apart_by_the_event_that_made_them_and_their_time(tmp_path):
    added = event(**INTRUDER, source="directory_audit", operation="User registered security info", target=SUBJECT,
                  session_id=None, time=at(minutes=31), event_id="added")  # fmt: skip
    methods = [
        state("auth_method", "1", method_type="password"),
        state(
            "auth_method", "2", method_type="microsoftAuthenticator", display_name="iPhone 12", created=at(minutes=31)
        ),
        state("auth_method", "3", method_type="microsoftAuthenticator", display_name="Pixel", created=at(days=-300)),
        state("auth_method", "4", method_type="phone", phone_number="+44 1"),
        state("auth_method", "5", method_type="fido2", display_name="key", created=at(hours=9)),
    ]
    found = kept(tmp_path, [added], auth_methods=methods)
    assert {item.id[-1]: (item.verdict, item.remove) for item in found} == {
        "1": (Label.USER, False),
        "2": (Label.ATTACKER, True),
        "3": (Label.USER, False),
        "4": (Label.UNKNOWN, False),
        "5": (Label.UNKNOWN, False),
    }


def test_devices_grants_and_forwarding_of_the_attacker(tmp_path):
    shared = {**INTRUDER, "session_id": None}
    events = [
        event(**shared, source="directory_audit", operation="Register device", target="DESKTOP-1",
              time=at(minutes=3), event_id="d"),
        event(**shared, source="directory_audit", operation="Consent to application", target="eM Client",
              time=at(minutes=4), event_id="g"),
        event(**shared, operation="Set-Mailbox", target=SUBJECT, time=at(minutes=5), event_id="f",
              properties={"Parameters.ForwardingSmtpAddress": "smtp:evil@drop.example"}),
        event(**shared, operation="Add-MailboxPermission", mailbox_owner=SUBJECT, time=at(minutes=6), event_id="p",
              properties={"Parameters.User": "ghost@contoso.example"}),
    ]  # fmt: skip
    found = kept(
        tmp_path,
        events,
        devices=[
            state("device", "1", name="DESKTOP-1", device_id="x", registered=at(minutes=3), managed=False),
            state("device", "2", name="LAPTOP", device_id="y", registered=at(days=-400), managed=True),
        ],
        oauth_grants=[
            state("oauth_grant", "1", app_name="eM Client", app_id="a", consent_type="Principal", scopes=["EWS"]),
            state(
                "oauth_grant",
                "2",
                app_name="CRM",
                app_id="b",
                consent_type="AllPrincipals",
                scopes=["User.Read"],
                owner="",
            ),
        ],
        mailboxes=[state("mailbox", "1", forwarding_smtp_address="smtp:evil@drop.example", send_on_behalf=["eve"])],
    )
    assert [(item.kind, item.id.rpartition(":")[2], item.verdict, item.remove) for item in found] == [
        ("delegate", "p", Label.ATTACKER, True),
        ("device", "1", Label.ATTACKER, True),
        ("forwarding", "1", Label.ATTACKER, True),
        ("oauth_grant", "1", Label.ATTACKER, True),
        ("send_on_behalf", "1", Label.UNKNOWN, False),
        ("device", "2", Label.USER, False),
        ("oauth_grant", "2", Label.USER, False),
    ]


@pytest.mark.parametrize(("minutes", "verdict"), [(1, Label.ATTACKER), (600, Label.USER)])
def test_signing_in_to_agree_to_the_attackers_application_is_not_using_it(tmp_path, minutes, verdict):
    events = [
        event(client_ip=HOME, source="directory_audit", operation="Consent to application", target="Mailer",
              time=at(minutes=-1), event_id="consent"),
        sign_in(client_ip=HOME, app_id="m", time=at(minutes=-1 + minutes), event_id="own"),
        entry(app_id="m", time=at(minutes=2), event_id="its use"),
    ]  # fmt: skip
    grants = [state("oauth_grant", "1", app_name="Mailer", app_id="m", consent_type="Principal", scopes=["Mail.Read"])]
    assert [item.verdict for item in kept(tmp_path, events, oauth_grants=grants)] == [verdict]


def test_forwarding_that_was_set_and_cleared_is_remembered(tmp_path):
    set_ = event(**STOLEN, operation="Set-Mailbox", mailbox_owner=SUBJECT, time=at(minutes=5), event_id="f",
                 properties={"Parameters.ForwardingSmtpAddress": "smtp:evil@drop.example"})  # fmt: skip
    found = kept(tmp_path, [set_], mailboxes=[state("mailbox", "1")])
    assert [(item.description, item.verdict, item.remove) for item in found] == [
        ("The mailbox was set to forward to evil@drop.example", Label.ATTACKER, False)
    ]


def test_hostile_names_stay_one_line(tmp_path):
    nasty = "\x1b[31m\n<script>'; DROP TABLE inbox_rules;--"
    found = kept(tmp_path, [], inbox_rules=[rule(name=nasty, move_to_folder=nasty)])
    assert "\x1b" not in found[0].description
    assert "\n" not in found[0].description
    assert found[0].id == "inbox_rule:anna@contoso.example:1001"


PHONE = {"trust_type": "MobilePartnership", "name": "Outlook for Android", "os": "Android", "managed": None}


@pytest.mark.parametrize(
    ("signed_in", "whose"),
    [
        ({"client_ip": HOME}, Label.USER),
        (STOLEN, Label.ATTACKER),
        ({"client_ip": HOME, "os": "iOS"}, Label.UNKNOWN),
        ({"client_ip": HOME, "result": "failure"}, Label.UNKNOWN),
    ],
    ids=["the user's", "the attacker's", "another phone's", "refused"],
)
def test_a_phone_in_step_belongs_to_the_hand_that_signed_in_with_it(tmp_path, signed_in, whose):
    given = {"os": "Android", "device_id": None, "device_managed": None, **signed_in}
    began = sign_in(**{**given, "time": at(hours=2)})
    phone = state("devices", "phone", registered=at(hours=2, minutes=3), **PHONE)
    found = kept(tmp_path, [began], devices=[phone])
    assert [(item.verdict, item.remove) for item in found if item.kind == "device"] == [
        (whose, whose is Label.ATTACKER)
    ]
