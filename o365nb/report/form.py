"""The interview as a form: three buttons and two lines for each question, and the ways in drawn again above them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from o365nb.analysis.interview import notes, questions
from o365nb.report.markup import environment, style
from o365nb.report.summary import cause

if TYPE_CHECKING:
    from o365nb.report.interview import Interview

_CHOICES = (("yes", "y"), ("no", "n"), ("unsure", "unsure"), ("not asked", ""))
_WIDE = {"width": "100%"}


class _Row:
    """One question. `box` is what is shown; a change of any part is one answer."""

    def __init__(self, name: str, interview: Interview, changed: Any) -> None:
        self.name, self._interview, self._changed = name, interview, changed
        held = interview.answers.get(name, {})
        self.answer = widgets.ToggleButtons(options=_CHOICES, value=held.get("answer", ""), tooltips=[name] * 4)
        self.answer.style.button_width = "6.5em"
        self.when = widgets.Text(held.get("when", ""), placeholder="when", continuous_update=False)
        self.when.layout.width = "14em"
        self.detail = widgets.Text(held.get("detail", ""), placeholder=notes()[name], continuous_update=False)
        self.detail.layout.width = "36em"
        self._asked = widgets.HTML(layout=_WIDE)
        self.box = widgets.VBox([self._asked, widgets.HBox([self.answer, self.when, self.detail])], layout=_WIDE)
        for part in (self.answer, self.when, self.detail):
            part.observe(self._answered, names="value")

    def ask(self, *, first: bool) -> None:
        """Write the question; the one to ask next says so."""
        text = '<p class="o365nb">{% if first %}<strong>Ask next.</strong> {% endif %}{{ name }} {{ text }}</p>'
        template = environment().from_string(text)
        self._asked.value = template.render(name=self.name, text=questions()[self.name], first=first)

    def _answered(self, _: object) -> None:
        if not self.answer.value and (self.when.value or self.detail.value):
            self.answer.value = "unsure"  # what was written down is kept; setting this comes here again
            return
        self._interview.answer(self.name, self.answer.value, self.when.value, self.detail.value)
        self._changed()


def form(interview: Interview) -> widgets.VBox:
    """The form of an interview. What is typed is saved when the line is left, an answer when its button is pressed."""
    ways = widgets.HTML(layout=_WIDE)
    list_ = widgets.VBox(layout=_WIDE)

    def draw() -> None:
        ways.value = style() + cause(interview.of).html
        order = interview.order
        best = interview.of.found.cause.next_question
        for name in order:
            rows[name].ask(first=best.startswith(f"{name}:"))
        boxes = tuple(rows[name].box for name in order)
        if list_.children != boxes:
            list_.children = boxes

    rows = {name: _Row(name, interview, draw) for name in questions()}
    draw()
    return widgets.VBox([ways, list_], layout=_WIDE)
