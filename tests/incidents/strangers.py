"""Incidents of other houses: each with the shape of its evidence and what may be said about it."""

from __future__ import annotations

from dataclasses import dataclass

from incidents import strangers_changed as changed
from incidents import strangers_entered as entered
from incidents import strangers_innocent as innocent
from incidents import strangers_more as more
from incidents import strangers_phished as phished
from incidents import strangers_quiet as quiet
from incidents.hands import Shape
from incidents.measure import Incident

#: Verdicts, from the strongest to the weakest.
CERTAIN = ("confirmed",)
SURE = ("confirmed", "probable")
AT_LEAST_SUSPECTED = ("confirmed", "probable", "suspected")
AT_MOST_SUSPECTED = ("suspected", "not_supported", "cannot_tell")
CLEAN = ("not_supported", "cannot_tell")
#: What may be said where the evidence is too poor to point at anybody, as long as nobody is cleared.
NOT_CLEARED = ("confirmed", "probable", "suspected", "cannot_tell")


@dataclass(frozen=True)
class Stranger:
    """An incident and what is right to say: verdicts, ways in (empty: any), kinds to be removed, least recall."""

    incident: Incident
    verdicts: tuple[str, ...]
    causes: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    recall: float = 0.95


def _attack(scene, shape, verdicts, causes=(), removed=(), recall=0.95):  # type: ignore[no-untyped-def]  # a table's row
    return Stranger(Incident(scene, shape), verdicts, causes, removed, recall)


def _innocent(scene, shape, causes=(), verdicts=AT_MOST_SUSPECTED):  # type: ignore[no-untyped-def]  # a table's row
    return Stranger(Incident(scene, shape), verdicts, causes)


PW = ("H1", "H2", "H3")
_LOG_ONLY = {"sign_ins": False, "directory": False, "trace": False}

ATTACKS = {
    # The user's own town, provider and kind of browser: the address alone is new, and that accuses nobody.
    "near neighbour": _attack(phished.near_neighbour, Shape("purview", ports=True), NOT_CLEARED, recall=0.0),
    "near neighbour, audit log only": _attack(
        phished.near_neighbour, Shape("search_csv", **_LOG_ONLY), NOT_CLEARED, recall=0.0
    ),
    "rented machine": _attack(
        phished.rented_machine, Shape("management", trace_summary=True), SURE, PW, ("inbox_rule",), recall=0.9
    ),
    "rented machine, portal": _attack(
        phished.rented_machine,
        Shape("search_csv", portal_sign_ins=True, directory=False, doubled=0.4),
        SURE,
        PW,
        ("inbox_rule",),
    ),
    "over six": _attack(phished.over_six, Shape("graph", **_LOG_ONLY), SURE, PW, ("inbox_rule",)),
    "same tunnel": _attack(
        phished.same_tunnel, Shape("purview", portal_sign_ins=True), SURE, PW, ("auth_method", "inbox_rule")
    ),
    "three days": _attack(phished.three_days, Shape("purview", since=3, directory=False), CERTAIN, PW, ("inbox_rule",)),
    "three days, poor": _attack(
        phished.three_days, Shape("search_csv", since=2, state=False, **_LOG_ONLY), SURE, PW, ("inbox_rule",)
    ),
    "there before the log": _attack(
        phished.there_before_the_log, Shape("search_csv", since=9), SURE, (), ("inbox_rule",)
    ),
    "method and device": _attack(
        phished.method_and_device, Shape("mes", mixed_case=True), SURE, PW, ("auth_method", "device")
    ),
    "reset half way": _attack(phished.reset_half_way, Shape("management", doubled=0.4), SURE, PW),
    "own reset": _attack(entered.own_reset, Shape("purview"), SURE, ("H8",), ("auth_method",)),
    "tired": _attack(entered.tired, Shape("sentinel", sentinel_sign_ins=True), SURE, ("H7",)),
    "sprayed": _attack(entered.sprayed, Shape("graph"), CERTAIN, ("H3",), recall=0.85),
    "code read out": _attack(entered.code_read_out, Shape("search_csv"), SURE, ("H5",)),
    # The audit log alone does not say that a code was redeemed.
    "code read out, audit log only": _attack(entered.code_read_out, Shape("graph", **_LOG_ONLY), SURE),
    "tethered": _attack(entered.tethered, Shape("purview"), SURE, PW, ("inbox_rule",)),
    "phone of another": _attack(entered.phone_of_another, Shape("management"), SURE, ("H2", "H3", "H9")),
    "application from before": _attack(
        quiet.app_from_before, Shape("purview", directory=False), AT_LEAST_SUSPECTED, ("H6", "H4"), recall=0.0
    ),
    "consented": _attack(quiet.consented, Shape("search_csv"), SURE, ("H6",), ("oauth_grant",)),
    "old protocol": _attack(quiet.old_protocol, Shape("mes"), SURE, ("H9", "H3", "H2")),
    "old protocol, audit log only": _attack(
        quiet.old_protocol, Shape("purview", **_LOG_ONLY), NOT_CLEARED, ("H9", "H3", "H2"), recall=0.0
    ),
    "exchange tool": _attack(quiet.exchange_tool, Shape("graph", portal_sign_ins=True), SURE, ("H4", "H1")),
    "gone again": _attack(quiet.gone_again, Shape("search_csv", sessions=False, sign_ins=False), SURE, PW),
    "forwarding alone": _attack(
        quiet.forwarding_alone, Shape("search_csv", sessions=False, **_LOG_ONLY), AT_LEAST_SUSPECTED, PW, recall=0.0
    ),
    "forwarding alone, sign-ins": _attack(
        quiet.forwarding_alone, Shape("purview", sessions=False), SURE, PW, ("forwarding",)
    ),
    "delegated by admin": _attack(quiet.delegated_by_admin, Shape("management"), AT_LEAST_SUSPECTED, (), ("delegate",)),
    "replayed at home": _attack(quiet.replayed_at_home, Shape("purview"), SURE, ("H4", "H1")),
    "only mail flow": _attack(
        quiet.only_mail_flow,
        Shape("none", sign_ins=False, directory=False, trace_summary=True),
        (*AT_MOST_SUSPECTED, "probable"),
        (),
    ),
    "house to house": _attack(quiet.house_to_house, Shape("purview", doubled=0.4), CERTAIN, PW, ("inbox_rule",)),
    "salary, thinned": _attack(quiet.salary, Shape("management", missing=0.3), SURE, PW, ("auth_method", "inbox_rule")),
    "lost phone": _attack(quiet.lost_phone, Shape("purview"), (*AT_MOST_SUSPECTED, "probable"), (), recall=0.0),
    "relay round the corner": _attack(more.relay_round_the_corner, Shape("purview"), SURE, ("H1",), ("inbox_rule",)),
    "help desk called": _attack(
        more.help_desk_called, Shape("management"), SURE, ("H8",), ("auth_method", "inbox_rule")
    ),
}

