"""How right the kit is on the practice stories: attribution, remains, way in, plan and verdict beside the truth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from o365nb import investigate
from o365nb.case import Case
from o365nb.engine import Engine
from o365nb.model import Assessment, Attribution, Label, Persistence, Step
from o365nb.practice.state import TenantState
from o365nb.practice.story import build
from o365nb.progress import Progress

#: What is told of an account and not done by anybody has no owner to be right about.
TOLD = {"alert", "incident", "risk_detection"}
#: The steps that take an account away from whoever has it.
CONTAINMENT = {"block_sign_in", "revoke_sessions", "reset_password"}


@dataclass(frozen=True)
class Expected:
    """What a right judgement of a story says. An object is its kind and words of its description."""

    verdicts: tuple[str, ...]
    cause: str
    planted: tuple[tuple[str, str], ...] = ()  # the intruder's, to be removed
    #: What a step against a planted object says of it, where that is neither those words nor the object's id.
    steps_say: tuple[tuple[str, str], ...] = ()
    unsettled: tuple[tuple[str, str], ...] = ()  # made by a colleague: for people to decide
    #: For an account that was not taken: all that is proposed, every step of it done by people.
    by_people: frozenset[str] = frozenset()

    @property
    def taken(self) -> bool:
        """Whether somebody else was in the account."""
        return not self.by_people


_FRAUD = (("inbox_rule", ".."), ("auth_method", "iPhone 12"))
_ASK = frozenset({"ask_user"})
STORIES = {
    "aitm": Expected(("confirmed",), "H1", _FRAUD),
    "consent": Expected(("confirmed",), "H6", (("oauth_grant", "eM Client"),)),
    "spray": Expected(
        ("confirmed",), "H3",
        (("transport_rule", "mail-keep.example"), ("connector", "Scan relay"),
         ("audit_setting", "UnifiedAuditLogIngestionEnabled")),
        steps_say=(("UnifiedAuditLogIngestionEnabled", "unified audit log of the organisation"),),
    ),
    "token_theft": Expected(("confirmed",), "H4", (("sharing_link", "Pump station, final #3 & 50%.xlsx"),)),
    "insider": Expected(
        ("suspected", "not_supported"), "H11",
        unsettled=(("delegate", "erin@"), ("delegate", "viola@"), ("folder_permission", "viola@")),
        by_people=_ASK | {"review_delegate"},
    ),
    "payroll": Expected(("confirmed",), "H1", (("inbox_rule", "Gandalf"), ("auth_method", "+1 2025550142"))),
    "device_code": Expected(
        ("confirmed",), "H5", (("device", "DESKTOP-7Q2LKA9"), ("auth_method", "DESKTOP-7Q2LKA9"))
    ),
    "invoice": Expected(
        ("not_supported",), "H12",
        by_people=_ASK | {"stop_payment", "warn_correspondents", "refuse_imitations"},
    ),
    "traveller": Expected(("suspected", "not_supported"), "H13", by_people=_ASK),
    "new_phone": Expected(("suspected", "not_supported"), "H13", by_people=_ASK),
    "free_tenant": Expected(("confirmed",), "H1", _FRAUD),
}  # fmt: skip
#: Nobody was in these accounts who should not have been; the insider has rights of her own and is a case for people.
CONTROLS = ("invoice", "traveller", "new_phone")
SPARED = ("insider", *CONTROLS)


@dataclass(frozen=True)
class Score:
    """One judgement beside its truth."""

    story: str
    right: int  # events called the attacker's that were
    called: int
    were: int
    cause: str
    sure: float  # the probability that is stated for that way in
    determined: bool
    verdict: str
    persistence: tuple[str, ...]  # what is wrong, in words; empty: exact
    plan: tuple[str, ...]
    events: tuple[str, ...]  # the first events given to the wrong one

    @property
    def expected(self) -> Expected:
        return STORIES[self.story.partition(".")[0]]

    @property
    def precision(self) -> float:
        return self.right / self.called if self.called else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.were if self.were else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both; 1 where there was nothing to find and nothing was called."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    @property
    def cause_right(self) -> bool:
        return self.cause == self.expected.cause

    @property
    def verdict_right(self) -> bool:
        return self.verdict in self.expected.verdicts

    @property
    def faults(self) -> Iterator[str]:
        """Everything that is wrong, in words."""
        yield from self.events
        yield from self.persistence
        yield from self.plan
        if not self.cause_right:
            yield f"the likeliest way in is {self.cause}, and {self.expected.cause} was"
        if not self.verdict_right:
            yield f"the verdict is {self.verdict}, and {' or '.join(self.expected.verdicts)} is right"


def score(story: str, case: Case, found: Assessment, truth: dict[str, Any]) -> Score:
    """The judgement of a practice case beside the story's truth. What was never collected counts for nobody."""
    with Engine(case) as engine:
        told = engine.rows("SELECT DISTINCT lower(event_id) AS id, source FROM events")
    collected = {row["id"] for row in told if row["source"] not in TOLD}
    were = {key.lower() for key, true in truth.items() if true["label"] == "attacker"} & collected
    labels = {one.event_id.lower(): one for one in found.attributions if one.source not in TOLD}
    called = {key for key, one in labels.items() if one.label is Label.ATTACKER}
    wrong = [_told(labels, key) for key in sorted(called ^ were)]
    expected = STORIES[story.partition(".")[0]]
    return Score(
        story, len(called & were), len(called), len(were), found.cause.top,
        found.cause.hypotheses[0].probability, found.cause.determined, found.verdict.verdict.value,
        tuple(_persistence(found.persistence, expected)),
        tuple(_plan(found, case.info.subjects, expected)), tuple(wrong[:5]),
    )  # fmt: skip


