"""What the analyst knows better: read exactly, said in every reason, followed by events, objects, findings and plan."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from analysis.world import EVIL, HOME, INTRUDER, LAPTOP, SEED, STOLEN, THEIRS, Hit, at, entry, facts, normal
from report.sample import HOSTILE, NASTY
from tables import SUBJECT, event, make_case, rule, rule_change, sign_in, state

from o365nb.analysis.base import Responder
from o365nb.analysis.corrections import COLUMNS, FILE, Correction, checked, load, parse, with_added
from o365nb.analysis.persistence import inventory
from o365nb.analysis.scoring import findings
from o365nb.analysis.whose import whose
from o365nb.engine import Engine
from o365nb.errors import BadEvidence, BadInput
from o365nb.model import Context, Label

HEAD = "what,value,whose,by,on,account,note\n"
PATH = Path(FILE)


def test_a_file_is_read_in_the_forms_people_write():
    text = """\ufeff# what we know
what;value;whose;by;note
Address;203.0.113.9/24;OURS;Ann Lee;"our VPN, in the hotel"

session;AAAA-1;attacker;Ann Lee;
"""
    assert parse(text.lstrip("\ufeff"), PATH) == (
        Correction("address", "203.0.113.0/24", "ours", "Ann Lee", note="our VPN, in the hotel", line=3),
        Correction("session", "aaaa-1", "attacker", "Ann Lee", line=5),
    )


def test_no_file_and_a_file_of_comments_correct_nothing(tmp_path):
    assert load(tmp_path / FILE) == ()
    (tmp_path / FILE).write_text("# later\n", "utf-8")
    assert load(tmp_path / FILE) == ()


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("address,1.2.3.4\n", 1, "the first line is not understood. Write what,value"),
        (HEAD + "adress,198.51.100.7,ours,Ann,,,\n", 2, "'adress' cannot be corrected. Write one of event, session"),
        (HEAD + "session,s,ours,Ann,,,\n", 2, "'ours' does not say whose the session is. Write one of user, attacker"),
        (HEAD + "session,s,user,,,,\n", 2, "nobody is named who says so. Fill the column `by`"),
        (HEAD + "session,,user,Ann,,,\n", 2, "the session is not named. Fill the column `value`"),
        (HEAD + "address,home,user,Ann,,,\n", 2, "'home' is no address. Write 203.0.113.7"),
        (HEAD + "address,0.0.0.0/0,ours,Ann,,,\n", 2, "'0.0.0.0/0' is too wide to be anybody's"),
        (HEAD + "app,Contoso CRM,ours,Ann,,,\n", 2, "'Contoso CRM' is no application id. Write the id"),
        (HEAD + "session,s,user,Ann,yesterday,,\n", 2, "'yesterday' is no date. Write it as 2026-11-20"),
        (HEAD + "rule,x,user,Ann,,anna,\n", 2, "'anna' is no account. Write user@domain"),
        (HEAD + "event,x,user,Ann,,anna@x.example,\n", 2, "Leave the column `account` empty"),
        (
            HEAD + "\nsession,S,user,Ann,,,\nsession,s,attacker,Ann,,,\n",
            4,
            "it contradicts line 3. Keep one of the two",
        ),
        (
            HEAD + "session,s,user,Ann,,,a,b\n",
            2,
            "more cells than the first line names. Put text with commas in quotes",
        ),
        (HEAD + 'session,s,user,Ann,,,"open\n', 2, "it is not CSV"),
    ],
)
def test_a_bad_file_names_file_line_and_mend(tmp_path, text, line, said):
    path = tmp_path / FILE
    path.write_text(text, "utf-8")
    with pytest.raises(BadEvidence) as caught:
        load(path)
    assert (caught.value.path, caught.value.line) == (path, line)
    assert said in str(caught.value)


def test_bytes_that_are_no_text_are_one_clear_line(tmp_path):
    (tmp_path / FILE).write_bytes(b"\xff\xfe\x00w")
    with pytest.raises(BadEvidence, match="Save it as CSV in UTF-8"):
        load(tmp_path / FILE)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_names_survive_the_way_through_the_file_and_run_in_no_spreadsheet(hostile):
    made = checked({"what": "rule", "value": hostile, "whose": "user", "by": "Ann", "note": hostile})
    text = with_added("", made)
    assert parse(text, PATH) == (replace(made, line=2),)
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in text.splitlines()[1].split(","))
    assert "\n" not in made.said()
    assert "\x1b" not in made.said()
    assert "\u202e" not in made.said()


def test_a_line_is_added_below_what_stands_and_a_foreign_layout_is_written_anew():
    one = checked({"what": "session", "value": "s", "whose": "user", "by": "Ann"})
    two = checked({"what": "session", "value": "t", "whose": "user", "by": "Ann"})
    first = with_added("", one)
    assert with_added(f"{first}# mine\n", two) == f"{first}# mine\nsession,t,user,Ann,,,\n"
    assert parse(with_added("what;value;whose;by\nsession;s;user;Ann\n", two), PATH) == (
        replace(one, line=2),
        replace(two, line=3),
    )
    assert first.splitlines()[0] == ",".join(COLUMNS)


def correction(what, value, whose_, **more):
    return checked({"what": what, "value": value, "whose": whose_, "by": "Ann Lee", **more}, 2)


SPLIT = Hit("ia-aitm-session-split", ("entry",))
FACTS = facts(ia_aitm_session_split="critical 0.9", pe_rule_name_evasive="high 0.9", ia_kit_useragent="high 0.9")


def judged(root, events, *corrections, hits=(SPLIT,), **tables):
    with Engine(make_case(root, events=events, **tables)) as engine:
        told = whose(engine, (SUBJECT,), hits, FACTS, Responder(), corrections)
        found = findings(hits, FACTS, told.labels, told.origins)
        kept = told.rulings.items(inventory(engine, engine.case.ledger, told.labels, told.origins, found), told.origins)
        return told, found, kept


def world():
    """The intruder's sign-in, and a mail read in the session from the same address."""
    read = event(**STOLEN, operation="MailItemsAccessed", time=at(minutes=9), event_id="read")
    return [*normal(), entry(), read]


