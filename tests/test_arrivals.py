"""What `o365nb intake` ends with: what came in, when, how complete."""

import io
import json
from contextlib import redirect_stdout

import pytest
from evidence import SUBJECT, audit, case_of, signed_in

from o365nb.commands import arrivals
from o365nb.model import Window, utc

WINDOW = Window(utc("2026-11-02"), utc("2026-11-21"))
WHO = (SUBJECT, "bob@contoso.example")
HOSTILE = "notes\x1b[2J\u202e.txt"


def office(*cuts):
    """Records by the hour, of two people in turn: both fall silent in a cut."""
    days = [day for day in range(2, 21) if utc(f"2026-11-{day:02}").weekday() < 5]
    return [
        audit(number=100 * day + hour, CreationTime=f"2026-11-{day:02}T{hour:02}:30:00", UserId=WHO[hour % 2])
        for day in days
        for hour in range(8, 17)
        if not any(day == which and first <= hour < last for which, first, last in cuts)
    ]


@pytest.fixture
def case(tmp_path):
    sign_in = signed_in(createdDateTime="2026-11-03T07:00:00Z")
    files = {
        "ual.jsonl": "\n".join(map(json.dumps, [*office((11, 9, 15)), office()[0]])) + '\n{"CreationTime":"2026-11-',
        "s.json": json.dumps([sign_in]),
        "u.json": json.dumps({"value": [{"id": "1", "userPrincipalName": SUBJECT}]}),
        HOSTILE: "nothing known",
    }
    return case_of(tmp_path, files, window=WINDOW)


class Terminal(io.TextIOWrapper):
    """A terminal of some encoding."""

    def __init__(self, encoding):
        super().__init__(io.BytesIO(), encoding)

    def isatty(self):
        return True

    @property
    def lines(self):
        self.flush()
        return self.buffer.getvalue().decode(self.encoding).splitlines()


@pytest.fixture
def shown(monkeypatch):
    """What a command writes to a terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")

    def show(command, case, encoding="utf-8"):
        out = Terminal(encoding)
        with redirect_stdout(out):
            command(case)
        return out.lines

    return show


def test_every_source_has_its_figures_its_strip_and_its_span(case, shown):
    lines = shown(arrivals.evidence, case)
    assert lines[:12] == [
        "evidence  3 files of 3 forms, 133 rows: 131 events and objects, 1 told twice, 1",
        "          that cannot be read; 1 file refused",
        "window    2026-11-02 00:00 to 2026-11-21 00:00 UTC",
        "",
        "                                           rows     events     twice  damaged",
        "Unified audit log                           131        129         1        1",
        "  █████··██▅██··█████   2026-11-02 08:30 to 11-20 16:30  damaged",
        "Sign-ins (interactive)                        1          1         0        0",
        "   █                    2026-11-03 07:00 to 11-03 07:00  partial",
        "  one mark: 1 day. ▁ few █ many · none × hole; blank: no file",
        "",
        "as it is  Account 1",
    ]
    said = " ".join(" ".join(lines).split())
    assert "not whole Unified audit log: 1 records are damaged: line 131" in said
    assert "no event from Wed 2026-11-11 09:00 to 15:00 UTC" in said
    assert "ask for 1. Unified audit log, again: for 2026-11-11 09:00 to 2026-11-11 15:00 UTC" in said
    assert max(len(line) for line in lines if str(case.root) not in line) <= 80  # a path is never cut


def test_a_terminal_without_blocks_gets_plain_letters(case, shown):
    lines = shown(arrivals.evidence, case, "ascii")
    assert "  @@@@@__@@+@@__@@@@@   2026-11-02 08:30 to 11-20 16:30  damaged" in lines
    assert all(line.isascii() for line in lines)


def test_whatever_is_no_terminal_gets_plain_lines(case, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    arrivals.evidence(case)
    said = capsys.readouterr().out
    assert "█" not in said
    assert "log       Unified audit log: 131 rows, 129 events, 1 duplicates, 1 damaged, 2026-11-02 08:30 to" in said


def test_a_hostile_name_stays_on_its_line_and_harmless(case, shown):
    lines = shown(arrivals.evidence, case)
    (refused,) = [line for line in lines if line.startswith("refused")]
    assert refused.startswith("refused   notes\\u202e.txt: ")
    assert not any("\x1b" in line or "\u202e" in line for line in lines)


def test_a_whole_day_without_a_record_is_drawn_as_a_hole(tmp_path, shown):
    made = case_of(tmp_path, {"ual.json": json.dumps(office((11, 0, 24)))}, window=WINDOW)
    lines = shown(arrivals.evidence, made)
    assert "  █████··██×██··█████   2026-11-02 08:30 to 11-20 16:30  complete" in lines
    said = " ".join(" ".join(lines).split())
    assert "silent Unified audit log: 2026-11-11 08:00 to 17:00 UTC; leave may explain it" in said


def test_an_investigation_says_it_shorter(case, shown):
    assert shown(arrivals.brief, case) == [
        "evidence  3 files of 3 forms, 133 rows: 131 events and objects, 1 told twice, 1",
        "          that cannot be read; 1 file refused",
        "          Unified audit log: no event from 2026-11-11 09:00 to 15:00 UTC",
        "refused   1 file: notes\\u202e.txt",
    ]
