"""Every incident with the shape its evidence arrives in."""

from __future__ import annotations

from functools import partial

from incidents import innocents, takeovers, takeovers_otherwise
from incidents.hands import Shape
from incidents.measure import Incident

CASES = {
    "S01 relayed sign-in": Incident(takeovers.aitm, Shape("management", doubled=0.34)),
    "S01 same country": Incident(takeovers.same_country, Shape("purview", ports=True)),
    "S01 same client": Incident(takeovers.same_client, Shape("search", mixed_case=True)),
    "S01 IPv6": Incident(takeovers.over_ipv6, Shape("purview", ports=True, sign_ins=False)),
    "S01 while travelling": Incident(takeovers.while_travelling, Shape("management", mixed_case=True)),
    "S01 Sentinel": Incident(takeovers.aitm, Shape("sentinel", sentinel_sign_ins=True, trace=False)),
    "S01 no sessions": Incident(takeovers.aitm, Shape("search", sessions=False, sign_ins=False, directory=False)),
    "S02 consent": Incident(takeovers_otherwise.consent, Shape("purview")),
    "S02 unknown application": Incident(
        partial(takeovers_otherwise.consent, known=False), Shape("management", doubled=0.34)
    ),
    "S02 audit log only": Incident(
        takeovers_otherwise.consent, Shape("search", sign_ins=False, directory=False, trace=False)
    ),
    "S03 spray": Incident(takeovers_otherwise.spray, Shape("management")),
    "S03 audit log only": Incident(
        takeovers_otherwise.spray, Shape("purview", sign_ins=False, directory=False, mixed_case=True)
    ),
    "S04 infostealer": Incident(takeovers_otherwise.infostealer, Shape("purview", doubled=0.34)),
    "S04 audit log only": Incident(takeovers_otherwise.infostealer, Shape("search", sign_ins=False, ports=True)),
    "S04 managed token": Incident(takeovers_otherwise.infostealer, Shape("purview", marked=True)),
    "S04 managed token, audit log only": Incident(
        takeovers_otherwise.infostealer, Shape("search", sign_ins=False, marked=True)
    ),
    "S06 payroll": Incident(takeovers_otherwise.payroll, Shape("management", ports=True)),
    "S07 device code": Incident(takeovers_otherwise.device_code, Shape("purview", mixed_case=True)),
    "S07 audit log only": Incident(takeovers_otherwise.device_code, Shape("search", sign_ins=False, directory=False)),
    "S11 poor tenant": Incident(takeovers.blind, Shape("purview", sign_ins=False, directory=False, trace=False)),
    "forwarding": Incident(takeovers.forwarded, Shape("management", ports=True)),
    "forwarding, no sessions": Incident(takeovers.forwarded, Shape("purview", sessions=False, sign_ins=False)),
    "rule that forwards": Incident(takeovers.quiet_rule, Shape("search", mixed_case=True, doubled=0.34)),
    "patient intruder": Incident(takeovers.patient, Shape("management")),
    "S05 delegate": Incident(innocents.delegate, Shape("purview")),
    "S08 forged": Incident(innocents.forged, Shape("management")),
    "S10 new phone": Incident(innocents.new_phone, Shape("purview", mixed_case=True)),
    "S10 audit log only": Incident(
        innocents.new_phone, Shape("search", sign_ins=False, directory=False, sessions=False)
    ),
    "own VPN": Incident(innocents.on_vpn, Shape("management")),
    "own forwarding": Incident(innocents.own_forwarding, Shape("search")),
    "roaming": Incident(innocents.roaming, Shape("management")),
    "roaming, no sessions": Incident(innocents.roaming, Shape("purview", sessions=False, sign_ins=False, ports=True)),
}
