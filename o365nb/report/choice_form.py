"""The controls of a choice: account, window, party. A change is drawn at once; what cannot be is said below them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from o365nb.errors import BadInput
from o365nb.model import Label, Window, utc
from o365nb.report.markup import environment, style
from o365nb.report.scope import Scope, known_accounts
from o365nb.report.words import LABELS

if TYPE_CHECKING:
    from o365nb.report.choice import Choice

_ALL, _OWN = "all accounts of the case", "hours of my own"
_AROUND = timedelta(hours=2)


def form(choice: Choice) -> widgets.VBox:
    """The controls, set to what is chosen."""
    return _Form(choice).box


class _Form:
    def __init__(self, choice: Choice) -> None:
        self.choice = choice
        of, scope = choice.of, choice.scope
        self._windows = {"the whole window of the case": of.case.info.window, **_attack(choice), _OWN: scope.window}
        held = next((name for name, window in self._windows.items() if window == scope.window), _OWN)
        whose = {"everybody": "", **{LABELS[label]: label.value for label in Label}}
        accounts = {_ALL: tuple(subject.lower() for subject in of.subjects)}
        accounts |= {name: (name,) for name in dict.fromkeys([*known_accounts(of), *scope.accounts])}
        one = len(scope.accounts) == 1
        self.account = _dropdown("Account", accounts, scope.accounts[0] if one else _ALL)
        self.window = _dropdown("Window", list(self._windows), held)
        self.whose = _dropdown("Whose", whose, LABELS[scope.whose] if scope.whose else "everybody")
        self.start, self.end = _moment("From, UTC", scope.window.start), _moment("to, UTC", scope.window.end)
        self.said = widgets.HTML(layout={"width": "100%"})
        first = widgets.HBox([self.account, self.window, self.whose], layout={"flex_flow": "row wrap"})
        self._own = widgets.HBox([self.start, self.end], layout={"flex_flow": "row wrap"})
        self.box = widgets.VBox([first, self._own, self.said])
        for part in (self.account, self.window, self.whose, self.start, self.end):
            part.observe(self._changed, names="value")
        self._tell()

    def _changed(self, _: object) -> None:
        try:
            self.choice.change(self._scope())
        except BadInput as error:
            self._tell(str(error))
        else:
            self._tell()

    def _scope(self) -> Scope:
        window = self._windows[self.window.value]
        if self.window.value == _OWN and self.start.value and self.end.value:
            window = Window(utc(self.start.value), utc(self.end.value))
        return Scope(self.account.value, window, Label(self.whose.value) if self.whose.value else None)

    def _tell(self, wrong: str = "") -> None:
        self._own.layout.display = "" if self.window.value == _OWN else "none"
        text = '<div class="o365nb"><p class="{{ kind }}">{{ said }}</p></div>'
        said = wrong or repr(self.choice.view)
        self.said.value = style() + environment().from_string(text).render(
            kind="warning" if wrong else "fine", said=said
        )


def _attack(choice: Choice) -> dict[str, Window]:
    """The attacker's hours, with two before and after."""
    verdict = choice.of.found.verdict
    if not verdict.first_attacker_event or not verdict.last_attacker_event:
        return {}
    return {
        "while the attacker was there": Window(
            verdict.first_attacker_event - _AROUND, verdict.last_attacker_event + _AROUND
        )
    }


def _dropdown(label: str, options: Any, held: str) -> widgets.Dropdown:
    made = widgets.Dropdown(options=list(options), description=label)
    if isinstance(options, dict):
        made.options = list(options.items())
        made.value = options[held]
    else:
        made.value = held
    made.layout.width = "24em"
    return made


def _moment(label: str, time: Any) -> widgets.NaiveDatetimePicker:
    made = widgets.NaiveDatetimePicker(value=utc(time).replace(tzinfo=None, microsecond=0), description=label)
    made.layout.width = "24em"
    return made
