"""Whose event was it: the closure reaches what one hand did, and stops at what is normal."""

from __future__ import annotations

from analysis.world import (
    EVIL,
    EVIL2,
    HOME,
    INTRUDER,
    SEED,
    STOLEN,
    THEIRS,
    at,
    entry,
    labels,
    normal,
    only,
)
from tables import SUBJECT, event, rule_change, sign_in, state

from o365nb.analysis.base import Change, Responder, Seed
from o365nb.model import Attribution, Label, utc

BARE = {"client_ip": None, "asn": None, "as_org": None, "network_kind": None, "country": None}


def mail(**given):
    """A message trace row: no address of the sender, no session."""
    return event(
        **{**BARE, "source": "message_trace", "operation": "Delivered", "target": "x@fabrikam.example", **given}
    )


def test_a_seed_and_what_shares_its_session_are_the_attackers_with_a_reason_to_check(tmp_path):
    later = event(**STOLEN | {"client_ip": EVIL2}, time=at(minutes=9), operation="MailItemsAccessed", event_id="read")
    found = labels(tmp_path, [*normal(), entry(), later])
    why = "evidence of: One session on two networks"
    assert found["entry"] == Attribution(
        "entry", utc(at()), "sign_in", "Sign-in activity", SUBJECT, Label.ATTACKER, 0.95, f"is {why}"
    )
    assert found["read"] == Attribution(
        "read",
        utc(at(minutes=9)),
        "ual",
        "MailItemsAccessed",
        SUBJECT,
        Label.ATTACKER,
        0.921,
        f"has the same session {THEIRS} as the sign-in at 2026-11-17 08:41:00 from {EVIL} (AS64666), which is {why}",
    )


def test_the_users_own_days_are_the_users_and_say_why(tmp_path):
    today = event(client_ip=HOME, session_id=None, operation="Create", time=at(hours=3), event_id="today")
    found = labels(tmp_path, [*normal(), entry(), today])
    assert only(found, Label.ATTACKER) == {"entry"}
    assert only(found, Label.USER) == set(found) - {"entry"}
    assert found["today"].because == f"from {HOME}, used by {SUBJECT} on 20 days before 2026-11-17 08:41 UTC"


def test_three_hops_and_no_further(tmp_path):
    chain = [
        entry(),
        event(**STOLEN | {"client_ip": "192.0.2.1"}, time=at(minutes=1), event_id="hop 1"),
        event(**INTRUDER | {"client_ip": "192.0.2.1"}, session_id="s2", time=at(minutes=2), event_id="hop 2"),
        event(**INTRUDER | {"client_ip": "192.0.2.2"}, session_id="s2", time=at(minutes=3), event_id="hop 3"),
        event(**INTRUDER | {"client_ip": "192.0.2.2"}, session_id="s3", time=at(minutes=4), event_id="hop 4"),
    ]
    found = labels(tmp_path, [*normal(), *chain])
    assert only(found, Label.ATTACKER) == {"entry", "hop 1", "hop 2", "hop 3"}
    sure = [found[key].confidence for key in ("entry", "hop 1", "hop 2", "hop 3")]
    assert sure == sorted(sure, reverse=True)
    assert found["hop 4"].label is Label.UNKNOWN


def test_the_closure_stops_at_the_home_address_even_inside_a_stolen_session(tmp_path):
    at_home = sign_in(client_ip=HOME, session_id=THEIRS, time=at(minutes=5), event_id="own laptop")
    elsewhere = event(**BARE | {"client_ip": HOME}, time=at(minutes=6), event_id="own address", session_id=None)
    found = labels(tmp_path, [*normal(), entry(), at_home, elsewhere])
    assert only(found, Label.ATTACKER) == {"entry"}


def test_a_seed_on_the_users_own_laptop_falls(tmp_path):
    own_leg = sign_in(client_ip=HOME, session_id=THEIRS, time=at(minutes=-1), event_id="own leg")
    found = labels(tmp_path, [*normal(), own_leg, entry()], {**SEED, "own leg": SEED["entry"]})
    assert only(found, Label.ATTACKER) == {"entry"}


