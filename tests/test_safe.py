import csv
import io

import pytest

from o365nb.safe import csv_cell, one_line, terminal


@pytest.mark.parametrize(
    ("evil", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07x", "x"),
        ("a\x07b\x08c", "a\\u0007b\\u0008c"),
        ("abc\u202etxt.exe", "abc\\u202etxt.exe"),
        ("\x9b31m", "\\u009b31m"),
        ("half \ud800 a pair", "half \\ud800 a pair"),
        ("an\u200bna@\ufeffx", "an\\u200bna@\\ufeffx"),
        ("anna\U000e0061", "anna\\U000e0061"),
        ("one\u2028two\u2029", "one\\u2028two\\u2029"),
        ("private \ue000", "private \\ue000"),
        ("Grüße 日本 🙂", "Grüße 日本 🙂"),
    ],
)
def test_no_escape_sequence_reaches_a_terminal(evil, shown):
    assert terminal(evil) == shown


def test_one_line_folds_what_would_break_a_line():
    assert one_line("a\nb\r\nc\td") == "a b c d"


@pytest.mark.parametrize("evil", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\uff1d1"])
def test_no_cell_starts_a_formula(evil):
    out = io.StringIO()
    csv.writer(out).writerow([csv_cell(evil)])
    assert next(csv.reader(io.StringIO(out.getvalue(), newline="")))[0] == f"'{evil}"


def test_plain_words_stay_as_they_are():
    assert csv_cell("anna@contoso.example") == "anna@contoso.example"
