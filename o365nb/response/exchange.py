"""What the actions on Exchange have in common: something is set, switched off or taken away, and can be set back."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from o365nb.errors import NotFound
from o365nb.events.state import addresses, lower, many
from o365nb.model import Persistence, Phase, Step
from o365nb.response import account
from o365nb.response.base import Action, Draft, Request, Secret, Sent, State, sentence
from o365nb.response.removal import Removal
from o365nb.safe import one_line
from o365nb.tenant import Tenant, powershell

#: How a list of Exchange's is changed without replacing what else is in it.
_HASH_TABLE = "#Exchange.GenericHashTable"
_EMPTY: tuple[Any, ...] = (None, "", [], ())


def cmdlet(name: str, **parameters: Any) -> Request:
    """A change by a cmdlet, as it is shown and kept."""
    return Request("Exchange", name, parameters)


def as_line(request: Request) -> str:
    """The same for a person: one line of PowerShell."""
    return powershell(request.url, **request.body)


def run(tenant: Tenant, anchor: str, request: Request) -> Sent:
    """Send a change; `anchor` is the mailbox it is about, "" for the organisation."""
    return account.sent(list(tenant.exchange.run(request.url, anchor, **request.body))[-1])


def ask(tenant: Tenant, anchor: str, name: str, **parameters: Any) -> list[dict[str, Any]]:
    """What a reading cmdlet answers; nothing where the object, or the mailbox it is in, is gone."""
    try:
        return [one for page in tenant.exchange.run(name, anchor, **parameters) for one in page.records]
    except NotFound:
        return []


def adding(value: str) -> dict[str, str]:
    """Put one more into a list."""
    return {"@odata.type": _HASH_TABLE, "add": value}


def removing(value: str) -> dict[str, str]:
    """Take one out of a list, and leave the others in it."""
    return {"@odata.type": _HASH_TABLE, "remove": value}


def by_hand(
    action: Action, item: Persistence, place: str, how: str, command: str, *, phase: Phase = Phase.ERADICATE
) -> Draft:
    """The step for an object whose present state the evidence does not have: a person looks, and does it."""
    whose = f" (mailbox {item.owner})" if item.owner else ""
    handle = {action.handle: ""} if isinstance(action, Removal) else {}
    return action.draft(
        place,
        phase,
        f"{one_line(item.description)}{whose}",
        f"{sentence(item.because)} {how}",
        command + account.comment(item.description),
        automatic=False,
        finding_ids=item.finding_ids,
        arguments={"upn": item.owner, "object": "", **handle},
    )


def made_of(arguments: dict[str, str]) -> Step:
    """As much of a step as its requests are made from: for the line that a plan shows."""
    return Step(
        id="", phase=Phase.ERADICATE, action="", target="", reason="", finding_ids=(), automatic=True, reversible=True,
        order=0, command_equivalent="", arguments=arguments,
    )  # fmt: skip


def identity_of(key: str) -> str:
    """The object's own name in an evidence key of the tenant's (`kind::identity`)."""
    return key.split(":", 2)[-1]


def texts(value: Any) -> list[str]:
    """A property that may be a list, one text or nothing, as a list."""
    if value in _EMPTY:
        return []
    return [str(one) for one in value] if isinstance(value, (list, tuple)) else [str(value)]


def people(value: Any) -> list[str]:
    """Whom a property names, written as in the state tables: addresses, else the name in small letters."""
    return [known for entry in many(value) for known in (addresses(entry) or [lower(entry)]) if known]


def same(one: Any, other: Any) -> bool:
    """Whether two values of a setting mean the same: Exchange writes nothing in several ways, and words in any case."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return [text.lower() for text in texts(one)] == [text.lower() for text in texts(other)]


class Setting(Action):
    """Properties of one object: read, set, and set back to what stood."""

    reads: str
    writes: str
    #: Read, kept in the receipt and set back.
    names: ClassVar[tuple[str, ...]]

    @abstractmethod
    def wanted(self, step: Step) -> Mapping[str, Any]:
        """Property to the value that it is to have."""

    def which(self, step: Step) -> dict[str, Any]:
        """The parameters that name the object, for reading and writing; none for what there is only one of."""
        return {"Identity": step.arguments["object"]}

    def found(self, tenant: Tenant, step: Step) -> dict[str, Any] | None:
        """The object as it stands now; None when it is gone."""
        shown = ask(tenant, step.arguments["upn"], self.reads, **self.which(step))
        return shown[0] if shown else None

    def kept(self, step: Step) -> tuple[str, ...]:
        """The properties that this step is about."""
        return self.names

    def before(self, tenant: Tenant, step: Step) -> State:
        if not step.automatic:
            return {"present": None}
        shown = self.found(tenant, step)
        if shown is None:
            return {"present": False}
        return {"present": True, **{name: shown.get(name) for name in self.kept(step)}}

    def changed(self, step: Step, state: State) -> str:
        return self.differs(step, state) if state["present"] and not self.stands(step, state) else ""

    def differs(self, step: Step, state: State) -> str:
        """Why what stands is not what was planned for; "" when it is."""
        return ""

    def holds(self, step: Step, state: State, since: datetime | None) -> bool:
        return state["present"] is False or (state["present"] is True and self.stands(step, state))

    def stands(self, step: Step, state: State) -> bool:
        """Whether what was read is what is wanted."""
        return all(same(state.get(name), value) for name, value in self.wanted(step).items())

    def requests(self, step: Step) -> tuple[Request, ...]:
        return (self._set(step, self.wanted(step)),) if step.automatic else ()

    def apply(self, tenant: Tenant, step: Step, secret: Secret | None) -> Sent:
        return run(tenant, step.arguments["upn"], self._set(step, self.wanted(step)))

    def undo_requests(self, step: Step, before: State) -> tuple[Request, ...]:
        return (self._set(step, self.values_before(step, before)),)

    def undo(self, tenant: Tenant, step: Step, before: State) -> Sent:
        return run(tenant, step.arguments["upn"], self._set(step, self.values_before(step, before)))

    def values_before(self, step: Step, before: State) -> Mapping[str, Any]:
        """What an undo sets: what stood."""
        return {name: before.get(name) for name in self.wanted(step)}

    def undone(self, state: State, before: State) -> bool:
        names = set(before) - {"present"}
        return state["present"] == before["present"] and all(same(state.get(one), before[one]) for one in names)

    def _set(self, step: Step, values: Mapping[str, Any]) -> Request:
        return cmdlet(self.writes, **self.which(step), **values)

    def words(self, state: State) -> str:
        if not state["present"]:
            return "not read" if state["present"] is None else "not there"
        return self.told(state)

    def told(self, state: State) -> str:
        """The values in a few words."""
        return one_line(", ".join(f"{name} {_shown(value)}" for name, value in state.items() if name != "present"))


