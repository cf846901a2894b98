"""What a group of Exchange's cmdlets is: found by discovery in the modules `exchange_*`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from o365nb.practice.changes import Changes
from o365nb.practice.ids import Json
from o365nb.practice.people import Person
from o365nb.practice.state import TenantState

Parameters = dict[str, Any]
Read = Callable[[Parameters], list[Json]]
Write = Callable[[Parameters, Changes], list[Json]]


class Cmdlets:
    """Some cmdlets of one topic. `parameters`: cmdlet to what it understands; all of it exists in Exchange Online.

    `person` finds whom a parameter means, or refuses as Exchange does.
    """

    parameters: ClassVar[Mapping[str, frozenset[str]]]

    def __init__(self, state: Callable[[], TenantState], person: Callable[[Any, str], Person]) -> None:
        self._state, self.person = state, person

    @property
    def state(self) -> TenantState:
        return self._state()

    def commands(self) -> dict[str, Read]:
        """Cmdlet to what runs it, for those that only read."""
        return {}

    def changes(self) -> dict[str, Write]:
        """Cmdlet to what runs it, for those that change something; they are told by whom."""
        return {}


def changed(stood: Any, given: Any) -> Any:
    """What a property is after it was set: a hash table adds to a list or takes out of it, anything else replaces."""
    if not isinstance(given, dict):
        return given
    entries = {
        verb: given[verb] if isinstance(given[verb], list) else [given[verb]] for verb in given if verb[0] != "@"
    }
    leaving = {str(entry).lower() for entry in entries.get("remove", [])}
    left = [entry for entry in stood or [] if str(entry).lower() not in leaving]
    return [*left, *(entry for entry in entries.get("add", []) if entry not in left)]
