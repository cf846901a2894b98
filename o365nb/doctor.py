"""What is there and what is missing: on this machine, and in a tenant, source by source, with what it costs."""

from __future__ import annotations

import importlib.util
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from o365nb import collectors, registration, response
from o365nb.analysis.gap_words import cost_of
from o365nb.diagnosis import PLANS, Facts, Outlook, State, can, learn, outlook
from o365nb.doors import Say, Simulator, profile_for
from o365nb.errors import Denied, NotLicensed, RequestFailed, SignInFailed
from o365nb.model import Outcome, Window
from o365nb.progress import Progress
from o365nb.safe import one_line, terminal
from o365nb.tenant import Tenant, config_path, connect, powershell
from o365nb.tenant.permissions import RESOURCES, ROLES, Permission

#: What a collector says it could not get, as the doctor says it.
_STATES = {
    Outcome.DENIED: State.NO_RIGHT,
    Outcome.NOT_LICENSED: State.NO_LICENCE,
    Outcome.NOT_OFFERED: State.NOT_OFFERED,
}
_LABEL = 12  # columns of the word that a line begins with
_TO_COPY = ("role ", "add ", "grant ")  # commands and addresses stay one line, whatever the terminal's width
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge", "microsoft-edge")


def machine() -> Iterator[str]:
    """One line per thing on this machine that the kit uses, with what its absence costs."""
    yield f"ok       Python {'.'.join(map(str, sys.version_info[:3]))}"
    for package, costs in (
        ("starlette", "no practice tenant: install o365nb[practice]"),
        ("jupyterlab", "no o365nb lab"),
    ):
        there = importlib.util.find_spec(package) is not None
        yield f"{'ok     ' if there else 'missing'}  {package}{'' if there else f': {costs}'}"
    writable = shutil.disk_usage(Path.cwd()).free // 2**30
    yield f"ok       {writable} GiB free here for case folders"
    path = config_path()
    yield f"ok       profiles in {path}" if path.is_file() else f"note     no profiles yet; they go into {path}"
    browser = next((name for name in BROWSERS if shutil.which(name)), None)
    yield (
        f"ok       {browser} prints a report to PDF"
        if browser
        else "note     no browser on the PATH to print a PDF with"
    )


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One tenant as this profile sees it: who, what it may, every source, and what came of trying them."""

    profile: str
    facts: Facts
    outlooks: tuple[Outlook, ...]
    tried: str = ""

    @property
    def missing(self) -> list[Permission]:
        """The permissions to ask for, each once."""
        return list(dict.fromkeys(one for source in self.outlooks for one in source.permissions))


def tenant(
    profile_name: str,
    say: Say,
    simulator: Simulator | None,
    *,
    tried: bool = False,
    progress: Progress | None = None,
) -> Diagnosis:
    """Sign in and say of every source whether it will work, from rights, roles, licences and cloud.

    `tried` reads a little of every source besides, but not of those whose every question is counted against a daily
    quota. Raises SignInFailed or Unreachable.
    """
    with connect(profile_for(profile_name, simulator), prompt=say) as opened:
        facts = learn(opened)
        units = collectors.all_collectors()
        seen = [outlook(facts, unit) for unit in units]
        told = ""
        if tried:
            seen, told = _tried(opened, units, seen, progress or Progress())
        return Diagnosis(profile_name, facts, tuple(seen), told)


def _tried(
    opened: Tenant, units: list[collectors.Collector], seen: list[Outlook], progress: Progress
) -> tuple[list[Outlook], str]:
    """What stands after a little of every source was read, and a line about what was."""
    try:
        person = _somebody(opened)
    except RequestFailed as error:
        return seen, f"nothing, for no account could be read: {error}"
    window = Window(opened.now() - timedelta(hours=1), opened.now())
    spared = [unit.source for unit in units if unit.source.partition("/")[0] == "ual"]
    hopeful = (State.WORKS, State.UNKNOWN)
    able = [
        unit.source for unit, judged in zip(units, seen, strict=True)
        if judged.state in hopeful and unit.source not in spared
    ]  # fmt: skip
    found = []
    with progress.task("Trying every source", len(able), "sources") as task:
        for unit, judged in zip(units, seen, strict=True):
            if unit.source not in able:
                found.append(judged)
                continue
            found.append(_read(unit, opened, person, window))
            task.advance(note=unit.source)
    worked = sum(one.state is State.WORKS for one in found if one.source in able)
    left = f"; not tried: {', '.join(spared)} (every question counts against a daily quota)" if spared else ""
    return found, f"{worked} of {len(able)} sources answered, for {person.upn} and the last hour{left}"


def _read(unit: collectors.Collector, opened: Tenant, person: collectors.Person, window: Window) -> Outlook:
    costs = cost_of(unit.source)
    try:
        for item in unit.fetch(opened, person, window):
            if not isinstance(item, collectors.Shortfall):
                break
            if not item.outcome.seen:
                return Outlook(unit.source, _STATES.get(item.outcome, State.UNKNOWN), item.reason, costs)
    except (RequestFailed, SignInFailed) as error:
        refused = State.NO_RIGHT if isinstance(error, Denied | SignInFailed) else State.UNKNOWN
        state = State.NO_LICENCE if isinstance(error, NotLicensed) else refused
        return Outlook(unit.source, state, str(error), costs)
    return Outlook(unit.source, State.WORKS)


def _somebody(opened: Tenant) -> collectors.Person:
    """Any member with a mailbox, for whom the sources are tried. Raises RequestFailed when nobody is shown."""
    params = {"$top": "50", "$select": "id,userPrincipalName,mail,userType"}
    found = opened.graph.get("/users", params).records
    if not found:
        raise RequestFailed("The tenant shows no account at all.")
    best = next((user for user in found if user.get("mail") and user.get("userType") != "Guest"), found[0])
    return collectors.find_person(opened, str(best["userPrincipalName"]))


# -- telling it -----------------------------------------------------------------------------------------------------


def show(found: Diagnosis, echo: Callable[[str], None]) -> None:
    """Fitted to the terminal where a person looks at one, one fact per line elsewhere."""
    if not sys.stdout.isatty():
        for line in lines(found):
            echo(flat(line))
        return
    width = max(shutil.get_terminal_size((80, 24)).columns, 40)
    for line in who(found):
        echo(_fitted(line, width))
    _missing(found)
    works = [source.source for source in found.outlooks if source.state is State.WORKS]
    for line in (f"works       {len(works)} sources: {', '.join(works)}", *_after(found)):
        echo(_fitted(line, width))


def _fitted(line: str, width: int) -> str:
    """A line in the terminal's width, going on below its text; what is to be copied stays whole."""
    if line.startswith(_TO_COPY):
        return flat(line)
    return textwrap.fill(
        flat(line), width, subsequent_indent=" " * _LABEL, break_long_words=False, break_on_hyphens=False
    )


