"""What remains and who does it; what the attacker did, in plain words; the clocks."""

import re

from report.sample import aitm, nothing, traveller

from o365nb.report.measures import duties, recommended
from o365nb.report.remaining import remaining
from o365nb.report.techniques import techniques


def text(view):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", view.html))


def test_only_open_steps_remain_each_with_who_and_when(dossier):
    rows = remaining(dossier(aitm(), receipts=True)).rows
    assert [(row["what"]["title"], row["who"], row["when"]) for row in rows] == [
        ("Preserve evidence", "An administrator", "At once, before any change"),
        ("Revoke sessions (failed)", "An administrator", "At once"),
        ("Disable inbox rule", "An administrator", "Before the account is given back"),
    ]


def test_what_stays_uncertain_is_asked_of_somebody(dossier):
    said = text(remaining(dossier(aitm())))
    assert "Whose are these objects? 1 object of unknown origin under back doors. The owner" in said
    assert "Were others taken over too?" in said


def test_a_verdict_that_is_open_is_the_first_question(dossier):
    assert "Was the account taken over? The evidence at hand does not tell." in text(remaining(dossier(nothing())))


def test_the_attackers_findings_come_by_purpose_with_their_evidence(dossier):
    view = techniques(dossier(aitm()))
    assert sorted(row["id"] for row in view.rows) == [f"F-00{number}" for number in range(1, 9)]
    captions = re.findall(r"<caption>([^<]+)</caption>", view.html)
    assert captions[0] == "Getting in (initial access)"
    assert view.html.count("Evidence (3)") == 7


def test_without_findings_it_says_whether_that_may_be_believed(dossier):
    assert "Nothing was found, and every detection saw" in text(techniques(dossier(traveller())))


def test_recommendations_lead_to_the_findings_they_follow_from(dossier):
    rows = {row["what"]: row["findings"] for row in recommended(dossier(aitm())).rows}
    assert rows["Raise an alert when an inbox rule hides, deletes or forwards mail."] == ("F-004",)


def test_clocks_are_counted_from_the_examination_and_left_to_counsel(dossier):
    opened = dossier(aitm())
    said = text(duties(opened))
    rows = {row["duty"]: row["ends"] for row in duties(opened).rows}
    assert [one.partition(":")[0] for one in rows["NIS2"]] == ["early warning", "notification", "report"]
    assert rows["SEC, form 8-K"] == []
    assert "a worksheet, not legal advice" in said
    assert "Became aware" in said
