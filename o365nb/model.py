"""The words of the kit: windows, outcomes, findings, verdicts, steps. Plain data, no I/O."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from o365nb.errors import BadInput


class Outcome(StrEnum):
    """How an attempt to get one source for one subject and window ended (the coverage ledger)."""

    COMPLETE = "complete"
    EMPTY = "empty"
    PARTIAL = "partial"
    CAPPED = "capped"
    DENIED = "denied"
    NOT_LICENSED = "not_licensed"
    NOT_OFFERED = "not_offered"
    EXPIRED = "expired"
    THROTTLED = "throttled"
    FAILED = "failed"
    DAMAGED = "damaged"

    @property
    def seen(self) -> bool:
        """True when the whole of what was asked for was seen: only then does silence mean *clear*."""
        return self in (Outcome.COMPLETE, Outcome.EMPTY)


class Severity(StrEnum):
    """How bad a finding is when true; the weight is the first factor of its score."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def weight(self) -> float:
        return {"info": 0.0, "low": 1.0, "medium": 3.0, "high": 7.0, "critical": 12.0}[self.value]


class Context(StrEnum):
    """Whether a finding's evidence belongs to the attacker; the factor multiplies its score."""

    YES = "yes"
    LIKELY = "likely"
    UNKNOWN = "unknown"
    NO = "no"

    @property
    def factor(self) -> float:
        return {"yes": 1.5, "likely": 1.2, "unknown": 1.0, "no": 0.4}[self.value]


class Label(StrEnum):
    """Whose event it was."""

    ATTACKER = "attacker"
    USER = "user"
    RESPONDER = "responder"
    SYSTEM = "system"
    UNKNOWN = "unknown"


class Verdict(StrEnum):
    """The answer to "was this account taken over?"."""

    CONFIRMED = "confirmed"
    PROBABLE = "probable"
    SUSPECTED = "suspected"
    NOT_SUPPORTED = "not_supported"
    CANNOT_TELL = "cannot_tell"


class Answer(StrEnum):
    """What a detection says: found, clear, or blind because its evidence is not there."""

    FOUND = "found"
    CLEAR = "clear"
    BLIND = "blind"


class Phase(StrEnum):
    """The phases of the response, in order."""

    PRESERVE = "preserve"
    CONTAIN = "contain"
    SCOPE = "scope"
    ERADICATE = "eradicate"
    RECOVER = "recover"
    VERIFY = "verify"
    LESSONS = "lessons"


def utc(value: str | datetime) -> datetime:
    """An aware UTC time from ISO 8601 text or a datetime; a time without a zone is taken as UTC.

    Raises BadInput for text that is no time.
    """
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            raise BadInput(f"{value!r} is not a time. Write it as 2026-11-20 or 2026-11-20T14:00:00Z.") from None
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError:
        raise BadInput(f"{value.isoformat()} is no time within the calendar. Write a year such as 2026.") from None


def iso(value: datetime | None) -> str | None:
    """ISO 8601 UTC text with a Z; microseconds only where there are any."""
    return None if value is None else utc(value).isoformat().replace("+00:00", "Z")


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A span of time, UTC; the start is inside, the end is not."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise BadInput(
                f"The window ends ({iso(self.end)}) before it starts ({iso(self.start)}). Swap --from and --to."
            )

    @classmethod
    def since(cls, span: str, now: datetime) -> Window:
        """The window of `30d`, `12h` or `2w` up to `now`. Raises BadInput for anything else."""
        match = re.fullmatch(r"(\d{1,4})([hdw])", span.strip())
        if not match or int(match[1]) == 0:
            raise BadInput(f"--since {span!r} is not a span. Write it as 12h, 30d or 4w.")
        hours = int(match[1]) * {"h": 1, "d": 24, "w": 168}[match[2]]
        return cls(now - timedelta(hours=hours), now)

    def slices(self, length: timedelta) -> list[Window]:
        """The window cut into consecutive windows no longer than `length`."""
        cuts, at = [], self.start
        while at < self.end:
            cuts.append(Window(at, min(at + length, self.end)))
            at += length
        return cuts

    def __str__(self) -> str:
        return f"{iso(self.start)} to {iso(self.end)}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: what, about whom, when, how sure, and the evidence that carries it."""

    id: str
    slug: str
    title: str
    severity: Severity
    attack: tuple[str, ...]
    subject: str
    first: datetime | None
    last: datetime | None
    context: Context
    confidence: float
    score: float
    evidence: tuple[str, ...]
    summary: str
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attribution:
    """Whose event one event was, how sure, and why in words a person can check."""

    event_id: str
    time: datetime
    source: str
    operation: str
    actor: str
    label: Label
    confidence: float
    because: str


