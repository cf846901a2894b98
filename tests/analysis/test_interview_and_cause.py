"""How they got in: weighed, never claimed without log evidence, and the question that would settle most."""

from __future__ import annotations

from dataclasses import replace

import pytest
from analysis.world import HOME, NOW, SEED, STOLEN, at, entry, normal
from tables import SUBJECT, event, make_case, sign_in

from o365nb.analysis.attribution import attribute
from o365nb.analysis.cause import load_answers, root_cause, spoken_for, weigh, weights
from o365nb.analysis.derive import derived
from o365nb.analysis.interview import questions
from o365nb.engine import Engine
from o365nb.errors import BadEvidence
from o365nb.model import Attribution, Context, Finding, Label, Outcome, Severity


def finding(slug, context=Context.YES, number=1):
    return Finding(
        f"F-{number:03d}", slug, "Something.", Severity.HIGH, (), SUBJECT, NOW, NOW, context, 0.9, 9.0, ("a",), "x", ()
    )


AITM = [
    finding("ia-aitm-session-split"),
    finding("ia-kit-useragent", number=2),
    finding("ia-phish-delivered", number=3),
]


def yes(*names):
    return {name: {"answer": "y", "when": "", "detail": ""} for name in names}


def test_a_proxied_sign_in_is_determined_with_its_reasons():
    found = weigh(AITM, {}, {})
    assert (found.determined, found.top) == (True, "H1")
    top = found.hypotheses[0]
    assert top.probability > 0.9
    assert top.supporting == (
        "One session or sign-in flow changed hands on the way (F-001; +15 dB).",
        "A successful sign-in by an attack tool (F-002; +12 dB).",
        "A phishing mail was delivered shortly before the first foreign sign-in (F-003; +6 dB).",
    )
    assert next(one for one in found.hypotheses if one.id == "H13").contradicting == (
        "One session or sign-in flow changed hands on the way (F-001; -10 dB).",
    )


def test_two_detections_of_one_thing_count_once():
    once = weigh([finding("ia-aitm-session-split")], {}, {}).hypotheses[0].probability
    twice = weigh([finding("ia-aitm-session-split"), finding("ia-ua-shift-in-flow")], {}, {}).hypotheses[0].probability
    assert once == twice


def test_without_evidence_the_priors_stand_and_nothing_is_determined():
    found = weigh([], {}, {})
    assert found.determined is False
    assert {one.id: round(100 * one.probability) for one in found.hypotheses} == {
        one: round(100 * prior / sum(weights().priors.values())) for one, prior in weights().priors.items()
    }
    assert found.next_question


@pytest.mark.parametrize(
    ("found", "said", "determined"),
    [
        (["ia-kit-useragent"], (), False),
        (["ia-kit-useragent", "ia-phish-delivered"], ("Q6",), False),
        (["ia-kit-useragent", "ia-aitm-session-split"], (), True),
    ],
    ids=["a tool's name", "a tool's name after a lure", "a flow that changed hands"],
)
def test_only_evidence_that_names_the_way_determines_it(found, said, determined):
    cause = weigh([finding(slug, number=n) for n, slug in enumerate(found, 1)], {}, yes(*said))
    assert (cause.top, cause.hypotheses[0].probability >= 0.8, cause.determined) == ("H1", True, determined)


def test_every_way_that_is_named_is_named_by_the_log_and_spoken_for():
    table = weights()
    assert {name.partition(":")[0] for name, _ in table.names} == {"finding", "derived"}
    assert all(table.observations[name][one] >= 6 for name, one in table.names)
    # No log tells a page that took a password from a password that leaked, or hears what a wireless network carried.
    assert set(table.priors) - {one for _, one in table.names} == {"H2", "H14"}


def test_an_interview_alone_never_determines():
    found = weigh([], {}, yes("Q5", "Q4", "Q22", "Q1"))
    assert found.top == "H4"
    assert found.determined is False


