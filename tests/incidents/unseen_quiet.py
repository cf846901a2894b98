"""What is right to say of the unseen look-alikes; written down before any of them was judged."""

from __future__ import annotations

from incidents import unseen_innocent as innocent
from incidents import unseen_innocent_more as more
from incidents.hands import Shape
from incidents.measure import Incident
from incidents.strangers import AT_MOST_SUSPECTED, CLEAN, Stranger

_LOG_ONLY = {"sign_ins": False, "directory": False, "trace": False}


def _quiet(scene, shape, causes=("H13",), verdicts=AT_MOST_SUSPECTED):  # type: ignore[no-untyped-def]  # a table's row
    return Stranger(Incident(scene, shape), verdicts, causes)


INNOCENTS = {
    "new life": _quiet(innocent.new_life, Shape("mes", mixed_case=True)),
    "dot rules": _quiet(innocent.dot_rules, Shape("search", ports=True)),
    "dot rules, audit log only": _quiet(innocent.dot_rules, Shape("search_csv", sessions=False, **_LOG_ONLY)),
    "reception": _quiet(innocent.reception, Shape("management", portal_sign_ins=True)),
    "legal hold": _quiet(more.legal_hold, Shape("management"), ("H11", "H13")),
    "leaver": _quiet(more.leaver, Shape("graph", trace_summary=True, ports=True), ("H11", "H13")),
    "own flow": _quiet(more.own_flow, Shape("sentinel", sentinel_sign_ins=True)),
    "moved by tool": _quiet(more.moved_by_tool, Shape("purview"), ("H11", "H13")),
    "extortion": _quiet(more.extortion, Shape("management", doubled=0.4), ("H12",), CLEAN),
    "club letter": _quiet(innocent.club_letter, Shape("search_csv", trace_summary=True, doubled=0.3)),
    "boss abroad": _quiet(innocent.boss_abroad, Shape("purview", portal_sign_ins=True), ("H11", "H13")),
    "fair trip": _quiet(innocent.fair_trip, Shape("graph")),
    "sprayed while away": _quiet(innocent.sprayed_while_away, Shape("purview", missing=0.25)),
    # The same network, the same managed computer, the user's own telephone: an expert is sure.
    "Outlook updated": _quiet(more.outlook_updated, Shape("mes", sessions=False), verdicts=CLEAN),
}

#: The verdict comes out as it should and nobody is accused; the likeliest explanation is another than is right.
EXPLAINED_OTHERWISE = {
    # Nobody but the user and the house's own test; the change of password is an answer to it.
    "simulation": _quiet(more.simulation, Shape("search"), verdicts=CLEAN),
}
