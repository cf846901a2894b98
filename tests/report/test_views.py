import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from report.sample import HOSTILE, NASTY, aitm, gap, nothing, traveller

from o365nb import workbench as wb
from o365nb.collectors import all_collectors
from o365nb.detections import facts
from o365nb.errors import BadCase, BadInput, NotApproved
from o365nb.model import Cause, Hypothesis, Outcome
from o365nb.report.attack import TACTICS, TECHNIQUES
from o365nb.report.clock import Clock
from o365nb.report.results import beside_findings
from o365nb.report.summary import dated, in_words
from o365nb.report.words import source_name

VIEWS = (
    *("verdict", "story", "timeline", "steps", "networks", "cause", "way_in", "findings", "detections", "back_doors"),
    *(
        "exposure",
        "recipients",
        "indicators",
        "response",
        "plan",
        "recommendations",
        "duties",
        "coverage",
        "evidence",
        "glossary",
    ),
    *("account", "devices", "arrivals", "picture", "other_victims", "corrections"),
    *("techniques", "flows", "remaining", "acts", "brief", "mail_doors", "recovery"),
)


def view_of(dossier, name):
    return getattr(wb.CaseView(dossier), name)


def text(view):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", view.html))


def tags(html):
    found = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: found.append((tag, dict(attributes)))
    parser.feed(html)
    return found


def test_the_public_surface_is_what_all_says():
    assert wb.__all__ == ["CaseView", "View", "from_tables", "open_case"]
    assert {name for name in vars(wb.CaseView) if not name.startswith("_")} == {
        *(*VIEWS, "phase", "contain", "sigma", "interview", "correct", "analyse", "choose", "respond", "watch"),
    }


@pytest.mark.parametrize("found", [aitm(), traveller(), nothing()], ids=["aitm", "traveller", "nothing"])
def test_every_view_of_every_case_shows_itself_as_html_words_and_rows(dossier, found):
    case = wb.CaseView(dossier(found, receipts=found == aitm()))
    for view in [getattr(case, name) for name in VIEWS] + [case.phase("contain"), case.contain()]:
        assert view._repr_html_().startswith("<style>")
        assert "None" not in text(view).replace("None shown", "").replace("None of", "")
        assert repr(view)
        assert len(view.frame) == len(view.rows)
    assert case._repr_html_().count("<h1") == 1
    assert "anna@contoso.example" in repr(case)


def test_every_technique_that_a_detection_names_has_a_name_and_a_purpose():
    named = {technique for unit in facts().values() for technique in unit.attack}
    assert named - set(TECHNIQUES) == set()
    assert {tactic for _, tactic in TECHNIQUES.values()} <= set(TACTICS)


@pytest.mark.parametrize(
    ("reason", "plainly"),
    [
        ("A mail was delivered (F-003; +6 dB).", "A mail was delivered (F-003; clear)."),
        ("The session moved (F-001, F-015; +15 dB).", "The session moved (F-001, F-015; strong)."),
        ("Q4 answered n: no link was opened (-3 dB).", "Q4 answered n: no link was opened (slight)."),
        ("The entry is older than the logs.", "The entry is older than the logs."),
        ('The rule "(+9 dB)." was made (F-2; -12 dB).', 'The rule "(+9 dB)." was made (F-2; strong).'),
    ],
)
def test_a_customer_reads_how_strong_evidence_is_in_words(reason, plainly):
    assert in_words(reason) == plainly


@pytest.mark.parametrize(
    ("reason", "zone", "written"),
    [
        (
            "3 events were an attacker's, who acted from 2026-11-17 08:40 UTC to 2026-11-18 05:07 UTC.",
            "UTC",
            "3 events were an attacker's, who acted between 17 Nov 2026, 08:40 UTC and 18 Nov 2026, 05:07 UTC.",
        ),
        (
            "A rule exists (2026-11-17 09:03 UTC to 2026-11-17 09:03 UTC): rule (2026-11-17 09:03 UTC)",
            "UTC",
            "A rule exists (17 Nov 2026, 09:03 UTC): rule (2026-11-17 09:03 UTC)",
        ),
        (
            "It was used (2026-11-17 08:40 UTC to 2026-11-17 09:10 UTC): here",
            "Europe/Berlin",
            "It was used (17 Nov 2026, 09:40–10:10 CET; 08:40–09:10 UTC): here",
        ),
        ("A rule (2026-02-31 25:00 UTC) was named so", "UTC", "A rule (2026-02-31 25:00 UTC) was named so"),
    ],
)
def test_the_verdicts_reasons_tell_their_times_as_the_report_does(reason, zone, written):
    assert dated(reason, Clock(zone)) == written


