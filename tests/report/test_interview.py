"""The interview: what is asked first, what an answer changes, what is saved, the form and the sheet for the phone."""

import re
from html.parser import HTMLParser

import pytest
from report.sample import HOSTILE, NASTY, aitm, traveller

from o365nb import workbench as wb
from o365nb.analysis.interview import load_answers, questions
from o365nb.case import Bundle
from o365nb.errors import BadEvidence, BadInput
from o365nb.report.form import form
from o365nb.report.interview import Interview
from o365nb.report.questions import Sheet


def made(dossier, found=None, **more):
    return Interview(dossier(found or traveller(), **more))


def order(interview):
    return [row["id"] for row in interview.view.rows]


def test_the_question_that_would_settle_most_comes_first_and_the_others_in_their_order(dossier):
    interview = made(dossier)
    interview.answer("Q2", "unsure")
    best = interview.of.found.cause.next_question.partition(":")[0]
    assert order(interview) == [best, *(name for name in questions() if name != best)]
    assert interview.view.rows[0]["answer"] == "ask next"


def test_an_answer_is_saved_weighed_and_asks_the_next_question(dossier):
    interview = made(dossier)
    interview.answer("Q2", "unsure")
    before = interview.of.found.cause
    asked = before.next_question.partition(":")[0]
    interview.answer("q11", "Yes", "2026-11-16", "a man on the phone")
    after = interview.of.found.cause
    share = {cause: {one.id: one.probability for one in cause.hypotheses}["H5"] for cause in (before, after)}
    assert share[after] > share[before]
    assert load_answers(interview.path) == {
        "Q2": {"answer": "unsure", "when": "", "detail": ""},
        "Q11": {"answer": "y", "when": "2026-11-16", "detail": "a man on the phone"},
    }
    assert Bundle(interview.of.results).load().cause == after
    interview.answer(asked, "n")
    assert not interview.of.found.cause.next_question.startswith(f"{asked}:")


def test_an_answer_can_be_taken_back(dossier):
    interview = made(dossier)
    interview.answer("Q11", "y")
    interview.answer("Q11", "")
    assert interview.answers == {}
    assert load_answers(interview.path) == {}


@pytest.mark.parametrize(("question", "answer"), [("Q25", "y"), ("", "y"), ("Q1", "maybe"), (NASTY, "y")])
def test_what_is_no_question_or_answer_is_refused_and_nothing_is_saved(dossier, question, answer):
    interview = made(dossier)
    with pytest.raises(BadInput):
        interview.answer(question, answer)
    assert not interview.path.exists()


def test_an_interview_is_only_looked_at_without_being_written(dossier):
    interview = made(dossier)
    assert interview._repr_mimebundle_()["text/html"].startswith("<style>")
    assert repr(interview) == "No question is answered yet."
    assert not interview.path.exists()


def test_a_file_of_answers_takes_the_place_of_what_the_case_has(dossier, tmp_path):
    of = dossier(traveller())
    Interview(of).answer("Q1", "y")
    given = tmp_path / "answers.yaml"
    given.write_text("Q5: {answer: y, detail: pasted}\n", "utf-8")
    case = wb.CaseView(of)
    assert case.interview(str(given)).answers == {"Q5": {"answer": "y", "when": "", "detail": "pasted"}}
    assert load_answers(of.case.root / "interview.yaml").keys() == {"Q5"}
    given.write_text("Q5: perhaps\n", "utf-8")
    with pytest.raises(BadEvidence, match="line 1: 'perhaps' is no answer to Q5"):
        case.interview(str(given))
    assert load_answers(of.case.root / "interview.yaml").keys() == {"Q5"}


@pytest.mark.parametrize("hostile", HOSTILE)
def test_whatever_was_said_comes_back_as_it_was_said_and_is_no_markup(dossier, hostile):
    of = dossier(traveller())
    Interview(of).answer("Q19", "y", "", hostile)
    again = Interview(of)
    assert again.answers["Q19"]["detail"] == hostile
    assert_no_markup(again.html, "form")
    assert_no_markup(Sheet(of).html)


def assert_no_markup(html, *more):
    found = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: found.append((tag, dict(attributes)))
    parser.feed(html)
    for tag, attributes in found:
        assert tag not in ("script", "img", "iframe", "object", *more)
        assert not [name for name in attributes if name.startswith("on")]
        assert attributes.get("href", "#").startswith("#")


def parts(box):
    ways, rows = box.children
    return ways, {re.search(r"Q\d+", row.children[0].value)[0]: row for row in rows.children}


def test_pressing_a_button_saves_redraws_and_asks_the_next(dossier):
    interview = made(dossier)
    interview.answer("Q2", "unsure")
    ways, rows = parts(form(interview))
    first = next(iter(rows))
    assert "Ask next." in rows[first].children[0].value
    before = ways.value
    answer, when, detail = rows["Q11"].children[1].children
    answer.value = "y"
    when.value = "2026-11-16"
    detail.value = NASTY
    assert interview.answers["Q11"] == {"answer": "y", "when": "2026-11-16", "detail": detail.value.strip()}
    assert load_answers(interview.path)["Q11"]["when"] == "2026-11-16"
    assert ways.value != before
    assert_no_markup(ways.value)


def test_the_question_that_is_to_be_asked_moves_to_the_top_of_the_form(dossier):
    interview = made(dossier)
    interview.answer("Q2", "unsure")
    box = form(interview)
    first = next(iter(parts(box)[1]))
    parts(box)[1][first].children[1].children[0].value = "n"
    assert next(iter(parts(box)[1])) == interview.of.found.cause.next_question.partition(":")[0] != first


def test_what_is_written_without_a_button_pressed_is_kept_as_unsure(dossier):
    interview = made(dossier)
    answer, _, detail = parts(form(interview))[1]["Q7"].children[1].children
    detail.value = "a poster at the station"
    assert answer.value == "unsure"
    assert interview.answers["Q7"] == {"answer": "unsure", "when": "", "detail": "a poster at the station"}


def test_a_form_opens_with_what_was_answered_before(dossier):
    of = dossier(traveller())
    Interview(of).answer("Q1", "n", "2026-11-01", "never")
    held = parts(form(Interview(of)))[1]["Q1"].children[1].children
    assert [part.value for part in held] == ["n", "2026-11-01", "never"]


def test_the_sheet_reads_out_what_the_case_holds_and_says_of_nothing_whose_it_is(dossier):
    sheet = Sheet(dossier(aitm()))
    rules = next(row for row in sheet.rows if row["id"] == "Q21")["items"]
    assert [item.startswith("rule: ") for item in rules].count(True) >= 1
    assert "attacker" not in sheet.markdown
    assert [f"## {row['id']} {row['text']}" for row in sheet.rows if row["text"] not in sheet.markdown] == []
    assert {row["id"] for row in sheet.rows} == set(questions())


def test_the_sheet_of_hostile_evidence_is_plain_text_and_plain_html(dossier):
    sheet = Sheet(dossier(aitm(NASTY), nasty=NASTY))
    assert_no_markup(sheet.html)
    assert "\x1b" not in sheet.markdown
    for line in sheet.markdown.splitlines():
        assert re.sub(r"`[^`]*`", "", line).count("<") == 0
    assert "default-src 'none'" in sheet.html


def test_a_sheet_without_a_case_has_the_questions_in_their_order():
    assert [row["id"] for row in Sheet().rows] == list(questions())
    assert Sheet().markdown.startswith("# Interview\n")
