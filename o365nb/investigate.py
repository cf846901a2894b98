"""The order of the whole analysis; the only place that loops over units and catches around them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from o365nb import analysis, collectors, detections, intake, response
from o365nb.case import Bundle, Case, CaseInfo, Coverage
from o365nb.case.folder import checked_name
from o365nb.engine import Engine
from o365nb.errors import BadInput, O365nbError, UnknownSubject
from o365nb.model import Answer, Assessment, DetectionAnswer, Outcome, Plan, Window, utc
from o365nb.progress import Progress
from o365nb.tenant import Profile, Tenant, connect, load_profile

Say = Callable[[str], None]
DEFAULT_SPAN = "30d"


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for on the command line or in a notebook; empty means: find out."""

    case: str = ""
    users: tuple[str, ...] = ()
    since: str = ""
    start: str = ""
    end: str = ""
    accepted_domains: tuple[str, ...] = ()
    ticket: str = ""
    time_zone: str = "UTC"
    data: Path = Path("data")
    reports: Path = Path("reports")
    out: Path | None = None

    def window(self, now: datetime) -> Window | None:
        """The window asked for, or None when nothing was said. Raises BadInput for half a window."""
        if self.since and (self.start or self.end):
            raise BadInput("Give either --since or --from and --to, not both.")
        if self.since:
            return Window.since(self.since, now)
        if bool(self.start) != bool(self.end):
            raise BadInput("A window needs both --from and --to.")
        return Window(utc(self.start), utc(self.end)) if self.start else None


def open_case(data: Path, name: str) -> Case:
    """An existing case by its name. Raises BadCase when there is none."""
    return Case.open(data / checked_name(name))


def from_practice(story_name: str, request: Request, progress: Progress) -> Case:
    """A case on the practice tenant: collected through the live door, like any tenant."""
    from o365nb.practice import find_story

    story = find_story(story_name)
    name = request.case or f"practice-{story.slug}"
    users = request.users or (story.subject,)
    with _admission(request.data / checked_name(name)) as root, practice_tenant(story.slug, root / "state") as tenant:
        case = _live_case(root, request, tenant, users, door="practice", story=story.slug)
        collect(case, tenant, progress)
    return case


def from_tenant(profile_name: str, request: Request, progress: Progress, say: Say) -> Case:
    """A case on a live tenant. Raises SignInFailed, Unreachable or UnknownSubject before anything is written."""
    if not request.users:
        raise BadInput("Say whose account it is: --user name@domain.")
    profile = load_profile(profile_name)
    name = request.case or f"{request.users[0].split('@')[0]}-{datetime.now(UTC):%Y%m%d}"
    tenant = connect(profile, say=say)
    with _admission(request.data / checked_name(name)) as root:
        case = _live_case(root, request, tenant, request.users, door="live", tenant_name=profile_name)
        collect(case, tenant, progress)
    return case


def from_files(evidence: Path, request: Request, progress: Progress) -> Case:
    """A case on exported files. Raises BadInput before anything is left behind when they cannot be used."""
    name = request.case or (evidence.resolve().stem if not request.users else request.users[0].split("@")[0])
    users = tuple(user.lower() for user in request.users)
    with _admission(request.data / checked_name(name)) as root:
        now = datetime.now(UTC)
        asked = request.window(now)
        case = _opened(root) or Case.create(
            root, _info(root, request, users, asked or Window(now - timedelta(days=1), now), door="export")
        )
        intake.add_files(case, evidence, progress)
        intake.build_tables(case, progress)
        subjects = users or case.info.subjects
        _known(case, subjects)
        window = asked or intake.evidence_span(case, subjects)
        domains = request.accepted_domains or case.info.accepted_domains or _domains_of(subjects)
        case.update(subjects=subjects, window=window, accepted_domains=domains, domains=_domains_of(subjects))
        intake.record_file_coverage(case)
    return case


def collect(case: Case, tenant: Tenant, progress: Progress, *, again: bool = False) -> None:
    """Fetch every source for every subject; what the ledger already has whole is not asked for again.

    One source failing never stops the others: it becomes a line of the ledger.
    """
    units = collectors.all_collectors()
    for upn in case.info.subjects:
        person = collectors.find_person(tenant, upn)
        for unit in units:
            if not again and any(entry.outcome.seen for entry in case.ledger.about(unit.source, upn)):
                continue
            with progress.task(f"{unit.title}", unit="records") as task:
                try:
                    collectors.collect_one(unit, tenant, person, case, task.advance)
                except Exception as error:  # noqa: BLE001 - one source must not take the others down; it is said in the ledger
                    reason = f"the collector failed: {type(error).__name__}: {error}"
                    case.ledger.record(Coverage(unit.source, upn, case.info.window, Outcome.FAILED, reason=reason))


def analyse(case: Case, progress: Progress, answers: Path | None = None) -> Assessment:
    """Tables, detections, attribution, inventory, exposure, cause, verdict, plan; writes the result bundle."""
    interview = analysis.load_answers(answers) if answers else {}
    intake.build_tables(case, progress)
    _learn_domains(case)
    with Engine(case) as engine:
        hits, answered = _detect(case, engine, progress)
        with progress.task("Judging whose event each was", unit="events") as task:
            found = analysis.assess(engine, case, hits, answered, detections.facts(), interview, response.make_plan)
            task.advance(len(found.attributions))
    Bundle(Path(case.info.out)).save(found)
    return found
