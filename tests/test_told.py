"""What a command tells at its end: in words, in order, in lines that fit the terminal."""

import pytest

from o365nb.case import Case, CaseInfo, Coverage
from o365nb.commands import told
from o365nb.model import Outcome, Window, utc

ANNA, BEN = "anna@contoso.example", "ben@contoso.example"
WINDOW = Window(utc("2026-10-19T12:00:00Z"), utc("2026-11-18T12:00:00Z"))
REFUSED = (
    "Graph: GET /v1.0/users/1/managedDevices was refused (400 BadRequest: Request not applicable to target tenant.)."
    " The tenant lacks Microsoft Intune. [request 7f35793b-e836-417b-ae03-c4a95869582f]"
)
DENIED = "The right AuditLog.Read.All is missing: give it to the application, and collect with --gaps once more."


@pytest.fixture
def shown(tmp_path, capsys, monkeypatch):
    """What the terminal shows of a ledger, at 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")

    def show(*lines):
        case = Case.create(tmp_path / "case", CaseInfo("case", (ANNA,), WINDOW, "practice"))
        case.ledger.record(*lines)
        told.coverage(case)
        return [line for line in capsys.readouterr().out.splitlines() if not line.startswith("case ")]

    return show


def test_the_ledger_is_told_in_words_with_the_gaps_last(shown):
    assert shown(
        Coverage("managed_devices", ANNA, WINDOW, Outcome.NOT_LICENSED, reason=REFUSED),
        Coverage("sweep_rules", ANNA, WINDOW, Outcome.EMPTY),
        Coverage("sign_in", ANNA, WINDOW, Outcome.DENIED, reason=DENIED),
        Coverage("ual", ANNA, WINDOW, Outcome.COMPLETE, received=4133, duplicates=1),
    ) == [
        "",
        "seen whole: 2 lines of 4",
        "  Unified audit log: 4,133 records, 1 duplicate",
        "  Sweep rules: nothing there",
        "",
        "not seen whole: 2 lines of 4",
        "  Sign-ins (interactive): not permitted · The right AuditLog.Read.All is",
        "    missing: give it to the application, and collect with --gaps once more.",
        "  Devices in Intune: not licensed · needs Microsoft Intune",
        "",
        "coverage  2 gaps in the ledger",
    ]


def test_accounts_are_named_where_there_are_several(shown):
    lines = shown(*(Coverage("users", one, None, Outcome.COMPLETE, received=1) for one in (ANNA, BEN)))
    assert lines[2:] == [
        f"  Account: {ANNA} · 1 record",
        f"  Account: {BEN} · 1 record",
        "",
        "coverage  0 gaps in the ledger",
    ]


def test_text_of_an_attacker_stays_on_its_line_and_harmless(shown):
    reason = "gone\x1b[2J\r\nseen whole: 9 lines\u202e"
    assert shown(Coverage("ual", ANNA, WINDOW, Outcome.FAILED, reason=reason))[2:3] == [
        "  Unified audit log: failed · gone seen whole: 9 lines\\u202e"
    ]
