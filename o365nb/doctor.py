"""What is there and what is missing: on this machine, and in a tenant, source by source."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from o365nb import collectors
from o365nb.doors import Say, Simulator, profile_for
from o365nb.errors import RequestFailed, SignInFailed
from o365nb.model import Window
from o365nb.tenant import Tenant, config_path, connect

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


def tenant(profile_name: str, say: Say, simulator: Simulator | None) -> Iterator[str]:
    """Sign in and try one small read of every source: read, or what is missing and what that costs.

    Raises SignInFailed or Unreachable. The audit log is not tried: each try counts against the tenant's daily quota.
    """
    with connect(profile_for(profile_name, simulator), prompt=say) as opened:
        yield f"ok       signed in to {profile_name}"
        try:
            person = _somebody(opened)
        except RequestFailed as error:
            yield f"missing  users: {error} Needs User.Read.All; without it no account can be looked at."
            return
        window = Window(opened.now() - timedelta(hours=1), opened.now())
        for unit in collectors.all_collectors():
            yield _source(unit, opened, person, window)


def _somebody(opened: Tenant) -> collectors.Person:
    """Any member with a mailbox, for whom the sources are tried. Raises RequestFailed when nobody is shown."""
    params = {"$top": "50", "$select": "id,userPrincipalName,mail,userType"}
    found = opened.graph.get("/users", params).records
    if not found:
        raise RequestFailed("The tenant shows no account at all.")
    best = next((user for user in found if user.get("mail") and user.get("userType") != "Guest"), found[0])
    return collectors.find_person(opened, str(best["userPrincipalName"]))


def _source(unit: collectors.Collector, opened: Tenant, person: collectors.Person, window: Window) -> str:
    needs = ", ".join(map(str, unit.needs))
    if unit.source == "ual":
        return f"untried  {unit.source}: needs {needs}"
    try:
        for item in unit.fetch(opened, person, window):
            if isinstance(item, collectors.Shortfall):
                return f"partly   {unit.source}: {item.reason}"
            break
    except (RequestFailed, SignInFailed) as error:
        return f"missing  {unit.source}: {error} Needs {needs}; without it the report cannot speak of this source."
    return f"ok       {unit.source}"
