"""The attacker's artefacts on other accounts: what counts, what is a habit, how strongly it speaks."""

from __future__ import annotations

import pytest
from analysis.world import EVIL, HOME, INTRUDER, KIT, SEED, STOLEN, at, entry, normal
from tables import SUBJECT, event, make_case, rule, rule_change, sign_in, state

from o365nb.analysis.attribution import attribute
from o365nb.analysis.base import Seed
from o365nb.analysis.other_victims import other_victims
from o365nb.analysis.persistence import inventory
from o365nb.analysis.reconcile import origins
from o365nb.analysis.trail import of_subjects
from o365nb.engine import Engine
from o365nb.model import OtherVictim, utc

GINA, HANA = "gina@contoso.example", "hana@contoso.example"
TOOL = {"user_agent": KIT, "client_kind": "tool", "os": None, "browser": None}
HOSTILE = "=cmd|' /C calc'!A0 \x1b[31m</script>"


def hunted(root, events, seeds=None, *, subjects=(SUBJECT,), first=None, **tables):
    """Other victims in a case with an intruder, by account."""
    rows = [*normal(), *(first or [entry(**TOOL)]), *events]
    with Engine(make_case(root, subjects=subjects, events=rows, **tables)) as engine:
        labels = attribute(engine, SEED if seeds is None else seeds)
        kept = inventory(engine, engine.case.ledger, labels, origins(engine, labels), [])
        return {one.account: one for one in other_victims(engine, labels, of_subjects(engine), kept)}


def brief(found):
    return {account: (one.strength, one.reached) for account, one in found.items()}


def from_there(person=GINA, **given):
    row = {"actor": person, "session_id": f"s of {person}", "time": at(hours=3), "event_id": f"{person} was entered"}
    return sign_in(**{**STOLEN, **row, **given})


def test_an_account_entered_from_the_attackers_server_with_the_attackers_tool_is_a_victim(tmp_path):
    assert hunted(tmp_path, [from_there(**TOOL), from_there(**TOOL, event_id="again", time=at(hours=5))]) == {
        GINA: OtherVictim(
            GINA,
            "strong",
            "entered",
            f"the attacker's address {EVIL} (2 events, 2 let in);"
            f" the attacker's network and program together (AS64666 {KIT}) (2 events, 2 let in);"
            f" the attacker's tool {KIT} (2 events, 2 let in)",
            2,
            utc(at(hours=3)),
            utc(at(hours=5)),
            f"{GINA} was entered",
            "Treat the account as taken over: investigate it too (--user), and take every step of the response for it:"
            " block, revoke, reset, clean up, verify.",
        )
    }


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"result": "failure", "error_code": "50126"}, ("weak", "tried")),
        ({"result": "interrupted", "error_code": "50076"}, ("likely", "stopped")),
        ({"client_ip": "192.0.2.200", "asn": 64510, "network_kind": "isp", **TOOL}, ("likely", "entered")),
        ({"client_ip": "192.0.2.200", "asn": 64666, **TOOL}, ("strong", "entered")),
    ],
    ids=["refused", "past the password", "the tool from elsewhere", "the tool in the same network"],
)
def test_an_attempt_is_no_success_and_several_signs_weigh_more_than_one(tmp_path, given, expected):
    assert brief(hunted(tmp_path, [from_there(**given)])) == {GINA: expected}


def test_habits_crowds_and_managed_devices_are_no_signs(tmp_path):
    habit = [from_there(time=at(days=-day), event_id=f"gina {day}") for day in range(1, 7)]
    assert hunted(tmp_path / "habit", [from_there(), *habit]) == {}
    crowd = [from_there(f"p{n}@contoso.example", time=at(days=-3), event_id=f"p {n}") for n in range(3)]
    assert hunted(tmp_path / "crowd", [from_there(), *crowd]) == {}
    managed = {"device_managed": True, "device_id": "0d0d0d0d-0000-4000-8000-0000000000ff"}
    assert hunted(tmp_path / "managed", [from_there(**managed)]) == {}
    assert hunted(tmp_path / "owner", [from_there(client_ip=HOME, asn=64500, network_kind="isp")]) == {}


def test_who_was_hit_a_few_days_earlier_is_a_victim_all_the_same(tmp_path):
    earlier = [from_there(time=at(days=-day), event_id=f"gina {day}") for day in (2, 3)]
    assert brief(hunted(tmp_path, earlier)) == {GINA: ("strong", "entered")}


def test_addresses_of_one_ipv6_network_are_one(tmp_path):
    first = [entry(client_ip="2001:db8:0:7::1", asn=64666)]
    found = hunted(tmp_path, [from_there(client_ip="2001:db8:0:7:ffff::9")], first=first)
    assert found[GINA].artefacts.startswith("the attacker's address 2001:db8:0:7::/64 (1 event, 1 let in)")


def test_a_lure_that_went_to_others_too(tmp_path):
    def lure(person, **given):
        row = {"source": "message_trace", "actor": "x@docs-fabrikarn.example", "target": person, "client_ip": None}
        return event(**{**row, "time": at(hours=-26), "event_id": f"lure to {person}", **given})

    seeds = {**SEED, f"lure to {SUBJECT}": Seed(0.8, "A look-alike", ("im-lookalike-domain",))}
    mails = [lure(SUBJECT), lure(GINA), lure(HANA, result="failure"), lure("p@fabrikam.example")]
    assert brief(hunted(tmp_path, mails, seeds)) == {GINA: ("weak", "mailed")}