def test_findings_of_the_user_do_not_speak():
    assert weigh([finding("ia-aitm-session-split", Context.NO)], {}, {}) == weigh([], {}, {})


def test_a_no_speaks_against_and_unsure_says_nothing():
    before = {one.id: one.probability for one in weigh([], {}, {}).hypotheses}
    denied = {one.id: one.probability for one in weigh([], {}, {"Q11": {"answer": "n"}}).hypotheses}
    unsure = {one.id: one.probability for one in weigh([], {}, {"Q11": {"answer": "unsure"}}).hypotheses}
    assert denied["H5"] < before["H5"]
    assert unsure == before


def test_an_entry_older_than_the_logs_is_not_determined_whatever_was_found():
    found = weigh(AITM, {}, {}, visible=False)
    assert found.determined is False
    assert (
        "The entry is older than the logs that were read: nothing in them tells." in found.hypotheses[0].contradicting
    )


def test_an_answered_question_is_not_asked_again():
    first = weigh([], {}, {}).next_question.partition(":")[0]
    assert not weigh([], {}, {first: {"answer": "unsure"}}).next_question.startswith(f"{first}:")
    assert weigh([], {}, {name: {"answer": "unsure"} for name in questions()}).next_question == ""


def test_every_weight_names_a_question_or_hypothesis_that_exists():
    table = weights()
    assert set(table.priors) == {f"H{n}" for n in range(1, 15)}
    assert {one for effects in table.observations.values() for one in effects} <= set(table.priors)
    asked = {name.partition(":")[2] for name in table.observations if name.startswith("answer:")}
    assert asked <= set(questions())
    assert list(questions()) == [f"Q{n}" for n in range(1, 25)]


def cause_of(root, events, found=(), **tables):
    with Engine(make_case(root, events=events, **tables)) as engine:
        return root_cause(engine, found, attribute(engine, SEED), {})


def test_a_second_factor_given_once_and_then_claimed_elsewhere_points_at_a_proxy(tmp_path):
    claim = sign_in(**STOLEN | {"asn": 64999, "client_ip": "192.0.2.8"}, source="sign_in_noninteractive",
                    time=at(minutes=3), event_id="claim")  # fmt: skip
    top = cause_of(tmp_path, [*normal(), entry(), claim]).hypotheses[0]
    assert top.id == "H1"
    when = "proven at 2026-11-17 08:41 UTC, claimed from 192.0.2.8 at 2026-11-17 08:44 UTC"
    said = f"The second factor was given once and then only claimed from another network ({when}; +8 dB)."
    assert top.supporting == (said,)


def test_a_session_used_elsewhere_without_a_sign_in_points_at_stolen_cookies(tmp_path):
    own = [sign_in(session_id="s", time=at(days=-n), event_id=f"own {n}") for n in (1, 2, 3)]
    replay = entry(source="sign_in_noninteractive", session_id="s")
    found = cause_of(tmp_path, [*own, replay])
    assert found.top == "H4"
    assert found.hypotheses[0].supporting[0].endswith("(the session s is the user's own; +12 dB).")


def test_a_cookie_played_back_to_a_prompt_is_no_sign_in(tmp_path):
    own = [sign_in(session_id="s", time=at(days=-n), event_id=f"own {n}") for n in (1, 2, 3)]
    replay = entry(session_id="s", properties={"authenticationDetails": "Previously satisfied: by claim"})
    typed = {**replay, "properties": {"authenticationDetails": "Password: Correct password"}}
    said = "the session s is the user's own"
    assert said in str(cause_of(tmp_path / "played", [*own, replay]).hypotheses)
    assert said not in str(cause_of(tmp_path / "typed", [*own, typed]).hypotheses)


def test_a_traveller_on_a_managed_device_is_the_users_own_doing(tmp_path):
    abroad = sign_in(client_ip="192.0.2.9", asn=64800, country="PT", session_id="hotel", event_id="abroad")
    found = cause_of(tmp_path, [*normal(), abroad], [finding("ia-impossible-travel", Context.NO)])
    assert (found.top, found.determined) == ("H13", True)