def test_without_corrections_the_intruder_is_the_intruder(tmp_path):
    told, found, _ = judged(tmp_path, world())
    assert [told.labels[key].label for key in ("entry", "read")] == [Label.ATTACKER] * 2
    assert found[0].context is Context.YES


@pytest.mark.parametrize(
    "said",
    [
        correction("address", EVIL, "ours", note="our VPN"),
        correction("address", "198.51.100.0/24", "user"),
        correction("session", THEIRS, "user"),
    ],
)
def test_what_the_analyst_vouches_for_is_the_users_and_the_reason_says_who_said_so(tmp_path, said):
    told, found, _ = judged(tmp_path, world(), said)
    assert {told.labels[key].label for key in ("entry", "read")} == {Label.USER}
    assert told.labels["entry"].because == said.said()
    assert said.said().startswith(f"Ann Lee said ({FILE}, line 2) that the ")
    assert found[0].context is Context.NO


def test_one_event_that_was_the_users_does_not_excuse_the_others(tmp_path):
    kit = Hit("ia-kit-useragent", ("read",))
    told, _, _ = judged(tmp_path, world(), correction("event", "entry", "user"), hits=(SPLIT, kit))
    assert (told.labels["entry"].label, told.labels["read"].label) == (Label.USER, Label.ATTACKER)


def test_our_network_excuses_the_place_and_not_the_deed(tmp_path):
    tool = Hit("ia-kit-useragent", ("read",))
    ours = correction("address", EVIL, "ours")
    told, _, _ = judged(tmp_path, world(), ours, hits=(SPLIT, tool))
    assert told.labels["read"].label is Label.ATTACKER


def test_the_nearest_correction_counts(tmp_path):
    ours = correction("address", EVIL, "ours")
    theirs = correction("session", THEIRS, "attacker", note="he was on the phone with me")
    told, _, _ = judged(tmp_path, world(), ours, theirs, hits=())
    assert told.labels["read"].label is Label.ATTACKER
    assert told.labels["read"].because == f"is the attacker's own: {theirs.said()}"


def test_a_session_called_the_attackers_leads_to_the_rest_even_from_the_users_own_device(tmp_path):
    stolen = sign_in(client_ip=HOME, device_id=LAPTOP, session_id="lent", event_id="lent", time=at(hours=1))
    later = event(**INTRUDER, session_id="lent", operation="Send", event_id="later", time=at(hours=2))
    told, _, _ = judged(tmp_path, [*normal(), stolen, later], correction("session", "lent", "attacker"), hits=())
    assert [told.labels[key].label for key in ("lent", "later")] == [Label.ATTACKER] * 2
    assert told.labels[f"read {SUBJECT} 1"].label is Label.USER


def test_what_a_responder_did_is_nobodys_fault(tmp_path):
    told, found, _ = judged(tmp_path, world(), correction("session", THEIRS, "responder"))
    assert told.labels["entry"].label is Label.RESPONDER
    assert found[0].context is Context.NO


def test_a_correction_for_one_account_says_nothing_of_another(tmp_path):
    other = correction("session", THEIRS, "user", account="bob@contoso.example")
    told, _, _ = judged(tmp_path, world(), other)
    assert told.labels["entry"].label is Label.ATTACKER


def made_rule(name="..", **given):
    values = {
        "operation": "New-InboxRule", "time": at(minutes=20), "event_id": "rule made",
        "properties": {"Parameters.Name": name}, **given,
    }  # fmt: skip
    return event(**values)


def with_rule(made, name=".."):
    told = rule_change(event_id=made["event_id"], time=made["time"], name=name)
    return {"inbox_rules": [rule(name=name)], "rule_changes": [told]}


