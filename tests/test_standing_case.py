"""Running a command again on a case that stands: it resumes, and no option given is silently ignored."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from o365nb import investigate
from o365nb.case import Case
from o365nb.collectors import all_collectors
from o365nb.doors import tenant_of
from o365nb.engine import Engine
from o365nb.errors import BadInput
from o365nb.events.schema import TABLES
from o365nb.model import Window, utc
from o365nb.progress import Progress
from o365nb.request import Request

EXPORT = Path(__file__).parent / "data" / "realdata" / "sentinel-training-lab"
ADELE, ANNA = "adelev@m365x816222.onmicrosoft.com", "anna@contoso.example"


def again(case, **given):
    request = Request(case=case.info.name, data=case.root.parent, reports=Path("elsewhere"), **given)
    return investigate.from_practice("aitm", request, Progress())


def counted(case):
    with Engine(case) as engine:
        return {name: engine.rows(f"SELECT count(*) AS n FROM {name}")[0]["n"] for name in TABLES}


def test_the_same_command_again_changes_nothing(practice_copy):
    case = practice_copy("aitm")
    before = case.info, list(case.custody.entries()), counted(case)
    opened = again(case, users=(f" {ANNA.upper()}",), since="30d")
    assert (opened.info, list(opened.custody.entries()), counted(opened)) == before


def test_everything_collected_again_counts_once(practice_copy):
    case = practice_copy("aitm")
    found, before = json.loads((Path(case.info.out) / "findings.json").read_text("utf-8")), counted(case)
    with tenant_of(case, print) as tenant:  # another port than the first time
        investigate.collect(case, tenant, Progress(), again=True)
    after = investigate.analyse(case, Progress())
    assert counted(case).items() - before.items() <= {("events", counted(case)["events"])}  # time went on meanwhile
    assert {finding.slug for finding in after.findings} == {finding["slug"] for finding in found}
    assert sorted(entry.source for entry in case.ledger.entries()) == sorted(u.source for u in all_collectors())


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"users": ("jana@contoso.example",)}, "is about anna@contoso.example, not jana@contoso.example"),
        ({"users": (ANNA, "jana@contoso.example")}, "is about anna@contoso.example, not"),
        ({"since": "31d"}, "covers 2026-10-19"),
        ({"start": "2026-11-01", "end": "2026-11-02"}, "covers 2026-10-19"),
        ({"time_zone": "Mars/Base"}, "not a time zone"),
    ],
)
def test_another_account_or_window_is_refused(practice_copy, given, words):
    case = practice_copy("aitm")
    with pytest.raises(BadInput, match=words):
        again(case, **given)
    assert Case.open(case.root).info == case.info


def test_what_can_change_without_other_evidence_is_taken_over(practice_copy, tmp_path):
    case = practice_copy("aitm")
    opened = again(
        case, ticket="INC-7", time_zone="Europe/Berlin", accepted_domains=("@Partner.Example",), out=tmp_path / "out"
    )
    assert opened.info == replace(
        case.info, ticket="INC-7", time_zone="Europe/Berlin", out=str(tmp_path / "out"),
        accepted_domains=(*case.info.accepted_domains, "partner.example"),
    )  # fmt: skip
    investigate.analyse(opened, Progress())
    assert "partner.example" in Case.open(case.root).info.accepted_domains
    assert (tmp_path / "out" / "verdict.json").is_file()


def from_files(tmp_path, evidence=EXPORT, case="lab", **given):
    request = Request(case=case, data=tmp_path / "data", reports=tmp_path / "reports", **given)
    return investigate.from_files(evidence, request, Progress())


def test_two_accounts_of_one_export_are_one_case(tmp_path):
    case = from_files(tmp_path, users=(ADELE, ADELE.upper(), "johns@m365x816222.onmicrosoft.com"))
    assert case.info.subjects == (ADELE, "johns@m365x816222.onmicrosoft.com")
    assert set(investigate.analyse(case, Progress()).verdict.subjects) == set(case.info.subjects)


def test_more_files_join_a_case_and_its_own_window_grows_but_a_chosen_one_stays(tmp_path):
    first, second = (EXPORT / name for name in ("office_activity.csv", "sign-in_adelete.csv"))
    grown = from_files(tmp_path, first, "grown", users=(ADELE,))
    small = grown.info.window
    assert from_files(tmp_path, second, "grown").info.subjects == (ADELE,)
    assert Case.open(grown.root).info.window != small
    chosen = from_files(tmp_path, first, "chosen", users=(ADELE,), start="2021-01-01", end="2022-01-01")
    from_files(tmp_path, second, "chosen")
    assert Case.open(chosen.root).info.window == Window(utc("2021-01-01"), utc("2022-01-01"))


def test_the_other_door_of_a_case_is_refused_before_anything_is_touched(practice_copy, tmp_path):
    practice = practice_copy("aitm")
    before = sorted(practice.root.rglob("*"))
    with pytest.raises(BadInput, match="is of the practice tenant, not made from exported files"):
        from_files(tmp_path, case="aitm", users=(ANNA,))
    with pytest.raises(BadInput, match="is about aitm, not traveller"):
        investigate.from_practice("traveller", Request(case="aitm", data=tmp_path / "data"), Progress())
    export = from_files(tmp_path, users=(ADELE,))
    with pytest.raises(BadInput, match="is made from exported files, not of the practice tenant"):
        investigate.from_practice("aitm", Request(case="lab", data=tmp_path / "data"), Progress())
    with pytest.raises(BadInput, match="has no tenant to collect from or change"), tenant_of(export, print):
        pass
    assert sorted(practice.root.rglob("*")) == before
    assert not (export.root / "state" / "tenant.json").exists()