@dataclass(frozen=True, slots=True)
class Persistence:
    """One object that could let somebody back in, with a verdict."""

    kind: str
    id: str
    owner: str
    description: str
    verdict: Label
    because: str
    created: datetime | None
    seen_by: tuple[str, ...]
    finding_ids: tuple[str, ...]
    remove: bool


#: How an item begins that stands for all mail of an account.
WHOLE_MAILBOX = "(the whole mailbox"


@dataclass(frozen=True, slots=True)
class Exposure:
    """One thing the attacker saw (certain) or must be assumed to have seen (possible)."""

    kind: str
    item: str
    certainty: str
    subject: str
    time: datetime
    event_id: str
    why: str

    @property
    def boundless(self) -> bool:
        """Whether it stands for a whole mailbox, of which nobody can say what was not seen."""
        return self.item.startswith(WHOLE_MAILBOX)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who received the attacker's mail."""

    address: str
    internal: bool
    message_id: str
    time: datetime
    clicked_or_signed_in_after: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a response plan. `arguments` are what the action needs; never a secret."""

    id: str
    phase: Phase
    action: str
    target: str
    reason: str
    finding_ids: tuple[str, ...]
    automatic: bool
    reversible: bool
    order: int
    command_equivalent: str
    arguments: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """The proposed response: data, ordered, identified by the hash of its content."""

    steps: tuple[Step, ...]

    @property
    def plan_id(self) -> str:
        """Changes with any change of content, so an approval covers exactly what was read."""
        return content_id(self.steps)


@dataclass(frozen=True, slots=True)
class CaseVerdict:
    """The answer for the case. `because` are sentences, the strongest first."""

    verdict: Verdict
    score: float
    because: tuple[str, ...]
    subjects: tuple[str, ...]
    first_attacker_event: datetime | None
    last_attacker_event: datetime | None


@dataclass(frozen=True, slots=True)
class DetectionAnswer:
    """What one detection says of the case, and why."""

    verdict: Answer
    reason: str


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One way in (H1 to H14, `analysis/cause_weights.csv`) with its probability and what speaks for and against it."""

    id: str
    slug: str
    title: str
    probability: float
    supporting: tuple[str, ...]
    contradicting: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cause:
    """How they got in. `determined` only with log evidence and a clear lead."""

    determined: bool
    top: str
    hypotheses: tuple[Hypothesis, ...]
    next_question: str


@dataclass(frozen=True, slots=True)
class Gap:
    """One line of the coverage ledger and the sentence that it forces into the report ("" for none).

    `shape`, `never` and `holes` are of exported files: their form, what such a form can never show however whole it
    is, and the hours without events in which there usually are some.
    """

    source: str
    subject: str
    window_start: datetime | None
    window_end: datetime | None
    outcome: Outcome
    received: int
    duplicates: int
    unparsable: int
    reason: str
    file: str
    sentence: str
    shape: str = ""
    never: tuple[str, ...] = ()
    holes: tuple[Window, ...] = ()


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator of compromise. `value` is as observed; writers defang it."""

    kind: str  # ip, domain, email, user_agent, session_id, app_id, url
    value: str
    first: datetime | None
    last: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class OtherVictim:
    """An account on which the attacker's artefacts were met that another account taught."""

    account: str
    strength: str  # strong, likely, weak
    reached: str  # entered, changed, opened, stopped (after the password), tried, mailed
    artefacts: str
    events: int  # at least so many
    first: datetime | None
    last: datetime | None
    event_id: str
    next: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything the analysis says of a case: what the result bundle holds."""

    verdict: CaseVerdict
    findings: tuple[Finding, ...]
    detections: dict[str, DetectionAnswer]
    attributions: tuple[Attribution, ...]
    persistence: tuple[Persistence, ...]
    exposure: tuple[Exposure, ...]
    recipients: tuple[Recipient, ...]
    cause: Cause
    plan: Plan
    coverage: tuple[Gap, ...]
    indicators: tuple[Indicator, ...]
    other_victims: tuple[OtherVictim, ...] = ()


def plain(value: Any) -> Any:
    """A dataclass, enum, time or container as JSON-ready plain data."""
    if hasattr(value, "__dataclass_fields__"):
        return {name: plain(item) for name, item in asdict(value).items()}
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    return value


def content_id(value: Any, length: int = 12) -> str:
    """A short, stable id of some plain data: equal content, equal id."""
    text = json.dumps(plain(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:length]
