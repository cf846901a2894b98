"""A case, new or standing, through one of its doors: a tenant, the practice tenant, exported files, a lake's tables.

What cannot be opened for bad input or a refused sign-in leaves nothing behind.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from o365nb import collectors, intake
from o365nb.case import Case, CaseInfo
from o365nb.case.folder import checked_name
from o365nb.case.place import claim
from o365nb.doors import Say, Simulator, practice_tenant, profile_for
from o365nb.errors import BadInput, O365nbError, UnknownSubject
from o365nb.gather import collect
from o365nb.intake import lake
from o365nb.model import Window
from o365nb.progress import Progress
from o365nb.request import Request, reopen, require_subjects, require_window, take_over
from o365nb.tenant import Tenant, config_path, connect

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

DEFAULT_SPAN = "30d"


def open_case(data: Path, name: str) -> Case:
    """An existing case by its name. Raises BadCase when there is none."""
    return Case.open(data / checked_name(name))


def from_practice(story_name: str, request: Request, progress: Progress) -> Case:
    """A case on the practice tenant: collected through the live door, like any tenant."""
    from o365nb.practice import find_story

    story = find_story(story_name)
    root = request.data / checked_name(request.case or f"practice-{story.slug}")
    standing = reopen(root, door="practice", story=story.slug)
    users = request.upns or (standing.info.subjects if standing else (story.subject,))
    with _admission(root), practice_tenant(story.slug, root / "state") as tenant:
        case = _live_case(root, request, tenant, users, standing, door="practice", story=story.slug)
        collect(case, tenant, progress)
    _claim(case, request)
    return case


def from_tenant(
    profile_name: str, request: Request, progress: Progress, say: Say, simulator: Simulator | None = None
) -> Case:
    """A case on a live tenant. Raises SignInFailed, Unreachable or UnknownSubject before anything is written."""
    if not request.users:
        raise BadInput("Say whose account it is: --user name@domain.")
    profile = profile_for(profile_name, simulator)
    name = request.case or _name_of(f"{request.upns[0].split('@')[0]}-{datetime.now(UTC):%Y%m%d}")
    root = request.data / checked_name(name)
    standing = reopen(root, door="live", tenant=profile_name)
    with connect(profile, prompt=say) as tenant, _admission(root):
        case = _live_case(root, request, tenant, request.upns, standing, door="live", name=profile_name)
        collect(case, tenant, progress)
    _claim(case, request)
    return case


def from_files(evidence: Path, request: Request, progress: Progress) -> Case:
    """A case on exported files, new or standing. Raises BadInput before anything is left behind when it cannot be."""
    return _from_export(request, progress, lambda case: intake.add_files(case, evidence, progress, request.columns))


def from_tables(tables: Mapping[str, DataFrame], request: Request, progress: Progress) -> Case:
    """A case on tables of a lake, read in place by Spark (`intake.lake`); otherwise as on exported files."""
    return _from_export(request, progress, lambda case: lake.add_tables(case, tables, progress))


def _from_export(request: Request, progress: Progress, add: Callable[[Case], None]) -> Case:
    named = request.case or (_name_of(request.upns[0].split("@")[0]) if request.upns else "")
    standing = reopen(request.data / checked_name(named), door="export") if named else None
    users = request.upns or (standing.info.subjects if standing else ())
    if not users:
        raise BadInput("Say whose account it is: --user name@domain.")
    if standing:
        require_subjects(standing, users)
    root, now = request.data / checked_name(named), datetime.now(UTC)
    asked = request.window(now)
    kept = _chosen_window(standing) if standing else None
    with _admission(root):
        case = standing or Case.create(
            root, _info(root, request, users, asked or Window(now - timedelta(days=1), now), door="export")
        )
        bring(case, request.mmdb, fresh=standing is None)
        add(case)
        intake.build_tables(case, progress)
        _known(case, users)
        take_over(case, request)
        if asked:
            _inside(case, users, asked)
        case.update(window=asked or kept or intake.evidence_span(case, users))
        intake.record_file_coverage(case)
    _claim(case, request)
    return case


def _claim(case: Case, request: Request) -> None:
    """The folder that a person named for the results, or in which all reports lie, is this case's from now on."""
    if Path(case.info.out) in (request.out, request.reports / case.root.name):
        claim(case.root, Path(case.info.out), case.info.created)