def _shown(value: Any) -> str:
    return " ".join(texts(value)) or "empty"


class Switch(Action):
    """An object of Exchange that has cmdlets to switch it off and on: it stays in place as evidence."""

    reads: str
    off: str
    on: str
    #: The parameter beside Identity that names the mailbox, for objects that are in one.
    mailbox: ClassVar[str] = ""
    #: The properties that say what it does: changed since planning, it is another thing.
    does: ClassVar[tuple[str, ...]] = ()

    def enabled(self, shown: Mapping[str, Any]) -> bool:
        """Whether the object is on."""
        return bool(shown.get("Enabled"))

    def called(self, shown: Mapping[str, Any]) -> str:
        """What people call the object."""
        return str(shown.get("Name") or "")

    def is_it(self, shown: Mapping[str, Any], step: Step) -> bool:
        """Whether an object of the list is the one."""
        wanted = step.arguments["object"].lower()
        return wanted in (str(shown.get(name) or "").lower() for name in ("Guid", "ImmutableId", "Identity", "Name"))

    def which(self, step: Step) -> dict[str, Any]:
        """The parameters that name the object."""
        place = {self.mailbox: step.arguments["upn"]} if self.mailbox else {}
        return {"Identity": step.arguments["object"], **place}

    def before(self, tenant: Tenant, step: Step) -> State:
        if not step.automatic:
            return {"present": None}
        where = {self.mailbox: step.arguments["upn"]} if self.mailbox else {}
        shown = ask(tenant, step.arguments["upn"], self.reads, **where)
        found = next((one for one in shown if self.is_it(one, step)), None)
        if found is None:
            return {"present": False}
        said = sorted({text for name in self.does for text in people(found.get(name))})
        return {"present": True, "enabled": self.enabled(found), "name": self.called(found), "does": said}

    def changed(self, step: Step, state: State) -> str:
        if state["present"] is None:
            return "its id is not known"
        if not state["present"] or not state["enabled"]:
            return ""
        planned = set(step.arguments.get("does", "").split("\n")) - {""}
        if not planned <= set(state["does"]):
            return "it was changed after planning: it no longer does what was judged; collect and analyse again"
        return ""

    def holds(self, step: Step, state: State, since: datetime | None) -> bool:
        return state["present"] is False or (state["present"] is True and not state["enabled"])

    def request(self, step: Step, *, enabled: bool) -> Request:
        """The cmdlet that switches it; of those that ask a question, nobody is there to answer it."""
        quiet = {} if enabled else {"Confirm": False}
        return cmdlet(self.on if enabled else self.off, **self.which(step), **quiet)

    def requests(self, step: Step) -> tuple[Request, ...]:
        return (self.request(step, enabled=False),) if step.automatic else ()

    def apply(self, tenant: Tenant, step: Step, secret: Secret | None) -> Sent:
        return run(tenant, step.arguments["upn"], self.request(step, enabled=False))

    def undo_requests(self, step: Step, before: State) -> tuple[Request, ...]:
        return (self.request(step, enabled=bool(before["enabled"])),)

    def undo(self, tenant: Tenant, step: Step, before: State) -> Sent:
        return run(tenant, step.arguments["upn"], self.request(step, enabled=bool(before["enabled"])))

    def undone(self, state: State, before: State) -> bool:
        return bool(state["present"]) and state["enabled"] == before["enabled"]

    def words(self, state: State) -> str:
        if not state["present"]:
            return "not read" if state["present"] is None else "not there"
        return f"{one_line(state['name'])!r} {'on' if state['enabled'] else 'off'}"


class Withdrawal(Removal):
    """One entry of a list of Exchange's that the attacker made: a right, a membership. It comes back as it was."""

    renumbered = False

    @abstractmethod
    def listing(self, tenant: Tenant, step: Step) -> Iterable[dict[str, Any]]:
        """The list as it stands; empty where what it belongs to is gone."""

    def apply(self, tenant: Tenant, step: Step, secret: Secret | None) -> Sent:
        return run(tenant, step.arguments["upn"], self.removal(step))

    def undo(self, tenant: Tenant, step: Step, before: State) -> Sent:
        return run(tenant, step.arguments["upn"], self.restoring(step, before))
