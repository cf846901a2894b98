"""A colleague who reads the boss's mail, judged: shown, explained, and nothing done to the boss."""

from o365nb.model import Context, Label, Verdict

BOSS, READER, ASSISTANT = "martha@contoso.example", "erin@contoso.example", "viola@contoso.example"


def test_what_was_given_read_and_searched_is_found_and_nobody_broke_in(practice_case):
    found = practice_case("insider").found.findings
    assert {(one.slug, one.subject, one.context) for one in found} == {
        (slug, BOSS, Context.UNKNOWN) for slug in ("pe-delegate-full", "co-nonowner", "co-mail-search")
    }
    (search,) = [one for one in found if one.slug == "co-mail-search"]
    assert search.summary == f'mail was searched for "redundancy" by {READER}, who had begun to use the mailbox'


def test_every_finding_rests_on_what_the_truth_says(practice_case):
    made = practice_case("insider")
    for one in made.found.findings:
        assert {one.slug in made.truth[key]["findings"] for key in one.evidence} == {True}


def test_an_insider_is_no_intruder(practice_case):
    found = practice_case("insider").found
    assert [one for one in found.attributions if one.label is Label.ATTACKER] == []
    assert (found.verdict.verdict, found.verdict.first_attacker_event) == (Verdict.SUSPECTED, None)
    assert (found.exposure, found.recipients, found.indicators) == ((), (), ())


def test_the_reader_is_named_as_the_cause_and_not_the_assistant(practice_case):
    cause = practice_case("insider").found.cause
    assert (cause.top, cause.determined) == ("H11", True)
    assert READER in cause.hypotheses[0].supporting[0]


def test_the_rights_are_told_and_left_to_people(practice_case):
    kept = [item for item in practice_case("insider").found.persistence if item.kind == "delegate"]
    assert [(item.description, item.verdict, item.remove) for item in kept] == [
        (f"{READER} may open the mailbox", Label.UNKNOWN, False),
        (f"{ASSISTANT} may open the mailbox", Label.UNKNOWN, False),
    ]
    assert len(kept[0].finding_ids) == 1


def test_the_boss_is_asked_and_the_reader_is_left_in_the_dark(practice_case):
    steps = practice_case("insider").found.plan.steps
    assert [(step.action, step.automatic) for step in steps] == [("ask_user", False), ("review_delegate", False)]
    assert "Say nothing to the reader" in steps[1].reason
    assert "personnel and legal" in steps[1].reason
