"""The order of the whole analysis. It and `gather` alone loop over units and catch around them."""

from __future__ import annotations

from pathlib import Path

from o365nb import detections, intake, response
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
from o365nb.case import Bundle, Case
from o365nb.doors import tenant_of
from o365nb.engine import Engine
from o365nb.gather import collect, fetch_messages
from o365nb.model import Answer, Assessment, DetectionAnswer, Label, Plan
from o365nb.opening import bring, from_files, from_practice, from_tables, from_tenant, open_case
from o365nb.progress import Progress
from o365nb.request import Request


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
