import pytest

from o365nb.errors import BadEvidence
from o365nb.intake.csv_text import CsvRow, header, rows


def plain(text):
    return [(row.line, row.cells) for row in rows("f.csv", text)]


def test_lines_are_those_of_the_file_also_after_newlines_inside_cells():
    text = 'a,b\r\n1,"x\r\ny\r\nz"\r\n\r\n2,w\r\n'
    assert plain(text) == [(2, {"a": "1", "b": "x\r\ny\r\nz"}), (6, {"a": "2", "b": "w"})]


def test_a_type_line_blank_lines_and_a_sep_line_come_before_the_header():
    text = '#TYPE Selected.System.Management.Automation.PSCustomObject\r\n"a","b"\r\n"1","2"\r\n'
    assert plain(text) == [(3, {"a": "1", "b": "2"})]
    assert plain("\nsep=;\na;b\n1;2\n") == [(4, {"a": "1", "b": "2"})]
    assert header(text) == ("a", "b")


def test_blanks_around_headers_go_and_a_column_named_twice_keeps_both():
    assert plain("Application ID ,x,x\n1,2,3\n") == [(2, {"Application ID": "1", "x": "2", "x#2": "3"})]


def test_a_cell_far_beyond_the_usual_limit():
    big = "z" * 400_000
    assert plain(f'a,b\n1,"{big}"\n') == [(2, {"a": "1", "b": big})]


def test_a_short_row_inside_the_file_is_marked_not_lost():
    assert list(rows("f.csv", "a,b\n1\n2,3\n")) == [
        CsvRow(2, {"a": "1"}, whole=False, ended=True),
        CsvRow(3, {"a": "2", "b": "3"}, whole=True, ended=True),
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('a,b,c\n1,"whole",x\n2,"cut in a ce', 3),
        ('a,b,c\n1,"whole\n",x\n2,"{""cut"', 4),  # cut between the two quotes of a doubled one
        ("a,b,c\n1,whole,x\n2,cut", 3),
        ("#TYPE x\na,b\n1,2\n3", 4),
    ],
)
def test_a_file_that_ends_inside_a_record_names_its_line(text, line):
    with pytest.raises(BadEvidence) as cut:
        list(rows("f.csv", text))
    assert (cut.value.line, cut.value.path.name) == (line, "f.csv")
    assert f"f.csv, line {line}: the file ends in the middle of this record" in str(cut.value)


def test_a_last_line_without_its_end_is_whole_when_all_cells_are_there():
    assert plain("a,b\n1,2") == [(2, {"a": "1", "b": "2"})]


def test_wrong_quoting_names_the_line():
    with pytest.raises(BadEvidence, match="line 2: a cell is quoted wrongly"):
        list(rows("f.csv", 'a,b\n"x"y,2\n'))


@pytest.mark.parametrize("text", ['{"a": 1, "b": 2}', "[1,2]", "<html><a,b>", ""])
def test_what_is_no_csv_has_no_header(text):
    assert len(header(text)) < 2
