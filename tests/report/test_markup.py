import pytest
from markupsafe import Markup

from o365nb.report.clock import Clock
from o365nb.report.markup import MOST_CODES, MOST_ROWS, Column, Table, anchor, chance, cited, sheet, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Müller, Ærø, 東京 ✓", "Müller, Ærø, 東京 ✓"),
        ("invoice\u202efdp.exe", "invoice\\u202efdp.exe"),
        ("a\x1b[31mb\x00", "a\\u001b[31mb\\u0000"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("two\nlines\tand tabs", "two lines and tabs"),
    ],
)
def test_what_cannot_be_seen_is_written_out(text, shown):
    assert visible(text) == shown


def test_a_cell_escapes_and_shows_evidence_whatever_its_kind():
    evil = "<script>alert(1)</script>\u202e"
    kinds = ("text", "code", "list", "codes", "findings", "strong")
    values = {kind: [evil] if kind in ("list", "codes", "findings") else evil for kind in kinds}
    pill = {"text": evil, "tone": "bad", "sign": "", "note": evil, "rank": 0}
    titled = {"title": evil, "text": evil, "codes": (evil,)}
    columns = [Column(kind, evil, kind) for kind in (*kinds, "pill", "titled")]
    rows = [{**values, "pill": pill, "titled": titled}]
    html = sheet(Clock(), rows, "", Table(evil, columns, rows, ""), lead=[evil], warning=evil, tail=[evil]).html
    assert "<script" not in html
    assert "\u202e" not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;\\u202e") >= 2 * len(columns)


def test_a_very_long_text_is_folded_and_kept_whole():
    text = "W" * 10_000
    html = sheet(Clock(), [], "", Table("t", [Column("a", "A")], [{"a": text}], "")).html
    assert "all 10,000 characters" in html
    assert text in html


def test_of_thousands_of_rows_the_first_are_shown_and_where_all_are_is_said():
    rows = [{"a": f"thing {number}", "b": [f"event {number}.{n}" for n in range(1_000)]} for number in range(4_321)]
    view = sheet(Clock(), rows, "", Table("t", [Column("a", "A"), Column("b", "B", "codes")], rows, "", file="all.csv"))
    assert f"The first {MOST_ROWS:,} of 4,321 rows. All of them: all.csv." in view.html
    assert (view.html.count("<tr"), view.html.count("<code>")) == (1 + MOST_ROWS, MOST_ROWS * MOST_CODES)
    assert f"… {1_000 - MOST_CODES} more in the result files" in view.html
    assert len(view.rows) == 4_321


def test_an_empty_table_says_why():
    assert "Cannot tell: not licensed" in sheet(Clock(), [], "", Table("t", [], [], "Cannot tell: not licensed")).html


def test_the_numbers_of_findings_become_links_and_the_rest_stays_text():
    assert cited("see F-012 & <b>") == Markup('see <a class="ref" href="#f-012">F-012</a> &amp; &lt;b&gt;')


@pytest.mark.parametrize(
    ("given", "said"), [(0.9996, "over 99%"), (0.945, "94%"), (0.002, "under 1%"), (0.99, "99%"), (0.5, "50%")]
)
def test_a_probability_never_claims_certainty(given, said):
    assert chance(given) == said


def test_an_anchor_holds_only_letters_digits_and_dashes():
    assert [anchor(text) for text in ('F-001" onclick=x', "a b", "é")] == ["f-001-onclick-x", "a-b", "x"]


def test_a_view_gives_its_rows_as_a_frame():
    view = sheet(Clock(), [{"a": 1}, {"a": 2}], "two rows", Table("t", [Column("a", "A")], [], ""))
    assert view.frame["a"].tolist() == [1, 2]
    assert repr(view) == "two rows"