def test_a_stolen_session_that_was_the_users_for_days_does_not_make_the_user_an_attacker(tmp_path):
    """Theft of a token from a home computer: one session, two hands."""
    own = [
        sign_in(session_id=THEIRS, time=at(days=-day), device_id=None, device_managed=None, event_id=f"own {day}")
        for day in (1, 2, 3)
    ]
    after = sign_in(session_id=THEIRS, time=at(hours=1), device_id=None, device_managed=None, event_id="own after")
    more = event(**INTRUDER, time=at(hours=2), session_id=THEIRS, event_id="theirs")
    found = labels(tmp_path, [*own, entry(), after, more])
    assert only(found, Label.ATTACKER) == {"entry", "theirs"}
    assert only(found, Label.USER) == {"own 1", "own 2", "own 3", "own after"}


def test_a_correlated_change_without_an_address_belongs_to_the_sign_in_flow(tmp_path):
    flow = {"correlation_id": "flow 1", "source": "directory_audit", "workload": "AzureActiveDirectory"}
    found = labels(
        tmp_path,
        [
            *normal(),
            entry(),
            event(
                **INTRUDER, **flow, operation="User registered security info", time=at(minutes=31), event_id="by hand"
            ),
            event(**BARE, **flow, operation="Update user", time=at(minutes=31), event_id="written by the service"),
            event(**BARE, **flow, operation="Update user", time=at(hours=9), event_id="hours later"),
        ],
    )
    assert only(found, Label.ATTACKER) == {"entry", "by hand", "written by the service"}


def test_mail_of_the_trace_follows_its_send_event(tmp_path):
    events = [
        *normal(),
        entry(),
        event(**STOLEN, operation="Send", message_id="<bad>", time=at(hours=1), event_id="send bad"),
        event(client_ip=HOME, operation="Send", message_id="<good>", time=at(hours=1), event_id="send good"),
        mail(message_id="<bad>", time=at(hours=1, seconds=2), event_id="bad", message_subject="Invoice"),
        mail(message_id="<good>", time=at(hours=1, seconds=2), event_id="good", message_subject="Minutes"),
        mail(message_id="<unknown>", time=at(hours=1, seconds=2), event_id="untied", message_subject="Hello"),
    ]
    found = labels(tmp_path, events)
    assert {key: found[key].label for key in ("bad", "good", "untied")} == {
        "bad": Label.ATTACKER,
        "good": Label.USER,
        "untied": Label.UNKNOWN,
    }


def test_a_mass_mailing_is_one_deed_and_its_neighbours_are_not(tmp_path):
    send = event(
        **STOLEN, operation="Send", message_id="<0>", time=at(hours=20), event_id="send", message_subject="Pay"
    )
    burst = [
        mail(message_id=f"<{n}>", message_subject="Pay ", time=at(hours=20, seconds=3 * n), event_id=f"burst {n}")
        for n in range(40)
    ]
    beside = mail(message_id="<m>", message_subject="Minutes", time=at(hours=20, seconds=30), event_id="beside")
    long_ago = mail(message_id="<p>", message_subject="Pay", time=at(days=-9), event_id="long ago")
    found = labels(tmp_path, [*normal(), entry(), send, *burst, beside, long_ago])
    assert only(found, Label.ATTACKER) == {"entry", "send", *(f"burst {n}" for n in range(40))}


def test_incoming_mail_is_a_delivery_unless_its_domain_is_the_attackers(tmp_path):
    incoming = {"target": SUBJECT, "time": at(hours=-26)}
    events = [
        *normal(),
        entry(),
        mail(**incoming, actor="share@docs-fabrikarn.example", event_id="lure"),
        mail(**incoming | {"time": at(hours=2)}, actor="noreply@docs-fabrikarn.example", event_id="second lure"),
        mail(**incoming, actor="paul@fabrikam.example", event_id="partner"),
        mail(**incoming, actor="ceo@contoso.example", event_id="colleague"),
    ]
    found = labels(tmp_path, events, {**SEED, "lure": Seed(0.8, "A look-alike domain", ("im-lookalike-domain",))})
    assert only(found, Label.ATTACKER) == {"entry", "lure", "second lure"}
    assert only(found, Label.SYSTEM) == {"partner", "colleague"}
    assert found["partner"].because == "a delivery to the mailbox; no detection flagged its sender"


