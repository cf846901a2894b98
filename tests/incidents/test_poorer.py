"""Poorer evidence never clears more: what is asked about with all of it is asked about, or left open, with less."""

import functools
from dataclasses import replace

import pytest
from incidents import strangers_innocent, strangers_phished, unseen_innocent
from incidents.hands import Shape
from incidents.measure import Incident, investigated

from o365nb.model import Verdict

SCENES = {
    "fair trip": (unseen_innocent.fair_trip, Shape("graph")),
    "near neighbour": (strangers_phished.near_neighbour, Shape("purview", ports=True)),
    "relayed by Apple": (strangers_innocent.relayed_by_apple, Shape("graph")),
}
POORER = {
    "audit log only": {"sign_ins": False, "directory": False, "trace": False},
    "no sign-ins": {"sign_ins": False},
    "no sessions": {"sessions": False},
    "three in ten lost": {"missing": 0.3},
}


@pytest.fixture(scope="module")
def verdict(tmp_path_factory):
    """`verdict("fair trip", missing=0.3)`: judged once for each shape."""

    @functools.cache
    def judge(name, **less):
        scene, shape = SCENES[name]
        made = investigated(Incident(scene, replace(shape, **less)), tmp_path_factory.mktemp("poorer"))
        return made.found.verdict.verdict

    return judge


@pytest.mark.parametrize("less", POORER)
@pytest.mark.parametrize("name", SCENES)
def test_taking_evidence_away_clears_nobody(verdict, name, less):
    assert verdict(name) is not Verdict.NOT_SUPPORTED
    assert verdict(name, **POORER[less]) is not Verdict.NOT_SUPPORTED
