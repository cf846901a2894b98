"""What docs/architecture.md shows to its reader who wants to add something runs as it stands there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from detections.world import act, at, broke_in, usual
from tables import SUBJECT, event, make_case

from o365nb import collectors, detections
from o365nb.detections.base import REGISTRY
from o365nb.engine import Engine
from o365nb.engine.dialect import faults
from o365nb.intake import Origin
from o365nb.model import Answer, Outcome
from o365nb.tenant.permissions import permissions

PAGE = Path(__file__).parents[1] / "docs" / "architecture.md"
OPERATION = "Set-MailboxRegionalConfiguration"
GERMAN = {"Parameters.Language": "de-DE"}


def made(heading):
    """What the text under a heading of the page makes, as its reader types it."""
    (under,) = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    (shown,) = re.findall(r"```python\n(.*?)```", under, re.DOTALL)
    names = {"__name__": "page"}
    exec(compile(shown, str(PAGE), "exec", dont_inherit=True), names)
    return [one for one in names.values() if getattr(one, "__module__", "") == "page"]


@pytest.fixture
def example():
    """What the page makes; it does not stay among the detections."""
    detections.all()
    before = set(REGISTRY)
    try:
        made("A new detection, from nothing")
        (slug,) = set(REGISTRY) - before
        yield REGISTRY[slug]
    finally:
        for slug in set(REGISTRY) - before:
            del REGISTRY[slug]


def asked(example, case):
    with Engine(case) as engine:
        detections.prepare(engine, example.query())
        return detections.run(example, engine, case.ledger, case.info.subjects, case.info.window)


def test_the_detection_of_the_page_finds_the_intruder_and_leaves_the_owner_alone(example, tmp_path):
    rows = [
        *usual(),
        broke_in(),
        act(OPERATION, event_id="it", properties=GERMAN),
        event(operation=OPERATION, event_id="own", properties={"Parameters.Language": "en-GB"}, time=at(days=-2)),
    ]
    answer, hits = asked(example, make_case(tmp_path, events=rows))
    assert (answer.verdict, [(hit.subject, hit.evidence) for hit in hits]) == (Answer.FOUND, [(SUBJECT, ("it",))])
    assert hits[0].summary.startswith("the mailbox was set to the language de-DE, from ")


def test_the_detection_of_the_page_is_blind_without_what_it_needs(example, tmp_path):
    answer, hits = asked(example, make_case(tmp_path, coverage={"ual": Outcome.DENIED}))
    assert (answer.verdict, hits) == (Answer.BLIND, [])


def test_the_detection_of_the_page_stays_in_the_dialect_that_spark_answers_alike(example):
    assert faults(example.query()) == []


def test_the_shape_of_the_page_knows_its_file_and_reads_it():
    (shape,) = (kind() for kind in made("A new shape"))
    answer = {
        "Identity": SUBJECT,
        "Language": "de-DE",
        "TimeZone": "W. Europe Standard Time",
        "DateFormat": "dd.MM.yyyy",
    }
    (record,) = shape.read(json.dumps([answer]), Origin("region.json"))
    assert (shape.recognise(json.dumps([answer])) > 0.5, record.kind) == (True, "mailbox_region")
    assert {name: record.data[name] for name in answer} == answer
    assert shape.recognise(json.dumps([{"Identity": SUBJECT}])) == 0


def test_the_collector_of_the_page_needs_rights_that_are_known():
    (collector,) = (kind() for kind in made("A new collector"))
    assert collector.source not in {one.source for one in collectors.all_collectors()}
    assert [one.name for one in permissions(collector.needs)] == ["Exchange.ManageAsApp"]


def test_it_is_not_left_among_the_detections():
    assert "de-mailbox-language" not in {one.slug for one in detections.all()}
