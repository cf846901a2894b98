"""The attacker's own mail in the mailboxes of colleagues: out of sight, and still there for who has to prove it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

from o365nb.errors import NotFound, RequestFailed
from o365nb.model import Phase, Step
from o365nb.response import account
from o365nb.response.base import Action, Draft, Request, Secret, Sent, State
from o365nb.response.removal import send
from o365nb.response.situation import Situation
from o365nb.tenant import Tenant, literal, powershell, segment
from o365nb.tenant.permissions import Right

#: Where a soft-deleted message goes: its owner sees it no more, an administrator can put it back.
_RECOVERABLE = "recoverableitemsdeletions"
#: Copies to a step: each is asked for and moved by itself.
_MOST = 200


class SoftDeleteMail(Action):
    """By choice, after the list of recipients is kept: each copy by its message id, found again before it is moved."""

    name = "soft_delete_mail"
    title = "Take the attacker's mail out of mailboxes"
    needs = (Right("Mail.ReadWrite", "Exchange Online"),)
    optional = True

    def plan(self, situation: Situation) -> Iterator[Draft]:
        copies = situation.received if situation.acts else ()
        for number, start in enumerate(range(0, len(copies), _MOST)):
            part = copies[start : start + _MOST]
            boxes = len({address for address, _ in part})
            yield self.draft(
                "X12",
                Phase.ERADICATE,
                f"{len(part)} copies of the attacker's mail in {boxes} mailboxes",
                "By choice, once the list of recipients and a copy of the mail are kept: nobody falls for it later."
                " Each copy goes to the recoverable items, from which the undo brings it back to its folder.",
                powershell(
                    "Move-MgUserMessage",
                    UserId=part[0][0],
                    MessageId="(the id of the copy)",
                    DestinationId=_RECOVERABLE,
                )
                + account.comment(f"{part[0][1]}, and so on for each copy"),
                finding_ids=tuple(
                    sorted({one for upn in situation.victims for one in situation.finding_ids(upn, self.name)})
                ),
                arguments={"upn": "", "copies": json.dumps(part)},
                rank=number,
            )

    def asks(self, step: Step) -> str:
        return f"delete {len(_copies(step))}"

    def before(self, tenant: Tenant, step: Step) -> State:
        """`there`: mailbox, message, copy and its folder, for each copy that can be seen."""
        there = [
            [address, message_id, str(copy["id"]), str(copy.get("parentFolderId") or "")]
            for address, message_id in _copies(step)
            for copy in _found(tenant, address, message_id)
        ]
        return {"present": True, "there": there, "asked": len(_copies(step))}

    def holds(self, step: Step, state: State, since: datetime | None) -> bool:
        return not state["there"]

    def words(self, state: State) -> str:
        return f"{len(state['there'])} copies seen, in the places of {state['asked']}"

    def requests(self, step: Step) -> tuple[Request, ...]:
        return tuple(_move(address, "(the id of the copy)", _RECOVERABLE) for address, _ in _copies(step))

    def apply(self, tenant: Tenant, step: Step, secret: Secret | None) -> Sent:
        """One mailbox that refuses stops none of the others; what is left is seen when it is read back."""
        sent, failed = Sent(0, ""), None
        for address, _, identity, _ in self.before(tenant, step)["there"]:
            try:
                sent = send(tenant.graph, _move(address, identity, _RECOVERABLE), idempotent=False)
            except RequestFailed as error:
                failed = failed or error
        if failed and not sent.status:
            raise failed
        return sent

    def undo_requests(self, step: Step, before: State) -> tuple[Request, ...]:
        return tuple(_move(address, "(the id of the copy)", folder) for address, _, _, folder in before["there"])

    def undo(self, tenant: Tenant, step: Step, before: State) -> Sent:
        """A moved message may have another id: it is found by its own, and goes to the folder that the mailbox had."""
        sent = Sent(200, "")
        for address, message_id, _, folder in before["there"]:
            if not _found(tenant, address, message_id):
                for copy in _found(tenant, address, message_id, _RECOVERABLE)[:1]:
                    sent = send(tenant.graph, _move(address, str(copy["id"]), folder), idempotent=False)
        return sent

    def undone(self, state: State, before: State) -> bool:
        return len(state["there"]) >= len(before["there"])


def _copies(step: Step) -> list[tuple[str, str]]:
    return [(str(address), str(message_id)) for address, message_id in json.loads(step.arguments["copies"])]


def _found(tenant: Tenant, address: str, message_id: str, folder: str = "") -> list[dict[str, object]]:
    """The copies of one message in a mailbox, or in one of its folders; none where there is no such mailbox."""
    where = f"/mailFolders/{folder}" if folder else ""
    asked = {"$filter": f"internetMessageId eq {literal(message_id)}", "$select": "id,parentFolderId", "$top": "10"}
    try:
        pages = tenant.graph.pages(f"/users/{segment(address)}{where}/messages", asked)
        return [copy for page in pages for copy in page.records if copy.get("id")]
    except NotFound:
        return []


def _move(address: str, identity: str, folder: str) -> Request:
    path = f"/users/{segment(address)}/messages/{segment(identity)}/move"
    return Request("POST", path, {"DestinationId": folder})