def flat(line: str) -> str:
    """A line that stays one line and keeps its columns, whatever a tenant calls itself."""
    return terminal("".join(" " if char in "\n\t\r" else char for char in line))


def lines(found: Diagnosis) -> Iterator[str]:
    """Everything, one fact per line."""
    yield from who(found)
    for source in found.outlooks:
        told = f": {_sentence(source.missing)} {source.costs}" if source.state is not State.WORKS else ""
        yield f"{source.state.value:<11} {source.source}{told}"
    yield from _after(found)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "]")) else f"{text}."


def _after(found: Diagnosis) -> Iterator[str]:
    if found.tried:
        yield f"tried       {found.tried}"
    yield from _response(found)
    yield from consent(found)


def who(found: Diagnosis) -> Iterator[str]:
    """Who is signed in, where, with which roles and licences."""
    facts = found.facts
    app = f"{facts.who.app_name or 'application'} ({facts.who.app_id or 'id not known'})"
    yield f"signed in   {f'{facts.who.person} with ' if facts.who.person else ''}{app}, {facts.method}"
    yield f"tenant      {facts.tenant_name or 'name not readable'} ({facts.tenant_id}), cloud {facts.cloud.name}"
    absent = [RESOURCES[service].name for service in RESOURCES if not getattr(facts.cloud, service)]
    if absent:
        yield f"cloud       {facts.cloud.name} has no {', '.join(absent)}"
    counted = sum(len(rights) for rights in facts.rights.values() if rights)
    unread = [RESOURCES[service].name for service, rights in facts.rights.items() if rights is None]
    yield f"rights      {counted} permissions" + (f"; not readable for {', '.join(unread)}" if unread else "")
    for service, problem in facts.problems.items():
        yield f"no token    {RESOURCES[service].name}: {problem}"
    roles = "not readable" if facts.roles is None else ", ".join(sorted(facts.roles)) or "none"
    yield f"roles       {roles}"
    yield f"licences    {_licences(facts)}"


