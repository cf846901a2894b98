"""Mail that the attacker saw: the very messages, whole folders, and the time in which nothing was recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from o365nb.analysis.base import Labels, attackers, aware, moment, short
from o365nb.analysis.mail_facts import MailFacts
from o365nb.engine import Engine
from o365nb.model import WHOLE_MAILBOX, Exposure
from o365nb.text import plural

#: After a mailbox is throttled, its accesses go unrecorded for up to this long (Microsoft's documentation).
BLIND = timedelta(hours=24)
_DAY = int(BLIND.total_seconds())
#: So many opened mails in a day, and the service may stop to record them (the same).
_MOST = 1000
#: The setting that switches recording off, and whether it is one mailbox's (else everybody's).
_SWITCHED_OFF = {
    "Set-AdminAuditLogConfig": ("UnifiedAuditLogIngestionEnabled", "false", False),
    "Set-OrganizationConfig": ("AuditDisabled", "true", False),
    "Set-MailboxAuditBypassAssociation": ("AuditBypassEnabled", "true", True),
    "Set-Mailbox": ("AuditEnabled", "false", True),
}

Row = Mapping[str, Any]


def mail_seen(row: Row, known: Mapping[str, MailFacts]) -> Iterator[Exposure]:
    """What one record of mail access shows."""
    by = f" with the rights of {row['actor']}" if row["actor"] not in ("", row["subject"]) else ""
    if row["access"] == "sync":
        for folder in row["folders"] or ["(folder not named)"]:
            why = f"the folder was synchronised{by}: every mail in it must be taken as read"
            yield _item(row, "folder", folder, why)
    else:
        yield from _opened(row, known, by)
    if row["throttled"] == "true":
        yield _blind(row, row["time"], f"so much was opened{by} that the service stopped to record it")


def _opened(row: Row, known: Mapping[str, MailFacts], by: str) -> Iterator[Exposure]:
    folders = short(", ".join(row["folders"] or ()), 80)
    where = f" in {folders}" if folders else ""
    named = row["message_ids"] or ()
    for message in named:
        facts = known.get(message, MailFacts())
        yield _item(row, "mail", message, f"the mail was opened{where}{by}{facts.words}")
    count = int(row["counted"]) if str(row["counted"] or "").isdecimal() else 0
    if not named or count > len(named):
        more = f"{plural(count - len(named), 'mail')} more" if named else "mail"
        why = f"the log counts {more}{where} as opened{by} and does not name it"
        yield _item(row, "mail", f"(mail not named, {row['event_id']})", why, certain=False)


def unrecorded(engine: Engine, labels: Labels, rows: Iterable[Row]) -> Iterator[Exposure]:
    """Whole mailboxes that may have been read while nothing was recorded: switched off, overflowed, or never on."""
    rows = list(rows)
    acts = [label for label in attackers(labels) if label.source != "message_trace"]
    if not acts:
        return
    yield from _switched_off(engine, rows)
    yield from _never_on(engine, rows)
    throttled = {row["subject"] for row in rows if row["throttled"] == "true"}
    opened = {row["subject"]: row for row in rows if row["operation"] == "MailItemsAccessed"}
    for subject, at in _overflowing(engine).items():
        if (
            subject in opened
            and subject not in throttled
            and acts[0].time <= at + BLIND
            and at <= acts[-1].time + BLIND
        ):
            yield _blind(
                {**opened[subject], "subject": subject},
                at,
                "so much was opened in a day that the service may have stopped to record it",
            )


def _switched_off(engine: Engine, rows: Iterable[Row]) -> Iterator[Exposure]:
    """From when the attacker switched the recording off."""
    off = [row for row in rows if row["operation"] in _SWITCHED_OFF]
    if not off:
        return
    engine.case_properties()
    engine.table("analysis_off", {"event_id": "VARCHAR"}, [(row["event_id"],) for row in off])
    said: dict[str, dict[str, str]] = {}
    for one in engine.rows("""
        SELECT event_id, name, lower(value) AS value FROM case_properties
        WHERE event_id IN (SELECT event_id FROM analysis_off) AND name LIKE 'Parameters.%' ORDER BY event_id, name
    """):
        said.setdefault(one["event_id"], {})[one["name"].removeprefix("Parameters.")] = one["value"] or ""
    subjects = [row["upn"].lower() for row in engine.rows("SELECT upn FROM subjects ORDER BY upn")]
    for row in off:
        name, value, one_mailbox = _SWITCHED_OFF[row["operation"]]
        told = said.get(row["event_id"], {})
        if told.get(name, "").strip("$") != value:
            continue
        # A setting of one mailbox names it in Identity, as it was typed; one without is about the caller's own.
        mine = told.get("Identity") or row["subject"]
        for subject in subjects:
            if not one_mailbox or mine in (subject, subject.partition("@")[0]):
                why = (
                    f"the attacker switched the recording off at {moment(row['time'])} ({name} {value}): that the whole"
                    f" mailbox of {subject} was read since then cannot be excluded"
                )
                item = f"{WHOLE_MAILBOX}, from {moment(row['time'])} on)"
                yield Exposure("mail", item, "possible", subject, row["time"], row["event_id"], why)


def _never_on(engine: Engine, rows: Iterable[Row]) -> Iterator[Exposure]:
    """Accounts that the attacker was in, and of whose mailbox not even the owner's own reading is recorded."""
    logged = {
        row["upn"]
        for row in engine.rows("""
            SELECT DISTINCT lower(coalesce(mailbox_owner, actor)) AS upn FROM case_events
            WHERE operation = 'MailItemsAccessed'
        """)
    }
    subjects = {row["upn"].lower() for row in engine.rows("SELECT upn FROM subjects")}
    inside = [row for row in rows if row["actor"] in subjects - logged and row["result"] == "success"]
    for row in {row["actor"]: row for row in reversed(inside)}.values():
        why = (
            f"the attacker was in the account since {moment(row['time'])}, and no reading in this mailbox is recorded,"
            f" not even the owner's: that the whole mailbox of {row['actor']} was read cannot be excluded"
        )
        item = f"{WHOLE_MAILBOX}, since {moment(row['time'])}, unrecorded)"
        yield Exposure("mail", item, "possible", row["actor"], row["time"], row["event_id"], why)


