import csv
import json
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files

import jsonschema
import pytest

from o365nb.case import Bundle
from o365nb.errors import BadCase
from o365nb.model import (
    Answer,
    Assessment,
    Attribution,
    CaseVerdict,
    Cause,
    Context,
    DetectionAnswer,
    Exposure,
    Finding,
    Gap,
    Hypothesis,
    Indicator,
    Label,
    OtherVictim,
    Outcome,
    Persistence,
    Phase,
    Plan,
    Recipient,
    Severity,
    Step,
    Verdict,
)  # fmt: skip

T = datetime(2026, 11, 17, 8, 41, 0, 123456, tzinfo=UTC)
ANNA, EVIL = "anna@contoso.example", '=HYPERLINK("http://evil.example") \u202e</script>'
FOUND = Assessment(
    verdict=CaseVerdict(Verdict.CONFIRMED, 31.5, ("because",), (ANNA,), T, None),
    findings=(Finding("F-001", "pe-rule-hide", "t", Severity.HIGH, ("T1564.008",), ANNA, T, T, Context.YES, 0.8, 8.4,
                      ("e1", "e2"), EVIL, ("disable_inbox_rule",)),),
    detections={"pe-rule-hide": DetectionAnswer(Answer.FOUND, "1 finding")},
    attributions=(Attribution("e1", T, "ual", "New-InboxRule", ANNA, Label.ATTACKER, 0.95, EVIL),),
    persistence=(
        Persistence("inbox_rule", "r1", ANNA, EVIL, Label.ATTACKER, "b", None, ("exchange",), ("F-001",), True),
    ),
    exposure=(Exposure("mail", "<m@x>", "certain", ANNA, T, "e1", EVIL),),
    recipients=(Recipient("bob@fabrikam.example", False, "<m@x>", T, "unknown"),),
    cause=Cause(True, "H1", (Hypothesis("H1", "aitm", "AiTM", 0.93, ("a",), ()),), "Q6"),
    plan=Plan((
        Step("P01", Phase.CONTAIN, "block_sign_in", ANNA, "r", ("F-001",), True, True, 1, "x", {"user_id": "1"}),
    )),
    coverage=(Gap("ual", ANNA, T, T, Outcome.COMPLETE, 3, 1, 0, "", "", ""), Gap("sign_in", ANNA, None, None,
              Outcome.NOT_LICENSED, 0, 0, 0, "no P1", "", "Sign-ins could not be read.")),
    indicators=(
        Indicator("ip", "2001:db8::1", T, T, "w"), Indicator("url", "https://evil.example/a", None, None, EVIL),
    ),
    other_victims=(OtherVictim("bob@contoso.example", "strong", "entered", EVIL, 3, T, None, "e2", "ask"),),
)  # fmt: skip


@pytest.fixture
def bundle(tmp_path):
    made = Bundle(tmp_path / "reports" / "demo")
    made.save(FOUND)
    return made


def test_what_was_saved_comes_back_whole(bundle):
    assert bundle.load() == FOUND


@pytest.mark.parametrize("evil", ["a\rb\r\n=c", "'=1", "''", "'", "-", "x" * 200_000, '"",\n"', "\x00\x1b[2J"])
def test_no_text_of_evidence_breaks_out_of_its_cell(bundle, evil):
    found = replace(FOUND, exposure=(replace(FOUND.exposure[0], item=evil, why=evil),))
    bundle.save(found)
    assert bundle.load() == found


def test_every_file_keeps_its_schema(bundle):
    for schema in files("o365nb.case").joinpath("schemas").iterdir():
        name = schema.name.removesuffix(".schema.json")
        rules = json.loads(schema.read_text("utf-8"))
        if name.endswith(".csv"):
            with (bundle.folder / name).open(encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file))
            assert rows, name
            for row in rows:
                jsonschema.validate(row, rules)
        else:
            jsonschema.validate(json.loads((bundle.folder / f"{name}.json").read_text("utf-8")), rules)


def test_a_schema_refuses_a_missing_field():
    rules = json.loads(files("o365nb.case").joinpath("schemas", "plan.schema.json").read_text("utf-8"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"plan_id": "0" * 12, "steps": [{"id": "P01"}]}, rules)


def test_no_cell_of_any_csv_starts_a_formula(bundle):
    for path in bundle.folder.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            assert not [cell for row in csv.reader(file) for cell in row if cell[:1] in "=+-@" and cell], path.name


def test_shared_indicators_are_defanged_and_stix_ids_are_stable(bundle, tmp_path):
    assert "hxxps://evil[.]example/a" in (bundle.folder / "iocs.csv").read_text("utf-8")
    stix = json.loads((bundle.folder / "iocs.stix.json").read_text("utf-8"))
    assert [o["pattern"] for o in stix["objects"]] == [
        "[ipv6-addr:value = '2001:db8::1']", "[url:value = 'https://evil.example/a']",
    ]  # fmt: skip
    again = Bundle(tmp_path / "again")
    again.save(FOUND)
    assert json.loads((again.folder / "iocs.stix.json").read_text("utf-8")) == stix


@pytest.mark.parametrize("edit", [("block_sign_in", "wipe"), ('"steps"', '"stops"'), ('"contain"', '"conquer"')])
def test_a_plan_that_was_edited_is_refused(bundle, edit):
    path = bundle.folder / "plan.json"
    path.write_text(path.read_text("utf-8").replace(*edit), "utf-8")
    with pytest.raises(BadCase, match="does not match the plan id"):
        bundle.plan()


def test_an_equal_plan_has_an_equal_id_and_any_change_another():
    step = FOUND.plan.steps[0]
    assert Plan((replace(step),)).plan_id == FOUND.plan.plan_id
    assert Plan((replace(step, target="x"),)).plan_id != FOUND.plan.plan_id


def test_a_missing_file_names_itself_and_the_mend(bundle):
    (bundle.folder / "verdict.json").unlink()
    with pytest.raises(BadCase, match=r"verdict\.json is missing\. Run `o365nb analyse`"):
        bundle.load()