def test_only_the_technical_reader_gets_decibans(dossier):
    case = wb.CaseView(dossier(weighed()))
    assert ("+15 dB" in text(case.cause), " dB" in text(case.way_in)) == (True, False)
    assert "; strong)" in text(case.way_in)


def weighed():
    found = aitm()
    first, *others = found.cause.hypotheses
    moved = replace(first, supporting=("One session changed hands (F-001; +15 dB).",))
    return replace(found, cause=replace(found.cause, hypotheses=(moved, *others)))


def test_no_view_lets_hostile_evidence_become_markup(dossier):
    case = wb.CaseView(dossier(aitm(NASTY), receipts=True, nasty=NASTY))
    for view in [getattr(case, name) for name in VIEWS] + [case.contain()]:
        for tag, attributes in tags(view.html):
            assert tag not in ("script", "img", "iframe", "object", "form")
            assert attributes.get("href", "#").startswith("#")
            assert not [name for name in attributes if name.startswith(("on", "src", "style"))]
        assert not any(char in view.html for char in "\u202e\x1b\x00")


def test_hostile_names_stay_readable_and_exact(dossier):
    shown = text(view_of(dossier(aitm(NASTY)), "back_doors"))
    for name in HOSTILE:
        exact = name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#39;")
        exact = exact.replace("\u202e", "\\u202e").replace("\x1b", "\\u001b").replace("\x00", "\\u0000")
        assert exact in shown.replace("&#34;", '"')


def test_without_findings_each_view_says_so_and_why_that_can_be_trusted(dossier):
    case = wb.CaseView(dossier(traveller()))
    assert "Nothing was found, and every detection saw the evidence it needs." in text(case.findings)
    assert "No recorded act is attributed to an intruder." in text(case.steps)
    assert "No item is recorded as seen by an intruder." in text(case.exposure)
    assert "Sign-in methods: not among the evidence" in text(case.back_doors)
    assert "1 step, 1 still open." in text(case.plan)
    assert "Nothing is changed before somebody approves" not in text(case.plan)


def test_without_evidence_each_view_says_that_it_cannot_tell(dossier):
    case = wb.CaseView(dossier(nothing()))
    assert "Cannot tell: Unified audit log: a right is missing." in text(case.exposure)
    assert "Cannot tell: Message trace: not among the evidence." in text(case.recipients)
    assert "The unified audit log could not be read." in text(case.coverage)
    assert "Cannot tell: nothing in the evidence speaks for any way in." in text(case.cause)
    assert "No event to show" in text(case.timeline)


def test_gaps_with_one_reason_are_told_under_it_and_come_before_the_ledger(dossier):
    no_licence = "{} could not be read: the organisation has no licence for it (Microsoft Intune is needed). {}."
    sentences = {
        "managed_devices": no_licence.format("The protection of the devices", "It is not known"),
        "detected_apps": no_licence.format("The programs", "One may be missed"),
        "risky_users": no_licence.format("The risk", "Not known").replace("Intune", "Entra ID P2"),
        "directory_audit": "The directory audit log was read only in part. Changes would not be seen.",
    }
    lines = tuple(gap(source, Outcome.NOT_LICENSED, "", said) for source, said in sentences.items())
    view = view_of(dossier(replace(traveller(), coverage=(gap("ual"), *lines))), "coverage")
    shown = text(view)
    order = [
        *("5 lines of coverage: 1 seen whole, 4 not.", sentences["risky_users"], sentences["directory_audit"]),
        *("Not licensed: Microsoft Intune is needed", "The protection of the devices. It is not known."),
        *("The programs. One may be missed.", "The ledger's 4 lines not seen whole", "1 line seen whole"),
    ]
    places = [shown.replace("&#39;", "'").find(part) for part in order]
    assert -1 not in places
    assert places == sorted(places)
    assert shown.count("no licence for it") == 1


def test_a_ledger_without_gaps_says_so_in_one_sentence(dossier):
    shown = text(view_of(dossier(replace(traveller(), coverage=(gap("ual"),))), "coverage"))
    assert "1 line of coverage, all seen whole." in shown
    assert "not seen whole" not in shown.lower()


def test_a_reason_does_not_repeat_the_findings_that_stand_beside_it():
    reason = "Made by an event that is the attacker's (is evidence of: A rule hides mail; A token…). Switched off."
    assert beside_findings(reason, ("F-001",)) == "Made by an event that is the attacker's. Switched off."
    assert beside_findings(reason, ()) == reason