def _inside(case: Case, users: tuple[str, ...], asked: Window) -> None:
    """Raises BadInput when all evidence about the accounts lies outside the window: silence would mean nothing."""
    try:
        span = intake.evidence_span(case, users)
    except BadInput:  # state only: it has no times
        return
    if asked.end <= span.start or asked.start >= span.end:
        raise BadInput(
            f"No event about {', '.join(users)} lies in {asked}: the evidence runs from {span}. Mend --from and --to."
        )


def _chosen_window(case: Case) -> Window | None:
    """The window that a person gave a standing case; None when it is the span of the evidence, and grows with it."""
    try:
        return None if intake.evidence_span(case, case.info.subjects) == case.info.window else case.info.window
    except BadInput:  # no event yet: then a person had to say it
        return case.info.window


def bring(case: Case, databases: tuple[Path, ...], *, fresh: bool = False) -> None:
    """Name the address databases that the case is enriched with; a fresh case takes this user's own ones too.

    Raises BadEvidence for a file that is none.
    """
    intake.bring(case, databases, config_path().parent, fresh=fresh)


@contextmanager
def _admission(root: Path) -> Iterator[None]:
    """A new case that could not be opened for bad input or a refused sign-in leaves nothing behind."""
    fresh = not root.exists()
    try:
        yield
    except O365nbError as error:
        if fresh and error.exit_code == BadInput.exit_code:
            shutil.rmtree(root, ignore_errors=True)
        raise


def _live_case(
    root: Path, request: Request, tenant: Tenant, users: tuple[str, ...], standing: Case | None, *,
    door: str, name: str = "", story: str = "",
) -> Case:  # fmt: skip
    """The case that stands there already, or a new one, once every account is known to the tenant."""
    upns = tuple(collectors.find_person(tenant, user).upn for user in users)
    if standing:
        require_subjects(standing, upns)
        require_window(standing, request)
        take_over(standing, request)
        bring(standing, request.mmdb)
        return standing
    window = request.window(tenant.now()) or Window.since(DEFAULT_SPAN, tenant.now())
    case = Case.create(root, _info(root, request, upns, window, door=door, tenant=name, story=story))
    bring(case, request.mmdb, fresh=True)
    return case


def _info(
    root: Path, request: Request, users: tuple[str, ...], window: Window, door: str, tenant: str = "", story: str = ""
) -> CaseInfo:
    domains = _domains_of(users)
    return CaseInfo(
        name=root.name,
        subjects=users,
        window=window,
        door=door,
        tenant=tenant,
        story=story,
        ticket=request.ticket,
        domains=domains,
        accepted_domains=request.domains or domains,
        time_zone=request.time_zone or "UTC",
        out=str(request.out or request.reports / root.name),
    )


def _name_of(text: str) -> str:
    """A case name made of an account's: what a folder's name cannot hold becomes a dash."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip(".-_") or "case"


def _domains_of(users: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(user.rpartition("@")[2].lower() for user in users))


def _known(case: Case, subjects: tuple[str, ...]) -> None:
    """Raises UnknownSubject for an account that no evidence names, with the nearest names that there are."""
    seen = intake.accounts(case)
    for subject in subjects:
        if subject not in seen:
            near = get_close_matches(subject, list(seen), n=3, cutoff=0.6) or [upn for upn, _ in seen.most_common(3)]
            raise UnknownSubject(
                f"{subject} is in none of the evidence. Of {len(seen)} accounts that are, the nearest:"
                f" {', '.join(near) or 'none'}."
                " Check the spelling, or add the exports about this account."
            )
