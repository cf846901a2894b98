"""Choose account, window and party: the views below are drawn again at once. Parameters alone do the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from o365nb.model import iso
from o365nb.report import device_use, mail_flow, sign_ins
from o365nb.report.dossier import Dossier
from o365nb.report.markup import View, sheet
from o365nb.report.scope import Scope, scope_of
from o365nb.report.shell import watched
from o365nb.report.words import LABELS

if TYPE_CHECKING:
    from pandas import DataFrame


class Choice:
    """What of a case is looked at. Its views follow it: change the choice, and those that are shown change with it."""

    def __init__(self, of: Dossier, user: str = "", start: str = "", end: str = "", whose: str = "") -> None:
        self.of = of
        self.scope = scope_of(of, user, start, end, whose)
        self._shown: dict[str, Shown] = {}

    def change(self, scope: Scope) -> None:
        """Look at something else: every view that is shown is drawn again."""
        if scope != self.scope:
            self.scope = scope
            for shown in self._shown.values():
                shown.draw()

    @property
    def sign_ins(self) -> Shown:
        """Every sign-in, the attacker's first."""
        return self._follows("sign_ins", sign_ins.sign_ins)

    @property
    def sign_ins_figure(self) -> Shown:
        """Sign-ins by network over time."""
        return self._follows("sign_ins_figure", sign_ins.sign_ins_figure)

    @property
    def outgoing(self) -> Shown:
        """Every message that was sent, the attacker's first."""
        return self._follows("outgoing", mail_flow.outgoing)

    @property
    def outgoing_figure(self) -> Shown:
        """Mail sent over time."""
        return self._follows("outgoing_figure", mail_flow.outgoing_figure)

    @property
    def used_devices(self) -> Shown:
        """What the accounts were used with."""
        return self._follows("used_devices", device_use.used_devices)

    def _follows(self, name: str, make: Callable[[Dossier, Scope], View]) -> Shown:
        return self._shown.setdefault(name, Shown(lambda: make(self.of, self.scope)))

    @property
    def view(self) -> View:
        """What is chosen, in words."""
        clock, scope = self.of.clock, self.scope
        whose = f"what is the {LABELS[scope.whose]}'s" if scope.whose else "whoever did it"
        said = (
            f"Looking at {', '.join(scope.accounts)}, from {clock.when(scope.window.start)} to"
            f" {clock.when(scope.window.end)}, {whose}."
        )
        rows = [{
            "accounts": list(scope.accounts), "from": iso(scope.window.start), "to": iso(scope.window.end),
            "whose": scope.whose.value if scope.whose else "",
        }]  # fmt: skip
        return sheet(clock, rows, said, lead=[said])

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        shown = {"text/html": self.view._repr_html_(), "text/plain": repr(self.view)}
        if not watched():
            return shown
        from o365nb.report.choice_form import form

        return {**form(self)._repr_mimebundle_(), **shown}

    def __repr__(self) -> str:
        return repr(self.view)


class Shown:
    """A view that follows a choice, wherever a cell shows it."""

    def __init__(self, make: Callable[[], View]) -> None:
        self._make = make
        self._places: list[Any] = []

    @property
    def view(self) -> View:
        """As it is with the choice of now."""
        return self._make()

    @property
    def frame(self) -> DataFrame:
        """The rows behind the view."""
        return self.view.frame

    def draw(self) -> None:
        """Show it as it is now, wherever it is shown."""
        shown = self.view.bundle
        for place in self._places:
            place.update(shown, raw=True)

    def _ipython_display_(self) -> None:
        from IPython.display import display

        self._places = [display(self.view.bundle, raw=True, display_id=True)]  # type: ignore[no-untyped-call]  # nor has IPython

    def __repr__(self) -> str:
        return repr(self.view)
