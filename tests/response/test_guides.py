"""Steps that people take are asked for by detections: both sides name each other."""

import pytest

from o365nb import detections
from o365nb.response import actions
from o365nb.response.guide import GUIDES


@pytest.mark.parametrize("guide", [guide for guide in GUIDES if guide.slugs], ids=lambda guide: guide.name)
def test_a_guided_step_comes_for_those_detections_that_ask_for_it(guide):
    asking = {unit.slug for unit in detections.all() if guide.name in unit.respond}
    assert set(guide.slugs) == asking


def test_every_step_that_a_detection_asks_for_exists():
    known = {*actions(), "report"}
    assert {name for unit in detections.all() for name in unit.respond} - known == set()