def test_rules_forward_targets_telephones_devices_and_applications_of_the_attacker(tmp_path):
    made = event(**STOLEN, operation="New-InboxRule", time=at(minutes=22), event_id="made")
    added = event(**INTRUDER, source="directory_audit", operation="User registered security info", target=SUBJECT,
                  session_id=None, time=at(minutes=31), event_id="added")  # fmt: skip
    agreed = event(**INTRUDER, source="directory_audit", operation="Consent to application", target="Mailer",
                   session_id=None, time=at(minutes=33), event_id="agreed")  # fmt: skip
    elsewhere = event(
        source="directory_audit", operation="User registered security info", actor="ivan@contoso.example",
        target="ivan@contoso.example", time=at(hours=9), event_id="ivan registered",
        properties={"ModifiedProperties.StrongAuthenticationUserDetails": '[{"PhoneNumber":"+1 (202) 555-0142"}]'},
    )  # fmt: skip
    phone = {"method_type": "phone", "created": at(minutes=31)}
    grant = {"app_id": "a-1", "app_name": "Mailer", "consent_type": "Principal", "scopes": ["Mail.Read"]}
    found = hunted(
        tmp_path,
        [made, added, agreed, elsewhere],
        rule_changes=[
            rule_change(event_id="made", name="..", forward_to=["Drop@evil.example"], time=at(minutes=22)),
            rule_change(event_id="g", owner=GINA, name="..", rule_id=None, time=at(hours=4)),
        ],
        inbox_rules=[rule(owner=HANA, name="Copies", rule_id="3", forward_to=["drop@evil.example"])],
        auth_methods=[
            state("auth_method", "1", phone_number="+1 2025550142", **phone),
            state("auth_method", "2", owner="ben@contoso.example", phone_number="+1 202-555-0142", **phone),
            state("auth_method", "3", owner="kai@contoso.example", phone_number="+1 XXXXXXX42", **phone),
        ],
        oauth_grants=[
            state("oauth_grant", "1", **grant), state("oauth_grant", "2", owner="lea@contoso.example", **grant),
            state("oauth_grant", "3", owner="kai@contoso.example", **{**grant, "app_id": "a-2"}),
        ],
    )  # fmt: skip
    assert {account: (*brief({account: one})[account], one.event_id) for account, one in found.items()} == {
        "ben@contoso.example": ("strong", "changed", "auth_method:ben@contoso.example:2"),
        "ivan@contoso.example": ("strong", "changed", "ivan registered"),
        "lea@contoso.example": ("strong", "entered", "oauth_grant:lea@contoso.example:2"),
        GINA: ("likely", "changed", "g"),
        HANA: ("strong", "changed", "inbox_rule:hana@contoso.example:3"),
    }


def test_a_name_that_many_give_their_rules_says_nothing(tmp_path):
    made = event(**STOLEN, operation="New-InboxRule", time=at(minutes=22), event_id="made")
    rules = [rule(owner=f"p{n}@contoso.example", name="Newsletters", rule_id=str(n)) for n in range(4)]
    changes = [rule_change(event_id="made", name="Newsletters", rule_id=None, time=at(minutes=22))]
    assert hunted(tmp_path, [made], rule_changes=changes, inbox_rules=rules) == {}


def test_a_mailbox_read_with_the_victims_rights_was_opened_and_not_taken(tmp_path):
    read = event(**STOLEN, operation="MailItemsAccessed", mailbox_owner="finance@contoso.example", time=at(minutes=9))
    assert brief(hunted(tmp_path, [read])) == {"finance@contoso.example": ("strong", "opened")}


def test_two_subjects_are_each_others_victims_and_nobody_is_their_own(tmp_path):
    second = {"entry of gina": Seed(0.95, "One session on two networks", ("ia-aitm-session-split",))}
    both = hunted(
        tmp_path, [*normal(person=GINA), from_there(event_id="entry of gina")], {**SEED, **second},
        subjects=(SUBJECT, GINA),
    )  # fmt: skip
    assert brief(both) == {GINA: ("strong", "entered"), SUBJECT: ("strong", "entered")}
    assert both[GINA].next.startswith("Examined in this case")
    assert hunted(tmp_path / "alone", []) == {}


def test_without_an_attacker_there_is_nothing_to_look_for(tmp_path):
    assert hunted(tmp_path, [from_there()], {}) == {}


def test_hostile_texts_stay_one_line_and_match_only_themselves(tmp_path):
    made = event(**STOLEN, operation="New-InboxRule", time=at(minutes=22), event_id="made")
    changes = [
        rule_change(event_id="made", name=HOSTILE, rule_id=None, time=at(minutes=22)),
        rule_change(event_id="g", owner=GINA, name=HOSTILE.upper(), rule_id=None, time=at(hours=4)),
        rule_change(event_id="h", owner=HANA, name="cmd", rule_id=None, time=at(hours=4)),
    ]
    found = hunted(tmp_path, [made], rule_changes=changes)
    assert list(found) == [GINA]
    assert "\x1b" not in found[GINA].artefacts


def test_every_sprayed_account_is_named_once_as_tried(practice_case):
    made = practice_case("spray")
    assert len(made.found.other_victims) > 50
    assert {(one.strength, one.reached) for one in made.found.other_victims} == {("weak", "tried")}


@pytest.mark.parametrize("story", ["aitm", "insider", "traveller", "new_phone", "invoice"])
def test_nobody_else_is_named_where_nobody_else_was_hit(practice_case, story):
    assert practice_case(story).found.other_victims == ()
