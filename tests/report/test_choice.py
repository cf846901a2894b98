"""What is looked at follows account, window and party; the rows lead with the attacker's, and nothing hostile runs."""

from datetime import timedelta

import pytest
from report.sample import HOSTILE, NASTY, T0, WINDOW, aitm, nothing, traveller
from tables import SUBJECT

from o365nb import workbench as wb
from o365nb.errors import BadInput
from o365nb.model import Label, Window
from o365nb.report.choice import Choice
from o365nb.report.scope import Scope

VIEWS = ("sign_ins", "sign_ins_figure", "outgoing", "outgoing_figure", "used_devices")


@pytest.fixture
def look(dossier):
    return wb.CaseView(dossier(aitm())).choose()


def test_without_parameters_it_is_the_whole_case(look):
    assert look.scope == Scope((SUBJECT,), WINDOW, None)
    assert repr(look) == (
        f"Looking at {SUBJECT}, from 19 Oct 2026, 14:00 CEST (12:00 UTC) to 18 Nov 2026, 13:00 CET (12:00 UTC),"
        " whoever did it."
    )


def test_parameters_choose_account_hours_and_party(dossier):
    look = wb.CaseView(dossier(aitm())).choose(SUBJECT.upper(), "2026-11-17", "2026-11-17T12:00:00Z", "attacker")
    assert look.scope == Scope(
        (SUBJECT,), Window(T0.replace(hour=0, minute=0), T0.replace(hour=12, minute=0)), Label.ATTACKER
    )
    assert set(look.sign_ins.frame["whose"]) == {"attacker"}
    assert len(look.sign_ins.frame) == 16


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"user": "nobody@contoso.example"}, r"USER = 'nobody@contoso.example' is in none of the evidence\. Known: "),
        ({"start": "yesterday"}, "'yesterday' is not a time"),
        ({"start": "2026-11-18", "end": "2026-11-17"}, "The window ends"),
        ({"whose": "thief"}, "WHOSE = 'thief' is nobody. Write attacker, user, responder, system, unknown"),
    ],
)
def test_what_cannot_be_looked_at_is_one_line(dossier, given, complaint):
    with pytest.raises(BadInput, match=complaint) as error:
        wb.CaseView(dossier(aitm())).choose(**given)
    assert "\n" not in str(error.value)


def test_an_account_that_an_artefact_was_met_on_may_be_chosen(dossier):
    look = wb.CaseView(dossier(aitm())).choose("hana@contoso.example")
    assert look.scope.accounts == ("hana@contoso.example",)
    assert "among the evidence" in repr(look.sign_ins)


def test_a_change_reaches_every_view(look):
    before = len(look.sign_ins.frame), len(look.outgoing.frame)
    look.change(Scope((SUBJECT,), Window(T0 - timedelta(minutes=1), T0 + timedelta(hours=1)), Label.ATTACKER))
    assert (len(look.sign_ins.frame), len(look.outgoing.frame)) == (16, 0)
    assert before > (16, 0)


def test_a_view_that_is_shown_is_drawn_again(look):
    class Place:
        shown = None

        def update(self, bundle, *, raw):
            self.shown = bundle["text/plain"] if raw else ""

    place = Place()
    look.sign_ins._places = [place]
    look.change(Scope((SUBJECT,), WINDOW, Label.ATTACKER))
    assert place.shown.startswith("16 sign-ins: 16 attacker.")


def test_the_attackers_rows_come_first(look):
    whose = list(look.sign_ins.frame["whose"])
    assert whose == sorted(whose, key=["attacker", "unknown", "user"].index)
    assert whose[:1] == ["attacker"]


@pytest.mark.parametrize("found", [aitm(NASTY), traveller(), nothing()], ids=["hostile", "traveller", "nothing"])
@pytest.mark.parametrize("name", VIEWS)
def test_every_view_shows_itself_and_hostile_texts_stay_texts(dossier, found, name):
    look = Choice(dossier(found, nasty=NASTY if found == aitm(NASTY) else ""))
    view = getattr(look, name).view
    assert view._repr_html_().startswith("<style>")
    assert repr(view)
    assert "<script>alert" not in view.html
    assert not any(char in view.html for char in "\u202e\x1b\x00")
    assert len(view.frame) == len(view.rows)
    if hasattr(view, "plot"):
        assert not any(text in str(view.plot) for text in HOSTILE if "<" in text)


def test_where_the_log_was_not_read_it_cannot_tell(dossier):
    look = Choice(dossier(nothing()))
    assert repr(look.sign_ins).startswith("Cannot tell: ")
    assert repr(look.outgoing).startswith("Cannot tell: ")


def test_every_mark_of_a_figure_leads_to_rows_of_its_table(look):
    for figure, table in (("sign_ins_figure", "sign_ins"), ("outgoing_figure", "outgoing")):
        rows = getattr(look, table).view._data["tables"][0].rows
        behind = {row["mark"] for row in rows}
        marks = [tuple(mark) for trace in getattr(look, figure).view.plot["data"] for mark in trace["customdata"]]
        assert marks
        for lane, first, last in marks:
            assert any(lane == other and first <= at <= last for other, at, _ in behind)
        assert {lane for lane, _, _ in behind} == {lane for lane, _, _ in marks}


def test_mail_that_only_one_log_knows_says_so(look):
    rows = look.outgoing.view._data["tables"][0].rows
    assert {row["known"] for row in rows} == {"the trace", "the mailbox's log"}