def test_hundreds_of_recipients_are_summed_up_and_listed_in_a_fold(dossier):
    view = view_of(dossier(aitm()), "recipients")
    assert "640 addresses at 42 domains. Most at: fabrikam.example (426)" in text(view)
    assert "1 recipient clicked, answered, sent it on or signed in strangely." in text(view)
    assert "Cannot tell for 639 recipients" in text(view)
    assert view.html.count("<tr>") == 641
    assert '<details class="fold">' in view.html


def test_the_response_log_shows_before_after_and_proof(dossier):
    rows = view_of(dossier(aitm(), receipts=True), "response").frame
    assert rows[["title", "before", "after", "outcome"]].to_numpy().tolist() == [
        ["Block sign-in", "sign-in allowed", "sign-in blocked", "applied"],
        ["Revoke sessions", "", "", "failed"],
    ]


def test_the_plan_says_where_each_step_stands(dossier):
    rows = view_of(dossier(aitm(), receipts=True), "plan").frame
    assert rows[["id", "state"]].to_numpy().tolist() == [
        ["S01-preserve_evidence", "open"],
        ["S02-block_sign_in", "done and read back"],
        ["S03-revoke_sessions", "failed"],
        ["S04-disable_inbox_rule", "open"],
    ]


def test_networks_name_whose_they_were_and_the_attackers_come_first(dossier):
    rows = view_of(dossier(aitm()), "networks").frame
    assert [cell["text"] for cell in rows["whose"]] == ["attacker", "unknown"]
    assert rows["count"].tolist() == [16, 75]


def test_a_broken_chain_of_custody_is_the_first_thing_said(dossier):
    opened = dossier(aitm())
    path = opened.case.custody.path
    path.write_text(path.read_text("utf-8").replace('"records": 100', '"records": 101'), "utf-8")
    assert "The chain of custody does not hold" in text(view_of(opened, "evidence"))


def test_containment_is_a_dry_run_without_the_plans_id(dossier):
    opened = dossier(aitm())
    shown = text(wb.CaseView(opened).contain())
    assert f"Dry run: nothing was sent. To apply, set APPROVE to the plan id: {opened.found.plan.plan_id}" in shown
    assert "PATCH" in shown
    assert opened.case.receipts.verify() == 0


def test_containment_refuses_any_other_id_and_a_case_without_tenant(dossier):
    case = wb.CaseView(dossier(aitm()))
    with pytest.raises(NotApproved):
        case.contain("0" * 12)
    with pytest.raises(BadInput, match="no tenant"):
        case.contain(case.dossier.found.plan.plan_id)
    assert case.dossier.case.receipts.verify() == 0


def test_a_case_that_is_not_there_or_not_analysed_is_one_clear_line(tmp_path, dossier):
    with pytest.raises(BadCase, match=r"no case here"):
        wb.open_case("nowhere", str(tmp_path), str(tmp_path))
    with pytest.raises(BadInput, match="cannot be a case name"):
        wb.open_case("../x", str(tmp_path), str(tmp_path))
    opened = dossier(traveller())
    (opened.results / "verdict.json").unlink()
    with pytest.raises(BadCase, match="Run `o365nb analyse --case sample-aitm` first"):
        wb.open_case("sample-aitm", str(opened.case.root.parent), str(tmp_path / "reports"))


@pytest.mark.parametrize("source", sorted({unit.source for unit in all_collectors()}))
def test_every_source_has_a_name_for_people(source):
    assert not re.search(r"_|^[a-z]|Events|[a-z][A-Z]", source_name(source))


def unspoken(*supporting):
    ways = (
        Hypothesis("H1", "aitm-phish", "A phishing page in the middle took the session", 0.4, (), ()),
        Hypothesis("H13", "benign", "The user's own doing", 0.38, supporting, ()),
    )
    return Cause(False, "H1", ways, "")


def test_where_nothing_speaks_for_a_way_in_the_usual_one_is_no_first_line(dossier):
    made = replace(traveller(), cause=unspoken("Nothing that was read is anybody else's."))
    html = wb.CaseView(dossier(made)).cause.html
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
    assert "Nothing speaks for any particular way in." in said
    assert "though nothing speaks for any of them" in said
    assert html.index("The user&#39;s own doing") < html.index("A phishing page in the middle")
    assert html.count("<li class=") == 1


def test_where_something_speaks_for_a_way_in_the_likeliest_stands_first(dossier):
    spoken = replace(unspoken().hypotheses[0], supporting=("A tool signed in.",))
    made = replace(traveller(), cause=replace(unspoken(), hypotheses=(spoken, unspoken().hypotheses[1])))
    html = wb.CaseView(dossier(made)).cause.html
    assert "speaks for any" not in html
    assert html.index("A phishing page in the middle") < html.index("The user&#39;s own doing")