def test_an_intruder_who_was_there_before_the_first_sign_in_read_is_not_explained(tmp_path):
    found = cause_of(tmp_path, [entry()], AITM)
    assert found.determined is False


def write(tmp_path, text):
    path = tmp_path / "interview.yaml"
    path.write_text(text, "utf-8")
    return path


def test_an_interview_is_read_in_every_form_people_write(tmp_path):
    text = """\
Q6: {answer: y, when: 2026-11-16, detail: 'http://docs'}
q11: no
Q17:
  answer: yes
  when: {from: 2026-11-01, to: 2026-11-05}
Q2: unsure
"""
    assert load_answers(write(tmp_path, text)) == {
        "Q6": {"answer": "y", "when": "2026-11-16", "detail": "http://docs"},
        "Q11": {"answer": "n", "when": "", "detail": ""},
        "Q17": {"answer": "y", "when": "from 2026-11-01, to 2026-11-05", "detail": ""},
        "Q2": {"answer": "unsure", "when": "", "detail": ""},
    }


def test_an_empty_interview_answers_nothing(tmp_path):
    assert load_answers(write(tmp_path, "# later\n")) == {}


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("Q1: y\nQ25: y\n", 2, "'Q25' is no question of the interview"),
        ("Q1: y\nQ2: maybe\n", 2, "'maybe' is no answer to Q2"),
        ("Q1: {answer: y, whem: x}\n", 1, "Q1 has no field 'whem'"),
        ("Q1: y\nQ1: n\n", 2, "Q1 is answered twice"),
        ("- Q1\n", 1, "questions and their answers are expected here"),
        ("Q1: {detail: x}\n", 1, "'' is no answer to Q1"),
        ("Q1: [y\n", 2, None),
        ("Q1: !!python/object/apply:os.system ['true']\n", 1, "questions and their answers are expected here"),
    ],
)
def test_a_bad_interview_names_file_and_line(tmp_path, text, line, problem):
    path = write(tmp_path, text)
    with pytest.raises(BadEvidence) as caught:
        load_answers(path)
    assert (caught.value.path, caught.value.line) == (path, line)
    assert problem is None or caught.value.problem == problem


def test_a_missing_interview_is_one_clear_line(tmp_path):
    with pytest.raises(BadEvidence, match="there is no such file"):
        load_answers(tmp_path / "none.yaml")


def test_the_new_reader_is_named_not_the_one_who_reads_most(tmp_path):
    read = {"operation": "MailItemsAccessed", "mailbox_owner": SUBJECT}
    by = [event(**read, actor="viola@contoso.example", time=at(hours=-hour)) for hour in range(1, 9)]
    late = event(**read, actor="erin@contoso.example", event_id="late")
    told = [
        finding("pe-delegate-full", Context.UNKNOWN),
        replace(finding("co-nonowner", Context.UNKNOWN, 2), evidence=("late",)),
    ]
    with Engine(make_case(tmp_path, events=[*normal(), *by, late])) as engine:
        cause = root_cause(engine, told, attribute(engine, {}), {})
    assert (cause.top, cause.determined) == ("H11", True)
    assert "erin@contoso.example used the mailbox 1 times" in cause.hypotheses[0].supporting[0]


def test_a_method_that_the_user_registered_at_home_speaks_for_the_user(tmp_path):
    made = event(operation="User registered security info", client_ip=HOME, source="directory_audit", event_id="own")
    quiet = normal()
    with Engine(make_case(tmp_path / "own", events=[*quiet, made])) as engine:
        own = derived(engine, attribute(engine, {}), [], whole=True)
    with Engine(make_case(tmp_path / "theirs", events=[*quiet, entry(), made])) as engine:
        theirs = derived(engine, attribute(engine, SEED), [], whole=True)
    assert own["own_new_method"] == "registered at 2026-11-17 08:41 UTC"
    assert "own_new_method" not in theirs


