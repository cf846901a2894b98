"""Where attribution starts: strong detections, several weak ones that meet, and never the place alone."""

from __future__ import annotations

from analysis.world import INTRUDER, STOLEN, THEIRS, Hit, at, entry, facts, normal
from tables import SUBJECT, event, make_case, sign_in

from o365nb.analysis.base import Seed
from o365nb.analysis.seeds import choose_seeds
from o365nb.analysis.trail import of_subjects
from o365nb.engine import Engine


def seeds(root, events, hits, known):
    with Engine(make_case(root, events=events)) as engine:
        return choose_seeds(of_subjects(engine), (SUBJECT,), hits, known)


RULE = event(**INTRUDER, session_id=None, operation="New-InboxRule", time=at(minutes=22), event_id="rule")
READ = event(**INTRUDER, session_id=None, operation="MailItemsAccessed", time=at(minutes=9), event_id="read")
LURE = event(
    source="message_trace", actor="x@docs-fabrikarn.example", target=SUBJECT, time=at(hours=-26), event_id="lure"
)


def test_a_strong_detection_makes_a_seed_and_strong_ones_add_up(tmp_path):
    known = facts(ia_aitm_session_split="critical 0.95", ia_kit_useragent="high 0.9")
    hits = [Hit("ia-aitm-session-split", ("entry",)), Hit("ia-kit-useragent", ("entry",))]
    found = seeds(tmp_path, [*normal(), entry()], hits, known)
    assert found == {"entry": Seed(0.99, "Something bad; Something bad", ("ia-aitm-session-split", "ia-kit-useragent"))}


def test_a_hit_that_doubts_itself_is_no_seed(tmp_path):
    hits = [Hit("ia-aitm-session-split", ("entry",), confidence=0.3)]
    assert seeds(tmp_path, [*normal(), entry()], hits, facts(ia_aitm_session_split="critical 0.95")) == {}


def test_weak_hits_of_two_phases_on_one_unfamiliar_address_start_a_closure_with_less_confidence(tmp_path):
    known = facts(pe_rule_hide="high", co_mia_bind="high")
    hits = [Hit("pe-rule-hide", ("rule",)), Hit("co-mia-bind", ("read",))]
    found = seeds(tmp_path, [*normal(), RULE, READ], hits, known)
    assert set(found) == {"rule", "read"}
    assert {seed.confidence for seed in found.values()} == {0.64}


def test_weak_hits_on_a_familiar_address_start_nothing(tmp_path):
    days = [event(**INTRUDER, session_id=None, time=at(days=-n), event_id=f"day {n}") for n in (1, 2, 3)]
    hits = [Hit("pe-rule-hide", ("rule",)), Hit("co-mia-bind", ("read",))]
    assert seeds(tmp_path, [*days, RULE, READ], hits, facts(pe_rule_hide="high", co_mia_bind="high")) == {}


def test_one_weak_hit_alone_starts_nothing(tmp_path):
    assert seeds(tmp_path, [*normal(), RULE], [Hit("pe-rule-hide", ("rule",))], facts(pe_rule_hide="high")) == {}


def test_the_place_alone_starts_nothing_however_many_detections_say_it(tmp_path):
    abroad = sign_in(**STOLEN, event_id="abroad")
    known = facts(ia_impossible_travel="medium", ia_new_country_unmanaged="medium", ia_residential_near="medium")
    hits = [Hit(slug, ("abroad",)) for slug in known]
    assert seeds(tmp_path, [*normal(), abroad], hits, known) == {}


def test_weak_hits_on_a_managed_device_start_nothing(tmp_path):
    events = [sign_in(**INTRUDER, session_id=THEIRS, event_id=key) for key in ("rule", "read")]
    hits = [Hit("pe-rule-hide", ("rule",)), Hit("co-mia-bind", ("read",))]
    assert seeds(tmp_path, [*normal(), *events], hits, facts(pe_rule_hide="high", co_mia_bind="high")) == {}


def test_a_phishing_mail_alone_makes_nobody_a_victim(tmp_path):
    known = facts(ia_phish_delivered="medium", ia_aitm_session_split="critical 0.95")
    phish = Hit("ia-phish-delivered", ("lure",))
    assert seeds(tmp_path / "1", [*normal(), LURE], [phish], known) == {}
    both = [phish, Hit("ia-aitm-session-split", ("entry",))]
    assert set(seeds(tmp_path / "2", [*normal(), LURE, entry()], both, known)) == {"lure", "entry"}


def test_a_look_alike_domain_is_somebodys_malice_even_where_nobody_got_in(tmp_path):
    hits = [Hit("im-lookalike-domain", ("lure",))]
    assert set(seeds(tmp_path, [*normal(), LURE], hits, facts(im_lookalike_domain="critical"))) == {"lure"}


def test_a_slug_nobody_knows_is_ignored(tmp_path):
    assert seeds(tmp_path, [*normal(), entry()], [Hit("xx-unknown", ("entry",))], {}) == {}


def test_a_chain_through_three_phases_is_surer_than_two_and_everyday_hits_make_no_chain(tmp_path):
    known = facts(ia_new_country_unmanaged="medium", pe_rule_hide="high", im_mass_send="critical", co_mia_bind="high")
    told = [Hit("ia-new-country-unmanaged", ("entry",)), Hit("pe-rule-hide", ("rule",)), Hit("co-mia-bind", ("read",))]
    events = [*normal(), entry(session_id=None), RULE, READ]
    everyday = seeds(tmp_path / "1", events, told, known)
    chain = seeds(tmp_path / "2", events, [*told, Hit("im-mass-send", ("read",))], known)
    assert max(seed.confidence for seed in everyday.values()) <= 0.65
    assert 0.75 <= chain["rule"].confidence <= 0.85


def test_guesses_are_the_attackers_where_one_was_right_and_nobodys_otherwise(tmp_path):
    tried = [sign_in(**STOLEN, result="failure", error_code="50126", event_id=f"guess {n}") for n in (1, 2)]
    right = sign_in(**STOLEN, event_id="right")
    known = facts(ia_spray="medium", ia_spray_hit="critical 0.8")
    guesses = Hit("ia-spray", ("guess 1", "guess 2"))
    events = [*normal(), *tried, right]
    assert seeds(tmp_path / "without", events, [guesses], known) == {}
    found = seeds(tmp_path / "with", events, [guesses, Hit("ia-spray-hit", ("right",))], known)
    assert set(found) == {"guess 1", "guess 2", "right"}


def test_a_strangers_chat_is_the_lure_where_somebody_got_in_and_nothing_alone(tmp_path):
    known = facts(la_teams_phish="high", ia_aitm_session_split="critical 0.95")
    chat, split = Hit("la-teams-phish", ("chat",)), Hit("ia-aitm-session-split", ("entry",))
    assert seeds(tmp_path / "alone", [*normal(), entry()], [chat], known) == {}
    assert set(seeds(tmp_path / "both", [*normal(), entry()], [chat, split], known)) == {"chat", "entry"}
