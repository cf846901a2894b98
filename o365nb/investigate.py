"""The order of the whole analysis. It and `gather` alone loop over units and catch around them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from o365nb import collectors, detections, intake, response
from o365nb.analysis.base import Responder
from o365nb.analysis.cause import Answers, load_answers, root_cause
from o365nb.analysis.exposure import exposure
from o365nb.analysis.gaps import gaps
from o365nb.analysis.indicators import indicators
from o365nb.analysis.kept import answers_of, corrections_of, corrections_text
from o365nb.analysis.other_victims import other_victims
from o365nb.analysis.persistence import inventory
from o365nb.analysis.recipients import recipients
from o365nb.analysis.scoring import findings, judge
from o365nb.analysis.whose import whose
from o365nb.case import Bundle, Case, CaseInfo
from o365nb.case.folder import checked_name
from o365nb.doors import Say, Simulator, practice_tenant, profile_for, tenant_of
from o365nb.engine import Engine
from o365nb.errors import BadInput, O365nbError, UnknownSubject
from o365nb.gather import collect, fetch_messages
from o365nb.intake import lake
from o365nb.model import Answer, Assessment, DetectionAnswer, Label, Plan, Window
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
    return case


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


def interview(answers: Path | None) -> Answers:
    """The interview's answers. Raises BadEvidence naming the line that cannot be read."""
    return load_answers(answers) if answers else {}


def corrections(path: Path | None) -> str | None:
    """The text of the analyst's corrections. Raises BadEvidence naming the line that cannot be read."""
    return corrections_text(path) if path else None


def analyse(
    case: Case, progress: Progress, answers: Answers | None = None, where: str = "duckdb", corrected: str | None = None
) -> Assessment:
    """Tables, detections, attribution, inventory, exposure, cause, verdict, plan; writes the result bundle.

    `where` names the engine, see `Engine`; `corrected` is the text of new corrections, which stay in the case.
    Raises BadInput when the engine cannot be had, BadEvidence for corrections or answers that cannot be read.
    """
    corrections_of(case, corrected)
    intake.build_tables(case, progress)
    _learn_domains(case)
    with Engine(case, where) as engine:
        found = assess(case, engine, progress, answers)
    Bundle(Path(case.info.out)).save(found)
    return found


def assess(case: Case, engine: Engine, progress: Progress, answers: Answers | None = None) -> Assessment:
    """What the tables of an engine say of a case. Writes nothing but the interview's answers into the case."""
    hits, answered = _detect(case, engine, progress)
    with progress.task("Judging whose event each was", unit="events") as task:
        found = _judge(case, engine, hits, answered, answers_of(case, answers))
        task.advance(len(found.attributions))
    return found


def _detect(case: Case, engine: Engine, progress: Progress) -> tuple[list[detections.Hit], dict[str, DetectionAnswer]]:
    """Ask every detection. One that fails is blind, says why, and stops none of the others."""
    hits: list[detections.Hit] = []
    answered: dict[str, DetectionAnswer] = {}
    units = detections.all()
    detections.prepare(engine)
    with progress.task("Asking the detections", total=len(units), unit="detections") as task:
        for unit in units:
            try:
                answered[unit.slug], found = detections.run(
                    unit, engine, case.ledger, case.info.subjects, case.info.window
                )
            except Exception as error:  # noqa: BLE001 - one detection must not take the others down; it answers blind
                found = []
                answered[unit.slug] = DetectionAnswer(Answer.BLIND, f"it failed: {type(error).__name__}: {error}")
            hits += found
            task.advance(note=unit.slug)
    return hits, answered


def _judge(
    case: Case, engine: Engine, hits: list[detections.Hit], answered: dict[str, DetectionAnswer], answers: Answers
) -> Assessment:
    facts, subjects = detections.facts(), case.info.subjects
    responder = Responder.from_receipts(case.receipts.entries())
    told = whose(engine, subjects, hits, facts, responder, corrections_of(case))
    events, labels = told.events, told.labels
    found = findings(hits, facts, labels, told.origins)
    sessions = {event.event_id: event.session_id for event in events}
    verdict = judge(found, labels, sessions, case.ledger, subjects)
    kept = told.rulings.items(inventory(engine, case.ledger, labels, told.origins, found), told.origins)
    verdict = told.rulings.mention(verdict, {*told.origins, *(item.id for item in kept)})
    apps = {item.id: item.because for item in kept if item.kind == "oauth_grant" and item.verdict is Label.ATTACKER}
    marks = indicators(engine, labels, apps)
    victims = other_victims(engine, labels, events, kept)
    received = tuple(recipients(engine, labels, victims))
    return Assessment(
        verdict=verdict,
        findings=tuple(found),
        detections=answered,
        attributions=tuple(sorted(labels.values(), key=lambda label: (label.time, label.event_id))),
        persistence=tuple(kept),
        exposure=tuple(exposure(engine, labels)),
        recipients=received,
        cause=root_cause(engine, found, labels, answers),
        plan=response.make_plan(verdict, found, kept, engine, marks, received),
        coverage=tuple(gaps(case.ledger, subjects)),
        indicators=tuple(marks),
        other_victims=tuple(victims),
    )


def plan_of(case: Case) -> Plan:
    """The plan as the analysis wrote it. Raises BadCase when there is none or it was edited."""
    return Bundle(Path(case.info.out)).plan()


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


def _learn_domains(case: Case) -> None:
    """The tenant's own word on its domains, where it was collected, is added to what was given or guessed."""
    with Engine(case) as engine:
        rows = engine.rows(
            "SELECT DISTINCT lower(value) AS domain FROM org_config"
            " WHERE name IN ('accepted_domain', 'verified_domain') ORDER BY 1"
        )
    domains = tuple(dict.fromkeys([*case.info.accepted_domains, *(row["domain"] for row in rows)]))
    if domains != case.info.accepted_domains:
        case.update(accepted_domains=domains)


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


__all__ = [
    "Request",
    "analyse",
    "assess",
    "bring",
    "collect",
    "corrections",
    "fetch_messages",
    "from_files",
    "from_practice",
    "from_tables",
    "from_tenant",
    "interview",
    "open_case",
    "plan_of",
    "tenant_of",
]