def test_the_attackers_rule_is_followed_where_the_log_names_no_address(tmp_path):
    made = event(**STOLEN, operation="New-InboxRule", time=at(minutes=22), event_id="made")
    bare = event(**BARE, operation="UpdateInboxRules", time=at(minutes=23), event_id="changed")
    removed = event(client_ip=HOME, operation="Remove-InboxRule", time=at(hours=30), event_id="user removed it")
    other = event(**BARE, operation="UpdateInboxRules", time=at(minutes=24), event_id="another rule")
    named = {"made": "..", "changed": "..", "user removed it": "..", "another rule": "Newsletters"}
    changes = [rule_change(event_id=key, name=name, rule_id=None) for key, name in named.items()]
    found = labels(tmp_path, [*normal(), entry(), made, bare, removed, other], rule_changes=changes)
    assert only(found, Label.ATTACKER) == {"entry", "made", "changed"}
    assert found["user removed it"].label is Label.USER


def test_a_device_that_the_attacker_joined_brings_its_sign_ins(tmp_path):
    joined = event(
        **INTRUDER,
        source="directory_audit",
        operation="Register device",
        target="DESKTOP-7Q2LKA9",
        time=at(minutes=4),
        event_id="joined",
    )
    token = sign_in(
        **INTRUDER | {"client_ip": "192.0.2.50", "asn": 64999},
        session_id="s9",
        device_id="rogue",
        device_managed=False,
        time=at(days=1),
        event_id="with it",
    )
    devices = [state("device", "rogue", name="DESKTOP-7Q2LKA9", device_id="rogue", object_id="o1")]
    found = labels(tmp_path, [*normal(), entry(), joined, token], devices=devices)
    assert only(found, Label.ATTACKER) == {"entry", "joined", "with it"}


def test_the_registration_services_record_of_that_join_names_the_device_in_a_property(tmp_path):
    joined = event(**INTRUDER, source="directory_audit", operation="Register device", target="DESKTOP-7Q2LKA9",
                   time=at(minutes=4), event_id="joined")  # fmt: skip
    owner = {"source": "directory_audit", "operation": "Add registered owner to device", "actor": "drs",
             "actor_kind": "service_principal", "target": SUBJECT, "client_ip": None, "asn": None,
             "network_kind": None}  # fmt: skip
    events = [
        *normal(), entry(), joined,
        event(**owner, time=at(minutes=4), event_id="its", properties={"ModifiedProperties.Device.ObjectID": '"O1"'}),
        event(**owner, time=at(days=-9), event_id="own", properties={"ModifiedProperties.Device.ObjectID": '"O2"'}),
    ]  # fmt: skip
    devices = [
        state("devices", "rogue", name="DESKTOP-7Q2LKA9", device_id="rogue", object_id="o1"),
        state("devices", "laptop", name="CON-NB-1", device_id="laptop", object_id="o2"),
    ]
    found = labels(tmp_path, events, devices=devices)
    assert only(found, Label.ATTACKER) == {"entry", "joined", "its"}
    assert found["own"].label is Label.SYSTEM


def test_a_cmdlet_that_names_the_mailbox_in_its_identity_only_is_about_the_account(tmp_path):
    told = {"operation": "Add-MailboxPermission", "actor": "oskar@contoso.example", "target": "anna_34585588"}
    mine = event(**told, event_id="mine", properties={"Parameters.Identity": SUBJECT.title()})
    others = event(**told, event_id="another's", properties={"Parameters.Identity": "bob@contoso.example"})
    found = labels(tmp_path, [*normal(), mine, others])
    assert ("mine" in found, "another's" in found) == (True, False)


def test_the_attackers_address_on_other_accounts_is_found_and_their_own_days_are_not(tmp_path):
    gina, hugo = "gina@contoso.example", "hugo@contoso.example"
    events = [
        *normal(),
        *normal(person=gina),
        entry(),
        sign_in(
            **INTRUDER,
            actor=gina,
            session_id="g",
            device_id=None,
            device_managed=False,
            time=at(hours=3),
            event_id="gina",
        ),
        event(client_ip="192.0.2.77", actor=gina, session_id="g", time=at(hours=4), event_id="gina's", asn=64700),
        *(event(**INTRUDER, actor=hugo, time=at(days=-n), session_id=None, event_id=f"hugo {n}") for n in (2, 3)),
        event(**INTRUDER, actor=hugo, time=at(hours=5), session_id=None, event_id="hugo today"),
    ]
    found = labels(tmp_path, events)
    assert only(found, Label.ATTACKER) == {"entry", "gina", "gina's"}
    assert not {key for key in found if "hugo" in key or key.startswith("read gina")}


