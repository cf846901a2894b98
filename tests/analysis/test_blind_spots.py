"""What exports can never show, and what to ask for next."""

from o365nb import intake
from o365nb.analysis import ask_for, blind_spots
from o365nb.analysis.ask_for import Ask, asks, missing
from o365nb.analysis.gap_words import NEEDED
from o365nb.analysis.gaps import gaps
from o365nb.case import Coverage, Ledger
from o365nb.model import Outcome, Window, utc

ANNA = "anna@contoso.example"
WINDOW = Window(utc("2026-11-01"), utc("2026-11-18"))
HOLE = Window(utc("2026-11-10T08:00:00Z"), utc("2026-11-10T15:00:00Z"))
FILTERED = "An export never shows what was filtered out when it was made."


def ledger(tmp_path, *entries):
    made = Ledger(tmp_path / "coverage.jsonl")
    made.record(*entries)
    return made


def log(source, file, shape, outcome=Outcome.COMPLETE, **more):
    return Coverage(source, ANNA, WINDOW, outcome, received=3, file=file, shape=shape, **more)


def test_every_pattern_of_shapes_fits_a_shape_and_no_sentence_stands_twice():
    names = [shape.name for shape in intake.shapes()]
    for _, pattern, sentence in blind_spots.rows():
        assert any(blind_spots.fnmatchcase(name, pattern) for name in names), pattern
        assert sentence.endswith(".")
    assert len({sentence for *_, sentence in blind_spots.rows()}) >= len(blind_spots.rows()) - 1


def test_every_log_that_exports_bring_has_a_limit_of_its_own():
    for source in ("ual", "sign_in", "sign_in_noninteractive", "sign_in_service_principal", "directory_audit",
                   "message_trace", "alert", "incident", "risk_detection"):  # fmt: skip
        assert len(blind_spots.never_shown(source, "some-shape", state=False)) == 2


def test_what_an_export_can_never_show_goes_with_its_line_but_makes_it_no_gap(tmp_path):
    found = gaps(ledger(tmp_path, log("ual", "a.csv", "purview-audit-csv")), [ANNA])[0]
    assert (found.sentence, found.shape) == ("", "purview-audit-csv")
    assert found.never == (
        (
            "The unified audit log never shows whether Entra held a sign-in to be risky,"
            " and the reading of mail only where the licence has it recorded."
        ),
        "Purview's file never says to which people, activities and dates the search was limited.",
        FILTERED,
    )


def test_lists_of_how_things_stand_have_no_history_and_hidden_rules_need_to_be_asked_for(tmp_path):
    rules = Coverage(
        "inbox_rules.hidden", ANNA, None, Outcome.COMPLETE, file="r.json", shape="exchange-inbox-rule-json"
    )
    assert gaps(ledger(tmp_path, rules), [ANNA])[0].never == (
        "Get-InboxRule shows hidden rules only with -IncludeHidden, and its file never says whether it was asked so.",
        "A list of how things stand has no history: what was removed before it was made is never in it.",
        FILTERED,
    )


def test_twenty_files_say_it_once(tmp_path):
    lines = [log("ual", f"{number}.csv", "purview-audit-csv") for number in range(20)]
    found = gaps(ledger(tmp_path, *lines), [ANNA])
    assert blind_spots.never_shown_by(found)[FILTERED] == 20
    assert len(blind_spots.never_shown_by(found)) == 3


def test_files_that_lack_the_same_are_told_in_one_sentence(tmp_path):
    cause = "no event from here to there"
    lines = [
        log("ual", f"{n}.csv", "purview-audit-csv", Outcome.PARTIAL, cause=cause, holes=(HOLE,)) for n in range(20)
    ]
    told = [gap.sentence for gap in gaps(ledger(tmp_path, *lines), [ANNA]) if gap.source == "ual"]
    assert told[0] == (
        f"The unified audit log of {ANNA} in 0.csv and 19 more files was read only in part ({cause})."
        " Reading, searching and changes in the mailbox would not be seen where it is missing."
    )
    assert told[1:] == [""] * 19


def test_every_source_that_is_needed_can_be_asked_for_exactly_once():
    named = [source for sources, _, _ in ask_for.rows() for source in sources]
    assert sorted(named) == sorted(set(named))
    assert set(NEEDED) <= set(named)


def test_what_was_cut_or_has_holes_is_asked_for_first_then_what_is_missing(tmp_path):
    lines = (
        log("ual", "a.csv", "purview-audit-csv", Outcome.PARTIAL, cause="no event", holes=(HOLE,)),
        log("sign_in", "s.json", "graph-sign-in-json", Outcome.CAPPED, cause="exactly 50,000 rows"),
    )
    found = gaps(ledger(tmp_path, *lines), [ANNA])
    assert asks(found, [ANNA])[:3] == [
        Ask("Unified audit log, again", "for 2026-11-10 08:00 to 2026-11-10 15:00 UTC"),
        Ask(
            "Sign-ins (interactive), again",
            "in shorter periods, each well below the limit at which the export was cut off",
        ),
        Ask("Sign-ins", f"Entra admin center, Sign-in logs: {ANNA}, 30 days, each tab, download as JSON"),
    ]
    assert missing(found)[0] == "sign_in_noninteractive"


def test_a_hostile_account_name_is_only_text(tmp_path):
    hostile = "{0.__class__}<b>\x1b[31m@contoso.example"
    assert any(hostile in ask.how for ask in asks(gaps(ledger(tmp_path), [hostile]), [hostile]))
