"""What is right to say of attacks that were written, with these answers, before the judgement was asked about them."""

from __future__ import annotations

from incidents import unseen_taken as taken
from incidents import unseen_taken_more as more
from incidents.hands import Shape
from incidents.measure import Incident
from incidents.strangers import AT_LEAST_SUSPECTED, PW, SURE, Stranger

_LOG_ONLY = {"sign_ins": False, "directory": False, "trace": False}


def _attack(scene, shape, verdicts, causes=(), removed=(), recall=0.9):  # type: ignore[no-untyped-def]  # a table's row
    return Stranger(Incident(scene, shape), verdicts, causes, removed, recall)


ATTACKS = {
    "slow reader": _attack(taken.slow_reader, Shape("purview"), SURE, PW, ("auth_method",)),
    "second victim, audit log only": _attack(
        taken.second_victim, Shape("search_csv", **_LOG_ONLY), SURE, PW, ("inbox_rule",)
    ),
    # A code of a genuine sign-in, handed over: no hypothesis is made for it, those of stolen tokens fit.
    "pasted code": _attack(taken.pasted_code, Shape("graph"), SURE, ("H1", "H4", "H5", "H6")),
    "pasted code, portal": _attack(
        taken.pasted_code,
        Shape("purview", portal_sign_ins=True, directory=False, mixed_case=True),
        SURE,
        ("H1", "H4", "H5", "H6"),
    ),
    "Outlook profile": _attack(taken.outlook_profile, Shape("search"), SURE, (*PW, "H9"), ("inbox_rule",)),
    "Outlook profile, audit log only": _attack(
        taken.outlook_profile, Shape("graph", ports=True, **_LOG_ONLY), SURE, (*PW, "H9"), ("inbox_rule",)
    ),
    "by hand": _attack(more.by_hand, Shape("search_csv", since=12), SURE, PW),
    "invitations": _attack(more.invitations, Shape("sentinel", sentinel_sign_ins=True, trace=False), SURE, PW),
    "borrowed right": _attack(more.borrowed_right, Shape("management"), SURE, PW),
    "pass for a day": _attack(
        more.pass_for_a_day, Shape("graph", portal_sign_ins=True), SURE, ("H8",), ("auth_method",)
    ),
    "pass for a day, poor": _attack(
        more.pass_for_a_day, Shape("search", sessions=False, state=False), SURE, ("H8",), ("auth_method",)
    ),
    "locked out": _attack(more.locked_out, Shape("mes", missing=0.15), SURE, ("H8",), ("auth_method",), 0.85),
    # The user's own session, in the user's own town: a doubt that has to be raised, no more.
    "in two places": _attack(
        taken.in_two_places, Shape("mes", ports=True), AT_LEAST_SUSPECTED, ("H4", "H1"), recall=0.0
    ),
    # The link to the lure still works: it was first written down as nothing that stands.
    "lure in the drive": _attack(
        more.lure_in_the_drive, Shape("management", trace_summary=True), SURE, PW, ("sharing_link",)
    ),
    "lure in the drive, Sentinel": _attack(
        more.lure_in_the_drive, Shape("sentinel", sentinel_sign_ins=True), SURE, PW, ("sharing_link",)
    ),
    "chats": _attack(more.chats, Shape("purview", mixed_case=True), SURE, PW),
    # A program of another version on a private line of the country, by night: nobody may be accused for that.
    "only reads": _attack(taken.only_reads, Shape("purview"), AT_LEAST_SUSPECTED, recall=0.0),
    # Nothing an intruder did is in the log, only what was left. Who made it cannot be seen, so it is asked about: it
    # was first written down as to be removed.
    "left behind": _attack(taken.left_behind, Shape("search_csv", directory=False), AT_LEAST_SUSPECTED),
}

#: What the judgement does not yet say as it should; it accuses nobody wrongly in them.
OPEN = {
    "slow reader, no sessions": _attack(
        taken.slow_reader, Shape("search_csv", sessions=False, directory=False), SURE, PW, ("auth_method",), 0.5
    ),
    "second victim": _attack(taken.second_victim, Shape("management", doubled=0.3), SURE, PW, ("inbox_rule",)),
}