def test_a_new_reader_is_the_insider_though_nothing_in_the_log_let_him_in(tmp_path):
    read = event(operation="MailItemsAccessed", mailbox_owner=SUBJECT, actor="erin@contoso.example", event_id="late")
    told = [replace(finding("co-nonowner", Context.UNKNOWN), evidence=("late",))]
    with Engine(make_case(tmp_path / "alone", events=[*normal(), read])) as engine:
        inside = root_cause(engine, told, attribute(engine, {}), {})
    with Engine(make_case(tmp_path / "broken into", events=[*normal(), entry(), read])) as engine:
        outside = root_cause(engine, told, attribute(engine, SEED), {})
    assert (inside.top, outside.top) == ("H11", "H1")


@pytest.mark.parametrize(("reader", "top"), [("erin@contoso.example", "H11"), (SUBJECT, "H13")])
def test_what_a_known_colleague_read_from_elsewhere_points_inside(tmp_path, reader, top):
    """The hand is known, only not the owner's: nobody broke in, somebody inside has to be asked."""
    desk = [
        event(operation="MailItemsAccessed", mailbox_owner=SUBJECT, actor=reader, client_ip=HOME, time=at(days=-day),
              event_id=f"desk {day}", session_id="hers")
        for day in range(1, 6)
    ]  # fmt: skip
    late = event(operation="MailItemsAccessed", mailbox_owner=SUBJECT, actor=reader, client_ip="192.0.2.9", asn=64800,
                 session_id="hers", event_id="late")  # fmt: skip
    told = [replace(finding("co-mia-bind", Context.UNKNOWN), evidence=("late",))]
    with Engine(make_case(tmp_path, events=[*normal(), *desk, late])) as engine:
        assert root_cause(engine, told, attribute(engine, {}), {}).top == top


def silent(root, found=(), labels=None, **coverage):
    with Engine(make_case(root, events=normal(), coverage=coverage)) as engine:
        return root_cause(engine, found, attribute(engine, {}) | (labels or {}), {})


def test_where_everything_is_explained_the_users_own_doing_comes_before_the_usual_way_in(tmp_path):
    """Whatever was read: with the sign-in log more surely than without."""
    whole = silent(tmp_path / "whole", [finding("co-mia-bind", Context.NO)])
    poor = silent(tmp_path / "poor", [finding("co-mia-bind", Context.NO)], sign_in=Outcome.NOT_LICENSED)
    assert (whole.top, poor.top, poor.determined) == ("H13", "H13", False)
    assert poor.hypotheses[0].probability < whole.hypotheses[0].probability
    assert whole.hypotheses[0].supporting[0].startswith("Everything needed was read")
    assert poor.hypotheses[0].supporting == (
        "Nothing that was read is anybody else's (no finding above low is open; +12 dB).",
    )
    assert (spoken_for(whole), spoken_for(poor)) == (False, False)


@pytest.mark.parametrize(
    ("slug", "top"), [("co-mia-bind", "H13"), ("ia-new-country-unmanaged", "H13"), ("pe-rule-hide", "H1")]
)
def test_an_open_question_of_reading_leaves_the_user_first_one_of_something_left_behind_does_not(tmp_path, slug, top):
    found = silent(tmp_path, [finding(slug, Context.UNKNOWN)])
    assert (found.top, found.determined, spoken_for(found)) == (top, False, False)


def test_where_an_intruder_acted_silence_speaks_for_nobody(tmp_path):
    theirs = {"entry": Attribution("entry", NOW, "ual", "Send", SUBJECT, Label.ATTACKER, 0.9, "")}
    assert silent(tmp_path, labels=theirs).top == "H1"


def test_something_that_speaks_for_a_way_in_is_said_to():
    assert spoken_for(weigh(AITM, {}, {}))