def _overflowing(engine: Engine) -> dict[str, datetime]:
    """When each mailbox first had so many recorded openings within a day that the service may have stopped."""
    rows = engine.rows(f"""
        WITH opened AS (
            SELECT e.event_id, lower(coalesce(e.mailbox_owner, e.actor)) AS subject, e.time
            FROM case_events e JOIN case_properties p ON p.event_id = e.event_id
            WHERE e.operation = 'MailItemsAccessed' AND p.name LIKE '%MailAccessType' AND lower(p.value) = 'bind'
        ),
        counted AS (
            SELECT subject, time, count(*) OVER (PARTITION BY subject ORDER BY epoch(time)
                RANGE BETWEEN {_DAY} PRECEDING AND CURRENT ROW) AS binds
            FROM opened
        )
        SELECT subject, min(time) AS at FROM counted WHERE binds >= {_MOST} GROUP BY subject ORDER BY subject
    """)
    return {row["subject"]: at for row in rows if (at := aware(row["at"]))}


def _blind(row: Row, at: datetime, why: str) -> Exposure:
    end = moment(at + BLIND)
    told = (
        f"{why} at {moment(at)}, for up to a day: that the whole mailbox of {row['subject']} was read until {end}"
        " cannot be excluded"
    )
    item = f"{WHOLE_MAILBOX}, until {end})"
    return Exposure("mail", item, "possible", row["subject"], at, row["event_id"], told)


def _item(row: Row, kind: str, item: str, why: str, *, certain: bool = True) -> Exposure:
    certainty = "certain" if certain else "possible"
    return Exposure(kind, item, certainty, row["subject"], row["time"], row["event_id"], why)
