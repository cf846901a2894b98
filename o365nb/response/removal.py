"""What the actions that take an object away have in common: there or gone, one request each way."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from o365nb.errors import NotFound
from o365nb.model import Step
from o365nb.response import account
from o365nb.response.base import Action, Request, Secret, Sent, State
from o365nb.safe import one_line
from o365nb.tenant import Tenant
from o365nb.tenant.graph import Graph


def send(service: Graph, request: Request, *, beta: bool = False, idempotent: bool = True) -> Sent:
    """A request as it is shown, sent. What is posted is repeated after a server error only when `idempotent`."""
    match request.method:
        case "POST":
            page = service.post(request.url, request.body or None, beta=beta, idempotent=idempotent)
        case "PATCH":
            page = service.patch(request.url, request.body, beta=beta, idempotent=idempotent)
        case "DELETE":
            page = service.delete(request.url, beta=beta)
        case _:
            raise TypeError(f"{request.method} is not a change")
    return account.sent(page)


def records(tenant: Tenant, path: str, params: dict[str, str] | None = None) -> Iterator[dict[str, Any]]:
    """The members of a collection, page after page; none where what it belongs to is gone."""
    try:
        for page in tenant.graph.pages(path, params):
            yield from page.records
    except NotFound:
        return


class Removal(Action):
    """One object of a list of Graph's that the attacker made. Gone is what is wanted, whoever removed it."""

    #: The argument that names the object; empty, a person does it.
    handle: str
    #: What a receipt keeps of the object: enough to make an equal one. Never a secret.
    kept: tuple[str, ...]
    #: Whether an object that is put back has another id than before.
    renumbered = True

    @abstractmethod
    def listing(self, tenant: Tenant, step: Step) -> Iterable[dict[str, Any]]:
        """The list as it stands; empty where what it belongs to is gone."""

    @abstractmethod
    def removal(self, step: Step) -> Request:
        """The request that takes the object away."""

    def restoring(self, step: Step, before: State) -> Request:
        """The request that puts it back."""
        raise TypeError(f"{self.name} cannot be undone: {self.irreversible_because}")

    def is_it(self, record: dict[str, Any], step: Step) -> bool:
        """Whether a member of the list is the object."""
        return bool(record.get("id") == step.arguments[self.handle])

    def before(self, tenant: Tenant, step: Step) -> State:
        if not step.arguments[self.handle]:
            return {"present": None}
        shown = list(self.listing(tenant, step))
        found = next((record for record in shown if self.is_it(record, step)), None)
        if found is not None:
            return {"present": True, **self._kept(found)}
        others = [self._kept(record) for record in shown] if self.renumbered and self.reversible else []
        return {"present": False, "others": others}

    def _kept(self, record: dict[str, Any]) -> dict[str, Any]:
        return {name: record.get(name) for name in self.kept}

    def changed(self, step: Step, state: State) -> str:
        return "its id is not known" if state["present"] is None else ""

    def holds(self, step: Step, state: State, since: datetime | None) -> bool:
        return state["present"] is False

    def requests(self, step: Step) -> tuple[Request, ...]:
        return (self.removal(step),) if step.arguments[self.handle] else ()

    def apply(self, tenant: Tenant, step: Step, secret: Secret | None) -> Sent:
        return send(tenant.graph, self.removal(step))

    def undo_requests(self, step: Step, before: State) -> tuple[Request, ...]:
        return (self.restoring(step, before),) if before.get("present") else ()

    def undo(self, tenant: Tenant, step: Step, before: State) -> Sent:
        # Not repeated blindly: of some the service would make a second one.
        return send(tenant.graph, self.restoring(step, before), idempotent=False)

    def undone(self, state: State, before: State) -> bool:
        if not before.get("present"):
            return state["present"] is False
        return bool(state["present"]) or self._kept(before) in state.get("others", ())

    def words(self, state: State) -> str:
        if state["present"] is None:
            return "not read"
        return f"there: {one_line(self.told(state))}" if state["present"] else "gone"

    def told(self, state: State) -> str:
        """The object in a few words."""
        return " ".join(str(state[name]) for name in self.kept[:2] if state[name])
