"""Holes in exported files: none in an innocent's ordinary weeks, and found where hours were taken out."""

import pytest
from incidents import innocents
from incidents.hands import Shape

from o365nb import investigate
from o365nb.model import Outcome, Verdict, Window, utc
from o365nb.progress import Progress

SCENES = (
    innocents.delegate,
    innocents.forged,
    innocents.new_phone,
    innocents.roaming,
    innocents.on_vpn,
    innocents.own_forwarding,
)
CUT = ("2026-10-08T06", "2026-10-09T19")


def taken_in(scene, base):
    scene.write(base / "evidence")
    request = investigate.Request(case="c", users=(scene.upn,), data=base / "data", reports=base / "reports")
    return investigate.from_files(base / "evidence", request, Progress())


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_ordinary_weeks_have_no_hole(scene, tmp_path):
    case = taken_in(scene(Shape()), tmp_path)
    assert [(entry.source, entry.holes) for entry in case.ledger.entries() if entry.holes] == []


def test_two_working_days_taken_out_of_the_audit_log_are_found_and_bound_the_verdict(tmp_path):
    whole, cut = innocents.roaming(Shape()), innocents.roaming(Shape())
    cut.audit = [record for record in cut.audit if not CUT[0] <= record["CreationTime"] < CUT[1]]
    before = investigate.analyse(taken_in(whole, tmp_path / "whole"), Progress())
    case = taken_in(cut, tmp_path / "cut")
    after = investigate.analyse(case, Progress())
    (log,) = [entry for entry in case.ledger.entries() if entry.source == "ual"]
    assert (log.outcome, log.holes) == (
        Outcome.PARTIAL,
        (Window(utc("2026-10-08T06:00:00Z"), utc("2026-10-09T18:00:00Z")),),
    )
    assert (before.verdict.verdict, after.verdict.verdict) == (Verdict.NOT_SUPPORTED, Verdict.CANNOT_TELL)