def _told(labels: dict[str, Attribution], key: str) -> str:
    """An event that was given to the wrong one, in words."""
    if key not in labels:
        return f"{key} has no label"
    one = labels[key]
    return f"{one.time:%d %H:%M} {one.operation} of {one.actor} is called {one.label.value}: {one.because}"


def _is(item: Persistence, objects: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [one for one in objects if one[0] == item.kind and one[1] in item.description]


def _persistence(items: Iterable[Persistence], expected: Expected) -> Iterator[str]:
    """Each planted object once and the attacker's, the colleagues' undecided, and everything else the owner's."""
    left = list(expected.planted)
    for item in items:
        want = (
            Label.ATTACKER if _is(item, expected.planted)
            else Label.UNKNOWN if _is(item, expected.unsettled)
            else Label.USER
        )  # fmt: skip
        for one in _is(item, left)[:1]:
            left.remove(one)
        if item.verdict is not want or item.remove != (want is Label.ATTACKER):
            yield f"{item.description} is called {item.verdict.value}, to be removed: {item.remove}"
    yield from (f"{kind} {words} is not in the inventory" for kind, words in left)


def _plan(found: Assessment, subjects: tuple[str, ...], expected: Expected) -> Iterator[str]:
    """The steps take away what was planted and nothing else; an account that was not taken is left to its owner."""
    steps = found.plan.steps
    if not expected.taken:
        names = {step.action for step in steps}
        yield from (f"a step changes something: {step.action} {step.target}" for step in steps if step.automatic)
        yield from (f"{name} is proposed" for name in sorted(names - expected.by_people))
        yield from (f"{name} is not proposed" for name in sorted(expected.by_people - names))
        return
    names = [_names(one, found.persistence, expected) for one in expected.planted]
    for step in steps:
        if step.action == "soft_delete_mail":
            continue  # the intruder's mail, not a way back in: judged with the recipients
        if _removes(step) and not any(_about(step, words) for words in names):
            yield f"{step.action} acts on {step.target}"
    for (kind, called), words in zip(expected.planted, names, strict=True):
        if not any(_about(step, words) for step in steps if _removes(step) or step.arguments["playbook"] == "E4"):
            yield f"no step acts on {kind} {called}"
    for action in sorted(CONTAINMENT):
        targets = {step.target for step in steps if step.action == action}
        if targets != set(subjects):
            yield f"{action} is for {', '.join(sorted(targets)) or 'nobody'}"


def _names(planted: tuple[str, str], items: Iterable[Persistence], expected: Expected) -> set[str]:
    """By what a step may call a planted object."""
    ids = {item.id.rpartition(":")[2] for item in items if _is(item, [planted])}
    return {planted[1], *ids, *(said for words, said in expected.steps_say if words == planted[1])}


def _removes(step: Step) -> bool:
    """Whether a step takes an object of the inventory away (E4: switches a log on). Copies of mail (X12) are none."""
    place = step.arguments["playbook"]
    return place.startswith("X") and place != "X12"


def _about(step: Step, names: Iterable[str]) -> bool:
    text = " ".join([step.target, *step.arguments.values()])
    return any(name in text for name in names)


def judged(story: str, base: Path) -> Score:
    """`o365nb investigate --practice STORY` in a folder of its own, beside its truth."""
    request = investigate.Request(case=story, data=base / "data", reports=base / "reports")
    case = investigate.from_practice(story, request, Progress())
    found = investigate.analyse(case, Progress())
    return score(story, case, found, TenantState(build(story), base / "truth").truth)


HEAD = f"{'story':32} {'P':>6} {'R':>6} {'F1':>6}  {'remains':7} {'way in':6} {'p':>5}  {'plan':5} verdict"


def line(one: Score) -> str:
    """A score as a line below HEAD. An exclamation mark says that it is wrong, a star that a way in is determined."""
    remains, plan = ("wrong" if faults else "exact" for faults in (one.persistence, one.plan))
    cause = one.cause + ("" if one.cause_right else "!")
    verdict = one.verdict + ("" if one.verdict_right else "!")
    return (
        f"{one.story:32} {one.precision:6.3f} {one.recall:6.3f} {one.f1:6.3f}  {remains:7} {cause:6} "
        f"{one.sure:5.3f}{'*' if one.determined else ' '} {plan:5} {verdict}"
    )
