"""What is right to say of the incidents that were written before the judgement was asked about them."""

from __future__ import annotations

from incidents import held_out_innocent as innocent
from incidents import held_out_power as power
from incidents import held_out_taken as taken
from incidents.hands import Shape
from incidents.measure import Incident
from incidents.strangers import AT_LEAST_SUSPECTED, AT_MOST_SUSPECTED, PW, SURE, Stranger

_LOG_ONLY = {"sign_ins": False, "directory": False, "trace": False}

ATTACKS = {
    "phishing service": Stranger(
        Incident(taken.tycoon, Shape("mes", portal_sign_ins=True, ports=True)), SURE, ("H1",), ("inbox_rule",)
    ),
    "phishing service, audit log only": Stranger(
        Incident(taken.tycoon, Shape("search_csv", **_LOG_ONLY)), SURE, ("H1",), ("inbox_rule",)
    ),
    "guessed by script": Stranger(Incident(taken.ropc, Shape("graph")), SURE, ("H3",)),
    "mail gun": Stranger(
        Incident(taken.smtp_relay, Shape("purview", trace_summary=True)), SURE, ("H9", "H3", "H2"), recall=0.9
    ),
    "device ticket": Stranger(Incident(taken.device_ticket, Shape("search")), SURE, ("H5",), ("device",)),
    "payslip": Stranger(
        Incident(taken.payslip, Shape("purview", mixed_case=True)), SURE, PW, ("auth_method", "inbox_rule")
    ),
    "payslip, Sentinel": Stranger(
        Incident(taken.payslip, Shape("sentinel", sentinel_sign_ins=True)), SURE, PW, ("auth_method", "inbox_rule")
    ),
    "quick help": Stranger(Incident(taken.quick_help, Shape("management")), SURE, (*PW, "H7", "H8")),
    "key of an app": Stranger(Incident(power.key_of_an_app, Shape("graph", ports=True)), SURE, PW, ("application",)),
    "copied on the way": Stranger(
        Incident(power.copied_on_the_way, Shape("sentinel", sentinel_sign_ins=True, sessions=False)),
        SURE,
        PW,
        ("transport_rule",),
    ),
    "searched by power": Stranger(Incident(power.searched_by_power, Shape("mes")), SURE, PW, ("role",)),
    "flow of mail": Stranger(Incident(power.flow_of_mail, Shape("purview")), SURE, PW, ("flow",)),
    # A telephone on the user's own carrier: the program is new, and what it did is an intruder's work.
    "own carrier": Stranger(Incident(taken.carried, Shape("management")), SURE, PW, ("inbox_rule",)),
    "in the common name": Stranger(Incident(power.in_the_common_name, Shape("search_csv")), SURE, PW),
    "burst": Stranger(Incident(power.burst, Shape("purview", sign_ins=False, missing=0.2)), SURE, PW, ("inbox_rule",)),
    "own consent": Stranger(Incident(power.own_consent, Shape("management")), SURE, PW, ("oauth_grant",)),
    # A bought tunnel, links and a guest: a person may do all of it, so it is asked about and nobody is accused.
    "guest for later": Stranger(
        Incident(power.guest_for_later, Shape("graph", portal_sign_ins=True)), AT_LEAST_SUSPECTED, PW, recall=0.0
    ),
}


def _asked(scene, shape, causes=(), verdicts=AT_MOST_SUSPECTED):  # type: ignore[no-untyped-def]  # a table's row
    return Stranger(Incident(scene, shape), verdicts, causes)


INNOCENTS = {
    "far east": _asked(innocent.far_east, Shape("purview")),
    "far east, audit log only": _asked(innocent.far_east, Shape("search_csv", **_LOG_ONLY)),
    "edge of a service": _asked(innocent.edge_of_a_service, Shape("management")),
    "edge of a service, short": _asked(innocent.edge_of_a_service, Shape("purview", since=6)),
    "new assistant": _asked(innocent.new_assistant, Shape("graph"), ("H11", "H13")),
    "night shift": _asked(innocent.night_shift, Shape("management")),
    "bills by robot": _asked(innocent.bills_by_robot, Shape("purview")),
    "letter to all": _asked(innocent.letter_to_all, Shape("search_csv", trace_summary=True)),
    "on leave": _asked(innocent.on_leave, Shape("mes")),
    "all new at home": _asked(innocent.all_new_at_home, Shape("purview", portal_sign_ins=True)),
    "customer book": _asked(innocent.customer_book, Shape("management")),
    "helped at the desk": _asked(innocent.helped_at_the_desk, Shape("graph")),
    "scanner": _asked(innocent.scanner, Shape("purview")),
    "switched tunnel": _asked(innocent.switched_tunnel, Shape("search_csv", sessions=False)),
}

HELD_OUT = ATTACKS | INNOCENTS