INNOCENTS = {
    "shared by five": _innocent(more.shared_by_five, Shape("purview")),
    "merged": _innocent(more.merged, Shape("search_csv")),
    "new phone abroad": _innocent(more.new_phone_abroad, Shape("management")),
    "insider next door": _innocent(more.insider_next_door, Shape("purview"), ("H11",)),
    "on the road": _innocent(innocent.on_the_road, Shape("management")),
    "new everything": _innocent(innocent.new_everything, Shape("purview", since=6)),
    "new everything, no sessions": _innocent(
        innocent.new_everything, Shape("search_csv", since=5, sessions=False, **_LOG_ONLY)
    ),
    "split tunnel": _innocent(innocent.split_tunnel, Shape("purview")),
    "relayed by Apple": _innocent(innocent.relayed_by_apple, Shape("graph")),
    "on rails": _innocent(innocent.on_rails, Shape("management")),
    "backed up": _innocent(innocent.backed_up, Shape("purview")),
    "assistant": _innocent(innocent.assistant, Shape("search")),
    "odd rules": _innocent(innocent.odd_rules, Shape("purview", ports=True)),
    "sends it home": _innocent(innocent.sends_it_home, Shape("graph")),
    "campaign": _innocent(innocent.campaign, Shape("management", trace_summary=True)),
    "moved house": _innocent(innocent.moved_house, Shape("purview")),
    "developer": _innocent(innocent.developer, Shape("purview")),
    "watched": _innocent(innocent.watched, Shape("management")),
    "spray without hit": _innocent(innocent.spray_without_hit, Shape("purview")),
    "refused": _innocent(innocent.refused, Shape("search_csv")),
    "helped": _innocent(changed.helped, Shape("purview")),
    "noisy services": _innocent(changed.noisy_services, Shape("management"), verdicts=CLEAN),
    "second browser": _innocent(changed.second_browser, Shape("purview", since=3)),
    "second browser, poor": _innocent(
        changed.second_browser, Shape("search_csv", since=3, sessions=False, **_LOG_ONLY)
    ),
    "partner taken": _innocent(changed.partner_taken, Shape("management"), ("H12", "H13"), CLEAN),
    "forged boss": _innocent(changed.forged_boss, Shape("graph"), ("H12",), CLEAN),
    "first week": _innocent(changed.first_week, Shape("purview", since=3)),
    "emigrant": _innocent(changed.emigrant, Shape("management")),
    "rented desk": _innocent(changed.rented_desk, Shape("search_csv")),
    "new tablet": _innocent(changed.new_tablet, Shape("purview", sessions=False, **_LOG_ONLY)),
    "tunnelled": _innocent(changed.tunnelled, Shape("mes")),
}