def test_the_kits_own_changes_are_the_responders(tmp_path):
    admin = {
        "actor": "responder@contoso.example",
        "actor_kind": "admin",
        "target": SUBJECT,
        "source": "directory_audit",
    }
    kit = Responder(frozenset({"kit-app"}), frozenset({"req-1"}), (Change(utc(at(hours=27)), SUBJECT),))
    events = [
        *normal(),
        entry(),
        event(**admin, operation="Disable account", time=at(hours=27, seconds=3), event_id="by receipt"),
        event(**admin, operation="Update user", time=at(hours=24), app_id="KIT-APP", event_id="by app"),
        event(**admin, operation="Reset password", time=at(hours=24), correlation_id="REQ-1", event_id="by request"),
        event(**admin, operation="Update user", time=at(hours=12), event_id="by somebody else"),
    ]
    found = labels(tmp_path, events, responder=kit)
    assert only(found, Label.RESPONDER) == {"by receipt", "by app", "by request"}


def test_what_a_service_did_is_the_systems(tmp_path):
    nightly = event(
        **BARE,
        operation="Set-Mailbox",
        actor="nt authority\\system (w3wp)",
        actor_kind="system",
        target=SUBJECT,
        event_id="nightly",
    )
    found = labels(tmp_path, [*normal(), entry(), nightly])
    assert found["nightly"].label is Label.SYSTEM


def test_a_sign_in_that_calls_itself_managed_but_names_no_device_vouches_for_nobody(tmp_path):
    claimed = entry(device_managed=True)
    read = event(
        **STOLEN | {"device_managed": None}, operation="MailItemsAccessed", time=at(minutes=5), event_id="read"
    )
    assert only(labels(tmp_path, [*normal(), claimed, read]), Label.ATTACKER) == {"entry", "read"}


def test_without_a_seed_nobody_is_an_attacker(tmp_path):
    abroad = sign_in(
        client_ip="192.0.2.9",
        asn=64800,
        country="PT",
        network_kind="hosting",
        session_id="hotel",
        time=at(hours=1),
        event_id="abroad on the laptop",
    )
    found = labels(tmp_path, [*normal(), abroad], {})
    assert only(found, Label.USER) == set(found)
    assert found["abroad on the laptop"].because.startswith("from the managed device")


def test_hostile_texts_stay_texts(tmp_path):
    nasty = "'; DROP TABLE events; --\x1b[31m<script>alert(1)</script>=cmd|' /C calc'!A0"
    events = [
        *normal(),
        entry(session_id=nasty, user_agent=nasty),
        event(
            **INTRUDER | {"client_ip": "192.0.2.3"},
            session_id=nasty,
            operation=nasty,
            target=nasty,
            time=at(minutes=2),
            event_id="nasty",
        ),
    ]
    found = labels(tmp_path, events, {"entry": Seed(0.9, nasty)})
    assert only(found, Label.ATTACKER) == {"entry", "nasty"}
    assert "\x1b" not in found["nasty"].because


def test_no_events_give_no_labels(tmp_path):
    assert labels(tmp_path, []) == {}


def test_weak_seeds_start_only_where_the_strong_ones_did_not_reach(tmp_path):
    reached = event(**STOLEN, time=at(minutes=4), event_id="reached")
    apart = event(**{**INTRUDER, "client_ip": "192.0.2.9", "asn": 64999}, time=at(hours=2), event_id="apart")
    weak = Seed(0.7, "Two weak hits", ("pe-rule-hide", "co-mia-bind"))
    found = labels(tmp_path, [*normal(), entry(), reached, apart], {**SEED, "reached": weak, "apart": weak})
    assert {key: found[key].confidence for key in ("entry", "reached", "apart")} == {
        "entry": 0.95,
        "reached": 0.921,
        "apart": 0.7,
    }


