"""What an action is: what it would do, what stood before, the change, the proof, the way back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from o365nb.model import Phase, Step
from o365nb.response.situation import Situation
from o365nb.safe import one_line
from o365nb.tenant import Tenant
from o365nb.tenant.permissions import Right

#: What was read about a target: flat and plain, so that a receipt can keep it. `present` is always there:
#: True, False (gone), or None where nothing can be read and a person has to say.
State = dict[str, Any]

#: Where a step has its place, in the order in which they are done: E preserves, C contains, X removes, R recovers,
#: V verifies; M is done by people. Within a letter the numbers name a family of steps, not their order.
PLACES = (
    *("E1", "E3", "E4", "M3", "M5", "C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "M1"),
    *("X1", "X2", "X3", "X4", "X5", "X7", "X8", "X6", "X9", "X10", "X11", "X12", "X13", "X14", "X15", "X16", "C2b"),
    *("M2", "R1", "R6", "R2", "R4", "V1", "R7"),
)


class Secret:
    """A text for one pair of eyes: shown by `reveal` only, never by repr, str or a format.

    Empty at first where the service makes it up: `fill` takes it from the answer.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str = "") -> None:
        self._text = text

    def fill(self, text: str) -> None:
        """Keep what the service made up."""
        self._text = text

    def reveal(self) -> str:
        """The text itself, for the request and for the operator's eyes."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(not shown)"

    __str__ = __repr__


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it is shown and kept: the body never holds a secret."""

    method: str
    url: str
    body: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sent:
    """What the service answered."""

    status: int
    request_id: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A proposed step before it has its number. `place` is one of PLACES; `rank` orders steps within it."""

    place: str
    phase: Phase
    action: str
    target: str
    reason: str
    finding_ids: tuple[str, ...]
    automatic: bool
    reversible: bool
    command: str
    arguments: dict[str, str] = field(default_factory=dict)
    rank: int = 0


def sentence(text: str) -> str:
    """A reason given by the analysis as a sentence of its own, on one line."""
    flat = one_line(text)
    return f"{flat[:1].upper()}{flat[1:]}" + ("" if flat.endswith((".", "!", "?")) or not flat else ".")


class Action(ABC):
    """One family of change. `automatic` False: the kit reads back, a person does it."""

    name: str
    title: str
    #: What sending it and reading it back takes: the rights of the respond registration.
    needs: ClassVar[tuple[Right, ...]] = ()
    #: The kinds of the persistence inventory that this action deals with.
    kinds: ClassVar[tuple[str, ...]] = ()
    automatic: bool = True
    reversible: bool = True
    irreversible_because: str = ""
    #: A refusal may come from the order of sibling steps: try once more after the others.
    try_again_last: bool = False
    #: By choice: never part of the whole plan, applied only when the step is named.
    optional: bool = False
    #: Sent once: what was begun, and is seen to be under way, is not sent again.
    once: bool = False
    #: Only when nothing of the attacker is left (see `gate`).
    behind_the_gate: bool = False
    #: What `secret` is, in words, for an operator who is to be handed it.
    hands_over: str = "the new password"

    @abstractmethod
    def plan(self, situation: Situation) -> Iterator[Draft]:
        """Pure: one draft per attacker object, with the reason."""

    @abstractmethod
    def before(self, tenant: Tenant, step: Step) -> State:
        """The target as it stands now; `present` False when it is gone. Other errors pass through."""

    @abstractmethod
    def holds(self, step: Step, state: State, since: datetime | None) -> bool:
        """True when the state is what the step wants. `since`: when this step was last sent, if ever."""

    @abstractmethod
    def words(self, state: State) -> str:
        """The state in words, for the report."""

    def changed(self, step: Step, state: State) -> str:
        """Why the target is not the one that was planned for; "" when it is."""
        return "" if state["present"] else "it no longer exists"

    def took(self, step: Step, state: State, since: datetime | None) -> bool:
        """True when the service has the change in hand. What it leads to may come later: a scan takes hours."""
        return self.holds(step, state, since)

    def since(self, now: datetime) -> datetime:
        """From when on the service's own times prove a change that is sent now."""
        return now

    def asks(self, step: Step) -> str:
        """What the operator must type before this is sent, for what destroys or concerns everybody; "" for nothing."""
        return ""

    def requests(self, step: Step) -> tuple[Request, ...]:
        """Exactly what `apply` sends, without secrets."""
        return ()

    def secret(self) -> Secret | None:
        """A fresh secret that `apply` is to set and the operator is to be handed, where the change needs one."""
        return None

    def apply(self, tenant: Tenant, step: Step, secret: Secret | None) -> Sent:
        """Send the change. Lets the tenant's errors through."""
        raise TypeError(f"{self.name} is done by hand; only its result is read")

    def undo_requests(self, step: Step, before: State) -> tuple[Request, ...]:
        """Exactly what `undo` sends."""
        return ()

    def undo(self, tenant: Tenant, step: Step, before: State) -> Sent:
        """Restore the state of `before`. Lets the tenant's errors through."""
        raise TypeError(f"{self.name} cannot be undone: {self.irreversible_because}")

    def undone(self, state: State, before: State) -> bool:
        """True when the state is again that of `before`."""
        return state == before

    def draft(self, place: str, phase: Phase, target: str, reason: str, command: str, **more: Any) -> Draft:
        """A draft with this action's own marks filled in."""
        marks = {"automatic": self.automatic, "reversible": self.reversible, "finding_ids": ()}
        return Draft(place, phase, self.name, target, reason, command=command, **{**marks, **more})
