"""Write docs/rights.md from the registrations themselves: `python tools/rights_page.py`. A test holds it equal."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from o365nb import collectors, registration, response
from o365nb.registration import Registration
from o365nb.tenant.permissions import OWN_MAILBOX, Permission, Right, catalogue, role_names

PAGE = Path(__file__).parent.parent / "docs" / "rights.md"
_HEAD = """# Every right, and what needs it

For making the two registrations by hand, for leaving rights out, and for telling an administrator why.
`o365nb app show read` and `o365nb app show respond` print the same with the ids, the manifest and the lines for az and
PowerShell; `--for NAME` keeps to the sources or actions that you name. A right that is missing stops nothing: its
source becomes a line of the coverage ledger, its action a step that is denied. What this page cannot say of some
of them stands in [A live tenant](live-tenant.md#two-registrations).

This page is written by `python tools/rights_page.py` from the collectors and the actions themselves.

## The registration *read*: application permissions

It acts by itself, with a certificate, and changes nothing. Where a role is named, its service principal needs one of
them besides.

| service | permission | needed by |
|---|---|---|
{read}
| source | what | permission | licence | role, one of |
|---|---|---|---|---|
{sources}
## The registration *respond*: delegated permissions

A person signs in, and the registration can do no more than that person may do. The columns *by itself* are for one
that is made with `--app-only`: application permissions, and the role goes to its service principal. Permissions to
mailboxes in Graph ({own}) reach only the own mailbox of a person who signs in:
`o365nb app show respond` prints the line that makes a registration for those steps.

| service | delegated permission | by itself: application permission | needed by |
|---|---|---|---|
{respond}
| action | what | delegated permission | licence | role, one of | by itself |
|---|---|---|---|---|---|
{actions}"""
_NONE = "not offered"
_SERVICES = {"graph": "", "exchange": "Exchange ", "management": "Management ", "defender": "Defender "}


def page() -> str:
    """The whole page as text."""
    read, respond = registration.read(), registration.respond()
    titles = {unit.source: unit.title for unit in collectors.all_collectors()}
    done = {name: action.title for name, action in response.actions().items()}
    graph = [one.name for one in respond.permissions if one.service == "graph"]
    own = ", ".join(f"`{name}`" for name in graph if name.startswith(OWN_MAILBOX))
    return _HEAD.format(
        read="".join(_permissions(read)),
        sources="".join(
            f"{_unit(name, titles)} | {_as_app(needs)} | {_more(needs)} |\n" for name, needs in read.units.items()
        ),
        own=own,
        respond="".join(_permissions(respond)),
        actions="".join(
            f"{_unit(name, done)} | {_as_person(needs)} | {_more(needs)} | {_as_app(needs)} |\n"
            for name, needs in respond.units.items()
        ),
    )


def _unit(name: str, titles: dict[str, str]) -> str:
    return f"| `{name}` | {titles[name]}" if name in titles else f"| {name} | account and organisation"


def _as_app(needs: Iterable[Right]) -> str:
    return _joined(f"{_SERVICES[one.service]}`{one.name}`" for one in _known(needs))


def _as_person(needs: Iterable[Right]) -> str:
    return _joined(
        f"{_SERVICES[one.service]}`{one.scope_name}`" if one.scope else f"`{one.name}`: {_why_none(one)}"
        for one in _known(needs)
    )


def _why_none(one: Permission) -> str:
    return _NONE if one.app_role else "added by its name"


def _known(needs: Iterable[Right]) -> Iterable[Permission]:
    return (catalogue()[need.service, need.permission] for need in needs)


def _more(needs: tuple[Right, ...]) -> str:
    roles = [" or ".join(role_names(need.role)) for need in needs if need.role]
    return f"{_joined(need.licence for need in needs)} | {_joined(roles)}"


def _permissions(made: Registration) -> Iterable[str]:
    for one in made.permissions:
        names = [f"`{one.name}`" if one.app_role else f"`{one.name}` (by its name)"]
        if made.delegated:
            names.insert(0, f"`{one.scope_name}`" if one.scope else _why_none(one))
        users = ", ".join(f"`{unit}`" if " " not in unit else unit for unit in made.wanted_by(one))
        yield f"| {one.resource.name} | {' | '.join(names)} | {users} |\n"


def _joined(texts: Iterable[str]) -> str:
    return "<br>".join(dict.fromkeys(text for text in texts if text))


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
