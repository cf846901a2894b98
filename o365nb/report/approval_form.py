"""The approval in JupyterLab: a check box per step, the reason beside it, its exact requests, and one button."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from o365nb.errors import O365nbError
from o365nb.report.markup import environment, style
from o365nb.report.measures import action_name
from o365nb.report.words import PHASES

if TYPE_CHECKING:
    from o365nb.model import Step
    from o365nb.report.approval import Approval

_STEP = """<b>{{ target }}</b>
{% if state %} <span class="pill {{ state.tone }}">{{ state.sign }} {{ state.text }}</span>{% endif %}
<p class="fine">{{ why }}</p>
<details><summary>{{ summary }}</summary>{% for line in sent %}<pre>{{ line }}</pre>{% endfor %}</details>"""
_HEAD = """{% if advice %}<p>{{ advice }}</p>{% endif %}
<p class="fine">Plan {{ plan }}. Nothing is sent before you press the button at the end.</p>"""


def form(approval: Approval) -> widgets.VBox:
    """The controls, set to what is chosen."""
    return ApprovalForm(approval).box


class ApprovalForm:
    """The widgets of one approval. `boxes` and `words` are by the id of the step; `button` sends."""

    def __init__(self, approval: Approval) -> None:
        self.approval = approval
        self.boxes: dict[str, widgets.Checkbox] = {}
        self.words: dict[str, widgets.Text] = {}
        self.told: dict[str, widgets.HTML] = {}
        self.operator = widgets.Text(description="Your name", placeholder="goes into every receipt")
        self.button = widgets.Button(button_style="danger", layout={"width": "max-content"})
        self.button.on_click(self._send)
        self.missing, self.said = _html(""), _html("")
        plan = approval.plan
        rows, phase = [_html(_HEAD, advice=approval.advice, plan=plan.plan_id, dress=True)], None
        for step in approval.steps:
            if step.phase is not phase:
                phase = step.phase
                rows.append(_html("<h3>{{ title }}</h3>", title=PHASES[phase]))
            rows.append(self._row(step))
        self.box = widgets.VBox([*rows, widgets.HBox([self.operator, self.button]), self.missing, self.said])
        self.box.add_class("o365nb-approval")
        self._settle()

    def _row(self, step: Step) -> widgets.HBox:
        approval = self.approval
        box = widgets.Checkbox(
            value=step.id in approval.chosen, disabled=not approval.may(step), indent=False,
            description=f"{step.id.partition('-')[0]} {action_name(step.action)}", layout={"flex": "0 0 17em"},
        )  # fmt: skip
        box.observe(self._changed, names="value")
        self.boxes[step.id] = box
        self.told[step.id] = _html("")
        parts: list[Any] = [self.told[step.id]]
        if wanted := approval.asks(step):
            word = widgets.Text(
                description=f"Type {wanted} to confirm", style={"description_width": "max-content"},
                layout={"width": "max-content"},
            )  # fmt: skip
            word.observe(self._changed, names="value")
            self.words[step.id] = word
            parts.append(word)
        row = widgets.HBox([box, widgets.VBox(parts, layout={"flex": "1 1 0", "min_width": "0"})])
        row.add_class("o365nb-step")
        return row

    def _tell(self, step: Step, state: Mapping[str, Any] | None) -> str:
        approval = self.approval
        sent = approval.requests(step) or [line for line in (step.command_equivalent,) if line]
        by_hand = "by hand, or on the terminal"
        return str(_html(
            _STEP, target=step.target, why=step.reason, sent=sent, state=state,
            summary="what is sent" if approval.may(step) else by_hand,
        ).value)  # fmt: skip

    def _changed(self, _: object) -> None:
        self.approval.choose(*(step for step, box in self.boxes.items() if box.value and not box.disabled))
        self.approval.typed = {step: word.value for step, word in self.words.items() if word.value}
        self._count()

    def _count(self) -> None:
        approval = self.approval
        number, missing = len(approval.chosen), approval.unconfirmed
        self.button.description = f"Send {number} step{'' if number == 1 else 's'} of plan {approval.plan.plan_id}"
        self.button.disabled = not number or bool(missing)
        waits = "".join(f" Type {approval.asks(step)} beside {step.id.partition('-')[0]} first." for step in missing)
        self.missing.value = _html('<p class="warning">{{ text }}</p>', text=waits.strip()).value if missing else ""

    def _settle(self) -> None:
        """Show where every step stands; what holds is no longer ticked, so that it is not sent twice unawares."""
        stand = self.approval.standing()
        for step in self.approval.steps:
            state = stand.get(step.id)
            self.told[step.id].value = self._tell(step, state)
            if state and state["tone"] == "good":
                self.boxes[step.id].value = False
        self._count()

    def _send(self, _: object) -> None:
        """Pressed: the plan is the one on the screen, so its id is the one that was read."""
        self.button.disabled = True
        self.said.value = _html("<p>Sending, and reading back …</p>").value
        try:
            self.approval.apply(self.approval.plan.plan_id, operator=self.operator.value.strip())
        except O365nbError as error:
            self.said.value = _html('<p class="warning">{{ text }}</p>', text=str(error)).value
        else:
            self.said.value = self.approval.done._repr_html_()
        self._settle()


def _html(template: str, *, dress: bool = False, **given: Any) -> widgets.HTML:
    """Texts of evidence are escaped by the template; `dress` for the one that brings the style of all of them."""
    inner = environment().from_string(f'<div class="o365nb">{template}</div>').render(**given)
    return widgets.HTML(style() + inner if dress else inner, layout={"width": "100%"})
