"""The interview as a sheet for the phone call: Markdown, or one HTML page to print, with what is to be read out."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from o365nb.analysis.interview import Answers, notes, questions
from o365nb.report.dossier import Dossier
from o365nb.report.interview import SAID, Interview
from o365nb.report.markup import environment, style, visible

#: The most items under one question: nobody reads more of them out on the phone.
_MOST = 25
_RULES = {"inbox_rule": "rule", "sweep_rule": "rule", "forwarding": "forwarding", "oauth_grant": "application"}
_OWN = "lower(actor) IN (SELECT upn FROM subjects) AND source LIKE 'sign_in%' AND result = 'success'"
#: What is read out under a question, out of the tables. Whose it is stays unsaid: ask before explaining.
_LISTS = {
    "Q2": "SELECT DISTINCT concat_ws(', ', name, os) AS item FROM devices"
    " WHERE lower(owner) IN (SELECT upn FROM subjects) ORDER BY 1",
    "Q17": f"SELECT DISTINCT concat_ws(', ', city, country) AS item FROM events WHERE {_OWN} ORDER BY 1",
    "Q23": f"SELECT DISTINCT coalesce(nullif(app_name, ''), client_app) AS item FROM events WHERE {_OWN} ORDER BY 1",
}
_RULES_OF_THE_CALL = (
    "Call a number from the personnel record, never one from a mail. Ask before you explain anything.",
    "Write down what is said, in the person's words. Never ask for a password, and never write one down.",
)


class Sheet:
    """The questions of one case, the one that would settle most first; without a case, the bare questions."""

    def __init__(self, of: Dossier | None = None) -> None:
        interview = Interview(of) if of else None
        self._people = of.subjects if of else ()
        self._order = interview.order if interview else list(questions())
        self._answers: Answers = interview.answers if interview else {}
        self._lists = _read_out(of) if of else {}

    @property
    def rows(self) -> list[dict[str, object]]:
        """One row per question: id, text, note, items to read out, and the answer so far."""
        return [
            {
                "id": name, "text": questions()[name], "note": notes()[name], "items": self._lists.get(name, []),
                "answer": SAID[self._answers.get(name, {}).get("answer", "")],
                **{key: self._answers.get(name, {}).get(key, "") for key in ("when", "detail")},
            }
            for name in self._order
        ]  # fmt: skip

    @property
    def markdown(self) -> str:
        """The sheet as Markdown. Texts of evidence stand as code, so that none of them becomes markup."""
        lines = [
            f"# Interview {_plain(', '.join(self._people))}" if self._people else "# Interview",
            "",
            *(f"- {rule}" for rule in _RULES_OF_THE_CALL),
            "",
        ]
        for row in self.rows:
            held = " ".join(str(row[key]) for key in ("answer", "when", "detail") if row[key])
            lines += [
                f"## {row['id']} {row['text']}",
                "",
                *(f"- [ ] {_plain(item)}" for item in _strings(row["items"])),
            ]
            lines += [f"{_plain(held)}" if held else "yes ☐  no ☐  unsure ☐  when: ____________", ""]
            lines += [f"Note: {row['note']}: ____________________", ""]
        return "\n".join(lines)

    @property
    def html(self) -> str:
        """The sheet as one page that asks nobody for anything."""
        template = environment().get_template("questions.html.j2")
        title = f"Interview: {', '.join(self._people)}" if self._people else "Interview"
        return template.render(title=title, rules=_RULES_OF_THE_CALL, rows=self.rows, style=Markup(style()))  # noqa: S704 - our own file


def _read_out(of: Dossier) -> dict[str, list[str]]:
    found = {name: _texts(row["item"] for row in of.rows(sql)) for name, sql in _LISTS.items()}
    kept = of.found.persistence
    found["Q16"] = _texts(item.description for item in kept if item.kind == "auth_method")
    found["Q21"] = _texts(f"{_RULES[item.kind]}: {item.description}" for item in kept if item.kind in _RULES)
    return found


def _texts(items: Iterable[str | None]) -> list[str]:
    given = list(dict.fromkeys(item for item in items if item))
    more = [f"and {len(given) - _MOST} more, in the report"] if len(given) > _MOST else []
    return [*given[:_MOST], *more]


def _strings(items: object) -> list[str]:
    return [str(item) for item in items] if isinstance(items, list) else []


def _plain(text: str) -> str:
    """A text of evidence as a piece of code in Markdown: nothing in it is a link, an image or HTML."""
    quoted = " ".join(visible(text).replace("`", "'").split())
    return f"`{quoted}`"