def test_my_rule_is_mine_however_odd_its_name(tmp_path):
    made = made_rule(**STOLEN)
    hit = Hit("pe-rule-name-evasive", ("rule made",))
    tables = with_rule(made)
    before, _, kept = judged(tmp_path / "before", [*normal(), made], hits=(hit,), **tables)
    assert before.labels["rule made"].label is Label.ATTACKER
    assert [(item.verdict, item.remove) for item in kept if item.kind == "inbox_rule"] == [(Label.ATTACKER, True)]
    mine = correction("rule", "..", "user", on="2026-11-19", note="mine since summer")
    after, found, kept = judged(tmp_path / "after", [*normal(), made], mine, hits=(hit,), **tables)
    assert after.labels["rule made"].label is Label.USER
    assert found[0].context is Context.NO
    (item,) = [item for item in kept if item.kind == "inbox_rule"]
    assert (item.verdict, item.remove) == (Label.USER, False)
    said = 'Ann Lee said on 2026-11-19 (corrections.csv, line 2) that the rule ".." is the user\'s'
    assert item.because == f'{said}, "mine since summer".'


def test_a_rule_that_is_not_mine_gives_its_maker_away(tmp_path):
    made = made_rule("Newsletters", **STOLEN)
    tables = with_rule(made, "Newsletters")
    read = event(**STOLEN, operation="MailItemsAccessed", time=at(minutes=30), event_id="read")
    theirs = correction("rule", "Newsletters", "attacker")
    told, _, kept = judged(tmp_path, [*normal(), made, read], theirs, hits=(), **tables)
    assert [told.labels[key].label for key in ("rule made", "read")] == [Label.ATTACKER] * 2
    (item,) = [item for item in kept if item.kind == "inbox_rule"]
    assert (item.verdict, item.remove, item.because) == (Label.ATTACKER, True, f"{theirs.said()}.")


APP = "e9a7fea1-1cc0-4cd9-a31b-9137ca5deedd"


def test_an_application_that_is_not_ours_is_the_attackers_with_all_that_it_did(tmp_path):
    used = event(operation="MailItemsAccessed", app_id=APP, time=at(hours=3), event_id="used", **INTRUDER)
    consent = event(
        operation="Consent to application", source="directory_audit", app_id=APP, client_ip=HOME,
        time=at(hours=1), event_id="consent",
    )  # fmt: skip
    tables = {"oauth_grants": [state("oauth_grant", app_id=APP, app_name="Mail")]}
    theirs = correction("app", APP.upper(), "attacker")
    told, _, kept = judged(tmp_path, [*normal(), consent, used], theirs, hits=(), **tables)
    assert told.labels["used"].label is Label.ATTACKER
    assert [(item.verdict, item.remove) for item in kept if item.kind == "oauth_grant"] == [(Label.ATTACKER, True)]
    ours = correction("app", APP, "ours")
    told, _, kept = judged(tmp_path / "ours", [*normal(), consent, used], ours, hits=(), **tables)
    assert told.labels["used"].label is Label.USER
    assert [(item.verdict, item.because) for item in kept if item.kind == "oauth_grant"] == [
        (Label.USER, f"{ours.said()}.")
    ]


def test_an_object_by_its_key_tells_whose_the_event_was_that_made_it(tmp_path):
    made = made_rule(**STOLEN)
    tables = with_rule(made)
    with Engine(make_case(tmp_path / "key", events=[made], **tables)) as engine:
        key = engine.rows("SELECT key FROM inbox_rules")[0]["key"]
    told, _, kept = judged(tmp_path, [*normal(), made], correction("object", key, "attacker"), hits=(), **tables)
    assert told.labels["rule made"].label is Label.ATTACKER
    assert [item.verdict for item in kept if item.kind == "inbox_rule"] == [Label.ATTACKER]


def test_the_verdict_says_that_corrections_were_followed_and_which_speak_of_nothing(tmp_path):
    some, none = correction("session", THEIRS, "user"), replace(correction("session", "zzz", "user"), line=7)
    with Engine(make_case(tmp_path, events=world())) as engine:
        told = whose(engine, (SUBJECT,), (), FACTS, Responder(), (some, none))
        verdict = told.rulings.mention(_verdict(), ())
    assert verdict.because == (
        "Taken.",
        "Followed: 1 correction by Ann Lee.",
        "Nothing in the case is what corrections.csv names in line 7.",
    )


def _verdict():
    from o365nb.model import CaseVerdict, Verdict

    return CaseVerdict(Verdict.CONFIRMED, 20.0, ("Taken.",), (SUBJECT,), None, None)


def test_an_unknown_kind_is_refused_before_anything_is_written():
    with pytest.raises(BadInput, match="cannot be corrected"):
        checked({"what": NASTY, "value": "x", "whose": "user", "by": "Ann"})


def test_seeds_of_detections_still_fall_on_the_users_own_device(tmp_path):
    own = sign_in(client_ip=HOME, device_id=LAPTOP, session_id="mine", event_id="entry", time=at(hours=1))
    with Engine(make_case(tmp_path, events=[*normal(), own])) as engine:
        told = whose(engine, (SUBJECT,), (SPLIT,), FACTS, Responder(), ())
    assert told.labels["entry"].label is Label.USER
    assert SEED["entry"].said is False