def test_a_record_that_tells_nothing_is_the_users_only_well_before_the_attack(tmp_path):
    early = event(**BARE, operation="Create", time=at(days=-3), event_id="early")
    late = event(**BARE, operation="Create", time=at(hours=1), event_id="late")
    found = labels(tmp_path / "1", [*normal(), entry(), early, late])
    assert (found["early"].label, found["late"].label) == (Label.USER, Label.UNKNOWN)
    assert found["late"].because == (
        "the record names no address, session or device to tell by, and the attacker was active within the hour"
    )
    assert labels(tmp_path / "2", [*normal(), late], {})["late"].label is Label.USER
    assert labels(tmp_path / "3", [late, event(**INTRUDER)], {})["late"].label is Label.UNKNOWN


def test_a_colleagues_change_from_the_office_is_a_persons_own(tmp_path):
    reset = event(
        client_ip=HOME, actor="help@contoso.example", target=SUBJECT, operation="Update user", event_id="reset"
    )
    found = labels(tmp_path, [*normal(), entry(), reset])
    assert found["reset"].label is Label.USER
    assert found["reset"].because == f"by help@contoso.example from {HOME}, which {SUBJECT} used on 20 days"


def test_mail_handed_in_from_the_attackers_address_is_the_attackers_though_no_log_of_the_mailbox_says_so(tmp_path):
    def mail(name, **given):
        return event(source="message_trace", operation="Message trace", target="x@fabrikam.example", session_id=None,
                     user_agent=None, device_id=None, device_managed=None, event_id=name, message_id=f"<{name}>",
                     time=at(minutes=30), **given)  # fmt: skip

    rows = [*normal(), entry(), mail("theirs", client_ip=EVIL), mail("own", client_ip=HOME)]
    assert only(labels(tmp_path, rows), Label.ATTACKER) == {"entry", "theirs"}


def test_a_mail_relay_ties_no_mail_to_another(tmp_path):
    """A mail that is the attacker's came over the relay that everybody's mail comes over."""

    def mail(name, **given):
        return event(source="message_trace", operation="Message trace", target="x@fabrikam.example", session_id=None,
                     user_agent=None, device_id=None, device_managed=None, event_id=name, client_ip="192.0.2.200",
                     time=at(minutes=30), **given)  # fmt: skip

    sent = event(**STOLEN, operation="Send", message_id="<1>", event_id="sent", time=at(minutes=30))
    rows = [*normal(), entry(), sent, mail("theirs", message_id="<1>"), mail("own", message_id="<2>")]
    assert only(labels(tmp_path, rows), Label.ATTACKER) == {"entry", "sent", "theirs"}


def test_mail_sent_in_the_name_of_a_common_mailbox_is_the_attackers_for_every_recipient(tmp_path):
    common = "bills@contoso.example"
    sent = event(
        **STOLEN, operation="SendAs", message_id="<as@contoso.example>", time=at(minutes=4), event_id="send as"
    )
    told = mail(actor=common, message_id="<as@contoso.example>", time=at(minutes=4), event_id="told")
    other = mail(actor=common, message_id="<own@contoso.example>", time=at(minutes=5), event_id="another")
    outside = mail(actor="x@fabrikam.example", message_id="<as@contoso.example>", time=at(minutes=6), event_id="answer")
    found = labels(tmp_path, [*normal(), entry(), sent, told, other, outside])
    assert only(found, Label.ATTACKER) == {"entry", "send as", "told"}
    assert found["told"].because.startswith("is about the same mail <as@contoso.example> as")


def test_a_record_that_tells_nothing_is_nobodys_within_a_day_of_a_sign_in_of_nobody_knows_who(tmp_path):
    rows = [event(**BARE, operation="Update", time=at(hours=hour), event_id=f"bare {hour}") for hour in (-30, 3, 40)]
    found = labels(tmp_path, [*normal(), entry(), *rows], seeds={})
    assert (found["bare -30"].label, found["bare 3"].label, found["bare 40"].label) == (
        Label.USER, Label.UNKNOWN, Label.USER,
    )  # fmt: skip
