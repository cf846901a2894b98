"""The interview: questions and answers beside the ways in, as a view; in JupyterLab as a form that saves itself."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from o365nb.analysis.cause import Seen, look, weigh
from o365nb.analysis.interview import FILE, Answers, answered, load_answers, questions, written
from o365nb.case import Bundle
from o365nb.case.folder import write_atomic
from o365nb.engine import Engine
from o365nb.errors import BadInput
from o365nb.model import Cause
from o365nb.report.dossier import Dossier
from o365nb.report.markup import Column, Table, View, dressed, sheet
from o365nb.report.shell import watched
from o365nb.report.summary import cause as cause_view

SAID = {"y": "yes", "n": "no", "unsure": "unsure", "": ""}


class Interview:
    """The answers of a case. Every change is saved in the case, and the ways in are weighed again at once.

    The verdict, the findings and the plan do not depend on answers; the report shows them when it is made again.
    """

    def __init__(self, of: Dossier, given: str = "") -> None:
        self.of = of
        self.path = of.case.root / FILE
        kept = load_answers(self.path) if self.path.is_file() else {}
        self.answers: Answers = load_answers(given) if given else kept
        if given:
            self._save()

    @cached_property
    def _seen(self) -> Seen:
        with Engine(self.of.case) as engine:
            labels = {one.event_id: one for one in self.of.found.attributions}
            return look(engine, self.of.found.findings, labels)

    def answer(self, question: str, answer: str, when: str = "", detail: str = "") -> None:
        """Enter one answer: y, n or unsure; "" takes it back. Raises BadInput for what is no question or answer."""
        name = question.strip().upper()
        if name not in questions():
            raise BadInput(f"{question!r} is no question of the interview. Questions are Q1 to Q24.")
        if not answer:
            self.answers.pop(name, None)
        elif word := answered(answer):
            self.answers[name] = {"answer": word, "when": when.strip(), "detail": detail.strip()}
        else:
            raise BadInput(f"{answer!r} is no answer to {name}. Answers are y, n or unsure.")
        self._save()

    def _save(self) -> None:
        write_atomic(self.path, written(self.answers))
        cause = self.weighed()
        self.of.found = replace(self.of.found, cause=cause)
        Bundle(Path(self.of.results)).save_cause(cause)

    def weighed(self) -> Cause:
        """The ways in, with the answers as they are now."""
        return weigh(self._seen.found, self._seen.facts, self.answers, visible=self._seen.visible)

    @property
    def order(self) -> list[str]:
        """The questions in their order, but the one that would settle most comes first."""
        best = self.of.found.cause.next_question.partition(":")[0]
        return sorted(questions(), key=lambda name: (name != best, int(name[1:])))

    @property
    def view(self) -> View:
        """Questions with their answers, the one to ask next first."""
        best = self.of.found.cause.next_question.partition(":")[0]
        rows = [
            {
                "id": name,
                "question": questions()[name],
                **{key: self.answers.get(name, {}).get(key, "") for key in ("when", "detail")},
                "answer": SAID[self.answers.get(name, {}).get("answer", "")] or ("ask next" if name == best else ""),
            }
            for name in self.order
        ]
        columns = (
            Column("id", "No."), Column("question", "Question"), Column("answer", "Answer", "strong"),
            Column("when", "When"), Column("detail", "In their words"),
        )  # fmt: skip
        count = len(self.answers)
        lead = f"{count} of {len(rows)} questions are answered." if count else "No question is answered yet."
        table = Table("The interview", columns, rows, "", name="interview")
        return sheet(self.of.clock, rows, lead, table, lead=[lead])

    @property
    def html(self) -> str:
        """The ways in, and the questions with their answers, as HTML without its style."""
        return cause_view(self.of).html + self.view.html

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        plain = {"text/html": dressed(self.html), "text/plain": repr(self)}
        if not watched():
            return plain
        from o365nb.report.form import form

        return {**form(self)._repr_mimebundle_(), **plain}

    def __repr__(self) -> str:
        return repr(self.view)
