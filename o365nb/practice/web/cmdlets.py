"""What a group of Exchange's cmdlets is: found by discovery in the modules `exchange_*`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from o365nb.practice.ids import Json
from o365nb.practice.people import Person
from o365nb.practice.state import TenantState

Parameters = dict[str, Any]
Read = Callable[[Parameters], list[Json]]


class Cmdlets:
    """Some cmdlets that only read. `parameters`: cmdlet to what it understands; all of it exists in Exchange Online.

    `person` finds whom a parameter means, or refuses as Exchange does.
    """

    parameters: ClassVar[Mapping[str, frozenset[str]]]

    def __init__(self, state: Callable[[], TenantState], person: Callable[[Any, str], Person]) -> None:
        self._state, self.person = state, person

    @property
    def state(self) -> TenantState:
        return self._state()

    def commands(self) -> dict[str, Read]:
        """Cmdlet to what runs it."""
        return {}
