"""What is there and what is missing: on this machine, and in a tenant, source by source, with what it costs."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from o365nb import collectors, registration, response
from o365nb.analysis.gap_words import cost_of
from o365nb.diagnosis import PLANS, Facts, Outlook, State, can, learn, outlook
from o365nb.doors import Say, Simulator, profile_for
from o365nb.errors import NotLicensed, RequestFailed, SignInFailed
from o365nb.model import Window
from o365nb.safe import one_line, terminal
from o365nb.tenant import Tenant, config_path, connect, powershell
from o365nb.tenant.permissions import RESOURCES, ROLES, Permission

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
    """One tenant as this profile sees it: who, what it may, and every source."""

    profile: str
    facts: Facts
    outlooks: tuple[Outlook, ...]

    @property
    def missing(self) -> list[Permission]:
        """The permissions to ask for, each once."""
        return list(dict.fromkeys(one for source in self.outlooks for one in source.permissions))


def tenant(profile_name: str, say: Say, simulator: Simulator | None, *, tried: bool = False) -> Diagnosis:
    """Sign in and say of every source whether it will work, from rights, roles, licences and cloud.

    `tried` reads a little of every source besides, but not of those whose every question is counted against a daily
    quota. Raises SignInFailed or Unreachable.
    """
    with connect(profile_for(profile_name, simulator), prompt=say) as opened:
        facts = learn(opened)
        units = collectors.all_collectors()
        seen = [outlook(facts, unit) for unit in units]
        if tried:
            seen = list(_tried(opened, units, seen))
        return Diagnosis(profile_name, facts, tuple(seen))


def _tried(opened: Tenant, units: list[collectors.Collector], seen: list[Outlook]) -> Iterator[Outlook]:
    try:
        person = _somebody(opened)
    except RequestFailed:
        yield from seen
        return
    window = Window(opened.now() - timedelta(hours=1), opened.now())
    for unit, judged in zip(units, seen, strict=True):
        if judged.state not in (State.WORKS, State.UNKNOWN) or unit.source.partition("/")[0] == "ual":
            yield judged
        else:
            yield _read(unit, judged, opened, person, window)


def _read(
    unit: collectors.Collector, judged: Outlook, opened: Tenant, person: collectors.Person, window: Window
) -> Outlook:
    try:
        for item in unit.fetch(opened, person, window):
            if isinstance(item, collectors.Shortfall):
                return Outlook(unit.source, State.UNKNOWN, item.reason, judged.costs)
            break
    except (RequestFailed, SignInFailed) as error:
        state = State.NO_LICENCE if isinstance(error, NotLicensed) else State.NO_RIGHT
        return Outlook(unit.source, state, str(error), judged.costs or cost_of(unit.source))
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
    """A table where a person looks at a terminal, plain lines elsewhere."""
    if not sys.stdout.isatty():
        for line in lines(found):
            echo(flat(line))
        return
    for line in who(found):
        echo(flat(line))
    _table(found)
    works = [source.source for source in found.outlooks if source.state is State.WORKS]
    for line in (f"works       {len(works)} sources: {', '.join(works)}", *_response(found), *consent(found)):
        echo(flat(line))


def flat(line: str) -> str:
    """A line that stays one line and keeps its columns, whatever a tenant calls itself."""
    return terminal("".join(" " if char in "\n\t\r" else char for char in line))


def lines(found: Diagnosis) -> Iterator[str]:
    """Everything, one fact per line."""
    yield from who(found)
    for source in found.outlooks:
        told = f": {source.missing}. {source.costs}" if source.state is not State.WORKS else ""
        yield f"{source.state.value:<11} {source.source}{told}"
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
    there = [product for product, plans in PLANS.items() if facts.plans & set(plans) and not product.startswith("a ")]
    return ", ".join(there) or "none of those that evidence depends on"


def _response(found: Diagnosis) -> Iterator[str]:
    """Which actions this profile could apply; a profile that only reads should have none."""
    needs = {name: action.needs for name, action in sorted(response.actions().items()) if action.needs}
    able = [name for name, rights in needs.items() if can(found.facts, rights)]
    if len(able) == len(needs):
        yield "response    every action"
    else:
        yield f"response    {', '.join(able) or 'no action: it reads only, as it should (`o365nb app show respond`)'}"


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


def _table(found: Diagnosis) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("source", no_wrap=True)
    table.add_column("state", no_wrap=True)
    table.add_column("what is missing", ratio=2)
    table.add_column("what that costs", ratio=3)
    for source in found.outlooks:
        if source.state is State.WORKS:
            continue
        state = Text(source.state.value, style=_COLOURS.get(source.state, "red"))
        cells = (source.source, source.missing, source.costs)
        name, missing, costs = (Text(one_line(cell)) for cell in cells)
        table.add_row(name, state, missing, costs)
    console = Console(markup=False, highlight=False)
    if table.row_count:
        console.print("", table, "", sep="\n")
