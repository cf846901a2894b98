"""The restriction that the service put on a sender: lifted last, because the number of liftings is limited."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from o365nb.model import Phase, Step
from o365nb.response.base import Action, Draft, Request, Secret, Sent, State
from o365nb.response.exchange import as_line, ask, cmdlet, run
from o365nb.response.situation import Situation
from o365nb.safe import one_line
from o365nb.tenant import Tenant
from o365nb.tenant.permissions import exchange_right

_WHY = "The account was cleaned and given back"


class UnrestrictSender(Action):
    """Only when nothing of the attacker is left, and only when named: a second lifting may be refused for good."""

    name = "unrestrict_sender"
    title = "Let the mailbox send again"
    needs = (exchange_right("Security Administrator"),)
    reversible = False
    irreversible_because = "only the service itself restricts a sender"
    behind_the_gate = True
    once = True

    def plan(self, situation: Situation) -> Iterator[Draft]:
        found = situation.found("im-sender-restricted")
        listed = {str(row["sender"]) for row in situation.tables["blocked_senders"]}
        for upn in situation.victims:
            mine = tuple(sorted(one.id for one in found if one.subject == upn))
            if mine or upn in listed:
                yield self.draft(
                    "R2",
                    Phase.RECOVER,
                    upn,
                    f"The service stopped outgoing mail of {upn}. Lift it last: how often one sender can be lifted is"
                    " limited. It takes up to an hour to work.",
                    as_line(_request(upn)),
                    finding_ids=mine or situation.finding_ids(upn, self.name),
                    arguments={"upn": upn, "user": situation.user_id(upn)},
                )

    def before(self, tenant: Tenant, step: Step) -> State:
        upn = step.arguments["upn"]
        listed = ask(tenant, "", "Get-BlockedSenderAddress", SenderAddress=upn)
        mine = [one for one in listed if str(one.get("SenderAddress") or "").lower() == upn]
        return {"present": True, "restricted": bool(mine), "why": str(mine[0].get("Reason") or "") if mine else ""}

    def holds(self, step: Step, state: State, since: datetime | None) -> bool:
        return not state["restricted"]

    def words(self, state: State) -> str:
        if not state["restricted"]:
            return "may send"
        why = one_line(state["why"])
        return f"may not send ({why})" if why else "may not send"

    def requests(self, step: Step) -> tuple[Request, ...]:
        return (_request(step.arguments["upn"]),)

    def apply(self, tenant: Tenant, step: Step, secret: Secret | None) -> Sent:
        return run(tenant, "", _request(step.arguments["upn"]))


def _request(upn: str) -> Request:
    return cmdlet("Remove-BlockedSenderAddress", SenderAddress=upn, Reason=_WHY)