def _licences(facts: Facts) -> str:
    if facts.plans is None:
        return "not readable: whether an empty answer means nothing happened cannot be told"
    alike = ("a ", "Microsoft Entra ID P2 or ")  # any of several products, each of which is named by itself
    there = [product for product, plans in PLANS.items() if facts.plans & set(plans) and not product.startswith(alike)]
    return ", ".join(there) or "none of those that evidence depends on"


def _response(found: Diagnosis) -> Iterator[str]:
    """Which actions this profile could apply; a profile that only reads should have none."""
    needs = {name: action.needs for name, action in sorted(response.actions().items()) if action.needs}
    able = [name for name, rights in needs.items() if can(found.facts, rights)]
    unable = [name for name in needs if name not in able]
    if not unable:
        yield "response    every action"
    elif not able:
        yield "response    no action: it reads only, as it should (`o365nb app show respond`)"
    else:
        yield f"response    {', '.join(able)}; not {', '.join(unable)} (`o365nb app show respond`)"


def consent(found: Diagnosis) -> Iterator[str]:
    """The exact consent and roles to ask an administrator for; nothing when none is missing."""
    facts, missing = found.facts, found.missing
    for role in dict.fromkeys(source.role for source in found.outlooks if source.role):
        line = powershell(
            "New-MgRoleManagementDirectoryRoleAssignment",
            PrincipalId=facts.who.object_id,
            RoleDefinitionId=ROLES[role],
            DirectoryScopeId="/",
        )
        yield f"role        ask an administrator for {role}: {line}"
    if not missing:
        return
    kind = "Scope" if facts.who.person else "Role"
    yield f"consent     ask an administrator for {len(missing)} permissions: {', '.join(one.name for one in missing)}"
    for service, resource in RESOURCES.items():
        ids = [one.scope if facts.who.person else one.app_role for one in missing if one.service == service]
        if any(ids):
            named = " ".join(f"{one}={kind}" for one in ids if one)
            yield (
                f"add         az ad app permission add --id {facts.who.app_id} --api {resource.app_id}"
                f" --api-permissions {named}"
            )
    yield f"grant       {registration.consent_url(facts.cloud, facts.tenant_id, facts.who.app_id)}"


_COLOURS = {State.WORKS: "green", State.UNKNOWN: "yellow", State.NOT_OFFERED: "dim", State.NO_LICENCE: "magenta"}


def _missing(found: Diagnosis) -> None:
    """What does not work, under what it lacks: one lack costs many sources, and is said once."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    lacking: dict[tuple[State, str], list[Outlook]] = {}
    for source in found.outlooks:
        if source.state is not State.WORKS:
            lacking.setdefault((source.state, source.missing), []).append(source)
    widest = max((len(source.source) for group in lacking.values() for source in group), default=0)
    console = Console(markup=False, highlight=False)
    for (state, missing), group in lacking.items():
        head = Table.grid(padding=(0, 1, 0, 0))
        head.add_column(no_wrap=True, min_width=_LABEL - 1)
        head.add_column(ratio=1)
        head.add_row(Text(state.value, style=_COLOURS.get(state, "red")), Text(one_line(missing), style="bold"))
        rows = Table.grid(padding=(0, 2, 0, 0))
        rows.add_column(no_wrap=True, min_width=widest + 2)
        rows.add_column(ratio=1)
        for source in group:
            rows.add_row(Text(f"  {one_line(source.source)}"), Text(one_line(source.costs)))
        console.print("", head, rows, sep="\n")
    if lacking:
        console.print()
